/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a question consists of, and those of its words that are names. question.c
 * and question_unix.c call it, and the command explain for its options.
 */
#ifndef _PERSOCK_COMMAND_QUESTION_WORDS_H
#define _PERSOCK_COMMAND_QUESTION_WORDS_H

#include "policy_file/names.h"

/**
 * struct question - an operation to be judged
 * @family: family of the sockets, if the operation does not name it
 * @type: type of an AF_UNIX socket; 0: stream
 * @peer: where its peer was created: "same" or a cgroup; NULL: not specified
 * @cgroup: the cgroup of the layer that is asked, or NULL
 * @inner: that of the innermost layer, or NULL
 * @words: the operation and its arguments
 * @nr: length of @words
 */
struct question {
	int family;
	int type;
	const char *peer;
	const char *cgroup;
	const char *inner;
	char **words;
	int nr;
};

/* A kind of socket. */
struct kind {
	int family;
	int type;
	int protocol;
};

/* Read the name of a family. Returns 0, or an exit status after an error. */
int question_family(struct question *question, const char *text);

/* The same for the type of an AF_UNIX socket, and where its peer was created. */
int question_type(struct question *question, const char *text);
int question_peer(struct question *question, const char *text);

/*
 * Read a name or a number from 0. @what it is, with its article, is for the
 * error. Returns 0, or an exit status after an error.
 */
int question_name(enum name_kind kind, const char *what, const char *text,
		  int *value);

/* That a text is none, and which name is like it. Returns the exit status. */
int question_no_name(enum name_kind kind, const char *what, const char *text);

#endif
