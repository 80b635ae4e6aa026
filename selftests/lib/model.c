// SPDX-License-Identifier: GPL-2.0
/* A model of what the control plane holds: see model.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "model.h"
#include "model_names.h"

#define GIVEN	16

struct model model;

/* What was given, as it was listed then. */
static struct control_policy given[GIVEN];
static unsigned int nr_given;
static char problem[256];

struct model_personality *model_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < model.nr; i++) {
		if (!strcmp(model.personalities[i].name, name))
			return &model.personalities[i];
	}

	return NULL;
}

unsigned int model_attachments_of(const char *name)
{
	unsigned int i, n = 0;

	for (i = 0; i < MODEL_CGROUPS; i++)
		n += !strcmp(model.cgroups[i].personality, name);

	return n;
}

struct model_cgroup *model_cgroup(__u64 id)
{
	unsigned int i;

	for (i = 0; i < MODEL_CGROUPS; i++) {
		if (model.cgroups[i].id == id)
			return &model.cgroups[i];
	}

	return NULL;
}

/* attach takes a descriptor; elsewhere the id goes first. */
static struct model_cgroup *cgroup_of(bool attach,
				      const struct oracle_request *req)
{
	unsigned int i;

	if (req->has_id && !attach)
		return model_cgroup(req->id);
	for (i = 0; req->has_fd && i < MODEL_CGROUPS; i++) {
		if (model.cgroups[i].fd == req->fd)
			return &model.cgroups[i];
	}

	return NULL;
}

static void not_now(struct model_foreseen *foreseen, bool condition, int err)
{
	if (condition)
		foreseen->errs[foreseen->nr++] = -err;
}

/* The test runs without any other provider. */
static bool provider_exists(const char *name)
{
	return !strcmp(name, "native") || !strcmp(name, "hostinet");
}

/* The base whose policy or providers a proposal takes; NULL: none. */
static const struct model_personality *base_of(const struct oracle_request *req)
{
	return req->based ? model_find(req->base) : NULL;
}

static const struct model_network *network_of(bool given, __u32 fd)
{
	unsigned int i;

	for (i = 0; given && i < MODEL_NETWORKS; i++) {
		if (model.networks[i].fd == (int)fd)
			return &model.networks[i];
	}

	return NULL;
}

/* What a proposal does not specify, it has from its base. */
static void set_providers(const struct oracle_request *req,
			  struct model_personality *next)
{
	const struct model_personality *base = base_of(req);

	next->nr_providers = req->nr_providers;
	memcpy(next->providers, req->providers, sizeof(next->providers));
	if (!req->nr_providers && base) {
		next->nr_providers = base->nr_providers;
		memcpy(next->providers, base->providers,
		       sizeof(next->providers));
	} else if (!req->nr_providers) {
		next->nr_providers = 1;
		strcpy(next->providers[0], "native");
	}
}

static bool has_hostinet(const struct oracle_request *req)
{
	struct model_personality next = { };
	unsigned int i;

	set_providers(req, &next);
	for (i = 0; i < next.nr_providers; i++) {
		if (!strcmp(next.providers[i], "hostinet"))
			return true;
	}

	return false;
}

/* A descriptor of something else. */
static bool bad_network(bool given, __u32 fd)
{
	return given && !network_of(given, fd);
}

/* "A provider that makes sockets", and what has a network keeps one. */
static void foresee_network(bool add, const struct oracle_request *req,
			    struct model_foreseen *foreseen)
{
	const struct model_personality *named = model_find(req->personality);
	const struct model_personality *base = base_of(req);
	bool has = req->has_network ||
		   (!req->has_policy && base && base->inode);

	if (req->pathed != req->has_network)
		foreseen->why = "a network namespace has a path and a descriptor";
	else if (req->from_pathed != req->has_from ||
		 (req->has_from && !req->has_network))
		foreseen->why = "whose sockets are made there has a path and a descriptor, too";
	if (bad_network(req->has_network, req->network) ||
	    bad_network(req->has_from, req->from)) {
		not_now(foreseen, true, EBADF);
		not_now(foreseen, true, EINVAL);
	}
	not_now(foreseen, has && !has_hostinet(req), EINVAL);
	not_now(foreseen, !add && named && named->inode && !has, EBUSY);
}

static void foresee_proposal(bool add, const struct oracle_request *req,
			     struct model_foreseen *foreseen)
{
	const struct model_personality *named = model_find(req->personality);
	unsigned int i;

