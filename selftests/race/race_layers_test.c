// SPDX-License-Identifier: GPL-2.0
/*
 * Layers change under traffic: an outer cgroup and a middle one are attached
 * and detached, cgroups between them are removed, policies of several layers
 * are replaced in one batch, and a personality that is several layers is
 * deleted. A socket is held to the layers that /proc says it has, all of the
 * time, and nothing is left when it is over.
 */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "control.h"
#include "harness.h"
#include "policy.h"
#include "race.h"

/* Each layer denies a peer of its own with an errno of its own. */
enum { OUTER, MIDDLE, INNER, LAYERS };

static const struct {
	in_addr_t peer;
	const char *prefix;
	int verdict;
} denied[LAYERS] = {
	[OUTER] = { 0x7f000001, "127.0.0.1/32", EPERM },
	[MIDDLE] = { 0x7f000002, "127.0.0.2/32", EACCES },
	[INNER] = { 0x7f000003, "127.0.0.3/32", ENETUNREACH },
};

struct layers {
	enum govern_id ids[LAYERS];
	char path[LAYERS][PATH_MAX + 32];
	int cgroup[LAYERS];
};

/* Sockets by the outer layers that they have. */
static atomic_uint sockets[4], strange;

static void odd(const char *what, const char *detail)
{
	/* The first ones are enough. */
	if (strange++ < 10)
		fprintf(stderr, "# %s: %s\n", what, detail);
}

static bool enough(void)
{
	return sockets[0] && sockets[1] && sockets[2] && sockets[3];
}

/* Bits of the layers that /proc shows. */
static unsigned int layers_of(const struct layers *layers, int fd)
{
	char text[512];
	unsigned int found = 1 << INNER, i;

	race_field(fd, "persock_layers", text, sizeof(text));
	for (i = 0; i < INNER; i++) {
		if (strstr(text, govern_personality(layers->ids[i])))
			found |= 1 << i;
	}

	return found;
}

static void *traffic(void *data)
{
	const struct layers *layers = data;
	struct inet_addr addr = loopback(AF_INET, 9);
	unsigned int has, i;
	int fd, err, wanted;

	while (!race_over) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0) {
			odd("socket", strerrorname_np(errno));
			continue;
		}
		has = layers_of(layers, fd);
		sockets[has & 3]++;
		for (i = 0; i < 2 * LAYERS; i++) {
			addr.in.sin_addr.s_addr = htonl(denied[i % LAYERS].peer);
			wanted = has & 1 << i % LAYERS ?
				 denied[i % LAYERS].verdict : 0;
			err = sendto(fd, "t", 1, 0, &addr.sa, addr.len) == 1 ?
			      0 : errno;
			if (err != wanted && err != ECONNREFUSED)
				odd("send", strerrorname_np(err) ?: "sent");
		}
		if (layers_of(layers, fd) != has)
			odd("layers", "others");
		close(fd);
	}

	return NULL;
}

static void done(const char *what, int err)
{
	if (err)
		odd(what, strerrorname_np(-err));
}

static void attach(const struct layers *layers, int layer)
{
	done("attach", control_do(PERSOCK_CMD_ATTACH,
				  govern_personality(layers->ids[layer]),
				  layers->cgroup[layer]));
}

static void detach(const struct layers *layers, int layer)
{
	done("detach", control_do(PERSOCK_CMD_DETACH, NULL,
				  layers->cgroup[layer]));
}

/* What a layer denies stays the same; how many rules say so does not. */
static void set_policy(const struct layers *layers, int layer, bool more,
		       bool hold)
{
	policy_begin_open(layers->ids[layer]);
	policy_prefix(PERSOCK_SECTION_CONNECT, denied[layer].prefix,
		      -denied[layer].verdict);
	if (more)
		policy_prefix(PERSOCK_SECTION_CONNECT, "10.0.0.0/8", -EPERM);
	if (hold)
		policy_hold();
	done("set", policy_set());
}

