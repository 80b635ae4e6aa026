// SPDX-License-Identifier: GPL-2.0
/* Cgroups under different personalities, for tests: see govern.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "govern.h"

#define MAX_PROVIDERS	2
#define MAX_ARGUMENTS	16

static struct govern {
	const char *name;
	const char *base;
	const char *providers[MAX_PROVIDERS];
	bool named;		/* a personality of this name exists */
	bool attached;
	bool ready;
	char personality[64];
	char path[PATH_MAX];
	char problem[512];
} table[GOVERN_COUNT] = {
	[UNGOVERNED] = { .name = "ungoverned" },
	[NATIVE] = {
		.name = "native",
		.base = "host",
		.providers = { "native" },
	},
	[HOSTINET] = {
		.name = "hostinet",
		.base = "host",
		.providers = { "hostinet", "native" },
	},
	[HOSTINET_ONLY] = {
		.name = "hostinet-only",
		.base = "host",
		.providers = { "hostinet" },
	},
	[GVISOR2020_NATIVE] = {
		.name = "gvisor2020-native",
		.base = "gvisor-2020",
		.providers = { "native" },
	},
	[GVISOR2020_HOSTINET] = {
		.name = "gvisor2020-hostinet",
		.base = "gvisor-2020",
		.providers = { "hostinet", "native" },
	},
	[GVISOR_NATIVE] = {
		.name = "gvisor-native",
		.base = "gvisor",
		.providers = { "native" },
	},
	[GVISOR_HOSTINET] = {
		.name = "gvisor-hostinet",
		.base = "gvisor",
		.providers = { "hostinet", "native" },
	},
	[NONE] = {
		.name = "none",
		.base = "none",
	},
};

static char absent[512];	/* why persock cannot be used at all */
static char mount_point[PATH_MAX];
static char start[PATH_MAX];	/* the cgroup that the program was started in */
static pid_t owner;

