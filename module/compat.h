/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the supported kernels (6.1, 6.12 and 7.3), and nothing
 * else. Files of all folders that meet such a difference include it. Kbuild
 * looks into a kernel's headers for the features it has (PERSOCK_HAVE_...):
 * distributions backport, so its version does not show them.
 */
#ifndef _PERSOCK_COMPAT_H
#define _PERSOCK_COMPAT_H

#include <linux/bpf.h>
#include <linux/ftrace.h>
#include <linux/net.h>
#include <linux/splice.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#if !defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#error "persock needs CONFIG_DYNAMIC_FTRACE_WITH_ARGS (function tracer)"
#endif

#if !defined(CONFIG_SECURITY_NETWORK)
#error "persock needs CONFIG_SECURITY_NETWORK: it hooks security_socket_post_create()"
#endif

#if !defined(CONFIG_SOCK_CGROUP_DATA)
#error "persock needs CONFIG_SOCK_CGROUP_DATA (cgroup v2 with sockets)"
#endif

/* accept() of proto_ops takes a struct since 6.10 (92ef0fd55ac8). */
#ifndef PERSOCK_HAVE_ACCEPT_ARG
struct proto_accept_arg {
	int flags;
	int err;
	bool is_empty;
	bool kern;
};

/* Define @name, an accept() of proto_ops that calls @function. */
#define PERSOCK_DECLARE_ACCEPT(name)					\
int name(struct socket *sock, struct socket *newsock, int flags, bool kern)

#define PERSOCK_DEFINE_ACCEPT(name, function)				\
int name(struct socket *sock, struct socket *newsock, int flags, bool kern)	\
{									\
	struct proto_accept_arg arg = { .flags = flags, .kern = kern };	\
									\
	return function(sock, newsock, &arg);				\
}

static inline int persock_call_accept(const struct proto_ops *ops,
				      struct socket *sock,
				      struct socket *newsock,
				      struct proto_accept_arg *arg)
{
	return ops->accept(sock, newsock, arg->flags, arg->kern);
}
#else
#define PERSOCK_DECLARE_ACCEPT(name)					\
int name(struct socket *sock, struct socket *newsock,			\
	 struct proto_accept_arg *arg)

#define PERSOCK_DEFINE_ACCEPT(name, function)				\
int name(struct socket *sock, struct socket *newsock,			\
	 struct proto_accept_arg *arg)					\
{									\
	return function(sock, newsock, arg);				\
}

static inline int persock_call_accept(const struct proto_ops *ops,
				      struct socket *sock,
				      struct socket *newsock,
				      struct proto_accept_arg *arg)
{
	return ops->accept(sock, newsock, arg);
}
#endif

/* Addresses of bind and connect have a type of their own since 6.19. */
#ifndef PERSOCK_HAVE_SOCKADDR_UNSIZED
#define sockaddr_unsized	sockaddr
#endif

/* sendpage() gave way to MSG_SPLICE_PAGES in 6.5 (dc97391e6610). */
#ifdef PERSOCK_HAVE_SENDPAGE
#define persock_splice_by_read(file, ppos, pipe, len, flags) \
	generic_file_splice_read(file, ppos, pipe, len, flags)
#define PERSOCK_PROTO_OPS_VERSIONED	2	/* sendpage, sendpage_locked */
#else
#define persock_splice_by_read(file, ppos, pipe, len, flags) \
	copy_splice_read(file, ppos, pipe, len, flags)
#define PERSOCK_PROTO_OPS_VERSIONED	0
#endif

/*
 * Flags that the kernel itself adds to a send. They are never judged. Programs
 * cannot set those of MSG_INTERNAL_SENDMSG_FLAGS. They can set MSG_BATCH and,
 * before 6.5, MSG_SENDPAGE_NOTLAST: hints that more follows, like MSG_MORE.
 */
#ifdef PERSOCK_HAVE_SENDPAGE
#define PERSOCK_KERNEL_SEND_FLAGS \
	(MSG_INTERNAL_SENDMSG_FLAGS | MSG_BATCH | MSG_CMSG_COMPAT | \
	 MSG_SENDPAGE_NOTLAST)
#else
#define PERSOCK_KERNEL_SEND_FLAGS \
	(MSG_INTERNAL_SENDMSG_FLAGS | MSG_BATCH | MSG_CMSG_COMPAT)
#endif

/* Flags that say what kind of memory a message is in. */
#ifdef MSG_SPLICE_PAGES
#define PERSOCK_SPLICE_FLAGS	MSG_SPLICE_PAGES
#else
#define PERSOCK_SPLICE_FLAGS	0
#endif

