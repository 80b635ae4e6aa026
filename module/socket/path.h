/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths of files as the initial mount namespace names them. local.c names the
 * files of AF_UNIX sockets so.
 */
#ifndef _PERSOCK_PATH_H
#define _PERSOCK_PATH_H

#include <linux/path.h>
#include <linux/types.h>

struct qstr;

bool persock_path_root(struct path *root);
bool persock_path_rooted(void);
unsigned int persock_path_length(const struct path *file, const char *path,
				 const char *end);
int persock_path_name(const struct path *file, const struct qstr *last,
		      const struct path *root, char *memory, unsigned int size,
		      const char **name);

#endif /* _PERSOCK_PATH_H */
