/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of socket options. The checks, the presets and the generated
 * documentation all come from it.
 *
 * Each row: PERSOCK_OPTION(level, name, get, get_size, get_max, set, set_size)
 * sorted by (level, name), since persock_option_find() halves the table;
 * persock_personality_init() refuses to load a table that is not sorted.
 */

/*
 * gvisor-2020, AF_INET and AF_INET6. Seed rows H4 (get) and H5 (set):
 * an option that is not listed is ENOPROTOOPT to read and ignored when set.
 * SO_TYPE, SO_DOMAIN and SO_PROTOCOL are row S8, the timeouts row S17.
 * TCP_INFO is answered with the 104 bytes that it had in 2020.
 */
#define PERSOCK_OPTIONS_GVISOR_2020_INET(OPTION) \
	OPTION(SOL_IP, IP_TOS, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_IP, IP_PKTINFO, ALLOW, 4, 0, ALLOW, 12) \
	OPTION(SOL_IP, IP_RECVTOS, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_REUSEADDR, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_TYPE, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_ERROR, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_SNDBUF, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_RCVBUF, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_KEEPALIVE, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_LINGER, ALLOW, 8, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_RCVTIMEO_OLD, ALLOW, 16, 0, ALLOW, 16) \
	OPTION(SOL_SOCKET, SO_SNDTIMEO_OLD, ALLOW, 16, 0, ALLOW, 16) \
	OPTION(SOL_SOCKET, SO_PROTOCOL, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_DOMAIN, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_TCP, TCP_NODELAY, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_TCP, TCP_INFO, ALLOW, 104, 104, IGNORE, 0) \
	OPTION(SOL_IPV6, IPV6_V6ONLY, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_IPV6, IPV6_RECVTCLASS, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_IPV6, IPV6_TCLASS, ALLOW, 4, 0, ALLOW, 4)

/*
 * gvisor-2020, all other families: what gVisor's AF_UNIX sockets know. Not a
 * hostinet matter, so the seeds do not list them; rows S8, S16 and S17 need
 * the socket's type, SO_PASSCRED, SO_PEERCRED and the timeouts.
 */
#define PERSOCK_OPTIONS_GVISOR_2020_OTHER(OPTION) \
	OPTION(SOL_SOCKET, SO_REUSEADDR, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_TYPE, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_ERROR, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_SNDBUF, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_RCVBUF, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_KEEPALIVE, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_LINGER, ALLOW, 8, 0, ALLOW, 8) \
	OPTION(SOL_SOCKET, SO_PASSCRED, ALLOW, 4, 0, ALLOW, 4) \
	OPTION(SOL_SOCKET, SO_PEERCRED, ALLOW, 12, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_RCVTIMEO_OLD, ALLOW, 16, 0, ALLOW, 16) \
	OPTION(SOL_SOCKET, SO_SNDTIMEO_OLD, ALLOW, 16, 0, ALLOW, 16) \
	OPTION(SOL_SOCKET, SO_PROTOCOL, ALLOW, 4, 0, IGNORE, 0) \
	OPTION(SOL_SOCKET, SO_DOMAIN, ALLOW, 4, 0, IGNORE, 0)
