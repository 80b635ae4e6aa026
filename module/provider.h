/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The provider table: how the operations of a governed socket reach an
 * implementation, modelled on gVisor's socketOpsCommon and socket.Provider.
 * The files of socket/ call its methods. A provider in another module includes
 * only this header.
 */
#ifndef _PERSOCK_PROVIDER_H
#define _PERSOCK_PROVIDER_H

#include <linux/list.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/socket.h>
#include <linux/sockptr.h>
#include <uapi/linux/persock.h>

struct persock_provider;
struct pipe_inode_info;
struct proto_accept_arg;
struct vm_area_struct;

/**
 * struct persock_provider_ops - the provider table
 *
 * All methods except @serves, @serves_elsewhere, @sk, @type and @options_sk
 * run in process context and may sleep. @sock is the application's socket; the
 * personality has already allowed the operation. If a method is NULL, the call
 * fails as on a Linux socket without it (EOPNOTSUPP, ENODEV for mmap, ENOTTY
 * for ioctl). Unless stated otherwise a method returns 0 or a negative errno,
 * and has the meaning of the proto_ops method of its name.
 *
 * A provider that interposes (the native one) keeps the socket that the kernel
 * made. All others get a socket with a sock of family AF_PERSOCK, and keep
 * their own state with persock_set_private().
 *
 * @serves: Provider.Socket's first half: does the provider serve a request for
 *	(family, type, protocol)? Called for the families that it registered
 *	for. If it returns false, the next provider of the personality is
 *	asked. Called under RCU from the interception point: must not sleep.
 * @serves_elsewhere: does the provider serve the request in addition if the
 *	personality has sockets made in another network namespace? A native
 *	socket cannot: it is in the task's network namespace. Otherwise as
 *	@serves; NULL: no request.
 * @socket: Provider.Socket's second half: make the socket. Not called for a
 *	provider that interposes.
 * @pair: Provider.Pair: connect two sockets that @socket made.
 * @release: Release: free what @socket or @accept made. Called exactly once
 *	for each socket for which they returned 0; cannot fail. Not called for
 *	a provider that interposes.
 * @connect: Connect: @flags are the file's (O_NONBLOCK).
 * @accept: Accept: fill @newsock from @sock's queue; @arg->flags has
 *	O_NONBLOCK.
 * @bind: Bind.
 * @listen: Listen: @backlog is already clamped.
 * @shutdown: Shutdown.
 * @getsockopt: GetSockOpt: every level, SOL_SOCKET included.
 * @setsockopt: SetSockOpt: every level, SOL_SOCKET included; @optlen is
 *	already cut to the option's size if the personality knows it.
 * @getsockname: GetSockName: returns the length of the address.
 * @getpeername: GetPeerName: returns the length of the address. @accepted is
 *	set for the address that accept(2) reports, which is known even if the
 *	peer has closed since.
 * @sendmsg: SendMsg, and Write: returns the number of bytes sent.
 * @recvmsg: RecvMsg, and Read: returns the number of bytes received.
 * @poll: Readiness, EventRegister and EventUnregister in one: register on the
 *	socket's wait queue, return the events that are ready.
 * @ioctl: Ioctl: returns -ENOIOCTLCMD for a command that is not the socket's.
 * @compat_ioctl: the same, from a 32-bit program.
 * @queued: the answer to SIOCINQ and SIOCOUTQ for io_uring, which has no
 *	buffer in user memory: fill in *@value.
 * @gettstamp: time of the last packet (SIOCGSTAMP and its relatives).
 * @splice_read: splice from the socket; NULL splices through @recvmsg.
 * @splice_eof: nothing follows the data that was spliced to the socket with
 *	MSG_MORE (sendfile() of a file that ends early): send it now.
 * @mmap: map the socket.
 * @state: State: the TCP state (tcp_info's), 0 for a socket without one.
 * @type: Type: family, type and protocol of the application's socket.
 * @sk: the INET sock behind an AF_INET or AF_INET6 socket. It shows the
 *	address that the socket is bound to, and its peer. NULL, or returning
 *	NULL: no address rule allows an accepted peer, and an unspecified peer
 *	is loopback.
 * @options_sk: the sock on which the kernel itself may read and set SOL_SOCKET
 *	options that pass the personality unchanged. It has the application's
 *	family, type and protocol and a socket of its own, and is not governed.
 *	Called before the verdict, in the interception point: must not sleep,
 *	and must not make or look for sockets. NULL, or returning NULL: all
 *	options go through @getsockopt and @setsockopt, as other options always
 *	do.
 */
