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
 * System calls keep sk_socket across sleeps (sk_setsockopt(), a fast open
 * connect), trusting the open file. So a decoy, once shown, stays as it is
 * until its socket is released, as the socket itself does.
 *
 * Lock order: a decoy's turn (sleeping), then the sock's lock, then its
 * sk_callback_lock.
 */
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
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
 * struct stand_in - a socket and its decoy
 * @by_decoy: hashed by @decoy; RCU, written under stand_in_lock
 * @by_socket: hashed by @sock; stand_in_lock
 * @rcu: frees the object
 * @sock: the application's socket, which owns the object
 * @decoy: what sk_socket points to meanwhile
 * @busy: an option is being set; one at a time; stand_in_lock
 *
 * Made when such an option is first set on a socket, freed at its release.
 */
struct stand_in {
	struct hlist_node by_decoy;
	struct hlist_node by_socket;
	struct rcu_head rcu;
	struct socket *sock;
	struct socket *decoy;
	bool busy;
};

#define STAND_IN_BITS 8

/* Are there any? Most sockets of a machine are asked about, and are none. */
atomic_t persock_nr_decoys;

static DEFINE_HASHTABLE(decoys, STAND_IN_BITS);
static DEFINE_HASHTABLE(sockets, STAND_IN_BITS);
static DEFINE_SPINLOCK(stand_in_lock);
static DECLARE_WAIT_QUEUE_HEAD(stand_in_wait);

/**
 * persock_ktls_socket() - the application's socket that a decoy stands for
 * @sock: what a sock's sk_socket points to; has no router
 *
 * Context: any; the caller holds the file open.
 * Return: the socket itself, or the one that it is a decoy of.
 */
struct socket *persock_ktls_socket(struct socket *sock)
{
	struct stand_in *entry;

	/* Counted before it was shown: pairs with the unlock in obtain(). */
	smp_rmb();
	if (likely(!atomic_read(&persock_nr_decoys)))
		return sock;

	rcu_read_lock();
	hash_for_each_possible_rcu(decoys, entry, by_decoy,
				   (unsigned long)sock) {
		if (entry->decoy == sock) {
			sock = entry->sock;
			break;
		}
	}
	rcu_read_unlock();

	return sock;
}

static struct stand_in *find(const struct socket *sock)
{
	struct stand_in *entry;

	lockdep_assert_held(&stand_in_lock);
	hash_for_each_possible(sockets, entry, by_socket,
			       (unsigned long)sock) {
		if (entry->sock == sock)
			return entry;
	}

	return NULL;
}

/* Without ops, sock and file there is nothing to release but the inode. */
static void discard(struct stand_in *entry)
{
	entry->decoy->ops = NULL;
	entry->decoy->sk = NULL;
	entry->decoy->file = NULL;
	sock_release(entry->decoy);
	kfree_rcu(entry, rcu);
}

/* The socket's entry, made if there is none. */
static struct stand_in *obtain(struct socket *sock)
{
	struct stand_in *entry, *other;

	spin_lock(&stand_in_lock);
	entry = find(sock);
	spin_unlock(&stand_in_lock);
	if (entry)
		return entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return NULL;
	entry->sock = sock;
	entry->decoy = sock_alloc();
	if (!entry->decoy) {
		kfree(entry);
		return NULL;
	}

	spin_lock(&stand_in_lock);
	other = find(sock);
	if (!other) {
		atomic_inc(&persock_nr_decoys);
		hash_add_rcu(decoys, &entry->by_decoy,
			     (unsigned long)entry->decoy);
		hash_add(sockets, &entry->by_socket, (unsigned long)sock);
	}
	spin_unlock(&stand_in_lock);
	if (!other)
		return entry;

	discard(entry);
	return other;
}

/**
 * persock_ktls_discard() - a native socket may have a decoy, and is gone
 * @sock: the socket
 *
 * Context: process context.
 */
void persock_ktls_discard(struct socket *sock)
{
	struct stand_in *entry;

	spin_lock(&stand_in_lock);
	entry = find(sock);
	if (entry) {
		hash_del_rcu(&entry->by_decoy);
		hash_del(&entry->by_socket);
		atomic_dec(&persock_nr_decoys);
	}
	spin_unlock(&stand_in_lock);
	if (entry)
		discard(entry);
}

static bool take_turn(struct stand_in *entry)
{
	bool free;

	spin_lock(&stand_in_lock);
	free = !entry->busy;
	entry->busy = true;
	spin_unlock(&stand_in_lock);

	return free;
}

static void end_turn(struct stand_in *entry)
{
	spin_lock(&stand_in_lock);
	entry->busy = false;
	spin_unlock(&stand_in_lock);
	wake_up_all(&stand_in_wait);
}

/* What the stack looks for in sk_socket, but for the wait queue: see sk_wq. */
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
	/* A fast open connects through sk_socket. */
	if (decoy->state != state)
		sock->state = decoy->state;
	/* A protocol in the way takes it off. */
	if (!test_bit(SOCK_SUPPORT_ZC, &decoy->flags))
		clear_bit(SOCK_SUPPORT_ZC, &sock->flags);
	/*
	 * A writer without space may have said so on the decoy, or be about to.
	 * Said of a socket that has space it costs one needless wake-up.
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
	struct persock_attachment *attachment = router->attachment;
	const struct proto_ops *native = router->native, *now;
	socket_state state;
	int err;

	show_decoy(decoy, sock, native);
	state = sock->state;
	err = native->setsockopt(sock, level, optname, optval, optlen);

	/*
	 * The protocol cannot be taken off again, and what it did to the ops
	 * belongs behind a router. None may be spare: a work item makes new
	 * ones, which ends as soon as there is memory.
	 */
	for (now = READ_ONCE(decoy->ops); now != native;) {
		router = persock_native_router(attachment, sock, now);
		if (router) {
			WRITE_ONCE(sock->ops, &router->ops);
			break;
		}
		schedule_timeout_uninterruptible(1);
	}
	show_socket(sock, decoy, state);

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
	struct stand_in *entry;
	char value[OPTION_MAX];
	int err;

	/* Copied, so that no page fault makes the time of the decoy long. */
	if (optlen > sizeof(value))
		return -EINVAL;
	err = -EFAULT;
	if (copy_from_sockptr(value, optval, optlen))
		goto forget;
	err = -ENOBUFS;
	entry = obtain(sock);
	if (!entry)
		goto forget;
	err = -EINTR;
	if (wait_event_killable(stand_in_wait, take_turn(entry)))
		goto forget;

	err = set_through_decoy(sock, entry->decoy, level, optname,
				KERNEL_SOCKPTR(value), optlen);
	end_turn(entry);
forget:
	/* It may hold keys. */
	memzero_explicit(value, sizeof(value));
	return err;
}
