/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The meaning of options, control messages and ioctls: which keys are the same
 * option, and which options protect. verdict.c and the tool's judge.c ask.
 */
#ifndef _PERSOCK_MEANING_H
#define _PERSOCK_MEANING_H

#include <linux/types.h>

bool persock_alias(int *level, int *name);
bool persock_message_alias(int *level, int *name);
u32 persock_command_alias(u32 cmd);
bool persock_protects(int level, int name);
bool persock_protects_message(int level, int type);

#endif /* _PERSOCK_MEANING_H */
