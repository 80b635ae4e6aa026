/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of socket options, and the lists of their aliases and
 * protections. preset.c makes the presets' lists of options from the table,
 * and meaning.c makes its functions from the other lists. tools/options/page
 * writes Documentation/options.rst from this file.
 *
 * A row: OPTION(level, name, gvisor-2020, gvisor, AF_UNIX and others). Rows
 * are sorted by the numbers of (level, name), because persock_option_find() is
 * a binary search. A column has the verdict of a preset on the option:
 *
 *   _            not listed: the preset's default answers
 *   RW4          get and set; the size is 4: a shorter buffer or value is
 *                EINVAL, the rest of a longer value is dropped
 *   RW4_12       the same, but a value has 12 bytes
 *   RW           get and set; the kernel judges the size (a timeout has 16
 *                bytes, and 8 in a 32-bit program)
 *   R4, R8, ...  get only; a set is ignored
 *   R4E, RE      get only: a set is EINVAL
 *   W4E, WE      set only: a get is EINVAL
 *   RW4S, RW32S  get and set; get may be given a shorter buffer
 *   R104M        get only, at least 104 bytes, answered with no more
 *
 * Sources: gvisor-2020 is seed rows H4 and H5 (and S8, S17: the socket's type
 * and the timeouts). gvisor is the table of gVisor's hostinet today, 58
 * options, and the options that gVisor answers before hostinet: the socket's
 * type and the timeouts. The last column has the options of gVisor's own
 * AF_UNIX sockets. Hostinet does not serve those, so the seeds do not list
 * them.
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

/* Options of newer kernels, and options that the kernel does not export. */
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD		76	/* 6.5 */
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS		83	/* 6.16 */
#endif
#ifndef SO_DEVMEM_DMABUF
#define SO_DEVMEM_DMABUF	79	/* 6.12; as a message that is sent 6.16 */
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51	/* 6.3 */
#endif
#ifndef IP_PROTOCOL
#define IP_PROTOCOL		52	/* 6.5 */
#endif
#ifndef TCP_AO_ADD_KEY
#define TCP_AO_ADD_KEY		38	/* 6.7, and the next three */
#define TCP_AO_DEL_KEY		39
#define TCP_AO_INFO		40
#define TCP_AO_REPAIR		42
#endif
#ifndef PACKET_VNET_HDR_SZ
#define PACKET_VNET_HDR_SZ	24	/* 6.6 */
#endif
#ifndef ALG_SET_KEY_BY_KEY_SERIAL
#define ALG_SET_KEY_BY_KEY_SERIAL 7	/* 6.2 */
#endif
#ifndef SOL_UDPLITE
#define SOL_UDPLITE		136
#endif
#ifndef SOL_SCTP
#define SOL_SCTP		132
#endif
#ifndef SOL_CAN_RAW
#define SOL_CAN_RAW		101
#endif
#ifndef SOL_RDS
#define SOL_RDS			276
#endif
#ifndef UDPLITE_SEND_CSCOV
#define UDPLITE_SEND_CSCOV	10
#define UDPLITE_RECV_CSCOV	11
#endif
#ifndef ICMP_FILTER
#define ICMP_FILTER		1
#endif
#ifndef CAN_RAW_FILTER
#define CAN_RAW_FILTER		1
#define CAN_RAW_JOIN_FILTERS	6
#endif
#ifndef BT_SECURITY
#define BT_SECURITY		4
#define BT_DEFER_SETUP		7
#endif
#ifndef RFCOMM_LM
#define SOL_RFCOMM		18
#define RFCOMM_LM		3
#endif

/*
 * Options that no default ignores. If a set were dropped silently, the socket
 * would send something else than the program believes, farther or from
 * elsewhere; or others could connect, or read. If the default ignores, such a
 * set is ENOPROTOOPT, which a kernel without the option answers and programs
 * expect. Only a rule that names the option ignores it.
 *
 * Considered, and left out: options about performance, buffers and timers
 * (TCP_CORK, TCP_CONGESTION, SO_BUSY_POLL, SO_MAX_PACING_RATE, SO_TXTIME,
 * whose messages are refused without it); options that request more reports
 * (IP_RECVERR, SO_TIMESTAMP, UDP_GRO); options whose loss makes a later call
 * fail, or withholds something (SO_BROADCAST, SO_REUSEPORT,
 * IP_ADD_MEMBERSHIP); the distance that a packet may go (IP_TTL,
 * IPV6_UNICAST_HOPS), which the seeds ignore; options that only weaken a
 * protection (SO_NO_CHECK, TCP_FASTOPEN_NO_COOKIE, SO_DETACH_FILTER); the
 * discovery of path MTUs; SO_PEEK_OFF, SO_OOBINLINE and SO_LINGER, which
 * change what the program itself sees. L2CAP_LM has the numbers of TCP_CORK.
 *
 * tools/options/page has the list from here, with the reasons.
 */
