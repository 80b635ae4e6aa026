// SPDX-License-Identifier: GPL-2.0
/*
 * The probe: a socket of our own goes through every interception point, and is
 * refused there with an errno that nothing else uses. main.c runs it once when
 * the module is loaded, and control/netlink.c when user space asks for the
 * status.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <asm/ioctls.h>

#include "compat.h"
#include "hook/arm.h"
#include "hook/intercept.h"
#include "hook/probe.h"
#include "socket/option.h"
#include "state.h"

#ifdef PERSOCK_HAVE_URING_CMD
#include <linux/io_uring/cmd.h>
#include <linux/io_uring/net.h>

/* This command does not exist, so it is harmless if it is not intercepted. */
static int uring_cmd(struct file *file)
{
	struct io_uring_cmd cmd = { .file = file, .cmd_op = U32_MAX };

	return io_uring_cmd_sock(&cmd, 0);
}
#endif

static bool try_file(struct file *file, enum persock_point *point)
{
	*point = PERSOCK_POINT_IOCTL;
	persock_intercept_fail(*point);
	if (file->f_op->unlocked_ioctl(file, FIONREAD, 0) !=
	    -PERSOCK_PROBE_ERRNO)
		return false;
#ifdef CONFIG_COMPAT
	*point = PERSOCK_POINT_COMPAT_IOCTL;
	persock_intercept_fail(*point);
	if (file->f_op->compat_ioctl(file, FIONREAD, 0) != -PERSOCK_PROBE_ERRNO)
		return false;
#endif
#ifdef PERSOCK_HAVE_URING_CMD
	*point = PERSOCK_POINT_URING_CMD;
	persock_intercept_fail(*point);
	if (uring_cmd(file) != -PERSOCK_PROBE_ERRNO)
		return false;
#endif

	return true;
}

static bool try_options(struct socket *sock, enum persock_point *point)
{
	int value = 0, len = sizeof(value);

	*point = PERSOCK_POINT_SETSOCKOPT;
	persock_intercept_fail(*point);
	if (sock_setsockopt(sock, SOL_SOCKET, SO_KEEPALIVE,
			    KERNEL_SOCKPTR(&value), len) !=
	    -PERSOCK_PROBE_ERRNO)
		return false;
	*point = PERSOCK_POINT_GETSOCKOPT;
	persock_intercept_fail(*point);

	return persock_sol_socket_get(persock_sk_getsockopt, sock, SO_KEEPALIVE,
				      KERNEL_SOCKPTR(&value),
				      KERNEL_SOCKPTR(&len)) ==
	       -PERSOCK_PROBE_ERRNO;
}

static int make(struct socket **sock)
{
	return sock_create_kern(&init_net, AF_UNIX, SOCK_DGRAM, 0, sock);
}

/*
 * Creation is refused at two points. The second one needs a socket: a lack of
 * memory for the socket says nothing about the point.
 */
static int try_creation(enum persock_point point)
{
	struct socket *sock;
	int err;

	persock_intercept_fail(point);
	err = make(&sock);
	if (!err)
		sock_release(sock);
	if (err == -ENOMEM || err == -ENOBUFS || err == -ENFILE)
		return err;

	return err == -PERSOCK_PROBE_ERRNO ? 0 : -EIO;
}

/* @point: set to the point that was tried last. */
static int try_all(enum persock_point *point)
{
	struct socket *sock;
	struct file *file;
	int err;

	*point = PERSOCK_POINT_CREATE;
	err = try_creation(*point);
	if (err)
		return err;
	*point = PERSOCK_POINT_POST_CREATE;
	err = try_creation(*point);
	if (err)
		return err;

	persock_intercept_fail(PERSOCK_NR_POINTS);
	err = make(&sock);
	if (err)
		return err;
	if (!try_options(sock, point)) {
		sock_release(sock);
		return -EIO;
	}

	/* It takes over the socket, even if it fails. */
	file = sock_alloc_file(sock, 0, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = try_file(file, point) ? 0 : -EIO;
	fput(file);

	return err;
}

/**
 * persock_probe() - test that every interception point works
 * @failed: name of the point that does not work, or a text for another failure
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -EIO if a point was not intercepted; the kernel's errno if there
 * is no socket for the test (-ENOMEM, -ENOBUFS or -ENFILE: no memory); or the
 * errno of persock_arm().
 */
int persock_probe(const char **failed)
{
	enum persock_point point;
	int err;

	err = persock_arm(NULL);
	if (err) {
		*failed = "ftrace refuses to arm the interception points";
		return err;
	}
	err = try_all(&point);
	persock_intercept_resume();
	persock_disarm();
	if (err)
		*failed = err == -EIO ? persock_points[point] :
					"no probe socket could be made";

	return err;
}
