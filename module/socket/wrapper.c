// SPDX-License-Identifier: GPL-2.0
/*
 * The wrapper: the sock of a socket that a provider without native sockets
 * serves. It stands in the application's socket. af_persock.c makes it;
 * operations.c accepts with it and releases it.
 */
#include <linux/in.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/security.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat.h"
#include "socket/router.h"
#include "socket/wrapper.h"

int persock_family = AF_PERSOCK_DEFAULT;

/*
 * A file's "system.sockprotoname", which lsof shows, is the name of its sock's
 * proto. There is a proto for each name that a plain socket of the kind would
 * have; they differ only in their names.
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
/* io_uring calls this after the verdict at the interception point. */
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
 * Return: the last state of persock_set_private(), or NULL.
 */
void *persock_private(const struct socket *sock)
{
	return persock_wrapper_private(sock);
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

static int make(struct net *net, struct socket *sock, struct proto *proto)
{
	struct sock *sk;

	/*
	 * This is not a kernel socket, so that it holds the network namespace.
	 * The request claims a kernel socket only to hide the family from
	 * LSMs. The memory is charged to the task, as for socks with a slab.
	 */
	sk = sk_alloc(net, persock_family, GFP_KERNEL_ACCOUNT, proto, 0);
	if (!sk)
		return -ENOBUFS;

	sock_init_data(sock, sk);
	((struct persock_sock *)sk)->private = NULL;

	return 0;
}

/**
 * persock_wrapper_make() - give a new socket its wrapper sock
 * @net: its network namespace
 * @sock: the socket
 * @request: the request
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOBUFS.
 */
int persock_wrapper_make(struct net *net, struct socket *sock,
			 const struct persock_request *request)
{
	return make(net, sock, proto_of(request));
}

/**
 * persock_wrapper_release() - release the wrapper sock of a socket
 * @sock: the socket; its provider has released its part
 *
 * Context: process context.
 */
void persock_wrapper_release(struct socket *sock)
{
	struct sock *sk = sock->sk;

	sock_orphan(sk);
	sock->sk = NULL;
	sock_put(sk);
}

/**
 * persock_wrapper_accept() - accept from a listener that a provider serves
 * @sock: the listener
 * @newsock: the new socket; it already has the listener's ops
 * @arg: as in proto_ops
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
int persock_wrapper_accept(struct socket *sock, struct socket *newsock,
			   struct proto_accept_arg *arg)
{
	struct persock_router *router = persock_router_peek(sock);
	int err;

	err = make(sock_net(sock->sk), newsock, sock->sk->sk_prot_creator);
	if (err)
		return err;
	/*
	 * LSMs treat this sock like the listener's wrapper, as a kernel
	 * socket. They judge the provider's socket.
	 */
	security_sk_clone(sock->sk, newsock->sk);
	err = router->provider->ops->accept(sock, newsock, arg);
	if (err < 0) {
		persock_wrapper_release(newsock);
		return err;
	}

	return err;
}

/**
 * persock_wrapper_init() - register the protos of these socks
 *
 * Return: 0, or the errno of the registration.
 */
int __init persock_wrapper_init(void)
{
	unsigned int i;
	int err;

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

	return 0;

unregister:
	while (i--)
		proto_unregister(&protos[i]);
	return err;
}

/**
 * persock_wrapper_exit() - unregister the protos
 *
 * No socket uses them any more.
 */
void persock_wrapper_exit(void)
{
	unsigned int i = ARRAY_SIZE(protos);

	while (i--)
		proto_unregister(&protos[i]);
}
