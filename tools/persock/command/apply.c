// SPDX-License-Identifier: GPL-2.0
/*
 * persock apply: makes the loaded personalities and the attachments equal to a
 * folder, and changes only what differs. main.c calls it.
 *
 * The whole folder is read before anything is changed. Personalities are
 * changed first, then attachments. The first error ends the command; cgroups
 * that were attached before stay attached.
 */
#include <linux/genetlink.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/source.h"
#include "policy_file/draft_print.h"
#include "policy_file/folder.h"
#include "wire/attachment.h"
#include "wire/personality.h"
#include "wire/policy.h"

/**
 * struct apply - a run of the command
 * @dry: print the changes, and do not make them
 * @prune: remove what is loaded and not in the folder
 * @path: path of the folder
 * @folder: its policies and attachments
 * @nl: the connection to the module
 */
struct apply {
	bool dry;
	bool prune;
	const char *path;
	struct folder folder;
	struct netlink nl;
};

/* "add personality web", "detach /web.slice: web". */
static void print_change(const char *change, const char *cgroup,
			 const char *personality)
{
	if (json_wanted) {
		json_object(NULL);
		json_string("change", change);
		if (cgroup)
			json_string("cgroup", cgroup);
		json_string("personality", personality);
		json_object_end();
		return;
	}
	printf("%s ", change);
	if (cgroup) {
		text_print(stdout, cgroup);
		fputs(": ", stdout);
	} else {
		fputs("personality ", stdout);
	}
	text_print(stdout, personality);
	putchar('\n');
}

/* "attach web.slice: web" */
static void print_attach(const struct binding *binding)
{
	if (json_wanted) {
		json_object(NULL);
		json_string("change", "attach");
		json_string("cgroup", binding->cgroup);
		json_string("personality", binding->personality);
		json_string("delegate", binding->anew ? "full" : "none");
		json_object_end();
		return;
	}
	fputs("attach ", stdout);
	text_print(stdout, binding->cgroup);
	fputs(": ", stdout);
	text_print(stdout, binding->personality);
	puts(binding->anew ? ", delegated in full" : "");
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

/* As compare(), for a loaded policy and a policy file. */
static int differs(const struct draft *loaded, const struct policy *wanted,
		   bool print)
{
	int old = write_to_memory(loaded);
	int new = old < 0 ? -1 : write_to_memory(&wanted->draft);
	int answer = new < 0 ? -1 : compare(old, new, wanted->path, false);

	if (answer > 0 && print && compare(old, new, wanted->path, true) < 0)
		answer = -1;
	if (old >= 0)
		close(old);
	if (new >= 0)
		close(new);
	/* Denials contain line numbers, which must be those of the file. */
	if (!answer && (!draft_same_lines(loaded, &wanted->draft) ||
			moved(loaded)))
		answer = 1;

	return answer;
}

static int apply_policy(struct apply *apply, const struct policy *policy)
{
	uint8_t command = PERSOCK_CMD_PERSONALITY_SET;
	const char *name = policy->draft.name;
	struct draft loaded;
	int answer = 1;

	if (policy_read(&apply->nl, name, &loaded)) {
		draft_free(&loaded);
		if (apply->nl.error != ENOENT)
			return netlink_error(&apply->nl);
		command = PERSOCK_CMD_PERSONALITY_NEW;
	} else {
		answer = differs(&loaded, policy, apply->dry && !json_wanted);
		draft_free(&loaded);
	}
	if (answer < 0)
		return EXIT_FAILURE;
	if (!answer)
		return 0;
	if (!apply->dry) {
		int status = personality_load_draft(&apply->nl, command,
						    &policy->draft,
						    policy->path);

		if (status)
			return status;
	}
	print_change(command == PERSOCK_CMD_PERSONALITY_NEW ? "add" : "set",
		     NULL, name);

	return 0;
}

/* Is the cgroup attached as the folder specifies? */
static bool is_attached(struct netlink *nl, int fd,
			const struct binding *binding)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct replies replies;
	bool same = false;

	if (attachment_get_fd(nl, fd, &replies))
		return false;
	message = replies_next(&replies, NULL);
	if (message) {
		attachment_parse(message, &attachment);
		same = attachment.anew == binding->anew &&
		       !strcmp(attachment.personality, binding->personality);
	}
	replies_free(&replies);

	return same;
}

static int apply_binding(struct apply *apply, const struct binding *binding)
{
	bool same;
	int fd;

	if (apply->dry && !cgroup_exists(binding->cgroup)) {
		print_attach(binding);
		return 0;
	}
	fd = cgroup_make(binding->cgroup);
	if (fd < 0)
		return EXIT_FAILURE;
	same = is_attached(&apply->nl, fd, binding);
	if (!same && !apply->dry &&
	    attachment_new(&apply->nl, fd, binding->personality,
			   binding->anew)) {
		close(fd);
		return netlink_error(&apply->nl);
	}
	close(fd);
	if (!same)
		print_attach(binding);

	return 0;
}

