// SPDX-License-Identifier: GPL-2.0
/*
 * The router: proto_ops of a governed socket -> verdict -> provider.
 *
 * Options have a file of their own, option.c.
 */
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/splice.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "cmsg.h"
#include "family.h"
#include "native.h"
#include "option.h"
#include "report.h"
#include "router.h"

/*
 * Spare routers. A socket is interposed where nothing may be allocated, so the
 * tables it may need are made beforehand; a work item makes new ones.
 */
#define SPARES_LOW	32
#define SPARES_HIGH	64

static HLIST_HEAD(spares);
static unsigned int nr_spares;

/*
 * Protects the spares and every attachment's routers. Innermost lock; raw, as
 * it is taken from the interception point.
 */
static DEFINE_RAW_SPINLOCK(router_lock);

static void spare_add(struct persock_router *router)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&router_lock, flags);
	hlist_add_head(&router->hash, &spares);
	nr_spares++;
	raw_spin_unlock_irqrestore(&router_lock, flags);
}

static int refill(void)
{
	while (READ_ONCE(nr_spares) < SPARES_HIGH) {
		struct persock_router *router = kzalloc(sizeof(*router),
							GFP_KERNEL);

		if (!router)
			return -ENOMEM;
		spare_add(router);
	}

	return 0;
}

static void refill_work_fn(struct work_struct *work)
{
	/* Without memory the next socket of a new kind is refused: ENOBUFS. */
	refill();
}

static DECLARE_WORK(refill_work, refill_work_fn);

/**
 * persock_router_init() - make the first spares
 *
 * Return: 0 or -ENOMEM.
 */
int persock_router_init(void)
{
	int err = refill();

	if (err)
		persock_router_exit();

	return err;
}

/**
 * persock_router_exit() - free the spares
 *
 * The module is leaving: every router has become a spare again.
 */
void persock_router_exit(void)
{
	struct persock_router *router;
	struct hlist_node *next;

	cancel_work_sync(&refill_work);
	hlist_for_each_entry_safe(router, next, &spares, hash)
		kfree(router);
	INIT_HLIST_HEAD(&spares);
	nr_spares = 0;
}

/**
 * persock_routers_free() - make spares of an attachment's routers
 * @attachment: has no socket any more; a grace period has passed since
 *
 * Context: process context.
 */
void persock_routers_free(struct persock_attachment *attachment)
{
	struct persock_router *router;
	struct hlist_node *next;
	int bucket;

	hash_for_each_safe(attachment->routers, bucket, next, router, hash) {
		hash_del(&router->hash);
		module_put(router->pinned);
		router->pinned = NULL;
		/* ops stay: see struct persock_router about type stability. */
		spare_add(router);
	}
}

int persock_router_release(struct socket *sock)
{
	struct persock_router *router = persock_router_peek(sock);
	struct persock_attachment *attachment;

	/*
	 * A socket that was to be accepted but was not has no sock: nothing to
	 * release, not counted, and its router may have been recycled.
	 */
	if (!sock->sk)
		return 0;

	attachment = router->attachment;
	router->provider->ops->release(sock);
	if (!router->native)
		persock_family_release(sock);
	persock_attachment_put(attachment);

	return 0;
}

/* Tell of a call that no rule restricts yet. */
static void tell(struct persock_router *router,
		 enum persock_operation operation)
{
	persock_report(router->attachment, operation, 0, 0, PERSOCK_ALLOW);
}

/* Seed H2: what is longer than any address of the class is cut. */
static int address_length(struct persock_router *router, int length)
{
	u16 max = persock_router_rules(router)->address_max;

	return max && length > max ? max : length;
}

static int router_bind(struct socket *sock, struct sockaddr *address,
		       int length)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->bind)
		return -EOPNOTSUPP;
	tell(router, PERSOCK_OP_BIND);

	return router->provider->ops->bind(sock, address,
					   address_length(router, length));
}

static int router_connect(struct socket *sock, struct sockaddr *address,
			  int length, int flags)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->connect)
		return -EOPNOTSUPP;
	tell(router, PERSOCK_OP_CONNECT);

	return router->provider->ops->connect(sock, address,
					      address_length(router, length),
					      flags);
}

static int router_socketpair(struct socket *first, struct socket *second)
{
	struct persock_router *router = persock_router_peek(first);
	int verdict = persock_router_rules(router)->pair;

	persock_report(router->attachment, PERSOCK_OP_PAIR, 0, 0, verdict);
	if (verdict)
		return verdict;
	if (!router->provider->ops->pair)
		return -EOPNOTSUPP;

	return router->provider->ops->pair(first, second);
}