/* Debian backported getsockopt_iter() into its 6.12. */
#ifdef PERSOCK_HAVE_GETSOCKOPT_ITER
#define PERSOCK_PROTO_OPS_BACKPORTED	1
#else
#define PERSOCK_PROTO_OPS_BACKPORTED	0
#endif

/* set_rcvbuf() is called for a change of the buffer's size, on 7.x. */
#ifdef PERSOCK_HAVE_SET_RCVBUF
#define PERSOCK_PROTO_OPS_RCVBUF	1
#else
#define PERSOCK_PROTO_OPS_RCVBUF	0
#endif

#ifdef CONFIG_COMPAT
#define PERSOCK_PROTO_OPS_COMPAT	1
#else
#define PERSOCK_PROTO_OPS_COMPAT	0
#endif

/*
 * Function pointers of proto_ops that persock_router_fill() handles on every
 * supported kernel: release bind connect socketpair accept getname poll ioctl
 * gettstamp listen shutdown setsockopt getsockopt show_fdinfo sendmsg recvmsg
 * mmap splice_read splice_eof set_peek_off peek_len read_sock read_skb
 * sendmsg_locked set_rcvlowat.
 */
#define PERSOCK_PROTO_OPS_COMMON	25

/*
 * A field that persock does not know would be missing in the router's table
 * or, worse, would take priority over one that it routes. Handle it in
 * persock_router_fill() first.
 */
static_assert(sizeof(struct proto_ops) ==
	      sizeof(void *) * (2 /* family, owner */ +
				PERSOCK_PROTO_OPS_COMMON +
				PERSOCK_PROTO_OPS_COMPAT +
				PERSOCK_PROTO_OPS_VERSIONED +
				PERSOCK_PROTO_OPS_RCVBUF +
				PERSOCK_PROTO_OPS_BACKPORTED),
	      "proto_ops has a field that persock_router_fill() does not know");

/*
 * A proto's ioctl() takes an int in kernel memory since 6.5 (e1d001fa5b47);
 * io_uring calls it for the length of the queues since 6.7.
 */
#ifdef PERSOCK_HAVE_PROTO_IOCTL
static inline int persock_call_proto_ioctl(struct sock *sk, int cmd, int *value)
{
	/* Ping sockets have no ioctl(). */
	return sk->sk_prot->ioctl ? sk->sk_prot->ioctl(sk, cmd, value) :
				    -EOPNOTSUPP;
}
#else
static inline int persock_call_proto_ioctl(struct sock *sk, int cmd, int *value)
{
	return -EOPNOTSUPP;
}
#endif

/* io_uring's commands for sockets, since 6.7 (8e9fad0e70b7). */
#ifndef CONFIG_IO_URING
#undef PERSOCK_HAVE_URING_CMD
#undef PERSOCK_HAVE_URING_TX_TIMESTAMP
#endif

/* struct ftrace_regs became opaque in 6.13, backported to some 6.12. */
/*
 * A message with the id of a cgroup. Before 6.2 messages have no arguments
 * (51c352bdbcd2).
 */
#ifdef NL_SET_ERR_MSG_FMT
#define persock_err_msg_id(extack, before, id, after)			\
	NL_SET_ERR_MSG_FMT(extack, before " id:%llu " after, id)
#else
#define persock_err_msg_id(extack, before, id, after)			\
	do {								\
		(void)(id);						\
		NL_SET_ERR_MSG(extack, before " " after);		\
	} while (0)
#endif

#ifndef arch_ftrace_regs
#define arch_ftrace_regs(fregs)	(fregs)
#endif

/*
 * Do SOL_SOCKET options set on @sock pass through proto_ops? Then the router
 * has judged them before sk_setsockopt() is reached. Mirrors the test
 * sock_use_custom_sol_socket() in net/socket.c: a socket flag since 6.7, only
 * MPTCP sockets before.
 */
static inline bool persock_sol_socket_through_ops(const struct socket *sock)
{
#ifdef PERSOCK_HAVE_CUSTOM_SOCKOPT
	return test_bit(SOCK_CUSTOM_SOCKOPT, &sock->flags);
#elif defined(PERSOCK_HAVE_SOL_SOCKET_GET)
#error "SOCK_CUSTOM_SOCKOPT is gone: find out how SOL_SOCKET reaches proto_ops"
#else
	const struct sock *sk = sock->sk;

	return IS_ENABLED(CONFIG_MPTCP) &&
	       sk->sk_protocol == IPPROTO_MPTCP &&
	       sk->sk_type == SOCK_STREAM &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
#endif
}

/*
 * Type of sk_getsockopt(), for kernels that export no function that calls it.
 */
typedef int (*persock_sk_getsockopt_t)(struct sock *sk, int level, int optname,
				       sockptr_t optval, sockptr_t optlen);