	foreseen->why = req->wrong;
	if (!req->named)
		foreseen->why = "no personality is named";
	else if (add && !oracle_name(req->personality))
		foreseen->why = "no personality can have this name";
	else if (!req->has_policy && !req->based)
		foreseen->why = "neither a policy is specified nor a base";

	else if (add && req->hold)
		foreseen->why = "only a change can be held";

	not_now(foreseen, !add && named && named->held && !req->hold, EBUSY);
	not_now(foreseen, add && named, EEXIST);
	not_now(foreseen, !add && !named, ENOENT);
	not_now(foreseen, !add && named && named->given, EPERM);
	if (!base_of(req))
		not_now(foreseen, !req->has_policy ||
			(req->based && !req->nr_providers), ENOENT);
	for (i = 0; i < req->nr_providers; i++) {
		if (!provider_exists(req->providers[i])) {
			not_now(foreseen, true, ENOENT);
			break;
		}
	}
	foresee_network(add, req, foreseen);
}

static void foresee_named(bool del, const struct oracle_request *req,
			  struct model_foreseen *foreseen)
{
	const struct model_personality *named = model_find(req->personality);

	if (!req->named)
		foreseen->why = "no personality is named";
	not_now(foreseen, !named, ENOENT);
	not_now(foreseen, del && named && named->given, EPERM);
	not_now(foreseen, del && named &&
		(model_attachments_of(named->name) || named->held), EBUSY);
}

/* A descriptor of something else is EBADF, and of a removed cgroup ENOENT. */
static void foresee_cgroup(bool attach, const struct oracle_request *req,
			   struct model_foreseen *foreseen)
{
	const struct model_cgroup *cgroup = cgroup_of(attach, req);

	if (!req->has_fd && (attach || !req->has_id))
		foreseen->why = "no cgroup is named";
	if (attach && !req->named)
		foreseen->why = "no personality is named";
	not_now(foreseen, !cgroup && (attach || !req->has_id), EBADF);
	not_now(foreseen, !cgroup, ENOENT);
	if (attach)
		not_now(foreseen, !model_find(req->personality), ENOENT);
	else
		not_now(foreseen, cgroup && !cgroup->personality[0], ENOENT);
}

/* A host, an address, or both, of a cgroup that is attached. */
static void foresee_learnt(bool add, const struct oracle_request *req,
			   struct model_foreseen *foreseen)
{
	const struct oracle_learnt *learnt = &req->learnt;
	const struct model_cgroup *cgroup = cgroup_of(false, req);

	foresee_cgroup(false, req, foreseen);
	if (!learnt->specified)
		foreseen->why = "no learnt address is specified";
	else if (learnt->wrong)
		foreseen->why = learnt->wrong;
	else if (add && (!learnt->named || !learnt->length))
		foreseen->why = "a host and an address are needed";
	else if (!learnt->named && !learnt->length)
		foreseen->why = "a host or an address is needed";
	else if (!add && cgroup)
		not_now(foreseen, !model_names_find(cgroup, learnt), ENOENT);
}

/* What has got a network since keeps one. */
static void foresee_commit(struct model_foreseen *foreseen)
{
	unsigned int i;

	bool held = false;

	for (i = 0; i < model.nr; i++) {
		const struct model_personality *named = &model.personalities[i];

		held |= !!named->held;
		if (named->held && named->inode && !named->held->inode) {
			not_now(foreseen, true, EBUSY);
			return;
		}
	}
	not_now(foreseen, !held, ENOENT);
}

/* A commit that fails drops all that was held. */
void model_end_batch(bool commit)
{
	unsigned int i;

	for (i = 0; i < model.nr; i++) {
		struct model_personality *named = &model.personalities[i];
		struct model_personality *held = named->held;

		named->held = NULL;
		if (held && commit)
			*named = *held;
		free(held);
	}
}

