// SPDX-License-Identifier: GPL-2.0
/*
 * AF_PERSOCK.
 *
 * create() is reached in two ways: by a request that the interception point
 * has packed, and by an explicit socket(AF_PERSOCK, ...). Both are judged
 * here, with the same result, so there is nothing to forge.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/security.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "cgroup/attachment.h"
#include "compat.h"
#include "hook/lsm.h"
#include "socket/af_persock.h"
#include "socket/report.h"
#include "socket/router.h"

int persock_family = AF_PERSOCK_DEFAULT;

/*
 * The sock of a governed socket whose provider does not interpose. The true
 * one is the provider's business; this one holds the network namespace and
 * what the socket layer keeps in a sock. sk_protocol stays 0: BPF helpers take
 * IPPROTO_TCP at its word without a look at the family.
 */
struct persock_sock {
	struct sock sk;
	void *private;
};

/*
 * A file's "system.sockprotoname", which lsof shows, is the name of the proto
 * that its sock was allocated for: one for each name that a plain socket of
 * the kind would have. They differ in nothing else.
 */
static struct proto protos[] = {
	{ .name = "PERSOCK" },
	{ .name = "TCP" },
	{ .name = "TCPv6" },
	{ .name = "UDP" },
	{ .name = "UDPv6" },
	{ .name = "RAW" },
	{ .name = "RAWv6" },
	{ .name = "PING" },
	{ .name = "PINGv6" },
};

#ifdef PERSOCK_HAVE_PROTO_IOCTL
/* io_uring asks here, once it was judged at the interception point. */
static int proto_ioctl(struct sock *sk, int cmd, int *value)
{
	struct socket *sock = sk->sk_socket;
	struct persock_router *router = persock_router_peek(sock);

	if (!router->provider->ops->queued)
		return -EOPNOTSUPP;

	return router->provider->ops->queued(sock, cmd, value);
}
#endif

/* Each name of IPv6 comes after that of IPv4. */
static struct proto *proto_of(const struct persock_request *request)
{
	bool ipv6 = request->family == AF_INET6;

	if (persock_class_of(request->family) != PERSOCK_CLASS_INET)
		return &protos[0];

