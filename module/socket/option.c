// SPDX-License-Identifier: GPL-2.0
/*
 * Options of governed sockets: the verdict, and the path to the provider.
 * operations.c puts these functions into the router's tables, and
 * hook/intercept.c calls those about SOL_SOCKET.
 *
 * Options of levels other than SOL_SOCKET reach the router's proto_ops. Those
 * of SOL_SOCKET do not (except for sockets that ask for it), so they are
 * judged where sk_getsockopt() and sk_setsockopt() begin, see intercept.c.
 */
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/uaccess.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "policy/detour.h"
#include "policy/guard.h"
#include "policy/verdict.h"
#include "socket/judge.h"
#include "socket/note.h"
#include "socket/option.h"
#include "socket/pass.h"
#include "socket/query.h"
#include "socket/report.h"

persock_sk_getsockopt_t persock_sk_getsockopt __ro_after_init;

/* Options that lead to an address without a verdict, see detour.c. */
static int judge_detour(const struct persock_router *router,
			const struct persock_policy *policy,
			enum persock_section section,
			struct persock_call *call)
{
	const struct persock_addresses *addresses =
		section == PERSOCK_SECTION_BIND ? &policy->bind :
						  &policy->connect;

	if (router->class != PERSOCK_CLASS_INET ||
	    !persock_restricts(addresses))
		return PERSOCK_ALLOW;

	call->section = section;
	call->rule = 0;
	return persock_unjudged_errno(addresses);
}

/**
 * struct reading - the reading of an option that is judged
 * @router: the socket's
 * @level: level of the option
 * @optname: name of the option
 * @len: length of the caller's buffer
 * @max: the longest answer that every layer gives; 0: any
 */
struct reading {
	const struct persock_router *router;
	int level;
	int optname;
	int len;
	unsigned int max;
};

static int judge_reading(const struct persock_version *version,
			 struct persock_call *call, void *data)
{
	struct reading *reading = data;
	const struct persock_rules *rules =
		persock_router_rules(reading->router, version);
	bool judges_len = persock_judges_get_len(rules);
	int level = reading->level, optname = reading->optname;
	int verdict = PERSOCK_ALLOW;
	unsigned int size, max = 0;

	if (persock_records(version)) {
		persock_note_option(call, 0);
		return PERSOCK_ALLOW;
	}
	if (judges_len)
		verdict = persock_judge_get_len(0, reading->len);
	if (!verdict)
		verdict = persock_judge_get(rules, level, optname, &size, &max,
					    &call->rule);
	if (!verdict && judges_len)
		verdict = persock_judge_get_len(size, reading->len);
	if (!verdict && persock_detour_get(level, optname))
		verdict = judge_detour(reading->router, &version->policy,
				       PERSOCK_SECTION_CONNECT, call);
	/* It would read a resolver's answers past answer.c. */
	if (!verdict && version->policy.names.nr_resolvers &&
	    level == SOL_TCP && optname == TCP_ZEROCOPY_RECEIVE &&
	    persock_query_peer(reading->router, call->sock))
		verdict = judge_detour(reading->router, &version->policy,
				       PERSOCK_SECTION_CONNECT, call);
	if (max && persock_enforces(version))
		reading->max = reading->max ? min(reading->max, max) : max;

	return verdict;
}

/**
 * persock_option_judge_get() - judge and report the reading of an option
 * @sock: a governed socket
 * @level: level of the option
 * @optname: name of the option
 * @len: length of the caller's buffer
 * @max: on allow, the longest answer that is given; 0: any
 *
 * A negative length is EINVAL for any option (seed S8).
 *
 * Context: any; does not sleep.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_option_judge_get(struct socket *sock, int level, int optname,
			     int len, unsigned int *max)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_GETSOCKOPT,
		.section = PERSOCK_SECTION_OPTIONS_GET,
		.sock = sock,
		.subject = level,
		.detail = optname,
	};
	struct reading reading = {
		.router = router,
		.level = level,
		.optname = optname,
		.len = len,
	};
	int verdict;

	rcu_read_lock();
	verdict = persock_judge(router->stack, persock_router_view(router),
				&call, judge_reading, &reading);
	rcu_read_unlock();
	*max = reading.max;

	return verdict;
}

/* A request for credentials with every message counts as receiving them. */
static int judge_passcred(const struct persock_router *router,
			  const struct persock_policy *policy, int level,
			  int optname, struct persock_call *call)
{
	if (level != SOL_SOCKET ||
	    (optname != SO_PASSCRED && optname != SO_PASSPIDFD) ||
	    !persock_router_unix(router) || !policy->unix_credentials)
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_UNIX_CREDENTIALS;
	call->rule = 0;
	return policy->unix_credentials;
}

