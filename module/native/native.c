// SPDX-License-Identifier: GPL-2.0
/*
 * The native provider: it keeps the kernel's socket and puts a router in
 * front. main.c registers it, and interpose.c calls persock_native_route() for
 * each new socket. The router calls the methods of native_ops.
 *
 * The socket and its sock are the kernel's own; only sock->ops differs. So
 * LSMs, cgroup-BPF, sock_diag, AF_UNIX's garbage collector and everything else
 * that looks at a sock see the true one, and persock allocates nothing per
 * socket.
 */
#include <linux/module.h>
#include <linux/net.h>
#include <linux/sctp.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/sock.h>

#include "compat.h"
#include "native/ktls.h"
#include "native/native.h"
#include "policy/native_serves.h"
#include "socket/creation.h"
#include "socket/router.h"
#include "socket/wrapper.h"

#define NATIVE(sock) (persock_router_of(sock)->native)

static bool native_serves(int family, int type, int protocol)
{
	return persock_native_serves(persock_family, family, protocol);
}

static int native_bind(struct socket *sock, struct sockaddr *address,
		       int length)
{
	return NATIVE(sock)->bind(sock, (struct sockaddr_unsized *)address,
				  length);
}

static int native_connect(struct socket *sock, struct sockaddr *address,
			  int length, int flags)
{
	return NATIVE(sock)->connect(sock, (struct sockaddr_unsized *)address,
				     length, flags);
}

static int native_pair(struct socket *first, struct socket *second)
{
	return NATIVE(first)->socketpair(first, second);
}

/**
 * persock_native_route() - put the router in front of a native socket
 * @stack: the layers that govern it
 * @sock: the socket, with native ops; or without ops, which it gets later
 *
 * The caller handles references to the stack and to modules.
 *
 * Context: any, does not sleep; as persock_router_native().
 * Return: 0, or -ENOBUFS if there is no spare router.
 */
int persock_native_route(struct persock_stack *stack, struct socket *sock)
{
	struct persock_router *router;

	if (!sock->ops) {
		WRITE_ONCE(sock->ops, &persock_unfinished_ops);
		return 0;
	}
	router = persock_router_known(stack, sock->ops);
	if (unlikely(!router))
		router = persock_router_native(stack, &persock_native, sock,
					       sock->ops);
	if (!router)
		return -ENOBUFS;
	WRITE_ONCE(sock->ops, &router->ops);

	return 0;
}

/*
 * Native accept must see native ops: MPTCP replaces them if the peer uses
 * plain TCP. The new socket may have a file, but has no descriptor yet.
 *
 * do_accept() gives the new socket our ops and a reference to this module
 * before this call, kernel_accept() only after it has succeeded.
 */
static int native_accept(struct socket *sock, struct socket *newsock,
			 struct proto_accept_arg *arg)
{
	struct persock_router *router = persock_router_of(sock);
	const struct proto_ops *native = router->native;
	const struct proto_ops *given = newsock->ops;
	int err;

	WRITE_ONCE(newsock->ops, native);
	err = persock_call_accept(native, sock, newsock, arg);
	if (err >= 0) {
		/* The listener is open, so the stack is alive. */
		int interposed = persock_native_route(router->stack, newsock);

		if (!interposed)
			return err;
		err = interposed;
	}

	if (!given) {
		/*
		 * The caller does not release by its ops: release the accepted
		 * socket here.
		 */
		if (newsock->sk)
			newsock->ops->release(newsock);
		WRITE_ONCE(newsock->ops, NULL);
		return err;
	}
	/* The caller releases it by its native ops, and puts their module. */
	__module_get(newsock->ops->owner);
	module_put(THIS_MODULE);

	return err;
}

static int native_listen(struct socket *sock, int backlog)
{
	return NATIVE(sock)->listen(sock, backlog);
}

static int native_shutdown(struct socket *sock, int how)
{
	return NATIVE(sock)->shutdown(sock, how);
}

/*
 * Does an option of SCTP make a new socket for an association? The new socket
 * is governed like its parent, whichever task sets the option.
 */
static bool peels_off(int level, int optname)
{
	return level == SOL_SCTP && (optname == SCTP_SOCKOPT_PEELOFF ||
				     optname == SCTP_SOCKOPT_PEELOFF_FLAGS);
}

static int native_getsockopt(struct socket *sock, int level, int optname,
			     sockptr_t optval, sockptr_t optlen)
{
	struct persock_router *router = persock_router_of(sock);
	bool peeloff = peels_off(level, optname);
	struct persock_creation creation;
	int err;

	if (peeloff)
		persock_creation_begin(&creation, router->stack);
	err = router->native->getsockopt(sock, level, optname, optval.user,
					 optlen.user);
	if (peeloff)
		persock_creation_end(&creation);

	return err;
}

