// SPDX-License-Identifier: GPL-2.0
/*
 * Watches a folder by inotify. The command apply calls it.
 */
#include "base/folder_events.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that is being written says so when it is closed. */
#define CHANGES	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | \
		 IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define LOST	(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

bool folder_events_open(struct folder_events *events, const char *path)
{
	*events = (struct folder_events){
		.path = path,
		.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC),
		.watch = -1,
	};

	return events->fd >= 0 && folder_events_watch(events);
}

void folder_events_close(struct folder_events *events)
{
	if (events->fd >= 0)
		close(events->fd);
}

bool folder_events_watch(struct folder_events *events)
{
	if (events->watch < 0)
		events->watch = inotify_add_watch(events->fd, events->path,
						  CHANGES);

	return events->watch >= 0;
}

/* A link is complete when it is made, other files are still empty then. */
static bool is_link(const struct folder_events *events, const char *name)
{
	struct stat status;
	bool link = false;
	char *path;

	if (asprintf(&path, "%s/%s", events->path, name) < 0)
		return true;
	if (!lstat(path, &status))
		link = S_ISLNK(status.st_mode) || status.st_nlink > 1;
	free(path);

	return link;
}

/*
 * A ConfigMap's files are links to "..data/FILE". "..data" is a link to a folder
 * with all of them, and is replaced when they change.
 */
static bool is_relevant(const char *name)
{
	size_t length = strlen(name);

	return !strcmp(name, "..data") ||
	       (*name != '.' && length > 5 &&
		!strcmp(name + length - 5, ".yaml"));
}

static bool read_event(struct folder_events *events,
		       const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (event->wd != events->watch)
		return false;
	if (event->mask & LOST) {
		inotify_rm_watch(events->fd, events->watch);
		events->watch = -1;
		return true;
	}
	if (!event->len || !is_relevant(event->name))
		return false;

	return !(event->mask & IN_CREATE) || is_link(events, event->name);
}

bool folder_events_read(struct folder_events *events)
{
	char buffer[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *event;
	bool changed = false;
	ssize_t length, at;

	while ((length = read(events->fd, buffer, sizeof(buffer))) > 0) {
		for (at = 0; at < length; at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)(buffer + at);
			changed |= read_event(events, event);
		}
	}

	return changed;
}
