// SPDX-License-Identifier: GPL-2.0
/*
 * Reads policy files and lists of attachments: all those of a folder, or one by
 * one. The commands apply and diff call it.
 */
#include "policy_file/folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "policy_file/key.h"
#include "policy_file/yaml.h"

#define ATTACHMENTS	"attachments.yaml"

static char *join(const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		path = NULL;

	return need(path);
}

static int is_policy(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && entry->d_name[0] != '.' &&
	       !strcmp(entry->d_name + length - 5, ".yaml") &&
	       strcmp(entry->d_name, ATTACHMENTS);
}

const struct policy *folder_find(const struct folder *folder, const char *name)
{
	unsigned int i;

	for (i = 0; i < folder->nr_policies; i++) {
		if (!strcmp(folder->policies[i].draft.name, name))
			return &folder->policies[i];
	}

	return NULL;
}

static bool read_policy(struct folder *folder, char *path, parse_base_fn base)
{
	const struct policy *other;
	struct policy *policy;
	struct draft draft;
	bool good;

	good = parse_file(&draft, path, base);
	if (good && !*draft.name) {
		report_error("%s: the key \"personality\" is missing", path);
		good = false;
	}
	other = good ? folder_find(folder, draft.name) : NULL;
	if (other) {
		report_error("%s: the personality \"%s\" is in %s already", path,
			     draft.name, other->path);
		good = false;
	}
	if (!good) {
		draft_free(&draft);
		free(path);
		return false;
	}

	folder->policies = need(reallocarray(folder->policies,
					     folder->nr_policies + 1,
					     sizeof(*policy)));
	policy = &folder->policies[folder->nr_policies++];
	policy->path = path;
	if (!strcmp(path, "-")) {
		policy->path = need(strdup("stdin"));
		free(path);
	}
	policy->draft = draft;

	return true;
}

static bool read_policies(struct folder *folder, const char *path,
			  parse_base_fn base)
{
	struct dirent **entries;
	bool good = true;
	int nr, i;

	nr = scandir(path, &entries, is_policy, alphasort);
	if (nr < 0) {
		report_error("%s: cannot be read (%s)", path, strerror(errno));
		return false;
	}
	/* Report the errors of all files at once. */
	for (i = 0; i < nr; i++) {
		good &= read_policy(folder, join(path, entries[i]->d_name),
				    base);
		free(entries[i]);
	}
	free(entries);

	return good;
}

static bool read_delegate(struct yaml *yaml, const yaml_node_t *node,
			  struct binding *read)
{
	const char *text;

	if (!node)
		return true;
	text = yaml_text(yaml, node, "none or full");
	if (!text)
		return false;
	read->anew = !strcmp(text, "full");
	read->delegate_line = yaml_line(node);

	return read->anew || !strcmp(text, "none") ||
	       yaml_error(yaml, node,
			  "delegate is none or full, not \"%.64s\"", text);
}

static bool read_binding(struct folder *folder, struct yaml *yaml,
			 yaml_node_t *item)
{
	struct binding read = { .line = yaml_line(item) };
	const char *cgroup, *personality;
	unsigned int i;

	if (!key_mapping(yaml, item, "an attachment", KEY_ATTACHMENT))
		return false;
	if (!yaml_find(yaml, item, "cgroup") ||
	    !yaml_find(yaml, item, "personality"))
		return yaml_error(yaml, item,
				  "an attachment is {cgroup: PATH, personality: NAME}");
	cgroup = yaml_text(yaml, yaml_find(yaml, item, "cgroup"), "a cgroup");
	personality = yaml_text(yaml, yaml_find(yaml, item, "personality"),
				"the name of a personality");
	if (!cgroup || !personality ||
	    !read_delegate(yaml, yaml_find(yaml, item, "delegate"), &read))
		return false;
	if (!*cgroup || strstr(cgroup, ".."))
		return yaml_error(yaml, item,
				  "a cgroup is a path below the root of the hierarchy, without \"..\"");
	for (i = 0; i < folder->nr_bindings; i++) {
		const struct binding *other = &folder->bindings[i];

		if (!strcmp(other->cgroup, cgroup))
			return yaml_error(yaml, item,
					  "the cgroup is attached in %s:%u already",
					  other->file, other->line);
	}

	folder->bindings = need(reallocarray(folder->bindings,
					     folder->nr_bindings + 1,
					     sizeof(read)));
	read.cgroup = need(strdup(cgroup));
	read.personality = need(strdup(personality));
	read.file = need(strdup(yaml->path));
	folder->bindings[folder->nr_bindings++] = read;

	return true;
}

static bool read_list(struct folder *folder, struct yaml *yaml)
{
	yaml_node_t *root = yaml_root(yaml), *list;
	bool good = true;
	unsigned int i;

	if (!key_mapping(yaml, root, "the file", KEY_FOLDER))
		return false;
	list = yaml_find(yaml, root, "attachments");
	if (!list)
		return true;
	if (list->type != YAML_SEQUENCE_NODE)
		return yaml_error(yaml, list,
				  "attachments is a list of {cgroup: PATH, personality: NAME}");
	for (i = 0; i < yaml_size(list); i++)
		good &= read_binding(folder, yaml, yaml_item(yaml, list, i));

	return good;
}

static bool read_bindings(struct folder *folder, const char *file)
{
	struct yaml yaml;
	bool good = yaml_open(&yaml, file) && read_list(folder, &yaml);

	yaml_close(&yaml);

	return good;
}

/*
 * In a ConfigMap that Kubernetes has mounted, the files are links to
 * "..data/FILE". It changes them all at once, by another link "..data": a reader
 * that follows this link once sees all old or all new ones. Returns the folder
 * with the files.
 */
static char *follow_data(const char *path)
{
	char *link = join(path, "..data"), target[PATH_MAX];
	ssize_t length = readlink(link, target, sizeof(target) - 1);

	free(link);
	if (length <= 0)
		return need(strdup(path));
	target[length] = 0;

	return *target == '/' ? need(strdup(target)) : join(path, target);
}

/* The list of attachments is optional. */
static bool read_folder(struct folder *folder, const char *path,
			parse_base_fn base)
{
	char *real = follow_data(path), *file = join(real, ATTACHMENTS);
	bool good = read_policies(folder, real, base);

	if (!access(file, F_OK) || errno != ENOENT)
		good &= read_bindings(folder, file);
	free(file);
	free(real);

	return good;
}

static bool is_attachments(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, ATTACHMENTS);
}

bool folder_add(struct folder *folder, const char *path, parse_base_fn base)
{
	struct stat status;

	if (!stat(path, &status) && S_ISDIR(status.st_mode))
		return read_folder(folder, path, base);
	if (is_attachments(path))
		return read_bindings(folder, path);

	return read_policy(folder, need(strdup(path)), base);
}

void folder_free(struct folder *folder)
{
	unsigned int i;

	for (i = 0; i < folder->nr_policies; i++) {
		free(folder->policies[i].path);
		draft_free(&folder->policies[i].draft);
	}
	for (i = 0; i < folder->nr_bindings; i++) {
		free(folder->bindings[i].cgroup);
		free(folder->bindings[i].personality);
		free(folder->bindings[i].file);
	}
	free(folder->policies);
	free(folder->bindings);
}
