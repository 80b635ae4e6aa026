// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation of every command of the control plane fails once. A command
 * that fails says that there is no memory and has changed nothing; one that
 * succeeds all the same has done all of it. Only where the kernel has no memory
 * for the acknowledgment, which it says on the socket, may it be either.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "commands.h"
#include "control.h"
#include "faults.h"
#include "harness.h"
#include "inet.h"
#include "memory.h"

#define MOST_POINTS	1000
#define TIMEOUT		900

/* Is anything intercepted? The last attachment is freed by a work item. */
static bool armed(void)
{
	FILE *file = fopen("/sys/kernel/tracing/enabled_functions", "re");
	char line[512];
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		found |= !strncmp(line, "__sock_create ", 14);
	if (file)
		fclose(file);

	return found;
}

static bool disarmed(void)
{
	int i;

	for (i = 0; armed() && i < SOON_MS / 50; i++)
		usleep(50000);

	return !armed();
}

/* A status may say that there was no memory for the socket that it tries. */
static bool honest(const struct reply *reply)
{
	const struct nlattr *attribute, *reason = NULL;
	const char *text = reply->messages + sizeof(struct genlmsghdr);
	int left = reply->length - sizeof(struct genlmsghdr);

	for (attribute = (const void *)text;
	     mnl_attr_ok(attribute, left);
	     left -= MNL_ALIGN(attribute->nla_len),
	     attribute = mnl_attr_next(attribute)) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_REASON)
			reason = attribute;
	}
	text = reason ? mnl_attr_get_str(reason) : "";
	if (!*text)
		return false;
	if (!strcmp(text, "no probe socket could be made") ||
	    !strcmp(text, "ftrace refuses to arm the interception points"))
		return true;
	fprintf(stderr, "# reason: \"%s\"\n", text);

	return false;
}

FIXTURE(netlink)
{
	struct state *initial;	/* before anything is made */
	struct state *before;	/* and after the command */
	struct state *after;
	long users;
};

FIXTURE_SETUP(netlink)
{
	ASSERT_EQ(0, control_open());
	self->initial = calloc(3, sizeof(*self->initial));
	ASSERT_NE(NULL, self->initial);
	self->before = self->initial + 1;
	self->after = self->initial + 2;
	ASSERT_EQ(0, faults_open());
	self->users = memory_users();
	state_read(self->initial);
	ASSERT_EQ(0, commands_open());
}

/* Everything can be undone, and is as it was. */
FIXTURE_TEARDOWN(netlink)
{
	EXPECT_EQ(0, commands_close());
	EXPECT_TRUE(disarmed());
	EXPECT_TRUE(state_is(self->initial));
	EXPECT_EQ(self->users, memory_users());
}

/* Nothing that the module has to do is half done when the command begins. */
static void settle(struct __test_metadata *_metadata,
		   const struct command *command)
{
	if (command->alone && !command->attached)
		EXPECT_TRUE(disarmed());
}

static bool no_memory(int err)
{
	return err == -ENOMEM || err == -ENOBUFS;
}

/* What becomes of one command. @whole: its reply when nothing fails. */
static void judge(struct __test_metadata *_metadata,
		  FIXTURE_DATA(netlink) * self, const struct command *command,
		  const struct reply *reply, const struct reply *whole)
{
	if (command_done(reply)) {
		if (command->id != PERSOCK_CMD_STATUS_GET || !honest(reply)) {
			EXPECT_EQ(whole->length, reply->length);
			EXPECT_EQ(0, memcmp(whole->messages, reply->messages,
					    whole->length));
		}
		EXPECT_TRUE(state_is(self->after));
		if (command->undo)
			command->undo();
	} else if (reply->sent || reply->ended) {
		EXPECT_TRUE(no_memory(reply->sent ? reply->sent : reply->err));
		EXPECT_TRUE(state_is(self->before));
	} else {
		/* There was no memory for the reply. */
		EXPECT_EQ(-ENOBUFS, reply->received);
		if (command->undo && state_is(self->after))
			command->undo();
		EXPECT_TRUE(state_is(self->before));
	}
}

