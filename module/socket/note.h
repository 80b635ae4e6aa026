/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes: what a layer in mode record keeps of a call that it does not judge.
 * Whatever judges calls by one layer calls these functions for such a layer,
 * and allows the call.
 */
#ifndef _PERSOCK_NOTE_H
#define _PERSOCK_NOTE_H

#include "socket/report.h"

struct msghdr;
struct persock_query;

int persock_note_request(const struct persock_call *call);
void persock_note_requests(struct persock_stack *stack,
			   const struct persock_view *view,
			   struct persock_call *call);
void persock_note_sockets(const struct persock_call *call);
void persock_note_limit(const struct persock_call *call,
			enum persock_limit limit, u32 value);
void persock_note_default(const struct persock_call *call,
			  enum persock_section section);
void persock_note_option(const struct persock_call *call, u32 length);
void persock_note_flags(const struct persock_call *call,
			enum persock_section section, u32 flags);
void persock_note_ioctl(const struct persock_call *call);
void persock_note_control(const struct persock_call *call,
			  enum persock_section section, int level, int type);
void persock_note_controls(const struct persock_call *call,
			   struct msghdr *msg);
void persock_note_unix(const struct persock_call *call);
void persock_note_peer(const struct persock_call *call, bool sends);
void persock_note_query(const struct persock_call *call,
			const struct persock_query *query);
void persock_note_bind(const struct persock_call *call);
void persock_note_listen(const struct persock_call *call, int backlog);
void persock_note_accept(const struct persock_call *call);

#endif /* _PERSOCK_NOTE_H */
