/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of what the control plane holds: the personalities there are, and
 * which cgroup is attached to which. It foresees what becomes of a message,
 * and follows those that were accepted.
 */
#ifndef SELFTESTS_MODEL_H
#define SELFTESTS_MODEL_H

#include <limits.h>
#include <stdbool.h>

#include <linux/netlink.h>

#include "control.h"
#include "oracle.h"

#define MODEL_PERSONALITIES	256
#define MODEL_CGROUPS		4
#define MODEL_NETWORKS		2

struct model_personality {
	char name[CONTROL_NAME];
	char base[CONTROL_NAME];
	unsigned int nr_providers;
	char providers[ORACLE_PROVIDERS][CONTROL_NAME];
	__u64 policy;		/* as struct oracle_request has it */
	__u32 limit;
	char network[PERSOCK_NETWORK_MAX + 1];
	__u32 inode;		/* of the network namespace; 0: the task's own */
	char from[PERSOCK_NETWORK_MAX + 1];
	__u32 from_inode;	/* of the one whose tasks it is for; 0: none */
	struct model_personality *held;	/* what a commit makes of it, or NULL */
	bool given;		/* comes with the module, cannot be changed */
};

struct model_network {
	int fd;
	__u32 inode;
};

struct model_cgroup {
	__u64 id;
	int fd;
	char path[PATH_MAX];
	char personality[CONTROL_NAME];	/* empty: it is not attached */
	struct model_cgroup *above;	/* the one that it is in, or NULL */
	bool anew;		/* which does not govern its sockets */
	unsigned int nr_learnt;	/* addresses, see model_names.h */
	__u64 lost;		/* of those that had to give way */
};

extern struct model {
	struct model_personality personalities[MODEL_PERSONALITIES];
	unsigned int nr;
	struct model_cgroup cgroups[MODEL_CGROUPS];
	struct model_network networks[MODEL_NETWORKS];
} model;

/* What must become of a message. */
struct model_foreseen {
	const char *why;	/* not NULL: it is not valid */
	bool core;		/* for a reason that persock never hears of */
	bool malformed;		/* for what the attributes are */
	/* Valid, but it names what is not there, is taken, or is in use. */
	unsigned int nr;
	int errs[10];
};

struct model_personality *model_find(const char *name);
unsigned int model_attachments_of(const char *name);
struct model_cgroup *model_cgroup(__u64 id);

void model_foresee(const struct nlmsghdr *message, struct oracle_request *req,
		   struct model_foreseen *foreseen);

/* May the answer be this? @err is 0 or negative. */
bool model_fits(const struct model_foreseen *foreseen, int err);

/*
 * What an accepted message has changed: the personality that was made or
 * replaced, or NULL.
 */
struct model_personality *model_apply(const struct nlmsghdr *message,
				      const struct oracle_request *req);

/* A cgroup is not attached any more. */
void model_detach(struct model_cgroup *cgroup);

/* What is held is there now, or gone. */
void model_end_batch(bool commit);

/* What follows returns what is wrong, or NULL. */

/* A sentence about @name; @err is 0 or negative. */
const char *model_says(const char *what, const char *name, int err);

/* Take in what is there before anything is made. */
const char *model_learn(void);

/* Does policy-get return of a personality what the model has of it? */
const char *model_compare(const struct model_personality *personality,
			  struct control_policy *policy);

/* Is everything there as in the model, and what was given byte by byte? */
const char *model_look(void);

#endif /* SELFTESTS_MODEL_H */
