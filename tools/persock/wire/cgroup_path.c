// SPDX-License-Identifier: GPL-2.0
/*
 * Gets the path of a cgroup from the module, or searches the hierarchy if the
 * module has none. The command monitor calls it, and denial.c.
 */
#include <linux/genetlink.h>

#include "wire/cgroup_path.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "wire/attachment.h"
#include "wire/netlink.h"

/* Mount points of systemd: without and with cgroup v1. */
static const char * const mount_points[] = {
	"/sys/fs/cgroup", "/sys/fs/cgroup/unified",
};

static struct known {
	uint64_t id;
	char *path;		/* NULL: not found */
} *known;
static size_t known_count;

/* The most remembered paths: a monitor may run for months. */
#define KNOWN_MAX 1024

static const struct known *find(uint64_t id)
{
	size_t i;

	for (i = 0; i < known_count; i++) {
		if (known[i].id == id)
			return &known[i];
	}
	return NULL;
}

/* Remember @path, and own it. */
static void remember(uint64_t id, char *path)
{
	struct known *more;

	if (known_count == KNOWN_MAX)
		cgroup_path_forget();
	more = reallocarray(known, known_count + 1, sizeof(*more));
	if (!more) {
		free(path);
		return;
	}
	known = more;
	known[known_count++] = (struct known){ .id = id, .path = path };
}

/* The module knows the path of an attached cgroup, even without a mount. */
static char *ask(struct netlink *nl, uint64_t id)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct replies replies;
	char *path = NULL;

	if (attachment_get_by_id(nl, id, &replies))
		return NULL;
	message = replies_next(&replies, NULL);
	if (message) {
		attachment_parse(message, &attachment);
		if (*attachment.path)
			path = strdup(attachment.path);
	}
	replies_free(&replies);
	return path;
}

/* Search for @id below @directory, whose path is @path. Closes @directory. */
static char *walk(int directory, const char *path, uint64_t id)
{
	struct dirent *entry;
	char *below, *found = NULL;
	DIR *stream;
	int fd;

	stream = fdopendir(directory);
	if (!stream) {
		close(directory);
		return NULL;
	}
	while (!found && (entry = readdir(stream))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if (asprintf(&below, "%s/%s", path, entry->d_name) < 0)
			break;
		/* The number of a cgroup's inode is its id. */
		if (entry->d_ino == id) {
			found = below;
			break;
		}
		fd = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY |
						      O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			found = walk(fd, below, id);
		free(below);
	}
	closedir(stream);
	return found;
}

/* A detached cgroup may still have governed sockets: search the hierarchy. */
static char *search(uint64_t id)
{
	char *found = NULL;
	struct statfs fs;
	size_t i;
	int fd;

	for (i = 0; !found &&
	     i < sizeof(mount_points) / sizeof(mount_points[0]); i++) {
		fd = open(mount_points[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
			found = walk(fd, "", id);
		else
			close(fd);
	}
	return found;
}

const char *cgroup_path(struct netlink *nl, uint64_t id)
{
	const struct known *old = find(id);
	char *path;

	if (old)
		return old->path;
	path = ask(nl, id);
	if (!path)
		path = search(id);
	/* Remember a failed search, too: do not repeat it. */
	remember(id, path);
	old = find(id);
	return old ? old->path : NULL;
}

const char *cgroup_text(struct netlink *nl, uint64_t id)
{
	const char *path = cgroup_path(nl, id);
	static char text[32];

	if (path)
		return path;
	snprintf(text, sizeof(text), "id:%" PRIu64, id);

	return text;
}

void cgroup_print(FILE *stream, uint64_t id, struct netlink *nl)
{
	text_print(stream, cgroup_text(nl, id));
}

void cgroup_json(uint64_t id, struct netlink *nl)
{
	const char *path = cgroup_path(nl, id);

	json_u64("cgroup_id", id);
	if (path)
		json_string("path", path);
}

void cgroup_path_forget(void)
{
	size_t i;

	for (i = 0; i < known_count; i++)
		free(known[i].path);
	free(known);
	known = NULL;
	known_count = 0;
}