/* Whether generic netlink takes the header, and whether it asks for a list. */
static const char *check_header(const struct nlmsghdr *message, bool *list)
{
	const struct genlmsghdr *genl = NLMSG_DATA(message);
	__u16 flags = message->nlmsg_flags;

	if (message->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return "the message is too short";
	*list = (flags & NLM_F_DUMP) == NLM_F_DUMP;
	if (*list)
		flags &= ~NLM_F_DUMP;
	if (genl->reserved || flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO))
		return "bits are set that have no meaning";

	switch (genl->cmd) {
	case PERSOCK_CMD_PERSONALITY_GET:
	case PERSOCK_CMD_ATTACHMENT_GET:
		return NULL;
	case PERSOCK_CMD_PROVIDER_GET:
	case PERSOCK_CMD_POLICY_GET:
	case PERSOCK_CMD_IGNORED_GET:
	case PERSOCK_CMD_NAME_GET:
	case PERSOCK_CMD_RECORD_GET:
		return *list ? NULL : "the command only lists";
	case PERSOCK_CMD_COMMIT:
	case PERSOCK_CMD_NAME_NEW:
	case PERSOCK_CMD_NAME_DEL:
	case PERSOCK_CMD_RECORD_DEL:
		return *list ? "the command does not list" : NULL;
	default:
		if (!genl->cmd || genl->cmd > PERSOCK_CMD_POLICY_GET)
			return "there is no such command";
		return *list ? "the command does not list" : NULL;
	}
}

void model_foresee(const struct nlmsghdr *message, struct oracle_request *req,
		   struct model_foreseen *foreseen)
{
	const struct genlmsghdr *genl = NLMSG_DATA(message);
	bool list = false;

	memset(req, 0, sizeof(*req));
	memset(foreseen, 0, sizeof(*foreseen));
	foreseen->why = check_header(message, &list);
	if (foreseen->why) {
		foreseen->core = true;
		return;
	}
	oracle_read(genl + 1, message->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN),
		    req);
	foreseen->why = req->malformed;
	if (foreseen->why) {
		foreseen->malformed = true;
		return;
	}

	switch (genl->cmd) {
	case PERSOCK_CMD_PERSONALITY_NEW:
	case PERSOCK_CMD_PERSONALITY_SET:
		foresee_proposal(genl->cmd == PERSOCK_CMD_PERSONALITY_NEW, req,
				 foreseen);
		break;
	case PERSOCK_CMD_PERSONALITY_DEL:
	case PERSOCK_CMD_POLICY_GET:
		foresee_named(genl->cmd == PERSOCK_CMD_PERSONALITY_DEL, req,
			      foreseen);
		break;
	case PERSOCK_CMD_ATTACH:
	case PERSOCK_CMD_DETACH:
	case PERSOCK_CMD_RECORD_DEL:
		foresee_cgroup(genl->cmd == PERSOCK_CMD_ATTACH, req, foreseen);
		break;
	case PERSOCK_CMD_NAME_NEW:
	case PERSOCK_CMD_NAME_DEL:
		foresee_learnt(genl->cmd == PERSOCK_CMD_NAME_NEW, req,
			       foreseen);
		break;
	case PERSOCK_CMD_COMMIT:
		foresee_commit(foreseen);
		/* Whatever becomes of it, nothing is held afterwards. */
		if (foreseen->nr)
			model_end_batch(false);
		break;
	case PERSOCK_CMD_PERSONALITY_GET:
		if (!list)
			foresee_named(false, req, foreseen);
		break;
	case PERSOCK_CMD_ATTACHMENT_GET:
		if (!list)
			foresee_cgroup(false, req, foreseen);
		break;
	}
}

/*
 * What is not valid is rejected with EINVAL, with ERANGE for a number outside
 * of an enumeration and a string that is too long, or with E2BIG for too many
 * rules and providers. It may be rejected as well for what it names: which of
 * several reasons is reported is not laid down. What netlink itself rejects has
 * no other.
 */
bool model_fits(const struct model_foreseen *foreseen, int err)
{
	unsigned int i;

	for (i = 0; i < foreseen->nr; i++) {
		if (foreseen->errs[i] == err)
			return true;
	}
	if (!foreseen->why)
		return foreseen->nr ? false : !err || err == -ENOMEM;
	if (foreseen->core)
		return err == -EINVAL || err == -EOPNOTSUPP;
	if (foreseen->malformed)
		return err == -EINVAL || err == -ERANGE;

	return err == -EINVAL || err == -E2BIG;
}