static int run(char *output, size_t size, char *const argv[])
{
	size_t used = 0;
	ssize_t n;
	char chunk[512];
	int pipefd[2], status;
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		/* A governed tool might not get the socket that it needs. */
		govern_leave();
		dup2(pipefd[1], STDOUT_FILENO);
		dup2(pipefd[1], STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(pipefd[1]);
	while (pid > 0 && (n = read(pipefd[0], chunk, sizeof(chunk))) > 0) {
		if (used + n >= size)
			n = size > used ? size - used - 1 : 0;
		memcpy(output + used, chunk, n);
		used += n;
	}
	close(pipefd[0]);
	if (size)
		output[used] = '\0';
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

int govern_tool(char *output, size_t size, ...)
{
	char *argv[MAX_ARGUMENTS] = { "persock" };
	va_list ap;
	int i;

	va_start(ap, size);
	for (i = 1; i < MAX_ARGUMENTS - 1; i++) {
		argv[i] = va_arg(ap, char *);
		if (!argv[i])
			break;
	}
	va_end(ap);
	argv[MAX_ARGUMENTS - 1] = NULL;
	return run(output, size, argv);
}

static int write_file(const char *path, const char *name, const char *text)
{
	char file[PATH_MAX + 32];
	ssize_t n;
	int fd, err = 0;

	snprintf(file, sizeof(file), "%s/%s", path, name);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n != (ssize_t)strlen(text))
		err = n < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

static bool find_mount_point(void)
{
	struct mntent *entry;
	FILE *file;
	bool found = false;

	file = setmntent("/proc/self/mounts", "re");
	if (!file)
		return false;
	while (!found && (entry = getmntent(file))) {
		found = !strcmp(entry->mnt_type, "cgroup2");
		snprintf(mount_point, sizeof(mount_point), "%s",
			 entry->mnt_dir);
	}
	endmntent(file);
	return found;
}

static void find_start(void)
{
	char line[PATH_MAX];
	FILE *file;

	snprintf(start, sizeof(start), "%s", mount_point);
	file = fopen("/proc/self/cgroup", "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "0::", 3))
			continue;
		line[strcspn(line, "\n")] = '\0';
		/* Both fit: longer paths do not exist. */
		strncat(start, line + 3, sizeof(start) - strlen(start) - 1);
	}
	fclose(file);
}

/* Wait until the last process, killed a moment ago, has left the cgroup. */
static void wait_until_empty(const char *path)
{
	char file[PATH_MAX + 32], text[128] = "";
	struct pollfd pfd = { .events = POLLPRI };
	int i;

	snprintf(file, sizeof(file), "%s/cgroup.events", path);
	pfd.fd = open(file, O_RDONLY | O_CLOEXEC);
	if (pfd.fd < 0)
		return;
	for (i = 0; i < 60; i++) {
		if (pread(pfd.fd, text, sizeof(text) - 1, 0) <= 0 ||
		    !strstr(text, "populated 1"))
			break;
		poll(&pfd, 1, 1000);
	}
	close(pfd.fd);
}

static void remove_one(struct govern *g)
{
	char output[256];

	if (g->path[0]) {
		write_file(g->path, "cgroup.kill", "1");
		wait_until_empty(g->path);
	}
	if (g->attached &&
	    govern_tool(output, sizeof(output), "detach", g->path, NULL))
		fprintf(stderr, "# cannot detach %s: %s\n", g->path, output);
	if (g->path[0] && rmdir(g->path))
		fprintf(stderr, "# cannot remove %s: %s\n", g->path,
			strerror(errno));
	if (g->named && govern_tool(output, sizeof(output), "personality",
				    "del", g->personality, NULL))
		fprintf(stderr, "# cannot delete %s: %s\n", g->personality,
			output);
}

static void remove_all(void)
{
	int i;

	/* A child that calls exit() must not pull the rug out from under us. */
	if (getpid() != owner)
		return;
	for (i = 0; i < GOVERN_COUNT; i++)
		remove_one(&table[i]);
}

static int add_personality(struct govern *g, char *output, size_t size)
{
	char *argv[MAX_ARGUMENTS] = {
		"persock", "personality", "add", g->personality,
		"--base", (char *)g->base,
	};
	int i, n = 6;

	for (i = 0; i < MAX_PROVIDERS && g->providers[i]; i++) {
		argv[n++] = "--provider";
		argv[n++] = (char *)g->providers[i];
	}
	return run(output, size, argv);
}

static void prepare_one(struct govern *g)
{
	char output[256];

	snprintf(g->personality, sizeof(g->personality), "persock-test-%d-%s",
		 owner, g->name);
	if (snprintf(g->path, sizeof(g->path), "%s/%s", mount_point,
		     g->personality) >= (int)sizeof(g->path) ||
	    mkdir(g->path, 0755)) {
		snprintf(g->problem, sizeof(g->problem),
			 "cannot make the cgroup %s: %s", g->personality,
			 strerror(errno));
		g->path[0] = '\0';
		return;
	}
	if (!g->base) {
		g->ready = true;
		return;
	}
	if (add_personality(g, output, sizeof(output))) {
		snprintf(g->problem, sizeof(g->problem),
			 "persock personality add %s: %s", g->personality,
			 output);
		return;
	}
	g->named = true;
	if (govern_tool(output, sizeof(output), "attach", g->path,
			g->personality, NULL)) {
		snprintf(g->problem, sizeof(g->problem),
			 "persock attach %s: %s", g->personality, output);
		return;
	}
	g->attached = true;
	g->ready = true;
}

void govern_prepare(unsigned int ids)
{
	char output[256];
	int i, status;

	owner = getpid();
	if (!find_mount_point()) {
		snprintf(absent, sizeof(absent),
			 "no cgroup v2 hierarchy is mounted");
		return;
	}
	find_start();
	status = govern_tool(output, sizeof(output), "status", NULL);
	output[strcspn(output, "\n")] = '\0';
	if (status == 127)
		snprintf(absent, sizeof(absent),
			 "there is no persock tool in PATH");
	else if (access("/sys/module/persock", F_OK))
		snprintf(absent, sizeof(absent),
			 "the persock module is not loaded");
	if (absent[0])
		return;
	atexit(remove_all);
	for (i = 0; i < GOVERN_COUNT; i++) {
		if (!(ids & 1U << i))
			continue;
		if (status)
			snprintf(table[i].problem, sizeof(table[i].problem),
				 "persock status: %s", output);
		else
			prepare_one(&table[i]);
	}
}

const char *govern_problem(enum govern_id id, bool *is_absent)
{
	*is_absent = false;
	if (id == UNGOVERNED || table[id].ready)
		return NULL;
	*is_absent = absent[0];
	if (absent[0])
		return absent;
	return table[id].problem[0] ? table[id].problem :
	       "the test program did not prepare this personality";
}

int govern_enter_path(const char *path)
{
	return write_file(path, "cgroup.procs", "0");
}

int govern_enter(enum govern_id id)
{
	if (!table[id].ready)
		return id == UNGOVERNED ? 0 : -ENOENT;
	return govern_enter_path(table[id].path);
}

int govern_leave(void)
{
	return start[0] ? govern_enter_path(start) : 0;
}

const char *govern_path(enum govern_id id)
{
	return table[id].path;
}

const char *govern_personality(enum govern_id id)
{
	return table[id].personality;
}

bool govern_shown(int fd)
{
	char path[64], line[256];
	bool shown = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		shown |= !strncmp(line, "persock_personality:", 20);
	fclose(file);
	return shown;
}

int is_governed(int fd)
{
	socklen_t len = 16;
	char name[16];

	if (!getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len))
		return 0;
	return errno == ENOPROTOOPT ? 1 : -1;
}
