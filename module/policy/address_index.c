// SPDX-License-Identifier: GPL-2.0
/*
 * The builder of the index of address rules. control/parse_policy.c builds an
 * index for each section of a new policy; cgroup/version.c frees it. The
 * tool does both in draft.c.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "policy/address_index.h"

/*
 * Upper bounds for lists and ranges, per rule. Without copied ranges a rule
 * needs at most one list and two ranges.
 */
#define LISTS	4
#define RANGES	16

/*
 * Longest list that a node copies, and most lists of a node that copies any or
 * merges its own. The limit keeps the steps for one rule independent of the
 * other rules.
 */
#define FEW	16

/*
 * Memory that the build needs for each rule: a prefix starts at most two
 * intervals, and a range has two bounds.
 */
struct share {
	struct address_place starts[2];
	struct address_place end;
	const struct persock_address_rule *sorted;
	struct address_node node;
	u32 around;
	struct address_list lists[LISTS];
	struct address_range ranges[RANGES];
	struct address_range layer;
	u32 cover[2];
	u32 bounds[2];
	u32 ranks[2];
	u32 skip[2];
};

/*
 * Shares in addition to those of the rules: for the first interval of each
 * family, for node 0, and for copied ranges below those of the rules.
 */
#define SPARE	FEW

/* An index under construction, in arrays with room for the worst case. */
struct build {
	const struct persock_address_rule *rules;
	unsigned int nr;
	unsigned int left;
	const struct persock_address_rule **sorted;
	struct address_place *starts;
	u32 *cover;
	unsigned int family;
	unsigned int nr_starts;
	struct address_node *nodes;
	struct address_place *ends;
	u32 *around;
	unsigned int nr_nodes;
	struct address_list *lists;
	unsigned int nr_lists;
	struct address_range *ranges;
	unsigned int nr_ranges;
	struct address_range *layers;
	unsigned int nr_layers;
	u32 *bounds;
	u32 *ranks;
	u32 *skip;
};

/* A run of the sorted rules. */
struct rules {
	const struct persock_address_rule **sorted;
	unsigned int nr;
};

static int order_prefix(const struct persock_address_rule *a,
			const struct persock_address_rule *b)
{
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = memcmp(a->address, b->address, sizeof(a->address));
	if (order)
		return order;

	return (int)a->prefix - (int)b->prefix;
}

/*
 * A prefix sorts before those that it covers, the rules of a prefix by rank.
 */
static int order_rules(const void *left, const void *right)
{
	const struct persock_address_rule *a, *b;
	bool a_denies, b_denies;
	int order;

	a = *(const struct persock_address_rule **)left;
	b = *(const struct persock_address_rule **)right;

	order = order_prefix(a, b);
	if (order)
		return order;
	if (a->protocol != b->protocol)
		return protocol_key(a->protocol) < protocol_key(b->protocol) ?
		       -1 : 1;
	a_denies = a->verdict < 0;
	b_denies = b->verdict < 0;
	if (a_denies != b_denies)
		return a_denies ? -1 : 1;

	return a < b ? -1 : 1;
}

static int order_bounds(const void *left, const void *right)
{
	u32 a = *(const u32 *)left, b = *(const u32 *)right;

	return a < b ? -1 : a > b;
}

static u32 rank_of(const struct build *build,
		   const struct persock_address_rule *rule)
{
	u32 index = rule - build->rules;

	return rule->verdict < 0 ? index : index + build->nr;
}

static void append_range(struct build *build, u32 first, u32 last, u32 rank)
{
	build->ranges[build->nr_ranges++] = (struct address_range){
		.first = first,
		.last = last,
		.rank = rank,
	};
}

static void add_layer(struct build *build,
		      const struct persock_address_rule *rule)
{
	build->layers[build->nr_layers++] = (struct address_range){
		.first = rule->first,
		.last = rule->last,
		.rank = rank_of(build, rule),
	};
}

/* Merge two runs of rules, each sorted by rank, into layers sorted by rank. */
static void add_layers(struct build *build, struct rules a, struct rules b)
{
	while (a.nr || b.nr) {
		struct rules *next = a.nr ? &a : &b;

		if (a.nr && b.nr && rank_of(build, *b.sorted) <
				    rank_of(build, *a.sorted))
			next = &b;
		add_layer(build, *next->sorted++);
		next->nr--;
	}
}

static unsigned int find_bound(const struct build *build, unsigned int nr,
			       u32 port)
{
	unsigned int low = 0, high = nr;

	while (high - low > 1) {
		unsigned int middle = low + (high - low) / 2;

		if (build->bounds[middle] <= port)
			low = middle;
		else
			high = middle;
	}

	return low;
}

