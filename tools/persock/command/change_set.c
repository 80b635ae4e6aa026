// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the loaded personalities and the attachments equal to what files say,
 * and changes only what differs. The command apply calls it.
 *
 * All files have been read before anything is changed. New personalities are
 * added first. Then those that are loaded are changed, all at once: if one of
 * them cannot be, none is, and the new ones are deleted again. Attachments
 * follow. The first error ends it; cgroups that were attached before stay
 * attached.
 */
#include "command/change_set.h"

#include <linux/genetlink.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/difference.h"
#include "policy_file/folder.h"
#include "wire/attachment.h"
#include "wire/netlink.h"
#include "wire/personality.h"
#include "wire/policy.h"

/* What is done about a policy of the files. */
enum change { KEEP, ADD, ADDED, SET };

/**
 * struct work - changes that are being made
 * @set: what the caller wants
 * @folder: its policies and attachments
 * @changes: for each policy of @folder
 * @nr_set: number of policies that are changed
 * @nl: the connection to the module
 */
struct work {
	struct change_set *set;
	const struct folder *folder;
	enum change *changes;
	unsigned int nr_set;
	struct netlink nl;
};

/* "add personality web", "detach /web.slice: web". */
static void report(struct work *work, const char *change, const char *cgroup,
		   const char *personality)
{
	FILE *out = work->set->out;

	work->set->nr++;
	if (json_wanted) {
		json_object(NULL);
		json_string("change", change);
		if (cgroup)
			json_string("cgroup", cgroup);
		json_string("personality", personality);
		json_object_end();
		return;
	}
	fprintf(out, "%s ", change);
	if (cgroup) {
		text_print(out, cgroup);
		fputs(": ", out);
	} else {
		fputs("personality ", out);
	}
	text_print(out, personality);
	fputc('\n', out);
}

/* "attach web.slice: web" */
static void report_attach(struct work *work, const struct binding *binding)
{
	FILE *out = work->set->out;

	work->set->nr++;
	if (json_wanted) {
		json_object(NULL);
		json_string("change", "attach");
		json_string("cgroup", binding->cgroup);
		json_string("personality", binding->personality);
		json_string("delegate", binding->anew ? "full" : "none");
		json_object_end();
		return;
	}
	fputs("attach ", out);
	text_print(out, binding->cgroup);
	fputs(": ", out);
	text_print(out, binding->personality);
	fputs(binding->anew ? ", delegated in full\n" : "\n", out);
}

static int find_change(struct work *work, const struct policy *policy,
		       enum change *change)
{
	struct draft loaded;
	int status = 0;

	*change = ADD;
	if (!policy_read(&work->nl, policy->draft.name, &loaded))
		*change = difference(&loaded, policy) ? SET : KEEP;
	else if (work->nl.error != ENOENT)
		status = netlink_error(&work->nl);
	draft_free(&loaded);

	return status;
}

/* How does each policy of the folder differ from what is loaded? */
static int find_changes(struct work *work)
{
	unsigned int i;
	int status = 0;

	work->changes = need(calloc(work->folder->nr_policies + 1,
				     sizeof(*work->changes)));
	for (i = 0; i < work->folder->nr_policies && !status; i++) {
		status = find_change(work, &work->folder->policies[i],
				     &work->changes[i]);
		if (work->changes[i] == SET)
			work->nr_set++;
	}
	if (!status && work->nr_set &&
	    !netlink_knows_command(&work->nl, PERSOCK_CMD_COMMIT))
		status = report_error("the persock module cannot change all personalities at once: it is older than this tool, and nothing was changed");

	return status;
}

static int add_new(struct work *work)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < work->folder->nr_policies && !status; i++) {
		const struct policy *policy = &work->folder->policies[i];

		if (work->changes[i] != ADD)
			continue;
		if (!work->set->dry)
			status = personality_load_draft(&work->nl,
							PERSOCK_CMD_PERSONALITY_NEW,
							&policy->draft,
							policy->path, false);
		if (!status) {
			work->changes[i] = ADDED;
			report(work, "add", NULL, policy->draft.name);
		}
	}

	return status;
}

/* After an error: the set is not applied, and no part of it stays loaded. */
static void take_back(struct work *work)
{
	unsigned int i;

	for (i = 0; i < work->folder->nr_policies && !work->set->dry; i++) {
		const char *name = work->folder->policies[i].draft.name;

		if (work->changes[i] == ADDED &&
		    !personality_del(&work->nl, name))
			report(work, "delete", NULL, name);
	}
}

/* Print what a change would change. */
static int print_difference(struct work *work, const struct policy *policy)
{
	struct draft loaded;
	int status = 0;

	if (policy_read(&work->nl, policy->draft.name, &loaded))
		status = netlink_error(&work->nl);
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
static int commit(struct work *work)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < work->folder->nr_policies && !status; i++) {
		const struct policy *policy = &work->folder->policies[i];

		if (work->changes[i] == SET)
			status = personality_load_draft(&work->nl,
							PERSOCK_CMD_PERSONALITY_SET,
							&policy->draft,
							policy->path, true);
	}
	if (!status && personality_commit(&work->nl))
		status = netlink_error(&work->nl);

	return status;
}

