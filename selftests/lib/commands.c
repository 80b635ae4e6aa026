// SPDX-License-Identifier: GPL-2.0
/* The commands of the control plane: see commands.h. */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "commands.h"
#include "control.h"
#include "faults.h"

#define RULES	300
#define HOSTS	50
/* Addresses: they take several messages. */
#define LEARNT	400

/* Personalities: the first two are there, the third is made. */
#define FIRST	"faults-first"
#define SECOND	"faults-second"
#define THIRD	"faults-third"

static __u32 buffer[ROOM / sizeof(__u32)];
static __u32 answer[1 << 14];

/* The cgroup that is attached and detached, and one that always is attached. */
static char path[2][256];
static int cgroup[2] = { -1, -1 };

static struct nlmsghdr *begin(const struct command *command)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	header->nlmsg_type = control_family();
	header->nlmsg_flags = NLM_F_REQUEST | command->flags;
	header->nlmsg_seq = 1;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command->id;
	genl->version = PERSOCK_GENL_VERSION;
	if (command->put)
		command->put(header);

	return header;
}

/*
 * Each message of a policy names it, and how many there are depends on the
 * memory that there was for each: what follows is put together.
 */
static size_t repeated(const struct nlmsghdr *header, const struct reply *reply)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(header);
	const struct nlattr *name = (const void *)(genl + 1);

	if (!reply->length || genl->cmd != PERSOCK_CMD_POLICY_GET)
		return 0;

	return sizeof(*genl) + MNL_ALIGN(name->nla_len);
}

/* How many learnt addresses were lost says how often there was no memory. */
static void forget_lost(const struct nlmsghdr *header)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_LEARNT_LOST)
			memset(mnl_attr_get_payload(attribute), 0,
			       sizeof(__u64));
	}
}

static void keep(struct reply *reply, const struct nlmsghdr *header)
{
	const char *payload = mnl_nlmsg_get_payload(header);
	size_t size = mnl_nlmsg_get_payload_len(header), skip;

	if (header->nlmsg_type == NLMSG_ERROR ||
	    header->nlmsg_type == NLMSG_DONE) {
		reply->ended = true;
		reply->err = *(int *)payload;
		return;
	}
	forget_lost(header);
	skip = repeated(header, reply);
	if (reply->length + size - skip > ROOM)
		abort();
	memcpy(reply->messages + reply->length, payload + skip, size - skip);
	reply->length += size - skip;
}

/* The kernel has dealt with a request when send() returns, see control.h. */
static void talk(int fd, const struct nlmsghdr *header, struct reply *reply)
{
	const struct nlmsghdr *message;
	int left;

	if (send(fd, header, header->nlmsg_len, 0) < 0) {
		reply->sent = -errno;
		return;
	}
	while (!reply->ended) {
		left = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
		if (left < 0) {
			reply->received = -errno;
			return;
		}
		for (message = (void *)answer; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			keep(reply, message);
	}
}

void command_ask(const struct command *command, unsigned int nth,
		 struct reply *reply)
{
	struct nlmsghdr *header = begin(command);
	struct mnl_socket *own;

	memset(reply, 0, offsetof(struct reply, messages));
	own = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!own || mnl_socket_bind(own, 0, MNL_SOCKET_AUTOPID)) {
		reply->sent = -errno;
		return;
	}
	faults_arm(nth);
	talk(mnl_socket_get_fd(own), header, reply);
	reply->failed = !faults_disarm() && nth;
	mnl_socket_close(own);
}

bool command_done(const struct reply *reply)
{
	return !reply->sent && !reply->received && reply->ended && !reply->err;
}

/* What must succeed. */
static void must(const struct command *command)
{
	static struct reply reply;

	command_ask(command, 0, &reply);
	if (!command_done(&reply)) {
		fprintf(stderr, "# command %d: %d %d %d\n", command->id,
			reply.sent, reply.received, reply.err);
		abort();
	}
}

static void put_name(struct nlmsghdr *header, const char *name)
{
	mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, name);
}

static void put_first(struct nlmsghdr *header)
{
	put_name(header, FIRST);
}

static void put_second(struct nlmsghdr *header)
{
	put_name(header, SECOND);
}

static void put_third(struct nlmsghdr *header)
{
	put_name(header, THIRD);
}

static void put_rule(struct nlmsghdr *header, int section, int verdict)
{
	mnl_attr_put_u32(header, PERSOCK_A_RULE_SECTION, section);
	mnl_attr_put(header, PERSOCK_A_RULE_VERDICT, sizeof(verdict), &verdict);
}

