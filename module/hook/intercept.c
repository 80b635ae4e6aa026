// SPDX-License-Identifier: GPL-2.0
/*
 * The ftrace handlers of the interception points; arm.c hooks them up. These
 * functions of the socket layer are intercepted:
 *
 *   __sock_create               the request: judge it; send it to AF_PERSOCK
 *                               if a provider with its own sockets serves it
 *   security_socket_post_create the native socket is complete, every LSM has
 *                               seen its true family: put the router in front
 *   sk_getsockopt               SOL_SOCKET options never reach proto_ops
 *   sk_setsockopt
 *   sock_ioctl, compat_sock_ioctl  answer many ioctls before calling proto_ops
 *   io_uring_cmd_sock           io_uring's own commands (since 6.7)
 *
 * Another ftrace_ops, in lsm.c, covers the functions that call LSMs, and one in
 * local.c those that ask about peers of AF_UNIX. A handler
 * lets the function run, perhaps with changed arguments, or it lets a function
 * of ours run in its place (IPMODIFY), most often one that only returns an
 * errno, see persock_fail_call().
 *
 * Handlers run with or without preemption: they never sleep nor allocate.
 */
#include <linux/bpf.h>
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/in.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/uaccess.h>
#include <net/sock.h>
#include <asm/ioctls.h>

#include "compat.h"
#include "hook/arch.h"
#include "state.h"

#ifdef PERSOCK_HAVE_URING_CMD
#include <linux/io_uring/cmd.h>
#endif

#include "cgroup/stack.h"
#include "hook/intercept.h"
#include "hook/point.h"
#include "native/interpose.h"
#include "socket/af_persock.h"
#include "socket/creation.h"
#include "socket/ioctl.h"
#include "socket/judge.h"
#include "socket/message.h"
#include "socket/note.h"
#include "socket/option.h"
#include "socket/pass.h"
#include "socket/report.h"
#include "socket/router.h"
#include "socket/wrapper.h"

/* The request, from the arguments of either function that makes sockets. */
static __always_inline struct persock_request
request_of(struct ftrace_regs *regs)
{
	return (struct persock_request){
		.family = (int)persock_arg(regs, 1),
		.type = (int)persock_arg(regs, 2),
		.protocol = (int)persock_arg(regs, 3),
	};
}

static int judge(const struct persock_version *version,
		 struct persock_call *call, void *request)
{
	if (persock_records(version))
		return persock_note_request(call);

	return persock_judge_request(&version->policy, request, &call->section,
				     &call->rule);
}

static void refuse_create(struct ftrace_regs *regs, struct persock_stack *stack,
			  const struct persock_view *view,
			  struct persock_call *call, int err)
{
	persock_fail_call(regs, persock_deny_unjudged(stack, view, call, view->server, err));
}

/*
 * int __sock_create(struct net *net, int family, int type, int protocol,
 *		     struct socket **res, int kern)
 */
static noinline void route_request(struct ftrace_regs *regs,
				   unsigned long caller,
				   struct persock_stack *stack)
{
	const struct persock_view *view = persock_stack_view(stack);
	struct persock_request request = request_of(regs);
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = &request,
	};
	const struct persock_provider *provider;
	int err = 0;

	if (request.family == persock_family) {
		err = persock_family_unpack(request.protocol, &request);
		if (err) {
			refuse_create(regs, stack, view, &call, err);
			return;
		}
	}
	/* __sock_create() makes the same change. */
	if (request.family == AF_INET && request.type == SOCK_PACKET)
		request.family = AF_PACKET;

	/*
	 * A request that goes on is reported when the socket exists, see
	 * persock_interpose() and af_persock.c.
	 */
	if (!persock_view_allows(view, &request))
		err = persock_judge_ahead(stack, view, &call, judge, &request);
	if (err) {
		persock_fail_call(regs, err);
		return;
	}
	persock_note_requests(stack, view, &call);
	provider = persock_view_provider(view, &request,
					 persock_stack_net(stack, view,
							   request.family));
	if (provider && provider->interposes) {
		/* An explicit AF_PERSOCK request becomes the plain one. */
		persock_set_arg(regs, 1, request.family);
		persock_set_arg(regs, 3, request.protocol);
		return;
	}

	/*
	 * No provider serves it; or a module makes the socket on the task's
	 * behalf (for example nvme-tcp) and relies on a native sock.
	 */
	if (!provider || persock_called_by_module(regs, caller)) {
		refuse_create(regs, stack, view, &call, -EAFNOSUPPORT);
		return;
	}

	/*
	 * Make it as a kernel socket, so that LSMs do not judge the family
	 * AF_PERSOCK: they judge the socket that the provider makes.
	 */
	persock_set_arg(regs, 1, persock_family);
	persock_set_arg(regs, 3,
			PERSOCK_PROTOCOL(request.family, request.protocol));
	persock_set_arg(regs, 5, 1);
}