/* The first piece from @piece on without a rank; shortens later searches. */
static unsigned int find_free(u32 *skip, unsigned int piece)
{
	while (skip[piece] != piece) {
		skip[piece] = skip[skip[piece]];
		piece = skip[piece];
	}

	return piece;
}

/* A range has two bounds: its first port, and the port after its last. */
static u32 bound_of(const struct address_range *ranges, unsigned int bound)
{
	const struct address_range *range = &ranges[bound / 2];

	return bound % 2 ? (u32)range->last + 1 : range->first;
}

/*
 * The bounds of all layers, sorted. Those of the last @nr_base layers are
 * sorted already, and are merged in from the end.
 */
static void sort_bounds(struct build *build, unsigned int nr_base)
{
	unsigned int own = 2 * (build->nr_layers - nr_base), below, i;
	const struct address_range *layer = build->layers;
	u32 *bounds = build->bounds;

	for (i = 0; i < own; i++)
		bounds[i] = bound_of(layer, i);
	sort(bounds, own, sizeof(*bounds), order_bounds, NULL);

	layer += build->nr_layers - nr_base;
	for (below = 2 * nr_base; below; ) {
		u32 bound = bound_of(layer, below - 1);

		if (own && bounds[own - 1] > bound) {
			bounds[own + below - 1] = bounds[own - 1];
			own--;
		} else {
			bounds[own + below - 1] = bound;
			below--;
		}
	}
}

/*
 * The bounds of the layers cut the ports into pieces. Each layer gives its
 * rank to the pieces that have none yet, so each piece gets at most one.
 */
static void add_ranges(struct build *build)
{
	u32 *bounds = build->bounds, *ranks = build->ranks, *skip = build->skip;
	unsigned int nr = build->nr_layers, pieces = 0, i, piece, end;
	const struct address_range *layer;

	/* The last bound is the end of the last piece and stays free. */
	for (i = 0; i < 2 * nr; i++) {
		if (i && bounds[i] == bounds[pieces])
			continue;
		if (i)
			pieces++;
		bounds[pieces] = bounds[i];
		ranks[pieces] = NO_RANK;
		skip[pieces] = pieces;
	}

	for (i = 0; i < nr; i++) {
		layer = &build->layers[i];
		piece = find_bound(build, pieces + 1, layer->first);
		end = find_bound(build, pieces + 1, (u32)layer->last + 1);
		for (piece = find_free(skip, piece); piece < end;
		     piece = find_free(skip, piece)) {
			ranks[piece] = layer->rank;
			skip[piece] = piece + 1;
		}
	}

	for (piece = 0; piece < pieces; piece = end) {
		end = piece + 1;
		if (ranks[piece] == NO_RANK)
			continue;
		while (end < pieces && ranks[end] == ranks[piece])
			end++;
		append_range(build, bounds[piece], bounds[end] - 1, ranks[piece]);
	}
}

/*
 * Add the list of a protocol: rules on any protocol and rules on this one, and
 * below them the ranges of @base. Without rules it shares the ranges of @base.
 */
static void add_list(struct build *build, u32 protocol, struct rules any,
		     struct rules own, const struct address_list *base)
{
	struct address_list *list = &build->lists[build->nr_lists++];
	unsigned int nr_rules;

	if (!any.nr && !own.nr) {
		*list = *base;
		return;
	}

	build->nr_layers = 0;
	add_layers(build, any, own);
	nr_rules = build->nr_layers;
	if (base) {
		memcpy(&build->layers[build->nr_layers],
		       &build->ranges[base->ranges],
		       base->nr * sizeof(*build->layers));
		build->nr_layers += base->nr;
	}

	list->protocol = protocol;
	list->ranges = build->nr_ranges;
	sort_bounds(build, build->nr_layers - nr_rules);
	add_ranges(build);
	list->nr = build->nr_ranges - list->ranges;
}

/* Takes the rules of the first protocol from @rules. */
static struct rules take_protocol(struct rules *rules)
{
	struct rules own = { .sorted = rules->sorted };

	while (own.nr < rules->nr &&
	       own.sorted[own.nr]->protocol == own.sorted[0]->protocol)
		own.nr++;
	rules->sorted += own.nr;
	rules->nr -= own.nr;

	return own;
}

static struct rules take_any(struct rules *rules)
{
	struct rules none = { .sorted = rules->sorted };

	if (rules->sorted[0]->protocol == PERSOCK_ANY)
		return take_protocol(rules);

	return none;
}

/*
 * Is there room for the lists of @rules if each includes the rules on any
 * protocol and the ranges of @base? The room that plain nodes need stays
 * reserved for all remaining rules: a list and two ranges for each.
 */