/**
 * struct setting - the setting of an option that is judged
 * @router: the socket's
 * @level: level of the option
 * @optname: name of the option
 * @len: length of the value
 * @cut: the length that every layer passes on
 */
struct setting {
	const struct persock_router *router;
	int level;
	int optname;
	unsigned int len;
	unsigned int cut;
};

static int judge_value(const struct persock_version *version,
		       struct persock_call *call, struct setting *setting)
{
	const struct persock_rules *rules =
		persock_router_rules(setting->router, version);
	int level = setting->level, optname = setting->optname;
	unsigned int len = setting->len;
	enum persock_section detour;
	int verdict, alias;

	if (persock_records(version)) {
		persock_note_option(call, len);
		return PERSOCK_ALLOW;
	}
	verdict = persock_judge_set(rules, level, optname, &len, &call->rule);
	if (rules->option_max && len > rules->option_max)
		call->section = PERSOCK_SECTION_LIMITS;
	alias = persock_guard_alias(rules->set.guard, call->sock->type, level,
				    optname);
	if (!verdict && alias != optname)
		verdict = persock_judge_option(&rules->set, level, alias,
					       &call->rule);
	if (!verdict && persock_detour_set(level, optname, len, &detour))
		verdict = judge_detour(setting->router, &version->policy,
				       detour, call);
	if (!verdict && version->policy.names.nr_resolvers &&
	    persock_detour_datagram(level, optname))
		verdict = judge_detour(setting->router, &version->policy,
				       PERSOCK_SECTION_CONNECT, call);
	if (!verdict)
		verdict = judge_passcred(setting->router, &version->policy,
					 level, optname, call);
	if (persock_enforces(version))
		setting->cut = min(setting->cut, len);

	return verdict;
}

static int judge_setting(const struct persock_version *version,
			 struct persock_call *call, void *data)
{
	struct setting *setting = data;
	int verdict = judge_value(version, call, setting);

	/*
	 * IPV6_ADDRFORM would replace the socket's proto_ops, and with them
	 * the router. No policy can allow it, so the answer is that of a
	 * kernel without it.
	 */
	if (setting->level == SOL_IPV6 && setting->optname == IPV6_ADDRFORM &&
	    (verdict == PERSOCK_ALLOW || !persock_enforces(version))) {
		call->always = true;
		call->section = PERSOCK_SECTION_OPTIONS_SET;
		call->rule = 0;
		verdict = -ENOPROTOOPT;
	}

	return verdict;
}

/* @number: set to the number of the view that judges. */
static int judge_set(struct socket *sock, int level, int optname,
		     unsigned int *optlen, u64 *number)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_SETSOCKOPT,
		.section = PERSOCK_SECTION_OPTIONS_SET,
		.sock = sock,
		.subject = level,
		.detail = optname,
	};
	struct setting setting = {
		.router = router,
		.level = level,
		.optname = optname,
		.len = *optlen,
		.cut = *optlen,
	};
	const struct persock_view *view;
	int verdict;

	rcu_read_lock();
	view = persock_router_view(router);
	*number = view->number;
	verdict = persock_judge(router->stack, view, &call, judge_setting,
				&setting);
	rcu_read_unlock();
	*optlen = setting.cut;

	return verdict;
}

/**
 * persock_option_judge_set() - judge and report the setting of an option
 * @sock: a governed socket
 * @level: level of the option
 * @optname: name of the option
 * @optlen: length of the value; cut to the option's size
 *
 * Context: any; does not sleep.
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_option_judge_set(struct socket *sock, int level, int optname,
			     unsigned int *optlen)
{
	u64 number;

	return judge_set(sock, level, optname, optlen, &number);
}

/* get_user() takes a few instructions, copy_from_sockptr() a call. */
static int read_len(sockptr_t optlen, int *len)
{
	if (likely(!sockptr_is_kernel(optlen)))
		return get_user(*len, (int __user *)optlen.user);
	*len = *(int *)optlen.kernel;

	return 0;
}

/*
 * Judge with the length in the caller's memory. The length of the answer may
 * be cut, so it is written there before the call.
 */
static int judge_get(const struct persock_router *router, struct socket *sock,
		     int level, int optname, sockptr_t optlen)
{
	unsigned int max;
	int len, err;

	if (read_len(optlen, &len))
		return -EFAULT;
	if (likely(persock_pass_get(router, level, optname, len)))
		return 0;
	err = persock_option_judge_get(sock, level, optname, len, &max);
	if (err)
		return err;
	if (max && len > (int)max) {
		len = max;
		if (copy_to_sockptr(optlen, &len, sizeof(len)))
			return -EFAULT;
	}

	return 0;
}

