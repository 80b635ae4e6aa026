// SPDX-License-Identifier: GPL-2.0
/*
 * Follows the symbolic links of a path. The commands explain and check call it.
 */
#include "policy_file/real_path.h"

#include <stdlib.h>
#include <string.h>

bool real_path_differs(const char *path, char *real)
{
	char begin[PATH_MAX], whole[PATH_MAX], *slash;
	size_t length = strlen(path);

	if (length >= sizeof(begin) || !strcmp(path, "/"))
		return false;
	strcpy(begin, path);
	/* The longest part that exists. */
	while (!realpath(begin, whole)) {
		slash = strrchr(begin, '/');
		if (!slash || slash == begin)
			return false;
		*slash = '\0';
	}
	length = strlen(begin);
	if (strlen(whole) + strlen(path + length) >= PATH_MAX)
		return false;
	strcpy(real, strcmp(whole, "/") ? whole : "");
	strcat(real, path + length);

	return strcmp(real, path) != 0;
}