static bool affordable(const struct build *build, struct rules rules,
		       const struct address_node *base)
{
	struct rules any = take_any(&rules), rest = rules;
	const struct address_list *list = &build->lists[base->lists];
	u64 lists = 1 + base->nr, ranges;
	unsigned int i, longest = 0;

	if (base->plain)
		return false;
	for (i = 0; i < base->nr; i++) {
		if (list[i].nr > longest)
			longest = list[i].nr;
	}
	if (longest > FEW)
		return false;

	for (; rest.nr && lists <= FEW; lists++)
		take_protocol(&rest);
	if (lists > FEW)
		return false;

	/* A range over disjoint ones adds itself and splits one at most. */
	ranges = lists * (2 * (u64)any.nr + longest) + 2 * (u64)rules.nr;

	return build->nr_lists + lists + build->left <=
	       LISTS * (u64)build->nr &&
	       build->nr_ranges + ranges + 2 * (u64)build->left <=
	       RANGES * (u64)build->nr;
}

/* Begin an interval. An empty interval before it is overwritten. */
static void add_start(struct build *build, const struct address_place *start,
		      u32 node)
{
	unsigned int last = build->nr_starts - 1;

	if (build->nr_starts == build->family ||
	    address_after(start, &build->starts[last]))
		last = build->nr_starts++;

	build->starts[last] = *start;
	build->cover[last] = node;
}

/*
 * End @node: the node around it covers the next addresses, if there are any.
 */
static u32 close_node(struct build *build, u32 node)
{
	struct address_place start = build->ends[node];
	u32 around = build->around[node];

	if (!++start.low)
		start.high++;
	if (start.high || start.low)
		add_start(build, &start, around);

	return around;
}

/* One list for each protocol of @rules or @base, sorted. */
static void add_lists(struct build *build, struct rules rules,
		      const struct address_node *base, bool plain)
{
	const struct address_list *list = &build->lists[base->lists];
	const struct address_list *end = list + base->nr, *base_any = NULL;
	const u32 key_any = protocol_key(PERSOCK_ANY);
	struct rules any = take_any(&rules), none = { };

	if (list < end && list->protocol == key_any)
		base_any = list++;
	if (any.nr || base_any)
		add_list(build, key_any, any, none, base_any);

	while (rules.nr || list < end) {
		const struct address_list *below = base_any;
		struct rules own = none;
		u32 key = 0;

		if (rules.nr)
			key = protocol_key(rules.sorted[0]->protocol);
		if (!rules.nr || (list < end && list->protocol < key))
			key = list->protocol;
		else
			own = take_protocol(&rules);
		if (list < end && list->protocol == key)
			below = list++;
		add_list(build, key, plain ? none : any, own, below);
	}
}

/* @rules are those of one prefix, which lies inside the prefix of @around. */
static u32 add_node(struct build *build, struct rules rules, u32 around)
{
	u32 number = build->nr_nodes++, base = around;
	struct address_node *node = &build->nodes[number];

	build->ends[number] = address_last_of(rules.sorted[0]);
	build->around[number] = around;
	build->left -= rules.nr;

	if (!affordable(build, rules, &build->nodes[base]))
		base = 0;
	node->plain = !base && !affordable(build, rules, &build->nodes[0]);
	node->parent = base ? build->nodes[base].parent : around;
	node->lists = build->nr_lists;
	add_lists(build, rules, &build->nodes[base], node->plain);
	node->nr = build->nr_lists - node->lists;

	return number;
}

/* @rules are all of one family. */
static void add_family(struct build *build, struct rules rules)
{
	struct address_place start = { };
	u32 node = 0;

	build->family = build->nr_starts;
	add_start(build, &start, node);

	while (rules.nr) {
		struct rules prefix = { .sorted = rules.sorted };

		while (prefix.nr < rules.nr &&
		       !order_prefix(rules.sorted[0], rules.sorted[prefix.nr]))
			prefix.nr++;
		rules.sorted += prefix.nr;
		rules.nr -= prefix.nr;

		start = address_first_of(prefix.sorted[0]);
		while (node && address_after(&start, &build->ends[node]))
			node = close_node(build, node);
		node = add_node(build, prefix, node);
		add_start(build, &start, node);
	}

	while (node)
		node = close_node(build, node);
}

static void *take(void **memory, size_t size)
{
	void *start = *memory;

	*memory = (u8 *)start + size;
	return start;
}

static void *take_copy(void **memory, const void *from, size_t size)
{
	return memcpy(take(memory, size), from, size);
}

/* The highest power of two up to @nr, which is not 0. */
static u32 highest_power(u32 nr)
{
	u32 power = 1;

	while (nr /= 2)
		power *= 2;

	return power;
}

