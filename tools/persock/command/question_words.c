// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the words of a question that are names. question.c and question_unix.c
 * call it, and the command explain for its options.
 */
#include "command/question_words.h"

#include "base/error.h"
#include "policy_file/unix_name.h"

int question_no_name(enum name_kind kind, const char *what, const char *text)
{
	return usage_error("\"%s\" is not %s%s", text, what,
			   name_hint(kind, 0, text));
}

int question_name(enum name_kind kind, const char *what, const char *text,
		  int *value)
{
	int64_t number;

	if (!name_value(kind, 0, text, &number) || number < 0 ||
	    number > S32_MAX)
		return question_no_name(kind, what, text);
	*value = number;

	return 0;
}

int question_family(struct question *question, const char *text)
{
	return question_name(NAME_FAMILY, "a family", text, &question->family);
}

int question_type(struct question *question, const char *text)
{
	int status = question_name(NAME_TYPE, "a socket type", text,
				   &question->type);

	if (status || question->type == SOCK_STREAM ||
	    question->type == SOCK_DGRAM || question->type == SOCK_SEQPACKET)
		return status;

	return usage_error("AF_UNIX has the types stream, dgram and seqpacket, not \"%s\"",
			   text);
}

int question_peer(struct question *question, const char *text)
{
	const char *reason = unix_peer_check(text);

	question->peer = text;

	return reason ? usage_error("\"%s\" is no peer: %s", text, reason) : 0;
}