static int set_changed(struct work *work)
{
	unsigned int i;
	int status = 0;

	if (!work->set->dry && work->nr_set)
		status = commit(work);
	for (i = 0; i < work->folder->nr_policies && !status; i++) {
		const struct policy *policy = &work->folder->policies[i];

		if (work->changes[i] != SET)
			continue;
		if (work->set->dry && !json_wanted)
			status = print_difference(work, policy);
		if (!status)
			report(work, "set", NULL, policy->draft.name);
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

static int apply_binding(struct work *work, const struct binding *binding)
{
	bool same;
	int fd;

	if (work->set->dry && !cgroup_exists(binding->cgroup)) {
		report_attach(work, binding);
		return 0;
	}
	fd = cgroup_make(binding->cgroup);
	if (fd < 0)
		return EXIT_FAILURE;
	same = is_attached(&work->nl, fd, binding);
	if (!same && !work->set->dry &&
	    attachment_new(&work->nl, fd, binding->personality,
			   binding->anew)) {
		close(fd);
		return attachment_error(&work->nl, binding->cgroup);
	}
	close(fd);
	if (!same)
		report_attach(work, binding);

	return 0;
}

static bool is_bound(const struct work *work, uint64_t id)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < work->folder->nr_bindings && !found; i++) {
		const char *name = work->folder->bindings[i].cgroup;
		int fd = cgroup_exists(name) ? cgroup_make(name) : -1;

		if (fd >= 0) {
			found = cgroup_id(fd) == id;
			close(fd);
		}
	}

	return found;
}

static int prune_attachments(struct work *work)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct replies replies;
	int status;

	status = attachment_list(&work->nl, &replies);
	if (status)
		return status;
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		if (is_bound(work, attachment.cgroup_id))
			continue;
		if (!work->set->dry &&
		    attachment_end_by_id(&work->nl, attachment.cgroup_id) &&
		    work->nl.error != ENOENT) {
			status = netlink_error(&work->nl);
			break;
		}
		report(work, "detach", attachment.path, attachment.personality);
	}
	replies_free(&replies);

	return status;
}

static bool is_named(const struct work *work, const char *personality)
{
	unsigned int i;

	for (i = 0; i < work->folder->nr_bindings; i++) {
		if (!strcmp(work->folder->bindings[i].personality, personality))
			return true;
	}

	return folder_find(work->folder, personality);
}

static int prune_personalities(struct work *work)
{
	const struct nlmsghdr *message;
	struct replies replies;
	int status = 0;

	if (personality_list(&work->nl, &replies))
		return EXIT_FAILURE;
	replies_for_each(message, &replies) {
		struct personality personality;

		personality_parse(message, &personality);
		if (personality.builtin || is_named(work, personality.name))
			continue;
		if (!work->set->dry &&
		    personality_del(&work->nl, personality.name)) {
			status = netlink_error(&work->nl);
			break;
		}
		report(work, "delete", NULL, personality.name);
	}
	replies_free(&replies);

	return status;
}

static bool can_delegate(const struct work *work,
			 const struct binding *binding)
{
	char *where;
	bool can;

	if (!binding->anew)
		return true;
	if (asprintf(&where, "%s:%u", binding->file,
		     binding->delegate_line) < 0)
		where = NULL;
	can = attachment_can_delegate(&work->nl, need(where));
	free(where);

	return can;
}

/*
 * Before anything is changed: do all personalities of attachments exist, and
 * does the module delegate as specified?
 */
static int check_bindings(struct work *work)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < work->folder->nr_bindings; i++) {
		const struct binding *binding = &work->folder->bindings[i];

		if (!can_delegate(work, binding))
			status = EXIT_FAILURE;
		if (folder_find(work->folder, binding->personality))
			continue;
		netlink_request(&work->nl, PERSOCK_CMD_PERSONALITY_GET);
		netlink_put_string(&work->nl, PERSOCK_A_PERSONALITY,
				   binding->personality);
		if (!netlink_do(&work->nl, NULL))
			continue;
		if (work->nl.error != ENOENT)
			return netlink_error(&work->nl);
		status = report_error("%s:%u: no personality \"%s\" is in the files, comes with the module or is loaded",
				      binding->file, binding->line,
				      binding->personality);
	}

	return status;
}

static int make_all(struct work *work)
{
	const struct folder *folder = work->folder;
	unsigned int i;
	int status;

	status = check_bindings(work);
	if (!status)
		status = find_changes(work);
	if (!status) {
		status = add_new(work);
		if (!status)
			status = set_changed(work);
		if (status)
			take_back(work);
	}
	for (i = 0; i < folder->nr_bindings && !status; i++)
		status = apply_binding(work, &folder->bindings[i]);
	if (work->set->prune && !status)
		status = prune_attachments(work);
	if (work->set->prune && !status)
		status = prune_personalities(work);

	return status;
}

int change_set_make(struct change_set *set, const struct folder *folder)
{
	struct work work = { .set = set, .folder = folder };
	int status;

	set->nr = 0;
	status = netlink_open(&work.nl);
	if (status)
		return status;
	status = make_all(&work);
	netlink_close(&work.nl);
	free(work.changes);

	return status;
}
