// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane under random requests.
 *
 * COUNT requests (100 000) from a generator of random numbers whose seed is
 * SEED (1) are sent. What becomes of each is foreseen by a judge of its own
 * (oracle.h) and a model of the personalities and attachments that there must
 * be (model.h): what is valid is accepted, what is not is refused with a
 * sentence, nothing else changes, and at the end nothing is left, not even
 * memory. Both variables are of the environment.
 *
 * Attaching reaches cgroups that the test has made and that no task is in: a
 * descriptor counts in the caller's process, and no other cgroup is open here.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "control.h"
#include "harness.h"
#include "memory.h"
#include "model.h"
#include "model_names.h"
#include "mutate.h"
#include "oracle.h"

/* A tenth of it on the debug kernel. */
#define COUNT		100000
#define WARM_UP		5000
#define NAMES		8000
/* Messages between looks at what nobody may have changed. */
#define ROUND		2500
/* Messages in one request: far more than there ever are. */
#define MESSAGES	16
#define RULES_MAX	65536
/* For one request; more than RULES_MAX rules take. */
#define ROOM		(1 << 21)
#define RANDOM_ROOM	(1 << 17)
#define REASONS		128
#define COPY		"fuzz-copy"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

static const char *const names[] = {
	"fuzz-0", "fuzz-1", "fuzz-2", "fuzz-3", "fuzz-4", "fuzz-5", "fuzz.6",
	"fuzz_7", "F", ".", "0",
	"fuzz-of-the-longest-name-that-there-can-be-which-is-63-bytes-xx",
#define OWN_NAMES	12
	"host", "none", "gvisor", "gvisor-2020",
#define VALID_NAMES	16
	"", "-fuzz", "fuzz 8", "fuzz/9", "f\xc3\xbczz", "fuzz\n",
	"fuzz-of-a-name-that-is-longer-than-any-can-be-as-it-has-64-bytes",
};

/* The last cgroup is in neither list: see begin(). */
static int fds[MODEL_CGROUPS + 4];
static __u64 ids[MODEL_CGROUPS + 1];
static int networks[MODEL_NETWORKS + 2];

static struct mutate_world world = {
	.names = names,
	.nr_own = OWN_NAMES,
	.nr_valid = VALID_NAMES,
	.nr_names = LENGTH(names),
	.fds = fds,
	.nr_fds = LENGTH(fds),
	.ids = ids,
	.nr_ids = LENGTH(ids),
	.nr_cgroups = MODEL_CGROUPS - 1,
	.networks = networks,
	.nr_networks = LENGTH(networks),
};

/* One message that was refused for each reason. */
static struct refusal {
	char why[128];
	void *message;
	size_t size;
} refusals[REASONS];
static unsigned int nr_refusals;

static unsigned long seed, count;

/* The tables that many messages fill are then filled once on one kernel: see runner/check. */
static bool few(void)
{
	return slow_kernel() || count < COUNT / 5;
}
static unsigned long sent, valid, accepted, policies, trips;
static __u32 request[ROOM / sizeof(__u32)];
static char problem[4096];

static const char *complain(const char *what, const struct nlmsghdr *message,
			    const struct control_answer *answer,
			    const struct model_foreseen *foreseen)
{
	const unsigned char *byte = (const void *)message;
	size_t used, i;

	used = snprintf(problem, sizeof(problem),
			"%s\n# errno %d \"%s\"; foreseen: %s, errnos %d %d %d\n# ",
			what, -answer->err, answer->sentence,
			foreseen->why ? foreseen->why : "valid",
			-foreseen->errs[0], -foreseen->errs[1],
			-foreseen->errs[2]);
	for (i = 0; i < message->nlmsg_len && used < sizeof(problem) - 4; i++)
		used += sprintf(problem + used, "%02x%s", byte[i],
				i % 4 == 3 ? " " : "");

	return problem;
}

