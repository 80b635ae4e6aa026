// SPDX-License-Identifier: GPL-2.0
/*
 * What governs changes under traffic: cgroups are attached, detached and
 * removed, policies and providers replaced, personalities deleted, and the
 * task moves. Whatever happens meanwhile, a socket keeps what it was created
 * under, each of its calls is judged by a policy of that personality, and
 * nothing is left when it is over.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "control.h"
#include "harness.h"
#include "policy.h"
#include "race.h"

/* Two personalities; each answers bind with one of two errnos of its own. */
#define NAMES	2
#define A	0
#define B	1

static const int verdicts[NAMES][2] = {
	{ EACCES, ENETUNREACH },
	{ EPERM, EHOSTUNREACH },
};

static char names[NAMES][CONTROL_NAME];

/* By name, and those without one. */
static atomic_uint sockets[NAMES + 1];
static atomic_uint hostinet, unavailable, strange;

struct change {
	enum govern_id id;
	bool nameless;		/* sockets without a name are to be seen */
	bool both;		/* and those of both providers */
	char path[NAMES][256];
	int cgroup[NAMES];
};

/* What was to be seen of sockets was seen. */
static bool enough(const struct change *change)
{
	bool named = sockets[A] + sockets[B];

	if (change->both && is_hostinet(change->id) &&
	    (!hostinet || hostinet == sockets[A]))
		return false;

	return named == (change->id != UNGOVERNED) &&
	       (!change->nameless || sockets[NAMES]);
}

static void odd(const char *what, const char *detail)
{
	/* The first ones are enough. */
	if (strange++ < 10)
		fprintf(stderr, "# %s: %s\n", what, detail);
}

static int name_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < NAMES; i++) {
		if (!strcmp(name, names[i]))
			break;
	}

	return i;
}

/* An ordinary task: one with CAP_NET_ADMIN may have what others may not. */
static void drop_capability(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		odd("capget", strerror(errno));
	data[0].effective &= ~(1U << CAP_NET_ADMIN);
	if (syscall(SYS_capset, &header, data))
		odd("capset", strerror(errno));
}

/* One call of a socket whose personality is known. */
static void judge(int fd, int name, unsigned int turn)
{
	struct inet_addr addr = loopback(AF_INET, 0);
	int err = bind(fd, &addr.sa, addr.len) ? errno : 0;

	if (name == NAMES)
		err = err == (turn ? EINVAL : 0) ? 0 : err ?: EINVAL;
	else if (err == verdicts[name][0] || err == verdicts[name][1])
		err = 0;
	else
		err = err ?: ENOENT;
	if (err)
		odd(name == NAMES ? "ungoverned bind" : names[name],
		    strerrorname_np(err));
}

static void *traffic(void *data)
{
	const struct change *change = data;
	struct inet_addr nobody = loopback(AF_INET, 9);
	char personality[2][CONTROL_NAME], provider[2][CONTROL_NAME];
	unsigned int turn, i;
	int fd, name, dgram;

	drop_capability();
	for (turn = 0; !race_over; turn++) {
		dgram = turn & 1;
		fd = socket(AF_INET, dgram ? SOCK_DGRAM : SOCK_STREAM, 0);
		/* One provider's socket, and the other one's is wanted now. */
		if (fd < 0 && is_hostinet(change->id) &&
		    errno == EAFNOSUPPORT) {
			unavailable++;
			continue;
		}
		if (fd < 0) {
			odd("socket", strerrorname_np(errno));
			continue;
		}
		race_field(fd, "persock_personality", personality[0],
			   CONTROL_NAME);
		race_field(fd, "persock_provider", provider[0], CONTROL_NAME);
		name = name_of(personality[0]);
		sockets[name]++;
		hostinet += name == A && !strcmp(provider[0], "hostinet");
		for (i = 0; i < 3; i++)
			judge(fd, name, i);
		if (dgram && sendto(fd, "t", 1, 0, &nobody.sa, nobody.len) < 0 &&
		    errno != ECONNREFUSED)
			odd("sendto", strerrorname_np(errno));
		race_field(fd, "persock_personality", personality[1],
			   CONTROL_NAME);
		race_field(fd, "persock_provider", provider[1], CONTROL_NAME);
		if (strcmp(personality[0], personality[1]))
			odd("another personality", personality[1]);
		if (strcmp(provider[0], provider[1]))
			odd("another provider", provider[1]);
		close(fd);
	}

	return NULL;
}

