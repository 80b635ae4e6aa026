// SPDX-License-Identifier: GPL-2.0
/*
 * Reads /proc/PID/fd and fdinfo, where the module shows what governs a socket.
 * The commands sockets and attach call it.
 */
#include "base/held_socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static void *grown(void *list, size_t nr, size_t size)
{
	/* Twice as much whenever it is full. */
	return nr & (nr - 1) ? list : need(reallocarray(list, 2 * nr + 1, size));
}

static void add_pid(struct held_sockets *held, pid_t pid)
{
	held->pids = grown(held->pids, held->nr_pids, sizeof(*held->pids));
	held->pids[held->nr_pids++] = pid;
}

/* A threaded cgroup lists threads only; /proc has them by their numbers. */
static void add_processes(struct held_sockets *held, int directory,
			  const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	int pid;

	if (!file)
		return;
	/* One of another PID namespace is 0. */
	while (fscanf(file, "%d", &pid) == 1) {
		if (pid > 0)
			add_pid(held, pid);
	}
	if (ferror(file) && errno == EOPNOTSUPP && !strcmp(name, "cgroup.procs"))
		add_processes(held, directory, "cgroup.threads");
	fclose(file);
}

void held_add_cgroup(struct held_sockets *held, int directory)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	add_processes(held, directory, "cgroup.procs");
	while (stream && (entry = readdir(stream))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		fd = openat(directory, entry->d_name,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		held_add_cgroup(held, fd);
		close(fd);
	}
	if (stream)
		closedir(stream);
}

void held_add_all(struct held_sockets *held)
{
	DIR *stream = opendir("/proc");
	struct dirent *entry;

	while (stream && (entry = readdir(stream))) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			add_pid(held, atoi(entry->d_name));
	}
	if (stream)
		closedir(stream);
}

/* The text behind the name of a field, or NULL if @line is another one. */
static char *field(const char *line, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(line, name, length) || line[length] != ':')
		return NULL;
	line += length + 1;
	line += strspn(line, "\t ");

	return need(strndup(line, strcspn(line, "\n")));
}

static void read_number(const char *line, const char *name, int *number)
{
	char *text = field(line, name);

	if (text)
		sscanf(text, "%d", number);
	free(text);
}

static void read_type(const char *line, struct held_socket *socket)
{
	char *text = field(line, "persock_type");

	if (text)
		sscanf(text, "%d %d %d", &socket->family, &socket->type,
		       &socket->protocol);
	free(text);
}

/* False: the descriptor has been closed. */
static bool read_info(int process, int number, struct held_socket *socket)
{
	char path[64], *line = NULL;
	size_t size = 0;
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "fdinfo/%d", number);
	fd = openat(process, path, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		return false;
	while (getline(&line, &size, file) >= 0) {
		socket->personality = socket->personality ?:
				      field(line, "persock_personality");
		socket->layers = socket->layers ?: field(line, "persock_layers");
		socket->provider = socket->provider ?:
				   field(line, "persock_provider");
		read_number(line, "persock_state", &socket->state);
		read_type(line, socket);
	}
	free(line);
	fclose(file);

	return true;
}

static void free_socket(struct held_socket *socket)
{
	free(socket->holders);
	free(socket->personality);
	free(socket->layers);
	free(socket->provider);
}

static void add_socket(struct held_sockets *held, int process, pid_t pid,
		       int fd, uint64_t inode)
{
	struct held_socket *socket;

	held->of = grown(held->of, held->nr, sizeof(*held->of));
	socket = &held->of[held->nr++];
	*socket = (struct held_socket){
		.inode = inode,
		.holders = need(malloc(sizeof(*socket->holders))),
		.nr_holders = 1,
		.family = -1, .type = -1, .protocol = -1, .state = -1,
	};
	*socket->holders = (struct holder){ .pid = pid, .fd = fd };
	if (!read_info(process, fd, socket)) {
		free_socket(socket);
		held->nr--;
	}
}

static void read_process(struct held_sockets *held, pid_t pid)
{
	char path[64], target[64];
	unsigned long long inode;
	struct dirent *entry;
	int process, fd;
	ssize_t length;
	DIR *stream;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	process = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* It may have ended. */
	if (process < 0)
		return;
	fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream)
		held->unread += errno != ENOENT && errno != ESRCH;
	while (stream && (entry = readdir(stream))) {
		length = readlinkat(dirfd(stream), entry->d_name, target,
				    sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		if (sscanf(target, "socket:[%llu]", &inode) == 1)
			add_socket(held, process, pid, atoi(entry->d_name),
				   inode);
	}
	if (stream)
		closedir(stream);
	close(process);
}

static int by_pid(const void *left, const void *right)
{
	const pid_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* The descriptors of a socket follow each other, in the order of processes. */
static int by_inode(const void *left, const void *right)
{
	const struct held_socket *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	if (a->holders->pid != b->holders->pid)
		return a->holders->pid < b->holders->pid ? -1 : 1;

	return a->holders->fd - b->holders->fd;
}

/* One entry for each socket, with all who hold it. */
static void join(struct held_sockets *held)
{
	size_t from, to = 0;

	if (held->nr)
		qsort(held->of, held->nr, sizeof(*held->of), by_inode);
	for (from = 0; from < held->nr; from++) {
		struct held_socket *last = to ? &held->of[to - 1] : NULL;

		if (!last || last->inode != held->of[from].inode) {
			held->of[to++] = held->of[from];
			continue;
		}
		last->holders = need(reallocarray(last->holders,
						  last->nr_holders + 1,
						  sizeof(*last->holders)));
		last->holders[last->nr_holders++] = *held->of[from].holders;
		free_socket(&held->of[from]);
	}
	held->nr = to;
}

void held_find(struct held_sockets *held)
{
	size_t i, nr = 0;

	if (held->nr_pids)
		qsort(held->pids, held->nr_pids, sizeof(*held->pids), by_pid);
	for (i = 0; i < held->nr_pids; i++) {
		/* The sockets of this process are none of a user's. */
		if (held->pids[i] != getpid() &&
		    (!nr || held->pids[i] != held->pids[nr - 1]))
			held->pids[nr++] = held->pids[i];
	}
	held->nr_pids = nr;
	for (i = 0; i < nr; i++)
		read_process(held, held->pids[i]);
	join(held);
}

void held_free(struct held_sockets *held)
{
	size_t i;

	for (i = 0; i < held->nr; i++)
		free_socket(&held->of[i]);
	free(held->of);
	free(held->pids);
	*held = (struct held_sockets){ 0 };
}

bool held_has_pid(const struct held_sockets *held, pid_t pid)
{
	return held->nr_pids && bsearch(&pid, held->pids, held->nr_pids,
					sizeof(pid), by_pid);
}

bool held_has_layer(const struct held_socket *socket, const char *personality)
{
	const char *name = socket->layers ?: socket->personality;
	size_t length = strlen(personality);

	while (name && *name) {
		size_t end = strcspn(name, " ");

		if (end == length && !strncmp(name, personality, length))
			return true;
		name += end;
		name += *name == ' ';
	}

	return false;
}

char *held_name(pid_t pid)
{
	char path[64], text[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? 0 : read(fd, text, sizeof(text));
	if (fd >= 0)
		close(fd);
	/* The newline at the end. */
	return length > 1 ? need(strndup(text, length - 1)) : NULL;
}
