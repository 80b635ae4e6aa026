// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the layers of a cgroup among the module's attachments. stack.c calls it.
 */
#include <linux/genetlink.h>

#include "wire/layers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "wire/attachment.h"
#include "wire/netlink.h"

/* Is a cgroup attached? Then its attachment is filled in. */
static bool find(const struct replies *attachments, uint64_t id,
		 struct attachment *attachment)
{
	const struct nlmsghdr *message;

	replies_for_each(message, attachments) {
		attachment_parse(message, attachment);
		if (attachment->cgroup_id == id)
			return true;
	}

	return false;
}

/*
 * Find the nearest attached ancestor of an open cgroup, which is closed. @id is
 * that of the ancestor, or of the uppermost cgroup if there is none.
 */
static bool find_nearest(const struct replies *attachments, int directory,
			 uint64_t *id, struct attachment *attachment)
{
	bool found;
	int parent;

	for (;;) {
		*id = cgroup_id(directory);
		found = find(attachments, *id, attachment);
		parent = found ? -1 : cgroup_parent(directory);
		close(directory);
		if (parent < 0)
			return found;
		directory = parent;
	}
}

static int not_governed(const char *cgroup, uint64_t uppermost)
{
	if (uppermost != CGROUP_ROOT_ID)
		return report_error("cannot find what governs \"%s\": it is not attached, and only a part of the hierarchy above it is mounted",
				    cgroup);

	return report_error("\"%s\" is not governed: neither it nor a cgroup above it is attached",
			    cgroup);
}

static int keep_layers(const struct replies *attachments,
		       const struct attachment *inner, struct layers *layers)
{
	struct attachment attachment;
	unsigned int i;

	layers->of = need(calloc(inner->nr_layers, sizeof(*layers->of)));
	for (i = 0; i < inner->nr_layers; i++) {
		struct layer *layer = &layers->of[layers->nr];

		/* The module lists all attachments at one time. */
		if (!find(attachments, inner->layers[i], &attachment))
			return report_error("the module does not list the attachment of a layer, id:%llu",
					    (unsigned long long)inner->layers[i]);
		layer->cgroup_id = attachment.cgroup_id;
		layer->path = need(strdup(attachment.path));
		layer->personality = need(strdup(attachment.personality));
		layers->nr++;
	}

	return 0;
}

static int read_from(const struct replies *attachments, const char *cgroup,
		     struct layers *layers)
{
	struct attachment attachment;
	uint64_t id, own;
	int fd;

	if (cgroup_parse_id(cgroup, &id)) {
		if (!find(attachments, id, &attachment))
			return report_error("\"%s\" is not attached", cgroup);
		return keep_layers(attachments, &attachment, layers);
	}
	fd = cgroup_open(cgroup);
	if (fd < 0)
		return EXIT_FAILURE;
	own = cgroup_id(fd);
	if (!find_nearest(attachments, fd, &id, &attachment))
		return not_governed(cgroup, id);
	layers->inherited = id != own;

	return keep_layers(attachments, &attachment, layers);
}

int layers_read(struct netlink *nl, const char *cgroup, struct layers *layers)
{
	struct replies attachments;
	int status;

	*layers = (struct layers){ 0 };
	status = attachment_list(nl, &attachments);
	if (status)
		return status;
	status = read_from(&attachments, cgroup, layers);
	replies_free(&attachments);

	return status;
}

void layers_free(struct layers *layers)
{
	unsigned int i;

	for (i = 0; i < layers->nr; i++) {
		free(layers->of[i].path);
		free(layers->of[i].personality);
	}
	free(layers->of);
}
