/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words for operations and sections, as WORD(value, word): those of
 * operations are from the specification of the netlink interface, those of
 * sections are the keys of a policy file. control/proc.c makes a table of each,
 * and so does the tool.
 */
#ifndef _PERSOCK_WORD_H
#define _PERSOCK_WORD_H

#define PERSOCK_OPERATION_WORDS(WORD) \
	WORD(PERSOCK_OP_CREATE, "create") \
	WORD(PERSOCK_OP_PAIR, "pair") \
	WORD(PERSOCK_OP_CONNECT, "connect") \
	WORD(PERSOCK_OP_ACCEPT, "accept") \
	WORD(PERSOCK_OP_BIND, "bind") \
	WORD(PERSOCK_OP_LISTEN, "listen") \
	WORD(PERSOCK_OP_SHUTDOWN, "shutdown") \
	WORD(PERSOCK_OP_GETSOCKOPT, "getsockopt") \
	WORD(PERSOCK_OP_SETSOCKOPT, "setsockopt") \
	WORD(PERSOCK_OP_GETNAME, "getname") \
	WORD(PERSOCK_OP_SENDMSG, "sendmsg") \
	WORD(PERSOCK_OP_RECVMSG, "recvmsg") \
	WORD(PERSOCK_OP_IOCTL, "ioctl") \
	WORD(PERSOCK_OP_MMAP, "mmap")

#define PERSOCK_SECTION_WORDS(WORD) \
	WORD(PERSOCK_SECTION_SOCKETS, "sockets") \
	WORD(PERSOCK_SECTION_OPTIONS_GET, "options.get") \
	WORD(PERSOCK_SECTION_OPTIONS_SET, "options.set") \
	WORD(PERSOCK_SECTION_FLAGS_SEND, "flags.send") \
	WORD(PERSOCK_SECTION_FLAGS_RECEIVE, "flags.recv") \
	WORD(PERSOCK_SECTION_CONTROL_SEND, "control") \
	WORD(PERSOCK_SECTION_CONTROL_RECEIVE, "control.received") \
	WORD(PERSOCK_SECTION_IOCTLS, "ioctls") \
	WORD(PERSOCK_SECTION_CONNECT, "connect") \
	WORD(PERSOCK_SECTION_BIND, "bind") \
	WORD(PERSOCK_SECTION_ACCEPT, "accept") \
	WORD(PERSOCK_SECTION_LISTEN, "listen") \
	WORD(PERSOCK_SECTION_UNIX_RIGHTS, "unix.rights") \
	WORD(PERSOCK_SECTION_UNIX_CREDENTIALS, "unix.credentials") \
	WORD(PERSOCK_SECTION_PAIR, "pair") \
	WORD(PERSOCK_SECTION_MMAP, "mmap") \
	WORD(PERSOCK_SECTION_LIMITS, "limits") \
	WORD(PERSOCK_SECTION_UNIX_CONNECT, "unix.connect") \
	WORD(PERSOCK_SECTION_UNIX_BIND, "unix.bind")

#endif /* _PERSOCK_WORD_H */