/* What an administrator does must succeed, or be refused with @wanted. */
static void done(const char *what, int err, int wanted)
{
	if (err != wanted)
		odd(what, err ? strerrorname_np(-err) : "success");
}

/* One of a personality's two policies, with the providers of @id's. */
static void set_policy(enum govern_id id, int name, unsigned int which)
{
	policy_begin_named(id, names[name]);
	policy_open_sections();
	policy_default(PERSOCK_SECTION_BIND, ANY, -verdicts[name][which]);
	done("set", policy_set(), 0);
}

static void make_name(enum govern_id id, int name)
{
	if (id == UNGOVERNED)
		return;
	done("new", control_policy_put(PERSOCK_CMD_PERSONALITY_NEW, names[name],
				       "host", NULL), 0);
	set_policy(id, name, 0);
}

static void attach(const struct change *change, int cgroup, int name)
{
	if (change->id != UNGOVERNED)
		done("attach", control_do(PERSOCK_CMD_ATTACH, names[name],
					  cgroup), 0);
}

static void detach(const struct change *change, int cgroup)
{
	if (change->id != UNGOVERNED)
		done("detach", control_do(PERSOCK_CMD_DETACH, NULL, cgroup),
		     0);
}

/* A cgroup that was removed is detached a little later. */
static void delete(const struct change *change, int name)
{
	int i, err = 0;

	if (change->id == UNGOVERNED)
		return;
	for (i = 0; i < SOON_MS / 10; i++) {
		err = control_do(PERSOCK_CMD_PERSONALITY_DEL, names[name], -1);
		if (err != -EBUSY)
			break;
		usleep(10000);
	}
	done("delete", err, 0);
}

static void enter(const char *path)
{
	done("enter", govern_enter_path(path), 0);
}

static void leave(void)
{
	done("leave", govern_leave(), 0);
}

/* Long enough for a few sockets, and at another moment each time. */
static void pause_for(unsigned int turn)
{
	usleep(1000 + turn % 7 * 700);
}

static void attachments(void *data)
{
	const struct change *change = data;
	time_t start = race_now();
	int cgroup = change->cgroup[A];
	unsigned int turn;

	enter(change->path[A]);
	for (turn = 0; race_on(start, enough(change)); turn++) {
		attach(change, cgroup, A);
		pause_for(turn);
		set_policy(change->id, A, turn & 1);
		pause_for(turn);
		attach(change, cgroup, B);
		set_policy(change->id, B, turn & 1);
		if (change->id != UNGOVERNED)
			done("delete what is attached",
			     control_do(PERSOCK_CMD_PERSONALITY_DEL, names[B],
					-1), -EBUSY);
		/* Some of its sockets may live, and another gets its name. */
		delete(change, A);
		make_name(change->id, A);
		pause_for(turn);
		detach(change, cgroup);
		pause_for(turn);
	}
	leave();
}

static void providers(void *data)
{
	const struct change *change = data;
	time_t start = race_now();
	unsigned int turn;

	attach(change, change->cgroup[A], A);
	enter(change->path[A]);
	for (turn = 0; race_on(start, enough(change)); turn++) {
		if (change->id != UNGOVERNED)
			set_policy(turn & 1 ? change->id : NATIVE, A, turn & 1);
		pause_for(turn);
	}
	leave();
	detach(change, change->cgroup[A]);
}

