// SPDX-License-Identifier: GPL-2.0
/*
 * Random stacks of layers, some delegated in full, against random calls: the
 * module answers what a naive model of this file answers, which judges layer by
 * layer, and so does "persock explain --cgroup".
 *
 * PERSOCK_SEED in the environment repeats a run.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"

#define DEPTH	5
/* With PERSOCK_SOAK in the environment, else a third of them. */
#define ROUNDS	200
#define CALLS	500

/* What is asked about. All of it succeeds where no policy denies it. */
enum kind { SOCKET, SENDTO, BIND, SET, GET, FLAG, IOCTL, KINDS };

static const struct {
	int family, type;
	const char *words;
} requests[] = {
	{ AF_INET, SOCK_DGRAM, "AF_INET SOCK_DGRAM" },
	{ AF_INET, SOCK_STREAM, "AF_INET SOCK_STREAM" },
	{ AF_INET6, SOCK_DGRAM, "AF_INET6 SOCK_DGRAM" },
	{ AF_UNIX, SOCK_STREAM, "AF_UNIX SOCK_STREAM" },
};

static const struct {
	int level, name, value;
	const char *words;
} options[] = {
	{ SOL_IP, IP_TOS, 4, "SOL_IP/IP_TOS" },
	{ SOL_IP, IP_RECVTTL, 1, "SOL_IP/IP_RECVTTL" },
	{ SOL_SOCKET, SO_KEEPALIVE, 1, "SOL_SOCKET/SO_KEEPALIVE" },
	{ SOL_SOCKET, SO_PRIORITY, 4, "SOL_SOCKET/SO_PRIORITY" },
};

static const struct {
	int flag;
	const char *words;
} flags[] = {
	{ MSG_DONTWAIT, "MSG_DONTWAIT" },
	{ MSG_CONFIRM, "MSG_CONFIRM" },
	{ MSG_NOSIGNAL, "MSG_NOSIGNAL" },
	{ MSG_DONTROUTE, "MSG_DONTROUTE" },
};

static const struct {
	unsigned long command;
	const char *words;
} ioctls[] = {
	{ FIONREAD, "0x541b" },
	{ TIOCOUTQ, "0x5411" },
	{ FIOGETOWN, "0x8903" },
	{ SIOCGIFCONF, "0x8912" },
};

/* Addresses 127.0.0.1 to 127.0.0.4. */
#define ITEMS	4

/* A layer: the verdict on each thing, by kind. */
struct layer {
	bool attached;
	bool anew;
	bool audits;
	int verdicts[KINDS][ITEMS];
};

static struct layer layers[DEPTH];
static char paths[DEPTH][PATH_MAX];
static const enum govern_id ids[DEPTH] = {
	NATIVE, GVISOR_NATIVE, GVISOR2020_NATIVE, GVISOR2020_HOSTINET, NONE,
};

static unsigned long state;

static unsigned int below(unsigned int n)
{
	/* An LCG; the upper bits are the better ones. */
	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return (state >> 33) % n;
}

static bool ignores(enum kind kind)
{
	return kind == SET || kind == FLAG;
}

static int any_verdict(enum kind kind)
{
	static const int errnos[] = { -EPERM, -EACCES, -ENOPROTOOPT, -EINVAL };

	switch (below(8)) {
	case 0:
		return errnos[below(4)];
	case 1:
		return ignores(kind) ? IGNORE : ALLOW;
	default:
		return ALLOW;
	}
}

static void put_item(enum kind kind, int item, int verdict)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "127.0.0.%d/32", item + 1);
	switch (kind) {
	case SOCKET:
		policy_socket(requests[item].family, requests[item].type, ANY,
			      verdict);
		break;
	case SENDTO:
		policy_prefix(PERSOCK_SECTION_CONNECT, prefix, verdict);
		break;
	case BIND:
		policy_prefix(PERSOCK_SECTION_BIND, prefix, verdict);
		break;
	case SET:
	case GET:
		policy_option(kind == SET ? PERSOCK_SECTION_OPTIONS_SET :
					    PERSOCK_SECTION_OPTIONS_GET,
			      PERSOCK_CLASS_INET, options[item].level,
			      options[item].name, verdict);
		break;
	case FLAG:
		policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
			     flags[item].flag, verdict);
		break;
	case IOCTL:
		policy_ioctl(PERSOCK_CLASS_INET, ioctls[item].command, verdict);
		break;
	default:
		break;
	}
}

/* A policy that mostly allows: five of them would allow nothing otherwise. */
static int random_layer(int depth)
{
	struct layer *layer = &layers[depth];
	int kind, item;

	layer->audits = !below(5);
	policy_begin_open(ids[depth]);
	policy_mode(layer->audits ? PERSOCK_MODE_AUDIT : PERSOCK_MODE_ENFORCE);
	for (kind = 0; kind < KINDS; kind++) {
		for (item = 0; item < ITEMS; item++) {
			int verdict = any_verdict(kind);

			/* The calls need a socket. */
			if (kind == SOCKET && !item)
				verdict = ALLOW;
			layer->verdicts[kind][item] = verdict;
			if (verdict || below(2))
				put_item(kind, item, verdict);
		}
	}

	return policy_set();
}

