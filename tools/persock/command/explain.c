// SPDX-License-Identifier: GPL-2.0
/*
 * persock explain: prints the verdict of a policy on an operation, or of all
 * layers of a cgroup, and the line that decides. main.c calls it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/answer.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/explain_layers.h"
#include "command/question.h"
#include "command/source.h"
#include "command/stack.h"
#include "policy_file/mode_name.h"
#include "policy_file/names.h"
#include "policy_file/resolver.h"

/**
 * struct explain - a run of the command
 * @cgroup: the cgroup whose layers are asked, or NULL
 * @sources: the arguments that specified policies, if @cgroup is NULL
 * @nr_sources: length of @sources; several are layers, the outermost first
 * @stack: the layers of the cgroup, or several policies
 * @draft: one policy
 * @expect: the answer that is expected, or NULL
 */
struct explain {
	const char *cgroup;
	char **sources;
	unsigned int nr_sources;
	struct stack stack;
	struct draft draft;
	const char *expect;
};

/*
 * An address is never judged if the socket cannot be created: warn where the
 * answer would mislead. Returns the errno, or 0.
 */
static int judge_its_socket(const struct draft *draft,
			    const struct question *question)
{
	struct kind kinds[QUESTION_KINDS];
	unsigned int nr = question_kinds(question, kinds), i;
	struct judgement judgement;
	int verdict = 0;

	/* The kind of a request for a socket is what is judged anyway. */
	if (nr < 2)
		return 0;
	for (i = 0; i < nr; i++) {
		judge_socket(draft, kinds[i].family, kinds[i].type,
			     kinds[i].protocol, &judgement);
		if (!judgement.verdict)
			return 0;
		if (!i)
			verdict = judgement.verdict;
	}
	if (!json_wanted)
		report_warning("note: a %s socket of %s cannot be created: %s",
			       question_kind_name(&kinds[0]),
			       name_of(NAME_FAMILY, 0, kinds[0].family),
			       name_of(NAME_ERRNO, 0, -verdict));

	return verdict;
}

static void print_answer(const struct explain *explain,
			 const struct question *question,
			 const struct judgement *judgement)
{
	int i;

	for (i = 0; i < question->nr; i++) {
		text_print(stdout, question->words[i]);
		putchar(i + 1 < question->nr ? ' ' : ':');
	}
	putchar(' ');
	answer_print_verdict(judgement);
	fputs(" (", stdout);
	answer_print_place(explain->sources[0], &explain->draft, judgement);
	putchar(')');
	if (explain->draft.policy.mode != PERSOCK_MODE_ENFORCE &&
	    judgement->verdict && !judgement->always)
		printf(", but mode %s lets it pass",
		       mode_name(explain->draft.policy.mode));
	putchar('\n');
}

static void print_json(const struct explain *explain,
		       const struct question *question,
		       const struct judgement *judgement)
{
	int i;

	json_start(stdout);
	json_object(NULL);
	json_string("operation", question->words[0]);
	json_array("arguments");
	for (i = 1; i < question->nr; i++)
		json_string(NULL, question->words[i]);
	json_array_end();
	answer_json_verdict(judgement->verdict);
	json_string("mode", mode_name(explain->draft.policy.mode));
	answer_json_place(judgement);
	if (judgement->socket)
		json_string("socket", answer_verdict(judgement->socket));
	json_object_end();
	json_finish();
}

/* --expect: allow, ignore, deny (for any errno), or the name of an errno. */
static int parse_expect(struct explain *explain, const char *text)
{
	int64_t number;

	if (strcmp(text, "allow") && strcmp(text, "ignore") &&
	    strcmp(text, "deny") && !name_value(NAME_ERRNO, 0, text, &number))
		return usage_error("--expect takes allow, ignore, deny or an errno, not \"%s\"",
				   text);
	explain->expect = text;

	return 0;
}

static int compare(const struct explain *explain,
		   const struct question *question, int verdict)
{
	const char *wanted = explain->expect;
	char text[256] = "";
	int64_t number;
	size_t end = 0;
	int i;

	if (!wanted || !strcmp(wanted, answer_verdict(verdict)) ||
	    (verdict < 0 && (!strcmp(wanted, "deny") ||
			     (name_value(NAME_ERRNO, 0, wanted, &number) &&
			      number == -verdict))))
		return 0;

	for (i = 0; i < question->nr && end < sizeof(text); i++)
		end += snprintf(text + end, sizeof(text) - end, "%s%s",
				i ? " " : "", question->words[i]);

	return report_error("%s: %s was expected, not %s", text, wanted,
			    answer_verdict(verdict));
}

