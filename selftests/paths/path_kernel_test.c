// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by kernel code that takes a socket by its descriptor and
 * uses it from there on. A socket of the native provider is a socket to all of
 * them; one of hostinet's is none that they take for TCP or UDP, and they
 * refuse it.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <netinet/in.h>

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/kcm.h>
#include <linux/l2tp.h>
#include <linux/nbd.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "inet.h"
#include "program.h"
#include "ring.h"
#include "path.h"

#define GTP_FD0		1	/* IFLA_GTP_FD0 */
#define GTP_FD1		2

/* What a user answers that wants a socket of the kernel's own. */
#define NOT_HOSTINET(err) (is_hostinet(self->id) ? -(err) : 0)

/* A message of KCM is one byte, whatever it is. */
static int load_parser(void)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return program_load(BPF_PROG_TYPE_SOCKET_FILTER, 0, program,
			    ARRAY_SIZE(program));
}

/*
 * KCM takes a TCP connection over. A governed task has no socket of that family
 * (path_create_test); with one that it was given it can read what comes. Open,
 * with the native provider: what KCM receives is not judged as a receive.
 */
TEST_F(path, open_kcm)
{
	struct kcm_attach request = { };
	struct kcm_unattach undo = { };
	char byte = 0;
	struct tcp tcp;
	int kcm;

	ASSERT_EQ(0, govern_leave());
	kcm = socket(AF_KCM, SOCK_DGRAM, 0);
	ASSERT_GE(kcm, 0);
	request.bpf_fd = load_parser();
	ASSERT_GE(request.bpf_fd, 0);
	ASSERT_EQ(0, govern_enter(self->id));
	EXPECT_EQ(REFUSED(EAFNOSUPPORT), try_socket(AF_KCM, SOCK_DGRAM, 0));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	request.fd = tcp.client;
	EXPECT_EQ(NOT_HOSTINET(EOPNOTSUPP),
		  ioctl(kcm, SIOCKCMATTACH, &request) ? -errno : 0);
	if (is_hostinet(self->id)) {
		EXPECT_EQ(1, passes(tcp.server, tcp.client));
	} else {
		EXPECT_EQ(1, send(tcp.server, "k", 1, 0));
		EXPECT_EQ(POLLIN, wait_for(kcm, POLLIN, SOON_MS));
		EXPECT_EQ(1, recv(kcm, &byte, 1, MSG_DONTWAIT));
		EXPECT_EQ('k', byte);
		undo.fd = tcp.client;
		EXPECT_EQ(0, ioctl(kcm, SIOCKCMUNATTACH, &undo));
	}
	EXPECT_EQ(!self->free, govern_shown(tcp.client));
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	close(request.bpf_fd);
	close(kcm);
	tcp_close(&tcp);
}

static int read_family(const struct nlmsghdr *header, void *data)
{
	__u16 *family = data;
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			*family = mnl_attr_get_u16(attribute);
	}

	return MNL_CB_OK;
}

/* Send a request and wait for its acknowledgement: 0 or -errno. */
static int talk(struct mnl_socket *netlink, struct nlmsghdr *request,
		mnl_cb_t read, void *data)
{
	static char answer[8192];
	int n, more = 1;

	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_sendto(netlink, request, request->nlmsg_len) < 0)
		return -errno;
	while (more > 0) {
		n = mnl_socket_recvfrom(netlink, answer, sizeof(answer));
		if (n < 0)
			return -errno;
		more = mnl_cb_run(answer, n, 0,
				  mnl_socket_get_portid(netlink), read, data);
	}

	return more < 0 ? -errno : 0;
}

static struct nlmsghdr *begin(void *buffer, int type, int command)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	header->nlmsg_type = type;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;

	return header;
}

/* Make a tunnel of UDP out of a socket, and end it again; 0 or -errno. */
static int l2tp(struct mnl_socket *netlink, int fd)
{
	__u32 buffer[256];
	struct nlmsghdr *header;
	__u16 family = 0;
	int err;

	header = begin(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, L2TP_GENL_NAME);
	err = talk(netlink, header, read_family, &family);
	if (err)
		return err;

	header = begin(buffer, family, L2TP_CMD_TUNNEL_CREATE);
	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, 7);
	mnl_attr_put_u32(header, L2TP_ATTR_PEER_CONN_ID, 8);
	mnl_attr_put_u8(header, L2TP_ATTR_PROTO_VERSION, 3);
	mnl_attr_put_u16(header, L2TP_ATTR_ENCAP_TYPE, L2TP_ENCAPTYPE_UDP);
	mnl_attr_put_u32(header, L2TP_ATTR_FD, fd);
	err = talk(netlink, header, NULL, NULL);
	if (err)
		return err;

	header = begin(buffer, family, L2TP_CMD_TUNNEL_DELETE);
	mnl_attr_put_u32(header, L2TP_ATTR_CONN_ID, 7);

	return talk(netlink, header, NULL, NULL);
}

static struct mnl_socket *open_netlink(int protocol)
{
	struct mnl_socket *netlink = mnl_socket_open(protocol);

