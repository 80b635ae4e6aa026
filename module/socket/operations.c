// SPDX-License-Identifier: GPL-2.0
/*
 * The router: each operation of a governed socket goes from proto_ops to the
 * verdict, and then to the provider. The socket layer calls these functions
 * through sock->ops; router.c calls persock_router_fill() to write a routing
 * table.
 *
 * Messages and options have files of their own, message.c and option.c.
 */
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sockios.h>
#include <linux/splice.h>
#include <net/sock.h>
#include <asm/ioctls.h>

#include "cgroup/stack.h"
#include "policy/verdict.h"
#include "socket/accept.h"
#include "socket/answer.h"
#include "socket/bind.h"
#include "socket/endpoint.h"
#include "socket/exchange.h"
#include "socket/flags.h"
#include "socket/judge.h"
#include "socket/local.h"
#include "socket/local_call.h"
#include "socket/message.h"
#include "socket/note.h"
#include "socket/operations.h"
#include "socket/option.h"
#include "socket/pass.h"
#include "socket/port.h"
#include "socket/query.h"
#include "socket/report.h"
#include "socket/router.h"
#include "socket/unsent.h"
#include "socket/vsock.h"
#include "socket/wrapper.h"

/* A provider's own socket, or a native one with something beside it. */
static noinline void release_special(const struct persock_router *router,
				     struct socket *sock)
{
	bool wrapped = !router->native;

	if (test_bit(PERSOCK_ASKED, &sock->flags))
		persock_exchange_end(sock);
	router->provider->ops->release(sock);
	if (wrapped)
		persock_wrapper_release(sock);
}

int persock_router_release(struct socket *sock)
{
	const unsigned long special = BIT(PERSOCK_ASKED) | BIT(PERSOCK_DECOY);
	struct persock_router *router = persock_router_of(sock);
	struct persock_stack *stack;

	/*
	 * A socket whose accept failed has no sock: there is nothing to
	 * release, it is not counted, and its router may have been recycled.
	 */
	if (!sock->sk)
		return 0;

	stack = router->stack;
	if (likely(router->native && !(READ_ONCE(sock->flags) & special)))
		router->native->release(sock);
	else
		release_special(router, sock);
	persock_stack_put(stack);

	return 0;
}

static int allow(const struct persock_version *version,
		 struct persock_call *call, void *unused)
{
	return PERSOCK_ALLOW;
}

/* Report a call for which a policy has no section. */
static void report_unsectioned(struct persock_router *router, struct socket *sock,
			       enum persock_operation operation)
{
	struct persock_call call = { .operation = operation, .sock = sock };

	if (likely(persock_pass_unsectioned(router, operation)))
		return;

	rcu_read_lock();
	persock_judge(router->stack, persock_router_view(router), &call, allow,
		      NULL);
	rcu_read_unlock();
}

static int router_bind(struct socket *sock, struct sockaddr_unsized *unsized,
		       int length)
{
	struct sockaddr *address = (struct sockaddr *)unsized;
	struct persock_router *router = persock_router_of(sock);

	if (!router->provider->ops->bind)
		return -EOPNOTSUPP;
	if (unlikely(!persock_pass_bind(router, length)))
		return persock_local_judged(router) ?
		       persock_local_bind(sock, address, length) :
		       persock_bind_judged(router, sock, address, length);

	return router->provider->ops->bind(sock, address, length);
}

static int router_connect(struct socket *sock, struct sockaddr_unsized *unsized,
			  int length, int flags)
{
	struct sockaddr *address = (struct sockaddr *)unsized;
	struct persock_router *router = persock_router_of(sock);

	if (!router->provider->ops->connect)
		return -EOPNOTSUPP;
	if (unlikely(test_bit(PERSOCK_ASKED, &sock->flags)))
		persock_exchange_connects(sock);
	if (unlikely(!persock_pass_connect(router, length)))
		return persock_local_judged(router) ?
		       persock_local_connect(sock, address, length, flags) :
		       persock_connect_judged(sock, address, length, flags);

	return router->provider->ops->connect(sock, address, length, flags);
}

static int judge_pair(const struct persock_version *version,
		      struct persock_call *call, void *router)
{
	const struct persock_policy *policy = &version->policy;
	int verdict = persock_router_rules(router, version)->pair;