/* A personality that is two layers, one of which is removed with its cgroup. */
static void pass_by(const struct layers *layers)
{
	static const char name[] = "race-layers";
	char outer[PATH_MAX + 48], inner[PATH_MAX + 64];
	int fds[2], err, i;

	snprintf(outer, sizeof(outer), "%s/by", layers->path[MIDDLE]);
	snprintf(inner, sizeof(inner), "%s/by", outer);
	done("new", control_policy_put(PERSOCK_CMD_PERSONALITY_NEW, name, "host",
				       NULL));
	if (mkdir(outer, 0755) || mkdir(inner, 0755))
		odd("mkdir", strerrorname_np(errno));
	fds[0] = open(outer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[1] = open(inner, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done("attach", control_do(PERSOCK_CMD_ATTACH, name, fds[1]));
	done("attach", control_do(PERSOCK_CMD_ATTACH, name, fds[0]));
	close(fds[0]);
	close(fds[1]);
	if (rmdir(inner) || rmdir(outer))
		odd("rmdir", strerrorname_np(errno));
	/* A cgroup that was removed is detached a little later. */
	for (i = 0; i < SOON_MS / 10; i++) {
		err = control_do(PERSOCK_CMD_PERSONALITY_DEL, name, -1);
		if (err != -EBUSY)
			break;
		usleep(10000);
	}
	done("del", err);
}

static void change(void *data)
{
	const struct layers *layers = data;
	time_t start = race_now();
	unsigned int turn;

	for (turn = 0; race_on(start, enough()); turn++) {
		attach(layers, MIDDLE);
		set_policy(layers, OUTER, turn & 1, true);
		set_policy(layers, MIDDLE, turn & 1, true);
		done("commit", policy_commit());
		detach(layers, OUTER);
		set_policy(layers, INNER, turn & 1, false);
		pass_by(layers);
		detach(layers, MIDDLE);
		attach(layers, OUTER);
	}
}

FIXTURE(race_layers)
{
	struct layers layers;
	long pins;
};

FIXTURE_VARIANT(race_layers)
{
	enum govern_id ids[LAYERS];
};

FIXTURE_VARIANT_ADD(race_layers, native)
{
	.ids = { NATIVE, GVISOR2020_NATIVE, GVISOR_NATIVE },
};

FIXTURE_VARIANT_ADD(race_layers, hostinet)
{
	.ids = { HOSTINET, GVISOR2020_HOSTINET, GVISOR_HOSTINET },
};

FIXTURE_SETUP(race_layers)
{
	struct layers *layers = &self->layers;
	int i;

	ASSERT_EQ(0, policy_open());
	ASSERT_EQ(0, control_open());
	govern_setup(_metadata, variant->ids[OUTER]);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, govern_leave());
	memcpy(layers->ids, variant->ids, sizeof(layers->ids));
	snprintf(layers->path[OUTER], PATH_MAX, "%s",
		 govern_path(variant->ids[OUTER]));
	ASSERT_GT(PATH_MAX, snprintf(layers->path[MIDDLE], PATH_MAX,
				     "%s/middle", layers->path[OUTER]));
	ASSERT_GT(PATH_MAX, snprintf(layers->path[INNER], PATH_MAX, "%s/inner",
				     layers->path[MIDDLE]));
	for (i = 0; i < LAYERS; i++) {
		if (i)
			ASSERT_EQ(0, mkdir(layers->path[i], 0755));
		layers->cgroup[i] = open(layers->path[i], O_RDONLY |
					 O_DIRECTORY | O_CLOEXEC);
		ASSERT_LE(0, layers->cgroup[i]);
		set_policy(layers, i, false, false);
	}
	self->pins = memory_users();
	attach(layers, INNER);
}

FIXTURE_TEARDOWN(race_layers)
{
	int i;

	govern_leave();
	for (i = LAYERS - 1; i > 0; i--) {
		close(self->layers.cgroup[i]);
		rmdir(self->layers.path[i]);
	}
}

TEST_F(race_layers, change)
{
	static void *(*const others[])(void *) = { traffic, traffic, traffic };

	ASSERT_EQ(0, govern_enter_path(self->layers.path[INNER]));
	ASSERT_EQ(0, race_run(others, 3, change, &self->layers));
	EXPECT_EQ(0, strange);
	EXPECT_TRUE(enough())
		TH_LOG("sockets without an outer layer %u, with the outermost %u, the middle one %u, both %u",
		       sockets[0], sockets[1], sockets[2], sockets[3]);
	ASSERT_EQ(0, govern_leave());
	detach(&self->layers, INNER);
	race_expect_settled(_metadata, self->pins);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET | 1 << GVISOR_NATIVE |
		       1 << GVISOR_HOSTINET | 1 << GVISOR2020_NATIVE |
		       1 << GVISOR2020_HOSTINET);
	return test_harness_run(argc, argv);
}
