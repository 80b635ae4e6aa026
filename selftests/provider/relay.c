// SPDX-License-Identifier: GPL-2.0
/*
 * A sample provider whose sockets stand over sockets that it asks for as the
 * task would: what governs the task governs them, too.
 *
 * socket(AF_INET, SOCK_SEQPACKET, 0) is served over TCP, which another provider
 * of the personality is to serve. A datagram socket would be served over one of
 * its own kind, and that over another, without an end.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/socket.h>
#include <net/sock.h>

#include "provider.h"

static bool relay_serves(int family, int type, int protocol)
{
	return (type == SOCK_SEQPACKET || type == SOCK_DGRAM) && !protocol;
}

static int relay_socket(struct socket *sock, int family, int type, int protocol)
{
	struct socket *host;
	int err;

	err = sock_create(family, type == SOCK_SEQPACKET ? SOCK_STREAM : type,
			  protocol, &host);
	if (!err)
		persock_set_private(sock, host);

	return err;
}

static void relay_release(struct socket *sock)
{
	sock_release(persock_private(sock));
}

static int relay_accept(struct socket *sock, struct socket *newsock,
			struct proto_accept_arg *arg)
{
	struct socket *host;
	int err;

	err = kernel_accept(persock_private(sock), &host,
			    sock->file->f_flags & O_NONBLOCK);
	if (err < 0)
		return err;
	persock_set_private(newsock, host);

	return 0;
}

static int relay_connect(struct socket *sock, struct sockaddr *address,
			 int length, int flags)
{
	/* The type of addresses has another name on newer kernels. */
	return kernel_connect(persock_private(sock), (void *)address, length,
			      flags);
}

static int relay_bind(struct socket *sock, struct sockaddr *address, int length)
{
	return kernel_bind(persock_private(sock), (void *)address, length);
}

static int relay_listen(struct socket *sock, int backlog)
{
	return kernel_listen(persock_private(sock), backlog);
}

static int relay_shutdown(struct socket *sock, int how)
{
	return kernel_sock_shutdown(persock_private(sock), how);
}

static int relay_getsockname(struct socket *sock, struct sockaddr *address)
{
	return kernel_getsockname(persock_private(sock), address);
}

static int relay_getpeername(struct socket *sock, struct sockaddr *address,
			     bool accepted)
{
	return kernel_getpeername(persock_private(sock), address);
}

static int relay_sendmsg(struct socket *sock, struct msghdr *msg, size_t length)
{
	return sock_sendmsg(persock_private(sock), msg);
}

static int relay_recvmsg(struct socket *sock, struct msghdr *msg, size_t length,
			 int flags)
{
	return sock_recvmsg(persock_private(sock), msg, flags);
}

static __poll_t relay_poll(struct file *file, struct socket *sock,
			   struct poll_table_struct *wait)
{
	struct socket *host = persock_private(sock);

	return READ_ONCE(host->ops)->poll(file, host, wait);
}

static void relay_type(struct socket *sock, int *family, int *type,
		       int *protocol)
{
	*family = AF_INET;
	*type = sock->type;
	*protocol = 0;
}

static const struct sock *relay_sk(struct socket *sock)
{
	return ((struct socket *)persock_private(sock))->sk;
}

static const struct persock_provider_ops relay_ops = {
	.serves = relay_serves,
	.socket = relay_socket,
	.release = relay_release,
	.connect = relay_connect,
	.accept = relay_accept,
	.bind = relay_bind,
	.listen = relay_listen,
	.shutdown = relay_shutdown,
	.getsockname = relay_getsockname,
	.getpeername = relay_getpeername,
	.sendmsg = relay_sendmsg,
	.recvmsg = relay_recvmsg,
	.poll = relay_poll,
	.type = relay_type,
	.sk = relay_sk,
};

static const int relay_families[] = { AF_INET };

static struct persock_provider relay_provider = {
	.name = "relay",
	.owner = THIS_MODULE,
	.ops = &relay_ops,
	.families = relay_families,
	.nr_families = ARRAY_SIZE(relay_families),
};

static int __init relay_init(void)
{
	return persock_provider_register(&relay_provider);
}

static void __exit relay_exit(void)
{
	persock_provider_unregister(&relay_provider);
}

module_init(relay_init);
module_exit(relay_exit);

MODULE_DESCRIPTION("Sample provider of persock: stands over governed sockets");
MODULE_AUTHOR("The persock authors");
MODULE_LICENSE("GPL");
