// SPDX-License-Identifier: GPL-2.0
/*
 * Builds and changes the policy of a draft, with functions of the module. The
 * parser, the reader of the module's replies and the commands call it.
 */
#include "module/policy/address_index.h"
#include "module/policy/guard.h"
#include "module/policy/host.h"
#include "policy_file/draft.h"

#include <stdio.h>

#include "base/error.h"
#include "policy_file/draft_unix.h"

#define RECEIVED_MAX	1024

/* Make room for one element at @place of a list of the draft. */
static void *insert(void *list, unsigned int nr, unsigned int place,
		    size_t size)
{
	/* Lists grow when their length is a power of 2. */
	if (!(nr & (nr - 1)))
		list = need(reallocarray(list, nr ? 2 * nr : 1, size));
	memmove((char *)list + (place + 1) * size, (char *)list + place * size,
		(nr - place) * size);

	return list;
}

#define INSERT(list, nr, place, element) do {				\
	unsigned int _place = (place);					\
	void *_list = insert((void *)(list), (nr), _place,		\
			     sizeof(*(element)));			\
									\
	(list) = _list;							\
	(nr)++;								\
	memcpy((char *)_list + _place * sizeof(*(element)), (element),	\
	       sizeof(*(element)));					\
} while (0)

/* Copy a list, with room for a power of 2 of elements, as insert() expects. */
static void *own(const void *list, unsigned int nr, size_t size)
{
	unsigned int room = 1;
	void *memory;

	while (room < nr)
		room *= 2;
	memory = need(calloc(room, size));
	if (nr)
		memcpy(memory, list, nr * size);

	return memory;
}

static void free_hosts(struct persock_names *names)
{
	while (names->nr)
		free((void *)names->rules[--names->nr].name);
}

/* Presets have no rules on hosts. */
static void own_lists(struct persock_policy *policy)
{
	enum persock_section section;
	unsigned int class;

	policy->sockets.rules = own(policy->sockets.rules, policy->sockets.nr,
				    sizeof(*policy->sockets.rules));
	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		struct persock_addresses *addresses;

		if (!persock_section_is_address(section))
			continue;
		addresses = persock_section_addresses(policy, section);
		addresses->rules = own(addresses->rules, addresses->nr,
				       sizeof(*addresses->rules));
		addresses->index = NULL;
		addresses->vsock = own(addresses->vsock, addresses->nr_vsock,
				       sizeof(*addresses->vsock));
	}
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		struct persock_rules *rules = &policy->rules[class];

		for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
			struct persock_options *options;

			if (!persock_section_is_option(section))
				continue;
			options = persock_section_options(rules, section);
			options->list = own(options->list, options->nr,
					    sizeof(*options->list));
		}
		rules->ioctls.list = own(rules->ioctls.list, rules->ioctls.nr,
					 sizeof(*rules->ioctls.list));
	}
}

static void free_lists(struct persock_policy *policy)
{
	enum persock_section section;
	unsigned int class;

	free((void *)policy->sockets.rules);
	free_hosts(&policy->names);
	free((void *)policy->names.rules);
	free((void *)policy->names.sorted);
	draft_free_unix(policy);
	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		struct persock_addresses *addresses;

		if (!persock_section_is_address(section))
			continue;
		addresses = persock_section_addresses(policy, section);
		free((void *)addresses->rules);
		free((void *)addresses->vsock);
		persock_address_index_free(addresses->index);
	}
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		struct persock_rules *rules = &policy->rules[class];

		for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
			if (persock_section_is_option(section))
				free((void *)persock_section_options(rules,
							section)->list);
		}
		free((void *)rules->ioctls.list);
	}
}

static const struct persock_preset *find_preset(const char *name)
{
	unsigned int i;

	for (i = 0; i < persock_nr_presets; i++) {
		if (!strcmp(persock_presets[i].name, name))
			return &persock_presets[i];
	}

	return NULL;
}

void draft_init(struct draft *draft)
{
	memset(draft, 0, sizeof(*draft));
	draft->policy = *find_preset("none")->policy;
	own_lists(&draft->policy);
}

void draft_free(struct draft *draft)
{
	free_lists(&draft->policy);
}

bool draft_preset(struct draft *draft, const char *name)
{
	const struct persock_preset *preset = find_preset(name);
	unsigned int i;

	if (!preset)
		return false;
	free_lists(&draft->policy);
	draft->policy = *preset->policy;
	own_lists(&draft->policy);
	for (i = 0; i < PERSOCK_MAX_PROVIDERS && preset->providers[i]; i++)
		snprintf(draft->providers[i], sizeof(draft->providers[i]), "%s",
			 preset->providers[i]);
	draft->nr_providers = i;

	return true;
}