	if (persock_records(version)) {
		persock_note_default(call, PERSOCK_SECTION_PAIR);
		verdict = PERSOCK_ALLOW;
	}
	if (verdict || !persock_router_unix(router) ||
	    !persock_unix_reads(policy, &policy->unix_connect))
		return verdict;

	return persock_local_judge_pair(version, call);
}

static int router_socketpair(struct socket *first, struct socket *second)
{
	struct persock_router *router = persock_router_of(first);
	struct persock_call call = {
		.operation = PERSOCK_OP_PAIR,
		.section = PERSOCK_SECTION_PAIR,
		.sock = first,
	};
	int verdict;

	rcu_read_lock();
	verdict = persock_judge(router->stack, persock_router_view(router),
				&call, judge_pair, router);
	rcu_read_unlock();
	if (verdict)
		return verdict;
	if (!router->provider->ops->pair)
		return -EOPNOTSUPP;

	return router->provider->ops->pair(first, second);
}

/*
 * Since 6.10 do_accept() calls the listener's ops for the new socket's name.
 */
static int router_getname(struct socket *sock, struct sockaddr *address,
			  int peer)
{
	struct persock_router *router = persock_router_of(sock);
	const struct persock_provider_ops *ops = router->provider->ops;

	if (peer ? !ops->getpeername : !ops->getsockname)
		return -EOPNOTSUPP;
	report_unsectioned(router, sock, PERSOCK_OP_GETNAME);

	return peer ? ops->getpeername(sock, address, peer == 2) :
		      ops->getsockname(sock, address);
}

static __poll_t poll_nothing(struct file *file, struct socket *sock,
			     struct poll_table_struct *wait)
{
	return EPOLLERR;
}

static int get_nothing(struct socket *sock, int level, int optname,
		       char __user *optval, int __user *optlen)
{
	return -EOPNOTSUPP;
}

static int set_nothing(struct socket *sock, int level, int optname,
		       sockptr_t optval, unsigned int optlen)
{
	return -EOPNOTSUPP;
}

/* The ioctl was judged at sock_ioctl(), see intercept.c. */
static int router_ioctl(struct socket *sock, unsigned int cmd,
			unsigned long arg)
{
	struct persock_router *router = persock_router_of(sock);
	unsigned int left;

	if (!router->provider->ops->ioctl)
		return -ENOIOCTLCMD;
	/* Resolver libraries allocate as much as this tells them. */
	if (unlikely(cmd == SIOCINQ) && test_bit(PERSOCK_ASKED, &sock->flags)) {
		left = persock_exchange_next(persock_exchange_find(sock));
		if (left)
			return put_user(left, (int __user *)arg);
	}
	return router->provider->ops->ioctl(sock, cmd, arg);
}

#ifdef CONFIG_COMPAT
static int router_compat_ioctl(struct socket *sock, unsigned int cmd,
			       unsigned long arg)
{
	struct persock_router *router = persock_router_of(sock);

	if (!router->provider->ops->compat_ioctl)
		return -ENOIOCTLCMD;
	return router->provider->ops->compat_ioctl(sock, cmd, arg);
}
#endif

static int router_gettstamp(struct socket *sock, void __user *stamp,
			    bool timeval, bool time32)
{
	struct persock_router *router = persock_router_of(sock);

	if (!router->provider->ops->gettstamp)
		return -ENOIOCTLCMD;

	return router->provider->ops->gettstamp(sock, stamp, timeval, time32);
}

/**
 * struct listening - a listen that is judged
 * @backlog: its backlog
 * @endpoint: the bound address, as it is judged
 */
struct listening {
	int backlog;
	struct persock_endpoint endpoint;
};

static int judge_listen(const struct persock_version *version,
			struct persock_call *call, void *data)
{
	const struct persock_router *router = persock_router_of(call->sock);
	int verdict = persock_router_rules(router, version)->listen;
	struct listening *listening = data;

	if (persock_records(version)) {
		persock_note_listen(call, listening->backlog);
		return PERSOCK_ALLOW;
	}
	/* Below, the bound address is judged again once the socket listens. */
	if (!verdict)
		return persock_endpoint_listen(call->sock, &version->policy,
					       &listening->endpoint, call);
	persock_endpoint_fill_bound(call->sock, &listening->endpoint, call);

	return verdict;
}