	switch (request->type) {
	case SOCK_STREAM:
		return &protos[1 + ipv6];
	case SOCK_DGRAM:
		if (request->protocol == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
			return &protos[7 + ipv6];
		return &protos[3 + ipv6];
	case SOCK_RAW:
		return &protos[5 + ipv6];
	default:
		return &protos[0];
	}
}

/**
 * persock_private() - a provider's own state of a socket
 * @sock: a socket that the provider serves
 *
 * Context: any; the caller keeps the socket open.
 * Return: what persock_set_private() was told last, or NULL.
 */
void *persock_private(const struct socket *sock)
{
	return container_of(sock->sk, struct persock_sock, sk)->private;
}
EXPORT_SYMBOL_GPL(persock_private);

/**
 * persock_set_private() - set a provider's own state of a socket
 * @sock: a socket in the provider's socket() or accept() method
 * @private: the state; the provider owns it and frees it in release()
 *
 * Context: the provider's socket(), accept() and release() methods.
 */
void persock_set_private(struct socket *sock, void *private)
{
	container_of(sock->sk, struct persock_sock, sk)->private = private;
}
EXPORT_SYMBOL_GPL(persock_set_private);

/**
 * persock_family_unpack() - undo PERSOCK_PROTOCOL()
 * @packed: the protocol of an AF_PERSOCK request
 * @request: family and protocol are filled in
 *
 * Return: 0, or -EINVAL when bits are set that PERSOCK_PROTOCOL() never sets.
 */
int persock_family_unpack(int packed, struct persock_request *request)
{
	unsigned int bits = packed;

	if (bits >> (PERSOCK_PROTOCOL_BITS + PERSOCK_FAMILY_BITS))
		return -EINVAL;

	request->family = bits >> PERSOCK_PROTOCOL_BITS;
	request->protocol = bits & ((1U << PERSOCK_PROTOCOL_BITS) - 1);

	return 0;
}

static int sock_make(struct net *net, struct socket *sock, struct proto *proto)
{
	struct sock *sk;

	/*
	 * Not a kernel socket, even though the request says so to spare LSMs
	 * the invented family: the namespace must not go away before it. It is
	 * memory of the task's, as the sock that a protocol has a slab for.
	 */
	sk = sk_alloc(net, persock_family, GFP_KERNEL_ACCOUNT, proto, 0);
	if (!sk)
		return -ENOBUFS;

	sock_init_data(sock, sk);
	((struct persock_sock *)sk)->private = NULL;

	return 0;
}

static void sock_unmake(struct socket *sock)
{
	struct sock *sk = sock->sk;

	sock_orphan(sk);
	sock->sk = NULL;
	sock_put(sk);
}

static int serve(struct net *net, struct socket *sock,
		 struct persock_attachment *attachment,
		 const struct persock_provider *provider,
		 const struct persock_request *request)
{
	struct persock_router *router;
	int err;

	router = persock_router_get(attachment, provider, request->family,
				    NULL, NULL);
	if (!router)
		return -ENOBUFS;

	err = sock_make(net, sock, proto_of(request));
	if (err)
		return err;
	err = provider->ops->socket(sock, request->family, request->type,
				    request->protocol);
	if (err) {
		sock_unmake(sock);
		return err;
	}
	sock->ops = &router->ops;

	return 0;
}

/*
 * @nr: sockets of the attachment that are live now, the new one included.
 * @kern: an interception point has sent the request here.
 */
static struct persock_attachment *hold_attachment(unsigned int *nr, int kern)
{
	struct persock_attachment *attachment;

	do {
		rcu_read_lock();
		attachment = persock_attachment_current();
		if (attachment) {
			*nr = persock_attachment_get(attachment);
			if (!*nr)
				attachment = ERR_PTR(-ESTALE);
		}
		rcu_read_unlock();
		/* It was being detached: look for what governs now. */
	} while (IS_ERR(attachment));

	if (attachment)
		return attachment;
	/* What governed the task has just gone: as when it now wants another. */
	if (kern)
		return ERR_PTR(-EAFNOSUPPORT);
	/* It arms the interception points of the whole machine. */
	if (!capable(CAP_NET_ADMIN))
		return ERR_PTR(-EPERM);

	*nr = 1;
	return persock_attachment_open();
}

/*
 * The provider stays: the personality pins it, and @attachment that. @net, where
 * the socket is to be made, is held.
 */
static const struct persock_provider *
judge_request(struct persock_attachment *attachment,
	      const struct persock_request *request, unsigned int nr,
	      struct net **net)
{
	const struct persock_provider *provider;
	const struct persock_version *version;
	struct net *elsewhere;
	struct persock_event event = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
	};
	int verdict;

	rcu_read_lock();
	version = persock_version_of(attachment->personality);
	elsewhere = persock_attachment_net(attachment, version,
					   request->family);
	provider = persock_version_provider(version, request, elsewhere);
	verdict = persock_judge_request(&version->policy, request,
					&event.section, &event.rule);
	if (!verdict && version->policy.max_sockets &&
	    nr > version->policy.max_sockets) {
		event.section = PERSOCK_SECTION_LIMITS;
		event.rule = 0;
		verdict = version->policy.max_sockets_verdict;
	}
	/*
	 * The interception point would not have sent the request here for a
	 * provider that interposes: what governs the task has just changed. Nor
	 * is there anywhere to make it when another task has just been first.
	 */
	if ((!verdict || !persock_enforces(version)) &&
	    (!provider || provider->interposes ||
	     (elsewhere && !persock_attachment_meant(attachment, version)))) {
		event.always = true;
		event.section = PERSOCK_SECTION_SOCKETS;
		event.rule = 0;
		verdict = -EAFNOSUPPORT;
	}
	verdict = persock_report(attachment, version, &event, verdict);
	*net = get_net(elsewhere ?: *net);
	rcu_read_unlock();