struct persock_provider_ops {
	bool (*serves)(int family, int type, int protocol);
	bool (*serves_elsewhere)(int family, int type, int protocol);
	int (*socket)(struct socket *sock, int family, int type, int protocol);
	int (*pair)(struct socket *first, struct socket *second);
	void (*release)(struct socket *sock);
	int (*connect)(struct socket *sock, struct sockaddr *address,
		       int length, int flags);
	int (*accept)(struct socket *sock, struct socket *newsock,
		      struct proto_accept_arg *arg);
	int (*bind)(struct socket *sock, struct sockaddr *address, int length);
	int (*listen)(struct socket *sock, int backlog);
	int (*shutdown)(struct socket *sock, int how);
	int (*getsockopt)(struct socket *sock, int level, int optname,
			  sockptr_t optval, sockptr_t optlen);
	int (*setsockopt)(struct socket *sock, int level, int optname,
			  sockptr_t optval, unsigned int optlen);
	int (*getsockname)(struct socket *sock, struct sockaddr *address);
	int (*getpeername)(struct socket *sock, struct sockaddr *address,
			   bool accepted);
	int (*sendmsg)(struct socket *sock, struct msghdr *msg, size_t length);
	int (*recvmsg)(struct socket *sock, struct msghdr *msg, size_t length,
		       int flags);
	__poll_t (*poll)(struct file *file, struct socket *sock,
			 struct poll_table_struct *wait);
	int (*ioctl)(struct socket *sock, unsigned int cmd, unsigned long arg);
	int (*compat_ioctl)(struct socket *sock, unsigned int cmd,
			    unsigned long arg);
	int (*queued)(struct socket *sock, int cmd, int *value);
	int (*gettstamp)(struct socket *sock, void __user *stamp, bool timeval,
			 bool time32);
	ssize_t (*splice_read)(struct socket *sock, loff_t *ppos,
			       struct pipe_inode_info *pipe, size_t length,
			       unsigned int flags);
	void (*splice_eof)(struct socket *sock);
	int (*mmap)(struct file *file, struct socket *sock,
		    struct vm_area_struct *vma);
	u32 (*state)(struct socket *sock);
	void (*type)(struct socket *sock, int *family, int *type,
		     int *protocol);
	const struct sock *(*sk)(struct socket *sock);
	struct sock *(*options_sk)(struct socket *sock);
};

/**
 * struct persock_provider - a provider, for its registration
 * @name: name in personalities: 1 to 63 of [A-Za-z0-9._-]
 * @owner: THIS_MODULE of the provider; every personality that names the
 *	   provider pins it, and so does every socket that it serves
 * @ops: the provider table
 * @families: address families that it serves; NULL means all
 * @nr_families: length of @families
 * @interposes: keeps the socket that the kernel made (the native provider)
 * @private_is_socket: persock_private() of each of its sockets is a struct
 *		       socket, never NULL, of which @ops->sk is the sock: LSMs
 *		       are asked about it without a call of @ops->sk
 * @lsm_gaps: names of LSM hooks that are not called, or not with the true
 *	      socket, for sockets of this provider; NULL-terminated, may be
 *	      NULL
 * @node: in the registry; persock_mutex
 *
 * The provider's module owns it and must not change it while it is registered.
 */
struct persock_provider {
	const char *name;
	struct module *owner;
	const struct persock_provider_ops *ops;
	const int *families;
	unsigned int nr_families;
	bool interposes;
	bool private_is_socket;
	const char *const *lsm_gaps;
	struct list_head node;
};

int persock_provider_register(struct persock_provider *provider);
void persock_provider_unregister(struct persock_provider *provider);
/* Their names in 0.1.0. */
#define persock_register_provider persock_provider_register
#define persock_unregister_provider persock_provider_unregister

void *persock_private(const struct socket *sock);
void persock_set_private(struct socket *sock, void *private);

#endif /* _PERSOCK_PROVIDER_H */