/* What the layers say; @backlog is clamped, if none denies. */
static int listen_by_view(struct persock_router *router, struct socket *sock,
			  int *backlog)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_LISTEN,
		.section = PERSOCK_SECTION_LISTEN,
		.sock = sock,
	};
	struct listening listening = { .backlog = *backlog };
	const struct persock_view *view;
	u64 number;
	int verdict;

	persock_vsock_bound(sock, &listening.endpoint);
	rcu_read_lock();
	view = persock_router_view(router);
	number = view->number;
	verdict = persock_judge(router->stack, view, &call, judge_listen,
				&listening);
	*backlog = persock_clamp_backlog(&view->backlog, listening.backlog);
	rcu_read_unlock();

	return verdict ? verdict :
			 persock_port_choose(router, sock, call.operation,
					     number);
}

static int router_listen(struct socket *sock, int backlog)
{
	struct persock_router *router = persock_router_of(sock);
	int verdict, clamped, err;

	if (!router->provider->ops->listen)
		return -EOPNOTSUPP;
	do {
		clamped = backlog;
		verdict = listen_by_view(router, sock, &clamped);
	} while (verdict == PERSOCK_CHANGED);
	if (verdict)
		return verdict;

	err = router->provider->ops->listen(sock, clamped);

	return err ? err : persock_port_listening(router, sock);
}

static int router_shutdown(struct socket *sock, int how)
{
	struct persock_router *router = persock_router_of(sock);

	if (!router->provider->ops->shutdown)
		return -EOPNOTSUPP;
	report_unsectioned(router, sock, PERSOCK_OP_SHUTDOWN);

	return router->provider->ops->shutdown(sock, how);
}

static int judge_mmap(const struct persock_version *version,
		      struct persock_call *call, void *router)
{
	if (persock_records(version)) {
		persock_note_default(call, PERSOCK_SECTION_MMAP);
		return PERSOCK_ALLOW;
	}

	return persock_router_rules(router, version)->mmap;
}

static int router_mmap(struct file *file, struct socket *sock,
		       struct vm_area_struct *vma)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_MMAP,
		.section = PERSOCK_SECTION_MMAP,
		.sock = sock,
	};
	int verdict;

	if (!router->provider->ops->mmap)
		return -ENODEV;

	rcu_read_lock();
	verdict = persock_judge(router->stack, persock_router_view(router),
				&call, judge_mmap, router);
	rcu_read_unlock();
	if (verdict)
		return verdict;

	return router->provider->ops->mmap(file, sock, vma);
}

/* A splice is judged like a receive or a send without flags. */
static ssize_t router_splice_read(struct socket *sock, loff_t *ppos,
				  struct pipe_inode_info *pipe, size_t length,
				  unsigned int flags)
{
	struct persock_router *router = persock_router_of(sock);

	/*
	 * This reads through recvmsg, which is judged and counted, and which
	 * must see what a resolver sends, see answer.c.
	 */
	if (!router->provider->ops->splice_read ||
	    (unlikely(router->phase != PERSOCK_PHASE_JUDGED) &&
	     persock_query_peer(router, sock)))
		return persock_splice_by_read(sock->file, ppos, pipe, length,
					      flags);

	report_unsectioned(router, sock, PERSOCK_OP_RECVMSG);
	return router->provider->ops->splice_read(sock, ppos, pipe, length,
						  flags);
}

static void router_splice_eof(struct socket *sock)
{
	struct persock_router *router = persock_router_of(sock);

	if (router->provider->ops->splice_eof)
		router->provider->ops->splice_eof(sock);
}

/* The layers, the outermost first, if there are several. */
static void show_layers(struct seq_file *m, const struct persock_stack *stack)
{
	unsigned int i;

	if (stack->nr == 1)
		return;
	seq_puts(m, "persock_layers:\t");
	for (i = 0; i < stack->nr; i++)
		seq_printf(m, "%s%s", i ? " " : "",
			   stack->layers[i].attachment->personality->name);
	seq_putc(m, '\n');
}

/*
 * /proc/PID/fdinfo/FD shows the attachments that govern a socket, because the
 * socket keeps them when it is passed on.
 */
