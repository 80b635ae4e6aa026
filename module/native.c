// SPDX-License-Identifier: GPL-2.0
/*
 * The native provider.
 *
 * The socket and its sock are the kernel's own; only sock->ops differs. So
 * LSMs, cgroup-BPF, sock_diag, AF_UNIX's garbage collector and everything else
 * that looks at a sock see the true one, and nothing is allocated per socket.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "family.h"
#include "native.h"
#include "router.h"

#define NATIVE(sock) (persock_router_of(sock)->native)

/*
 * Every family of the kernel's but our own; not SMC: its fallback points the
 * socket's file at a socket of the kernel's (smc_switch_to_fallback()), which
 * no router could follow.
 */
static bool native_serves(int family, int type, int protocol)
{
	if (family == persock_family || family == AF_SMC)
		return false;
	if ((family == AF_INET || family == AF_INET6) &&
	    protocol == IPPROTO_SMC)
		return false;

	return true;
}

static void native_release(struct socket *sock)
{
	NATIVE(sock)->release(sock);
}

static int native_bind(struct socket *sock, struct sockaddr *address,
		       int length)
{
	return NATIVE(sock)->bind(sock, address, length);
}

static int native_connect(struct socket *sock, struct sockaddr *address,
			  int length, int flags)
{
	return NATIVE(sock)->connect(sock, address, length, flags);
}

static int native_pair(struct socket *first, struct socket *second)
{
	return NATIVE(first)->socketpair(first, second);
}

/*
 * The module that native ops live in, for the router to pin. kTLS keeps its
 * tables in its own module but gives them the owner of what it copied; the
 * socket pins that module, but the router outlives the socket.
 */
static struct module *module_of(struct socket *sock,
				const struct proto_ops *native)
{
	if (sk_is_tcp(sock->sk) && inet_csk_has_ulp(sock->sk))
		return inet_csk(sock->sk)->icsk_ulp_ops->owner;

	return native->owner;
}

/**
 * persock_native_interpose() - put the router in front of a socket
 * @attachment: under which the socket was created; the caller keeps it alive
 * @sock: complete, with native ops, not yet visible to user space
 *
 * On success the socket holds @attachment, and this module instead of the one
 * that its native ops belong to.
 *
 * Context: any, does not sleep.
 * Return: 0; -ENOBUFS when no router is spare; -ESTALE when the last reference
 * to the attachment is gone.
 */
int persock_native_interpose(struct persock_attachment *attachment,
			     struct socket *sock)
{
	const struct proto_ops *native = sock->ops;
	struct persock_router *router;

	router = persock_router_get(attachment, &persock_native, native->family,
				    native, module_of(sock, native));
	if (!router)
		return -ENOBUFS;
	if (!persock_attachment_get(attachment))
		return -ESTALE;

	this_cpu_inc(attachment->totals->created);
	__module_get(THIS_MODULE);
	WRITE_ONCE(sock->ops, &router->ops);
	module_put(native->owner);

	return 0;
}

/*
 * Native accept must see native ops: MPTCP replaces them when the peer speaks
 * plain TCP. The new socket has a file, but no descriptor yet.
 *
 * do_accept() gave the new socket our ops and a reference to this module.
 */
static int native_accept(struct socket *sock, struct socket *newsock,
			 struct proto_accept_arg *arg)
{
	struct persock_router *router = persock_router_of(sock);
	const struct proto_ops *native = router->native;
	int err, interposed;

	WRITE_ONCE(newsock->ops, native);
	__module_get(native->owner);
	module_put(THIS_MODULE);

	err = persock_call_accept(native, sock, newsock, arg);
	if (err < 0 && !newsock->sk)
		return err;

	/* The listener is open, so the attachment has a reference. */
	interposed = persock_native_interpose(router->attachment, newsock);

	/* Native ops remain on failure, and close what was accepted. */
	return err < 0 ? err : interposed;
}

static int native_listen(struct socket *sock, int backlog)
{
	return NATIVE(sock)->listen(sock, backlog);
}

static int native_shutdown(struct socket *sock, int how)
{
	return NATIVE(sock)->shutdown(sock, how);
}

static int native_getsockopt(struct socket *sock, int level, int optname,
			     sockptr_t optval, sockptr_t optlen)
{
	return NATIVE(sock)->getsockopt(sock, level, optname, optval.user,
					optlen.user);
}

/*
 * kTLS copies sock->ops into tables of its own when it meets a new struct
 * proto, and points the socket at them (tls_build_proto(), update_sk_prot()):
 * it must find native ops, and the router must move in front of what it
 * leaves. In between the socket is not routed. The mutex makes the others, who
 * came through the router, wait for the end.
 */
static DEFINE_MUTEX(unsettled_mutex);
static const struct socket *unsettled;

/**
 * persock_native_settle() - wait until every governed socket is routed again
 *
 * Context: process context, may sleep.
 */
void persock_native_settle(void)
{
	mutex_lock(&unsettled_mutex);
	mutex_unlock(&unsettled_mutex);
}

/**
 * persock_native_unsettled() - is native ops shown on this governed socket?
 * @sock: any socket
 *
 * Context: any.
 * Return: true when it is governed, although it does not point at a router.
 */
bool persock_native_unsettled(const struct socket *sock)
{
	return READ_ONCE(unsettled) == sock;
}

static int setsockopt_unsettled(struct socket *sock, int level, int optname,
				sockptr_t optval, unsigned int optlen)
{
	struct persock_attachment *attachment;
	struct persock_router *router;
	const struct proto_ops *native;
	struct module *owner;
	int err;

	mutex_lock(&unsettled_mutex);
	router = persock_router_peek(sock);
	attachment = router->attachment;
	native = router->native;

	WRITE_ONCE(unsettled, sock);
	WRITE_ONCE(sock->ops, native);
	err = native->setsockopt(sock, level, optname, optval, optlen);

	if (READ_ONCE(sock->ops) != native) {
		native = READ_ONCE(sock->ops);
		owner = module_of(sock, native);
		router = persock_router_get(attachment, &persock_native,
					    native->family, native, owner);
		/*
		 * The protocol cannot be taken off again, and its socket may
		 * not stay ungoverned. Routers come from a pool that a work
		 * item refills; wait for it. This ends: with no memory at all
		 * the task is killed by the OOM killer, or freed memory helps.
		 */
		while (!router) {
			schedule_timeout_uninterruptible(1);
			router = persock_router_get(attachment,
						    &persock_native,
						    native->family, native,
						    owner);
		}
	}
	WRITE_ONCE(sock->ops, &router->ops);
	WRITE_ONCE(unsettled, NULL);
	mutex_unlock(&unsettled_mutex);

	return err;
}

static int native_setsockopt(struct socket *sock, int level, int optname,
			     sockptr_t optval, unsigned int optlen)
{
	if (sk_is_tcp(sock->sk) &&
	    ((level == SOL_TCP && optname == TCP_ULP) || level == SOL_TLS))
		return setsockopt_unsettled(sock, level, optname, optval,
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

#ifdef PERSOCK_HAVE_SENDPAGE
ssize_t persock_native_sendpage(struct socket *sock, struct page *page,
				int offset, size_t size, int flags)
{
	return NATIVE(sock)->sendpage(sock, page, offset, size, flags);
}
#endif

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

static const struct persock_provider_ops native_ops = {
	.serves = native_serves,
	.pair = native_pair,
	.release = native_release,
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
};

struct persock_provider persock_native = {
	.name = "native",
	.owner = THIS_MODULE,
	.ops = &native_ops,
	.interposes = true,
};
