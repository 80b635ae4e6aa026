/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random requests to persock's netlink family: valid ones, ones with a few
 * attributes spoilt, and ones whose bytes were tampered with. The same seed
 * makes the same requests.
 */
#ifndef SELFTESTS_MUTATE_H
#define SELFTESTS_MUTATE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

/* What the requests may be about. */
struct mutate_world {
	__u16 family;		/* number of the netlink family */
	const char *const *names;
	unsigned int nr_own;	/* of those that may be made and deleted */
	unsigned int nr_valid;	/* those of presets follow */
	unsigned int nr_names;	/* and then what no personality can have */
	const int *fds;
	unsigned int nr_fds;
	const __u64 *ids;
	unsigned int nr_ids;
	unsigned int nr_cgroups;	/* the first of both, that there are */
	bool learning;		/* mostly about learnt addresses */
	const int *networks;	/* descriptors, of network namespaces and not */
	unsigned int nr_networks;
};

void mutate_seed(__u64 seed);

/* A number below @n; not negative. */
__u32 mutate_below(__u32 n);

/*
 * The next request, mostly one netlink message, in memory of the caller's that
 * is aligned. Returns its size in bytes, 1 to @size.
 */
size_t mutate_request(const struct mutate_world *world, void *memory,
		      size_t size);

#endif /* SELFTESTS_MUTATE_H */
