// SPDX-License-Identifier: GPL-2.0
/*
 * persock explain: prints the verdict of a policy on an operation, and the line
 * that decides. main.c calls it.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "base/word.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/source.h"
#include "policy_file/judge.h"
#include "policy_file/names.h"
#include "policy_file/section_name.h"

/**
 * struct question - an operation to be judged
 * @draft: the policy
 * @source: the argument that specified the policy
 * @family: family of the sockets
 * @words: the operation and its arguments
 * @nr: length of @words
 */
struct question {
	struct draft draft;
	const char *source;
	int family;
	char **words;
	int nr;
};

static int no_name(enum name_kind kind, const char *what, const char *text)
{
	const char *like = name_like(kind, 0, text);

	return usage_error("\"%s\" is not %s%s%s%s", text, what,
			   like ? ": did you mean " : "", like ?: "",
			   like ? "?" : "");
}

static int read_name(enum name_kind kind, const char *what, const char *text,
		     int *value)
{
	int64_t number;

	if (!name_value(kind, 0, text, &number) || number < 0 ||
	    number > S32_MAX)
		return no_name(kind, what, text);
	*value = number;

	return 0;
}

static int wants(const struct question *question, int least, int most,
		 const char *arguments)
{
	if (question->nr - 1 >= least && question->nr - 1 <= most)
		return 0;

	return usage_error("%s is written \"%s%s%s\"", question->words[0],
			   question->words[0], *arguments ? " " : "", arguments);
}

/* "socket" or "pair": the rules of sockets judge a pair first. */
static int ask_socket(struct question *question, struct judgement *judgement)
{
	int family, type, protocol = 0, status;
	bool pair = !strcmp(question->words[0], "pair");

	status = wants(question, 2, 3, "FAMILY TYPE [PROTOCOL]");
	if (!status)
		status = read_name(NAME_FAMILY, "a family", question->words[1],
				   &family);
	if (!status)
		status = read_name(NAME_TYPE, "a socket type",
				   question->words[2], &type);
	if (!status && question->nr > 3)
		status = read_name(NAME_PROTOCOL, "a protocol",
				   question->words[3], &protocol);
	if (status)
		return status;
	judge_socket(&question->draft, family, type, protocol, judgement);
	if (pair && !judgement->verdict)
		judge_default(&question->draft, PERSOCK_SECTION_PAIR,
			      persock_class_of(family), judgement);

	return 0;
}

/* Does the protocol have ports? */
static bool has_ports(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

/* ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. */
static int read_endpoint(const char *text, bool wants_port,
			 struct persock_endpoint *endpoint)
{
	const char *port = NULL, *end = text + strlen(text);
	const char *colon = strrchr(text, ':');
	char address[64], *rest;
	unsigned long value;

	if (*text == '[') {
		end = strchr(text++, ']');
		if (!end || (end[1] && end[1] != ':'))
			return usage_error("\"[%s\" is no address", text);
		port = end[1] ? end + 2 : NULL;
	} else if (colon && colon == strchr(text, ':')) {
		end = colon;
		port = colon + 1;
	}
	memset(endpoint, 0, sizeof(*endpoint));
	snprintf(address, sizeof(address), "%.*s", (int)(end - text), text);
	endpoint->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(endpoint->family, address, endpoint->address) != 1)
		return usage_error("\"%s\" is no address: 10.1.2.3:443 and [2001:db8::1]:443 are",
				   address);
	if (!port && wants_port)
		return usage_error("\"%s\" has no port: 10.1.2.3:443 and [2001:db8::1]:443 do",
				   address);
	if (!port)
		return 0;
	value = strtoul(port, &rest, 10);
	if (*port < '0' || *port > '9' || *rest || value > U16_MAX)
		return usage_error("\"%s\" is no port: a number from 0 to 65535",
				   port);
	endpoint->port = value;

	return 0;
}

static int type_of(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SCTP:
		return SOCK_STREAM;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return SOCK_DGRAM;
	case IPPROTO_DCCP:
		return SOCK_DCCP;
	default:
		return SOCK_RAW;
	}
}

/*
 * An address is never judged if the socket cannot be created: warn where the
 * answer would mislead.
 */
