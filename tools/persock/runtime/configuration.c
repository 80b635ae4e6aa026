// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the configuration file of persock-runtime. oci_runtime.c calls it.
 */
#include "runtime/configuration.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define BLANKS	" \t\r\n"

/* Where the value of a key goes, or NULL. */
static char **place_of(struct configuration *configuration, const char *key)
{
	if (!strcmp(key, "runtime"))
		return &configuration->runtime;
	if (!strcmp(key, "personality"))
		return &configuration->personality;
	if (!strcmp(key, "docker-containers"))
		return &configuration->docker_containers;

	return NULL;
}

/* The text without blanks around it. */
static char *trimmed(char *text)
{
	size_t length;

	text += strspn(text, BLANKS);
	for (length = strlen(text); length && strchr(BLANKS, text[length - 1]);)
		text[--length] = '\0';

	return text;
}

static bool read_line(char *text, const char *where,
		      struct configuration *configuration)
{
	char *key = trimmed(text), *value = strchr(key, '='), **place;

	if (!*key || *key == '#')
		return true;
	if (!value) {
		report_error("%s: a line is \"key = value\"", where);
		return false;
	}
	*value++ = '\0';
	key = trimmed(key);
	value = trimmed(value);
	place = place_of(configuration, key);
	if (place && !*place && *value) {
		*place = need(strdup(value));
		return true;
	}
	if (!place)
		report_error("%s: unknown key \"%s\": there are runtime, personality and docker-containers",
			     where, key);
	else if (*place)
		report_error("%s: \"%s\" is listed twice", where, key);
	else
		report_error("%s: \"%s\" has no value", where, key);

	return false;
}

bool configuration_read(const char *file, struct configuration *configuration)
{
	const char *name = file ? file : CONFIGURATION_FILE;
	unsigned int number = 0;
	char *line = NULL, *where;
	size_t room = 0;
	bool good = true;
	FILE *from;

	*configuration = (struct configuration){};
	from = fopen(name, "re");
	if (!from && errno == ENOENT && !file)
		return true;
	if (!from) {
		report_error("%s: %s", name, strerror(errno));
		return false;
	}
	while (good && getline(&line, &room, from) >= 0) {
		if (asprintf(&where, "%s:%u", name, ++number) < 0)
			where = need(NULL);
		good = read_line(line, where, configuration);
		free(where);
	}
	if (good && ferror(from)) {
		report_error("%s: %s", name, strerror(errno));
		good = false;
	}
	free(line);
	fclose(from);

	return good;
}