static void put_address(struct nlmsghdr *header, unsigned int i)
{
	__u8 address[16] = { 10, 0, i / 256, i };
	bool inet6 = i % 3 == 0;
	struct nlattr *nest;

	nest = mnl_attr_nest_start(header, PERSOCK_A_RULE);
	put_rule(header, i % 2 ? PERSOCK_SECTION_CONNECT : PERSOCK_SECTION_BIND,
		 i % 5 ? 0 : -EACCES);
	mnl_attr_put(header, PERSOCK_A_RULE_ADDRESS, inet6 ? 16 : 4, address);
	mnl_attr_put_u8(header, PERSOCK_A_RULE_PREFIX_LENGTH, 32);
	mnl_attr_put_u16(header, PERSOCK_A_RULE_PORT_FIRST, 0);
	mnl_attr_put_u16(header, PERSOCK_A_RULE_PORT_LAST, i);
	mnl_attr_nest_end(header, nest);
}

static void put_options(struct nlmsghdr *header)
{
	struct nlattr *nest;
	int i;

	for (i = 1; i < 20; i++) {
		nest = mnl_attr_nest_start(header, PERSOCK_A_RULE);
		put_rule(header, PERSOCK_SECTION_OPTIONS_SET, 0);
		mnl_attr_put_u32(header, PERSOCK_A_RULE_LEVEL, SOL_SOCKET);
		mnl_attr_put_u32(header, PERSOCK_A_RULE_NAME, i);
		mnl_attr_nest_end(header, nest);
	}
}

static void put_host(struct nlmsghdr *header, unsigned int i)
{
	struct nlattr *nest = mnl_attr_nest_start(header, PERSOCK_A_RULE);
	char host[32];

	snprintf(host, sizeof(host), "%sn%u.example", i % 3 ? "" : "*.", i);
	put_rule(header, PERSOCK_SECTION_CONNECT, i % 5 ? 0 : -EACCES);
	mnl_attr_put_strz(header, PERSOCK_A_RULE_HOST, host);
	mnl_attr_nest_end(header, nest);
}

static void put_names(struct nlmsghdr *header)
{
	struct nlattr *nest = mnl_attr_nest_start(header, PERSOCK_A_NAMES);
	static const __u8 resolver[16] = { 127, 0, 0, 53 };

	mnl_attr_put(header, PERSOCK_A_NAMES_RESOLVER, 4, resolver);
	mnl_attr_put(header, PERSOCK_A_NAMES_RESOLVER, 16, resolver);
	mnl_attr_nest_end(header, nest);
}

/* A policy with lists and indexes of addresses, and hosts. */
static void put_policy(struct nlmsghdr *header)
{
	unsigned int i;

	mnl_attr_put_u32(header, PERSOCK_A_MODE, PERSOCK_MODE_ENFORCE);
	for (i = 1; i <= RULES; i++)
		put_address(header, i);
	for (i = 1; i <= HOSTS; i++)
		put_host(header, i);
	put_names(header);
	put_options(header);
}

/* And a short one. */
static void put_plain(struct nlmsghdr *header)
{
	mnl_attr_put_strz(header, PERSOCK_A_PROVIDER, "native");
	mnl_attr_put_u32(header, PERSOCK_A_MODE, PERSOCK_MODE_AUDIT);
	put_options(header);
}

static void put_base(struct nlmsghdr *header)
{
	mnl_attr_put_strz(header, PERSOCK_A_BASE, "gvisor-2020");
}

static void put_third_base(struct nlmsghdr *header)
{
	put_third(header);
	put_base(header);
}

static void put_third_policy(struct nlmsghdr *header)
{
	put_third(header);
	mnl_attr_put_strz(header, PERSOCK_A_PROVIDER, "hostinet");
	mnl_attr_put_strz(header, PERSOCK_A_PROVIDER, "native");
	put_policy(header);
}

static void put_first_plain(struct nlmsghdr *header)
{
	put_first(header);
	put_plain(header);
}

static void put_first_base(struct nlmsghdr *header)
{
	put_first(header);
	put_base(header);
}

static void put_first_policy(struct nlmsghdr *header)
{
	put_first(header);
	put_policy(header);
}

static void put_second_policy(struct nlmsghdr *header)
{
	put_second(header);
	put_policy(header);
}

static void put_cgroup(struct nlmsghdr *header)
{
	mnl_attr_put_u32(header, PERSOCK_A_CGROUP_FD, cgroup[0]);
}

static void put_first_cgroup(struct nlmsghdr *header)
{
	put_first(header);
	put_cgroup(header);
}

static void put_second_cgroup(struct nlmsghdr *header)
{
	put_second(header);
	put_cgroup(header);
}

static void put_id(struct nlmsghdr *header)
{
	struct stat st;

	fstat(cgroup[0], &st);
	mnl_attr_put_u64(header, PERSOCK_A_CGROUP_ID, st.st_ino);
}