static void judge_its_socket(const struct question *question, int family,
			     int protocol, struct judgement *asked)
{
	struct { int type, protocol; } kinds[] = {
		{ type_of(protocol), protocol },
		/* Protocol 0 requests the default of the type. */
		{ type_of(protocol), protocol == IPPROTO_TCP ||
				     protocol == IPPROTO_UDP ||
				     protocol == IPPROTO_DCCP ? 0 : protocol },
		{ protocol == IPPROTO_SCTP ? SOCK_SEQPACKET : SOCK_RAW,
		  protocol },
		{ SOCK_RAW, protocol },
	};
	struct judgement judgement, other;
	size_t i;

	judge_socket(&question->draft, family, kinds[0].type, protocol,
		     &judgement);
	for (i = 1; judgement.verdict && i < ARRAY_SIZE(kinds); i++) {
		judge_socket(&question->draft, family, kinds[i].type,
			     kinds[i].protocol, &other);
		if (!other.verdict)
			return;
	}
	asked->socket = judgement.verdict;
	if (judgement.verdict && !json_wanted)
		report_warning("note: a %s socket of %s cannot be created: %s",
			       name_of(NAME_PROTOCOL, 0, protocol),
			       name_of(NAME_FAMILY, 0, family),
			       name_of(NAME_ERRNO, 0, -judgement.verdict));
}

static int ask_address(struct question *question, struct judgement *judgement)
{
	enum persock_section section = PERSOCK_SECTION_CONNECT;
	struct persock_endpoint endpoint;
	int protocol, status;

	if (!strcmp(question->words[0], "bind"))
		section = PERSOCK_SECTION_BIND;
	else if (!strcmp(question->words[0], "accept"))
		section = PERSOCK_SECTION_ACCEPT;
	status = wants(question, 2, 2, "PROTOCOL ADDRESS:PORT");
	if (!status)
		status = read_name(NAME_PROTOCOL, "a protocol",
				   question->words[1], &protocol);
	if (!status)
		status = read_endpoint(question->words[2],
				       section == PERSOCK_SECTION_CONNECT &&
				       has_ports(protocol), &endpoint);
	if (status)
		return status;
	judge_address(&question->draft, section, &endpoint, protocol,
		      judgement);
	if (judgement->unsent && !strcmp(question->words[0], "connect")) {
		static char remark[128];

		snprintf(remark, sizeof(remark),
			 "as long as nothing is sent: a send to it is %s",
			 name_of(NAME_ERRNO, 0, -judgement->verdict));
		judgement->remark = remark;
		judgement->verdict = PERSOCK_ALLOW;
	}
	judge_its_socket(question, endpoint.family, protocol, judgement);

	return 0;
}

static int ask_listen(struct question *question, struct judgement *judgement)
{
	struct persock_endpoint any = { .family = question->family };
	int status = wants(question, 0, 0, "");
	struct judgement bound;

	if (status)
		return status;
	judge_default(&question->draft, PERSOCK_SECTION_LISTEN,
		      persock_class_of(question->family), judgement);
	if (judgement->verdict ||
	    persock_class_of(question->family) != PERSOCK_CLASS_INET)
		return 0;
	/* It binds what is not bound: see persock_endpoint_listen(). */
	judge_address(&question->draft, PERSOCK_SECTION_BIND, &any, IPPROTO_TCP,
		      &bound);
	if (bound.verdict)
		judgement->remark =
			"denied where nothing was bound, as a bind to port 0 is";

	return 0;
}

static int read_option(enum name_kind kind, const char *text, int *level,
		       int *name)
{
	const char *slash = strchr(text, '/'), *like;
	int64_t number;
	char part[64];

	if (name_option_value(kind, text, level, name))
		return 0;
	if (!slash)
		return usage_error("\"%s\" is not LEVEL/NAME, such as SOL_SOCKET/SO_ERROR",
				   text);
	snprintf(part, sizeof(part), "%.*s", (int)(slash - text), text);
	if (!name_value(NAME_LEVEL, 0, part, &number))
		return no_name(NAME_LEVEL, "a level", part);
	like = name_like(kind, number, slash + 1);
	if (!like && kind == NAME_CONTROL)
		like = name_like(NAME_OPTION, number, slash + 1);

	return usage_error("\"%s\" is no name of level %s%s%s%s", slash + 1, part,
			   like ? ": did you mean " : "", like ?: "",
			   like ? "?" : "");
}

static int ask_option(struct question *question, struct judgement *judgement)
{
	bool get = question->words[0][0] == 'g';
	int level, name, size = -1, status;

	status = wants(question, 1, 2, "LEVEL/NAME [LENGTH]");
	if (!status)
		status = read_option(NAME_OPTION, question->words[1], &level,
				     &name);
	if (!status && question->nr > 2)
		status = read_name(-1, "a length", question->words[2], &size);
	if (!status)
		judge_option(&question->draft,
			     get ? PERSOCK_SECTION_OPTIONS_GET :
				   PERSOCK_SECTION_OPTIONS_SET,
			     question->family, level, name, size, judgement);

	return status;
}

