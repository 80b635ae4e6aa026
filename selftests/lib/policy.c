// SPDX-License-Identifier: GPL-2.0
/* Policies for tests: see policy.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "inet.h"
#include "policy.h"

#define ROOM 1048576

static struct mnl_socket *control;
static __u16 family;
static __u32 group, names_group;
static unsigned int sequence;
static enum govern_id governed;
static struct nlmsghdr *request;
static __u32 buffer[ROOM / sizeof(__u32)];
static char answer[1 << 16];

static struct nlmsghdr *begin(__u16 type, __u8 command)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header->nlmsg_seq = ++sequence;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;

	return header;
}

static int read_group(const struct nlattr *attribute, void *data)
{
	const struct nlattr *entry, *field;

	mnl_attr_for_each_nested(entry, attribute) {
		const char *name = "";
		__u32 id = 0;

		mnl_attr_for_each_nested(field, entry) {
			if (mnl_attr_get_type(field) == CTRL_ATTR_MCAST_GRP_ID)
				id = mnl_attr_get_u32(field);
			if (mnl_attr_get_type(field) == CTRL_ATTR_MCAST_GRP_NAME)
				name = mnl_attr_get_str(field);
		}
		if (!strcmp(name, PERSOCK_GENL_GROUP_DENIALS))
			group = id;
		if (!strcmp(name, PERSOCK_GENL_GROUP_NAMES))
			names_group = id;
	}

	return MNL_CB_OK;
}

static int read_family(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(attribute);
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_MCAST_GROUPS)
			read_group(attribute, NULL);
	}

	return MNL_CB_OK;
}

static int talk(const struct nlmsghdr *header, mnl_cb_t read)
{
	int n, more = 1;

	if (mnl_socket_sendto(control, header, header->nlmsg_len) < 0)
		return -errno;
	while (more > 0) {
		n = mnl_socket_recvfrom(control, answer, sizeof(answer));
		if (n < 0)
			return -errno;
		more = mnl_cb_run(answer, n, header->nlmsg_seq,
				  mnl_socket_get_portid(control), read, NULL);
	}

	return more < 0 ? -errno : 0;
}

int policy_open(void)
{
	struct nlmsghdr *header;
	int size = ROOM;

	if (control)
		return 0;
	control = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!control || mnl_socket_bind(control, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	setsockopt(mnl_socket_get_fd(control), SOL_SOCKET, SO_SNDBUFFORCE,
		   &size, sizeof(size));

	header = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, PERSOCK_GENL_NAME);
	return talk(header, read_family);
}

void policy_begin_named(enum govern_id id, const char *name)
{
	governed = id;
	if (id == UNGOVERNED)
		return;

	request = begin(family, PERSOCK_CMD_PERSONALITY_SET);
	mnl_attr_put_strz(request, PERSOCK_A_PERSONALITY, name);
	if (is_hostinet(id))
		mnl_attr_put_strz(request, PERSOCK_A_PROVIDER, "hostinet");
	mnl_attr_put_strz(request, PERSOCK_A_PROVIDER, "native");
	policy_mode(PERSOCK_MODE_ENFORCE);
}

void policy_begin(enum govern_id id)
{
	policy_begin_named(id, govern_personality(id));
}

void policy_open_sections(void)
{
	enum persock_section section;

	for (section = 0; section < PERSOCK_SECTION_LIMITS; section++)
		policy_default(section, ANY, ALLOW);
}

void policy_begin_open(enum govern_id id)
{
	policy_begin(id);
	policy_open_sections();
}

/* There is one: if it is there already, it is replaced. */
void policy_mode(enum persock_mode mode)
{
	if (governed != UNGOVERNED)
		mnl_attr_put_u32(request, PERSOCK_A_MODE, mode);
}

void policy_count_fully(void)
{
	if (governed != UNGOVERNED)
		mnl_attr_put_u32(request, PERSOCK_A_COUNTERS,
				 PERSOCK_COUNTERS_FULL);
}

static struct nlattr *nest(int type)
{
	return governed == UNGOVERNED ? NULL :
					mnl_attr_nest_start(request, type);
}

static void put_s32(int type, int value)
{
	mnl_attr_put(request, type, sizeof(value), &value);
}