/* The request passes unchanged, and the native provider serves it. */
static bool passes_natively(const struct persock_stack *stack,
			    struct ftrace_regs *regs)
{
	const struct persock_request request = request_of(regs);

	return persock_stack_view(stack)->requests &
	       persock_shortcut_request(&request);
}

static noinline void create_governed(struct ftrace_regs *regs,
				     unsigned long caller)
{
	struct persock_stack *stack;

	rcu_read_lock();
	stack = persock_governor();
	if (stack)
		route_request(regs, caller, stack);
	rcu_read_unlock();
}

static __always_inline void on_create(struct ftrace_regs *regs,
				      unsigned long caller)
{
	struct persock_stack *stack;
	bool passes;

	if ((int)persock_arg(regs, 5))
		return;

	rcu_read_lock_sched();
	stack = persock_governor_sched();
	passes = !stack || passes_natively(stack, regs);
	rcu_read_unlock_sched();
	if (!passes)
		create_governed(regs, caller);
}

/*
 * int security_socket_post_create(struct socket *sock, int family, int type,
 *				   int protocol, int kern)
 */
static noinline void govern_created(struct ftrace_regs *regs)
{
	struct socket *sock = (struct socket *)persock_arg(regs, 0);
	struct persock_request request = request_of(regs);
	struct persock_stack *stack;
	int err = 0;

	if (persock_router_peek(sock))
		return;

	rcu_read_lock();
	do {
		stack = persock_governor();
		if (stack)
			err = persock_interpose(stack, sock, &request);
		/* Changed meanwhile: look up the layers that govern now. */
	} while (stack && err == -ESTALE);
	rcu_read_unlock();

	if (stack && err)
		persock_fail_call(regs, err);
}

/* The kernel makes a socket for itself, or SCTP peels one off. */
static noinline void on_kernel_created(struct ftrace_regs *regs)
{
	const struct persock_request request = request_of(regs);
	int err;

	err = persock_interpose_kernel((struct socket *)persock_arg(regs, 0),
				       &request);
	if (err)
		persock_fail_call(regs, err);
}

/* @stack: found under RCU-sched. Returns false if it takes a verdict. */
static noinline bool govern_passing(struct ftrace_regs *regs,
				    struct persock_stack *stack)
{
	const struct persock_request request = request_of(regs);

	return persock_interpose_pass(stack,
				      (struct socket *)persock_arg(regs, 0),
				      persock_shortcut_request(&request));
}

static __always_inline void on_post_create(struct ftrace_regs *regs)
{
	struct persock_stack *stack;
	bool done;

	if (unlikely((int)persock_arg(regs, 4))) {
		on_kernel_created(regs);
		return;
	}

	rcu_read_lock_sched();
	stack = persock_governor_sched();
	done = !stack || govern_passing(regs, stack);
	rcu_read_unlock_sched();
	if (unlikely(!done))
		govern_created(regs);
}

/*
 * The router of the socket that an option is for, and that socket. NULL if it is
 * not governed, or the option has its verdict already. BPF programs act with the
 * rights of the user who loaded them, perhaps on a sock whose socket is going
 * away.
 */
static __always_inline struct persock_router *
option_router(const struct sock *sk, struct socket **sock)
{
	struct persock_router *router;
	struct socket *shown;

	if (!in_task() || has_current_bpf_ctx())
		return NULL;
	shown = READ_ONCE(sk->sk_socket);
	if (!shown)
		return NULL;
	*sock = shown;
	router = persock_router_peek(shown);
	if (router)
		return router;
	*sock = persock_socket_behind(sk, shown);

	return unlikely(*sock) ? persock_router_peek(*sock) : NULL;
}

#define LEN_UNKNOWN	S64_MAX

/* Returns LEN_UNKNOWN if the length cannot be read without sleeping. */
static __always_inline s64 read_len(const sockptr_t *optlen)
{
	int err = -EFAULT, len = 0;

	if (optlen->is_kernel)
		return *(int *)optlen->kernel;

	pagefault_disable();
	if (access_ok(optlen->user, sizeof(len)))
		err = __get_user(len, (int __user *)optlen->user);
	pagefault_enable();

	return unlikely(err) ? LEN_UNKNOWN : len;
}

/*
 * The sock on which the kernel sets or reads an option that passes: the
 * socket's, or the one behind it. NULL: the provider must be called.
 */
static struct sock *options_sk(const struct persock_router *router,
			       struct sock *sk, struct socket *sock)
{
	const struct persock_provider_ops *ops = router->provider->ops;

	if (router->native)
		return sk;

	return ops->options_sk ? ops->options_sk(sock) : NULL;
}