static void sweep(struct __test_metadata *_metadata,
		  FIXTURE_DATA(netlink) * self, const struct command *command,
		  const struct reply *whole)
{
	static struct reply reply;
	unsigned int nth, reported = 0, unreported = 0;

	for (nth = 1; nth < MOST_POINTS; nth++) {
		settle(_metadata, command);
		command_ask(command, nth, &reply);
		judge(_metadata, self, command, &reply, whole);
		if (_metadata->exit_code)
			TH_LOG("%s, point %u: sent %d, received %d, %s %d",
			       command->name, nth, reply.sent, reply.received,
			       reply.ended ? "ended" : "open", reply.err);
		if (_metadata->exit_code || !reply.failed)
			break;
		reported += reply.ended && reply.err;
		unreported += !reply.ended;
	}
	EXPECT_GT(MOST_POINTS, nth);
	EXPECT_LT(0, reported + unreported);
	TH_LOG("%s: %u points, %u reported, %u not reported", command->name,
	       nth - 1, reported, unreported);
}

static void run(struct __test_metadata *_metadata,
		FIXTURE_DATA(netlink) * self, const struct command *command)
{
	static struct reply whole;

	command_prepare(command);
	state_read(self->before);

	/* What it does when nothing fails. */
	settle(_metadata, command);
	command_ask(command, 0, &whole);
	ASSERT_TRUE(command_done(&whole));
	state_read(self->after);
	if (command->undo)
		command->undo();
	ASSERT_TRUE(state_is(self->before));

	sweep(_metadata, self, command, &whole);
	command_restore(command);
}

static void run_all(struct __test_metadata *_metadata,
		    FIXTURE_DATA(netlink) * self, int id)
{
	size_t i;

	for (i = 0; i < nr_commands && !_metadata->exit_code; i++) {
		if (commands[i].id == id)
			run(_metadata, self, &commands[i]);
	}
}

TEST_F_TIMEOUT(netlink, personality_new, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_PERSONALITY_NEW);
}

TEST_F_TIMEOUT(netlink, personality_set, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_PERSONALITY_SET);
}

TEST_F_TIMEOUT(netlink, personality_del, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_PERSONALITY_DEL);
}

TEST_F_TIMEOUT(netlink, personality_get, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_PERSONALITY_GET);
}

TEST_F_TIMEOUT(netlink, policy_get, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_POLICY_GET);
}

TEST_F_TIMEOUT(netlink, attach, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_ATTACH);
}

TEST_F_TIMEOUT(netlink, detach, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_DETACH);
}

TEST_F_TIMEOUT(netlink, attachment_get, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_ATTACHMENT_GET);
}

TEST_F_TIMEOUT(netlink, provider_get, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_PROVIDER_GET);
}

TEST_F_TIMEOUT(netlink, status_get, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_STATUS_GET);
}

TEST_F_TIMEOUT(netlink, name_new, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_NAME_NEW);
}

TEST_F_TIMEOUT(netlink, name_del, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_NAME_DEL);
}

TEST_F_TIMEOUT(netlink, name_get, TIMEOUT)
{
	run_all(_metadata, self, PERSOCK_CMD_NAME_GET);
}

FIXTURE(after)
{
};

FIXTURE_SETUP(after)
{
}

FIXTURE_TEARDOWN(after)
{
}

TEST_F_TIMEOUT(after, nothing_is_leaked, TIMEOUT)
{
	static char text[4096];

	EXPECT_EQ(0, faults_leaks(text, sizeof(text)))
		TH_LOG("%s", text);
}

int main(int argc, char **argv)
{
	const char *problem = faults_prepare();

	if (problem)
		return faults_skip(problem);

	return test_harness_run(argc, argv);
}