	if (netlink && mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID))
		return NULL;

	return netlink;
}

/* A tunnel of L2TP over a connected UDP socket. */
TEST_F(path, l2tp)
{
	struct mnl_socket *netlink = open_netlink(NETLINK_GENERIC);
	int fds[2];

	ASSERT_NE(NULL, netlink);
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	EXPECT_EQ(NOT_HOSTINET(EPROTONOSUPPORT), l2tp(netlink, fds[0]));
	EXPECT_EQ(!self->free, govern_shown(fds[0]));
	close(fds[0]);
	close(fds[1]);
	mnl_socket_close(netlink);
}

/* An interface of GTP over two UDP sockets: made and removed; 0 or -errno. */
static int gtp(struct mnl_socket *netlink, const int fds[2])
{
	static const char name[] = "persock-gtp";
	__u32 buffer[256];
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct nlattr *info, *data;
	int err;

	header->nlmsg_type = RTM_NEWLINK;
	header->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(header, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "gtp");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	mnl_attr_put_u32(header, GTP_FD0, fds[0]);
	mnl_attr_put_u32(header, GTP_FD1, fds[1]);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, info);
	err = talk(netlink, header, NULL, NULL);
	if (err)
		return err;

	header = mnl_nlmsg_put_header(buffer);
	header->nlmsg_type = RTM_DELLINK;
	mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(header, IFLA_IFNAME, name);

	return talk(netlink, header, NULL, NULL);
}

/* A tunnel of mobile networks over UDP. */
TEST_F(path, gtp)
{
	struct mnl_socket *netlink = open_netlink(NETLINK_ROUTE);
	struct inet_addr addr;
	int fds[2];

	ASSERT_NE(NULL, netlink);
	fds[0] = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	fds[1] = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	EXPECT_EQ(NOT_HOSTINET(EINVAL), gtp(netlink, fds));
	EXPECT_EQ(!self->free, govern_shown(fds[0]));
	close(fds[0]);
	close(fds[1]);
	mnl_socket_close(netlink);
}

static int nbd(int fd)
{
	int device = open("/dev/nbd0", O_RDWR | O_CLOEXEC), err;

	if (device < 0)
		return -errno;
	err = ioctl(device, NBD_SET_SOCK, (long)fd) ? -errno : 0;
	ioctl(device, NBD_CLEAR_SOCK);
	close(device);

	return err;
}

/* A block device over a connection; AF_UNIX is native under any provider. */
TEST_F(path, nbd)
{
	struct tcp tcp;
	int fds[2];

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(NOT_HOSTINET(EINVAL), nbd(tcp.client));
	EXPECT_EQ(!self->free, govern_shown(tcp.client));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	EXPECT_EQ(0, nbd(fds[0]));
	close(fds[0]);
	close(fds[1]);
	tcp_close(&tcp);
}

static void mount_over(int fd)
{
	char path[] = "/tmp/persock-path-XXXXXX", options[128];

	if (!mkdtemp(path))
		_exit(1);
	snprintf(options, sizeof(options), "trans=fd,rfdno=%d,wfdno=%d", fd,
		 fd);
	/* It fails in the end, as nobody answers. */
	mount("none", path, "9p", 0, options);
	rmdir(path);
	_exit(0);
}

/*
 * Open: a file system that is mounted over a socket reads and writes it as a
 * file, by workers of the kernel's. Whoever may mount speaks with a peer that
 * was connected under the rules; what is sent passes the router.
 */
TEST_F(path, open_9p)
{
	int fds[2][2], i, status;
	unsigned char head[5];
	struct tcp tcp;
	pid_t pid;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	fds[0][0] = tcp.client;
	fds[0][1] = tcp.server;
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds[1]));
	for (i = 0; i < 2; i++) {
		pid = fork();
		ASSERT_GE(pid, 0);
		if (!pid) {
			close(fds[i][1]);
			mount_over(fds[i][0]);
		}
		/* The length, and Tversion, with which all begins. */
		EXPECT_EQ(sizeof(head), recv_all(fds[i][1], head,
						 sizeof(head)));
		EXPECT_EQ(100, head[4]);
		EXPECT_EQ(!self->free, govern_shown(fds[i][0]));
		shutdown(fds[i][1], SHUT_RDWR);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
	close(fds[1][0]);
	close(fds[1][1]);
	tcp_close(&tcp);
}

/* In the table of a ring, without a descriptor and out of the cgroup. */
TEST_F(path, registered)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SEND, .flags = IOSQE_FIXED_FILE,
		.addr = (uintptr_t)"x", .len = 1, .msg_flags = MSG_CONFIRM,
	};
	struct ring ring;
	int fds[2];

	ASSERT_EQ(0, ring_open(&ring, 0));
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, syscall(SYS_io_uring_register, ring.fd,
			     IORING_REGISTER_FILES, &fds[0], 1));
	close(fds[0]);
	ASSERT_EQ(0, govern_leave());
	EXPECT_EQ(1, ring_do(&ring, sqe));
	policy_begin_open(self->id);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
		     MSG_CONFIRM, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(self->free ? 1 : -EPERM, ring_do(&ring, sqe));
	close(ring.fd);
	close(fds[1]);
}