void draft_add_socket(struct draft *draft, unsigned int place,
		      const struct persock_socket_rule *rule)
{
	struct persock_sockets *sockets = &draft->policy.sockets;

	INSERT(sockets->rules, sockets->nr, place, rule);
}

void draft_add_address(struct draft *draft, enum persock_section section,
		       const struct persock_address_rule *rule)
{
	struct persock_addresses *addresses =
		persock_section_addresses(&draft->policy, section);

	INSERT(addresses->rules, addresses->nr, addresses->nr, rule);
}

void draft_add_vsock(struct draft *draft, enum persock_section section,
		     const struct persock_vsock_rule *rule)
{
	struct persock_addresses *addresses =
		persock_section_addresses(&draft->policy, section);

	INSERT(addresses->vsock, addresses->nr_vsock, addresses->nr_vsock, rule);
}

void draft_add_host(struct draft *draft, const struct persock_host_rule *rule)
{
	struct persock_names *names = &draft->policy.names;
	struct persock_host_rule own = *rule;

	own.name = need(strdup(rule->name));
	own.length = strlen(own.name);
	INSERT(names->rules, names->nr, names->nr, &own);
}

static int order(const struct persock_option *a, const struct persock_option *b)
{
	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;

	return 0;
}

bool draft_add_option(struct draft *draft, enum persock_section section,
		      enum persock_class class,
		      const struct persock_option *option)
{
	struct persock_options *options =
		persock_section_options(&draft->policy.rules[class], section);
	unsigned int low = 0, high = options->nr;

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		int way = order(option, &options->list[middle]);

		if (!way) {
			struct persock_option *own_list =
				(struct persock_option *)options->list;

			if (own_list[middle].line & DRAFT_MARK)
				return false;
			own_list[middle] = *option;
			return true;
		}
		if (way < 0)
			high = middle;
		else
			low = middle + 1;
	}
	INSERT(options->list, options->nr, low, option);

	return true;
}

bool draft_add_ioctl(struct draft *draft, enum persock_class class,
		     const struct persock_ioctl *ioctl)
{
	struct persock_ioctls *ioctls = &draft->policy.rules[class].ioctls;
	struct persock_ioctl *list = (struct persock_ioctl *)ioctls->list;
	unsigned int low = 0, high = ioctls->nr;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (list[middle].cmd < ioctl->cmd)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < ioctls->nr && list[low].cmd == ioctl->cmd) {
		if (list[low].line & DRAFT_MARK)
			return false;
		list[low] = *ioctl;
		return true;
	}
	INSERT(ioctls->list, ioctls->nr, low, ioctl);

	return true;
}

void draft_add_flags(struct draft *draft, enum persock_section section,
		     enum persock_class class, u32 flags, int verdict)
{
	struct persock_flags *all =
		persock_section_flags(&draft->policy.rules[class], section);
	unsigned int bit;

	all->allow &= ~flags;
	all->ignore &= ~flags;
	all->deny &= ~flags;
	if (verdict == PERSOCK_ALLOW)
		all->allow |= flags;
	else if (verdict == PERSOCK_IGNORE)
		all->ignore |= flags;
	else
		all->deny |= flags;
	for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++) {
		if (flags & 1U << bit)
			all->errnos[bit] = verdict < 0 ? verdict : 0;
	}
}

void draft_unmark(struct draft *draft, enum persock_section section,
		  enum persock_class class)
{
	struct persock_rules *rules = &draft->policy.rules[class];
	unsigned int i;

	if (persock_section_is_option(section)) {
		struct persock_options *options =
			persock_section_options(rules, section);

		for (i = 0; i < options->nr; i++)
			((struct persock_option *)options->list)[i].line &=
				~DRAFT_MARK;
	} else if (section == PERSOCK_SECTION_IOCTLS) {
		for (i = 0; i < rules->ioctls.nr; i++)
			((struct persock_ioctl *)rules->ioctls.list)[i].line &=
				~DRAFT_MARK;
	}
}

void draft_clear(struct draft *draft, enum persock_section section,
		 enum persock_class class)
{
	struct persock_rules *rules = &draft->policy.rules[class];