/* @anew: those further out do not govern what is in it. */
static int attach(int depth, bool attached, bool anew)
{
	struct layer *layer = &layers[depth];
	int fd, err;

	if (layer->attached == attached && layer->anew == anew)
		return 0;
	layer->attached = attached;
	layer->anew = anew;
	if (!attached)
		return govern_tool(NULL, 0, "detach", paths[depth], NULL);
	fd = open(paths[depth], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = anew ? policy_attach_anew(fd, govern_personality(ids[depth])) :
		     policy_attach(fd, govern_personality(ids[depth]));
	close(fd);

	return err;
}

/* The outermost cgroup whose attachment governs. */
static int outermost(void)
{
	int depth = DEPTH - 1;

	while (depth && !layers[depth].anew)
		depth--;

	return depth;
}

/*
 * What the layers together answer: an errno, ALLOW, or IGNORE. @addressed: a
 * flag is sent to an address, which is judged as well.
 */
static int foresee(enum kind kind, int item, bool addressed)
{
	int depth, answer = ALLOW;

	for (depth = outermost(); depth < DEPTH; depth++) {
		const struct layer *layer = &layers[depth];
		int verdict = layer->verdicts[kind][item];

		if (!layer->attached || layer->audits)
			continue;
		/* A flag is sent to the first address. */
		if (kind == FLAG && verdict >= 0 && addressed &&
		    layer->verdicts[SENDTO][0])
			verdict = layer->verdicts[SENDTO][0];
		if (verdict < 0)
			return verdict;
		if (verdict)
			answer = verdict;
	}

	return answer;
}

static int result(long value)
{
	return value < 0 ? -errno : 0;
}

/* An option that reads as before was ignored, if it can be read. */
static int set_option(int fd, int item)
{
	int level = options[item].level, name = options[item].name;
	int before = get_int(fd, level, name), value, now, err;

	value = before == options[item].value ? 0 : options[item].value;
	err = result(setsockopt(fd, level, name, &value, sizeof(value)));
	now = get_int(fd, level, name);
	if (err || now < 0)
		return err;

	return now == value ? ALLOW : IGNORE;
}

static int call(int fd, enum kind kind, int item)
{
	struct inet_addr addr = loopback(AF_INET, 9);
	char buffer[64] = {};	/* room for what any of the ioctls writes */
	int value = 0, other, err;
	socklen_t len = sizeof(value);

	switch (kind) {
	case SOCKET:
		other = socket(requests[item].family, requests[item].type, 0);
		err = result(other);
		if (other >= 0)
			close(other);
		return err;
	case SENDTO:
		addr.in.sin_addr.s_addr = htonl(0x7f000001 + item);
		return result(sendto(fd, "x", 1, 0, &addr.sa, addr.len));
	case BIND:
		addr.in.sin_addr.s_addr = htonl(0x7f000001 + item);
		addr.in.sin_port = 0;
		other = socket(AF_INET, SOCK_DGRAM, 0);
		err = result(bind(other, &addr.sa, addr.len));
		close(other);
		return err;
	case SET:
		return set_option(fd, item);
	case GET:
		return result(getsockopt(fd, options[item].level,
					 options[item].name, &value, &len));
	case FLAG:
		return result(sendto(fd, "x", 1, flags[item].flag, &addr.sa,
				     addr.len));
	case IOCTL:
		return result(ioctl(fd, ioctls[item].command, buffer));
	default:
		return 0;
	}
}

FIXTURE(layers_model)
{
};

FIXTURE_SETUP(layers_model)
{
	int i;

	ASSERT_EQ(0, policy_open());
	govern_setup(_metadata, ids[0]);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, govern_leave());
	for (i = 0; i < DEPTH; i++) {
		snprintf(paths[i], PATH_MAX, "%s%s", i ? paths[i - 1] :
			 govern_path(ids[0]), i ? "/l" : "");
		if (i)
			ASSERT_EQ(0, mkdir(paths[i], 0755));
	}
	layers[0].attached = true;
}

FIXTURE_TEARDOWN(layers_model)
{
	int i;

	govern_leave();
	for (i = DEPTH - 1; i > 0; i--)
		rmdir(paths[i]);
}

static bool fits(enum kind kind, int item, int answer)
{
	int wanted = foresee(kind, item, true);

	if (wanted != IGNORE || kind != SET)
		return answer == (wanted == IGNORE ? ALLOW : wanted);

	/* Whether it had an effect can be seen if it can be read. */
	return answer == (foresee(GET, item, true) ? ALLOW : IGNORE);
}

