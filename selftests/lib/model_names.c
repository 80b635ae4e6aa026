// SPDX-License-Identifier: GPL-2.0
/* The learnt addresses of the model's cgroups: see model_names.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "model_names.h"

/* Without a policy that has names. */
#define LIMIT		4096
/* The specification has no number: as many names of one address are kept. */
#define OF_AN_ADDRESS	64
/* Seconds: what a busy machine takes between the kernel's clock and this one. */
#define SLACK		60

static struct model_learnt *learnt_by(const struct model_cgroup *cgroup)
{
	static struct model_learnt all[MODEL_CGROUPS][MODEL_LEARNT];

	return all[cgroup - model.cgroups];
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec;
}

static bool is_at(const struct model_learnt *learnt,
		  const struct oracle_learnt *wanted)
{
	return learnt->length == wanted->length &&
	       !memcmp(learnt->address, wanted->address, wanted->length);
}

static bool matches(const struct model_learnt *learnt,
		    const struct oracle_learnt *wanted)
{
	return (!wanted->named || !strcmp(learnt->host, wanted->host)) &&
	       (!wanted->length || is_at(learnt, wanted));
}

struct model_learnt *model_names_find(const struct model_cgroup *cgroup,
				      const struct oracle_learnt *wanted)
{
	struct model_learnt *learnt = learnt_by(cgroup);
	unsigned int i;

	for (i = 0; i < cgroup->nr_learnt; i++) {
		if (matches(&learnt[i], wanted))
			return &learnt[i];
	}

	return NULL;
}

static void drop(struct model_cgroup *cgroup, struct model_learnt *learnt)
{
	struct model_learnt *end = learnt_by(cgroup) + cgroup->nr_learnt--;

	memmove(learnt, learnt + 1, (char *)end - (char *)(learnt + 1));
}

/* So many addresses are dropped for one that is learnt. */
#define DROPS	64

/* The smallest limit of the attachments that govern the cgroup. */
static unsigned int limit_of(const struct model_cgroup *cgroup)
{
	const struct model_personality *personality;
	unsigned int limit = 0;

	for (; cgroup; cgroup = cgroup->above) {
		personality = model_find(cgroup->personality);
		if (!personality)
			continue;
		if (personality->limit &&
		    (!limit || personality->limit < limit))
			limit = personality->limit;
		if (cgroup->anew)
			break;
	}

	return limit ? limit : LIMIT;
}

/* One more name of an address replaces its oldest. */
static void make_room(struct model_cgroup *cgroup,
		      const struct oracle_learnt *wanted)
{
	struct oracle_learnt address = *wanted;
	struct model_learnt *learnt = learnt_by(cgroup);
	unsigned int limit = limit_of(cgroup), names = 0, drops, i;

	address.named = false;
	for (i = 0; i < cgroup->nr_learnt; i++)
		names += is_at(&learnt[i], &address);
	if (names >= OF_AN_ADDRESS) {
		drop(cgroup, model_names_find(cgroup, &address));
		cgroup->lost++;
	}
	/* A limit that was lowered is reached step by step. */
	for (drops = 0; cgroup->nr_learnt >= limit && drops < DROPS; drops++) {
		drop(cgroup, learnt);
		cgroup->lost++;
	}
}

void model_names_add(struct model_cgroup *cgroup,
		     const struct oracle_learnt *wanted)
{
	struct model_learnt *known = model_names_find(cgroup, wanted);
	struct model_learnt next = {
		.length = wanted->length,
		.ends = wanted->ends,
		.end = now() + wanted->ttl,
	};

	strcpy(next.host, wanted->host);
	memcpy(next.address, wanted->address, wanted->length);
	if (known) {
		/* What does not end is not made to. */
		next.ends &= known->ends;
		drop(cgroup, known);
	} else {
		make_room(cgroup, wanted);
	}
	if (cgroup->nr_learnt == MODEL_LEARNT)
		abort();
	learnt_by(cgroup)[cgroup->nr_learnt++] = next;
}

