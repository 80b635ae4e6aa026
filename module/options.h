/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of socket options. The presets are made of it, the verdicts
 * look into what it makes, and tools/options/page writes
 * Documentation/options.rst from it.
 *
 * A row: OPTION(level, name, gvisor-2020, gvisor, AF_UNIX and others). Rows are
 * sorted by the numbers of (level, name), as persock_option_find() halves the
 * table. A column says who may do what with the option:
 *
 *   _            not listed: the preset's default answers
 *   RW4          get and set; the size is 4: a shorter buffer or value is
 *                EINVAL, the rest of a longer value is dropped
 *   RW4_12       the same, but a value has 12 bytes
 *   RW           get and set; the kernel judges the size (a timeout has 16
 *                bytes, and 8 in a 32-bit program)
 *   R4, R8, ...  get only; a set is ignored, as for an option not listed
 *   R4E, RE      get only: a set is EINVAL
 *   W4E, WE      set only: a get is EINVAL
 *   RW4S, RW32S  get and set; get may be given a shorter buffer
 *   R104M        get only, at least 104 bytes, answered with no more
 *
 * Sources: gvisor-2020 is seed rows H4 and H5 (and S8, S17: the socket's type
 * and the timeouts). gvisor is the table of gVisor's hostinet today, 58 options,
 * and what gVisor answers before it: the socket's type and the timeouts. The
 * last column is what gVisor's own AF_UNIX sockets know; hostinet is not asked
 * there, so the seeds do not list them.
 */
#define PERSOCK_OPTIONS(OPTION) \
	OPTION(SOL_IP, IP_TOS, RW4, RW, _) \
	OPTION(SOL_IP, IP_TTL, _, RW4S, _) \
	OPTION(SOL_IP, IP_HDRINCL, _, RW4, _) \
	OPTION(SOL_IP, IP_PKTINFO, RW4_12, RW4, _) \
	OPTION(SOL_IP, IP_MTU_DISCOVER, _, RW, _) \
	OPTION(SOL_IP, IP_RECVERR, _, RW4, _) \
	OPTION(SOL_IP, IP_RECVTTL, _, RW4, _) \
	OPTION(SOL_IP, IP_RECVTOS, RW4, RW4, _) \
	OPTION(SOL_IP, IP_RECVORIGDSTADDR, _, RW4, _) \
	OPTION(SOL_IP, IP_MULTICAST_IF, _, RW, _) \
	OPTION(SOL_IP, IP_MULTICAST_TTL, _, RW, _) \
	OPTION(SOL_IP, IP_MULTICAST_LOOP, _, RW, _) \
	OPTION(SOL_IP, IP_ADD_MEMBERSHIP, _, WE, _) \
	OPTION(SOL_IP, IP_DROP_MEMBERSHIP, _, WE, _) \
	OPTION(SOL_IP, SO_ORIGINAL_DST, _, R16E, _) \
	OPTION(SOL_SOCKET, SO_REUSEADDR, RW4, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_TYPE, R4, R4, R4) \
	OPTION(SOL_SOCKET, SO_ERROR, R4, R4E, R4) \
	OPTION(SOL_SOCKET, SO_BROADCAST, _, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_SNDBUF, RW4, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_RCVBUF, RW4, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_KEEPALIVE, R4, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_OOBINLINE, _, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_NO_CHECK, _, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_LINGER, R8, RW8, RW8) \
	OPTION(SOL_SOCKET, SO_REUSEPORT, _, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_PASSCRED, _, RW4, RW4) \
	OPTION(SOL_SOCKET, SO_PEERCRED, _, _, R12) \
	OPTION(SOL_SOCKET, SO_RCVLOWAT, _, RW4, _) \
	OPTION(SOL_SOCKET, SO_RCVTIMEO_OLD, RW, RW, RW) \
	OPTION(SOL_SOCKET, SO_SNDTIMEO_OLD, RW, RW, RW) \
	OPTION(SOL_SOCKET, SO_BINDTODEVICE, _, RW, _) \
	OPTION(SOL_SOCKET, SO_TIMESTAMP_OLD, _, RW4, _) \
	OPTION(SOL_SOCKET, SO_ACCEPTCONN, _, RW4, R4) \
	OPTION(SOL_SOCKET, SO_RCVBUFFORCE, _, W4E, _) \
	OPTION(SOL_SOCKET, SO_PROTOCOL, R4, R4, R4) \
	OPTION(SOL_SOCKET, SO_DOMAIN, R4, R4, R4) \
	OPTION(SOL_TCP, TCP_NODELAY, RW4, RW4, _) \
	OPTION(SOL_TCP, TCP_MAXSEG, _, RW4, _) \
	OPTION(SOL_TCP, TCP_CORK, _, RW4, _) \
	OPTION(SOL_TCP, TCP_KEEPIDLE, _, RW4, _) \
	OPTION(SOL_TCP, TCP_KEEPINTVL, _, RW4, _) \
	OPTION(SOL_TCP, TCP_KEEPCNT, _, RW4, _) \
	OPTION(SOL_TCP, TCP_SYNCNT, _, RW4, _) \
	OPTION(SOL_TCP, TCP_LINGER2, _, RW4, _) \
	OPTION(SOL_TCP, TCP_DEFER_ACCEPT, _, RW4, _) \
	OPTION(SOL_TCP, TCP_WINDOW_CLAMP, _, RW4, _) \
	OPTION(SOL_TCP, TCP_INFO, R104M, RE, _) \
	OPTION(SOL_TCP, TCP_QUICKACK, _, RW4, _) \
	OPTION(SOL_TCP, TCP_CONGESTION, _, RW, _) \
	OPTION(SOL_TCP, TCP_USER_TIMEOUT, _, RW4, _) \
	OPTION(SOL_TCP, TCP_INQ, _, RW4, _) \
	OPTION(SOL_IPV6, IPV6_CHECKSUM, _, RW4, _) \
	OPTION(SOL_IPV6, IPV6_UNICAST_HOPS, _, RW4, _) \
	OPTION(SOL_IPV6, IPV6_MULTICAST_HOPS, _, RW4, _) \
	OPTION(SOL_IPV6, IPV6_RECVERR, _, RW4, _) \
	OPTION(SOL_IPV6, IPV6_V6ONLY, RW4, RW4, _) \
	OPTION(SOL_IPV6, IPV6_RECVPKTINFO, _, RW4, _) \
	OPTION(SOL_IPV6, IPV6_RECVHOPLIMIT, _, RW4, _) \
	OPTION(SOL_IPV6, IPV6_RECVTCLASS, RW4, RW4, _) \
	OPTION(SOL_IPV6, IPV6_TCLASS, RW4, RW4S, _) \
	OPTION(SOL_IPV6, IPV6_RECVORIGDSTADDR, _, RW4, _) \
	OPTION(SOL_IPV6, IP6T_SO_ORIGINAL_DST, _, R28E, _) \
	OPTION(SOL_ICMPV6, ICMPV6_FILTER, _, RW32S, _)
