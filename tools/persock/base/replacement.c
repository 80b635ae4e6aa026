// SPDX-License-Identifier: GPL-2.0
/*
 * Files that take the place of others at once. fmt.c and metrics.c call it.
 */
#include "base/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

bool replacement_begin(struct replacement *replacement, const char *path)
{
	int fd;

	replacement->path = path;
	if (asprintf(&replacement->other, "%s.XXXXXX", path) < 0)
		replacement->other = NULL;
	need(replacement->other);
	fd = mkostemp(replacement->other, O_CLOEXEC);
	replacement->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (replacement->file)
		return true;
	if (fd >= 0)
		unlink(replacement->other);
	free(replacement->other);

	return false;
}

bool replacement_end(struct replacement *replacement, bool good)
{
	int err;

	good = good && !fflush(replacement->file) && !ferror(replacement->file);
	err = errno;
	if (fclose(replacement->file) && good) {
		good = false;
		err = errno;
	}
	if (good && rename(replacement->other, replacement->path)) {
		good = false;
		err = errno;
	}
	if (!good)
		unlink(replacement->other);
	free(replacement->other);
	errno = err;

	return good;
}
