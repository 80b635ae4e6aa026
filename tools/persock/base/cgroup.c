// SPDX-License-Identifier: GPL-2.0
/*
 * Finds, makes, empties and removes directories of the cgroup v2 hierarchy.
 * The commands call it for the cgroups that users name.
 */
#include "base/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

#define REMOVE_TRIES	100

/* The mount point of the hierarchy, and the directory that is mounted there. */
struct mount {
	char *point;
	char *root;
};

static void mount_free(struct mount *mount)
{
	free(mount->point);
	free(mount->root);
}

/* mountinfo writes blank, tab, newline and backslash as \ooo. */
static char *unescape(const char *field)
{
	char *copy = strdup(field), *to = copy;
	const char *from;

	if (!copy)
		return NULL;
	for (from = field; *from; from++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' &&
		    from[2] >= '0' && from[2] <= '7' &&
		    from[3] >= '0' && from[3] <= '7') {
			*to++ = (from[1] - '0') << 6 | (from[2] - '0') << 3 |
				(from[3] - '0');
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return copy;
}

/* A mount of the whole hierarchy is preferred to a mount of a part. */
static bool find_mount(struct mount *found)
{
	char *line = NULL, *save, *root, *point, *type;
	size_t size = 0;
	FILE *file;
	int field;

	*found = (struct mount){ 0 };
	file = fopen("/proc/self/mountinfo", "re");
	if (!file)
		return false;
	while (getline(&line, &size, file) >= 0) {
		type = strstr(line, " - ");
		if (!type || strncmp(type + 3, "cgroup2 ", 8))
			continue;
		*type = '\0';
		root = NULL;
		point = strtok_r(line, " ", &save);
		for (field = 1; point && field < 5; field++) {
			point = strtok_r(NULL, " ", &save);
			if (field == 3)
				root = point;
		}
		if (!point || !root)
			continue;
		if (found->root && strcmp(root, "/"))
			continue;
		mount_free(found);
		found->root = unescape(root);
		found->point = unescape(point);
		if (!found->root || !found->point || !strcmp(root, "/"))
			break;
	}
	free(line);
	fclose(file);
	if (found->root && found->point)
		return true;
	mount_free(found);
	return false;
}

static int open_directory(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int no_cgroup(const char *name, const char *other)
{
	if (other)
		report_error("there is no cgroup \"%s\": neither \"%s\" nor \"%s\" exists",
			     name, name, other);
	else
		report_error("there is no cgroup \"%s\"", name);
	return -1;
}

/* Open @name as a path or, if that fails, below the mount point. */
static int open_somewhere(const char *name)
{
	char *below = NULL;
	struct mount mount;
	int fd;

	fd = open_directory(name);
	if (fd < 0 && errno == ENOENT && name[0] && name[0] != '/' &&
	    find_mount(&mount)) {
		if (asprintf(&below, "%s/%s", mount.point, name) < 0)
			below = NULL;
		mount_free(&mount);
		errno = ENOENT;
		if (below)
			fd = open_directory(below);
	}
	if (fd < 0) {
		if (errno == ENOENT)
			no_cgroup(name, below);
		else if (errno == ENOTDIR)
			report_error("\"%s\" is not a directory, so it is not a cgroup",
				     name);
		else
			report_error("cannot open the cgroup \"%s\" (%s)", name,
				     strerror(errno));
	}
	free(below);
	return fd;
}

int cgroup_open(const char *name)
{
	struct statfs fs;
	int fd;

	fd = open_somewhere(name);
	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs)) {
		report_error("cannot find the file system of \"%s\" (%s)", name,
			     strerror(errno));
	} else if (fs.f_type == CGROUP2_SUPER_MAGIC) {
		return fd;
	} else if (fs.f_type == CGROUP_SUPER_MAGIC) {
		report_error("\"%s\" is a cgroup v1 directory; persock governs cgroup v2 only",
			     name);
	} else {
		report_error("\"%s\" is not a cgroup: its file system is not cgroup2",
			     name);
	}
	close(fd);
	return -1;
}

bool cgroup_parse_id(const char *name, uint64_t *id)
{
	char *end;

	if (strncmp(name, "id:", 3) || name[3] < '0' || name[3] > '9')
		return false;
	errno = 0;
	*id = strtoull(name + 3, &end, 10);
	return !errno && !*end;
}

/* The "0::" line of /proc/PROCESS/cgroup, without its newline; to be freed. */
static char *path_of(const char *process)
{
	char *line = NULL, *path = NULL, name[64];
	size_t size = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%s/cgroup", process);
	file = fopen(name, "re");
	if (!file)
		return NULL;
	while (!path && getline(&line, &size, file) >= 0) {
		if (strncmp(line, "0::/", 4))
			continue;
		line[strcspn(line, "\n")] = '\0';
		path = strdup(line + 3);
	}
	free(line);
	fclose(file);
	return path;
}

char *cgroup_mount_point(void)
{
	struct mount mount;
	char *point;

	if (!find_mount(&mount))
		return NULL;
	point = mount.point;
	mount.point = NULL;
	mount_free(&mount);
	return point;
}

