// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation of every call of the socket layer fails once. The call then
 * succeeds all the same, or returns the error that it would return without
 * persock, or that there is no memory. It leaves nothing behind, and the same
 * call succeeds when it is made again.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "control.h"
#include "deeds.h"
#include "faults.h"
#include "harness.h"
#include "inet.h"
#include "memory.h"
#include "policy.h"

/* Of what a call can fail of; an emulated machine allows no more. */
#define MOST_POINTS	500
/* How often the points are counted: slabs that run full add some at random. */
#define COUNTS		5

#define MAX_ERRNO 134

/* What a deed did ungoverned, for the processes of all tests. */
static struct seen {
	bool known;
	unsigned int points;	/* the fewest that were counted */
	bool met[MAX_ERRNO];
} *seen;

FIXTURE(faults)
{
	enum govern_id now;	/* governs this process */
	unsigned int points;	/* of the last deed */
};

GOVERNED_VARIANTS(faults, NATIVE, HOSTINET);

FIXTURE_SETUP(faults)
{
	/* Two sockets, which are open throughout. */
	ASSERT_EQ(0, control_open());
	ASSERT_EQ(0, policy_open());
	/* With a rule, what is received is held back in memory of persock's. */
	policy_begin_open(variant->id);
	policy_option(PERSOCK_SECTION_CONTROL_RECEIVE, PERSOCK_CLASS_INET,
		      IPPROTO_IP, IP_TTL, IGNORE);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, faults_open());
	self->now = UNGOVERNED;
}

FIXTURE_TEARDOWN(faults)
{
}

struct live {
	const char *personality;
	bool ours;
	long sockets;
};

static void read_live(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attribute;
	struct live *live = data;
	long sockets = 0;

	live->ours = false;
	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		int type = mnl_attr_get_type(attribute);

		if (type == PERSOCK_A_PERSONALITY)
			live->ours = !strcmp(mnl_attr_get_str(attribute),
					     live->personality);
		if (type == PERSOCK_A_SOCKETS_LIVE)
			sockets = mnl_attr_get_u64(attribute);
	}
	if (live->ours)
		live->sockets = sockets;
}

/* Sockets that the attachment of @id counts; -errno; ungoverned 0. */
static long live_sockets(enum govern_id id)
{
	struct live live = { .personality = govern_personality(id) };
	int err;

	if (id == UNGOVERNED)
		return 0;
	err = control_list(PERSOCK_CMD_ATTACHMENT_GET, read_live, &live);

	return err ? err : live.sockets;
}

/* All sockets of the network namespace, and who holds the module. */
struct totals {
	long sockets;
	long users;
};

/* Those that are there in any case: what was measured before all tests. */
static struct totals quiet;

/* And those of each test: see the fixture. */
#define OWN_SOCKETS	2

static bool read_totals(struct totals *totals)
{
	char text[256];

	if (get_text("/proc/net/sockstat", text, sizeof(text)) ||
	    sscanf(text, "sockets: used %ld", &totals->sockets) != 1)
		return false;
	totals->users = memory_users();

	return totals->users >= 0;
}

/* The lowest of two seconds: programs before this one may still be closing. */
static void measure_totals(void)
{
	struct totals now;
	int i;

	quiet.sockets = LONG_MAX;
	for (i = 0; i < 20 && read_totals(&now); i++) {
		if (now.sockets < quiet.sockets)
			quiet.sockets = now.sockets;
		quiet.users = now.users;
		usleep(100000);
	}
}

/* What is freed by work items and after grace periods takes a while. */
static bool nothing_left(void)
{
	struct totals now = { -1, -1 };
	int i;

	for (i = 0; i < SOON_MS / 100; i++) {
		if (read_totals(&now) &&
		    now.sockets <= quiet.sockets + OWN_SOCKETS &&
		    now.users == quiet.users)
			return true;
		usleep(100000);
	}
	fprintf(stderr, "# sockets: %ld, not %ld; users: %ld, not %ld\n",
		now.sockets, quiet.sockets + OWN_SOCKETS, now.users,
		quiet.users);

	return false;
}

/* How many things can fail in a deed. */
static void count(struct __test_metadata *_metadata, const struct deed *deed,
		  unsigned int *points)
{
	struct trial trial;
	unsigned int used;
	int i;

	*points = FAULTS_NEVER;
	for (i = 0; i < COUNTS; i++) {
		trial_begin(&trial);
		ASSERT_EQ(0, deed->prepare(&trial, deed))
			TH_LOG("%s %s", deed->group, deed->name);
		faults_arm(FAULTS_NEVER);
		EXPECT_EQ(0, deed->act(&trial, deed))
			TH_LOG("%s %s", deed->group, deed->name);
		used = FAULTS_NEVER - faults_disarm();
		if (used < *points)
			*points = used;
		trial_end(&trial);
	}
}

/* Ungoverned, whatever the kernel returns is right. */
static bool right(const struct deed *deed, enum govern_id id, int err)
{
	if (err == ENOMEM || err == ENOBUFS)
		return true;
	if (id == UNGOVERNED && strcmp(deed->group, "persock"))
		return err < MAX_ERRNO;

	/* Without memory for a socket the kernel says ENFILE. */
	return strcmp(deed->group, "persock") ?
		seen[deed - deeds].met[err] : err == ENFILE;
}

/* The @nth thing fails. Returns whether it was there to fail. */
static bool fail(struct __test_metadata *_metadata, const struct deed *deed,
		 enum govern_id id, unsigned int nth)
{
	struct trial trial;
	long live, before;
	bool failed;
	int fd, err;

