/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cgroups under different personalities, for tests.
 *
 * A test program says at its start which ones it needs. One cgroup is made and
 * attached for each, and removed when the program exits. Everything is done
 * through the persock tool, as an administrator would do it.
 */
#ifndef SELFTESTS_GOVERN_H
#define SELFTESTS_GOVERN_H

#include <stdbool.h>
#include <stddef.h>

enum govern_id {
	UNGOVERNED,
	NATIVE,			/* everything allowed; native */
	HOSTINET,		/* everything allowed; hostinet, native */
	HOSTINET_ONLY,		/* everything allowed; hostinet */
	GVISOR2020_NATIVE,	/* gvisor-2020; native */
	GVISOR2020_HOSTINET,	/* gvisor-2020; hostinet, native */
	GVISOR_NATIVE,		/* gvisor; native */
	GVISOR_HOSTINET,	/* gvisor; hostinet, native */
	NONE,			/* nothing allowed */
	GOVERN_COUNT,
};

/* Make the cgroups whose bits (1 << id) are set; exit(3) removes them. */
void govern_prepare(unsigned int ids);

/* Move the calling process into the cgroup of @id; 0 or -errno. */
int govern_enter(enum govern_id id);

/* The same for a cgroup by its path. */
int govern_enter_path(const char *path);

/* Move the calling process back to where the program was started; 0 or -errno. */
int govern_leave(void);

/*
 * Why @id cannot be entered, or NULL. *@absent: persock is merely not there,
 * which is a reason to skip a test; everything else is a failure.
 */
const char *govern_problem(enum govern_id id, bool *absent);

/* Path of the cgroup of @id, and the name of its personality. */
const char *govern_path(enum govern_id id);
const char *govern_personality(enum govern_id id);

/* Does /proc say of the socket @fd that persock governs it? */
bool govern_shown(int fd);

/*
 * Does gvisor-2020 govern the TCP socket @fd? It denies TCP_CONGESTION, which
 * every ungoverned socket has. 1, 0, or -1 after any other error.
 */
int is_governed(int fd);

/*
 * Run the persock tool with the arguments up to the first NULL, and keep the
 * first @size - 1 bytes of what it prints in @output. Returns its exit status,
 * 127 when there is no such program, -1 when it did not exit by itself.
 */
int govern_tool(char *output, size_t size, ...);

static inline bool is_hostinet(enum govern_id id)
{
	return id == HOSTINET || id == HOSTINET_ONLY ||
	       id == GVISOR2020_HOSTINET || id == GVISOR_HOSTINET;
}

#endif /* SELFTESTS_GOVERN_H */