static void describe(struct __test_metadata *_metadata, enum kind kind,
		     int item, int answer)
{
	int i;

	TH_LOG("kind %d item %d: %d, not %d (seed %s)", kind, item, answer,
	       foresee(kind, item, true), getenv("PERSOCK_SEED") ?: "");
	for (i = 0; i < DEPTH; i++)
		TH_LOG("layer %d: %s%s%s %d", i,
		       layers[i].attached ? "attached" : "not attached",
		       layers[i].anew ? ", delegated in full" : "",
		       layers[i].audits ? ", audits" : "",
		       layers[i].verdicts[kind][item]);
}

/* How explain is asked. */
static void put_question(FILE *file, enum kind kind, int item)
{
	switch (kind) {
	case SOCKET:
		fprintf(file, "socket %s\n", requests[item].words);
		break;
	case SENDTO:
		fprintf(file, "sendto udp 127.0.0.%d:9\n", item + 1);
		break;
	case BIND:
		fprintf(file, "bind udp 127.0.0.%d:0\n", item + 1);
		break;
	case SET:
	case GET:
		fprintf(file, "%s %s 4\n",
			kind == SET ? "setsockopt" : "getsockopt",
			options[item].words);
		break;
	case FLAG:
		fprintf(file, "send %s\n", flags[item].words);
		break;
	case IOCTL:
		fprintf(file, "ioctl %s\n", ioctls[item].words);
		break;
	default:
		break;
	}
}

/* "allow", "ignore" or the name of an errno, behind the question. */
static int read_answer(const char *line)
{
	const char *word = strstr(line, ": ");
	int length, err;

	if (!word)
		return -ENOMSG;
	word += 2;
	length = strcspn(word, " ");
	if (!strncmp(word, "allow ", 6))
		return ALLOW;
	if (!strncmp(word, "ignore ", 7))
		return IGNORE;
	for (err = 1; err < 134; err++) {
		const char *name = strerrorname_np(err);

		if (name && (int)strlen(name) == length &&
		    !strncmp(name, word, length))
			return -err;
	}

	return -ENOMSG;
}

/* Ask about everything in this stack; the number of answers that differ. */
static unsigned int compare_explained(struct __test_metadata *_metadata)
{
	char command[PATH_MAX + 128], line[512];
	unsigned int wrong = 0, i = 0;
	char questions[] = "/tmp/layers-XXXXXX";
	int fd = mkstemp(questions);
	FILE *file = fdopen(fd, "w");

	for (i = 0; i < KINDS * ITEMS; i++)
		put_question(file, i / ITEMS, i % ITEMS);
	fclose(file);
	snprintf(command, sizeof(command),
		 "persock explain --cgroup %s -- - <%s", paths[DEPTH - 1],
		 questions);
	file = popen(command, "r");
	for (i = 0; file && fgets(line, sizeof(line), file);) {
		int answer;

		if (!strncmp(line, "layer ", 6))
			continue;
		answer = read_answer(line);
		if (answer != foresee(i / ITEMS, i % ITEMS, false)) {
			TH_LOG("explained: %s", line);
			describe(_metadata, i / ITEMS, i % ITEMS, answer);
			wrong++;
		}
		i++;
	}
	if (!file || pclose(file) || i != KINDS * ITEMS) {
		TH_LOG("%s: %u answers", command, i);
		wrong++;
	}
	unlink(questions);

	return wrong;
}

TEST_F_TIMEOUT(layers_model, module_agrees, 900)
{
	const char *seed = getenv("PERSOCK_SEED");
	unsigned int rounds = slow_kernel() ? ROUNDS / 10 :
			      getenv("PERSOCK_SOAK") ? ROUNDS : ROUNDS / 3;
	unsigned int round, i, wrong = 0;
	char procs[PATH_MAX + 16];
	bool attached;
	int fd;

	state = seed ? strtoul(seed, NULL, 0) : (unsigned long)time(NULL);
	TH_LOG("PERSOCK_SEED=%lu", state);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", paths[DEPTH - 1]);
	for (round = 0; round < rounds && !wrong; round++) {
		/* All layers, or some of them, change before a round. */
		for (i = 0; i < DEPTH; i++) {
			if (!round || below(2))
				ASSERT_EQ(0, random_layer(i));
			attached = below(4);
			if (i)
				ASSERT_EQ(0, attach(i, attached, attached &&
						    !below(8)));
		}
		ASSERT_EQ(0, put_text(procs, "0"));
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_LE(0, fd);
		for (i = 0; i < CALLS && wrong < 10; i++) {
			enum kind kind = below(KINDS);
			int item = below(ITEMS), answer;

			answer = call(fd, kind, item);
			if (!fits(kind, item, answer)) {
				describe(_metadata, kind, item, answer);
				wrong++;
			}
		}
		close(fd);
		ASSERT_EQ(0, govern_leave());
		wrong += compare_explained(_metadata);
	}
	EXPECT_EQ(0, wrong);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << GVISOR_NATIVE |
		       1 << GVISOR2020_NATIVE | 1 << GVISOR2020_HOSTINET |
		       1 << NONE);
	return test_harness_run(argc, argv);
}