/*
 * May an option replace the socket's ops? An upper layer protocol may. The
 * kernel refuses an empty name, and allows "mptcp" only on sockets of its own.
 */
static bool replaces_ops(const struct socket *sock, int level, int optname,
			 sockptr_t optval, unsigned int optlen)
{
	if (!sk_is_tcp(sock->sk))
		return false;
	if (level == SOL_TLS)
		return true;
	if (level != SOL_TCP || optname != TCP_ULP || !optlen)
		return false;

	/* The router has copied the name to kernel memory and judged it. */
	return !sockptr_is_kernel(optval) || strcmp(optval.kernel, "mptcp");
}

static int native_setsockopt(struct socket *sock, int level, int optname,
			     sockptr_t optval, unsigned int optlen)
{
	if (replaces_ops(sock, level, optname, optval, optlen))
		return persock_ktls_setsockopt(sock, level, optname, optval,
					       optlen);

	return NATIVE(sock)->setsockopt(sock, level, optname, optval, optlen);
}

static int native_getsockname(struct socket *sock, struct sockaddr *address)
{
	return NATIVE(sock)->getname(sock, address, 0);
}

static int native_getpeername(struct socket *sock, struct sockaddr *address,
			      bool accepted)
{
	return NATIVE(sock)->getname(sock, address, accepted ? 2 : 1);
}

static int native_sendmsg(struct socket *sock, struct msghdr *msg,
			  size_t length)
{
	return NATIVE(sock)->sendmsg(sock, msg, length);
}

static int native_recvmsg(struct socket *sock, struct msghdr *msg,
			  size_t length, int flags)
{
	return NATIVE(sock)->recvmsg(sock, msg, length, flags);
}

static __poll_t native_poll(struct file *file, struct socket *sock,
			    struct poll_table_struct *wait)
{
	return NATIVE(sock)->poll(file, sock, wait);
}

static int native_ioctl(struct socket *sock, unsigned int cmd,
			unsigned long arg)
{
	return NATIVE(sock)->ioctl(sock, cmd, arg);
}

#ifdef CONFIG_COMPAT
static int native_compat_ioctl(struct socket *sock, unsigned int cmd,
			       unsigned long arg)
{
	return NATIVE(sock)->compat_ioctl(sock, cmd, arg);
}
#endif

static int native_gettstamp(struct socket *sock, void __user *stamp,
			    bool timeval, bool time32)
{
	return NATIVE(sock)->gettstamp(sock, stamp, timeval, time32);
}

static ssize_t native_splice_read(struct socket *sock, loff_t *ppos,
				  struct pipe_inode_info *pipe, size_t length,
				  unsigned int flags)
{
	return NATIVE(sock)->splice_read(sock, ppos, pipe, length, flags);
}

static int native_mmap(struct file *file, struct socket *sock,
		       struct vm_area_struct *vma)
{
	return NATIVE(sock)->mmap(file, sock, vma);
}

static u32 native_state(struct socket *sock)
{
	return sk_is_tcp(sock->sk) ? inet_sk_state_load(sock->sk) : 0;
}

static void native_type(struct socket *sock, int *family, int *type,
			int *protocol)
{
	*family = sock->sk->sk_family;
	*type = sock->type;
	*protocol = sock->sk->sk_protocol;
}

static const struct sock *native_sk(struct socket *sock)
{
	return sock->sk;
}

static void native_release(struct socket *sock)
{
	NATIVE(sock)->release(sock);
	persock_ktls_release(sock);
}

static const struct persock_provider_ops native_ops = {
	.release = native_release,
	.serves = native_serves,
	.pair = native_pair,
	.connect = native_connect,
	.accept = native_accept,
	.bind = native_bind,
	.listen = native_listen,
	.shutdown = native_shutdown,
	.getsockopt = native_getsockopt,
	.setsockopt = native_setsockopt,
	.getsockname = native_getsockname,
	.getpeername = native_getpeername,
	.sendmsg = native_sendmsg,
	.recvmsg = native_recvmsg,
	.poll = native_poll,
	.ioctl = native_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = native_compat_ioctl,
#endif
	.gettstamp = native_gettstamp,
	.splice_read = native_splice_read,
	.mmap = native_mmap,
	.state = native_state,
	.type = native_type,
	.sk = native_sk,
};

struct persock_provider persock_native = {
	.name = "native",
	.owner = THIS_MODULE,
	.ops = &native_ops,
	.interposes = true,
};