#define PERSOCK_PROTECTING(PROTECT) \
	PROTECT(SOL_IP, IP_HDRINCL, \
		"packets would be sent with another header") \
	PROTECT(SOL_IP, IP_OPTIONS, \
		"packets would be sent with another header") \
	PROTECT(SOL_IP, IP_FREEBIND, \
		"packets would come from, or go to, another address") \
	PROTECT(SOL_IP, IP_IPSEC_POLICY, \
		"packets would be sent, and taken, without IPsec") \
	PROTECT(SOL_IP, IP_XFRM_POLICY, \
		"packets would be sent, and taken, without IPsec") \
	PROTECT(SOL_IP, IP_TRANSPARENT, \
		"packets would come from, or go to, another address") \
	PROTECT(SOL_IP, IP_MINTTL, \
		"packets from far away would be taken") \
	PROTECT(SOL_IP, IP_MULTICAST_IF, \
		"packets would go to, or come from, other interfaces") \
	PROTECT(SOL_IP, IP_BLOCK_SOURCE, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, IP_ADD_SOURCE_MEMBERSHIP, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, IP_DROP_SOURCE_MEMBERSHIP, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, IP_MSFILTER, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, MCAST_BLOCK_SOURCE, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, MCAST_JOIN_SOURCE_GROUP, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, MCAST_LEAVE_SOURCE_GROUP, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, MCAST_MSFILTER, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, IP_MULTICAST_ALL, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IP, IP_UNICAST_IF, \
		"packets would go to, or come from, other interfaces") \
	PROTECT(SOL_IP, IP_LOCAL_PORT_RANGE, \
		"a port out of the range would be taken") \
	PROTECT(SOL_SOCKET, SO_DONTROUTE, \
		"packets would go farther than they were to") \
	PROTECT(SOL_SOCKET, SO_BINDTODEVICE, \
		"packets would go to, or come from, other interfaces") \
	PROTECT(SOL_SOCKET, SO_ATTACH_FILTER, \
		"more would be received than was to be") \
	PROTECT(SOL_SOCKET, SO_PASSSEC, \
		"an access check would not learn who sends") \
	PROTECT(SOL_SOCKET, SO_MARK, \
		"packets would be routed and filtered as others are") \
	PROTECT(SOL_SOCKET, SO_NOFCS, \
		"other bytes would be sent as a frame") \
	PROTECT(SOL_SOCKET, SO_LOCK_FILTER, \
		"the filter could be taken off") \
	PROTECT(SOL_SOCKET, SO_ATTACH_BPF, \
		"more would be received than was to be") \
	PROTECT(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, \
		"packets and connections would go to other sockets of the group") \
	PROTECT(SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, \
		"packets and connections would go to other sockets of the group") \
	PROTECT(SOL_SOCKET, SO_BINDTOIFINDEX, \
		"packets would go to, or come from, other interfaces") \
	PROTECT(SOL_SOCKET, SO_PASSPIDFD, \
		"an access check would not learn who sends") \
	PROTECT(SOL_SOCKET, SO_PASSRIGHTS, \
		"descriptors would be received all the same") \
	PROTECT(SOL_TCP, TCP_MD5SIG, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_TCP, TCP_REPAIR, \
		"a connection would be made anew, with what belongs to it") \
	PROTECT(SOL_TCP, TCP_REPAIR_QUEUE, \
		"a connection would be made anew, with what belongs to it") \
	PROTECT(SOL_TCP, TCP_QUEUE_SEQ, \
		"a connection would be made anew, with what belongs to it") \
	PROTECT(SOL_TCP, TCP_REPAIR_OPTIONS, \
		"a connection would be made anew, with what belongs to it") \
	PROTECT(SOL_TCP, TCP_REPAIR_WINDOW, \
		"a connection would be made anew, with what belongs to it") \
	PROTECT(SOL_TCP, TCP_ULP, \
		"data would be sent as plain text") \
	PROTECT(SOL_TCP, TCP_MD5SIG_EXT, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_TCP, TCP_FASTOPEN_KEY, \
		"cookies of another key would be taken") \
	PROTECT(SOL_TCP, TCP_AO_ADD_KEY, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_TCP, TCP_AO_DEL_KEY, \
		"a key that was withdrawn would go on to be taken") \
	PROTECT(SOL_TCP, TCP_AO_INFO, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_TCP, TCP_AO_REPAIR, \
		"a connection would be made anew, with what belongs to it") \
	PROTECT(SOL_UDP, UDP_CORK, \
		"data would be sent in other datagrams") \
	PROTECT(SOL_UDP, UDPLITE_SEND_CSCOV, \
		"less of the data would be checked") \
	PROTECT(SOL_UDP, UDPLITE_RECV_CSCOV, \
		"less of the data would be checked") \
	PROTECT(SOL_UDP, UDP_ENCAP, \
		"packets would be sent and taken without encapsulation") \
	PROTECT(SOL_UDP, UDP_SEGMENT, \
		"data would be sent in other datagrams") \
	PROTECT(SOL_RFCOMM, RFCOMM_LM, \
		"a link without authentication or encryption would do") \
	PROTECT(SOL_IPV6, IPV6_2292PKTOPTIONS, \
		"packets would be sent with another header") \
	PROTECT(SOL_IPV6, IPV6_CHECKSUM, \
		"packets would be sent and taken with another checksum") \
	PROTECT(SOL_IPV6, IPV6_MULTICAST_IF, \
		"packets would go to, or come from, other interfaces") \
	PROTECT(SOL_IPV6, IPV6_V6ONLY, \
		"IPv4 would be served as well") \
	PROTECT(SOL_IPV6, IPV6_MULTICAST_ALL, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IPV6, IPV6_ROUTER_ALERT_ISOLATE, \
		"packets of other network namespaces would be taken") \
	PROTECT(SOL_IPV6, IPV6_IPSEC_POLICY, \
		"packets would be sent, and taken, without IPsec") \
	PROTECT(SOL_IPV6, IPV6_XFRM_POLICY, \
		"packets would be sent, and taken, without IPsec") \
	PROTECT(SOL_IPV6, IPV6_HDRINCL, \
		"packets would be sent with another header") \
	PROTECT(SOL_IPV6, MCAST_BLOCK_SOURCE, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IPV6, MCAST_JOIN_SOURCE_GROUP, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IPV6, MCAST_LEAVE_SOURCE_GROUP, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IPV6, MCAST_MSFILTER, \
		"multicasts would be taken from other sources") \
	PROTECT(SOL_IPV6, IPV6_PKTINFO, \
		"packets would come from, or go to, another address") \
	PROTECT(SOL_IPV6, IPV6_HOPOPTS, \
		"packets would be sent with another header") \
	PROTECT(SOL_IPV6, IPV6_RTHDRDSTOPTS, \
		"packets would be sent with another header") \
	PROTECT(SOL_IPV6, IPV6_RTHDR, \
		"packets would be sent with another header") \
	PROTECT(SOL_IPV6, IPV6_DSTOPTS, \
		"packets would be sent with another header") \
	PROTECT(SOL_IPV6, IPV6_MINHOPCOUNT, \
		"packets from far away would be taken") \
	PROTECT(SOL_IPV6, IPV6_TRANSPARENT, \
		"packets would come from, or go to, another address") \
	PROTECT(SOL_IPV6, IPV6_UNICAST_IF, \
		"packets would go to, or come from, other interfaces") \
	PROTECT(SOL_IPV6, IPV6_FREEBIND, \
		"packets would come from, or go to, another address") \
	PROTECT(SOL_ICMPV6, ICMPV6_FILTER, \
		"more would be received than was to be") \
	PROTECT(SOL_CAN_RAW, CAN_RAW_FILTER, \
		"more would be received than was to be") \
	PROTECT(SOL_CAN_RAW, CAN_RAW_JOIN_FILTERS, \
		"more would be received than was to be") \
	PROTECT(SOL_SCTP, SCTP_DEFAULT_SEND_PARAM, \
		"data would be sent in another stream") \
	PROTECT(SOL_SCTP, SCTP_AUTH_CHUNK, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_SCTP, SCTP_HMAC_IDENT, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_SCTP, SCTP_AUTH_KEY, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_SCTP, SCTP_AUTH_ACTIVE_KEY, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_SCTP, SCTP_AUTH_DELETE_KEY, \
		"a key that was withdrawn would go on to be taken") \
	PROTECT(SOL_SCTP, SCTP_DEFAULT_SNDINFO, \
		"data would be sent in another stream") \
	PROTECT(SOL_SCTP, SCTP_AUTH_DEACTIVATE_KEY, \
		"a key that was withdrawn would go on to be taken") \
	PROTECT(SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, \
		"the socket would have other addresses") \
	PROTECT(SOL_SCTP, SCTP_SOCKOPT_BINDX_REM, \
		"the socket would have other addresses") \
	PROTECT(SOL_SCTP, SCTP_ASCONF_SUPPORTED, \
		"a peer could change its addresses") \
	PROTECT(SOL_SCTP, SCTP_AUTH_SUPPORTED, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, \
		"packets would be sent and taken without encapsulation") \
	PROTECT(SOL_RAW, ICMP_FILTER, \
		"more would be received than was to be") \
	PROTECT(SOL_PACKET, PACKET_VNET_HDR, \
		"other bytes would be sent as a frame") \
	PROTECT(SOL_PACKET, PACKET_FANOUT, \
		"packets and connections would go to other sockets of the group") \
	PROTECT(SOL_PACKET, PACKET_TX_HAS_OFF, \
		"other bytes would be sent as a frame") \
	PROTECT(SOL_PACKET, PACKET_FANOUT_DATA, \
		"packets and connections would go to other sockets of the group") \
	PROTECT(SOL_PACKET, PACKET_IGNORE_OUTGOING, \
		"more would be received than was to be") \
	PROTECT(SOL_PACKET, PACKET_VNET_HDR_SZ, \
		"other bytes would be sent as a frame") \
	PROTECT(SOL_DCCP, DCCP_SOCKOPT_SERVICE, \
		"another service would be asked for, or offered") \
	PROTECT(SOL_DCCP, DCCP_SOCKOPT_SEND_CSCOV, \
		"less of the data would be checked") \
	PROTECT(SOL_DCCP, DCCP_SOCKOPT_RECV_CSCOV, \
		"less of the data would be checked") \
	PROTECT(SOL_RXRPC, RXRPC_SECURITY_KEY, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_RXRPC, RXRPC_SECURITY_KEYRING, \
		"what is not signed would be sent and taken") \
	PROTECT(SOL_RXRPC, RXRPC_MIN_SECURITY_LEVEL, \
		"a link without authentication or encryption would do") \
	PROTECT(SOL_BLUETOOTH, BT_SECURITY, \
		"a link without authentication or encryption would do") \
	PROTECT(SOL_BLUETOOTH, BT_DEFER_SETUP, \
		"a link without authentication or encryption would do") \
	PROTECT(SOL_ALG, ALG_SET_KEY, \
		"data would be hashed or encrypted without the key") \
	PROTECT(SOL_ALG, ALG_SET_AEAD_AUTHSIZE, \
		"data would be hashed or encrypted without the key") \
	PROTECT(SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, \
		"data would be hashed or encrypted without the key")