static int ask_control(struct question *question, struct judgement *judgement)
{
	bool received = !strncmp(question->words[0], "received-", 9);
	int level, name, status;

	status = wants(question, 1, 1, "LEVEL/NAME");
	if (!status)
		status = read_option(NAME_CONTROL, question->words[1], &level,
				     &name);
	if (status)
		return status;
	if (received)
		judge_control_receive(&question->draft, question->family,
				      level, name, judgement);
	else
		judge_control_send(&question->draft, question->family, level,
				   name, judgement);

	return 0;
}

/* FLAG..., or FLAG|FLAG. */
static int ask_flags(struct question *question, struct judgement *judgement)
{
	bool send = !strcmp(question->words[0], "send");
	int i, value = 0, status;
	u32 flags = 0;

	/* Without flags there is nothing to judge. */
	status = wants(question, 1, PERSOCK_NR_FLAGS, "FLAG...");
	for (i = 1; !status && i < question->nr; i++) {
		/* The answer prints the words: split a copy. */
		char *copy = strdup(question->words[i]), *rest = copy, *word;

		if (!copy)
			return report_error("out of memory");
		while (!status && (word = strsep(&rest, "|,"))) {
			status = read_name(NAME_FLAG, "a flag", word, &value);
			if (!status)
				flags |= value;
		}
		free(copy);
	}
	if (!status)
		judge_flags(&question->draft,
			    send ? PERSOCK_SECTION_FLAGS_SEND :
				   PERSOCK_SECTION_FLAGS_RECEIVE,
			    persock_class_of(question->family), flags,
			    judgement);

	return status;
}

static int ask_ioctl(struct question *question, struct judgement *judgement)
{
	int64_t command;
	int status = wants(question, 1, 1, "COMMAND");

	if (status)
		return status;
	if (!name_value(NAME_IOCTL, 0, question->words[1], &command) ||
	    command < 0 || command > U32_MAX)
		return no_name(NAME_IOCTL, "an ioctl", question->words[1]);
	judge_ioctl(&question->draft, persock_class_of(question->family),
		    command, judgement);

	return 0;
}

static int ask_mmap(struct question *question, struct judgement *judgement)
{
	int status = wants(question, 0, 0, "");

	if (!status)
		judge_default(&question->draft, PERSOCK_SECTION_MMAP,
			      persock_class_of(question->family), judgement);

	return status;
}

static const struct operation {
	const char *name;
	int (*ask)(struct question *question, struct judgement *judgement);
} operations[] = {
	{ "socket",		ask_socket },
	{ "pair",		ask_socket },
	{ "connect",		ask_address },
	{ "sendto",		ask_address },
	{ "bind",		ask_address },
	{ "accept",		ask_address },
	{ "listen",		ask_listen },
	{ "getsockopt",		ask_option },
	{ "setsockopt",		ask_option },
	{ "send",		ask_flags },
	{ "recv",		ask_flags },
	{ "control",		ask_control },
	{ "received-control",	ask_control },
	{ "ioctl",		ask_ioctl },
	{ "mmap",		ask_mmap },
};

static int ask(struct question *question, struct judgement *judgement)
{
	const char *words[ARRAY_SIZE(operations)], *like;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		words[i] = operations[i].name;
		if (!strcmp(words[i], question->words[0]))
			return operations[i].ask(question, judgement);
	}
	like = word_like(words, ARRAY_SIZE(operations), question->words[0]);

	return usage_error("explain knows no operation \"%s\"%s%s%s",
			   question->words[0], like ? ": did you mean " : "",
			   like ?: "", like ? "?" : "");
}

static const char *verdict_name(int verdict)
{
	if (verdict == PERSOCK_ALLOW)
		return "allow";
	if (verdict == PERSOCK_IGNORE)
		return "ignore";

	return name_of(NAME_ERRNO, 0, -verdict);
}

static bool decided_by_default(const struct judgement *judgement)
{
	return !judgement->rule && judgement->section != PERSOCK_SECTION_LIMITS;
}

/* "web.yaml:27", or what is known of it. */
static void print_place(const struct question *question,
			const struct judgement *judgement)
{
	bool file = source_is_file(question->source);
	bool flags = persock_section_is_flags(judgement->section);

	if (judgement->line && file) {
		text_print(stdout, source_name(question->source));
		printf(":%u", judgement->line);
		if (judgement->rule && !judgement->flag)
			goto address;
		fputs(", ", stdout);
	}
	if (decided_by_default(judgement))
		printf("default of %s", section_name(judgement->section));
	else if (judgement->rule && !flags)
		printf("rule %u of %s", judgement->rule,
		       section_name(judgement->section));
	else
		fputs(section_name(judgement->section), stdout);
	if (judgement->flag)
		printf(", %s", name_of(NAME_FLAG, 0, judgement->flag));
	if (judgement->line && !file)
		printf(", line %u", judgement->line);
	if (!judgement->line && file) {
		if (*question->draft.base) {
			fputs(", from base ", stdout);
			text_print(stdout, question->draft.base);
		} else {
			fputs(", which the file does not specify", stdout);
		}
	}
address:
	if (judgement->address)
		printf("; judged as %s", judgement->address);
	if (judgement->remark)
		printf("; %s", judgement->remark);
}

