// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a policy that was made of recorded facts, with a comment on each:
 * how often, by which programs, and when first. record.c calls it.
 */
#include "command/record_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/fold.h"
#include "base/text.h"
#include "policy_file/draft.h"
#include "policy_file/fact.h"
#include "policy_file/names.h"
#include "policy_file/recorded.h"

#define NSEC_PER_SEC	UINT64_C(1000000000)

static unsigned int append(char *text, size_t size, unsigned int used,
			   const char *more)
{
	int length = snprintf(text + used, size - used, "%s", more);

	return min_t(unsigned int, used + length, size - 1);
}

/* The names of programs come from the recorded programs. */
static unsigned int append_comm(char *text, size_t size, unsigned int used,
				const char *comm)
{
	char *clean = NULL;
	size_t length;
	FILE *memory = need(open_memstream(&clean, &length));

	text_print(memory, comm);
	if (fclose(memory))
		need(NULL);
	used = append(text, size, used, ", ");
	used = append(text, size, used, clean);
	free(clean);

	return used;
}

/* "3 times, curl, git; first after 1.2 s" */
static const char *describe(unsigned int number, void *data)
{
	static char text[256];
	const struct record_file *file = data;
	const struct fact *fact;
	unsigned int used, i;
	uint64_t after;

	if (!number || number > file->recorded->nr)
		return NULL;
	fact = &file->recorded->facts[number - 1];
	after = fact->first > file->begun ? fact->first - file->begun : 0;
	used = snprintf(text, sizeof(text), "%" PRIu64 " time%s", fact->count,
			fact->count == 1 ? "" : "s");
	if (fact->section == PERSOCK_SECTION_CONNECT &&
	    !fact->endpoint.port && fact->protocol == IPPROTO_UDP)
		used = append(text, sizeof(text), used,
			      fact->endpoint.family ? ", nothing sent" :
						      ", only asked for");
	for (i = 0; i < FACT_COMMS && *fact->comms[i]; i++)
		used = append_comm(text, sizeof(text), used, fact->comms[i]);
	snprintf(text + used, sizeof(text) - used,
		 "; first after %" PRIu64 ".%" PRIu64 " s",
		 after / NSEC_PER_SEC, after % NSEC_PER_SEC * 10 / NSEC_PER_SEC);

	return text;
}

/* Facts that have become rules; limits are no facts of their own. */
static unsigned int nr_of_facts(const struct record_file *file)
{
	unsigned int i, nr = 0;

	for (i = 0; i < file->recorded->nr; i++) {
		const struct fact *fact = &file->recorded->facts[i];

		nr += !fact->dropped &&
		      fact->section != PERSOCK_SECTION_LIMITS;
	}

	return nr;
}

static void write_head(const struct record_file *file, FILE *stream)
{
	time_t now = time(NULL);
	char date[32];

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", gmtime(&now));
	fputs("# Recorded by persock record: ", stream);
	text_print(stream, file->what);
	fprintf(stream, ", %s, %u facts.\n", date, nr_of_facts(file));
	if (file->lost)
		fprintf(stream, "# NOT COMPLETE: of %" PRIu64 " calls no fact was kept, as there were too many.\n",
			file->lost);
	if (file->extent == DRAFT_BRIEF)
		fputs("# What is not listed is denied.\n", stream);
	fputc('\n', stream);
}

void record_file_write(const struct record_file *file, FILE *stream)
{
	write_head(file, stream);
	draft_print_remarks(file->recorded->draft, stream, describe,
			    (void *)file, file->extent);
}

static const char *mark(unsigned int number, void *data)
{
	static char text[256 + 8];
	const char *described = describe(number, data);

	if (!described)
		return NULL;
	snprintf(text, sizeof(text), "\001%s", described);

	return text;
}

void record_file_difference(const struct record_file *file)
{
	char *text = NULL, *line, *rest, *found;
	size_t size;
	FILE *memory = need(open_memstream(&text, &size));

	draft_print_remarks(file->recorded->draft, memory, mark, (void *)file,
			    file->extent);
	if (fclose(memory))
		need(NULL);
	fold_choose(stderr, FOLD_MARKED);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		found = strchr(line, '\001');
		if (!found)
			continue;
		memmove(found, found + 1, strlen(found));
		fprintf(stderr, "+ %s\n", line);
	}
	fold_choose(stderr, FOLD_TEXT);
	free(text);
}

static void warn_opened(const struct fact *fact, const char *section)
{
	if (fact)
		report_warning("%s leads around rules on addresses: section %s allows everything",
			       name_of_option(fact->section ==
					      PERSOCK_SECTION_OPTIONS_GET ||
					      fact->section ==
					      PERSOCK_SECTION_OPTIONS_SET ?
					      NAME_OPTION : NAME_CONTROL,
					      fact->level, fact->name),
			       section);
}

void record_file_warn(const struct record_file *file)
{
	const struct recorded *recorded = file->recorded;

	if (file->lost)
		report_warning("the record is not complete: of %" PRIu64 " calls no fact was kept, as there were too many",
			       file->lost);
	if (!recorded->nr)
		report_warning("nothing was recorded: only sockets that are created during the recording count");
	warn_opened(recorded->opened[0], "connect");
	warn_opened(recorded->opened[1], "bind");
	if (recorded->pathless)
		report_warning("an AF_UNIX socket was used whose file has no path in the initial mount namespace: no rule can name it, so unix allows it only by \"peer\" or its default");
	if (recorded->any_query)
		report_warning("a host that was asked for has a name that no rule can have: every DNS query is allowed");
}
