/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a path leads on this machine: a policy judges that path of a socket, not
 * the one with symbolic links. The commands explain and check call it.
 */
#ifndef _PERSOCK_POLICY_FILE_REAL_PATH_H
#define _PERSOCK_POLICY_FILE_REAL_PATH_H

#include <limits.h>
#include <stdbool.h>

/*
 * Does an absolute path go through a symbolic link? Then @real, of PATH_MAX
 * bytes, is where it leads. Parts that do not exist lead nowhere else.
 */
bool real_path_differs(const char *path, char *real);

#endif