	if (section == PERSOCK_SECTION_SOCKETS) {
		draft->policy.sockets.nr = 0;
	} else if (persock_section_is_address(section)) {
		persock_section_addresses(&draft->policy, section)->nr = 0;
		persock_section_addresses(&draft->policy, section)->nr_vsock = 0;
		if (section == PERSOCK_SECTION_CONNECT)
			free_hosts(&draft->policy.names);
	} else if (persock_section_is_unix(section)) {
		draft_clear_unix(&draft->policy, section);
	} else if (persock_section_is_option(section)) {
		persock_section_options(rules, section)->nr = 0;
	} else if (section == PERSOCK_SECTION_IOCTLS) {
		rules->ioctls.nr = 0;
	} else if (persock_section_is_flags(section)) {
		struct persock_flags *flags = persock_section_flags(rules,
								    section);

		*flags = (struct persock_flags){ .fallback = flags->fallback };
	}
}

/* Remove rules that allow what must be listed, and list it. */
static void keep_unnamed(struct persock_addresses *addresses)
{
	struct persock_address_rule *rules =
		(struct persock_address_rule *)addresses->rules;
	unsigned int i, nr = 0;

	for (i = 0; i < addresses->nr; i++) {
		if (rules[i].verdict < 0 ||
		    !persock_guard_names(addresses->guard, &rules[i]))
			rules[nr++] = rules[i];
	}
	addresses->nr = nr;
}

static void keep_unnamed_sockets(struct persock_sockets *sockets)
{
	struct persock_socket_rule *rules =
		(struct persock_socket_rule *)sockets->rules;
	unsigned int i, nr = 0;

	for (i = 0; i < sockets->nr; i++) {
		if (rules[i].verdict < 0 || !persock_guard_names_raw(&rules[i]))
			rules[nr++] = rules[i];
	}
	sockets->nr = nr;
}

void draft_guard(struct draft *draft)
{
	struct persock_rules *rules = &draft->policy.rules[PERSOCK_CLASS_INET];
	static const enum persock_section sections[] = {
		PERSOCK_SECTION_OPTIONS_GET, PERSOCK_SECTION_OPTIONS_SET,
		PERSOCK_SECTION_CONTROL_SEND,
	};
	unsigned int i, j, nr;

	persock_guard_policy(&draft->policy);
	keep_unnamed_sockets(&draft->policy.sockets);
	keep_unnamed(&draft->policy.connect);
	keep_unnamed(&draft->policy.bind);
	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		struct persock_options *options =
			persock_section_options(rules, sections[i]);
		struct persock_option *list =
			(struct persock_option *)options->list;

		for (j = nr = 0; j < options->nr; j++) {
			if (list[j].verdict < 0 ||
			    !persock_guard_option(options->guard, list[j].level,
						  list[j].name, PERSOCK_ALLOW))
				list[nr++] = list[j];
		}
		options->nr = nr;
	}
	for (i = nr = 0; i < rules->ioctls.nr; i++) {
		struct persock_ioctl *list =
			(struct persock_ioctl *)rules->ioctls.list;

		if (list[i].verdict < 0 ||
		    !persock_guard_ioctl(rules->ioctls.guard, list[i].cmd,
					 PERSOCK_ALLOW))
			list[nr++] = list[i];
	}
	rules->ioctls.nr = nr;
}

void draft_serve_network(struct draft *draft)
{
	unsigned int i;

	if (!draft->nr_providers) {
		strcpy(draft->providers[0], "native");
		draft->nr_providers = 1;
	}
	for (i = 0; i < draft->nr_providers; i++) {
		if (strcmp(draft->providers[i], "native"))
			return;
	}
	/* native is the only provider: the parser rejects duplicates. */
	memmove(draft->providers[1], draft->providers[0],
		draft->nr_providers * sizeof(draft->providers[0]));
	strcpy(draft->providers[0], "hostinet");
	draft->nr_providers++;
}

unsigned int draft_rules(const struct draft *draft)
{
	const struct persock_policy *policy = &draft->policy;
	unsigned int class, nr;

	nr = policy->sockets.nr + policy->connect.nr + policy->names.nr +
	     policy->bind.nr + policy->accept.nr + policy->unix_connect.nr +
	     policy->unix_bind.nr + policy->connect.nr_vsock +
	     policy->bind.nr_vsock + policy->accept.nr_vsock;
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		const struct persock_rules *rules = &policy->rules[class];

		nr += rules->get.nr + rules->set.nr + rules->control_send.nr +
		      rules->control_receive.nr + rules->ioctls.nr;
	}

	return nr;
}

