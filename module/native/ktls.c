// SPDX-License-Identifier: GPL-2.0
/*
 * kTLS on a native socket: the option TCP_ULP. native.c sets that option
 * through persock_ktls_setsockopt(), and releases the decoy with the socket
 * through persock_ktls_release().
 *
 * kTLS copies sk->sk_socket->ops into global tables of its own when it meets a
 * new struct proto, and then points sk->sk_socket at one of them
 * (tls_build_proto(), update_sk_prot()). It must find native ops there:
 * sockets without a router would reach copies of a router's ops. But the
 * application's socket must not show native ops at any time, or a call of
 * another thread would bypass the router.
 *
 * So the sock refers to another socket for the time of the option: a decoy,
 * which has native ops and otherwise what the stack looks for in sk_socket.
 * Afterwards the router moves in front of the ops that the decoy has then.
 *
 * System calls keep sk_socket across sleeps (sk_setsockopt(), a fast open
 * connect), because they rely on the open file. So a decoy that was once
 * visible stays as it is until its socket is released, as the socket itself
 * does.
 *
 * Sockets share no decoy or lock, so a task cannot slow down others with its
 * own sockets. The socket finds its decoy through its inode, whose i_private
 * sockfs does not use. The decoy's sock finds the socket through its wait
 * queue, which the decoy never replaces.
 *
 * A decoy is only made if the kernel would call the protocol: an unprivileged
 * task cannot have one for each socket that it opens.
 *
 * Lock order: a decoy's turn (sleeping), then the sock's lock, then its
 * sk_callback_lock.
 */
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/uaccess.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "native/ktls.h"
#include "socket/flags.h"
#include "socket/router.h"

/* The longest option of kTLS and the names of protocols are far shorter. */
#define OPTION_MAX 256

/* Number of tries if the value is swapped out just when it is needed. */
#define PRESENT_TRIES 8

/**
 * struct persock_decoy - a socket's decoy
 * @decoy: the decoy, to which sk_socket points while an option is set
 * @turn: held while an option is set: one call at a time
 *
 * Made when an option that may replace ops is set on the socket for the first
 * time, and freed at its release. The socket owns it: i_private of its inode
 * points here.
 */
struct persock_decoy {
	struct socket *decoy;
	struct mutex turn;	/* of calls that set an option */
};

/* Without ops, sock and file only the inode is released. */
static void discard(struct persock_decoy *entry)
{
	entry->decoy->ops = NULL;
	entry->decoy->sk = NULL;
	entry->decoy->file = NULL;
	sock_release(entry->decoy);
	mutex_destroy(&entry->turn);
	kfree(entry);
}

/* Get the socket's entry; make it if there is none. */
static struct persock_decoy *obtain(struct socket *sock)
{
	struct persock_decoy *entry, *other;

	/* Pairs with cmpxchg() below. */
	entry = smp_load_acquire(persock_ktls_slot(sock));
	if (entry)
		return entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return NULL;
	mutex_init(&entry->turn);
	entry->decoy = sock_alloc();
	if (!entry->decoy) {
		kfree(entry);
		return NULL;
	}

	/* Its release looks for the decoy. */
	set_bit(PERSOCK_DECOY, &sock->flags);
	other = cmpxchg(persock_ktls_slot(sock), NULL, entry);
	if (!other)
		return entry;

	discard(entry);
	return other;
}

/**
 * persock_ktls_discard() - free the decoy of a native socket that is gone
 * @sock: the socket
 *
 * Context: process context.
 */
void persock_ktls_discard(struct socket *sock)
{
	void **slot = persock_ktls_slot(sock);

	discard(*slot);
	*slot = NULL;
}

/* Copy what the stack reads in sk_socket, except the wait queue: see sk_wq. */
static void dress(struct socket *decoy, struct socket *sock,
		  const struct proto_ops *native)
{
	decoy->state = sock->state;
	decoy->type = sock->type;
	decoy->flags = READ_ONCE(sock->flags);
	decoy->file = sock->file;
	decoy->sk = sock->sk;
	decoy->ops = native;
	SOCK_INODE(decoy)->i_ino = SOCK_INODE(sock)->i_ino;
	SOCK_INODE(decoy)->i_uid = SOCK_INODE(sock)->i_uid;
}

static void show(struct sock *sk, struct socket *sock)
{
	write_lock_bh(&sk->sk_callback_lock);
	sk_set_socket(sk, sock);
	write_unlock_bh(&sk->sk_callback_lock);
}

static void show_decoy(struct socket *decoy, struct socket *sock,
		       const struct proto_ops *native)
{
	lock_sock(sock->sk);
	dress(decoy, sock, native);
	show(sock->sk, decoy);
	release_sock(sock->sk);
}

static void show_socket(struct socket *sock, struct socket *decoy,
			socket_state state)
{
	lock_sock(sock->sk);
	/* A fast open connect changes the state through sk_socket. */
	if (decoy->state != state)
		sock->state = decoy->state;
	/* An upper layer protocol clears this flag. */
	if (!test_bit(SOCK_SUPPORT_ZC, &decoy->flags))
		clear_bit(SOCK_SUPPORT_ZC, &sock->flags);
	/*
	 * A writer without space may have set this flag on the decoy, or may
	 * be about to. On a socket that has space it costs one needless
	 * wake-up.
	 */
	set_bit(SOCK_NOSPACE, &sock->flags);
	show(sock->sk, sock);
	release_sock(sock->sk);
}