static int accept_routed(struct socket *sock, struct socket *newsock,
			 struct proto_accept_arg *arg)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->accept)
		return -EOPNOTSUPP;
	tell(router, PERSOCK_OP_ACCEPT);
	if (!router->native)
		return persock_family_accept(sock, newsock, arg);

	return router->provider->ops->accept(sock, newsock, arg);
}

PERSOCK_DEFINE_ACCEPT(router_accept, accept_routed)

/* Since 6.10 do_accept() asks the listener's ops for the new socket's name. */
static int router_getname(struct socket *sock, struct sockaddr *address,
			  int peer)
{
	struct persock_router *router = persock_router_peek(sock);
	const struct persock_provider_ops *ops = router->provider->ops;

	if (peer ? !ops->getpeername : !ops->getsockname)
		return -EOPNOTSUPP;
	tell(router, PERSOCK_OP_GETNAME);

	return peer ? ops->getpeername(sock, address, peer == 2) :
		      ops->getsockname(sock, address);
}

static __poll_t router_poll(struct file *file, struct socket *sock,
			    struct poll_table_struct *wait)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->poll)
		return EPOLLERR;
	return router->provider->ops->poll(file, sock, wait);
}

/* The verdict on an ioctl was taken at sock_ioctl(), see intercept.c. */
static int router_ioctl(struct socket *sock, unsigned int cmd,
			unsigned long arg)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->ioctl)
		return -ENOIOCTLCMD;
	return router->provider->ops->ioctl(sock, cmd, arg);
}

#ifdef CONFIG_COMPAT
static int router_compat_ioctl(struct socket *sock, unsigned int cmd,
			       unsigned long arg)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->compat_ioctl)
		return -ENOIOCTLCMD;
	return router->provider->ops->compat_ioctl(sock, cmd, arg);
}
#endif

static int router_gettstamp(struct socket *sock, void __user *stamp,
			    bool timeval, bool time32)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->gettstamp)
		return -ENOIOCTLCMD;

	return router->provider->ops->gettstamp(sock, stamp, timeval, time32);
}

static int router_listen(struct socket *sock, int backlog)
{
	struct persock_router *router = persock_router_peek(sock);
	const struct persock_policy *policy =
		router->attachment->personality->policy;

	if (!router->provider->ops->listen)
		return -EOPNOTSUPP;
	tell(router, PERSOCK_OP_LISTEN);

	return router->provider->ops->listen(sock,
			persock_clamp_backlog(&policy->backlog, backlog));
}

static int router_shutdown(struct socket *sock, int how)
{
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->shutdown)
		return -EOPNOTSUPP;
	tell(router, PERSOCK_OP_SHUTDOWN);

	return router->provider->ops->shutdown(sock, how);
}

/* A control buffer that is too long is ENOBUFS (seeds S11, S14). */
static int judge_control(const struct persock_rules *rules, size_t length)
{
	return rules->control_max && length > rules->control_max ? -ENOBUFS :
								   0;
}

static int router_sendmsg(struct socket *sock, struct msghdr *msg,
			  size_t length)
{
	struct persock_router *router = persock_router_peek(sock);
	size_t control = msg->msg_controllen;
	const struct persock_rules *rules;
	int verdict, sent;

	if (!router->provider->ops->sendmsg)
		return -EOPNOTSUPP;
	rules = persock_router_rules(router);
	verdict = persock_judge_flags(&rules->send, PERSOCK_KERNEL_SEND_FLAGS,
				      &msg->msg_flags);
	if (!verdict)
		verdict = judge_control(rules, msg->msg_controllen);
	if (!verdict)
		verdict = persock_cmsg_send(rules, msg);
	persock_report(router->attachment, PERSOCK_OP_SENDMSG, msg->msg_flags,
		       0, verdict);
	if (verdict)
		return verdict;
	if (msg->msg_name)
		msg->msg_namelen = address_length(router, msg->msg_namelen);

	sent = router->provider->ops->sendmsg(sock, msg, length);
	/* io_uring tries again with the message as it is then. */
	msg->msg_controllen = control;

	return sent;
}

static int router_recvmsg(struct socket *sock, struct msghdr *msg,
			  size_t length, int flags)
{
	struct persock_router *router = persock_router_peek(sock);
	const struct persock_rules *rules;
	u32 judged = flags;
	int verdict;

	if (!router->provider->ops->recvmsg)
		return -EOPNOTSUPP;

	rules = persock_router_rules(router);
	if ((judged & MSG_ERRQUEUE) && rules->recv.errqueue)
		verdict = rules->recv.errqueue;
	else
		verdict = persock_judge_flags(&rules->recv, MSG_CMSG_COMPAT,
					      &judged);
	if (!verdict)
		verdict = judge_control(rules, msg->msg_controllen);
	persock_report(router->attachment, PERSOCK_OP_RECVMSG, flags, 0,
		       verdict);
	if (verdict)
		return verdict;

	return persock_cmsg_recv(router, sock, msg, length, judged);
}