static noinline void judge_getsockopt(struct ftrace_regs *regs,
				      struct socket *sock)
{
	s64 len = read_len(persock_getsockopt_len(regs));
	unsigned int max;
	int err;

	if (!persock_router_peek(sock)->native || len == LEN_UNKNOWN) {
		persock_run_instead(regs, persock_option_sk_get);
		return;
	}

	/*
	 * No need to cut: the kernel never writes more than the option's size.
	 */
	err = persock_option_judge_get(sock, SOL_SOCKET,
				       (int)persock_arg(regs, 2), (int)len,
				      &max);
	if (err)
		persock_fail_call(regs, err);
}

/* It passes uncounted: the kernel reads it from the sock behind the socket. */
static noinline void get_behind(struct ftrace_regs *regs,
				const struct persock_router *router,
				struct socket *sock)
{
	struct sock *sk = options_sk(router, NULL, sock);

	if (likely(sk))
		persock_set_arg(regs, 0, (unsigned long)sk);
	else
		judge_getsockopt(regs, sock);
}

/* It is counted, or judged. */
static noinline void answer_getsockopt(struct ftrace_regs *regs,
				       struct persock_router *router,
				       struct socket *sock, s64 len)
{
	struct sock *sk = options_sk(router, (struct sock *)persock_arg(regs, 0),
				     sock);

	if (likely(sk && len != LEN_UNKNOWN &&
		   persock_pass_get(router, SOL_SOCKET,
				    (int)persock_arg(regs, 2), (int)len)))
		persock_set_arg(regs, 0, (unsigned long)sk);
	else
		judge_getsockopt(regs, sock);
}

/*
 * int sk_getsockopt(struct sock *sk, int level, int optname,
 *		     sockptr_t optval, sockptr_t optlen)
 */
static __always_inline void on_getsockopt(struct ftrace_regs *regs)
{
	struct persock_router *router;
	struct socket *sock;
	s64 len;

	router = option_router((struct sock *)persock_arg(regs, 0), &sock);
	if (!router)
		return;
	len = read_len(persock_getsockopt_len(regs));
	if (unlikely(len == LEN_UNKNOWN ||
		     !persock_pass_get_listed(router, SOL_SOCKET,
					      (int)persock_arg(regs, 2),
					      (int)len)))
		answer_getsockopt(regs, router, sock, len);
	else if (!router->native)
		get_behind(regs, router, sock);
}

static noinline void judge_setsockopt(struct ftrace_regs *regs,
				      struct socket *sock)
{
	unsigned int len = (unsigned int)persock_arg(regs, 5);
	int verdict;

	if (!persock_router_peek(sock)->native) {
		persock_run_instead(regs, persock_option_sk_set);
		return;
	}

	verdict = persock_option_judge_set(sock, SOL_SOCKET,
					   (int)persock_arg(regs, 2), &len);
	if (verdict)
		persock_fail_call(regs, min(verdict, 0));
	else
		persock_set_arg(regs, 5, len);
}

/* The sock behind a socket may set options through proto_ops. */
static bool sets_directly(const struct persock_router *router,
			  const struct sock *sk)
{
	return sk && (router->native ||
		      !persock_sol_socket_through_ops(sk->sk_socket));
}

/* As get_behind(). */
static noinline void set_behind(struct ftrace_regs *regs,
				const struct persock_router *router,
				struct socket *sock)
{
	struct sock *sk = options_sk(router, NULL, sock);

	if (likely(sets_directly(router, sk)))
		persock_set_arg(regs, 0, (unsigned long)sk);
	else
		judge_setsockopt(regs, sock);
}

/* As answer_getsockopt(). */
static noinline void answer_setsockopt(struct ftrace_regs *regs,
				       struct persock_router *router,
				       struct socket *sock)
{
	struct sock *sk = options_sk(router, (struct sock *)persock_arg(regs, 0),
				     sock);

	if (likely(sets_directly(router, sk) &&
		   persock_pass_set(router, SOL_SOCKET,
				    (int)persock_arg(regs, 2),
				    (unsigned int)persock_arg(regs, 5))))
		persock_set_arg(regs, 0, (unsigned long)sk);
	else
		judge_setsockopt(regs, sock);
}

/*
 * int sk_setsockopt(struct sock *sk, int level, int optname,
 *		     sockptr_t optval, unsigned int optlen)
 */
static __always_inline void on_setsockopt(struct ftrace_regs *regs)
{
	struct persock_router *router;
	struct socket *sock;

	router = option_router((struct sock *)persock_arg(regs, 0), &sock);
	if (!router || (router->native && persock_sol_socket_through_ops(sock)))
		return;
	if (unlikely(!persock_pass_set_listed(router, SOL_SOCKET,
					      (int)persock_arg(regs, 2),
					      (unsigned int)persock_arg(regs, 5))))
		answer_setsockopt(regs, router, sock);
	else if (!router->native)
		set_behind(regs, router, sock);
}

