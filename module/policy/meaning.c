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

/*
 * The key of an option as one number, for a switch: the compiler makes a
 * search of it, and reports a key that is listed twice.
 */
#define KEY(level, name)	((u64)(u32)(level) << 32 | (u32)(name))

/* The cases of two keys of one option, in both directions. */
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
 * persock_alias() - the other key of an option with two keys
 * @level: its level; replaced if there is another
 * @name: its name; replaced if there is another
 *
 * The alias of the alias is the first key.
 *
 * Return: false if it has only one.
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
 * persock_message_alias() - the other type of a control message with two types
 * @level: its level; replaced if there is another
 * @name: its type; replaced if there is another
 *
 * The alias of the alias is the first type.
 *
 * Return: false if it has only one.
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
 * persock_command_alias() - the other command of an ioctl with two commands
 * @cmd: the command
 *
 * The alias of the alias is the first command.
 *
 * Return: the other command; @cmd if there is none.
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
		/*
		 * An ignored option would leave the host without its firewall.
		 */
		return persock_guard_configures(level, name);
	}
}

/**
 * persock_protects() - is it an option that no default ignores?
 * @level: its level
 * @name: its name
 *
 * Return: true for the options of PERSOCK_PROTECTING, by either key, and for
 * the configuration of firewalls and multicast routing.
 */
bool persock_protects(int level, int name)
{
	return is_protecting(level, name) ||
	       (persock_alias(&level, &name) && is_protecting(level, name));
}

/**
 * persock_protects_message() - is it a control message that no default
 *				ignores?
 * @level: its level
 * @type: its type
 *
 * Return: true for the messages of PERSOCK_PROTECTING_MESSAGES, and for all
 * messages of some levels.
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
