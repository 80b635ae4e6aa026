// SPDX-License-Identifier: GPL-2.0
/*
 * A sample provider in a module of its own: what is sent comes back.
 *
 * It serves socket(AF_INET, SOCK_SEQPACKET, 0), which no native socket does,
 * so that a test can tell who answered. A queue of messages, blocking and
 * non-blocking receives, poll and shutdown are there; everything else is left
 * NULL, and persock answers it.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/sock.h>

#include "provider.h"

#define MESSAGE_MAX	4096
#define QUEUE_MAX	64

struct message {
	struct list_head node;
	size_t length;
	char data[];
};

/**
 * struct echo - state of a socket
 * @lock: protects all below; nothing is called with it held but copies
 * @messages: sent and not yet received
 * @queued: length of @messages
 * @shut: SHUT_WR was called: receives end when the queue is empty
 */
struct echo {
	struct mutex lock; /* all below */
	struct list_head messages;
	unsigned int queued;
	bool shut;
};

static bool echo_serves(int family, int type, int protocol)
{
	return type == SOCK_SEQPACKET && !protocol;
}

static int echo_socket(struct socket *sock, int family, int type, int protocol)
{
	struct echo *echo = kzalloc(sizeof(*echo), GFP_KERNEL);

	if (!echo)
		return -ENOMEM;

	mutex_init(&echo->lock);
	INIT_LIST_HEAD(&echo->messages);
	persock_set_private(sock, echo);

	return 0;
}

static void echo_release(struct socket *sock)
{
	struct echo *echo = persock_private(sock);
	struct message *message, *next;

	list_for_each_entry_safe(message, next, &echo->messages, node)
		kfree(message);
	kfree(echo);
}

static void wake(struct socket *sock)
{
	wake_up_interruptible_poll(&sock->wq.wait, EPOLLIN | EPOLLOUT);
}

static int echo_sendmsg(struct socket *sock, struct msghdr *msg, size_t length)
{
	struct echo *echo = persock_private(sock);
	struct message *message;
	int err = 0;

	if (length > MESSAGE_MAX)
		return -EMSGSIZE;
	message = kmalloc(struct_size(message, data, length), GFP_KERNEL);
	if (!message)
		return -ENOMEM;
	message->length = length;
	if (!copy_from_iter_full(message->data, length, &msg->msg_iter)) {
		kfree(message);
		return -EFAULT;
	}

	mutex_lock(&echo->lock);
	if (echo->shut) {
		err = -EPIPE;
	} else if (echo->queued == QUEUE_MAX) {
		err = -EAGAIN;
	} else {
		list_add_tail(&message->node, &echo->messages);
		echo->queued++;
	}
	mutex_unlock(&echo->lock);
	if (err) {
		kfree(message);
		return err;
	}
	wake(sock);

	return length;
}

/* The first message, or NULL; *done when none will come. */
static struct message *take(struct echo *echo, bool *done)
{
	struct message *message;

	mutex_lock(&echo->lock);
	message = list_first_entry_or_null(&echo->messages, struct message,
					   node);
	if (message) {
		list_del(&message->node);
		echo->queued--;
	}
	*done = echo->shut;
	mutex_unlock(&echo->lock);

	return message;
}

static int echo_recvmsg(struct socket *sock, struct msghdr *msg, size_t length,
			int flags)
{
	struct echo *echo = persock_private(sock);
	struct message *message;
	bool done;
	int err;

	message = take(echo, &done);
	if (!message && !done && (flags & MSG_DONTWAIT))
		return -EAGAIN;
	if (!message && !done) {
		err = wait_event_interruptible(sock->wq.wait,
					       (message = take(echo, &done)) ||
					       done);
		if (err)
			return err;
	}
	if (!message)
		return 0;

	if (message->length > length)
		msg->msg_flags |= MSG_TRUNC;
	length = min(length, message->length);
	err = copy_to_iter(message->data, length, &msg->msg_iter) == length ?
		      length : -EFAULT;
	kfree(message);
	wake(sock);

	return err;
}

static int echo_shutdown(struct socket *sock, int how)
{
	struct echo *echo = persock_private(sock);

	if (how != SHUT_RD) {
		mutex_lock(&echo->lock);
		echo->shut = true;
		mutex_unlock(&echo->lock);
		wake(sock);
	}

	return 0;
}

static __poll_t echo_poll(struct file *file, struct socket *sock,
			  struct poll_table_struct *wait)
{
	struct echo *echo = persock_private(sock);
	__poll_t mask = 0;

	sock_poll_wait(file, sock, wait);
	mutex_lock(&echo->lock);
	if (echo->queued || echo->shut)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (echo->queued < QUEUE_MAX)
		mask |= EPOLLOUT | EPOLLWRNORM;
	mutex_unlock(&echo->lock);

	return mask;
}

static void echo_type(struct socket *sock, int *family, int *type,
		      int *protocol)
{
	*family = AF_INET;
	*type = SOCK_SEQPACKET;
	*protocol = 0;
}

static const struct persock_provider_ops echo_ops = {
	.serves = echo_serves,
	.socket = echo_socket,
	.release = echo_release,
	.shutdown = echo_shutdown,
	.sendmsg = echo_sendmsg,
	.recvmsg = echo_recvmsg,
	.poll = echo_poll,
	.type = echo_type,
};

static const int echo_families[] = { AF_INET };

static struct persock_provider echo_provider = {
	.name = "echo",
	.owner = THIS_MODULE,
	.ops = &echo_ops,
	.families = echo_families,
	.nr_families = ARRAY_SIZE(echo_families),
};

static int __init echo_init(void)
{
	return persock_provider_register(&echo_provider);
}

static void __exit echo_exit(void)
{
	persock_provider_unregister(&echo_provider);
}

module_init(echo_init);
module_exit(echo_exit);

MODULE_DESCRIPTION("Sample provider of persock: echoes what is sent");
MODULE_AUTHOR("The persock authors");
MODULE_LICENSE("GPL");