static void migrations(void *data)
{
	const struct change *change = data;
	time_t start = race_now();
	unsigned int turn;

	attach(change, change->cgroup[A], A);
	attach(change, change->cgroup[B], B);
	for (turn = 0; race_on(start, enough(change)); turn++) {
		enter(change->path[A]);
		pause_for(turn);
		enter(change->path[B]);
		pause_for(turn);
		leave();
		pause_for(turn);
	}
	detach(change, change->cgroup[A]);
	detach(change, change->cgroup[B]);
}

/* The sockets that were made there live on; the name comes back. */
static void removals(void *data)
{
	const struct change *change = data;
	time_t start = race_now();
	char path[300];
	unsigned int turn;
	int cgroup;

	snprintf(path, sizeof(path), "%s/removed", change->path[A]);
	for (turn = 0; race_on(start, enough(change)); turn++) {
		done("mkdir", mkdir(path, 0755) ? -errno : 0, 0);
		cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		attach(change, cgroup, turn & 1 ? A : B);
		enter(path);
		pause_for(turn);
		leave();
		done("rmdir", rmdir(path) ? -errno : 0, 0);
		/* No cgroup that is gone can be attached. */
		if (change->id != UNGOVERNED)
			done("attach what is gone",
			     control_do(PERSOCK_CMD_ATTACH, names[A], cgroup),
			     -ENOENT);
		close(cgroup);
	}
}

FIXTURE(change)
{
	struct change change;
	long pins;
};

GOVERNED_VARIANTS(change, NATIVE, HOSTINET);

FIXTURE_SETUP(change)
{
	struct change *change = &self->change;
	const char *problem;
	bool absent;
	int i;

	/* Its cgroups are beside that one. */
	problem = govern_problem(NATIVE, &absent);
	if (problem && absent)
		SKIP(return, "%s", problem);
	ASSERT_EQ(NULL, problem)
		TH_LOG("%s", problem);
	change->id = variant->id;
	if (change->id != UNGOVERNED) {
		ASSERT_EQ(0, policy_open());
		ASSERT_EQ(0, control_open());
	}
	self->pins = memory_users();
	for (i = 0; i < NAMES; i++) {
		snprintf(names[i], sizeof(names[i]), "race-%d-%c", getpid(),
			 'a' + i);
		snprintf(change->path[i], sizeof(change->path[i]), "%s-%s",
			 govern_path(NATIVE), names[i]);
		ASSERT_EQ(0, mkdir(change->path[i], 0755));
		change->cgroup[i] = open(change->path[i],
					 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ASSERT_LE(0, change->cgroup[i]);
		make_name(change->id, i);
	}
	ASSERT_EQ(0, strange);
}

FIXTURE_TEARDOWN(change)
{
	struct change *change = &self->change;
	int i;

	for (i = 0; i < NAMES; i++) {
		delete(change, i);
		close(change->cgroup[i]);
		EXPECT_EQ(0, rmdir(change->path[i]));
	}
	race_expect_settled(_metadata, self->pins);
	EXPECT_EQ(0, strange);
}

static void under_traffic(struct __test_metadata *_metadata,
			  struct change *change, void (*changing)(void *data),
			  bool nameless)
{
	void *(*const others[])(void *) = { traffic, traffic, traffic };

	change->nameless = nameless;
	ASSERT_EQ(0, race_run(others, 3, changing, change));
	TH_LOG("%u sockets of a, %u of b, %u of neither, %u unavailable",
	       sockets[A], sockets[B], sockets[NAMES], unavailable);
	EXPECT_TRUE(enough(change));
	EXPECT_EQ(0, strange);
}

TEST_F(change, attachments)
{
	under_traffic(_metadata, &self->change, attachments, true);
}

TEST_F(change, providers)
{
	self->change.both = true;
	under_traffic(_metadata, &self->change, providers, false);
}

TEST_F(change, migrations)
{
	under_traffic(_metadata, &self->change, migrations, true);
}

TEST_F(change, removals)
{
	under_traffic(_metadata, &self->change, removals, true);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
