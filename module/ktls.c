// SPDX-License-Identifier: GPL-2.0
/*
 * kTLS on a native socket.
 *
 * kTLS copies sk->sk_socket->ops into global tables of its own when it meets a
 * new struct proto, and then points sk->sk_socket at one of them
 * (tls_build_proto(), update_sk_prot()). It must find native ops there: copies
 * of a router's would be reached from sockets that have no router. But the
 * application's socket may show them at no time, or a call of another thread
 * would pass by the router.
 *
 * So the sock is shown another socket for the time of the option: a decoy,
 * which has native ops and otherwise what the stack looks for in sk_socket.
 * Afterwards the router moves in front of what the decoy has then.
 *
 * Lock order: the entry of the socket (sleeping), then the sock's lock, then
 * its sk_callback_lock.
 */
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <net/sock.h>

#include "ktls.h"
#include "native.h"
#include "router.h"

/* The longest option of kTLS is well below; so are the names of protocols. */
#define OPTION_MAX 256

/**
 * struct decoyed - a socket whose sock is shown a decoy
 * @node: in the list of them
 * @sock: the application's socket
 * @decoy: what sk_socket points to meanwhile
 *
 * On the stack of the task that sets the option; one per socket at a time.
 */
struct decoyed {
	struct list_head node;
	struct socket *sock;
	struct socket *decoy;
};

static LIST_HEAD(decoyed_sockets);
static DEFINE_RAW_SPINLOCK(decoyed_lock);
static DECLARE_WAIT_QUEUE_HEAD(decoyed_wait);
static unsigned int nr_decoyed;

/**
 * persock_ktls_socket() - the application's socket that a decoy stands for
 * @sock: what a sock's sk_socket points to
 *
 * Context: any.
 * Return: the socket itself, or the one that it is a decoy of.
 */
struct socket *persock_ktls_socket(struct socket *sock)
{
	struct decoyed *entry;
	unsigned long flags;

	if (likely(!READ_ONCE(nr_decoyed)))
		return sock;

	raw_spin_lock_irqsave(&decoyed_lock, flags);
	list_for_each_entry(entry, &decoyed_sockets, node) {
		if (entry->decoy == sock) {
			sock = entry->sock;
			break;
		}
	}
	raw_spin_unlock_irqrestore(&decoyed_lock, flags);

	return sock;
}

static bool enter(struct decoyed *new)
{
	struct decoyed *entry;
	unsigned long flags;
	bool free = true;

	raw_spin_lock_irqsave(&decoyed_lock, flags);
	list_for_each_entry(entry, &decoyed_sockets, node)
		free &= entry->sock != new->sock;
	if (free) {
		list_add(&new->node, &decoyed_sockets);
		WRITE_ONCE(nr_decoyed, nr_decoyed + 1);
	}
	raw_spin_unlock_irqrestore(&decoyed_lock, flags);

	return free;
}

static void leave(struct decoyed *entry)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&decoyed_lock, flags);
	list_del(&entry->node);
	WRITE_ONCE(nr_decoyed, nr_decoyed - 1);
	raw_spin_unlock_irqrestore(&decoyed_lock, flags);
	wake_up(&decoyed_wait);
}

static void show(struct sock *sk, struct socket *sock)
{
	lock_sock(sk);
	write_lock_bh(&sk->sk_callback_lock);
	sk_set_socket(sk, sock);
	write_unlock_bh(&sk->sk_callback_lock);
	release_sock(sk);
}

/* What the stack looks for in sk_socket, but for the wait queue: see sk_wq. */
static void dress(struct socket *decoy, const struct socket *sock,
		  const struct proto_ops *native)
{
	decoy->state = sock->state;
	decoy->type = sock->type;
	decoy->flags = READ_ONCE(sock->flags);
	decoy->file = sock->file;
	decoy->sk = sock->sk;
	decoy->ops = native;
	SOCK_INODE(decoy)->i_ino = SOCK_INODE((struct socket *)sock)->i_ino;
	SOCK_INODE(decoy)->i_uid = SOCK_INODE((struct socket *)sock)->i_uid;
}

/* Without ops, sock and file there is nothing to release but the inode. */
static void discard(struct socket *decoy)
{
	decoy->ops = NULL;
	decoy->sk = NULL;
	decoy->file = NULL;
	sock_release(decoy);
}

static int set_through_decoy(struct socket *sock, struct socket *decoy,
			     int level, int optname, sockptr_t optval,
			     unsigned int optlen)
{
	struct persock_router *router = persock_router_peek(sock);
	struct persock_attachment *attachment = router->attachment;
	const struct proto_ops *native = router->native;
	int err;

	dress(decoy, sock, native);
	show(sock->sk, decoy);
	err = native->setsockopt(sock, level, optname, optval, optlen);

	/*
	 * The protocol cannot be taken off again, and what it did to the ops
	 * belongs behind a router. None may be spare: a work item makes new
	 * ones, which ends as soon as there is memory.
	 */
	while (decoy->ops != native) {
		router = persock_native_router(attachment, sock, decoy->ops);
		if (router) {
			WRITE_ONCE(sock->ops, &router->ops);
			break;
		}
		schedule_timeout_uninterruptible(1);
	}

	show(sock->sk, sock);
	if (!test_bit(SOCK_SUPPORT_ZC, &decoy->flags))
		clear_bit(SOCK_SUPPORT_ZC, &sock->flags);
	/*
	 * A writer without space may have said so on the decoy, or be about to.
	 * Said of a socket that has space it costs one needless wake-up.
	 */
	set_bit(SOCK_NOSPACE, &sock->flags);

	return err;
}

/**
 * persock_ktls_setsockopt() - set an option that may replace a socket's ops
 * @sock: a governed TCP socket of the native provider
 * @level: SOL_TCP or SOL_TLS
 * @optname: name of the option
 * @optval: the value
 * @optlen: its length
 *
 * Context: process context, may sleep.
 * Return: as the native setsockopt(); -EINTR when the task was killed while
 * another one set such an option; -ENOBUFS without memory; -EINVAL for a value
 * longer than any that kTLS knows.
 */
int persock_ktls_setsockopt(struct socket *sock, int level, int optname,
			    sockptr_t optval, unsigned int optlen)
{
	struct decoyed entry = { .sock = sock };
	char value[OPTION_MAX];
	int err;

	/* So that no page fault makes the time of the decoy long. */
	if (optlen > sizeof(value))
		return -EINVAL;
	if (copy_from_sockptr(value, optval, optlen))
		return -EFAULT;

	entry.decoy = sock_alloc();
	if (!entry.decoy)
		return -ENOBUFS;
	if (wait_event_killable(decoyed_wait, enter(&entry))) {
		discard(entry.decoy);
		return -EINTR;
	}
	err = set_through_decoy(sock, entry.decoy, level, optname,
				KERNEL_SOCKPTR(value), optlen);
	leave(&entry);
	discard(entry.decoy);
	memzero_explicit(value, sizeof(value));

	return err;
}
