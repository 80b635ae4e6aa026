// SPDX-License-Identifier: GPL-2.0
/*
 * The hostinet provider, after gVisor's: the application's socket has a sock
 * of family AF_PERSOCK. It delegates every operation to a host socket, which
 * the application never sees. main.c registers the provider. The router calls
 * the methods of hostinet_ops.
 *
 * Kernel code that looks at the host socket's sock must still find the
 * application's file:
 *
 * - sk_wq is the application socket's, so a waiter on either is woken, and
 *   SIGIO reaches the owner of its file;
 * - file is borrowed from the application socket, so nft's skuid, SIGURG and
 *   splice's O_NONBLOCK see it. It is taken back before the host socket goes;
 * - the inode number is the same on both, so "ss -p" finds the process, and so
 *   is its owner, see hostinet_setattr();
 * - the class and priority of the net_cls and net_prio cgroups, see
 *   sender_of().
 *
 * sk_socket stays the host socket: the stack calls itself through it (fast
 * open connects through it, kTLS replaces its ops).
 *
 * Lock order: the host sock's lock, then its sk_callback_lock. The application
 * socket's sock is never locked while a lock of the host's is held.
 */
#include <linux/cgroup-defs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "hostinet/hostinet.h"
#include "policy/hostinet_serves.h"
#include "socket/creation.h"
#include "socket/option.h"
#include "socket/wrapper.h"

/*
 * Inode operations of sockets: those of sockfs, and ours, which differ by
 * setattr(). Written once, when the module is loaded.
 */
static const struct inode_operations *sockfs_inode_ops __ro_after_init;
static struct inode_operations hostinet_inode_ops __ro_after_init;

static bool same_class(const struct sock_cgroup_data *one,
		       const struct sock_cgroup_data *other)
{
	return sock_cgroup_classid(one) == sock_cgroup_classid(other) &&
	       sock_cgroup_prioidx(one) == sock_cgroup_prioidx(other);
}

static void copy_class(struct sock_cgroup_data *to,
		       const struct sock_cgroup_data *from)
{
	sock_cgroup_set_classid(to, sock_cgroup_classid(from));
	sock_cgroup_set_prioidx(to, sock_cgroup_prioidx(from));
}

/*
 * recvmmsg() leaves the error that ended it in the application socket's sock,
 * for the next call to report. Every call except another recvmmsg() reports
 * the error of the host's sock, so the error moves there.
 */
static __always_inline bool is_prepared(const struct socket *sock,
					const struct socket *host)
{
	return likely(READ_ONCE(host->file) && !READ_ONCE(sock->sk->sk_err));
}

static noinline void prepare(struct socket *sock, struct socket *host)
{
	int err;

	if (!READ_ONCE(host->file))
		WRITE_ONCE(host->file, sock->file);
	/* Another thread may have moved it. */
	err = xchg(&sock->sk->sk_err, 0);
	if (err)
		WRITE_ONCE(host->sk->sk_err, err);
}

/* Prepare the host socket for a call, and return it. */
static __always_inline struct socket *host_of(struct socket *sock)
{
	struct socket *host = persock_wrapper_private(sock);

	if (!is_prepared(sock, host))
		prepare(sock, host);

	return host;
}

/*
 * The same for a call that sends. If a task moves to another cgroup of net_cls
 * or net_prio, or receives the descriptor, its class is written to the sock of
 * the file. It is copied here, so that later sends have it.
 */
static struct socket *sender_of(struct socket *sock)
{
	struct socket *host = host_of(sock);

	if (unlikely(!same_class(&sock->sk->sk_cgrp_data,
				 &host->sk->sk_cgrp_data)))
		copy_class(&host->sk->sk_cgrp_data, &sock->sk->sk_cgrp_data);

	return host;
}

static bool hostinet_serves(int family, int type, int protocol)
{
	return persock_hostinet_serves(type, protocol);
}

static void adopt(struct socket *sock, struct socket *host)
{
	struct sock *sk = host->sk;

	lock_sock(sk);
	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_pointer(sk->sk_wq, &sock->wq);
	/*
	 * fcntl() sets SOCK_FASYNC on the application's sock. Without a
	 * registered process it costs little here, so it is always set.
	 */
	sock_set_flag(sk, SOCK_FASYNC);
	write_unlock_bh(&sk->sk_callback_lock);
	release_sock(sk);

	SOCK_INODE(sock)->i_ino = SOCK_INODE(host)->i_ino;
	/* The socket has no descriptor yet, so its owner cannot change. */
	SOCK_INODE(sock)->i_op = &hostinet_inode_ops;
	/* The sock of an accepted host socket has its listener's class. */
	copy_class(&sock->sk->sk_cgrp_data, &sk->sk_cgrp_data);
	/* io_uring checks the application's socket before a zero-copy send. */
	if (test_bit(SOCK_SUPPORT_ZC, &host->flags))
		set_bit(SOCK_SUPPORT_ZC, &sock->flags);
	persock_set_private(sock, host);
}