/*
 * Read a SOL_SOCKET option of a socket that is not governed itself: the host
 * socket of a provider, or a native one after its verdict.
 *
 * Since 6.7 do_sock_getsockopt() is exported. With compat set it calls the
 * LSM, as intended, and leaves the cgroup-BPF programs to the outer call. On
 * older kernels this calls @fallback (found at load time): those kernels are
 * built without IBT, so an indirect call may reach it.
 */
static inline int persock_sol_socket_get(persock_sk_getsockopt_t fallback,
					 struct socket *sock, int optname,
					 sockptr_t optval, sockptr_t optlen)
{
#ifdef PERSOCK_HAVE_SOL_SOCKET_GET
	return do_sock_getsockopt(sock, true, SOL_SOCKET, optname, optval,
				  optlen);
#else
#ifdef CONFIG_X86_KERNEL_IBT
#error "sk_getsockopt() may be sealed against indirect calls on this kernel"
#endif
	return fallback(sock->sk, SOL_SOCKET, optname, optval, optlen);
#endif
}

/* The attributes of a dump request: in a genl_info since 6.7. */
#ifdef PERSOCK_HAVE_DUMP_INFO
#define persock_dump_attrs(cb)	(genl_dumpit_info(cb)->info.attrs)
#else
#define persock_dump_attrs(cb)	(genl_dumpit_info(cb)->attrs)
#endif

/* Since 6.5 (5e2ff6704a27): a descriptor of the sender, as credentials. */
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD	76
#endif

/*
 * Flags for passed credentials are in the sock since 6.16, before in its
 * socket.
 */
static inline bool persock_passes_credentials(const struct socket *sock)
{
#ifdef PERSOCK_HAVE_SCM_IN_SOCK
	/*
	 * In families other than AF_UNIX and netlink these bits mean something
	 * else.
	 */
	return sk_may_scm_recv(sock->sk) &&
	       (sock->sk->sk_scm_credentials || sock->sk->sk_scm_pidfd);
#else
#ifdef SOCK_PASSPIDFD
	if (test_bit(SOCK_PASSPIDFD, &sock->flags))
		return true;
#endif
	return test_bit(SOCK_PASSCRED, &sock->flags);
#endif
}

/* The flags of an inet_sock are bits of one word since 6.6 (c274af224269). */
static inline bool persock_header_included(const struct sock *sk)
{
#ifdef PERSOCK_HAVE_BITS_IN_INET
	return inet_test_bit(HDRINCL, sk);
#else
	return inet_sk(sk)->hdrincl;
#endif
}

/* The list of flow labels has moved, in stable kernels, too. */
#ifdef PERSOCK_HAVE_FLOW_LABELS_IN_INET
#define persock_flow_labels(sk)	(inet_sk(sk)->ipv6_fl_list)
#else
#define persock_flow_labels(sk)	(inet6_sk(sk)->ipv6_fl_list)
#endif

/*
 * Does a socket have a port range of its own? The field is a word or two
 * half-words.
 */
static inline bool persock_has_port_range(const struct sock *sk)
{
#ifdef PERSOCK_HAVE_PORT_RANGE
	u32 range;

	static_assert(sizeof(inet_sk(sk)->local_port_range) == sizeof(range));
	memcpy(&range, &inet_sk(sk)->local_port_range, sizeof(range));
	return range;
#else
	return false;
#endif
}

/* Has the current task, a thread, used a ring of io_uring? */
static inline bool persock_uses_uring(void)
{
#ifdef CONFIG_IO_URING
	return current->io_uring;
#else
	return false;
#endif
}

/* Does a bind to port 0 defer the choice of a port to connect()? */
static inline bool persock_binds_without_port(const struct sock *sk)
{
#ifdef PERSOCK_HAVE_BITS_IN_INET
	return inet_test_bit(BIND_ADDRESS_NO_PORT, sk);
#else
	return inet_sk(sk)->bind_address_no_port;
#endif
}

/*
 * Does a UDP socket put datagrams together from several sends, or cut what is
 * sent into several datagrams? The flags are bits of one word since 6.7.
 */
static inline bool persock_udp_composes(const struct sock *sk)
{
#ifdef PERSOCK_HAVE_UDP_FLAGS
	if (udp_test_bit(CORK, sk))
		return true;
#else
	if (udp_sk(sk)->corkflag)
		return true;
#endif
	return READ_ONCE(udp_sk(sk)->pending) ||
	       READ_ONCE(udp_sk(sk)->gso_size);
}

/*
 * Type of the mount argument of an inode's setattr(), since 6.3
 * (c1632a0f1120).
 */
#ifdef PERSOCK_HAVE_MNT_IDMAP
#define persock_mnt_idmap	mnt_idmap
#else
#define persock_mnt_idmap	user_namespace
#endif

#endif /* _PERSOCK_COMPAT_H */