static void print_answer(const struct question *question,
			 const struct judgement *judgement)
{
	bool audit = question->draft.policy.mode == PERSOCK_MODE_AUDIT;
	int i;

	for (i = 0; i < question->nr; i++) {
		text_print(stdout, question->words[i]);
		putchar(i + 1 < question->nr ? ' ' : ':');
	}
	printf(" %s (", verdict_name(judgement->verdict));
	print_place(question, judgement);
	putchar(')');
	if (audit && judgement->verdict && !judgement->always)
		fputs(", but mode audit lets it pass", stdout);
	putchar('\n');
}

static void print_json(const struct question *question,
		       const struct judgement *judgement)
{
	bool audit = question->draft.policy.mode == PERSOCK_MODE_AUDIT;
	int i;

	json_start(stdout);
	json_object(NULL);
	json_string("operation", question->words[0]);
	json_array("arguments");
	for (i = 1; i < question->nr; i++)
		json_string(NULL, question->words[i]);
	json_array_end();
	json_string("verdict", judgement->verdict < 0 ? "deny" :
		    verdict_name(judgement->verdict));
	if (judgement->verdict < 0) {
		json_i64("errno", -judgement->verdict);
		json_string("errno_name", verdict_name(judgement->verdict));
	}
	json_string("mode", audit ? "audit" : "enforce");
	json_string("section", section_name(judgement->section));
	json_bool("default", decided_by_default(judgement));
	if (judgement->rule && !persock_section_is_flags(judgement->section))
		json_u64("rule", judgement->rule);
	if (judgement->line)
		json_u64("line", judgement->line);
	if (judgement->flag)
		json_string("flag", name_of(NAME_FLAG, 0, judgement->flag));
	if (judgement->address)
		json_string("judged_as", judgement->address);
	if (judgement->remark)
		json_string("remark", judgement->remark);
	if (judgement->socket)
		json_string("socket", verdict_name(judgement->socket));
	json_object_end();
	json_finish();
}

static int parse_options(struct question *question, int argc, char **argv)
{
	static const struct option options[] = {
		{ "family",	required_argument, NULL, 'f' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option, status = 0;

	while ((option = getopt_long(argc, argv, "+:jp", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'f':
			status = read_name(NAME_FAMILY, "a family", optarg,
					   &question->family);
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
	question->source = argv[optind];
	if (optind < argc)
		optind++;
	if (optind < argc && !strcmp(argv[optind], "--"))
		optind++;
	question->words = argv + optind;
	question->nr = argc - optind;
	if (question->source && question->nr > 0)
		return 0;

	return usage_error("explain needs a policy and an operation: persock explain FILE|PERSONALITY -- OPERATION [ARGUMENT]...");
}

static int answer(struct question *question)
{
	struct judgement judgement;
	int status = ask(question, &judgement);

	if (!status && json_wanted)
		print_json(question, &judgement);
	else if (!status)
		print_answer(question, &judgement);

	return status;
}

#define WORDS_MAX	64

/* "-": read an operation from each line. The first error ends the command. */
static int answer_all(struct question *question)
{
	char *words[WORDS_MAX], *line = NULL, *rest, *word;
	int status = 0;
	size_t size = 0;

	question->words = words;
	while (!status && getline(&line, &size, stdin) >= 0) {
		question->nr = 0;
		rest = line;
		while ((word = strsep(&rest, " \t\n")) &&
		       question->nr < WORDS_MAX) {
			if (*word)
				words[question->nr++] = word;
		}
		if (question->nr)
			status = answer(question);
	}
	free(line);

	return status;
}

int explain_command(int argc, char **argv)
{
	struct question question = { .family = AF_INET };
	int status;

	status = parse_options(&question, argc, argv);
	if (status)
		return status;
	if (!source_read(&question.draft, question.source)) {
		draft_free(&question.draft);
		return EXIT_FAILURE;
	}
	if (question.nr == 1 && !strcmp(question.words[0], "-"))
		status = answer_all(&question);
	else
		status = answer(&question);
	draft_free(&question.draft);

	return status;
}