/*
 * fchown(): the stack reads the owner from the host socket: from the inode
 * (sock_diag, /proc/net/tcp) and the sock (routes by uidrange).
 *
 * Context: the inode of the application's socket is locked, as it is when the
 * file releases its socket: the host socket stays.
 */
static int hostinet_setattr(struct persock_mnt_idmap *idmap,
			    struct dentry *dentry, struct iattr *attributes)
{
	struct inode *inode = d_inode(dentry);
	struct socket *host = persock_wrapper_private(SOCKET_I(inode));
	int err;

	err = sockfs_inode_ops->setattr(idmap, dentry, attributes);
	if (err || !(attributes->ia_valid & ATTR_UID))
		return err;

	SOCK_INODE(host)->i_uid = inode->i_uid;
	WRITE_ONCE(host->sk->sk_uid, SOCKET_I(inode)->sk->sk_uid);

	return 0;
}

static int hostinet_socket(struct socket *sock, int family, int type,
			   int protocol)
{
	struct persock_creation creation;
	struct socket *host;
	int err;

	/*
	 * The socket is made as the application's, so that LSMs and cgroup-BPF
	 * judge it and the namespace is held. It is not governed, because
	 * @sock is.
	 */
	persock_creation_begin(&creation, NULL);
	err = __sock_create(sock_net(sock->sk), family, type, protocol, &host,
			    0);
	persock_creation_end(&creation);
	if (err)
		return err;
	adopt(sock, host);

	return 0;
}

static void hostinet_release(struct socket *sock)
{
	struct socket *host = persock_wrapper_private(sock);

	/*
	 * The inode may outlive this module if O_PATH holds it. A close locks
	 * it; without a file no one can reach it.
	 */
	SOCK_INODE(sock)->i_op = sockfs_inode_ops;
	/*
	 * Other code reads the file under the callback lock (nft) or under the
	 * sock's lock (sk_send_sigurg()).
	 */
	lock_sock(host->sk);
	write_lock_bh(&host->sk->sk_callback_lock);
	WRITE_ONCE(host->file, NULL);
	write_unlock_bh(&host->sk->sk_callback_lock);
	release_sock(host->sk);
	sock_release(host);
}

static int hostinet_connect(struct socket *sock, struct sockaddr *address,
			    int length, int flags)
{
	return kernel_connect(sender_of(sock),
			      (struct sockaddr_unsized *)address, length,
			      flags);
}

/*
 * Accept like kernel_accept(), except that the operations are set before the
 * sock, as in accept(2). On 7.x a BPF program that sets SO_RCVBUF meanwhile
 * calls them.
 */
static int hostinet_accept(struct socket *sock, struct socket *newsock,
			   struct proto_accept_arg *arg)
{
	struct proto_accept_arg own = { .flags = arg->flags, .kern = true };
	struct socket *listener = sender_of(sock), *host;
	const struct sock *sk = listener->sk;
	int err;

	err = sock_create_lite(sk->sk_family, sk->sk_type, sk->sk_protocol,
			       &host);
	if (err < 0)
		return err;
	host->ops = READ_ONCE(listener->ops);
	__module_get(host->ops->owner);
	err = persock_call_accept(host->ops, listener, host, &own);
	if (err < 0) {
		sock_release(host);
		return err;
	}
	adopt(newsock, host);
	WRITE_ONCE(host->file, newsock->file);

	return 0;
}

static int hostinet_bind(struct socket *sock, struct sockaddr *address,
			 int length)
{
	return kernel_bind(host_of(sock), (struct sockaddr_unsized *)address,
			   length);
}

static int hostinet_listen(struct socket *sock, int backlog)
{
	return kernel_listen(sender_of(sock), backlog);
}

static int hostinet_shutdown(struct socket *sock, int how)
{
	return kernel_sock_shutdown(sender_of(sock), how);
}

static noinline int get_seldom(struct socket *sock, int level, int optname,
			       sockptr_t optval, sockptr_t optlen)
{
	struct socket *host = host_of(sock);

	if (level == SOL_SOCKET)
		return persock_sol_socket_get(persock_sk_getsockopt, host,
					      optname, optval, optlen);

	return READ_ONCE(host->ops)->getsockopt(host, level, optname,
						optval.user, optlen.user);
}

/*
 * The shortest calls: what they run through most often calls nothing but the
 * host's function at last, so that no register has to be saved.
 */