static void router_show_fdinfo(struct seq_file *m, struct socket *sock)
{
	struct persock_router *router = persock_router_of(sock);
	const struct persock_provider_ops *ops;
	int family, type, protocol;

	if (router->native && router->native->show_fdinfo)
		router->native->show_fdinfo(m, sock);

	ops = router->provider->ops;
	seq_printf(m, "persock_personality:\t%s\n",
		   persock_stack_inner(router->stack)->personality->name);
	show_layers(m, router->stack);
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
 * accepted, see struct persock_router. It reads release and owner only. Both
 * are the same in every table, and copying never shows other values.
 */
static void write_table(struct proto_ops *table, const struct proto_ops *ops)
{
	memcpy(table, ops, sizeof(*table));
}

/*
 * The table of a socket that the kernel made. This is an allow-list: compat.h
 * fails the build if proto_ops has a field that is not handled here.
 *
 * Methods that the kernel calls with the sock locked, and methods that no
 * policy judges, are copied and cost nothing.
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
		.accept = native->accept ? persock_router_accept : NULL,
		.getname = native->getname ? router_getname : NULL,
		.poll = native->poll,
		.ioctl = native->ioctl ? router_ioctl : NULL,
#ifdef CONFIG_COMPAT
		.compat_ioctl = native->compat_ioctl ? router_compat_ioctl :
						       NULL,
#endif
		.gettstamp = native->gettstamp,
		.listen = native->listen ? router_listen : NULL,
		/* nbd recognises sockets without shutdown by this. */
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
		.sendmsg = native->sendmsg ? persock_router_sendmsg : NULL,
		.recvmsg = native->recvmsg ? persock_router_recvmsg : NULL,
		.mmap = native->mmap ? router_mmap : NULL,
#ifdef PERSOCK_HAVE_SENDPAGE
		.sendpage = native->sendpage ? persock_router_sendpage : NULL,
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
#ifdef PERSOCK_HAVE_SET_RCVBUF
		.set_rcvbuf = native->set_rcvbuf,
#endif
	};

	write_table(table, &ops);
}

/*
 * The table of a provider with sockets of its own. The kernel calls most of
 * these without a check for NULL, so the router answers for methods that the
 * provider lacks.
 */
static void fill_wrapper(struct proto_ops *table,
			 const struct persock_provider_ops *provider)
{
	const struct proto_ops ops = {
		.family = persock_family,
		.owner = THIS_MODULE,
		.release = persock_router_release,
		.bind = router_bind,
		.connect = router_connect,
		.socketpair = router_socketpair,
		.accept = persock_router_accept,
		.getname = router_getname,
		.poll = provider->poll ?: poll_nothing,
		.ioctl = router_ioctl,
#ifdef CONFIG_COMPAT
		.compat_ioctl = router_compat_ioctl,
#endif
		.gettstamp = router_gettstamp,
		.listen = router_listen,
		.shutdown = router_shutdown,
		.setsockopt = provider->setsockopt ? persock_router_setsockopt :
						     set_nothing,
		.getsockopt = provider->getsockopt ? persock_router_getsockopt :
						     get_nothing,
		.show_fdinfo = router_show_fdinfo,
		.sendmsg = persock_router_sendmsg,
		.recvmsg = persock_router_recvmsg,
		.mmap = router_mmap,
#ifdef PERSOCK_HAVE_SENDPAGE
		.sendpage = persock_router_sendpage,
#endif
		.splice_read = router_splice_read,
		.splice_eof = router_splice_eof,
	};

	write_table(table, &ops);
}

/**
 * persock_router_fill() - write a routing table
 * @table: not published yet, or recycled
 * @provider: the provider that serves
 * @native: the proto_ops of a socket that the kernel made; NULL for a
 *	    provider with sockets of its own
 * @phase: how sends without a name are judged
 *
 * Context: any; does not sleep.
 */
void persock_router_fill(struct proto_ops *table,
			 const struct persock_provider *provider,
			 const struct proto_ops *native,
			 enum persock_phase phase)
{
	if (native)
		fill_native(table, native);
	else
		fill_wrapper(table, provider->ops);
	if (phase == PERSOCK_PHASE_JUDGED)
		return;
	/* The others answer for a provider without the method. */
	if (provider->ops->sendmsg)
		table->sendmsg = phase == PERSOCK_PHASE_FROZEN ?
				 persock_frozen_sendmsg : persock_unsent_sendmsg;
	if (provider->ops->recvmsg)
		table->recvmsg = persock_unsent_recvmsg;
	table->poll = persock_unsent_poll;
}
