// SPDX-License-Identifier: GPL-2.0
/*
 * Compares a loaded policy with a policy file, as complete policy files. The
 * commands apply and diff ask for each file.
 */
#include "command/difference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fold.h"
#include "policy_file/draft_print.h"

/* A complete policy as text, which the caller frees. */
static char *text_of(const struct draft *draft)
{
	char *text = NULL;
	size_t length;
	FILE *memory = need(open_memstream(&text, &length));

	draft_print_yaml(draft, memory);
	if (fclose(memory))
		need(NULL);

	return text;
}

bool difference_same_text(const struct draft *loaded,
			  const struct policy *wanted)
{
	char *old = text_of(loaded), *new = text_of(&wanted->draft);
	bool same = !strcmp(old, new);

	free(old);
	free(new);

	return same;
}

/* Write a complete policy to memory. Returns a descriptor, or -1. */
static int write_to_memory(const struct draft *draft)
{
	int fd = memfd_create("policy", 0);
	FILE *file = fd < 0 ? NULL : fdopen(dup(fd), "w");

	if (!file) {
		report_error("cannot make a temporary file (%s)", strerror(errno));
		return -1;
	}
	draft_print_yaml(draft, file);
	fclose(file);

	return fd;
}

/* On a terminal its lines are folded, as all others. */
static void copy_output(int from)
{
	FILE *file = fdopen(from, "r");
	size_t length;
	char text[4096];

	fold_choose(stdout, FOLD_MARKED);
	while (file && (length = fread(text, 1, sizeof(text), file)))
		fwrite(text, 1, length, stdout);
	fold_choose(stdout, FOLD_TEXT);
	if (file)
		fclose(file);
	else
		close(from);
}

/* Print how two files differ. @path is the name of the policy file. */
static bool compare(int loaded, int wanted, const char *path)
{
	char paths[2][32];
	int status, output[2];
	bool folds;
	pid_t pid;

	snprintf(paths[0], sizeof(paths[0]), "/dev/fd/%d", loaded);
	snprintf(paths[1], sizeof(paths[1]), "/dev/fd/%d", wanted);
	fflush(stdout);
	folds = fold_folds(stdout) && !pipe2(output, O_CLOEXEC);
	pid = fork();
	if (!pid) {
		if (folds)
			dup2(output[1], STDOUT_FILENO);
		execlp("diff", "diff", "-u", "--label", "loaded", "--label",
		       path, paths[0], paths[1], NULL);
		_exit(127);
	}
	if (folds) {
		close(output[1]);
		copy_output(output[0]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > 1) {
		report_error("cannot compare policies by diff (is it installed?)");
		return false;
	}

	return true;
}

/* Does the path lead to another network namespace than when it was opened? */
static bool is_another(const char *path, unsigned int inode)
{
	struct stat status;

	return *path && !stat(path, &status) && status.st_ino != inode;
}

static bool moved(const struct draft *loaded)
{
	return is_another(loaded->network, loaded->network_inode) ||
	       is_another(loaded->from, loaded->from_inode);
}

bool difference(const struct draft *loaded, const struct policy *wanted)
{
	/* Denials contain line numbers, which must be those of the file. */
	return !difference_same_text(loaded, wanted) ||
	       !draft_same_lines(loaded, &wanted->draft) || moved(loaded);
}

bool difference_print(const struct draft *loaded, const struct policy *wanted)
{
	int old = write_to_memory(loaded);
	int new = old < 0 ? -1 : write_to_memory(&wanted->draft);
	bool good = new >= 0 && compare(old, new, wanted->path);

	if (old >= 0)
		close(old);
	if (new >= 0)
		close(new);

	return good;
}