/* The same for every option and control message of a level. */
#define PERSOCK_PROTECTING_LEVELS(PROTECT) \
	PROTECT(SOL_TLS, \
		"data would be sent as plain text")

/*
 * Control messages that no default removes from a send, for the same reasons:
 * such a send is EINVAL. The same holds for all of SOL_TLS, SOL_SCTP,
 * SOL_RXRPC and SOL_ALG, which specify what the data is, how it is kept secret
 * or to whom it goes.
 */
#define PERSOCK_PROTECTING_MESSAGES(PROTECT) \
	PROTECT(SOL_IP, IP_RETOPTS) \
	PROTECT(SOL_IP, IP_PKTINFO) \
	PROTECT(SOL_IP, IP_PROTOCOL) \
	PROTECT(SOL_SOCKET, SO_MARK) \
	PROTECT(SOL_SOCKET, SO_DEVMEM_DMABUF) \
	PROTECT(SOL_UDP, UDP_SEGMENT) \
	PROTECT(SOL_IPV6, IPV6_2292PKTINFO) \
	PROTECT(SOL_IPV6, IPV6_2292HOPOPTS) \
	PROTECT(SOL_IPV6, IPV6_2292DSTOPTS) \
	PROTECT(SOL_IPV6, IPV6_2292RTHDR) \
	PROTECT(SOL_IPV6, IPV6_PKTINFO) \
	PROTECT(SOL_IPV6, IPV6_HOPOPTS) \
	PROTECT(SOL_IPV6, IPV6_RTHDRDSTOPTS) \
	PROTECT(SOL_IPV6, IPV6_RTHDR) \
	PROTECT(SOL_IPV6, IPV6_DSTOPTS)