static int router_mmap(struct file *file, struct socket *sock,
		       struct vm_area_struct *vma)
{
	struct persock_router *router = persock_router_peek(sock);
	int verdict;

	if (!router->provider->ops->mmap)
		return -ENODEV;
	verdict = persock_router_rules(router)->mmap;
	persock_report(router->attachment, PERSOCK_OP_MMAP, 0, 0, verdict);
	if (verdict)
		return verdict;

	return router->provider->ops->mmap(file, sock, vma);
}

/* A splice is a receive or a send without flags of its own. */
static ssize_t router_splice_read(struct socket *sock, loff_t *ppos,
				  struct pipe_inode_info *pipe, size_t length,
				  unsigned int flags)
{
	struct persock_router *router = persock_router_peek(sock);

	/* This reads through recvmsg, which counts. */
	if (!router->provider->ops->splice_read)
		return persock_splice_by_read(sock->file, ppos, pipe, length,
					      flags);

	tell(router, PERSOCK_OP_RECVMSG);
	return router->provider->ops->splice_read(sock, ppos, pipe, length,
						  flags);
}

#ifdef PERSOCK_HAVE_SENDPAGE
static ssize_t router_sendpage(struct socket *sock, struct page *page,
			       int offset, size_t size, int flags)
{
	struct persock_router *router = persock_router_peek(sock);
	u32 judged = flags;
	int verdict;

	verdict = persock_judge_flags(&persock_router_rules(router)->send,
				      PERSOCK_KERNEL_SEND_FLAGS, &judged);
	persock_report(router->attachment, PERSOCK_OP_SENDMSG, flags, 0,
		       verdict);
	if (verdict)
		return verdict;
	/*
	 * Sends through sendmsg, for providers with sockets of their own; kTLS
	 * on a host socket refuses the flag there.
	 */
	if (!router->native)
		return sock_no_sendpage(sock, page, offset, size,
					judged & ~MSG_SENDPAGE_NOTLAST);

	return persock_native_sendpage(sock, page, offset, size, judged);
}
#endif

/*
 * /proc/PID/fdinfo/FD tells what governs a socket, as it stays with it when it
 * is passed on.
 */
static void router_show_fdinfo(struct seq_file *m, struct socket *sock)
{
	struct persock_router *router = persock_router_peek(sock);
	const struct persock_provider_ops *ops;
	int family, type, protocol;

	if (router->native && router->native->show_fdinfo)
		router->native->show_fdinfo(m, sock);

	ops = router->provider->ops;
	seq_printf(m, "persock_personality:\t%s\n",
		   router->attachment->personality->name);
	seq_printf(m, "persock_provider:\t%s\n", router->provider->name);
	if (ops->type) {
		ops->type(sock, &family, &type, &protocol);
		seq_printf(m, "persock_type:\t%d %d %d\n", family, type,
			   protocol);
	}
	if (ops->state)
		seq_printf(m, "persock_state:\t%u\n", ops->state(sock));
}

/*
 * A recycled table may still be read by the release of a socket that was never
 * accepted, see struct persock_router. It reads release and owner only; both
 * are the same in every table, and a copy never shows them as anything else.
 */
static void write_table(struct proto_ops *table, const struct proto_ops *ops)
{
	memcpy(table, ops, sizeof(*table));
}

/*
 * The table of a socket that the kernel made. An allow-list: compat.h fails
 * the build when proto_ops has a field that is not decided about here.
 *
 * What the kernel calls with the sock locked, and what no policy speaks of, is
 * taken over as it is and costs nothing.
 */