static int hostinet_getsockopt(struct socket *sock, int level, int optname,
			       sockptr_t optval, sockptr_t optlen)
{
	struct socket *host = persock_wrapper_private(sock);

	if (unlikely(level == SOL_SOCKET || !is_prepared(sock, host)))
		return get_seldom(sock, level, optname, optval, optlen);

	return READ_ONCE(host->ops)->getsockopt(host, level, optname,
						optval.user, optlen.user);
}

static noinline int set_seldom(struct socket *sock, int level, int optname,
			       sockptr_t optval, unsigned int optlen)
{
	struct socket *host = host_of(sock);
	int err;

	if (level == SOL_SOCKET && !persock_sol_socket_through_ops(host))
		return sock_setsockopt(host, level, optname, optval, optlen);

	err = READ_ONCE(host->ops)->setsockopt(host, level, optname, optval,
					       optlen);
	/* An upper layer protocol clears this flag on the host socket. */
	if (!test_bit(SOCK_SUPPORT_ZC, &host->flags))
		clear_bit(SOCK_SUPPORT_ZC, &sock->flags);

	return err;
}

/* As hostinet_getsockopt(). */
static int hostinet_setsockopt(struct socket *sock, int level, int optname,
			       sockptr_t optval, unsigned int optlen)
{
	struct socket *host = persock_wrapper_private(sock);

	if (unlikely(level == SOL_SOCKET ||
		     (level == SOL_TCP && optname == TCP_ULP) ||
		     !is_prepared(sock, host)))
		return set_seldom(sock, level, optname, optval, optlen);

	return READ_ONCE(host->ops)->setsockopt(host, level, optname, optval,
						optlen);
}

static int hostinet_getsockname(struct socket *sock, struct sockaddr *address)
{
	return kernel_getsockname(host_of(sock), address);
}

static int hostinet_getpeername(struct socket *sock, struct sockaddr *address,
				bool accepted)
{
	struct socket *host = host_of(sock);

	if (accepted)
		return READ_ONCE(host->ops)->getname(host, address, 2);

	return kernel_getpeername(host, address);
}

static int hostinet_sendmsg(struct socket *sock, struct msghdr *msg,
			    size_t length)
{
	return sock_sendmsg(sender_of(sock), msg);
}

static int hostinet_recvmsg(struct socket *sock, struct msghdr *msg,
			    size_t length, int flags)
{
	return sock_recvmsg(host_of(sock), msg, flags);
}

static bool waits(const struct poll_table_struct *wait)
{
	return wait && wait->_qproc;
}

/*
 * io_uring's connect polls for an error only, and then takes the result from
 * the application's sock (sock_error() in io_connect()). No other caller polls
 * so: poll(2), select(2) and epoll also poll for a hang-up.
 *
 * At other times an error in that sock would be lost for other callers.
 * host_of() moves an error back that was not taken.
 */
static bool takes_error(const struct poll_table_struct *wait)
{
	return !waits(wait) && poll_requested_events(wait) == EPOLLERR;
}

static noinline __poll_t poll_seldom(struct file *file, struct socket *sock,
				     struct poll_table_struct *wait)
{
	struct socket *host = host_of(sock);
	__poll_t events;

	/* The host's sock wakes this wait queue, see adopt(). */
	sock_poll_wait(file, sock, wait);
	events = READ_ONCE(host->ops)->poll(file, host, NULL);
	if (unlikely(events & EPOLLERR) && takes_error(wait))
		WRITE_ONCE(sock->sk->sk_err, -sock_error(host->sk));

	return events;
}

/* As hostinet_getsockopt(). */
static __poll_t hostinet_poll(struct file *file, struct socket *sock,
			      struct poll_table_struct *wait)
{
	struct socket *host = persock_wrapper_private(sock);

	if (waits(wait) || unlikely(takes_error(wait)) ||
	    !is_prepared(sock, host))
		return poll_seldom(file, sock, wait);

	return READ_ONCE(host->ops)->poll(file, host, NULL);
}

static int hostinet_ioctl(struct socket *sock, unsigned int cmd,
			  unsigned long arg)
{
	struct socket *host = host_of(sock);

	return READ_ONCE(host->ops)->ioctl(host, cmd, arg);
}

#ifdef CONFIG_COMPAT
static int hostinet_compat_ioctl(struct socket *sock, unsigned int cmd,
				 unsigned long arg)
{
	struct socket *host = host_of(sock);
	const struct proto_ops *ops = READ_ONCE(host->ops);

	return ops->compat_ioctl ? ops->compat_ioctl(host, cmd, arg) :
				   -ENOIOCTLCMD;
}
#endif

