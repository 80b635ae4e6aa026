/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The replacement of what personalities are, for all stacks at once.
 * control/netlink_personality.c asks for it.
 */
#ifndef _PERSOCK_REPLACE_H
#define _PERSOCK_REPLACE_H

struct persock_holder;
struct persock_proposal;
struct netlink_ext_ack;

int persock_personality_set(const char *name,
			    const struct persock_proposal *proposal,
			    const struct persock_holder *holder,
			    struct netlink_ext_ack *extack);
int persock_batch_commit(const struct persock_holder *holder,
			 struct netlink_ext_ack *extack);
void persock_batch_drop(const struct persock_holder *holder);

#endif /* _PERSOCK_REPLACE_H */
