// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "rights.h"

void rights_put(struct msghdr *msg, union rights_control *control, int fd)
{
	*control = (union rights_control){
		.align = {
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)),
		},
	};
	memcpy(CMSG_DATA(&control->align), &fd, sizeof(fd));
	msg->msg_control = control;
	msg->msg_controllen = sizeof(*control);
}

int rights_send(int via, int fd)
{
	union rights_control control;
	char c = 'f';
	struct iovec iov = { &c, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	rights_put(&msg, &control, fd);
	return sendmsg(via, &msg, 0) == 1 ? 0 : -errno;
}

int rights_receive(int via, int *flags)
{
	union rights_control control = {};
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd = -1;

	if (recvmsg(via, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	if (flags)
		*flags = msg.msg_flags;
	return fd;
}
