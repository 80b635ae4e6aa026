// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of rules on names of AF_UNIX sockets. parse_policy.c calls it.
 *
 * Rules, their order and their names are parts of the memory that
 * parse_policy.c allocates for all lists.
 */
#include <linux/errno.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "control/netlink-gen.h"
#include "control/parse_rule.h"
#include "control/parse_unix.h"
#include "policy/section.h"
#include "policy/unix_rule.h"

static unsigned int index_of(enum persock_section section)
{
	return section == PERSOCK_SECTION_UNIX_BIND;
}

/* A name that no file has would be a rule that is never reached. */
static const char *check_path(const char *path, bool prefix)
{
	const char *part = path, *end;

	if (*path != '/')
		return "a path is absolute";
	do {
		part++;
		end = strchrnul(part, '/');
		/* The last part of a prefix may go on. */
		if (!*end && prefix)
			break;
		if (end == part && (*end || part != path + 1))
			return "a path has no empty component";
		if ((end - part == 1 && *part == '.') ||
		    (end - part == 2 && part[0] == '.' && part[1] == '.'))
			return "a path has no component \".\" or \"..\"";
		part = end;
	} while (*part);

	return NULL;
}

static int check_name(struct netlink_ext_ack *extack, const struct nlattr *nest,
		      struct nlattr **tb)
{
	const struct nlattr *path = tb[PERSOCK_A_RULE_PATH];
	const struct nlattr *abstract = tb[PERSOCK_A_RULE_ABSTRACT];
	const char *reason = NULL;

	if (!!path + !!abstract + !!tb[PERSOCK_A_RULE_UNNAMED] > 1)
		return persock_reject(extack, nest,
			      "a rule has at most one of path, abstract and unnamed");
	if (tb[PERSOCK_A_RULE_PREFIX] && !path && !abstract)
		return persock_reject(extack, nest,
			      "a prefix is one of a path or of an abstract name");
	if (abstract && nla_len(abstract) > PERSOCK_ABSTRACT_MAX)
		return persock_reject(extack, abstract,
			      "an abstract name has at most 107 bytes");
	if (path)
		reason = check_path(nla_data(path), tb[PERSOCK_A_RULE_PREFIX]);

	return reason ? persock_reject(extack, path, reason) : 0;
}

static int check_peer(struct netlink_ext_ack *extack, const struct nlattr *peer,
		      enum persock_section section)
{
	const char *reason;

	if (!peer || !strcmp(nla_data(peer), "same"))
		reason = NULL;
	else
		reason = check_path(nla_data(peer), false);
	if (peer && section == PERSOCK_SECTION_UNIX_BIND)
		return persock_reject(extack, peer, "a bind has no peer");

	return reason ? persock_reject(extack, peer,
			       "a peer is \"same\" or the absolute path of a cgroup") : 0;
}

static int check_type(struct netlink_ext_ack *extack, const struct nlattr *type)
{
	if (!type)
		return 0;

	switch (nla_get_u32(type)) {
	case SOCK_STREAM:
	case SOCK_DGRAM:
	case SOCK_SEQPACKET:
		return 0;
	default:
		return persock_reject(extack, type,
			      "a socket of AF_UNIX is of type stream, dgram or seqpacket");
	}
}

/* The name of a rule, or NULL. */
static const struct nlattr *name_of(struct nlattr **tb)
{
	return tb[PERSOCK_A_RULE_PATH] ?: tb[PERSOCK_A_RULE_ABSTRACT];
}

static unsigned int name_length(struct nlattr **tb)
{
	if (tb[PERSOCK_A_RULE_PATH])
		return strlen(nla_data(tb[PERSOCK_A_RULE_PATH]));

	return tb[PERSOCK_A_RULE_ABSTRACT] ?
	       nla_len(tb[PERSOCK_A_RULE_ABSTRACT]) : 0;
}

/* "" stands for "same". */
static const char *peer_of(struct nlattr **tb)
{
	const char *peer;

	if (!tb[PERSOCK_A_RULE_PEER])
		return NULL;
	peer = nla_data(tb[PERSOCK_A_RULE_PEER]);

	return strcmp(peer, "same") ? peer : "";
}

/**
 * persock_unix_count() - check and count a rule
 * @load: what was counted before
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes
 * @section: its section
 *
 * Return: 0 or -EINVAL.
 */
int persock_unix_count(struct persock_unix_load *load,
		       struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb,
		       enum persock_section section)
{
	int err;

