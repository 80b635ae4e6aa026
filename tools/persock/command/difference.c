// SPDX-License-Identifier: GPL-2.0
/*
 * Compares a loaded policy with a policy file, as complete policy files. apply.c
 * asks for each file of a folder, and the command diff.
 */
#include "command/difference.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "policy_file/draft_print.h"

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

/*
 * Compare two files by cmp(1), or print what differs by diff(1). @path is the
 * name of the policy file. Returns 0 if they are the same, 1 if they differ,
 * and -1 after an error.
 */
static int compare(int loaded, int wanted, const char *path, bool print)
{
	char paths[2][32];
	int status;
	pid_t pid;

	snprintf(paths[0], sizeof(paths[0]), "/dev/fd/%d", loaded);
	snprintf(paths[1], sizeof(paths[1]), "/dev/fd/%d", wanted);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (print)
			execlp("diff", "diff", "-u", "--label", "loaded",
			       "--label", path, paths[0], paths[1], NULL);
		else
			execlp("cmp", "cmp", "-s", paths[0], paths[1], NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > 1) {
		report_error("cannot compare policies by %s (is it installed?)",
			     print ? "diff" : "cmp");
		return -1;
	}

	return WEXITSTATUS(status);
}

static int compare_drafts(const struct draft *loaded,
			  const struct policy *wanted, bool print)
{
	int old = write_to_memory(loaded);
	int new = old < 0 ? -1 : write_to_memory(&wanted->draft);
	int answer = new < 0 ? -1 : compare(old, new, wanted->path, print);

	if (old >= 0)
		close(old);
	if (new >= 0)
		close(new);

	return answer;
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

int difference(const struct draft *loaded, const struct policy *wanted)
{
	int answer = compare_drafts(loaded, wanted, false);

	/* Denials contain line numbers, which must be those of the file. */
	if (!answer && (!draft_same_lines(loaded, &wanted->draft) ||
			moved(loaded)))
		answer = 1;

	return answer;
}

bool difference_same_text(const struct draft *loaded,
			  const struct policy *wanted)
{
	return !compare_drafts(loaded, wanted, false);
}

bool difference_print(const struct draft *loaded, const struct policy *wanted)
{
	return compare_drafts(loaded, wanted, true) >= 0;
}