static void put_other_cgroup(struct nlmsghdr *header)
{
	put_second(header);
	mnl_attr_put_u32(header, PERSOCK_A_CGROUP_FD, cgroup[1]);
}

/* One address of each host. */
static void put_learnt(struct nlmsghdr *header, unsigned int i)
{
	__u8 address[4] = { 10, 0, i / 256, i % 256 };
	struct nlattr *nest;
	char host[32];

	snprintf(host, sizeof(host), "n%u.example", i);
	put_cgroup(header);
	nest = mnl_attr_nest_start(header, PERSOCK_A_LEARNT);
	mnl_attr_put_strz(header, PERSOCK_A_LEARNT_HOST, host);
	mnl_attr_put(header, PERSOCK_A_LEARNT_ADDRESS, sizeof(address),
		     address);
	mnl_attr_nest_end(header, nest);
}

static unsigned int next;

static void put_next(struct nlmsghdr *header)
{
	put_learnt(header, next);
}

static void put_new(struct nlmsghdr *header)
{
	put_learnt(header, LEARNT);
}

/* By its host alone. */
static void put_last(struct nlmsghdr *header)
{
	struct nlattr *nest;
	char host[32];

	snprintf(host, sizeof(host), "n%u.example", LEARNT - 1);
	put_cgroup(header);
	nest = mnl_attr_nest_start(header, PERSOCK_A_LEARNT);
	mnl_attr_put_strz(header, PERSOCK_A_LEARNT_HOST, host);
	mnl_attr_nest_end(header, nest);
}

static void change(int id, void (*put)(struct nlmsghdr *header))
{
	must(&(struct command){ .id = id, .flags = NLM_F_ACK, .put = put });
}

static void delete_third(void)
{
	change(PERSOCK_CMD_PERSONALITY_DEL, put_third);
}

static void reset_first(void)
{
	change(PERSOCK_CMD_PERSONALITY_SET, put_first_plain);
}

static void make_second(void)
{
	change(PERSOCK_CMD_PERSONALITY_NEW, put_second_policy);
}

static void attach_first(void)
{
	change(PERSOCK_CMD_ATTACH, put_first_cgroup);
}

static void detach(void)
{
	change(PERSOCK_CMD_DETACH, put_cgroup);
}

/* The table of learnt addresses goes with the attachment. */
static void attach_anew(void)
{
	detach();
	attach_first();
}

static void learn(unsigned int first, unsigned int end)
{
	for (next = first; next < end; next++)
		change(PERSOCK_CMD_NAME_NEW, put_next);
}

static void forget_new(void)
{
	change(PERSOCK_CMD_NAME_DEL, put_new);
}

/* It was the youngest, and is so again. */
static void learn_last(void)
{
	learn(LEARNT - 1, LEARNT);
}

const struct command commands[] = {
	{ "new, of a base", PERSOCK_CMD_PERSONALITY_NEW, NLM_F_ACK,
	  put_third_base, delete_third },
	{ "new, of a policy", PERSOCK_CMD_PERSONALITY_NEW, NLM_F_ACK,
	  put_third_policy, delete_third },
	{ "set, to a base", PERSOCK_CMD_PERSONALITY_SET, NLM_F_ACK,
	  put_first_base, reset_first },
	{ "set, to a policy", PERSOCK_CMD_PERSONALITY_SET, NLM_F_ACK,
	  put_first_policy, reset_first },
	{ "set, attached", PERSOCK_CMD_PERSONALITY_SET, NLM_F_ACK,
	  put_first_policy, reset_first, .attached = true },
	{ "del", PERSOCK_CMD_PERSONALITY_DEL, NLM_F_ACK,
	  put_second, make_second, .alone = true },
	{ "attach", PERSOCK_CMD_ATTACH, NLM_F_ACK,
	  put_first_cgroup, detach },
	{ "attach, alone", PERSOCK_CMD_ATTACH, NLM_F_ACK,
	  put_first_cgroup, detach, .alone = true },
	{ "attach, again", PERSOCK_CMD_ATTACH, NLM_F_ACK,
	  put_second_cgroup, attach_first, .attached = true },
	{ "detach", PERSOCK_CMD_DETACH, NLM_F_ACK,
	  put_cgroup, attach_first, .attached = true },
	{ "detach, by id", PERSOCK_CMD_DETACH, NLM_F_ACK,
	  put_id, attach_first, .attached = true },
	{ "detach, alone", PERSOCK_CMD_DETACH, NLM_F_ACK,
	  put_cgroup, attach_first, .attached = true, .alone = true },
	{ "status", PERSOCK_CMD_STATUS_GET, NLM_F_ACK },
	{ "status, alone", PERSOCK_CMD_STATUS_GET, NLM_F_ACK, .alone = true },
	{ "providers", PERSOCK_CMD_PROVIDER_GET, NLM_F_DUMP },
	{ "personality", PERSOCK_CMD_PERSONALITY_GET, NLM_F_ACK, put_first },
	{ "personalities", PERSOCK_CMD_PERSONALITY_GET, NLM_F_DUMP },
	{ "policy", PERSOCK_CMD_POLICY_GET, NLM_F_DUMP, put_second },
	{ "attachment", PERSOCK_CMD_ATTACHMENT_GET, NLM_F_ACK,
	  put_cgroup, .attached = true },
	{ "attachment, by id", PERSOCK_CMD_ATTACHMENT_GET, NLM_F_ACK,
	  put_id, .attached = true },
	{ "attachments", PERSOCK_CMD_ATTACHMENT_GET, NLM_F_DUMP,
	  .attached = true },
	{ "learn, the first", PERSOCK_CMD_NAME_NEW, NLM_F_ACK,
	  put_new, attach_anew, .attached = true },
	{ "learn, one more", PERSOCK_CMD_NAME_NEW, NLM_F_ACK,
	  put_new, forget_new, .attached = true, .learnt = true },
	{ "forget", PERSOCK_CMD_NAME_DEL, NLM_F_ACK,
	  put_last, learn_last, .attached = true, .learnt = true },
	{ "learnt", PERSOCK_CMD_NAME_GET, NLM_F_DUMP,
	  .attached = true, .learnt = true },
	{ "learnt, by id", PERSOCK_CMD_NAME_GET, NLM_F_DUMP,
	  put_id, .attached = true, .learnt = true },
};

