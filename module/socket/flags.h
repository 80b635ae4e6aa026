/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flags of governed sockets in sock->flags, far from those of the kernel. The
 * files of socket/ and native/ktls.c set and test them.
 */
#ifndef _PERSOCK_FLAGS_H
#define _PERSOCK_FLAGS_H

/* It has a decoy, see native/ktls.c. It stays set. */
#define PERSOCK_DECOY		27

/* It had a peer that is no resolver, see unsent.c. It stays set. */
#define PERSOCK_MOVED		28

/* It has sent a query to a resolver, and has an exchange, see exchange.c. */
#define PERSOCK_ASKED		29

/*
 * The kernel chose its port, the program did not name it. port.c sets the flag,
 * and a bind to a named port clears it. A chosen port stays with the socket.
 */
#define PERSOCK_PORT_CHOSEN	30

#endif /* _PERSOCK_FLAGS_H */