/*
 * Keys of one and the same option: the kernel keeps one state for both. A rule
 * on one key holds for the other, unless a rule names that, too. Every name of
 * level SOL_UDPLITE is the same option as of SOL_UDP: a UDP socket accepts
 * both, and so does a UDP-Lite socket. IPv6 sockets accept options of SOL_IP.
 *
 * Considered, and left out: IPV6_RECVPKTINFO and IPV6_2292PKTINFO, and their
 * kin. The kernel keeps a state for each, either or both can be on, and only
 * the newer one reports IPv4 addresses. The messages that they enable are a
 * pair, below.
 */
#define PERSOCK_ALIASES(ALIAS) \
	ALIAS(SOL_IP, IP_FREEBIND, SOL_IPV6, IPV6_FREEBIND) \
	ALIAS(SOL_IP, IP_TRANSPARENT, SOL_IPV6, IPV6_TRANSPARENT) \
	ALIAS(SOL_SOCKET, SO_RCVTIMEO_OLD, SOL_SOCKET, SO_RCVTIMEO_NEW) \
	ALIAS(SOL_SOCKET, SO_SNDTIMEO_OLD, SOL_SOCKET, SO_SNDTIMEO_NEW) \
	ALIAS(SOL_SOCKET, SO_BINDTODEVICE, SOL_SOCKET, SO_BINDTOIFINDEX) \
	ALIAS(SOL_SOCKET, SO_TIMESTAMP_OLD, SOL_SOCKET, SO_TIMESTAMP_NEW) \
	ALIAS(SOL_SOCKET, SO_TIMESTAMPNS_OLD, SOL_SOCKET, SO_TIMESTAMPNS_NEW) \
	ALIAS(SOL_SOCKET, SO_TIMESTAMPING_OLD, SOL_SOCKET, SO_TIMESTAMPING_NEW) \
	ALIAS(AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD, \
	      AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW) \
	ALIAS(SOL_IPV6, IPV6_CHECKSUM, SOL_RAW, IPV6_CHECKSUM) \
	ALIAS(SOL_IPV6, IPV6_HDRINCL, SOL_RAW, IPV6_HDRINCL) \
	ALIAS(SOL_RDS, SO_TIMESTAMP_OLD, SOL_RDS, SO_TIMESTAMP_NEW)

