// SPDX-License-Identifier: GPL-2.0
/*
 * Reads questions about AF_UNIX sockets, and has a policy judge them. question.c
 * and explain_layers.c call it.
 */
#include "command/question_unix.h"

#include <stdio.h>

#include "base/error.h"
#include "policy_file/judge.h"
#include "policy_file/judge_unix.h"
#include "policy_file/names.h"
#include "policy_file/real_path.h"
#include "policy_file/unix_name.h"

bool question_is_unix(const struct question *question)
{
	const char *operation = question->words[0];

	/* Not its number: it is that of a protocol, too. */
	return question->nr > 1 && (!strcmp(question->words[1], "unix") ||
				    !strcmp(question->words[1], "AF_UNIX")) &&
	       (!strcmp(operation, "connect") || !strcmp(operation, "sendto") ||
		!strcmp(operation, "bind"));
}

static enum persock_section section_of(const struct question *question)
{
	return strcmp(question->words[0], "bind") ?
	       PERSOCK_SECTION_UNIX_CONNECT : PERSOCK_SECTION_UNIX_BIND;
}

/* The value of "--key VALUE" or "--key=VALUE" at a word, or NULL. */
static const char *value_of(const struct question *question, int *i,
			    const char *key)
{
	size_t length = strlen(key);
	const char *word = question->words[*i];

	if (strncmp(word, key, length))
		return NULL;
	if (word[length] == '=')
		return word + length + 1;
	if (word[length] || *i + 1 == question->nr)
		return NULL;

	return question->words[++*i];
}

static int not_written(const struct question *question)
{
	bool bind = section_of(question) == PERSOCK_SECTION_UNIX_BIND;

	return usage_error("%s is written \"%s unix PATH|@NAME|unnamed [--type TYPE]%s\"",
			   question->words[0], question->words[0],
			   bind ? "" : " [--peer same|/CGROUP]");
}

/* What is behind the name overrides the options of the command. */
static int read_options(struct question *question)
{
	const char *value;
	int i, status = 0;

	for (i = 3; !status && i < question->nr; i++) {
		value = value_of(question, &i, "--type");
		if (value) {
			status = question_type(question, value);
			continue;
		}
		value = value_of(question, &i, "--peer");
		if (!value)
			return not_written(question);
		status = question_peer(question, value);
	}
	if (!status && question->peer &&
	    section_of(question) == PERSOCK_SECTION_UNIX_BIND)
		status = usage_error("a socket that is bound has no peer");

	return status;
}

static int read_socket(struct question *question, struct unix_name *socket)
{
	const char *reason;
	int status;

	if (question->nr < 3)
		return not_written(question);
	status = read_options(question);
	if (status)
		return status;
	/* As reports have it: a file without a path. */
	if (!strcmp(question->words[2], "/")) {
		*socket = (struct unix_name){ .kind = PERSOCK_UNIX_PATH };
		return 0;
	}
	reason = unix_name_read(question->words[2], socket);
	if (!reason && socket->prefix)
		reason = "a question is about one of them";

	return reason ? usage_error("\"%s\" is no name of an AF_UNIX socket: %s",
				    question->words[2], reason) : 0;
}

static bool is_below(const char *cgroup, const char *parent)
{
	size_t length = strlen(parent);

	return !strcmp(parent, "/") ||
	       (!strncmp(cgroup, parent, length) &&
		(!cgroup[length] || cgroup[length] == '/'));
}

/* Where the peer was created, as the layer that is asked sees it. */
static void set_peer(const struct question *question,
		     struct persock_unix_name *name)
{
	const char *peer = question->peer;

	if (!peer)
		return;
	name->same = !strcmp(peer, "same");
	/* Wherever it is, it is below the root. */
	name->cgroup = name->same ? question->inner ?: "/" : peer;
	if (!name->same && question->cgroup)
		name->same = is_below(peer, question->cgroup);
}

static void remark(const struct question *question, const struct draft *draft,
		   const struct persock_unix_name *name,
		   struct judgement *judgement)
{
	static char text[256];
	char real[PATH_MAX];

	if (name->kind == PERSOCK_UNIX_PATH && name->length &&
	    real_path_differs(name->name, real)) {
		snprintf(text, sizeof(text),
			 "judged is the path without links, here %.200s: ask for that",
			 real);
		judgement->remark = text;
	} else if (!question->peer &&
		   judge_unix_asks_peer(draft, section_of(question), name)) {
		judgement->remark =
			"a rule says where the peer was created: --peer specifies it";
	}
}

int question_judge_unix(const struct question *asked, const struct draft *draft,
			struct judgement *judgement)
{
	struct question question = *asked;
	struct persock_unix_name name = { 0 };
	struct unix_name socket;
	int status = read_socket(&question, &socket);

	if (status)
		return status;
	name.kind = socket.kind;
	name.name = socket.bytes;
	name.length = socket.length;
	name.type = question.type ?: SOCK_STREAM;
	set_peer(&question, &name);
	judge_unix(draft, section_of(&question), &name, judgement);
	remark(&question, draft, &name, judgement);

	return 0;
}

unsigned int question_kinds_unix(const struct question *asked,
				 struct kind *kinds)
{
	struct question question = *asked;
	struct unix_name socket;

	if (read_socket(&question, &socket))
		return 0;
	kinds[0] = (struct kind){ AF_UNIX, question.type ?: SOCK_STREAM, 0 };
	kinds[1] = kinds[0];
	kinds[1].protocol = PF_UNIX;

	return 2;
}

void question_judge_pair(const struct question *question,
			 const struct draft *draft, const struct kind *kind,
			 struct judgement *judgement)
{
	const struct persock_unix_name name = {
		.kind = PERSOCK_UNIX_UNNAMED,
		.name = "",
		.type = kind->type & 0xf,
		.cgroup = question->inner,
		/* Both were created by the same task. */
		.same = true,
	};

	judge_default(draft, PERSOCK_SECTION_PAIR,
		      persock_class_of(kind->family), judgement);
	if (judgement->verdict || kind->family != AF_UNIX)
		return;
	if (persock_unix_restricts(&draft->policy.unix_connect))
		judge_unix(draft, PERSOCK_SECTION_UNIX_CONNECT, &name,
			   judgement);
}