static struct model_personality *
apply_proposal(const struct oracle_request *req, bool hold)
{
	const struct model_personality *base = base_of(req);
	struct model_personality *named = model_find(req->personality);
	struct model_personality next = { };

	strcpy(next.name, req->personality);
	strcpy(next.base, req->base);
	next.policy = req->has_policy ? req->policy : base->policy;
	next.limit = req->has_policy ? req->limit : base->limit;
	set_providers(req, &next);
	if (req->has_network) {
		strcpy(next.network, req->path);
		next.inode = network_of(true, req->network)->inode;
	} else if (!req->has_policy) {
		strcpy(next.network, base->network);
		next.inode = base->inode;
		strcpy(next.from, base->from);
		next.from_inode = base->from_inode;
	}
	if (req->has_from) {
		strcpy(next.from, req->from_path);
		next.from_inode = network_of(true, req->from)->inode;
	}
	if (named && hold) {
		free(named->held);
		named->held = malloc(sizeof(next));
		if (named->held)
			*named->held = next;
		return named;
	}
	if (named)
		next.held = named->held;
	/* Its own base may be the one that is replaced. */
	if (!named)
		named = &model.personalities[model.nr++];
	*named = next;

	return named;
}

static void apply_attach(const struct oracle_request *req)
{
	struct model_cgroup *cgroup = cgroup_of(true, req);

	/* One that was attached keeps what it has learnt. */
	strcpy(cgroup->personality, req->personality);
	cgroup->anew = req->anew;
}

void model_detach(struct model_cgroup *cgroup)
{
	cgroup->personality[0] = '\0';
	model_names_forget(cgroup);
}

struct model_personality *model_apply(const struct nlmsghdr *message,
				      const struct oracle_request *req)
{
	const struct genlmsghdr *genl = NLMSG_DATA(message);
	struct model_personality *named = model_find(req->personality);

	switch (genl->cmd) {
	case PERSOCK_CMD_PERSONALITY_NEW:
	case PERSOCK_CMD_PERSONALITY_SET:
		return apply_proposal(req, req->hold &&
				      genl->cmd == PERSOCK_CMD_PERSONALITY_SET);
	case PERSOCK_CMD_COMMIT:
		model_end_batch(true);
		break;
	case PERSOCK_CMD_PERSONALITY_DEL:
		*named = model.personalities[--model.nr];
		break;
	case PERSOCK_CMD_ATTACH:
		apply_attach(req);
		break;
	case PERSOCK_CMD_DETACH:
		model_detach(cgroup_of(false, req));
		break;
	case PERSOCK_CMD_NAME_NEW:
		model_names_add(cgroup_of(false, req), &req->learnt);
		break;
	case PERSOCK_CMD_NAME_DEL:
		model_names_remove(cgroup_of(false, req), &req->learnt);
		break;
	}

	return NULL;
}

const char *model_says(const char *what, const char *name, int err)
{
	snprintf(problem, sizeof(problem), "%.64s: %s%s%s", name, what,
		 err ? ": " : "", err ? strerror(-err) : "");
	return problem;
}

const char *model_compare(const struct model_personality *personality,
			  struct control_policy *policy)
{
	static struct oracle_request req;
	int err = control_policy_get(personality->name, policy);
	unsigned int i;

	if (err)
		return model_says("policy-get", personality->name, err);
	oracle_read(policy->attributes, policy->length, &req);
	if (req.malformed || req.wrong)
		return model_says(req.malformed ? req.malformed : req.wrong,
				  personality->name, 0);
	if (req.policy != personality->policy ||
	    req.limit != personality->limit)
		return model_says("the policy is another", personality->name,
				  0);
	if (strcmp(policy->base, personality->base) ||
	    req.nr_providers != personality->nr_providers)
		return model_says("the base or the providers are others",
				  personality->name, 0);
	if (strcmp(policy->network, personality->network) ||
	    policy->inode != personality->inode ||
	    strcmp(policy->from, personality->from) ||
	    policy->from_inode != personality->from_inode)
		return model_says("the network is another", personality->name,
				  0);
	for (i = 0; i < req.nr_providers; i++) {
		if (strcmp(req.providers[i], personality->providers[i]))
			return model_says("a provider is another",
					  personality->name, 0);
	}

	return NULL;
}

struct look {
	unsigned int personalities;
	unsigned int attachments;
	const char *why;
};

static const char *string_of(const struct nlattr *attribute)
{
	return attribute ? mnl_attr_get_str(attribute) : "";
}

static unsigned int sort_out(const struct nlmsghdr *message,
			     const struct nlattr **tb)
{
	const struct nlattr *attribute;
	unsigned int providers = 0;

	memset(tb, 0, (PERSOCK_A_MAX + 1) * sizeof(*tb));
	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		tb[mnl_attr_get_type(attribute)] = attribute;
		providers += mnl_attr_get_type(attribute) == PERSOCK_A_PROVIDER;
	}

	return providers;
}