/*
 * Types of one and the same control message: when it is sent, the kernel does
 * the same for both; when it is received, both report the same. A rule on one
 * holds for the other, as above. Options have a list of their own, because the
 * numbers mean something else there: IPV6_PKTINFO sets the source and
 * interface of all sends, IPV6_2292PKTINFO requests reports.
 */
#define PERSOCK_MESSAGE_ALIASES(ALIAS) \
	ALIAS(SOL_SOCKET, SO_TIMESTAMP_OLD, SOL_SOCKET, SO_TIMESTAMP_NEW) \
	ALIAS(SOL_SOCKET, SO_TIMESTAMPNS_OLD, SOL_SOCKET, SO_TIMESTAMPNS_NEW) \
	ALIAS(SOL_SOCKET, SO_TIMESTAMPING_OLD, SOL_SOCKET, SO_TIMESTAMPING_NEW) \
	ALIAS(SOL_IPV6, IPV6_PKTINFO, SOL_IPV6, IPV6_2292PKTINFO) \
	ALIAS(SOL_IPV6, IPV6_HOPLIMIT, SOL_IPV6, IPV6_2292HOPLIMIT) \
	ALIAS(SOL_IPV6, IPV6_HOPOPTS, SOL_IPV6, IPV6_2292HOPOPTS) \
	ALIAS(SOL_IPV6, IPV6_RTHDR, SOL_IPV6, IPV6_2292RTHDR) \
	ALIAS(SOL_IPV6, IPV6_DSTOPTS, SOL_IPV6, IPV6_2292DSTOPTS)

/*
 * The same for ioctls. FIONREAD and SIOCINQ, TIOCOUTQ and SIOCOUTQ are names
 * of one number each.
 */
#define PERSOCK_COMMAND_ALIASES(ALIAS) \
	ALIAS(FIOSETOWN, SIOCSPGRP) \
	ALIAS(FIOGETOWN, SIOCGPGRP) \
	ALIAS(SIOCGSTAMP_OLD, SIOCGSTAMP_NEW) \
	ALIAS(SIOCGSTAMPNS_OLD, SIOCGSTAMPNS_NEW)
