// SPDX-License-Identifier: GPL-2.0
/*
 * persock apply: makes the loaded personalities and the attachments equal to a
 * folder, and changes only what differs. main.c calls it.
 *
 * The whole folder is read before anything is changed. New personalities are
 * added first. Then those that are loaded are changed, all at once, and then
 * attachments. The first error ends the command; cgroups that were attached
 * before stay attached.
 */
#include <linux/genetlink.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/difference.h"
#include "command/local_names.h"
#include "command/source.h"
#include "policy_file/folder.h"
#include "wire/attachment.h"
#include "wire/personality.h"
#include "wire/policy.h"

/* What is done about a policy of the folder. */
enum change { KEEP, ADD, SET };

/**
 * struct apply - a run of the command
 * @dry: print the changes, and do not make them
 * @prune: remove what is loaded and not in the folder
 * @path: path of the folder
 * @folder: its policies and attachments
 * @changes: for each policy of @folder
 * @nr_set: number of policies that are changed
 * @nl: the connection to the module
 */
struct apply {
	bool dry;
	bool prune;
	const char *path;
	struct folder folder;
	enum change *changes;
	unsigned int nr_set;
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

static int find_change(struct apply *apply, const struct policy *policy,
		       enum change *change)
{
	struct draft loaded;
	int answer;

	*change = ADD;
	if (policy_read(&apply->nl, policy->draft.name, &loaded)) {
		draft_free(&loaded);
		return apply->nl.error == ENOENT ? 0 :
						   netlink_error(&apply->nl);
	}
	answer = difference(&loaded, policy);
	draft_free(&loaded);
	*change = answer ? SET : KEEP;

	return answer < 0 ? EXIT_FAILURE : 0;
}

/* How does each policy of the folder differ from what is loaded? */
static int find_changes(struct apply *apply)
{
	unsigned int i;
	int status = 0;

	apply->changes = need(calloc(apply->folder.nr_policies + 1,
				     sizeof(*apply->changes)));
	for (i = 0; i < apply->folder.nr_policies && !status; i++) {
		status = find_change(apply, &apply->folder.policies[i],
				     &apply->changes[i]);
		if (apply->changes[i] == SET)
			apply->nr_set++;
	}
	if (!status && apply->nr_set &&
	    !netlink_knows_command(&apply->nl, PERSOCK_CMD_COMMIT))
		status = report_error("the persock module cannot change all personalities at once: it is older than this tool, and nothing was changed");

	return status;
}

static int add_new(struct apply *apply)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < apply->folder.nr_policies && !status; i++) {
		const struct policy *policy = &apply->folder.policies[i];

		if (apply->changes[i] != ADD)
			continue;
		if (!apply->dry)
			status = personality_load_draft(&apply->nl,
							PERSOCK_CMD_PERSONALITY_NEW,
							&policy->draft,
							policy->path, false);
		if (!status)
			print_change("add", NULL, policy->draft.name);
	}

	return status;
}

/* Print what a change would change. */
static int print_difference(struct apply *apply, const struct policy *policy)
{
	struct draft loaded;
	int status = 0;

	if (policy_read(&apply->nl, policy->draft.name, &loaded))
		status = netlink_error(&apply->nl);
	else if (!difference_print(&loaded, policy))
		status = EXIT_FAILURE;
	draft_free(&loaded);

	return status;
}

/*
 * Let the module hold all changes, and make them at once: no call is judged by
 * some of the new policies and some of the old ones. Changes that are held when
 * the socket is closed are dropped.
 */
static int commit(struct apply *apply)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < apply->folder.nr_policies && !status; i++) {
		const struct policy *policy = &apply->folder.policies[i];

		if (apply->changes[i] == SET)
			status = personality_load_draft(&apply->nl,
							PERSOCK_CMD_PERSONALITY_SET,
							&policy->draft,
							policy->path, true);
	}
	if (!status && personality_commit(&apply->nl))
		status = netlink_error(&apply->nl);

	return status;
}

static int set_changed(struct apply *apply)
{
	unsigned int i;
	int status = 0;

	if (!apply->dry && apply->nr_set)
		status = commit(apply);
	for (i = 0; i < apply->folder.nr_policies && !status; i++) {
		const struct policy *policy = &apply->folder.policies[i];

		if (apply->changes[i] != SET)
			continue;
		if (apply->dry && !json_wanted)
			status = print_difference(apply, policy);
		if (!status)
			print_change("set", NULL, policy->draft.name);
	}

	return status;
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
		return attachment_error(&apply->nl, binding->cgroup);
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

	if (personality_list(&apply->nl, &replies))
		return EXIT_FAILURE;
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
	if (!status)
		status = find_changes(apply);
	if (!status)
		status = add_new(apply);
	if (!status)
		status = set_changed(apply);
	for (i = 0; i < apply->folder.nr_bindings && !status; i++)
		status = apply_binding(apply, &apply->folder.bindings[i]);
	if (apply->prune && !status)
		status = prune_attachments(apply);
	if (apply->prune && !status)
		status = prune_personalities(apply);

	return status;
}

/* Before policies are compared with what is loaded. */
static int add_local_names(struct apply *apply)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < apply->folder.nr_policies && !status; i++) {
		struct policy *policy = &apply->folder.policies[i];

		status = local_names_add(&policy->draft, policy->path);
	}

	return status;
}

static int run(struct apply *apply)
{
	int status = EXIT_FAILURE;

	if (!folder_read(&apply->folder, apply->path, source_base))
		goto free;
	status = add_local_names(apply);
	if (!status)
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
	free(apply->changes);
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