static void fill_native(struct proto_ops *table,
			const struct proto_ops *native)
{
	const struct proto_ops ops = {
		.family = native->family,
		.owner = THIS_MODULE,
		.release = persock_router_release,
		.bind = native->bind ? router_bind : NULL,
		.connect = native->connect ? router_connect : NULL,
		.socketpair = native->socketpair ? router_socketpair : NULL,
		.accept = native->accept ? router_accept : NULL,
		.getname = native->getname ? router_getname : NULL,
		.poll = native->poll,
		.ioctl = native->ioctl ? router_ioctl : NULL,
#ifdef CONFIG_COMPAT
		.compat_ioctl = native->compat_ioctl ? router_compat_ioctl :
						       NULL,
#endif
		.gettstamp = native->gettstamp,
		.listen = native->listen ? router_listen : NULL,
		/* nbd tells by it what cannot be shut down. */
		.shutdown = native->shutdown == sock_no_shutdown ?
				    sock_no_shutdown :
				    native->shutdown ? router_shutdown : NULL,
		.setsockopt = native->setsockopt ? persock_router_setsockopt :
						   NULL,
		.getsockopt = native->getsockopt ? persock_router_getsockopt :
						   NULL,
#ifdef PERSOCK_HAVE_GETSOCKOPT_ITER
		.getsockopt_iter = native->getsockopt_iter ?
					persock_router_getsockopt_iter : NULL,
#endif
		.show_fdinfo = router_show_fdinfo,
		.sendmsg = native->sendmsg ? router_sendmsg : NULL,
		.recvmsg = native->recvmsg ? router_recvmsg : NULL,
		.mmap = native->mmap ? router_mmap : NULL,
#ifdef PERSOCK_HAVE_SENDPAGE
		.sendpage = native->sendpage ? router_sendpage : NULL,
		.sendpage_locked = native->sendpage_locked,
#endif
		.splice_read = native->splice_read ? router_splice_read : NULL,
		.splice_eof = native->splice_eof,
		.set_peek_off = native->set_peek_off,
		.peek_len = native->peek_len,
		.read_sock = native->read_sock,
		.read_skb = native->read_skb,
		.sendmsg_locked = native->sendmsg_locked,
		.set_rcvlowat = native->set_rcvlowat,
	};

	write_table(table, &ops);
}

/*
 * The table of a provider with sockets of its own. The kernel calls most of
 * these without looking, so a method that the provider lacks is answered by
 * the router.
 */
static void fill_wrapper(struct proto_ops *table)
{
	const struct proto_ops ops = {
		.family = persock_family,
		.owner = THIS_MODULE,
		.release = persock_router_release,
		.bind = router_bind,
		.connect = router_connect,
		.socketpair = router_socketpair,
		.accept = router_accept,
		.getname = router_getname,
		.poll = router_poll,
		.ioctl = router_ioctl,
#ifdef CONFIG_COMPAT
		.compat_ioctl = router_compat_ioctl,
#endif
		.gettstamp = router_gettstamp,
		.listen = router_listen,
		.shutdown = router_shutdown,
		.setsockopt = persock_router_setsockopt,
		.getsockopt = persock_router_getsockopt,
		.show_fdinfo = router_show_fdinfo,
		.sendmsg = router_sendmsg,
		.recvmsg = router_recvmsg,
		.mmap = router_mmap,
#ifdef PERSOCK_HAVE_SENDPAGE
		.sendpage = router_sendpage,
#endif
		.splice_read = router_splice_read,
	};

	write_table(table, &ops);
}

static struct persock_router *
router_find(struct persock_attachment *attachment,
	    const struct persock_provider *provider, enum persock_class class,
	    const struct proto_ops *native)
{
	const void *key = native ? (const void *)native : provider;
	struct persock_router *router;

	hash_for_each_possible_rcu(attachment->routers, router, hash,
				   (unsigned long)key) {
		if (router->native == native && router->provider == provider &&
		    router->class == class)
			return router;
	}

	return NULL;
}

/**
 * persock_router_get() - the router for a kind of socket
 * @attachment: that the socket is created under; the caller keeps it alive
 * @provider: who serves
 * @family: the application's address family
 * @native: the socket's proto_ops; NULL for a socket of the provider's own
 * @owner: module that @native belongs to, may be NULL
 *
 * Context: any, does not sleep; under RCU, or with a reference to @attachment.
 * Return: the router, or NULL when none is spare: the caller refuses the
 * socket with ENOBUFS.
 */
struct persock_router *
persock_router_get(struct persock_attachment *attachment,
		   const struct persock_provider *provider, int family,
		   const struct proto_ops *native, struct module *owner)
{
	enum persock_class class = persock_class_of(family);
	struct persock_router *router;
	unsigned long flags;
	bool low;

	rcu_read_lock();
	router = router_find(attachment, provider, class, native);
	rcu_read_unlock();
	if (likely(router))
		return router;

	raw_spin_lock_irqsave(&router_lock, flags);
	router = router_find(attachment, provider, class, native);
	if (router || hlist_empty(&spares) || !try_module_get(owner))
		goto unlock;

	router = hlist_entry(spares.first, struct persock_router, hash);
	hlist_del(&router->hash);
	nr_spares--;
	if (native)
		fill_native(&router->ops, native);
	else
		fill_wrapper(&router->ops);
	router->native = native;
	router->provider = provider;
	router->attachment = attachment;
	router->class = class;
	router->pinned = owner;
	hash_add_rcu(attachment->routers, &router->hash,
		     native ? (unsigned long)native : (unsigned long)provider);
unlock:
	low = nr_spares < SPARES_LOW;
	raw_spin_unlock_irqrestore(&router_lock, flags);
	if (low)
		schedule_work(&refill_work);

	return router;
}