/* A default that was put already gives way. */
static void forget_default(__u32 section)
{
	struct nlattr *attribute;
	__u32 other;

	mnl_attr_for_each(attribute, request, sizeof(struct genlmsghdr)) {
		size_t size = MNL_ALIGN(mnl_attr_get_len(attribute));
		char *next = (char *)attribute + size;

		if (mnl_attr_get_type(attribute) != PERSOCK_A_DEFAULT)
			continue;
		other = mnl_attr_get_u32(mnl_attr_get_payload(attribute));
		if (other != section)
			continue;
		memmove(attribute, next,
			(char *)mnl_nlmsg_get_payload_tail(request) - next);
		request->nlmsg_len -= size;
		return;
	}
}

void policy_default(enum persock_section section, int class, int verdict)
{
	struct nlattr *start;

	if (governed == UNGOVERNED)
		return;
	if (class == ANY)
		forget_default(section);
	start = nest(PERSOCK_A_DEFAULT);
	mnl_attr_put_u32(request, PERSOCK_A_DEFAULT_SECTION, section);
	if (class != ANY)
		mnl_attr_put_u32(request, PERSOCK_A_DEFAULT_CLASS, class);
	put_s32(PERSOCK_A_DEFAULT_VERDICT, verdict);
	mnl_attr_nest_end(request, start);
}

static struct nlattr *rule(enum persock_section section, int class, int verdict)
{
	struct nlattr *start = nest(PERSOCK_A_RULE);

	if (!start)
		return NULL;
	mnl_attr_put_u32(request, PERSOCK_A_RULE_SECTION, section);
	if (class != ANY)
		mnl_attr_put_u32(request, PERSOCK_A_RULE_CLASS, class);
	put_s32(PERSOCK_A_RULE_VERDICT, verdict);

	return start;
}

static void put_any(int type, int value)
{
	if (value != ANY)
		mnl_attr_put_u32(request, type, value);
}

void policy_socket(int domain, int type, int protocol, int verdict)
{
	struct nlattr *start = rule(PERSOCK_SECTION_SOCKETS, ANY, verdict);

	if (!start)
		return;
	put_any(PERSOCK_A_RULE_FAMILY, domain);
	put_any(PERSOCK_A_RULE_TYPE, type);
	put_any(PERSOCK_A_RULE_PROTOCOL, protocol);
	mnl_attr_nest_end(request, start);
}

void policy_address(enum persock_section section, const char *prefix,
		    __u16 first, __u16 last, int protocol, int verdict)
{
	struct nlattr *start = rule(section, ANY, verdict);
	char text[64], *slash;
	unsigned char address[16];
	int inet6;

	if (!start)
		return;
	snprintf(text, sizeof(text), "%s", prefix);
	slash = strchr(text, '/');
	*slash = '\0';
	inet6 = !!strchr(text, ':');
	inet_pton(inet6 ? AF_INET6 : AF_INET, text, address);

	mnl_attr_put(request, PERSOCK_A_RULE_ADDRESS, inet6 ? 16 : 4, address);
	mnl_attr_put_u8(request, PERSOCK_A_RULE_PREFIX_LENGTH, atoi(slash + 1));
	mnl_attr_put_u16(request, PERSOCK_A_RULE_PORT_FIRST, first);
	mnl_attr_put_u16(request, PERSOCK_A_RULE_PORT_LAST, last);
	put_any(PERSOCK_A_RULE_PROTOCOL, protocol);
	mnl_attr_nest_end(request, start);
}

void policy_prefix(enum persock_section section, const char *prefix,
		   int verdict)
{
	policy_address(section, prefix, 0, 65535, ANY, verdict);
}

static struct nlattr *rule_begin(enum persock_section section, int verdict)
{
	struct nlattr *nest = mnl_attr_nest_start(request, PERSOCK_A_RULE);

	mnl_attr_put_u32(request, PERSOCK_A_RULE_SECTION, section);
	mnl_attr_put_u32(request, PERSOCK_A_RULE_VERDICT, verdict);

	return nest;
}

void policy_host(const char *host, __u16 first, __u16 last, int protocol,
		 int verdict)
{
	struct nlattr *nest;

	if (governed == UNGOVERNED)
		return;
	nest = rule_begin(PERSOCK_SECTION_CONNECT, verdict);
	mnl_attr_put_strz(request, PERSOCK_A_RULE_HOST, host);
	mnl_attr_put_u16(request, PERSOCK_A_RULE_PORT_FIRST, first);
	mnl_attr_put_u16(request, PERSOCK_A_RULE_PORT_LAST, last);
	if (protocol != ANY)
		mnl_attr_put_u32(request, PERSOCK_A_RULE_PROTOCOL, protocol);
	mnl_attr_nest_end(request, nest);
}

