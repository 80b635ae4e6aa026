/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that the kernel holds, measured so exactly that a small leak shows.
 *
 * What the module takes with kmalloc() is in the caches kmalloc-*, in pages when
 * it is larger than any cache's objects, and in vmalloc's areas when there are
 * no such pages. Objects that are free in the slab that a processor keeps for
 * itself count as used; "shrink" has it give them up, and the lowest of several
 * counts has the fewest of them. The larger pieces are what /proc/meminfo counts
 * as slabs, and no cache has.
 */
#ifndef SELFTESTS_MEMORY_H
#define SELFTESTS_MEMORY_H

struct memory {
	long objects;		/* in the caches kmalloc-* */
	long large;		/* KiB of larger pieces */
	long areas;		/* of vmalloc, taken by the module */
	long percpu;		/* KiB */
	long users;		/* references to the module */
};

/*
 * The lowest numbers of two seconds, as what was freed is not free at once:
 * grace periods must pass, work items must run. What was leaked stays. 0, or
 * -errno when the kernel does not report it.
 */
int memory_measure(struct memory *memory);

/*
 * References to the module now: one for each attachment and each governed
 * socket, wherever it is and whatever has become of its cgroup. -errno without
 * the module.
 */
long memory_users(void);

#endif /* SELFTESTS_MEMORY_H */