static void look_at_personality(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[PERSOCK_A_MAX + 1];
	unsigned int providers = sort_out(message, tb);
	const char *name = string_of(tb[PERSOCK_A_PERSONALITY]);
	const struct model_personality *personality = model_find(name);
	struct look *look = data;

	look->personalities++;
	if (!personality)
		look->why = model_says("nobody made this personality", name, 0);
	else if (strcmp(personality->base, string_of(tb[PERSOCK_A_BASE])) ||
		 strcmp(personality->network,
			string_of(tb[PERSOCK_A_NETWORK])) ||
		 strcmp(personality->from,
			string_of(tb[PERSOCK_A_NETWORK_FROM])) ||
		 personality->nr_providers != providers ||
		 mnl_attr_get_u8(tb[PERSOCK_A_BUILTIN]) !=
		 personality->given ||
		 mnl_attr_get_u32(tb[PERSOCK_A_ATTACHMENTS]) !=
		 model_attachments_of(name))
		look->why = model_says("the personality is another", name, 0);
}

static void look_at_attachment(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[PERSOCK_A_MAX + 1];
	const struct model_cgroup *cgroup;
	struct look *look = data;
	const char *name;

	sort_out(message, tb);
	cgroup = model_cgroup(mnl_attr_get_u64(tb[PERSOCK_A_CGROUP_ID]));
	name = string_of(tb[PERSOCK_A_PERSONALITY]);
	look->attachments++;
	if (!cgroup || strcmp(cgroup->personality, name))
		look->why = model_says("nobody attached this", name, 0);
}

const char *model_look(void)
{
	static struct control_policy policy;
	unsigned int i, attached = 0;
	struct look look = { };
	const char *why;

	if (control_list(PERSOCK_CMD_PERSONALITY_GET, look_at_personality,
			 &look) ||
	    control_list(PERSOCK_CMD_ATTACHMENT_GET, look_at_attachment, &look))
		return model_says("no list", "netlink", 0);
	if (look.why)
		return look.why;
	for (i = 0; i < MODEL_CGROUPS; i++)
		attached += !!model.cgroups[i].personality[0];
	if (look.personalities != model.nr || look.attachments != attached)
		return model_says("there is less than was made", "netlink", 0);
	why = model_names_look();
	if (why)
		return why;

	for (i = 0; i < model.nr; i++) {
		why = model_compare(&model.personalities[i], &policy);
		if (why)
			return why;
	}
	for (i = 0; i < nr_given; i++) {
		if (control_policy_get(given[i].name, &policy) ||
		    given[i].length != policy.length ||
		    memcmp(given[i].attributes, policy.attributes,
			   policy.length))
			return model_says("what was given has changed",
					  given[i].name, 0);
	}

	return NULL;
}

static void learn_personality(const struct nlmsghdr *message, void *data)
{
	struct model_personality *personality =
		&model.personalities[model.nr++];
	const struct nlattr *attribute;
	const char *text;

	memset(personality, 0, sizeof(*personality));
	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		text = mnl_attr_get_payload(attribute);
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_PERSONALITY:
			strcpy(personality->name, text);
			break;
		case PERSOCK_A_BASE:
			strcpy(personality->base, text);
			break;
		case PERSOCK_A_PROVIDER:
			strcpy(personality->providers[personality->nr_providers++],
			       text);
			break;
		case PERSOCK_A_BUILTIN:
			personality->given = *text;
			break;
		}
	}
}

const char *model_learn(void)
{
	static struct oracle_request req;
	int err;

	err = control_list(PERSOCK_CMD_PERSONALITY_GET, learn_personality,
			   NULL);
	if (err)
		return model_says("no list", "netlink", err);
	if (model.nr > GIVEN)
		return model_says("too many personalities", "netlink", 0);
	for (nr_given = 0; nr_given < model.nr; nr_given++) {
		err = control_policy_get(model.personalities[nr_given].name,
					 &given[nr_given]);
		if (err)
			return model_says("policy-get", given[nr_given].name,
					  err);
		oracle_read(given[nr_given].attributes, given[nr_given].length,
			    &req);
		model.personalities[nr_given].policy = req.policy;
		model.personalities[nr_given].limit = req.limit;
	}

	return model_look();
}