static int hostinet_queued(struct socket *sock, int cmd, int *value)
{
	return persock_call_proto_ioctl(host_of(sock)->sk, cmd, value);
}

static int hostinet_gettstamp(struct socket *sock, void __user *stamp,
			      bool timeval, bool time32)
{
	return sock_gettstamp(host_of(sock), stamp, timeval, time32);
}

static ssize_t hostinet_splice_read(struct socket *sock, loff_t *ppos,
				    struct pipe_inode_info *pipe,
				    size_t length, unsigned int flags)
{
	struct socket *host = host_of(sock);
	const struct proto_ops *ops = READ_ONCE(host->ops);

	/*
	 * UDP has no splice_read and is read through the application's file.
	 */
	if (!ops->splice_read)
		return persock_splice_by_read(sock->file, ppos, pipe, length,
					      flags);

	return ops->splice_read(host, ppos, pipe, length, flags);
}

static void hostinet_splice_eof(struct socket *sock)
{
	struct socket *host = host_of(sock);
	const struct proto_ops *ops = READ_ONCE(host->ops);

	if (ops->splice_eof)
		ops->splice_eof(host);
}

static int hostinet_mmap(struct file *file, struct socket *sock,
			 struct vm_area_struct *vma)
{
	struct socket *host = host_of(sock);
	const struct proto_ops *ops = READ_ONCE(host->ops);

	return ops->mmap ? ops->mmap(file, host, vma) : -ENODEV;
}

/* Seed row H12: the TCP state, 0 for other sockets. */
static u32 hostinet_state(struct socket *sock)
{
	struct sock *sk = host_of(sock)->sk;

	return sk_is_tcp(sk) ? inet_sk_state_load(sk) : 0;
}

static void hostinet_type(struct socket *sock, int *family, int *type,
			  int *protocol)
{
	struct sock *sk = host_of(sock)->sk;

	*family = sk->sk_family;
	*type = sk->sk_type;
	*protocol = sk->sk_protocol;
}

static const struct sock *hostinet_sk(struct socket *sock)
{
	return ((struct socket *)persock_wrapper_private(sock))->sk;
}

static noinline struct sock *sk_seldom(struct socket *sock)
{
	return host_of(sock)->sk;
}

/* As hostinet_getsockopt(). */
static struct sock *hostinet_options_sk(struct socket *sock)
{
	struct socket *host = persock_wrapper_private(sock);

	return is_prepared(sock, host) ? host->sk : sk_seldom(sock);
}

static const struct persock_provider_ops hostinet_ops = {
	.serves = hostinet_serves,
	.serves_elsewhere = persock_hostinet_serves_elsewhere,
	.socket = hostinet_socket,
	.release = hostinet_release,
	.connect = hostinet_connect,
	.accept = hostinet_accept,
	.bind = hostinet_bind,
	.listen = hostinet_listen,
	.shutdown = hostinet_shutdown,
	.getsockopt = hostinet_getsockopt,
	.setsockopt = hostinet_setsockopt,
	.getsockname = hostinet_getsockname,
	.getpeername = hostinet_getpeername,
	.sendmsg = hostinet_sendmsg,
	.recvmsg = hostinet_recvmsg,
	.poll = hostinet_poll,
	.ioctl = hostinet_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = hostinet_compat_ioctl,
#endif
	.queued = hostinet_queued,
	.gettstamp = hostinet_gettstamp,
	.splice_read = hostinet_splice_read,
	.splice_eof = hostinet_splice_eof,
	.mmap = hostinet_mmap,
	.state = hostinet_state,
	.type = hostinet_type,
	.sk = hostinet_sk,
	.options_sk = hostinet_options_sk,
};

static const int hostinet_families[] = { AF_INET, AF_INET6 };

struct persock_provider persock_hostinet = {
	.name = "hostinet",
	.owner = THIS_MODULE,
	.ops = &hostinet_ops,
	.families = hostinet_families,
	.nr_families = ARRAY_SIZE(hostinet_families),
	.private_is_socket = true,
};

/**
 * persock_hostinet_init() - copy the inode operations of sockfs
 *
 * Call it before anything is armed.
 *
 * Return: 0 or a negative errno.
 */
int __init persock_hostinet_init(void)
{
	struct socket *sock;
	int err;

	err = sock_create_lite(AF_UNIX, SOCK_DGRAM, 0, &sock);
	if (err)
		return err;
	sockfs_inode_ops = SOCK_INODE(sock)->i_op;
	sock_release(sock);
	hostinet_inode_ops = *sockfs_inode_ops;
	hostinet_inode_ops.setattr = hostinet_setattr;

	return 0;
}