static noinline int get_judged(struct socket *sock, int level, int optname,
			       char __user *optval, int __user *optlen)
{
	struct persock_router *router = persock_router_of(sock);
	int err;

	err = judge_get(router, sock, level, optname, USER_SOCKPTR(optlen));
	if (err)
		return err;

	return router->provider->ops->getsockopt(sock, level, optname,
						 USER_SOCKPTR(optval),
						 USER_SOCKPTR(optlen));
}

/* Not in the table of a provider without this method; nor is the next one. */
int persock_router_getsockopt(struct socket *sock, int level, int optname,
			      char __user *optval, int __user *optlen)
{
	struct persock_router *router = persock_router_of(sock);
	int len;

	if (unlikely(get_user(len, optlen) ||
		     !persock_pass_get(router, level, optname, len)))
		return get_judged(sock, level, optname, optval, optlen);
	if (router->native)
		return router->native->getsockopt(sock, level, optname, optval,
						  optlen);

	return router->provider->ops->getsockopt(sock, level, optname,
						 USER_SOCKPTR(optval),
						 USER_SOCKPTR(optlen));
}

#ifdef PERSOCK_HAVE_GETSOCKOPT_ITER
int persock_router_getsockopt_iter(struct socket *sock, int level, int optname,
				   sockopt_t *opt)
{
	struct persock_router *router = persock_router_of(sock);
	unsigned int max;
	int err;

	if (likely(persock_pass_get(router, level, optname, opt->optlen)))
		goto get;
	err = persock_option_judge_get(sock, level, optname, opt->optlen, &max);
	if (err)
		return err;
	if (max && opt->optlen > (int)max) {
		opt->optlen = max;
		iov_iter_truncate(&opt->iter_out, max);
	}

get:
	return router->native->getsockopt_iter(sock, level, optname, opt);
}
#endif

/*
 * Does an upper layer protocol replace the socket's proto_ops, or point its
 * file at a kernel socket? No router could follow. The caller answers ENOENT,
 * as tcp_set_ulp() does for an unknown protocol.
 */
static bool ulp_escapes(const char *name)
{
	return !strcmp(name, "espintcp") || !strcmp(name, "smc");
}

/*
 * May an IPv6-only socket be made to accept IPv4, too? Not if the policy
 * restricts binds: a bind to "::" that was judged for IPv6 only could be under
 * way. Returns 1 to pass the option to the provider, 0 if there is nothing to
 * do, or the errno of the section.
 */
static int judge_shared(struct persock_router *router, struct socket *sock)
{
	const struct persock_provider_ops *ops = router->provider->ops;
	const struct sock *sk = ops->sk ? ops->sk(sock) : NULL;
	struct persock_call call = {
		.operation = PERSOCK_OP_SETSOCKOPT,
		.section = PERSOCK_SECTION_BIND,
		.sock = sock,
		.subject = SOL_IPV6,
		.detail = IPV6_V6ONLY,
	};
	const struct persock_view *view;
	int verdict = 1;

	if (router->class != PERSOCK_CLASS_INET || !sk ||
	    sk->sk_family != AF_INET6 || sk->sk_type == SOCK_RAW)
		return verdict;

	rcu_read_lock();
	view = persock_router_view(router);
	if (view->restricts_bind)
		verdict = sk->sk_ipv6only ?
			  persock_judge_again(router->stack, view, &call,
					      persock_judge_binds, NULL) : 0;
	rcu_read_unlock();

	return verdict;
}

/* Returns PERSOCK_CHANGED if it must be judged again. */
static int set_by_view(struct persock_router *router, struct socket *sock,
		       int level, int optname, sockptr_t optval,
		       unsigned int optlen)
{
	char name[TCP_ULP_NAME_MAX] = "";
	int verdict, value;
	u64 number;

	verdict = judge_set(sock, level, optname, &optlen, &number);
	if (verdict)
		return min(verdict, 0);

	if (level == SOL_TCP && optname == TCP_ULP && optlen) {
		/* Judge the same bytes that the protocol will see. */
		optlen = min_t(unsigned int, optlen, sizeof(name) - 1);
		if (strncpy_from_sockptr(name, optval, optlen) < 0)
			return -EFAULT;
		if (ulp_escapes(name))
			return -ENOENT;
		/* What is judged as a query would be sent encrypted. */
		verdict = persock_query_peer(router, sock);
		if (persock_router_changed(router, number))
			return PERSOCK_CHANGED;
		if (verdict)
			return verdict < 0 ? verdict : -ENOENT;
		optval = KERNEL_SOCKPTR(name);
	}
	if (level == SOL_IPV6 && optname == IPV6_V6ONLY &&
	    optlen >= sizeof(value)) {
		if (copy_from_sockptr(&value, optval, sizeof(value)))
			return -EFAULT;
		verdict = value ? 1 : judge_shared(router, sock);
		if (persock_router_changed(router, number))
			return PERSOCK_CHANGED;
		if (verdict <= 0)
			return verdict;
		optval = KERNEL_SOCKPTR(&value);
		optlen = sizeof(value);
	}

	return router->provider->ops->setsockopt(sock, level, optname, optval,
						 optlen);
}

