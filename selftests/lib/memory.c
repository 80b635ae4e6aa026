// SPDX-License-Identifier: GPL-2.0
/* Memory that the kernel holds: see memory.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

#define ROUNDS		5
#define PAUSE		400000	/* microseconds */

/*
 * By name: the folder cannot be listed once L2TP's module is there, whose cache
 * has a slash in its name. Learnt addresses are charged to a memory cgroup;
 * those of other kinds and sizes hold what the module never takes.
 */
static const char *const caches[] = {
	"8", "16", "32", "64", "96", "128", "192", "256", "512", "1k", "2k",
	"4k", "8k", "cg-128", "cg-192", "cg-256", "cg-512",
};

#define CACHES		(sizeof(caches) / sizeof(caches[0]))

static long lowest[CACHES];

/* Of what has to be read out of a file that is one number. */
static int read_number(const char *path, long *value)
{
	FILE *file = fopen(path, "re");
	int n;

	if (!file)
		return -errno;
	n = fscanf(file, "%ld", value);
	fclose(file);

	return n == 1 ? 0 : -EPROTO;
}

long memory_users(void)
{
	long users;
	int err = read_number("/sys/module/persock/refcnt", &users);

	return err ? err : users;
}

static int read_cache(const char *folder, long *objects)
{
	char path[PATH_MAX];
	long now;
	int err, fd;

	snprintf(path, sizeof(path), "%s/shrink", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write(fd, "1", 1) == 1 ? 0 : -errno;
	close(fd);
	snprintf(path, sizeof(path), "%s/objects", folder);
	if (!err)
		err = read_number(path, &now);
	if (!err && now < *objects)
		*objects = now;

	return err;
}

static int read_objects(struct memory *memory)
{
	char path[64];
	int err = 0;
	size_t i;

	memory->objects = 0;
	for (i = 0; !err && i < CACHES; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/kmalloc-%s",
			 caches[i]);
		err = read_cache(path, &lowest[i]);
		/* Without memory cgroups they are in the other caches. */
		if (err == -ENOENT && !strncmp(caches[i], "cg-", 3)) {
			lowest[i] = 0;
			err = 0;
		}
		memory->objects += lowest[i];
	}

	return err;
}

/* What is in a cache: it is no larger piece. */
static int read_slabs(struct memory *memory)
{
	long per_slab, pages, slabs;
	char line[512], *data;
	FILE *file = fopen("/proc/slabinfo", "re");

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		data = strstr(line, ": slabdata");
		if (data &&
		    sscanf(line, "%*s %*d %*d %*d %ld %ld", &per_slab,
			   &pages) == 2 &&
		    sscanf(data, ": slabdata %*d %ld", &slabs) == 1)
			memory->large -= slabs * pages * getpagesize() / 1024;
	}
	fclose(file);

	return 0;
}

static int read_totals(struct memory *memory)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[256];
	long value;

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Slab: %ld", &value) == 1)
			memory->large += value;
		if (sscanf(line, "Percpu: %ld", &value) == 1)
			memory->percpu = value;
	}
	fclose(file);

	return 0;
}

static int read_areas(struct memory *memory)
{
	FILE *file = fopen("/proc/vmallocinfo", "re");
	char line[512];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		memory->areas += !!strstr(line, "[persock]");
	fclose(file);

	return 0;
}

static void lower(long *lowest, long now)
{
	if (now < *lowest)
		*lowest = now;
}

int memory_measure(struct memory *memory)
{
	struct memory now;
	size_t cache;
	int err, i;

	for (cache = 0; cache < CACHES; cache++)
		lowest[cache] = LONG_MAX;
	*memory = (struct memory){
		LONG_MAX, LONG_MAX, LONG_MAX, LONG_MAX, LONG_MAX
	};
	for (i = 0; i < ROUNDS; i++) {
		usleep(PAUSE);
		now = (struct memory){ };
		err = read_objects(&now);
		if (!err)
			err = read_totals(&now);
		if (!err)
			err = read_slabs(&now);
		if (!err)
			err = read_areas(&now);
		if (err)
			return err;
		now.users = memory_users();
		if (now.users < 0)
			return now.users;
		memory->objects = now.objects;
		lower(&memory->large, now.large);
		lower(&memory->areas, now.areas);
		lower(&memory->percpu, now.percpu);
		lower(&memory->users, now.users);
	}

	return 0;
}
