/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of local peers do: names of AF_UNIX sockets, and calls that
 * use them.
 */
#ifndef SELFTESTS_LOCAL_H
#define SELFTESTS_LOCAL_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "path.h"

#define UNIX_CONNECT	PERSOCK_SECTION_UNIX_CONNECT
#define UNIX_BIND	PERSOCK_SECTION_UNIX_BIND

/* A path, or "@" and an abstract name; returns the length of the address. */
static inline socklen_t local_name(struct sockaddr_un *address, const char *name)
{
	size_t length = strlen(name);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, length);
	if (*name != '@')
		return offsetof(struct sockaddr_un, sun_path) + length + 1;
	address->sun_path[0] = '\0';

	return offsetof(struct sockaddr_un, sun_path) + length;
}

/* Bind a socket to a name; 0 or -errno. */
static inline int local_bind(int fd, const char *name)
{
	struct sockaddr_un address;
	socklen_t length = local_name(&address, name);

	return bind(fd, (struct sockaddr *)&address, length) ? -errno : 0;
}

/* A new socket that is bound, and listens unless it is SOCK_DGRAM. */
static inline int local_server(int type, const char *name)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (*name == '/')
		unlink(name);
	if (local_bind(fd, name) || (type != SOCK_DGRAM && listen(fd, 64))) {
		int err = -errno;

		close(fd);
		return err;
	}

	return fd;
}

static inline int local_connect_fd(int fd, const char *name)
{
	struct sockaddr_un address;
	socklen_t length = local_name(&address, name);

	return connect(fd, (struct sockaddr *)&address, length) ? -errno : 0;
}

/* Connect a new socket; 0 or -errno. */
static inline int local_connect(int type, const char *name)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = local_connect_fd(fd, name);
	close(fd);

	return err;
}

/* Send a byte to a name; 0 or -errno. */
static inline int local_send_fd(int fd, const char *name)
{
	struct sockaddr_un address;
	socklen_t length = local_name(&address, name);

	return sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (struct sockaddr *)&address, length) == 1 ? 0 : -errno;
}

static inline int local_send(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = local_send_fd(fd, name);
	close(fd);

	return err;
}

static const char *local_folder;

static inline void local_remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", local_folder);
	if (system(command))
		fprintf(stderr, "# %s stays\n", local_folder);
}

/* Run tests whose sockets are in a folder, which goes with them. */
static inline int local_main(int argc, char **argv, const char *folder)
{
	static const char * const none[] = { NULL };
	char command[128];

	snprintf(command, sizeof(command), "mkdir -p %s/sub", folder);
	if (system(command))
		fprintf(stderr, "# no folder %s\n", folder);
	local_folder = folder;
	/* The harness ends the program. */
	atexit(local_remove_folder);

	return path_main(argc, argv, none);
}

#endif /* SELFTESTS_LOCAL_H */