static void put_unix_name(const char *name)
{
	size_t length = strlen(name);
	char text[1024];

	if (!strcmp(name, "unnamed")) {
		mnl_attr_put(request, PERSOCK_A_RULE_UNNAMED, 0, NULL);
		return;
	}
	if (name[length - 1] == '*') {
		mnl_attr_put(request, PERSOCK_A_RULE_PREFIX, 0, NULL);
		length--;
	}
	snprintf(text, sizeof(text), "%.*s", (int)length, name);
	if (*name == '@')
		mnl_attr_put(request, PERSOCK_A_RULE_ABSTRACT, length - 1,
			     text + 1);
	else
		mnl_attr_put_strz(request, PERSOCK_A_RULE_PATH, text);
}

void policy_unix(enum persock_section section, const char *name, int type,
		 const char *peer, int verdict)
{
	struct nlattr *nest;

	if (governed == UNGOVERNED)
		return;
	nest = rule_begin(section, verdict);
	if (name)
		put_unix_name(name);
	if (type != ANY)
		mnl_attr_put_u32(request, PERSOCK_A_RULE_TYPE, type);
	if (peer)
		mnl_attr_put_strz(request, PERSOCK_A_RULE_PEER, peer);
	mnl_attr_nest_end(request, nest);
}

void policy_vsock(enum persock_section section, __u32 cid, __u32 first,
		  __u32 last, int verdict)
{
	struct nlattr *nest;

	if (governed == UNGOVERNED)
		return;
	nest = rule_begin(section, verdict);
	mnl_attr_put_u32(request, PERSOCK_A_RULE_VSOCK_FIRST, first);
	mnl_attr_put_u32(request, PERSOCK_A_RULE_VSOCK_LAST, last);
	if (cid != ~0U)
		mnl_attr_put_u32(request, PERSOCK_A_RULE_CID, cid);
	mnl_attr_nest_end(request, nest);
}

static void put_resolver(const char *text)
{
	__u8 address[16];
	bool ipv6 = strchr(text, ':');

	if (inet_pton(ipv6 ? AF_INET6 : AF_INET, text, address) == 1)
		mnl_attr_put(request, PERSOCK_A_NAMES_RESOLVER, ipv6 ? 16 : 4,
			     address);
}

void policy_names(const char *resolver, const char *second,
		  enum persock_queries queries, __u32 hold, __u32 limit)
{
	struct nlattr *nest;

	if (governed == UNGOVERNED)
		return;
	nest = mnl_attr_nest_start(request, PERSOCK_A_NAMES);
	put_resolver(resolver);
	if (second)
		put_resolver(second);
	mnl_attr_put_u32(request, PERSOCK_A_NAMES_QUERIES, queries);
	mnl_attr_put_u32(request, PERSOCK_A_NAMES_HOLD, hold);
	mnl_attr_put_u32(request, PERSOCK_A_NAMES_LIMIT, limit);
	mnl_attr_nest_end(request, nest);
}

void policy_option(enum persock_section section, int class, int level,
		   int name, int verdict)
{
	struct nlattr *start = rule(section, class, verdict);

	if (!start)
		return;
	put_s32(PERSOCK_A_RULE_LEVEL, level);
	put_s32(PERSOCK_A_RULE_NAME, name);
	mnl_attr_nest_end(request, start);
}

void policy_flags(enum persock_section section, int class, __u32 flags,
		  int verdict)
{
	struct nlattr *start = rule(section, class, verdict);

	if (!start)
		return;
	mnl_attr_put_u32(request, PERSOCK_A_RULE_FLAGS, flags);
	mnl_attr_nest_end(request, start);
}

void policy_ioctl(int class, __u32 command, int verdict)
{
	struct nlattr *start = rule(PERSOCK_SECTION_IOCTLS, class, verdict);

	if (!start)
		return;
	mnl_attr_put_u32(request, PERSOCK_A_RULE_COMMAND, command);
	mnl_attr_nest_end(request, start);
}

void policy_bound(enum persock_limit limit, int class, __u32 value,
		  int verdict)
{
	struct nlattr *start = nest(PERSOCK_A_BOUND);

	if (!start)
		return;
	mnl_attr_put_u32(request, PERSOCK_A_BOUND_LIMIT, limit);
	if (class != ANY)
		mnl_attr_put_u32(request, PERSOCK_A_BOUND_CLASS, class);
	mnl_attr_put_u32(request, PERSOCK_A_BOUND_VALUE, value);
	if (verdict)
		put_s32(PERSOCK_A_BOUND_VERDICT, verdict);
	mnl_attr_nest_end(request, start);
}

int policy_set(void)
{
	return governed == UNGOVERNED ? 0 : talk(request, NULL);
}