const size_t nr_commands = sizeof(commands) / sizeof(commands[0]);

static int make_cgroups(void)
{
	struct mntent *entry;
	FILE *file = setmntent("/proc/self/mounts", "re");
	int i;

	while (file && (entry = getmntent(file))) {
		if (strcmp(entry->mnt_type, "cgroup2"))
			continue;
		for (i = 0; i < 2; i++)
			snprintf(path[i], sizeof(path[i]), "%s/faults-%d-%d",
				 entry->mnt_dir, getpid(), i);
	}
	endmntent(file);
	for (i = 0; i < 2; i++) {
		if (mkdir(path[i], 0755))
			return -errno;
		cgroup[i] = open(path[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (cgroup[i] < 0)
			return -errno;
	}

	return 0;
}

int commands_open(void)
{
	int err = make_cgroups();

	if (err)
		return err;
	change(PERSOCK_CMD_PERSONALITY_NEW, put_first_plain);
	make_second();

	return 0;
}

int commands_close(void)
{
	int i, err = 0;

	change(PERSOCK_CMD_PERSONALITY_DEL, put_first);
	change(PERSOCK_CMD_PERSONALITY_DEL, put_second);
	for (i = 0; i < 2; i++) {
		close(cgroup[i]);
		if (rmdir(path[i]))
			err = -errno;
	}

	return err;
}

void command_prepare(const struct command *command)
{
	if (!command->alone)
		change(PERSOCK_CMD_ATTACH, put_other_cgroup);
	if (command->attached)
		attach_first();
	if (command->learnt)
		learn(0, LEARNT);
}

void command_restore(const struct command *command)
{
	if (command->attached)
		detach();
	if (!command->alone)
		change(PERSOCK_CMD_DETACH, put_other_cgroup);
}

void state_read(struct state *state)
{
	static const struct command lists[] = {
		{ .id = PERSOCK_CMD_PROVIDER_GET },
		{ .id = PERSOCK_CMD_PERSONALITY_GET },
		{ .id = PERSOCK_CMD_ATTACHMENT_GET },
		{ .id = PERSOCK_CMD_NAME_GET },
		{ .id = PERSOCK_CMD_POLICY_GET, .put = put_first },
		{ .id = PERSOCK_CMD_POLICY_GET, .put = put_second },
		{ .id = PERSOCK_CMD_POLICY_GET, .put = put_third },
	};
	static struct reply reply;
	size_t i;

	state->length = 0;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct command list = lists[i];

		list.flags = NLM_F_DUMP;
		command_ask(&list, 0, &reply);
		/* Where there is no such personality it has no policy. */
		if (!command_done(&reply) && reply.err != -ENOENT)
			abort();
		memcpy(state->text + state->length, reply.messages,
		       reply.length);
		state->length += reply.length;
	}
}

bool state_is(const struct state *state)
{
	static struct state now;

	state_read(&now);

	return now.length == state->length &&
	       !memcmp(now.text, state->text, now.length);
}