static bool is_bound(const struct apply *apply, uint64_t id)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < apply->folder.nr_bindings && !found; i++) {
		const char *name = apply->folder.bindings[i].cgroup;
		int fd = cgroup_exists(name) ? cgroup_make(name) : -1;

		if (fd >= 0) {
			found = cgroup_id(fd) == id;
			close(fd);
		}
	}

	return found;
}

static int prune_attachments(struct apply *apply)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct replies replies;
	int status;

	status = attachment_list(&apply->nl, &replies);
	if (status)
		return status;
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		if (is_bound(apply, attachment.cgroup_id))
			continue;
		if (!apply->dry &&
		    attachment_end_by_id(&apply->nl, attachment.cgroup_id) &&
		    apply->nl.error != ENOENT) {
			status = netlink_error(&apply->nl);
			break;
		}
		print_change("detach", attachment.path, attachment.personality);
	}
	replies_free(&replies);

	return status;
}

static bool is_named(const struct apply *apply, const char *personality)
{
	unsigned int i;

	for (i = 0; i < apply->folder.nr_bindings; i++) {
		if (!strcmp(apply->folder.bindings[i].personality, personality))
			return true;
	}

	return folder_find(&apply->folder, personality);
}

static int prune_personalities(struct apply *apply)
{
	const struct nlmsghdr *message;
	struct replies replies;
	int status = 0;

	netlink_request(&apply->nl, PERSOCK_CMD_PERSONALITY_GET);
	if (netlink_dump(&apply->nl, &replies))
		return netlink_error(&apply->nl);
	replies_for_each(message, &replies) {
		struct personality personality;

		personality_parse(message, &personality);
		if (personality.builtin || is_named(apply, personality.name))
			continue;
		if (!apply->dry &&
		    personality_del(&apply->nl, personality.name)) {
			status = netlink_error(&apply->nl);
			break;
		}
		print_change("delete", NULL, personality.name);
	}
	replies_free(&replies);

	return status;
}

static bool can_delegate(const struct apply *apply,
			 const struct binding *binding)
{
	char *where;
	bool can;

	if (!binding->anew)
		return true;
	if (asprintf(&where, "%s/attachments.yaml:%u", apply->path,
		     binding->delegate_line) < 0)
		where = NULL;
	can = attachment_can_delegate(&apply->nl, need(where));
	free(where);

	return can;
}

/*
 * Before anything is changed: do all personalities of attachments exist, and
 * does the module delegate as specified?
 */
static int check_bindings(struct apply *apply)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < apply->folder.nr_bindings; i++) {
		const struct binding *binding = &apply->folder.bindings[i];

		if (!can_delegate(apply, binding))
			status = EXIT_FAILURE;
		if (folder_find(&apply->folder, binding->personality))
			continue;
		netlink_request(&apply->nl, PERSOCK_CMD_PERSONALITY_GET);
		netlink_put_string(&apply->nl, PERSOCK_A_PERSONALITY,
				   binding->personality);
		if (!netlink_do(&apply->nl, NULL))
			continue;
		if (apply->nl.error != ENOENT)
			return netlink_error(&apply->nl);
		status = report_error("%s/attachments.yaml:%u: no personality \"%s\" is in the folder, comes with the module or is loaded",
				      apply->path, binding->line,
				      binding->personality);
	}

	return status;
}

static int apply_folder(struct apply *apply)
{
	unsigned int i;
	int status;

	status = check_bindings(apply);
	for (i = 0; i < apply->folder.nr_policies && !status; i++)
		status = apply_policy(apply, &apply->folder.policies[i]);
	for (i = 0; i < apply->folder.nr_bindings && !status; i++)
		status = apply_binding(apply, &apply->folder.bindings[i]);
	if (apply->prune && !status)
		status = prune_attachments(apply);
	if (apply->prune && !status)
		status = prune_personalities(apply);

	return status;
}

static int run(struct apply *apply)
{
	int status = EXIT_FAILURE;

	if (!folder_read(&apply->folder, apply->path, source_base))
		goto free;
	status = netlink_open(&apply->nl);
	if (status)
		goto free;
	if (json_wanted) {
		json_start(stdout);
		json_object(NULL);
		json_bool("dry_run", apply->dry);
		json_array("changes");
	}
	status = apply_folder(apply);
	if (json_wanted) {
		json_array_end();
		json_object_end();
		json_finish();
	}
	netlink_close(&apply->nl);
free:
	folder_free(&apply->folder);

	return status;
}

int apply_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "dry-run",	no_argument, NULL, 'n' },
		{ "prune",	no_argument, NULL, 'r' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	struct apply apply = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, ":njp", options, NULL)) >= 0) {
		switch (option) {
		case 'n':
			apply.dry = true;
			break;
		case 'r':
			apply.prune = true;
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			return option_error(option, argv);
		}
	}
	if (optind == argc)
		return usage_error("apply needs a folder: persock apply [--dry-run] [--prune] FOLDER");
	if (argc - optind > 1)
		return usage_error("apply takes one folder, not also \"%s\"",
				   argv[optind + 1]);
	apply.path = argv[optind];

	return run(&apply);
}