void policy_hold(void)
{
	if (governed != UNGOVERNED)
		mnl_attr_put_u8(request, PERSOCK_A_HOLD, 1);
}

int policy_commit(void)
{
	return talk(begin(family, PERSOCK_CMD_COMMIT), NULL);
}

void policy_close(void)
{
	if (control)
		mnl_socket_close(control);
	control = NULL;
}

int policy_dump(__u8 command, const char *name, mnl_cb_t read, void *data)
{
	static char messages[1 << 16];
	struct mnl_socket *own = mnl_socket_open2(NETLINK_GENERIC,
						  SOCK_CLOEXEC);
	char text[256] = { };
	struct nlmsghdr *header = mnl_nlmsg_put_header(text);
	struct genlmsghdr *genl;
	int n, more = 1, err = 0;

	if (!own || mnl_socket_bind(own, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	header->nlmsg_type = family;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	if (name)
		mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, name);
	if (mnl_socket_sendto(own, header, header->nlmsg_len) < 0)
		err = -errno;
	while (!err && more > 0) {
		n = mnl_socket_recvfrom(own, messages, sizeof(messages));
		more = n < 0 ? n : mnl_cb_run(messages, n, 1, 0, read, data);
		if (more < 0)
			err = -errno;
	}
	mnl_socket_close(own);

	return err;
}

int policy_attach(int cgroup, const char *personality)
{
	struct nlmsghdr *header = begin(family, PERSOCK_CMD_ATTACH);

	mnl_attr_put_u32(header, PERSOCK_A_CGROUP_FD, cgroup);
	mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, personality);

	return talk(header, NULL);
}

int policy_attach_path(const char *path, const char *personality)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = policy_attach(fd, personality);
	close(fd);

	return err;
}

int policy_attach_inner(enum govern_id id, const char *personality, char *path,
			size_t room)
{
	int err;

	snprintf(path, room, "%s/inner-%d", govern_path(id), getpid());
	err = mkdir(path, 0755) ? -errno : govern_leave();

	return err ? err : policy_attach_path(path, personality);
}

int policy_attach_anew(int cgroup, const char *personality)
{
	struct nlmsghdr *header = begin(family, PERSOCK_CMD_ATTACH);

	mnl_attr_put_u32(header, PERSOCK_A_CGROUP_FD, cgroup);
	mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, personality);
	mnl_attr_put_u32(header, PERSOCK_A_DELEGATE, PERSOCK_DELEGATE_FULL);

	return talk(header, NULL);
}

int policy_learn(int cgroup, const char *host, const __u8 *address,
		 size_t length)
{
	struct nlmsghdr *header = begin(family, PERSOCK_CMD_NAME_NEW);
	struct nlattr *nest;

	mnl_attr_put_u32(header, PERSOCK_A_CGROUP_FD, cgroup);
	nest = mnl_attr_nest_start(header, PERSOCK_A_LEARNT);
	mnl_attr_put_strz(header, PERSOCK_A_LEARNT_HOST, host);
	mnl_attr_put(header, PERSOCK_A_LEARNT_ADDRESS, length, address);
	mnl_attr_nest_end(header, nest);

	return talk(header, NULL);
}

static int join(const __u32 *which)
{
	struct mnl_socket *monitor;
	int err = policy_open();

	if (err)
		return err;
	monitor = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!monitor || mnl_socket_bind(monitor, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_setsockopt(monitor, NETLINK_ADD_MEMBERSHIP, (void *)which,
				  sizeof(*which)))
		return -errno;

	return mnl_socket_get_fd(monitor);
}

int policy_monitor(void)
{
	return join(&group);
}

int policy_monitor_names(void)
{
	return join(&names_group);
}

int policy_denial(int fd, const struct nlattr **tb)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	const struct nlattr *attribute, *field;
	const struct nlmsghdr *header;
	int n, verdict = 0;

	memset(tb, 0, (PERSOCK_A_DENIAL_MAX + 1) * sizeof(*tb));
	if (poll(&ready, 1, SOON_MS) != 1)
		return 0;
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < 0)
		return 0;

	header = (const struct nlmsghdr *)answer;
	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) != PERSOCK_A_DENIAL)
			continue;
		mnl_attr_for_each_nested(field, attribute) {
			int type = mnl_attr_get_type(field);

			if (type <= PERSOCK_A_DENIAL_MAX)
				tb[type] = field;
			if (type == PERSOCK_A_DENIAL_VERDICT)
				verdict = -(int)mnl_attr_get_u32(field);
		}
	}

	return verdict;
}
