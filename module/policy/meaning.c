// SPDX-License-Identifier: GPL-2.0
/*
 * The meaning of options, control messages and ioctls: the lists of options.h,
 * as functions. verdict.c and the tool's judge.c call them. Pure functions.
 */
#include <linux/dccp.h>
#include <linux/icmpv6.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ioctl.h>
#include <linux/rxrpc.h>
#include <linux/sctp.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/vm_sockets.h>

#include "policy/guard.h"
#include "policy/meaning.h"
#include "policy/options.h"

/* A compiler makes a search of a switch, and finds what is listed twice. */
#define KEY(level, name)	((u64)(u32)(level) << 32 | (u32)(name))

/* There, and back: the cases of two keys that are one. */
#define BOTH(level1, name1, level2, name2)				\
	case KEY(level1, name1):					\
		*level = level2;					\
		*name = name2;						\
		return true;						\
	case KEY(level2, name2):					\
		*level = level1;					\
		*name = name1;						\
		return true;

/**
 * persock_alias() - the other key of an option that has two
 * @level: its level; replaced where there is one
 * @name: its name; replaced where there is one
 *
 * The other key's other key is the first one.
 *
 * Return: false when it has but one.
 */
bool persock_alias(int *level, int *name)
{
	if (*level == SOL_UDP || *level == SOL_UDPLITE) {
		*level = *level == SOL_UDP ? SOL_UDPLITE : SOL_UDP;
		return true;
	}

	switch (KEY(*level, *name)) {
	PERSOCK_ALIASES(BOTH)
	default:
		return false;
	}
}

/**
 * persock_message_alias() - the other type of a control message that has two
 * @level: its level; replaced where there is one
 * @name: its type; replaced where there is one
 *
 * The other type's other type is the first one.
 *
 * Return: false when it has but one.
 */
bool persock_message_alias(int *level, int *name)
{
	switch (KEY(*level, *name)) {
	PERSOCK_MESSAGE_ALIASES(BOTH)
	default:
		return false;
	}
}

/**
 * persock_command_alias() - the other command of an ioctl that has two
 * @cmd: the command
 *
 * The other command's other command is the first one.
 *
 * Return: the other command; @cmd where there is none.
 */
u32 persock_command_alias(u32 cmd)
{
#define COMMANDS(cmd1, cmd2)						\
	case cmd1:							\
		return cmd2;						\
	case cmd2:							\
		return cmd1;

	switch (cmd) {
	PERSOCK_COMMAND_ALIASES(COMMANDS)
	default:
		return cmd;
	}
}

static bool is_protecting(int level, int name)
{
#define LEVEL(level, reason)	case level:
#define OPTION(level, name, reason) case KEY(level, name):

	switch (level) {
	PERSOCK_PROTECTING_LEVELS(LEVEL)
		return true;
	}

	switch (KEY(level, name)) {
	PERSOCK_PROTECTING(OPTION)
		return true;
	default:
		/* A firewall that is not there. */
		return persock_guard_configures(level, name);
	}
}

/**
 * persock_protects() - is it an option that no default ignores?
 * @level: its level
 * @name: its name
 *
 * Return: true for what PERSOCK_PROTECTING lists, by whichever key, and for the
 * configuration of firewalls and routes.
 */
bool persock_protects(int level, int name)
{
	return is_protecting(level, name) ||
	       (persock_alias(&level, &name) && is_protecting(level, name));
}

/**
 * persock_protects_message() - is it a control message that no default ignores?
 * @level: its level
 * @type: its type
 *
 * Return: true for what PERSOCK_PROTECTING_MESSAGES lists.
 */
bool persock_protects_message(int level, int type)
{
#define MESSAGE(level, type)	case KEY(level, type):

	switch (level) {
	case SOL_TLS:
	case SOL_SCTP:
	case SOL_RXRPC:
	case SOL_ALG:
		return true;
	}

	switch (KEY(level, type)) {
	PERSOCK_PROTECTING_MESSAGES(MESSAGE)
		return true;
	default:
		return false;
	}
}
