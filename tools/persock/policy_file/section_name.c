// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the names of sections. The parser, explain, and the printing of
 * denials and of ignored calls use it.
 */
#include "policy_file/section_name.h"

#include <stdio.h>
#include <linux/persock.h>

static const char *const names[] = {
	[PERSOCK_SECTION_SOCKETS]		= "sockets",
	[PERSOCK_SECTION_OPTIONS_GET]		= "options.get",
	[PERSOCK_SECTION_OPTIONS_SET]		= "options.set",
	[PERSOCK_SECTION_FLAGS_SEND]		= "flags.send",
	[PERSOCK_SECTION_FLAGS_RECEIVE]		= "flags.recv",
	[PERSOCK_SECTION_CONTROL_SEND]		= "control",
	[PERSOCK_SECTION_CONTROL_RECEIVE]	= "control.received",
	[PERSOCK_SECTION_IOCTLS]		= "ioctls",
	[PERSOCK_SECTION_CONNECT]		= "connect",
	[PERSOCK_SECTION_BIND]			= "bind",
	[PERSOCK_SECTION_ACCEPT]		= "accept",
	[PERSOCK_SECTION_LISTEN]		= "listen",
	[PERSOCK_SECTION_UNIX_RIGHTS]		= "unix.rights",
	[PERSOCK_SECTION_UNIX_CREDENTIALS]	= "unix.credentials",
	[PERSOCK_SECTION_PAIR]			= "pair",
	[PERSOCK_SECTION_MMAP]			= "mmap",
	[PERSOCK_SECTION_LIMITS]		= "limits",
	[PERSOCK_SECTION_UNIX_CONNECT]		= "unix.connect",
	[PERSOCK_SECTION_UNIX_BIND]		= "unix.bind",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == PERSOCK_SECTION_UNIX_BIND + 1,
	       "name each of the sections");

const char *section_name(unsigned int section)
{
	static char text[32];

	if (section < sizeof(names) / sizeof(names[0]))
		return names[section];
	snprintf(text, sizeof(text), "section-%u", section);

	return text;
}