	err = check_name(extack, nest, tb) ?:
	      check_peer(extack, tb[PERSOCK_A_RULE_PEER], section) ?:
	      check_type(extack, tb[PERSOCK_A_RULE_TYPE]);
	if (err)
		return err;
	load->nr[index_of(section)]++;
	load->text += name_length(tb) + 1;
	if (tb[PERSOCK_A_RULE_PEER])
		load->text += strlen(peer_of(tb)) + 1;

	return 0;
}

/**
 * persock_unix_rules() - the number of rules that were counted
 * @load: the rules
 *
 * Return: those of both sections.
 */
unsigned int persock_unix_rules(const struct persock_unix_load *load)
{
	return load->nr[0] + load->nr[1];
}

/**
 * persock_unix_size() - the memory that the counted rules need
 * @load: the rules
 *
 * Return: bytes, a multiple of the alignment of any list.
 */
size_t persock_unix_size(const struct persock_unix_load *load)
{
	return ALIGN(persock_unix_rules(load) *
		     (sizeof(*load->rules[0]) + sizeof(*load->sorted)) +
		     load->text, sizeof(u64));
}

/**
 * persock_unix_place() - give the counted rules their memory
 * @load: the rules; from now on it counts those that are filled in
 * @memory: aligned for any type
 *
 * Return: what follows their memory.
 */
void *persock_unix_place(struct persock_unix_load *load, void *memory)
{
	void *end = memory + persock_unix_size(load);
	unsigned int nr = persock_unix_rules(load);

	load->rules[0] = memory;
	load->rules[1] = load->rules[0] + load->nr[0];
	load->sorted = (struct persock_unix_entry *)(load->rules[0] + nr);
	load->texts = (char *)(load->sorted + nr);
	memset(load->nr, 0, sizeof(load->nr));
	load->text = 0;

	return end;
}

static const char *keep(struct persock_unix_load *load, const void *text,
			unsigned int length)
{
	char *kept = load->texts + load->text;

	memcpy(kept, text, length);
	kept[length] = '\0';
	load->text += length + 1;

	return kept;
}

/**
 * persock_unix_fill() - read a rule
 * @load: the rules; this one is appended
 * @tb: its attributes, which were checked
 * @section: its section
 * @verdict: its verdict
 */
void persock_unix_fill(struct persock_unix_load *load, struct nlattr **tb,
		       enum persock_section section, s16 verdict)
{
	unsigned int i = index_of(section);
	struct persock_unix_rule *rule = &load->rules[i][load->nr[i]++];
	const char *peer = peer_of(tb);

	if (tb[PERSOCK_A_RULE_PATH])
		rule->kind = PERSOCK_UNIX_PATH;
	else if (tb[PERSOCK_A_RULE_ABSTRACT])
		rule->kind = PERSOCK_UNIX_ABSTRACT;
	else if (tb[PERSOCK_A_RULE_UNNAMED])
		rule->kind = PERSOCK_UNIX_UNNAMED;
	else
		rule->kind = PERSOCK_UNIX_ANY;
	rule->length = name_length(tb);
	rule->name = keep(load, name_of(tb) ? nla_data(name_of(tb)) : "",
			  rule->length);
	rule->prefix = tb[PERSOCK_A_RULE_PREFIX];
	rule->type = tb[PERSOCK_A_RULE_TYPE] ?
		     nla_get_u32(tb[PERSOCK_A_RULE_TYPE]) : PERSOCK_ANY;
	if (peer)
		rule->peer = keep(load, peer, strlen(peer));
	rule->verdict = verdict;
	rule->line = persock_rule_line(tb);
}

/**
 * persock_unix_publish() - hand the rules to their policy
 * @load: the rules, all of them filled in
 * @policy: the policy
 */
void persock_unix_publish(struct persock_unix_load *load,
			  struct persock_policy *policy)
{
	struct persock_unix_entry *sorted = load->sorted;
	unsigned int i, j;

	for (i = 0; i < PERSOCK_UNIX_SECTIONS; i++) {
		struct persock_unix_rules *rules =
			i ? &policy->unix_bind : &policy->unix_connect;

		rules->rules = load->rules[i];
		rules->nr = load->nr[i];
		persock_unix_sort(rules, sorted);
		sorted += rules->nr;
		for (j = 0; j < rules->nr; j++)
			rules->cgroups |= rules->rules[j].peer &&
					  *rules->rules[j].peer;
	}
}
