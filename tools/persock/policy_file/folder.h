/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy files and attachments, of one folder or of several files. The commands
 * apply and diff read them.
 */
#ifndef _PERSOCK_POLICY_FILE_FOLDER_H
#define _PERSOCK_POLICY_FILE_FOLDER_H

#include "policy_file/draft.h"
#include "policy_file/parse.h"

/**
 * struct policy - a policy file
 * @path: path of the file
 * @draft: its personality
 */
struct policy {
	char *path;
	struct draft draft;
};

/**
 * struct binding - a line of attachments.yaml
 * @cgroup: the cgroup, as written there
 * @personality: the personality
 * @anew: it is delegated in full
 * @file: path of the file
 * @line: number of the line
 * @delegate_line: line of the key delegate; 0: without it
 */
struct binding {
	char *cgroup;
	char *personality;
	bool anew;
	char *file;
	unsigned int line;
	unsigned int delegate_line;
};

/**
 * struct folder - policy files and attachments
 * @policies: in the order of the command line, those of a folder by file name
 * @nr_policies: length of @policies
 * @bindings: in the order of the files
 * @nr_bindings: length of @bindings
 */
struct folder {
	struct policy *policies;
	unsigned int nr_policies;
	struct binding *bindings;
	unsigned int nr_bindings;
};

/*
 * Read all files of the folder @path, or the file @path ("-": the standard
 * input), and add them; report the errors of each. @base as in parse_file().
 * Returns false after an error. The caller frees the folder in either case.
 */
bool folder_add(struct folder *folder, const char *path, parse_base_fn base);
void folder_free(struct folder *folder);

/* The policy of a personality, or NULL. */
const struct policy *folder_find(const struct folder *folder, const char *name);

#endif
