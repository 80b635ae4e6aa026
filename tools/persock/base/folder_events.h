/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tells when the policy files of a folder change, also if the folder is a mounted
 * ConfigMap of Kubernetes. The command apply waits for it.
 */
#ifndef _PERSOCK_BASE_FOLDER_EVENTS_H
#define _PERSOCK_BASE_FOLDER_EVENTS_H

#include <stdbool.h>

/**
 * struct folder_events - a folder that is watched
 * @path: its path
 * @fd: becomes readable when something happens
 * @watch: the folder's watch; negative: it is not watched
 */
struct folder_events {
	const char *path;
	int fd;
	int watch;
};

/* False sets errno. */
bool folder_events_open(struct folder_events *events, const char *path);
void folder_events_close(struct folder_events *events);

/*
 * Watch the folder, if it is not watched: it may have been removed and made
 * again. False sets errno.
 */
bool folder_events_watch(struct folder_events *events);

/* Read what has happened. True: a policy file may have changed. */
bool folder_events_read(struct folder_events *events);

#endif
