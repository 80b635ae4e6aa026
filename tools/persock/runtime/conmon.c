// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the name of a container from the command line of conmon.
 */
#include "runtime/conmon.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* A file of the process that has started this one, or NULL. */
static FILE *file_of_parent(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)getppid(), name);

	return fopen(path, "re");
}

static bool is_conmon(void)
{
	char name[32] = "";
	FILE *file = file_of_parent("comm");

	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);

	return !strcmp(name, "conmon\n");
}

char *conmon_container(void)
{
	char *word = NULL, *name = NULL;
	FILE *file = is_conmon() ? file_of_parent("cmdline") : NULL;
	bool next = false;
	size_t room = 0;

	if (!file)
		return NULL;
	while (!name && getdelim(&word, &room, '\0', file) >= 0) {
		if (next)
			name = need(strdup(word));
		next = !strcmp(word, "-n") || !strcmp(word, "--name");
	}
	free(word);
	fclose(file);

	return name;
}
