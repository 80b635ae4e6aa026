/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A folder of policy files and attachments. The command apply reads and
 * applies it.
 */
#ifndef _PERSOCK_POLICY_FILE_FOLDER_H
#define _PERSOCK_POLICY_FILE_FOLDER_H

#include "policy_file/draft.h"
#include "policy_file/parse.h"

/**
 * struct policy - a policy file
 * @path: of the file
 * @draft: what it says
 */
struct policy {
	char *path;
	struct draft draft;
};

/**
 * struct binding - a line of attachments.yaml
 * @cgroup: as it is called there
 * @personality: as well
 * @line: where
 */
struct binding {
	char *cgroup;
	char *personality;
	unsigned int line;
};

/**
 * struct folder - all of them
 * @policies: by the names of their files
 * @nr_policies: length of @policies
 * @bindings: in the order of the file
 * @nr_bindings: length of @bindings
 */
struct folder {
	struct policy *policies;
	unsigned int nr_policies;
	struct binding *bindings;
	unsigned int nr_bindings;
};

/*
 * Read all of it, and print_error of everything that is wrong with it; @base as
 * in parse_file(). False after a complaint; the folder is to be freed in either
 * case.
 */
bool folder_read(struct folder *folder, const char *path, parse_base_fn base);
void folder_free(struct folder *folder);

/* The policy of a personality, or NULL. */
const struct policy *folder_find(const struct folder *folder, const char *name);

#endif