	trial_begin(&trial);
	before = live_sockets(id);
	ASSERT_EQ(0, deed->prepare(&trial, deed));
	fd = faults_next_fd();
	live = live_sockets(id);

	faults_arm(nth);
	err = deed->act(&trial, deed);
	failed = !faults_disarm();
	if (err) {
		EXPECT_TRUE(failed);
		EXPECT_TRUE(right(deed, id, -err))
			TH_LOG("%s %s, point %u: %s", deed->group, deed->name,
			       nth, strerror(-err));
		seen[deed - deeds].met[-err % MAX_ERRNO] |= id == UNGOVERNED;
		EXPECT_EQ(fd, faults_next_fd())
			TH_LOG("%s %s, point %u", deed->group, deed->name, nth);
		EXPECT_EQ(live, live_sockets(id))
			TH_LOG("%s %s, point %u", deed->group, deed->name, nth);
		err = deed->act(&trial, deed);
		EXPECT_EQ(0, err)
			TH_LOG("%s %s, after point %u: %s", deed->group,
			       deed->name, nth, strerror(-err));
	}
	trial_end(&trial);
	EXPECT_EQ(before, live_sockets(id));

	return failed;
}

static void sweep(struct __test_metadata *_metadata, const struct deed *deed,
		  enum govern_id id)
{
	unsigned int nth = 1;

	while (nth < MOST_POINTS && fail(_metadata, deed, id, nth))
		nth++;
	EXPECT_GT(MOST_POINTS, nth);
	EXPECT_TRUE(nothing_left())
		TH_LOG("%s %s", deed->group, deed->name);
	TH_LOG("%s %s: %u points", deed->group, deed->name, nth - 1);
}

static void enter(struct __test_metadata *_metadata, enum govern_id *now,
		  enum govern_id id)
{
	if (*now == id)
		return;
	*now = id;
	if (id != UNGOVERNED) {
		govern_setup(_metadata, id);
		return;
	}
	ASSERT_EQ(0, govern_leave());
}

/* Ungoverned first, unless a test before this one has done so. */
static void run(struct __test_metadata *_metadata, FIXTURE_DATA(faults) * self,
		const struct deed *deed, enum govern_id id)
{
	struct seen *baseline = &seen[deed - deeds];

	if (!baseline->known) {
		enter(_metadata, &self->now, UNGOVERNED);
		count(_metadata, deed, &baseline->points);
		sweep(_metadata, deed, UNGOVERNED);
		baseline->known = true;
	}
	self->points = baseline->points;
	if (id == UNGOVERNED)
		return;
	enter(_metadata, &self->now, id);
	count(_metadata, deed, &self->points);
	sweep(_metadata, deed, id);
}

static void run_group(struct __test_metadata *_metadata,
		      FIXTURE_DATA(faults) * self, const char *name,
		      enum govern_id id)
{
	size_t i;

	for (i = 0; i < nr_deeds; i++) {
		if (!strcmp(deeds[i].group, name))
			run(_metadata, self, &deeds[i], id);
	}
}

#define TIMEOUT 600

/* hostinet makes a second socket: what it needs for that has failed, too. */
TEST_F_TIMEOUT(faults, socket, TIMEOUT)
{
	size_t i;

	for (i = 0; !strcmp(deeds[i].group, "socket"); i++) {
		run(_metadata, self, &deeds[i], variant->id);
		if (variant->id == HOSTINET && deeds[i].family != AF_UNIX)
			EXPECT_LT(seen[i].points, self->points);
		TH_LOG("%s: %u points ungoverned, %u here", deeds[i].name,
		       seen[i].points, self->points);
	}
}

TEST_F_TIMEOUT(faults, pair, TIMEOUT)
{
	run_group(_metadata, self, "pair", variant->id);
}

TEST_F_TIMEOUT(faults, bind, TIMEOUT)
{
	run_group(_metadata, self, "bind", variant->id);
}

TEST_F_TIMEOUT(faults, connect, TIMEOUT)
{
	run_group(_metadata, self, "connect", variant->id);
}

TEST_F_TIMEOUT(faults, accept, TIMEOUT)
{
	run_group(_metadata, self, "accept", variant->id);
}

TEST_F_TIMEOUT(faults, option, TIMEOUT)
{
	run_group(_metadata, self, "option", variant->id);
}

/* The provider's ops are shown to kTLS for a while. */
TEST_F_TIMEOUT(faults, ulp, TIMEOUT)
{
	run_group(_metadata, self, "ulp", variant->id);
}

TEST_F_TIMEOUT(faults, send, TIMEOUT)
{
	run_group(_metadata, self, "send", variant->id);
}

TEST_F_TIMEOUT(faults, receive, TIMEOUT)
{
	run_group(_metadata, self, "receive", variant->id);
}

TEST_F_TIMEOUT(faults, close, TIMEOUT)
{
	run_group(_metadata, self, "close", variant->id);
}

/* The explicit way in: an ungoverned task's makes an attachment of its own. */
TEST_F_TIMEOUT(faults, persock, TIMEOUT)
{
	/* native has no sockets of its own to offer. */
	if (variant->id == NATIVE)
		return;
	run_group(_metadata, self, "persock", variant->id);
}

/* Last: of all that was done before. */
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
	/* The module is not loaded, and not looked for, under a policy. */
	if (system("modprobe -q tls"))
		fprintf(stderr, "# there is no tls\n");
	seen = mmap(NULL, nr_deeds * sizeof(*seen),
		    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED)
		return 1;
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	measure_totals();

	return test_harness_run(argc, argv);
}