static int answer(const struct explain *explain,
		  const struct question *question)
{
	struct judgement judgement;
	int status, verdict;

	if (explain->stack.nr) {
		status = explain_layers(&explain->stack, question, &verdict);
		return status ?: compare(explain, question, verdict);
	}
	status = question_judge(question, &explain->draft, &judgement);
	if (status)
		return status;
	judgement.socket = judge_its_socket(&explain->draft, question);
	if (json_wanted)
		print_json(explain, question, &judgement);
	else
		print_answer(explain, question, &judgement);

	/* What cannot be created cannot be used. */
	return compare(explain, question,
		       judgement.verdict ?: judgement.socket);
}

#define WORDS_MAX	64

/*
 * "-": read an operation from each line. The first error ends the command, but
 * another answer than the expected one does not.
 */
static int answer_all(const struct explain *explain, struct question *question)
{
	char *words[WORDS_MAX], *line = NULL, *rest, *word;
	int status = 0, result = 0;
	size_t size = 0;

	question->words = words;
	while (status != EXIT_USAGE && getline(&line, &size, stdin) >= 0) {
		question->nr = 0;
		rest = line;
		while ((word = strsep(&rest, " \t\n")) &&
		       question->nr < WORDS_MAX) {
			if (*word)
				words[question->nr++] = word;
		}
		if (question->nr)
			status = answer(explain, question);
		result = status ?: result;
	}
	free(line);

	return result;
}

/* Several policies end at "--"; behind one policy it may be left out. */
static void find_sources(struct explain *explain, int argc, char **argv)
{
	int end = optind;

	explain->sources = argv + optind;
	while (end < argc && strcmp(argv[end], "--"))
		end++;
	explain->nr_sources = end < argc ? end - optind : optind < argc;
	optind += explain->nr_sources;
	if (optind < argc && !strcmp(argv[optind], "--"))
		optind++;
}

static int parse_options(struct explain *explain, struct question *question,
			 int argc, char **argv)
{
	static const struct option options[] = {
		{ "cgroup",	required_argument, NULL, 'c' },
		{ "expect",	required_argument, NULL, 'e' },
		{ "family",	required_argument, NULL, 'f' },
		{ "json",	no_argument, NULL, 'j' },
		{ "peer",	required_argument, NULL, 'P' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ "type",	required_argument, NULL, 't' },
		{ }
	};
	int option, status = 0;

	while ((option = getopt_long(argc, argv, "+:j", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'c':
			explain->cgroup = optarg;
			break;
		case 'e':
			status = parse_expect(explain, optarg);
			break;
		case 'f':
			status = question_family(question, optarg);
			break;
		case 'P':
			status = question_peer(question, optarg);
			break;
		case 't':
			status = question_type(question, optarg);
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			status = option_error(option, argv);
		}
		if (status)
			return status;
	}
	/* getopt_long() has skipped the "--" behind options. */
	if (!explain->cgroup)
		find_sources(explain, argc, argv);
	question->words = argv + optind;
	question->nr = argc - optind;
	if (question->nr > 0 && (explain->cgroup || explain->nr_sources))
		return 0;
	if (explain->cgroup)
		return usage_error("explain needs an operation: persock explain --cgroup CGROUP -- OPERATION [ARGUMENT]...");

	return usage_error("explain needs a policy and an operation: persock explain FILE|PERSONALITY -- OPERATION [ARGUMENT]...");
}

static int read_policy(struct explain *explain)
{
	if (explain->cgroup)
		return stack_read(&explain->stack, explain->cgroup);
	if (explain->nr_sources > 1)
		return stack_read_policies(&explain->stack, explain->sources,
					   explain->nr_sources);

	if (!source_read(&explain->draft, explain->sources[0]))
		return EXIT_FAILURE;
	resolver_resolve(&explain->draft);

	return 0;
}

int explain_command(int argc, char **argv)
{
	struct question question = { .family = AF_INET };
	struct explain explain = { 0 };
	int status;

	status = parse_options(&explain, &question, argc, argv);
	if (status)
		return status;
	status = read_policy(&explain);
	if (!status && question.nr == 1 && !strcmp(question.words[0], "-"))
		status = answer_all(&explain, &question);
	else if (!status)
		status = answer(&explain, &question);
	stack_free(&explain.stack);
	draft_free(&explain.draft);

	return status;
}
