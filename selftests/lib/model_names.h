/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of the model (model.h) that has the learnt addresses of the cgroups:
 * those that the test itself adds, as no task is in any of them.
 */
#ifndef SELFTESTS_MODEL_NAMES_H
#define SELFTESTS_MODEL_NAMES_H

#include <stdbool.h>

#include "model.h"

/* Far more than a test adds. */
#define MODEL_LEARNT	8192

struct model_learnt {
	char host[PERSOCK_HOST_MAX + 1];
	__u32 length;		/* of the address */
	unsigned char address[16];
	bool ends;
	long long end;		/* in seconds since boot */
};

/* What is learnt of a host, an address or both, the first that matches; or NULL. */
struct model_learnt *model_names_find(const struct model_cgroup *cgroup,
				      const struct oracle_learnt *wanted);

void model_names_add(struct model_cgroup *cgroup,
		     const struct oracle_learnt *learnt);
void model_names_remove(struct model_cgroup *cgroup,
			const struct oracle_learnt *wanted);

/* The cgroup is detached. */
void model_names_forget(struct model_cgroup *cgroup);

/*
 * Does name-get list what was learnt, the oldest first, of all cgroups and of
 * each? Returns what is wrong, or NULL.
 */
const char *model_names_look(void);

#endif /* SELFTESTS_MODEL_NAMES_H */