static void remember(const struct nlmsghdr *message,
		     const struct control_answer *answer)
{
	struct refusal *refusal = &refusals[nr_refusals];
	unsigned int i;

	for (i = 0; i < nr_refusals; i++) {
		if (!strcmp(refusals[i].why, answer->sentence))
			return;
	}
	if (!answer->sentence[0] || nr_refusals == REASONS)
		return;
	refusal->message = malloc(message->nlmsg_len);
	if (!refusal->message)
		return;
	memcpy(refusal->message, message, message->nlmsg_len);
	refusal->size = message->nlmsg_len;
	strcpy(refusal->why, answer->sentence);
	nr_refusals++;
}

/* @changed: the personality that was made or replaced last and is there yet. */
static const char *judge(const struct nlmsghdr *message,
			 const struct control_answer *answer,
			 const struct model_personality **changed)
{
	struct model_foreseen foreseen = { .why = "only to be acknowledged" };
	const struct genlmsghdr *genl = NLMSG_DATA(message);
	bool acked = message->nlmsg_flags & NLM_F_ACK;
	bool list = (message->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	static struct oracle_request read;

	sent++;
	/* Netlink's own messages and what is no request go no further. */
	if (!(message->nlmsg_flags & NLM_F_REQUEST) ||
	    message->nlmsg_type < NLMSG_MIN_TYPE)
		return answer->err || answer->ended != acked ?
		       complain("answered", message, answer, &foreseen) : NULL;

	model_foresee(message, &read, &foreseen);
	valid += !foreseen.why;
	if (!answer->ended && (acked || list))
		return complain("no answer", message, answer, &foreseen);
	if (!model_fits(&foreseen, answer->err))
		return complain(answer->err ? "refused" : "accepted", message,
				answer, &foreseen);
	if (answer->err) {
		remember(message, answer);
		return foreseen.core || answer->sentence[0] ||
		       answer->err == -ENOMEM ? NULL :
		       complain("no sentence", message, answer, &foreseen);
	}

	accepted++;
	*changed = model_apply(message, &read);
	policies += !!*changed;
	if ((genl->cmd == PERSOCK_CMD_PERSONALITY_GET ||
	     genl->cmd == PERSOCK_CMD_STATUS_GET) && !answer->messages)
		return complain("nothing returned", message, answer, &foreseen);

	return NULL;
}

/*
 * The messages that the kernel will see in a request. Whatever their types were
 * made to be, no other family gets any: its commands may do harm. And a socket
 * can have only one list going on.
 */
static unsigned int walk(size_t *size, struct nlmsghdr **messages)
{
	struct nlmsghdr *message;
	bool list = false;
	unsigned int n = 0;
	size_t at = 0;

	while (at < *size && *size - at >= NLMSG_HDRLEN) {
		message = (struct nlmsghdr *)((char *)request + at);
		if (message->nlmsg_len < NLMSG_HDRLEN ||
		    message->nlmsg_len > *size - at)
			break;
		if (n == MESSAGES) {
			*size = at;
			break;
		}
		if (message->nlmsg_type >= NLMSG_MIN_TYPE)
			message->nlmsg_type = world.family;
		if (list)
			message->nlmsg_flags &= ~NLM_F_DUMP;
		list |= !!(message->nlmsg_flags & NLM_F_DUMP);
		messages[n++] = message;
		at += NLMSG_ALIGN(message->nlmsg_len);
	}

	return n;
}

/*
 * An accepted policy can be set for another personality as policy-get returns
 * it, and is the same there.
 *
 * That there is no provider can only be said by naming a base that has none.
 * The one it was taken from may be gone, or have some by now; "none" stays.
 * The copy has no network namespace: it would have to keep one.
 */
static const char *there_and_back(const struct model_personality *personality)
{
	struct model_personality *copy = model_find(COPY), *held = copy->held;
	static struct control_policy policy, again;
	const char *why, *base = policy.base;
	int err;

	why = model_compare(personality, &policy);
	/* A batch has begun to change it. */
	if (why || held)
		return why;
	if (!personality->nr_providers)
		base = "none";
	err = control_policy_put(PERSOCK_CMD_PERSONALITY_SET, COPY, base,
				 &policy);
	if (err)
		return model_says("what was read is refused",
				  personality->name, err);
	*copy = *personality;
	copy->held = held;
	strcpy(copy->name, COPY);
	strcpy(copy->base, base);
	copy->network[0] = '\0';
	copy->inode = 0;
	copy->from[0] = '\0';
	copy->from_inode = 0;
	why = model_compare(copy, &again);
	if (why)
		return why;
	if (again.length != policy.length ||
	    memcmp(again.attributes, policy.attributes, policy.length))
		return model_says("what was read is specified otherwise",
				  personality->name, 0);
	trips++;

	return NULL;
}

static const char *step(size_t size)
{
	const struct model_personality *changed = NULL;
	struct control_answer answers[MESSAGES];
	struct nlmsghdr *messages[MESSAGES];
	unsigned int n = walk(&size, messages), i;
	__u32 first = control_sequence(n);
	const char *why = NULL;
	int err;

	for (i = 0; i < n; i++)
		messages[i]->nlmsg_seq = first + i;
	err = control_exchange(request, size, first, n, answers, NULL, NULL);
	if (err)
		return model_says("no exchange", "netlink", err);
	for (i = 0; !why && i < n; i++)
		why = judge(messages[i], &answers[i], &changed);
	if (!why && changed)
		why = there_and_back(changed);

	return why;
}

static bool is_stray(const struct model_personality *personality)
{
	unsigned int i;

	for (i = 0; i < OWN_NAMES; i++) {
		if (!strcmp(names[i], personality->name))
			return false;
	}

	return !personality->given && strcmp(personality->name, COPY);
}

/*
 * Delete what was made: all, or only what a mutation gave a name that is not in
 * the list, as no request will find it again.
 */
static const char *clear(bool all)
{
	const struct model_personality *personality;
	struct model_cgroup *cgroup;
	unsigned int i;
	int err;

	/* What has a change that is held cannot be deleted. */
	model_end_batch(!control_do(PERSOCK_CMD_COMMIT, NULL, -1));
	for (i = 0; i < MODEL_CGROUPS; i++) {
		cgroup = &model.cgroups[i];
		personality = model_find(cgroup->personality);
		if (!personality || (!all && !is_stray(personality)))
			continue;
		err = control_do(PERSOCK_CMD_DETACH, NULL, cgroup->fd);
		if (err)
			return model_says("detach", cgroup->path, err);
		model_detach(cgroup);
	}
	for (i = model.nr; i-- > 0;) {
		personality = &model.personalities[i];
		if (personality->given || (!all && !is_stray(personality)))
			continue;
		err = control_do(PERSOCK_CMD_PERSONALITY_DEL,
				 personality->name, -1);
		if (err)
			return model_says("del", personality->name, err);
		model.personalities[i] = model.personalities[--model.nr];
	}

	return NULL;
}

/*
 * One cgroup that no request names stays attached, and with it the interception
 * points armed: arming them takes longer than a thousand requests.
 */
static const char *begin(void)
{
	struct model_cgroup *holder = &model.cgroups[MODEL_CGROUPS - 1];
	struct model_personality *copy = &model.personalities[model.nr];
	int err;

	err = control_do(PERSOCK_CMD_ATTACH, "host", holder->fd);
	if (err)
		return model_says("attach", holder->path, err);
	strcpy(holder->personality, "host");
	err = control_policy_put(PERSOCK_CMD_PERSONALITY_NEW, COPY, "host",
				 NULL);
	if (err)
		return model_says("new", COPY, err);
	*copy = *model_find("host");
	copy->given = false;
	strcpy(copy->name, COPY);
	strcpy(copy->base, "host");
	model.nr++;

	return NULL;
}

static const char *end(const char *why)
{
	if (!why)
		why = model_look();
	if (!why)
		why = clear(true);
	if (!why)
		why = model_look();

	return why;
}

/* So many messages; what they made is deleted at the end. */
static const char *run(unsigned long messages)
{
	unsigned long last = sent + messages, next = sent + ROUND;
	const char *why = begin();

	while (!why && sent < last) {
		why = step(mutate_request(&world, request, RANDOM_ROOM));
		if (why || (sent < next && model.nr < MODEL_PERSONALITIES / 2))
			continue;
		next = sent + ROUND;
		why = model_look();
		if (!why)
			why = clear(false);
	}

	return end(why);
}

/* So many messages that are mostly about learnt addresses; how many were lost. */
static const char *learn(unsigned long messages, unsigned long *lost)
{
	unsigned long last = sent + messages, turn = 0;
	const char *why = begin();
	unsigned int i;

	world.learning = true;
	while (!why && sent < last) {
		why = step(mutate_request(&world, request, RANDOM_ROOM));
		if (!why && ++turn % 8 == 0)
			why = model_names_look();
		if (!why && model.nr >= MODEL_PERSONALITIES / 2)
			why = clear(false);
	}
	world.learning = false;
	for (i = 0; i < MODEL_CGROUPS; i++)
		*lost += model.cgroups[i].lost;

	return end(why);
}

/* Each of the refusals that were met, so many times. */
static const char *repeat_refusals(unsigned int times)
{
	const char *why = begin();
	unsigned int i, j;

	for (i = 0; i < nr_refusals; i++) {
		for (j = 0; !why && j < times; j++) {
			memcpy(request, refusals[i].message, refusals[i].size);
			why = step(refusals[i].size);
		}
	}

	return end(why);
}

static int make_cgroup(const char *name, struct model_cgroup *cgroup)
{
	struct stat stat;

	snprintf(cgroup->path, sizeof(cgroup->path), "%s/%s",
		 govern_path(UNGOVERNED), name);
	if (mkdir(cgroup->path, 0755))
		return -errno;
	cgroup->fd = open(cgroup->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup->fd < 0 || fstat(cgroup->fd, &stat))
		return -errno;
	cgroup->id = stat.st_ino;

	return 0;
}

static int open_network(struct model_network *network)
{
	struct stat stat;

	network->fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (network->fd < 0 || fstat(network->fd, &stat))
		return -errno;
	network->inode = stat.st_ino;

	return 0;
}

/* The test's own network namespace, a new one, and what is none. */
static int make_networks(void)
{
	struct model_network *own = &model.networks[0];
	struct model_network *other = &model.networks[1];
	int err;

	err = open_network(own);
	if (err)
		return err;
	if (unshare(CLONE_NEWNET))
		return -errno;
	err = open_network(other);
	if (setns(own->fd, CLONE_NEWNET))
		return -errno;
	networks[0] = own->fd;
	networks[1] = other->fd;
	networks[2] = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	networks[3] = fds[0];

	return err;
}

/* Cgroups to attach, one in another, and what is none, or none any more. */
static int make_world(void)
{
	struct model_cgroup removed;
	unsigned int i, last = MODEL_CGROUPS - 1;
	char name[16];
	int err = 0;

	world.family = control_family();
	for (i = 0; !err && i < MODEL_CGROUPS; i++) {
		snprintf(name, sizeof(name), "%sfuzz-%u", i == 1 ? "fuzz-0/" : "", i);
		err = make_cgroup(name, &model.cgroups[i]);
		fds[i] = model.cgroups[i].fd;
		ids[i] = model.cgroups[i].id;
	}
	model.cgroups[1].above = &model.cgroups[0];
	if (!err)
		err = make_cgroup("removed", &removed);
	if (err || rmdir(removed.path))
		return err ? err : -errno;

	fds[last] = removed.fd;
	fds[last + 1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	fds[last + 2] = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[last + 3] = openat(model.cgroups[0].fd, "cgroup.procs",
			       O_RDONLY | O_CLOEXEC);
	fds[last + 4] = 1 << 30;
	ids[last] = removed.id;
	ids[last + 1] = 1;

	return make_networks();
}

static void count_message(const struct nlmsghdr *message, void *data)
{
	++*(unsigned int *)data;
}

/*
 * The seed and the number name the message, another time too. No
 * ASSERT(): after one the harness does not come to the teardown for sure, and
 * what is left attached would be in the way of others.
 */
#define EXPECT_NONE(why)						\
	EXPECT_EQ(NULL, why)						\
		TH_LOG("SEED %lu, message %lu: %s", seed, sent, why)

FIXTURE(fuzz)
{
	struct memory before, more;
};

FIXTURE_SETUP(fuzz)
{
	unsigned int attached = 0;
	const char *why;
	bool absent;

	why = govern_problem(NATIVE, &absent);
	if (absent)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, control_open());
	ASSERT_EQ(0, control_list(PERSOCK_CMD_ATTACHMENT_GET, count_message,
				  &attached));
	if (attached)
		SKIP(return, "a cgroup is attached: a random id might be its");
	ASSERT_EQ(0, make_world());
	why = model_learn();
	ASSERT_EQ(NULL, why)
		TH_LOG("%s", why);
	mutate_seed(seed);
}

FIXTURE_TEARDOWN(fuzz)
{
	unsigned int i;

	/* All of this is refused, unless the test has failed. */
	for (i = 0; i < MODEL_CGROUPS; i++)
		control_do(PERSOCK_CMD_DETACH, NULL, model.cgroups[i].fd);
	for (i = 0; i < model.nr; i++)
		control_do(PERSOCK_CMD_PERSONALITY_DEL,
			   model.personalities[i].name, -1);
	for (i = MODEL_CGROUPS; i-- > 0;) {
		EXPECT_EQ(0, rmdir(model.cgroups[i].path));
	}
}

/*
 * Is there more than before? @objects more and 2 MiB are let pass, for what the
 * rest of the system does meanwhile: up to 170 objects were seen, all in the
 * caches of the smallest ones. It passes, so that what is too much is measured
 * again, while a leak remains.
 */
static bool is_more(const struct memory *before, long objects,
		    struct memory *more)
{
	struct memory now;
	int i;

	for (i = 0; i < 5; i++) {
		if (memory_measure(&now))
			return true;
		more->objects = now.objects - before->objects;
		more->large = now.large - before->large;
		more->areas = now.areas - before->areas;
		more->percpu = now.percpu - before->percpu;
		more->users = now.users - before->users;
		if (more->objects <= objects && more->large <= 2048 &&
		    more->areas <= 0 && more->percpu <= 256 &&
		    more->users <= 0)
			return false;
	}

	return true;
}

#define EXPECT_NO_MORE(than)						\
	EXPECT_FALSE(is_more(&self->before, than, &self->more))		\
		TH_LOG("%+ld objects, %+ld KiB, %+ld areas, %+ld KiB percpu, %+ld references", \
		       self->more.objects, self->more.large,		\
		       self->more.areas, self->more.percpu, self->more.users)

TEST_F_TIMEOUT(fuzz, requests, 300)
{
	const char *why;

	/* The first ones make what stays: spare routers, chunks of percpu. */
	why = run(WARM_UP);
	EXPECT_EQ(0, memory_measure(&self->before));
	if (!why)
		why = run(count);
	EXPECT_NONE(why);
	if (why)
		return;
	/*
	 * If one request in a hundred leaked one object, these would be
	 * count / 100: four times as many as are let pass. One policy in a
	 * hundred has lists above 8 KiB, which are pages of their own: all of
	 * them leaked would be 3 MiB or more.
	 */
	EXPECT_NO_MORE(150 + count / 1000);

	TH_LOG("%lu messages of seed %lu: %lu valid, %lu accepted, %lu of them policies, %u reasons to refuse",
	       sent, seed, valid, accepted, policies, nr_refusals);
	/* If it did not get deep, it has shown nothing. */
	EXPECT_LT(sent / 10, policies);
	/* Those that came with another message were not set again. */
	EXPECT_LT(policies / 10 * 9, trips);
	EXPECT_LT(30, nr_refusals);
}

/*
 * A way out that leaks may be taken once in ten thousand requests. Here each is
 * taken as often as shows.
 */
TEST_F_TIMEOUT(fuzz, refusals, 300)
{
	unsigned int times = slow_kernel() ? 100 : 400;
	const char *why;

	why = run(few() ? WARM_UP / 2 : WARM_UP);
	EXPECT_LT(30, nr_refusals);
	EXPECT_EQ(0, memory_measure(&self->before));
	if (!why)
		why = repeat_refusals(times);
	EXPECT_NONE(why);
	EXPECT_NO_MORE(times / 2);
}

/*
 * Tables of learnt addresses that fill: what is learnt again, what gives way, in
 * one cgroup and in one below it, while their policies change.
 */
TEST_F_TIMEOUT(fuzz, names, 300)
{
	unsigned long some = few() ? NAMES / 8 : NAMES, lost = 0;
	const char *why = learn(some, &lost);

	EXPECT_EQ(0, memory_measure(&self->before));
	if (!why)
		why = learn(some, &lost);
	EXPECT_NONE(why);
	if (why)
		return;
	EXPECT_NO_MORE(150);
	TH_LOG("%lu messages of seed %lu: %lu valid, %lu addresses lost", sent,
	       seed, valid, lost);
	EXPECT_LT(some / 2, valid);
	/* Fewer fill no table. */
	if (some == NAMES)
		EXPECT_LT(some / 20, lost);
}

/* Every other one is on a host. */
static int set_rules(unsigned int nr)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(request);
	struct control_answer answer;
	struct genlmsghdr *genl;
	struct nlattr *nest;
	char host[16];
	int err;

	header->nlmsg_type = world.family;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header->nlmsg_seq = control_sequence(1);
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = PERSOCK_CMD_PERSONALITY_SET;
	mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, COPY);
	while (nr--) {
		nest = mnl_attr_nest_start(header, PERSOCK_A_RULE);
		mnl_attr_put_u32(header, PERSOCK_A_RULE_SECTION, nr % 2 ?
				 PERSOCK_SECTION_CONNECT :
				 PERSOCK_SECTION_SOCKETS);
		mnl_attr_put_u32(header, PERSOCK_A_RULE_VERDICT, 0);
		if (nr % 2) {
			snprintf(host, sizeof(host), "h%x", nr);
			mnl_attr_put_strz(header, PERSOCK_A_RULE_HOST, host);
		}
		mnl_attr_nest_end(header, nest);
	}
	nest = mnl_attr_nest_start(header, PERSOCK_A_NAMES);
	mnl_attr_put_u32(header, PERSOCK_A_NAMES_RESOLVER, 0);
	mnl_attr_nest_end(header, nest);
	err = control_exchange(header, header->nlmsg_len, header->nlmsg_seq, 1,
			       &answer, NULL, NULL);

	return err ? err : answer.err;
}

TEST_F_TIMEOUT(fuzz, many_rules, 300)
{
	const char *why = begin();
	int i;

	EXPECT_NONE(why);
	EXPECT_EQ(0, set_rules(1));
	EXPECT_EQ(0, memory_measure(&self->before));
	for (i = 0; i < (few() ? 2 : 4); i++) {
		EXPECT_EQ(0, set_rules(RULES_MAX));
		EXPECT_EQ(-E2BIG, set_rules(RULES_MAX + 1));
	}
	EXPECT_EQ(0, set_rules(1));
	/* Any of these lists is 1.3 MB. */
	EXPECT_NO_MORE(150);
	why = clear(true);
	EXPECT_NONE(why);
}

static unsigned long number_of(const char *variable, unsigned long otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
	/* One that was inherited might be a cgroup's. */
	close_range(3, ~0U, 0);
	seed = number_of("SEED", 1);
	count = number_of("COUNT", slow_kernel() ? COUNT / 10 : COUNT);
	govern_prepare(1 << UNGOVERNED);
	return test_harness_run(argc, argv);
}