static int set_through_decoy(struct socket *sock, struct socket *decoy,
			     int level, int optname, sockptr_t optval,
			     unsigned int optlen)
{
	struct persock_router *router = persock_router_peek(sock);
	struct persock_stack *stack = router->stack;
	const struct proto_ops *native = router->native, *now;
	socket_state state;
	int err;

	show_decoy(decoy, sock, native);
	state = sock->state;
	err = native->setsockopt(sock, level, optname, optval, optlen);

	/*
	 * The protocol cannot be removed again, and its ops need a router in
	 * front. If there is no spare router, wait: a work item makes new ones
	 * as soon as there is memory.
	 */
	for (now = READ_ONCE(decoy->ops); now != native;) {
		router = persock_router_native(stack, router->provider, sock,
					       now);
		if (router) {
			WRITE_ONCE(sock->ops, &router->ops);
			break;
		}
		schedule_timeout_uninterruptible(1);
	}
	show_socket(sock, decoy, state);

	return err;
}

/*
 * Set a protocol of this name on an unconnected socket, for its errno: -ENOENT
 * if there is no such protocol and none can be loaded. The socket is a kernel
 * socket with native ops, and only this function sees it.
 */
static int try_unconnected(const char *name, unsigned int length)
{
	struct socket *sock;
	int err;

	if (sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
			     &sock))
		return -ENOBUFS;
	err = sock->ops->setsockopt(sock, SOL_TCP, TCP_ULP,
				    KERNEL_SOCKPTR((void *)name), length);
	sock_release(sock);

	return err;
}

static bool has_protocol(const struct socket *sock)
{
	return READ_ONCE(inet_csk(sock->sk)->icsk_ulp_ops);
}

/*
 * Returns the errno if the kernel would refuse before it calls a protocol, or
 * the protocol before it changes anything: then no decoy is needed. Such a
 * call must not be passed on: kTLS copies the ops before it refuses, and
 * another thread may connect the socket, or set the protocol, meanwhile.
 */
static int early_errno(struct socket *sock, const char *name, unsigned int length)
{
	int err = try_unconnected(name, length);

	if (err && err != -ENOTCONN)
		return err;
	if (has_protocol(sock))
		return -EEXIST;
	if (!err || inet_sk_state_load(sock->sk) == TCP_ESTABLISHED)
		return 0;
	/* The native call would clear this flag, too. */
	clear_bit(SOCK_SUPPORT_ZC, &sock->flags);

	return err;
}

static int set_in_turn(struct socket *sock, int level, int optname,
		       sockptr_t optval, unsigned int optlen)
{
	struct persock_decoy *entry = obtain(sock);
	int err;

	if (!entry)
		return -ENOBUFS;
	err = mutex_lock_killable(&entry->turn);
	if (err)
		return err;
	err = set_through_decoy(sock, entry->decoy, level, optname, optval,
				optlen);
	mutex_unlock(&entry->turn);

	return err;
}

/*
 * The value stays in user memory: kTLS reads keys in two parts, and in kernel
 * memory the kernel's checks of copies would report the second part as an
 * overflow. The value is faulted in before, and page faults are off while the
 * sock refers to the decoy, so the call does not wait for the value.
 */
static int set_present(struct socket *sock, int level, int optname,
		       sockptr_t optval, unsigned int optlen)
{
	unsigned int tries;
	int err = -EFAULT;

	if (sockptr_is_kernel(optval))
		return set_in_turn(sock, level, optname, optval, optlen);

	for (tries = 0; tries < PRESENT_TRIES && err == -EFAULT; tries++) {
		if (fault_in_readable(optval.user, optlen))
			break;
		pagefault_disable();
		err = set_in_turn(sock, level, optname, optval, optlen);
		pagefault_enable();
	}

	return err;
}

/**
 * persock_ktls_setsockopt() - set an option that may replace a socket's ops
 * @sock: a governed TCP socket of the native provider
 * @level: SOL_TCP or SOL_TLS
 * @optname: name of the option
 * @optval: the value; the name of a protocol is in kernel memory
 * @optlen: its length
 *
 * Context: process context, may sleep.
 * Return: as the native setsockopt(); -EINTR if the task was killed while
 * another one set such an option; -ENOBUFS without memory; -EINVAL for a value
 * longer than any value of kTLS.
 */
int persock_ktls_setsockopt(struct socket *sock, int level, int optname,
			    sockptr_t optval, unsigned int optlen)
{
	char name[OPTION_MAX + 1];
	int err;

	if (optlen > OPTION_MAX)
		return -EINVAL;
	/* Only a protocol has options of this level. */
	if (level == SOL_TLS)
		return has_protocol(sock) ?
		       set_present(sock, level, optname, optval, optlen) :
		       -ENOPROTOOPT;

	if (copy_from_sockptr(name, optval, optlen))
		return -EFAULT;
	name[optlen] = '\0';
	err = early_errno(sock, name, optlen);

	return err ?: set_in_turn(sock, level, optname, KERNEL_SOCKPTR(name),
				  optlen);
}