/* BPF's array of sockets that share a port. */
TEST_F(path, reuseport_array)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_REUSEPORT_SOCKARRAY,
		.key_size = 4, .value_size = 8, .max_entries = 1,
	}, update = { };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;
	struct inet_addr addr = loopback(AF_INET, 0);
	__u32 key = 0;
	__u64 value = fd;

	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1));
	ASSERT_EQ(0, bind(fd, &addr.sa, addr.len));
	update.map_fd = program_call(BPF_MAP_CREATE, &map);
	update.key = (uintptr_t)&key;
	update.value = (uintptr_t)&value;
	err = program_call(BPF_MAP_UPDATE_ELEM, &update);
	EXPECT_EQ(is_hostinet(self->id), err < 0);
	EXPECT_EQ(!self->free, govern_shown(fd));
	close(update.map_fd);
	close(fd);
}

/*
 * An administrator ends a connection from outside, as ss -K does. Both ends get
 * an error, and are governed as before.
 */
TEST_F(path, destroyed)
{
	char command[128], byte;
	struct inet_addr addr;
	struct tcp tcp;
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, tcp_open(&tcp, i ? AF_INET6 : AF_INET));
		ASSERT_EQ(0, bound_to(tcp.client, &addr));
		/* The port is where IPv6 has it, too. */
		snprintf(command, sizeof(command),
			 "ss -HtK 'sport = :%d' >/dev/null",
			 ntohs(addr.in.sin_port));
		ASSERT_EQ(0, system(command));
		EXPECT_EQ(POLLIN, wait_for(tcp.client, POLLIN, SOON_MS) &
				  POLLIN);
		EXPECT_EQ(-1, recv(tcp.client, &byte, 1, MSG_DONTWAIT));
		EXPECT_EQ(ECONNABORTED, errno);
		EXPECT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS) &
				  POLLIN);
		EXPECT_EQ(-1, recv(tcp.server, &byte, 1, MSG_DONTWAIT));
		EXPECT_EQ(ECONNRESET, errno);
		EXPECT_EQ(!self->free, govern_shown(tcp.client));
		tcp_close(&tcp);
		/* The listener as well: accept() waits no more. */
		tcp.listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
		snprintf(command, sizeof(command),
			 "ss -HtlK 'sport = :%d' >/dev/null",
			 ntohs(addr.in.sin_port));
		ASSERT_EQ(0, system(command));
		EXPECT_EQ(-1, accept(tcp.listener, NULL, NULL));
		EXPECT_EQ(EINVAL, errno);
		close(tcp.listener);
	}
}

/* Of the kernel's own headers, as bluetoothd has it. */
struct hidp_request {
	int control, interrupt;
	__u16 parser, rd_size;
	void *rd_data;
	__u8 country, subclass;
	__u16 vendor, product, version;
	__u32 flags, idle_to;
	char name[128];
};

#define BLUETOOTH_L2CAP	0
#define BLUETOOTH_HIDP	6
#define HIDP_CONNECT	_IOW('H', 200, int)

/*
 * HIDP takes a connection of L2CAP's over, whoever asks it. It knows a socket by
 * its operations: a governed one it does not take for L2CAP's, and another
 * one it asks whether it is connected.
 */
TEST_F(path, bluetooth)
{
	struct hidp_request request = { };
	int hidp, free;

	ASSERT_EQ(0, govern_leave());
	hidp = socket(AF_BLUETOOTH, SOCK_RAW, BLUETOOTH_HIDP);
	if (hidp < 0 && errno == EAFNOSUPPORT && slow_kernel())
		SKIP(return, "the kernel has no Bluetooth");
	ASSERT_GE(hidp, 0);
	free = socket(AF_BLUETOOTH, SOCK_SEQPACKET, BLUETOOTH_L2CAP);
	ASSERT_GE(free, 0);
	ASSERT_EQ(0, govern_enter(self->id));
	request.control = socket(AF_BLUETOOTH, SOCK_SEQPACKET, BLUETOOTH_L2CAP);
	ASSERT_GE(request.control, 0);
	EXPECT_EQ(!self->free, govern_shown(request.control));
	request.interrupt = request.control;
	EXPECT_EQ(-1, ioctl(hidp, HIDP_CONNECT, &request));
	EXPECT_EQ(self->free ? EBADFD : EINVAL, errno);
	/* One of the two is enough. */
	request.interrupt = free;
	EXPECT_EQ(-1, ioctl(hidp, HIDP_CONNECT, &request));
	EXPECT_EQ(self->free ? EBADFD : EINVAL, errno);
	close(request.control);
	request.control = free;
	EXPECT_EQ(-1, ioctl(hidp, HIDP_CONNECT, &request));
	EXPECT_EQ(EBADFD, errno);
	close(free);
	close(hidp);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"kcm", "l2tp_netlink", "gtp", "nbd", "9pnet_fd", "tcp_diag",
		NULL,
	};

	return path_main(argc, argv, modules);
}