const char *draft_problem(const struct draft *draft)
{
	const struct persock_backlog *backlog = &draft->policy.backlog;

	if (draft_rules(draft) > DRAFT_MAX_RULES)
		return "a policy has at most 65536 rules";
	if (backlog->floor && backlog->ceiling &&
	    backlog->floor > backlog->ceiling)
		return "the backlog's floor is above its ceiling";
	if (*draft->network && draft->nr_providers == 1 &&
	    !strcmp(draft->providers[0], "native"))
		return "sockets of another network namespace need a provider that makes them: hostinet";

	return NULL;
}

bool draft_has_names(const struct draft *draft)
{
	return draft->policy.names.nr_resolvers || draft->system_resolvers;
}

void draft_begin_names(struct draft *draft)
{
	struct persock_names *names = &draft->policy.names;

	names->nr_resolvers = 0;
	names->queries = PERSOCK_QUERIES_LISTED;
	names->hold = DRAFT_HOLD;
	names->max = DRAFT_MAX_LEARNT;
	draft->system_resolvers = true;
}

static void sort_hosts(struct persock_names *names)
{
	u32 *sorted = need(calloc(names->nr + 1, sizeof(*sorted)));

	free((void *)names->sorted);
	persock_hosts_sort(names->rules, names->nr, sorted);
	names->sorted = sorted;
}

void draft_index(struct draft *draft)
{
	enum persock_section section;
	struct persock_rules *inet = &draft->policy.rules[PERSOCK_CLASS_INET];

	sort_hosts(&draft->policy.names);
	draft_sort_unix(&draft->policy);

	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		struct persock_addresses *addresses;
		struct persock_address_index *index;

		if (!persock_section_is_address(section))
			continue;
		addresses = persock_section_addresses(&draft->policy, section);
		index = persock_address_index(addresses->rules, addresses->nr);
		if (IS_ERR(index))
			exit(report_error("out of memory"));
		persock_address_index_free(addresses->index);
		addresses->index = index;
	}
	/* As in the kernel: see persock_policy_parse(). */
	if (!inet->control_receive.nr &&
	    inet->control_receive.fallback == PERSOCK_ALLOW)
		inet->received_max = 0;
	else if (!inet->received_max)
		inet->received_max = RECEIVED_MAX;
}

bool draft_same_options(const struct persock_options *a,
			const struct persock_options *b)
{
	unsigned int i;

	if (a->nr != b->nr || a->fallback != b->fallback)
		return false;
	for (i = 0; i < a->nr; i++) {
		const struct persock_option *x = &a->list[i], *y = &b->list[i];

		if (x->level != y->level || x->name != y->name ||
		    x->verdict != y->verdict || x->size != y->size ||
		    x->max != y->max)
			return false;
	}

	return true;
}

bool draft_same_lines(const struct draft *a, const struct draft *b)
{
	struct persock_policy *x = (struct persock_policy *)&a->policy;
	struct persock_policy *y = (struct persock_policy *)&b->policy;
	enum persock_section section;
	unsigned int class, i;
	bool same = true;

	for (i = 0; i < x->sockets.nr; i++)
		same &= x->sockets.rules[i].line == y->sockets.rules[i].line;
	for (i = 0; i < x->names.nr; i++)
		same &= x->names.rules[i].line == y->names.rules[i].line;
	same &= draft_same_unix_lines(x, y);
	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		const struct persock_addresses *one, *other;

		if (!persock_section_is_address(section))
			continue;
		one = persock_section_addresses(x, section);
		other = persock_section_addresses(y, section);
		for (i = 0; i < one->nr; i++)
			same &= one->rules[i].line == other->rules[i].line;
		for (i = 0; i < one->nr_vsock; i++)
			same &= one->vsock[i].line == other->vsock[i].line;
	}
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		struct persock_rules *mine = &x->rules[class];
		struct persock_rules *others = &y->rules[class];

		for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
			const struct persock_options *one, *other;

			if (!persock_section_is_option(section))
				continue;
			one = persock_section_options(mine, section);
			other = persock_section_options(others, section);
			for (i = 0; i < one->nr; i++)
				same &= one->list[i].line == other->list[i].line;
		}
		for (i = 0; i < mine->ioctls.nr; i++)
			same &= mine->ioctls.list[i].line ==
				others->ioctls.list[i].line;
	}

	return same;
}

bool draft_same_ioctls(const struct persock_ioctls *a,
		       const struct persock_ioctls *b)
{
	unsigned int i;

	if (a->nr != b->nr || a->fallback != b->fallback)
		return false;
	for (i = 0; i < a->nr; i++) {
		if (a->list[i].cmd != b->list[i].cmd ||
		    a->list[i].verdict != b->list[i].verdict)
			return false;
	}

	return true;
}