/* Copy the build to an index, without unused room. */
static struct persock_address_index *finish(const struct build *build,
					    unsigned int nr_starts4)
{
	unsigned int nr_starts6 = build->nr_starts - nr_starts4, i;
	struct persock_address_index *index;
	size_t starts4, starts6, cover, nodes, lists, ranges;
	void *memory;
	u32 *start;

	/* These are parts of the build's allocation, so the sum fits, too. */
	starts4 = nr_starts4 * sizeof(*index->starts4);
	starts6 = nr_starts6 * sizeof(*index->starts6);
	cover = build->nr_starts * sizeof(*build->cover);
	nodes = build->nr_nodes * sizeof(*build->nodes);
	lists = build->nr_lists * sizeof(*build->lists);
	ranges = build->nr_ranges * sizeof(*build->ranges);

	index = kvzalloc(sizeof(*index) + starts4 + starts6 + cover + nodes +
			 lists + ranges, GFP_KERNEL);
	if (!index)
		return ERR_PTR(-ENOMEM);

	/* Arrays with members of 64 bits come first, so none needs padding. */
	memory = index + 1;
	index->nr = build->nr;
	index->top4 = highest_power(nr_starts4);
	index->top6 = highest_power(nr_starts6);
	index->rest4 = nr_starts4 - index->top4;
	index->rest6 = nr_starts6 - index->top6;
	index->starts6 = take_copy(&memory, build->starts + nr_starts4,
				   starts6);
	start = take(&memory, starts4);
	for (i = 0; i < nr_starts4; i++)
		start[i] = build->starts[i].high >> 32;
	index->starts4 = start;
	index->nodes4 = take_copy(&memory, build->cover, cover);
	index->nodes6 = index->nodes4 + nr_starts4;
	index->nodes = take_copy(&memory, build->nodes, nodes);
	index->lists = take_copy(&memory, build->lists, lists);
	index->ranges = take_copy(&memory, build->ranges, ranges);

	return index;
}

/**
 * persock_address_index() - build the index of some rules
 * @rules: the rules; only the build reads them
 * @nr: length of @rules
 *
 * Takes O(n log n) steps. The build needs about 300 bytes for each rule.
 *
 * Context: Process context, may sleep.
 * Return: the index, which the caller frees with persock_address_index_free();
 * NULL if there are no rules; ERR_PTR(-ENOMEM).
 */
struct persock_address_index *
persock_address_index(const struct persock_address_rule *rules,
		      unsigned int nr)
{
	struct build build = { .rules = rules, .nr = nr, .left = nr };
	size_t count = size_add(nr, SPARE);
	struct persock_address_index *index;
	unsigned int i, nr4 = 0, nr_starts4;
	void *scratch, *memory;

	if (!nr)
		return NULL;

	scratch = kvcalloc(count, sizeof(struct share), GFP_KERNEL);
	if (!scratch)
		return ERR_PTR(-ENOMEM);

	memory = scratch;
	build.starts = take(&memory, 2 * count * sizeof(*build.starts));
	build.ends = take(&memory, count * sizeof(*build.ends));
	build.sorted = take(&memory, count * sizeof(*build.sorted));
	build.nodes = take(&memory, count * sizeof(*build.nodes));
	build.around = take(&memory, count * sizeof(*build.around));
	build.lists = take(&memory, LISTS * count * sizeof(*build.lists));
	build.ranges = take(&memory, RANGES * count * sizeof(*build.ranges));
	build.layers = take(&memory, count * sizeof(*build.layers));
	build.cover = take(&memory, 2 * count * sizeof(*build.cover));
	build.bounds = take(&memory, 2 * count * sizeof(*build.bounds));
	build.ranks = take(&memory, 2 * count * sizeof(*build.ranks));
	build.skip = take(&memory, 2 * count * sizeof(*build.skip));
	build.nr_nodes = 1;

	for (i = 0; i < nr; i++) {
		build.sorted[i] = &rules[i];
		nr4 += rules[i].family == AF_INET;
	}
	/* AF_INET is below AF_INET6. */
	sort(build.sorted, nr, sizeof(*build.sorted), order_rules, NULL);
	add_family(&build, (struct rules){ build.sorted, nr4 });
	nr_starts4 = build.nr_starts;
	add_family(&build, (struct rules){ build.sorted + nr4, nr - nr4 });

	index = finish(&build, nr_starts4);
	kvfree(scratch);

	return index;
}

/**
 * persock_address_index_free() - free an index
 * @index: from persock_address_index(), or NULL
 *
 * Context: any in which kvfree() may be called. No search of it may be
 * running.
 */
void persock_address_index_free(const struct persock_address_index *index)
{
	kvfree(index);
}
