// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the policies of all layers: those of a cgroup from the module, others
 * from files. The commands explain and show call it.
 */
#include "command/stack.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/source.h"
#include "policy_file/resolver.h"
#include "wire/layers.h"
#include "wire/name.h"
#include "wire/netlink.h"
#include "wire/policy.h"

static int read_policies(struct netlink *nl, const struct layers *layers,
			 struct stack *stack)
{
	unsigned int i;

	stack->layers = need(calloc(layers->nr, sizeof(*stack->layers)));
	stack->inherited = layers->inherited;
	for (i = 0; i < layers->nr; i++) {
		struct stack_layer *layer = &stack->layers[i];

		layer->cgroup_id = layers->of[i].cgroup_id;
		layer->path = need(strdup(layers->of[i].path));
		layer->source = need(strdup(layers->of[i].personality));
		stack->nr++;
		if (policy_read(nl, layer->source, &layer->draft))
			return netlink_error(nl);
	}

	return 0;
}

static void add_learnt(const struct name *name, struct learnt *learnt)
{
	memset(learnt, 0, sizeof(*learnt));
	learnt->address.family = name->length == 4 ? AF_INET : AF_INET6;
	memcpy(learnt->address.address, name->address, name->length);
	snprintf(learnt->host, sizeof(learnt->host), "%s", name->host);
	learnt->left = name->fixed ? S64_MAX : name->ttl;
}

/* All layers judge by what the innermost attachment has learnt. */
static int read_learnt(struct netlink *nl, struct stack *stack)
{
	const struct nlmsghdr *message;
	unsigned int nr = 0, i;
	struct replies replies;
	bool any = false;
	struct name name;
	int status;

	for (i = 0; i < stack->nr; i++)
		any = any || draft_has_names(&stack->layers[i].draft);
	if (!any)
		return 0;
	status = name_list(nl, stack->layers[stack->nr - 1].cgroup_id,
			   &replies);
	if (status)
		return status;
	replies_for_each(message, &replies)
		nr++;
	stack->learnt = need(calloc(nr + 1, sizeof(*stack->learnt)));
	nr = 0;
	replies_for_each(message, &replies) {
		name_parse(message, &name);
		if (name.address)
			add_learnt(&name, &stack->learnt[nr++]);
	}
	replies_free(&replies);
	for (i = 0; i < stack->nr; i++) {
		stack->layers[i].draft.learnt = stack->learnt;
		stack->layers[i].draft.nr_learnt = nr;
	}

	return 0;
}

int stack_read(struct stack *stack, const char *cgroup)
{
	struct layers layers;
	struct netlink nl;
	int status;

	*stack = (struct stack){ 0 };
	status = netlink_open(&nl);
	if (status)
		return status;
	status = layers_read(&nl, cgroup, &layers);
	if (!status)
		status = read_policies(&nl, &layers, stack);
	if (!status)
		status = read_learnt(&nl, stack);
	layers_free(&layers);
	netlink_close(&nl);

	return status;
}

int stack_read_policies(struct stack *stack, char **sources, unsigned int nr)
{
	unsigned int i;

	*stack = (struct stack){
		.layers = need(calloc(nr, sizeof(*stack->layers))),
	};
	for (i = 0; i < nr; i++) {
		struct stack_layer *layer = &stack->layers[stack->nr++];

		layer->path = need(strdup(source_name(sources[i])));
		layer->source = need(strdup(sources[i]));
		if (!source_read(&layer->draft, sources[i]))
			return EXIT_FAILURE;
		resolver_resolve(&layer->draft);
	}

	return 0;
}

void stack_free(struct stack *stack)
{
	unsigned int i;

	for (i = 0; i < stack->nr; i++) {
		free(stack->layers[i].path);
		free(stack->layers[i].source);
		draft_free(&stack->layers[i].draft);
	}
	free(stack->layers);
	free(stack->learnt);
}

bool stack_enforces(const struct stack_layer *layer)
{
	return layer->draft.policy.mode == PERSOCK_MODE_ENFORCE;
}

void stack_print_layer(const struct stack *stack, unsigned int i)
{
	const struct stack_layer *layer = &stack->layers[i];

	printf("layer %u of %u: ", i + 1, stack->nr);
	/* The module does not report a path that is too long. */
	if (*layer->path)
		text_print(stdout, layer->path);
	else
		printf("id:%" PRIu64, layer->cgroup_id);
	/* A file need not name one. */
	if (!*layer->draft.name)
		return;
	fputs(", personality ", stdout);
	text_print(stdout, layer->draft.name);
}

const char *stack_remark(const struct stack_layer *layer)
{
	switch (layer->draft.policy.mode) {
	case PERSOCK_MODE_AUDIT:
		return ", which only audits";
	case PERSOCK_MODE_RECORD:
		return ", which only records";
	default:
		return "";
	}
}

void stack_json_layer(const struct stack_layer *layer)
{
	if (layer->cgroup_id)
		json_u64("cgroup_id", layer->cgroup_id);
	json_string(layer->cgroup_id ? "path" : "source", layer->path);
	json_string("personality", layer->draft.name);
}

/* "native" is what a policy has that names no provider. */
static bool names_providers(const struct draft *draft)
{
	return draft->nr_providers != 1 || strcmp(draft->providers[0], "native");
}

/* The innermost of the layers that enforce, or of those that only audit. */
static void find_server(const struct stack *stack, bool enforces,
			unsigned int *server, const struct draft **network)
{
	unsigned int i;

	for (i = 0; i < stack->nr; i++) {
		const struct stack_layer *layer = &stack->layers[i];

		if (stack_enforces(layer) != enforces)
			continue;
		if (names_providers(&layer->draft))
			*server = i;
		if (*layer->draft.network)
			*network = &layer->draft;
	}
}

void stack_find_server(const struct stack *stack, unsigned int *server,
		       const struct draft **network)
{
	*server = stack->nr;
	*network = NULL;
	find_server(stack, true, server, network);
	/* Layers that only audit take part if no other names any. */
	if (*server == stack->nr && !*network)
		find_server(stack, false, server, network);
	if (*server == stack->nr)
		*server = stack->nr - 1;
}