void model_names_remove(struct model_cgroup *cgroup,
			const struct oracle_learnt *wanted)
{
	struct model_learnt *learnt;

	while ((learnt = model_names_find(cgroup, wanted)))
		drop(cgroup, learnt);
}

void model_names_forget(struct model_cgroup *cgroup)
{
	cgroup->nr_learnt = 0;
	cgroup->lost = 0;
}

struct look {
	unsigned int seen[MODEL_CGROUPS];
	const char *why;
};

static bool is_that(const struct model_learnt *learnt,
		    const struct nlattr *const *tb)
{
	const struct nlattr *address = tb[PERSOCK_A_LEARNT_ADDRESS];
	const struct nlattr *ttl = tb[PERSOCK_A_LEARNT_TTL];
	long long left = learnt->end - now();

	if (strcmp(mnl_attr_get_str(tb[PERSOCK_A_LEARNT_HOST]), learnt->host) ||
	    mnl_attr_get_payload_len(address) != learnt->length ||
	    memcmp(mnl_attr_get_payload(address), learnt->address,
		   learnt->length) ||
	    mnl_attr_get_u32(tb[PERSOCK_A_LEARNT_NETWORK_INODE]) !=
	    model.networks[0].inode)
		return false;
	if (!learnt->ends)
		return !ttl && tb[PERSOCK_A_LEARNT_STATIC];

	return !tb[PERSOCK_A_LEARNT_STATIC] && ttl &&
	       llabs((int)mnl_attr_get_u32(ttl) - left) <= SLACK;
}

static void look_at(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *learnt_tb[PERSOCK_A_LEARNT_MAX + 1] = { };
	const struct nlattr *tb[PERSOCK_A_MAX + 1] = { }, *attribute;
	struct model_cgroup *cgroup;
	struct look *look = data;
	unsigned int *seen;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr))
		tb[mnl_attr_get_type(attribute)] = attribute;
	mnl_attr_for_each_nested(attribute, tb[PERSOCK_A_LEARNT])
		learnt_tb[mnl_attr_get_type(attribute)] = attribute;
	cgroup = model_cgroup(mnl_attr_get_u64(tb[PERSOCK_A_CGROUP_ID]));
	if (look->why || !cgroup) {
		look->why = look->why ? look->why :
			    model_says("what has learnt this?", "a cgroup", 0);
		return;
	}
	seen = &look->seen[cgroup - model.cgroups];
	if (*seen == cgroup->nr_learnt)
		look->why = model_says("more was learnt", cgroup->path, 0);
	else if (!is_that(&learnt_by(cgroup)[*seen], learnt_tb))
		look->why = model_says("something else was learnt",
				       learnt_by(cgroup)[*seen].host, 0);
	else if (mnl_attr_get_u64(tb[PERSOCK_A_LEARNT_LOST]) != cgroup->lost)
		look->why = model_says("another number was lost", cgroup->path,
				       0);
	++*seen;
}

/* @of: one cgroup, or NULL for all. */
static const char *look_at_all(const struct model_cgroup *of)
{
	struct look look = { };
	unsigned int i, wanted;
	int err;

	err = control_list_of(PERSOCK_CMD_NAME_GET, of ? of->id : 0, look_at,
			      &look);
	if (err)
		return model_says("no list", "name-get", err);
	for (i = 0; !look.why && i < MODEL_CGROUPS; i++) {
		wanted = !of || of == &model.cgroups[i] ?
			 model.cgroups[i].nr_learnt : 0;
		if (look.seen[i] != wanted)
			return model_says("less or more was learnt",
					  model.cgroups[i].path, 0);
	}

	return look.why;
}

const char *model_names_look(void)
{
	const char *why = look_at_all(NULL);
	unsigned int i;

	for (i = 0; !why && i < MODEL_CGROUPS; i++)
		why = look_at_all(&model.cgroups[i]);

	return why;
}