/*
 * long sock_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
 *
 * and compat_sock_ioctl(), which has the same arguments.
 */
static noinline void on_ioctl(struct ftrace_regs *regs)
{
	struct file *file = (struct file *)persock_arg(regs, 0);
	struct socket *sock = file->private_data;
	int verdict;

	if (!persock_router_peek(sock))
		return;
	verdict = persock_ioctl_judge(sock, (u32)persock_arg(regs, 1));
	if (verdict)
		persock_fail_call(regs, min(verdict, 0));
}

#ifdef PERSOCK_HAVE_URING_CMD
/*
 * int io_uring_cmd_sock(struct io_uring_cmd *cmd, unsigned int issue_flags)
 *
 * Some of its commands call neither sock_ioctl() nor proto_ops.
 */
static noinline void on_uring_cmd(struct ftrace_regs *regs)
{
	const struct io_uring_cmd *cmd =
		(const struct io_uring_cmd *)persock_arg(regs, 0);
	struct socket *sock = cmd->file->private_data;
	int verdict;

	if (!persock_router_peek(sock))
		return;
	verdict = persock_message_judge_uring(sock, cmd->cmd_op);
	if (verdict)
		persock_fail_call(regs, min(verdict, 0));
}
#endif

/* One task at a time has its calls fail at one point, see probe.c. */
static struct task_struct *probe_task;
static enum persock_point probe_point;
static DEFINE_STATIC_KEY_FALSE(probing);

/**
 * persock_intercept_fail() - fail the current task's calls at one point
 * @point: the point; PERSOCK_NR_POINTS: none, and all calls pass unjudged
 *
 * Valid until persock_intercept_resume(). Such a call returns
 * -PERSOCK_PROBE_ERRNO.
 *
 * Context: persock_mutex is held.
 */
void persock_intercept_fail(enum persock_point point)
{
	probe_point = point;
	WRITE_ONCE(probe_task, current);
	static_branch_enable(&probing);
}

/**
 * persock_intercept_resume() - judge the current task's calls again
 *
 * Context: persock_mutex is held.
 */
void persock_intercept_resume(void)
{
	static_branch_disable(&probing);
	WRITE_ONCE(probe_task, NULL);
}

/*
 * compat_sock_ioctl() calls sock_ioctl() after its verdict: do not judge twice.
 * FIONREAD never gets there: do_vfs_ioctl() calls sock_ioctl() itself.
 */
static bool judged_as_compat(unsigned long ip, struct ftrace_regs *regs)
{
	return ip == persock_point_ips[PERSOCK_POINT_IOCTL] && in_compat_syscall() &&
	       (u32)persock_arg(regs, 1) != FIONREAD;
}

/* Is this call of the probe? It fails if it is the one that is tried. */
static noinline bool probes(struct ftrace_regs *regs, unsigned long ip)
{
	if (READ_ONCE(probe_task) != current)
		return false;
	if (probe_point < PERSOCK_NR_POINTS &&
	    ip == persock_point_ips[probe_point])
		persock_fail_call(regs, -PERSOCK_PROBE_ERRNO);

	return true;
}

static __always_inline bool is_probed(struct ftrace_regs *regs, unsigned long ip)
{
	return static_branch_unlikely(&probing) && probes(regs, ip);
}

/* The handler of the functions that make sockets. */
void persock_divert_creation(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	if (is_probed(regs, ip))
		return;
	if (ip == persock_point_ips[PERSOCK_POINT_CREATE])
		on_create(regs, parent_ip);
	else
		on_post_create(regs);
}

static __always_inline void divert_call(unsigned long ip,
					struct ftrace_regs *regs)
{
	if (ip == persock_point_ips[PERSOCK_POINT_GETSOCKOPT])
		on_getsockopt(regs);
	else if (ip == persock_point_ips[PERSOCK_POINT_SETSOCKOPT])
		on_setsockopt(regs);
#ifdef PERSOCK_HAVE_URING_CMD
	else if (ip == persock_point_ips[PERSOCK_POINT_URING_CMD])
		on_uring_cmd(regs);
#endif
	else if (!judged_as_compat(ip, regs))
		on_ioctl(regs);
}

static noinline void divert_unless_probed(unsigned long ip,
					  struct ftrace_regs *regs)
{
	if (!probes(regs, ip))
		divert_call(ip, regs);
}

/*
 * The handler of all others. What an option that passes runs through has no
 * call but the last, so that no register has to be saved.
 */
void persock_divert_call(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	if (static_branch_unlikely(&probing))
		divert_unless_probed(ip, regs);
	else
		divert_call(ip, regs);
}
