// SPDX-License-Identifier: GPL-2.0
/*
 * Reads questions about AF_VSOCK sockets, and has a policy judge them. question.c
 * calls it.
 */
#include "command/question_vsock.h"

#include "base/error.h"
#include "policy_file/judge_vsock.h"
#include "policy_file/vsock_name.h"

bool question_is_vsock(const struct question *question)
{
	/* Not its number: it is that of a protocol, too. */
	return question->nr > 1 && (!strcmp(question->words[1], "vsock") ||
				    !strcmp(question->words[1], "AF_VSOCK"));
}

static enum persock_section section_of(const struct question *question)
{
	if (!strcmp(question->words[0], "bind"))
		return PERSOCK_SECTION_BIND;

	return strcmp(question->words[0], "accept") ? PERSOCK_SECTION_CONNECT :
						      PERSOCK_SECTION_ACCEPT;
}

/* CID:PORT. Only a bind leaves them to the kernel. */
static int read_vsock(const struct question *question,
		      struct persock_vsock *vsock)
{
	const char *text = question->nr == 3 ? question->words[2] : "";
	const char *colon = strchr(text, ':');
	bool bind = section_of(question) == PERSOCK_SECTION_BIND;

	if (!colon || !vsock_number(text, colon - text, &vsock->cid) ||
	    !vsock_number(colon + 1, strlen(colon + 1), &vsock->port) ||
	    (!bind && vsock->cid == PERSOCK_VSOCK_ANY))
		return usage_error("%s is written \"%s vsock CID:PORT\"%s",
				   question->words[0], question->words[0],
				   bind ? "; CID and PORT may be any" : "");

	return 0;
}

int question_judge_vsock(const struct question *question,
			 const struct draft *draft, struct judgement *judgement)
{
	struct persock_vsock vsock;
	int status = read_vsock(question, &vsock);

	if (!status)
		judge_vsock(draft, section_of(question), &vsock, judgement);

	return status;
}

unsigned int question_kinds_vsock(const struct question *question,
				  struct kind *kinds)
{
	struct persock_vsock vsock;

	if (read_vsock(question, &vsock))
		return 0;
	kinds[0] = (struct kind){ AF_VSOCK, SOCK_STREAM, 0 };
	kinds[1] = (struct kind){ AF_VSOCK, SOCK_SEQPACKET, 0 };
	kinds[2] = (struct kind){ AF_VSOCK, SOCK_DGRAM, 0 };

	return 3;
}
