// SPDX-License-Identifier: GPL-2.0
/*
 * Writes errors to the log of an OCI runtime. oci_runtime.c calls it.
 */
#include "runtime/log.h"

#include <stdio.h>
#include <time.h>

#include <json-c/json.h>

#include "base/error.h"

static const char *log_file;
static bool log_json;

static const char *quoted(const char *text, struct json_object **string)
{
	*string = json_object_new_string(text);

	return json_object_to_json_string_ext(*string,
					      JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Where it cannot be written, stderr has to do. */
static void write_entry(const char *sentence)
{
	struct json_object *string;
	char now[32], text[640];
	FILE *log;
	time_t at = time(NULL);
	struct tm tm;

	snprintf(text, sizeof(text), "persock: %s", sentence);
	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
	log = fopen(log_file, "ae");
	if (!log)
		return;
	if (log_json)
		fprintf(log, "{\"level\":\"error\",\"msg\":%s,\"time\":\"%s\"}\n",
			quoted(text, &string), now);
	else
		fprintf(log, "time=\"%s\" level=error msg=%s\n", now,
			quoted(text, &string));
	json_object_put(string);
	fclose(log);
}

void log_open(const char *file, bool json)
{
	log_file = file;
	log_json = json;
	log_errors_by(write_entry);
}