static noinline int set_judged(struct socket *sock, int level, int optname,
			       sockptr_t optval, unsigned int optlen)
{
	struct persock_router *router = persock_router_of(sock);
	int err;

	do {
		err = set_by_view(router, sock, level, optname, optval, optlen);
	} while (err == PERSOCK_CHANGED);

	return err;
}

int persock_router_setsockopt(struct socket *sock, int level, int optname,
			      sockptr_t optval, unsigned int optlen)
{
	struct persock_router *router = persock_router_of(sock);

	if (unlikely(!persock_pass_set(router, level, optname, optlen)))
		return set_judged(sock, level, optname, optval, optlen);
	/*
	 * Options that replace a socket's ops have no shortcut, see native.c.
	 */
	if (router->native)
		return router->native->setsockopt(sock, level, optname, optval,
						  optlen);

	return router->provider->ops->setsockopt(sock, level, optname, optval,
						 optlen);
}

/*
 * Seed S8: family, type and protocol, as the provider reports them, so that
 * AF_INET stays AF_INET. False: another option, or the provider does not
 * report them.
 */
static bool identity(struct persock_router *router, struct socket *sock,
		     int optname, int *value)
{
	int family, type, protocol;

	if (!router->provider->ops->type)
		return false;

	router->provider->ops->type(sock, &family, &type, &protocol);
	switch (optname) {
	case SO_DOMAIN:
		*value = family;
		return true;
	case SO_TYPE:
		*value = type;
		return true;
	case SO_PROTOCOL:
		*value = protocol;
		return true;
	default:
		return false;
	}
}

/* Copy an int like sk_getsockopt(): cut to the caller's buffer. */
static int copy_int(sockptr_t optval, sockptr_t optlen, int value)
{
	int len;

	if (copy_from_sockptr(&len, optlen, sizeof(len)))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min_t(int, len, sizeof(value));
	if (copy_to_sockptr(optval, &value, len) ||
	    copy_to_sockptr(optlen, &len, sizeof(len)))
		return -EFAULT;

	return 0;
}

/**
 * persock_option_sk_get() - sk_getsockopt() of a governed socket
 * @sk: its sock
 * @level: SOL_SOCKET
 * @optname: name of the option
 * @optval: buffer for the value
 * @optlen: length of the buffer; the length of the value on return
 *
 * Runs instead of sk_getsockopt() if the interception point cannot decide by
 * itself: for a provider's own socket, if the option must be judged or the
 * provider answers it, and if the length could not be read there without
 * sleeping.
 *
 * Context: process context, may sleep; the open file pins the socket.
 * Return: as sk_getsockopt().
 */
int persock_option_sk_get(struct sock *sk, int level, int optname,
			  sockptr_t optval, sockptr_t optlen)
{
	struct socket *sock = persock_socket_of(sk);
	struct persock_router *router = persock_router_of(sock);
	int err, len, value;

	if (router->native) {
		/*
		 * The interception point can read a length in kernel memory.
		 * This call reaches it again, and it judges.
		 */
		if (copy_from_sockptr(&len, optlen, sizeof(len)))
			return -EFAULT;
		err = persock_sol_socket_get(persock_sk_getsockopt, sock,
					     optname, optval,
					     KERNEL_SOCKPTR(&len));
		/* SO_PEERGROUPS returns the required length with an error. */
		if (copy_to_sockptr(optlen, &len, sizeof(len)))
			return -EFAULT;
		return err;
	}

	err = judge_get(router, sock, level, optname, optlen);
	if (err)
		return err;
	if (identity(router, sock, optname, &value))
		return copy_int(optval, optlen, value);
	if (!router->provider->ops->getsockopt)
		return -ENOPROTOOPT;

	return router->provider->ops->getsockopt(sock, level, optname, optval,
						 optlen);
}

/**
 * persock_option_sk_set() - sk_setsockopt() of a provider's own socket
 * @sk: its sock
 * @level: SOL_SOCKET
 * @optname: name of the option
 * @optval: the value
 * @optlen: its length
 *
 * Runs instead of sk_setsockopt() if the option must be judged or the provider
 * sets it.
 *
 * Context: process context, may sleep; the open file pins the socket.
 * Return: as sk_setsockopt().
 */
int persock_option_sk_set(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen)
{
	struct socket *sock = sk->sk_socket;

	/* The table has an answer of a provider without the method, too. */
	return READ_ONCE(sock->ops)->setsockopt(sock, level, optname, optval,
						optlen);
}