	return verdict ? ERR_PTR(verdict) : provider;
}

static int family_create(struct net *net, struct socket *sock, int protocol,
			 int kern)
{
	struct persock_request request = { .type = sock->type };
	const struct persock_provider *provider;
	struct persock_attachment *attachment;
	unsigned int nr;
	int err;

	err = persock_family_unpack(protocol, &request);
	if (err)
		return err;

	attachment = hold_attachment(&nr, kern);
	if (IS_ERR(attachment))
		return PTR_ERR(attachment);

	provider = judge_request(attachment, &request, nr, &net);
	err = PTR_ERR_OR_ZERO(provider);
	if (!err)
		err = persock_lsm_arm();
	if (!err)
		err = serve(net, sock, attachment, provider, &request);
	put_net(net);
	if (err)
		persock_attachment_put(attachment);
	else
		this_cpu_inc(attachment->totals->created);

	return err;
}

/**
 * persock_family_accept() - accept from a listener that a provider serves
 * @sock: the listener
 * @newsock: the new socket; it has the listener's ops already
 * @arg: as in proto_ops
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
int persock_family_accept(struct socket *sock, struct socket *newsock,
			  struct proto_accept_arg *arg)
{
	struct persock_router *router = persock_router_peek(sock);
	int err;

	err = sock_make(sock_net(sock->sk), newsock,
			sock->sk->sk_prot_creator);
	if (err)
		return err;
	/*
	 * What LSMs take the listener's own sock for, they take this one for:
	 * the kernel's. They judge the provider's socket.
	 */
	security_sk_clone(sock->sk, newsock->sk);
	err = router->provider->ops->accept(sock, newsock, arg);
	if (err < 0) {
		sock_unmake(newsock);
		return err;
	}

	return err;
}

/**
 * persock_family_release() - let go of what create() or accept() made
 * @sock: its provider has released its part
 *
 * Context: process context.
 */
void persock_family_release(struct socket *sock)
{
	sock_unmake(sock);
}

static struct net_proto_family family = {
	.owner = THIS_MODULE,
	.create = family_create,
};

/**
 * persock_family_init() - register AF_PERSOCK
 * @number: slot to register it in
 *
 * Return: 0; -EINVAL when @number is no address family; -EEXIST when the slot
 * has an owner.
 */
int persock_family_init(int number)
{
	unsigned int i;
	int err;

	if (number <= AF_UNSPEC || number >= NPROTO) {
		pr_err("family=%d is not an address family: 1 to %d are\n",
		       number, NPROTO - 1);
		return -EINVAL;
	}

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		protos[i].owner = THIS_MODULE;
		protos[i].obj_size = sizeof(struct persock_sock);
#ifdef PERSOCK_HAVE_PROTO_IOCTL
		protos[i].ioctl = proto_ioctl;
#endif
		err = proto_register(&protos[i], 0);
		if (err)
			goto unregister;
	}

	persock_family = number;
	family.family = number;
	err = sock_register(&family);
	if (err) {
		pr_err("family=%d is taken: choose a free one with the parameter family=, such as 13, 14, 18, 19, 22, 23 or 25\n",
		       number);
		goto unregister;
	}

	return 0;

unregister:
	while (i--)
		proto_unregister(&protos[i]);
	return err;
}

/**
 * persock_family_exit() - unregister AF_PERSOCK
 *
 * Nothing may send requests here any more: an empty slot would make socket(2)
 * call modprobe for it.
 */
void persock_family_exit(void)
{
	unsigned int i = ARRAY_SIZE(protos);

	sock_unregister(persock_family);
	while (i--)
		proto_unregister(&protos[i]);
}