char *cgroup_of(const char *process)
{
	char *path, *directory = NULL;
	struct mount mount;
	size_t skip;

	if (!find_mount(&mount)) {
		report_error("the cgroup v2 hierarchy is not mounted; mount it with \"mount -t cgroup2 cgroup2 /sys/fs/cgroup\"");
		return NULL;
	}
	path = path_of(process);
	if (!path) {
		report_error("/proc/%s/cgroup has no cgroup v2 path", process);
		goto out;
	}
	skip = strcmp(mount.root, "/") ? strlen(mount.root) : 0;
	if (strncmp(path, mount.root, skip) ||
	    (path[skip] && path[skip] != '/') ||
	    !strncmp(path, "/../", 4) || !strcmp(path, "/..")) {
		report_error("the cgroup of process %s, \"%s\", is outside of the hierarchy that is mounted at %s",
			     process, path, mount.point);
		goto out;
	}
	if (asprintf(&directory, "%s%s", mount.point,
		     strcmp(path + skip, "/") ? path + skip : "") < 0) {
		report_error("out of memory");
		directory = NULL;
	}
out:
	free(path);
	mount_free(&mount);
	return directory;
}

/* The path of a cgroup for cgroup_make(), to be freed; NULL after an error. */
static char *path_below(const char *name, size_t *point)
{
	struct mount mount;
	char *path = NULL;
	const char *below;

	if (!find_mount(&mount)) {
		report_error("the cgroup v2 hierarchy is not mounted; mount it with \"mount -t cgroup2 cgroup2 /sys/fs/cgroup\"");
		return NULL;
	}
	*point = strlen(mount.point);
	below = name;
	if (!strncmp(name, mount.point, *point) &&
	    (!name[*point] || name[*point] == '/'))
		below += *point;
	below += strspn(below, "/");
	if (!*below)
		report_error("\"%s\" is the root of the hierarchy, which contains every process", name);
	else if (asprintf(&path, "%s/%s", mount.point, below) < 0)
		path = NULL;
	mount_free(&mount);

	return path;
}

/* Make @path and its parents below the mount point, which has @point bytes. */
static bool make_path(char *path, size_t point)
{
	char *slash;

	for (slash = strchr(path + point + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return false;
		*slash = '/';
	}

	return !mkdir(path, 0755) || errno == EEXIST;
}

int cgroup_make(const char *name)
{
	size_t point;
	char *path = path_below(name, &point);
	int fd = -1;

	if (path && !make_path(path, point))
		report_error("cannot make the cgroup \"%s\" (%s)", path,
			     strerror(errno));
	else if (path)
		fd = cgroup_open(path);
	free(path);

	return fd;
}

uint64_t cgroup_id(int directory)
{
	struct stat status;

	/* The number of a cgroup's inode is its id. */
	return fstat(directory, &status) ? 0 : status.st_ino;
}

int cgroup_parent(int directory)
{
	struct statfs fs;
	int fd;

	if (cgroup_id(directory) == CGROUP_ROOT_ID)
		return -1;
	fd = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* Above the mount point there is another file system. */
	if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		return fd;
	close(fd);

	return -1;
}

bool cgroup_exists(const char *name)
{
	size_t point;
	char *path = path_below(name, &point);
	bool exists = path && !access(path, F_OK);

	free(path);

	return exists;
}

static int write_file(int directory, const char *name, const char *text)
{
	int fd, error = 0;

	fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

int cgroup_enter(int directory)
{
	return write_file(directory, "cgroup.procs", "0");
}

/* Are there processes in the cgroup or below? 1, 0, or -1 after an error. */
static int populated(int events)
{
	char text[256];
	ssize_t length;

	length = pread(events, text, sizeof(text) - 1, 0);
	if (length < 0)
		return -1;
	text[length] = '\0';
	return strstr(text, "populated 1") != NULL;
}

/* Seconds that a killed process may take to end. */
#define PATIENCE	30

int cgroup_empty(int directory, const char *path, const sigset_t *signals)
{
	struct pollfd wait = { .events = POLLPRI };
	struct timespec now = { 0 };
	int state, error, seconds = 0;

	wait.fd = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (wait.fd < 0) {
		/* Another process has removed it: it was empty. */
		if (errno == ENOENT || errno == ENODEV)
			return 0;
		report_error("cannot read cgroup.events of %s (%s)", path,
			     strerror(errno));
		return -1;
	}
	while ((state = populated(wait.fd)) > 0) {
		/* Repeat it: processes can be moved in at any time. */
		error = write_file(directory, "cgroup.kill", "1");
		if (error) {
			report_error("cannot kill the processes left in %s (%s)",
				     path, strerror(error));
			break;
		}
		if (populated(wait.fd) <= 0 || poll(&wait, 1, 1000))
			continue;
		if (++seconds == 5)
			report_warning("waiting for the processes left in %s to end",
				       path);
		/* The kernel may hold a process for ever. */
		if (seconds == PATIENCE ||
		    sigtimedwait(signals, NULL, &now) > 0) {
			report_error("a process in %s cannot be killed", path);
			break;
		}
	}
	if (state < 0)
		report_error("cannot read cgroup.events of %s (%s)", path,
			     strerror(errno));
	close(wait.fd);
	return state ? -1 : 0;
}

/* Remove the cgroups that the command made below its own. */
static void remove_below(const char *path)
{
	struct dirent *entry;
	char *below;
	DIR *stream;

	stream = opendir(path);
	if (!stream)
		return;
	while ((entry = readdir(stream))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if (asprintf(&below, "%s/%s", path, entry->d_name) < 0)
			break;
		remove_below(below);
		rmdir(below);
		free(below);
	}
	closedir(stream);
}

int cgroup_remove(const char *path)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	int tries;

	/* rmdir() fails with EBUSY for a moment after the last process ends. */
	for (tries = 0; tries < REMOVE_TRIES; tries++) {
		if (!rmdir(path) || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		remove_below(path);
		nanosleep(&pause, NULL);
	}
	report_error("cannot remove the cgroup %s (%s)", path, strerror(errno));
	return -1;
}
