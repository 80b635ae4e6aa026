/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of the intercepted kernel functions, as POINT(NAME, function).
 * intercept.h, lsm.c and local.c build their tables from them, and so does the tool for
 * "persock doctor".
 */
#ifndef _PERSOCK_POINT_NAMES_H
#define _PERSOCK_POINT_NAMES_H

/* Functions on the path of system calls to a socket. */
#define PERSOCK_POINTS(POINT) \
	POINT(CREATE, __sock_create) \
	POINT(POST_CREATE, security_socket_post_create) \
	POINT(GETSOCKOPT, sk_getsockopt) \
	POINT(SETSOCKOPT, sk_setsockopt) \
	POINT(IOCTL, sock_ioctl)

/* The same, on kernels that run 32-bit programs, and on those since 6.7. */
#define PERSOCK_COMPAT_POINTS(POINT) \
	POINT(COMPAT_IOCTL, compat_sock_ioctl)
#define PERSOCK_URING_POINTS(POINT) \
	POINT(URING_CMD, io_uring_cmd_sock)

/* Functions that call LSMs about a socket. */
#define PERSOCK_LSM_POINTS(POINT) \
	POINT(BIND, security_socket_bind) \
	POINT(CONNECT, security_socket_connect) \
	POINT(LISTEN, security_socket_listen) \
	POINT(ACCEPT, security_socket_accept) \
	POINT(SHUTDOWN, security_socket_shutdown) \
	POINT(GETSOCKNAME, security_socket_getsockname) \
	POINT(GETPEERNAME, security_socket_getpeername) \
	POINT(LSM_SETSOCKOPT, security_socket_setsockopt) \
	POINT(LSM_GETSOCKOPT, security_socket_getsockopt)

/* Functions that ask LSMs about peers and names of AF_UNIX. */
#define PERSOCK_LOCAL_POINTS(POINT) \
	POINT(STREAM_CONNECT, security_unix_stream_connect) \
	POINT(MAY_SEND, security_unix_may_send) \
	POINT(MKNOD, security_path_mknod) \
	POINT(FILE_RECEIVE, security_file_receive)

#endif /* _PERSOCK_POINT_NAMES_H */
