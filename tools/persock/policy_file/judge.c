// SPDX-License-Identifier: GPL-2.0
/*
 * Judges one operation by a policy, with the functions of the module and in the
 * same order. The commands explain and check call it, and ways.c.
 */
#include "module/policy/address.h"
#include "module/policy/guard.h"
#include "module/policy/verdict.h"
#include "policy_file/judge.h"

#include <linux/persock.h>
#include <netinet/in.h>
#include <stdio.h>

#include "module/policy/detour.h"
#include "module/policy/hostinet_serves.h"
#include "module/policy/meaning.h"
#include "module/policy/native_serves.h"
#include "module/policy/request.h"
#include "policy_file/judge_names.h"
#include "policy_file/names.h"

#ifndef SOCK_PACKET
#define SOCK_PACKET 10
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif

static const u8 loopback6[16] = { [15] = 1 };
static const u8 loopback4[4] = { 127, 0, 0, 1 };
static const u8 unspecified[16];

/* Set the section, and the line of the rule or the default that decided. */
static void decide(const struct draft *draft, struct judgement *judgement,
		   enum persock_section section, enum persock_class class,
		   unsigned int line)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;

	judgement->section = section;
	judgement->line = judgement->rule ? line & ~DRAFT_MARK :
					    draft->lines[section][class];
	/* If neither a rule nor the default denies, a guard does. */
	if (*draft->network && class == PERSOCK_CLASS_INET && !judgement->rule &&
	    judgement->verdict < 0 &&
	    judgement->verdict != *persock_section_fallback(policy, section, class))
		judgement->remark = "in another network namespace this is denied unless a rule lists it";
}

void judge_default(const struct draft *draft, enum persock_section section,
		   enum persock_class class, struct judgement *judgement)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;

	*judgement = (struct judgement){
		.verdict = *persock_section_fallback(policy, section, class),
	};
	decide(draft, judgement, section, class, 0);
}

/* See persock_provider_serves() of the module. */
static bool serves(const char *provider, bool elsewhere,
		   const struct persock_request *request)
{
	if (!strcmp(provider, "native"))
		return !elsewhere &&
		       persock_native_serves(AF_PERSOCK_DEFAULT, request->family,
					     request->protocol);
	/* What another provider serves is not known. */
	if (strcmp(provider, "hostinet"))
		return true;
	if (persock_class_of(request->family) != PERSOCK_CLASS_INET ||
	    request->protocol & ~0xffff)
		return false;

	return persock_hostinet_serves(request->type, request->protocol) ||
	       (elsewhere &&
		persock_hostinet_serves_elsewhere(request->family, request->type,
						  request->protocol));
}

static bool served(const struct draft *draft, bool elsewhere,
		   const struct persock_request *request)
{
	unsigned int i;

	for (i = 0; i < draft->nr_providers; i++) {
		if (serves(draft->providers[i], elsewhere, request))
			return true;
	}

	return false;
}

/* Deny in every mode, independently of the policy. */
static void deny_always(struct judgement *judgement, int verdict,
			const char *remark)
{
	judgement->verdict = verdict;
	judgement->remark = remark;
	judgement->always = true;
}

/*
 * Change a request as the kernel does before it calls the module, and as the
 * module does before it judges. Returns why one of them rejects it, or NULL.
 */
static const char *read_request(struct persock_request *request)
{
	unsigned int packed = request->protocol;

	if (request->type & ~(0xf | SOCK_NONBLOCK | SOCK_CLOEXEC))
		return "the kernel knows no such type";
	request->type &= 0xf;
	if (request->family == AF_PERSOCK_DEFAULT) {
		if (packed >> (PERSOCK_PROTOCOL_BITS + PERSOCK_FAMILY_BITS))
			return "the protocol of AF_PERSOCK has only a family and a protocol";
		request->family = packed >> PERSOCK_PROTOCOL_BITS;
		request->protocol = packed & ((1U << PERSOCK_PROTOCOL_BITS) - 1);
	}
	if (request->family == AF_INET && request->type == SOCK_PACKET)
		request->family = AF_PACKET;

	return NULL;
}

static void judge_served(const struct draft *draft, bool elsewhere,
			 const struct persock_request *request,
			 struct judgement *judgement)
{
	if (!served(draft, elsewhere, request))
		deny_always(judgement, -EAFNOSUPPORT,
			    elsewhere ?
			    "in another network namespace hostinet makes only TCP, UDP, ping and raw sockets" :
			    "no provider of the personality serves it");
	else if (request->family <= AF_UNSPEC || request->family >= AF_MAX)
		deny_always(judgement, -EAFNOSUPPORT,
			    "the kernel knows no such family");
	else if (request->type <= 0 || request->type > SOCK_PACKET)
		deny_always(judgement, request->type ? -EINVAL :
						-ESOCKTNOSUPPORT,
			    "the kernel knows no such type");
}

void judge_request(const struct draft *draft, int family, int type,
		   int protocol, struct judgement *judgement)
{
	const struct persock_sockets *sockets = &draft->policy.sockets;
	struct persock_request request = { family, type, protocol };
	enum persock_section section;
	unsigned int line = 0;

	*judgement = (struct judgement){ .section = PERSOCK_SECTION_SOCKETS };
	/* No rule is about what is no request. */
	if (read_request(&request))
		return;
	judgement->verdict = persock_judge_request(&draft->policy, &request,
						   &section, &judgement->rule);
	if (judgement->rule)
		line = sockets->rules[judgement->rule - 1].line;
	decide(draft, judgement, section, PERSOCK_CLASS_INET, line);
	if (section != PERSOCK_SECTION_SOCKETS)
		judgement->remark = "its rules cannot judge such a socket, and no rule of sockets lists it";
}

void judge_provider(const struct draft *server, const struct draft *network,
		    int family, int type, int protocol,
		    struct judgement *judgement)
{
	struct persock_request request = { family, type, protocol };
	const char *rejected = read_request(&request);
	bool elsewhere = network && *network->network &&
			 persock_class_of(request.family) == PERSOCK_CLASS_INET;

	if (rejected)
		deny_always(judgement, -EINVAL, rejected);
	else
		judge_served(server, elsewhere, &request, judgement);
	if (elsewhere && !judgement->verdict)
		judgement->remark = *network->from ?
			"for tasks of the network namespace that \"from\" specifies; other tasks have their own sockets" :
			"for tasks of the first task's network namespace; other tasks have their own sockets";
}

void judge_socket(const struct draft *draft, int family, int type, int protocol,
		  struct judgement *judgement)
{
	judge_request(draft, family, type, protocol, judgement);
	if (!judgement->verdict || draft->policy.mode != PERSOCK_MODE_ENFORCE)
		judge_provider(draft, draft, family, type, protocol, judgement);
}

static void judge_endpoint(const struct draft *draft,
			   enum persock_section section,
			   const struct persock_endpoint *endpoint,
			   int protocol, struct judgement *judgement)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;
	const struct persock_addresses *addresses =
		persock_section_addresses(policy, section);
	unsigned int line = 0;

	judgement->verdict = persock_judge_address(addresses, endpoint,
						   protocol, &judgement->rule);
	if (judgement->rule)
		line = addresses->rules[judgement->rule - 1].line;
	decide(draft, judgement, section, PERSOCK_CLASS_INET, line);
	if (section == PERSOCK_SECTION_CONNECT)
		judge_names(draft, endpoint, protocol, judgement);
}

/* A section of addresses that restricts denies what it cannot judge. */
static void deny_unjudged(const struct draft *draft,
			  enum persock_section section,
			  struct judgement *judgement)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;

	if (!persock_restricts(persock_section_addresses(policy, section)))
		return;
	judge_default(draft, section, PERSOCK_CLASS_INET, judgement);
	judgement->verdict =
		persock_unjudged_errno(persock_section_addresses(policy, section));
	judgement->remark = "denied where addresses are restricted";
}

/* See endpoint.c of the module for how and why it changes addresses. */
void judge_address(const struct draft *draft, enum persock_section section,
		   const struct persock_endpoint *asked, int protocol,
		   struct judgement *judgement)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct persock_endpoint endpoint = *asked;

	bool unseen = section == PERSOCK_SECTION_ACCEPT &&
		      protocol == IPPROTO_MPTCP &&
		      persock_restricts(&draft->policy.accept) &&
		      !persock_names_mptcp(&draft->policy.sockets,
					   asked->family);

	*judgement = (struct judgement){ 0 };
	if (protocol == IPPROTO_MPTCP)
		protocol = IPPROTO_TCP;
	if (!persock_has_ports(SOCK_STREAM, protocol))
		endpoint.port = 0;
	if (endpoint.family == AF_INET6 &&
	    !memcmp(endpoint.address, mapped, sizeof(mapped))) {
		endpoint.family = AF_INET;
		memmove(endpoint.address, endpoint.address + 12, 4);
		memset(endpoint.address + 4, 0, 12);
		judgement->address = "the IPv4 address";
	}
	if (section == PERSOCK_SECTION_CONNECT &&
	    !memcmp(endpoint.address, unspecified, 16)) {
		if (endpoint.family == AF_INET)
			memcpy(endpoint.address, loopback4, 4);
		else
			memcpy(endpoint.address, loopback6, 16);
		judgement->address = "the loopback address";
	}
	judge_endpoint(draft, section, &endpoint, protocol, judgement);
	if (unseen && !judgement->verdict) {
		deny_unjudged(draft, section, judgement);
		judgement->remark = "an MPTCP peer has more addresses than the judged one: a rule of sockets must list the protocol";
	}
	if (section == PERSOCK_SECTION_BIND && draft->policy.bind.nr &&
	    !endpoint.port && persock_has_ports(SOCK_STREAM, protocol) &&
	    !judgement->verdict)
		judgement->remark = "rules on particular ports judge the port that the kernel chooses";
	/* See unsent.c of the module. */
	judgement->unsent = section == PERSOCK_SECTION_CONNECT &&
			    protocol == IPPROTO_UDP && judgement->verdict &&
			    (persock_address_has_allowed(&draft->policy.connect,
							 &endpoint, protocol) ||
			     judge_has_allowed(draft, &endpoint));
	if (section != PERSOCK_SECTION_BIND || judgement->verdict ||
	    endpoint.family != AF_INET6 ||
	    memcmp(endpoint.address, unspecified, 16))
		return;

	/* If the socket is not for IPv6 only, "::" includes every IPv4 address. */
	endpoint.family = AF_INET;
	judge_endpoint(draft, section, &endpoint, protocol, judgement);
	if (judgement->verdict)
		judgement->address = "0.0.0.0, unless the socket is for IPv6 only";
}

/* Judge an allowed option by other sections: see option.c. */
static void judge_special(const struct draft *draft,
			  enum persock_section section, int family, int level,
			  int name, unsigned int length,
			  struct judgement *judgement)
{
	bool set = section == PERSOCK_SECTION_OPTIONS_SET;
	enum persock_section passed = PERSOCK_SECTION_CONNECT;
	const struct persock_options *options =
		&draft->policy.rules[persock_class_of(family)].set;
	unsigned int rule;

	if (persock_class_of(family) == PERSOCK_CLASS_INET &&
	    (set ? persock_detour_set(level, name, length, &passed) :
		   persock_detour_get(level, name)))
		deny_unjudged(draft, passed, judgement);
	if (set && persock_guard_alias(options->guard, SOCK_DGRAM, level,
				       name) != name &&
	    persock_judge_option(options, level,
				 persock_guard_alias(options->guard, SOCK_DGRAM,
						     level, name), &rule))
		judgement->remark = "in another network namespace it is denied for UDP, like SO_REUSEPORT";
	if (set && level == SOL_SOCKET &&
	    (name == SO_PASSCRED || name == SO_PASSPIDFD) &&
	    family == AF_UNIX && draft->policy.unix_credentials)
		judge_default(draft, PERSOCK_SECTION_UNIX_CREDENTIALS,
			      PERSOCK_CLASS_OTHER, judgement);
}

/* The rule lists the other key of the option: see options.h of the module. */
static void note_alias(const char *key, struct judgement *judgement)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s", key);
	judgement->address = text;
}

static void note_option_alias(const struct persock_option *option,
			      enum name_kind kind, int level, int name,
			      struct judgement *judgement)
{
	if (option->level != level || option->name != name)
		note_alias(name_of_option(kind, option->level, option->name),
			   judgement);
}

void judge_option(const struct draft *draft, enum persock_section section,
		  int family, int level, int name, int size,
		  struct judgement *judgement)
{
	enum persock_class class = persock_class_of(family);
	struct persock_rules *rules =
		(struct persock_rules *)&draft->policy.rules[class];
	const struct persock_options *options =
		persock_section_options(rules, section);
	const struct persock_option *option;
	unsigned int shortest = 0, rule;

	*judgement = (struct judgement){ 0 };
	if (section == PERSOCK_SECTION_OPTIONS_SET && size >= 0 &&
	    rules->option_max && (unsigned int)size > rules->option_max) {
		judgement->verdict = -EINVAL;
		judgement->section = PERSOCK_SECTION_LIMITS;
		judgement->line = draft->lines[PERSOCK_SECTION_LIMITS][class];
		return;
	}
	judgement->verdict = persock_judge_option(options, level, name,
						  &judgement->rule);
	option = judgement->rule ? &options->list[judgement->rule - 1] : NULL;
	decide(draft, judgement, section, class, option ? option->line : 0);
	if (option)
		note_option_alias(option, NAME_OPTION, level, name, judgement);
	if (option && judgement->verdict == PERSOCK_ALLOW)
		shortest = option->size;
	if (section == PERSOCK_SECTION_OPTIONS_SET &&
	    judgement->verdict == PERSOCK_IGNORE) {
		judgement->verdict = persock_judge_set_option(rules, level,
							      name, &rule);
		if (judgement->verdict != PERSOCK_IGNORE)
			judgement->remark = "a default does not ignore options that protect: only a rule does";
	}
	if (size >= 0 && (unsigned int)size < shortest)
		judgement->verdict = -EINVAL;
	/* A longer value is cut; that of an unknown length is not empty. */
	if (judgement->verdict == PERSOCK_ALLOW)
		judge_special(draft, section, family, level, name,
			      size < 0 ? 1 : shortest ?: (unsigned int)size,
			      judgement);
	/* No policy can allow it. */
	if (section == PERSOCK_SECTION_OPTIONS_SET && level == IPPROTO_IPV6 &&
	    name == IPV6_ADDRFORM &&
	    (judgement->verdict == PERSOCK_ALLOW ||
	     draft->policy.mode != PERSOCK_MODE_ENFORCE)) {
		judgement->verdict = -ENOPROTOOPT;
		judgement->remark = "always denied in a governed cgroup";
		judgement->always = true;
	}
}

static void judge_list(const struct draft *draft, enum persock_section section,
		       enum persock_class class, int level, int name,
		       struct judgement *judgement)
{
	struct persock_rules *rules =
		(struct persock_rules *)&draft->policy.rules[class];
	const struct persock_options *options =
		persock_section_options(rules, section);
	const struct persock_option *option;
	unsigned int rule;

	*judgement = (struct judgement){ 0 };
	judgement->verdict = persock_judge_control(options, level, name,
						   &judgement->rule);
	option = judgement->rule ? &options->list[judgement->rule - 1] : NULL;
	decide(draft, judgement, section, class, option ? option->line : 0);
	if (option)
		note_option_alias(option, NAME_CONTROL, level, name, judgement);
	if (section == PERSOCK_SECTION_CONTROL_SEND &&
	    judgement->verdict == PERSOCK_IGNORE) {
		judgement->verdict = persock_judge_control_message(rules, level, name,
								   &rule);
		if (judgement->verdict != PERSOCK_IGNORE)
			judgement->remark = "a default does not remove messages that protect: only a rule does";
	}
}

/* See judge() in cmsg.c of the module. */
void judge_control_send(const struct draft *draft, int family, int level,
			int name, struct judgement *judgement)
{
	const struct persock_policy *policy = &draft->policy;

	if (family == AF_UNIX && level == SOL_SOCKET && name == SCM_RIGHTS &&
	    policy->unix_rights && policy->unix_rights != PERSOCK_GOVERNED) {
		judge_default(draft, PERSOCK_SECTION_UNIX_RIGHTS,
			      PERSOCK_CLASS_OTHER, judgement);
		return;
	}
	if (family == AF_UNIX && level == SOL_SOCKET &&
	    name == SCM_CREDENTIALS && policy->unix_credentials) {
		judge_default(draft, PERSOCK_SECTION_UNIX_CREDENTIALS,
			      PERSOCK_CLASS_OTHER, judgement);
		return;
	}
	*judgement = (struct judgement){ 0 };
	if (persock_class_of(family) == PERSOCK_CLASS_INET &&
	    persock_detour_message(level, name))
		deny_unjudged(draft, PERSOCK_SECTION_CONNECT, judgement);
	if (!judgement->verdict)
		judge_list(draft, PERSOCK_SECTION_CONTROL_SEND,
			   persock_class_of(family), level, name, judgement);
}

/*
 * See persock_cmsg_filter() and keep_allowed() in cmsg.c of the module: a
 * receive does not fail, messages are removed from it.
 */
void judge_control_receive(const struct draft *draft, int family, int level,
			   int name, struct judgement *judgement)
{
	const struct persock_policy *policy = &draft->policy;
	bool credentials = level == SOL_SOCKET && name == SCM_CREDENTIALS;

	if (family == AF_UNIX && policy->unix_rights == PERSOCK_GOVERNED) {
		if (level == SOL_SOCKET && name == SCM_RIGHTS) {
			judge_default(draft, PERSOCK_SECTION_UNIX_RIGHTS,
				      PERSOCK_CLASS_OTHER, judgement);
			judgement->verdict = PERSOCK_ALLOW;
			judgement->condition = "if the policy governs each socket";
			return;
		}
	} else if (family == AF_UNIX && policy->unix_rights) {
		judge_default(draft, PERSOCK_SECTION_UNIX_RIGHTS,
			      PERSOCK_CLASS_OTHER, judgement);
		judgement->verdict = PERSOCK_IGNORE;
		judgement->remark = "no control message is received";
		return;
	}
	if (family == AF_UNIX && policy->unix_credentials && credentials) {
		judge_default(draft, PERSOCK_SECTION_UNIX_CREDENTIALS,
			      PERSOCK_CLASS_OTHER, judgement);
		judgement->verdict = PERSOCK_IGNORE;
		return;
	}
	judge_list(draft, PERSOCK_SECTION_CONTROL_RECEIVE,
		   persock_class_of(family), level, name, judgement);
	if (level == SOL_TLS && judgement->verdict) {
		judgement->verdict = PERSOCK_ALLOW;
		judgement->remark = "control messages of TLS are always received";
	}
}

/* The verdict on one flag alone. */
static int judge_flag(const struct persock_flags *rules, u32 flag)
{
	u32 one = flag;

	return persock_judge_flags(rules, 0, &one);
}

void judge_flags(const struct draft *draft, enum persock_section section,
		 enum persock_class class, u32 flags,
		 struct judgement *judgement)
{
	struct persock_rules *rules =
		(struct persock_rules *)&draft->policy.rules[class];
	const struct persock_flags *all = persock_section_flags(rules, section);
	u32 left = flags, bit, denied = flags & ~all->allow & all->deny;
	unsigned int i;

	*judgement = (struct judgement){ .section = section };
	judgement->verdict = persock_judge_flags(all, 0, &left);
	judgement->line = draft->lines[section][class];
	for (i = 0; i < PERSOCK_NR_FLAGS; i++) {
		bit = 1U << i;
		/* Flags with their own errno are judged first. */
		if (!((denied ?: flags) & bit) ||
		    judge_flag(all, bit) != judgement->verdict)
			continue;
		judgement->flag = bit;
		if ((all->allow | all->ignore | all->deny) & bit) {
			judgement->rule = 1;
			judgement->line = draft->flag_lines[section ==
				PERSOCK_SECTION_FLAGS_RECEIVE][class][i];
		}
		return;
	}
}

void judge_ioctl(const struct draft *draft, enum persock_class class,
		 u32 command, struct judgement *judgement)
{
	const struct persock_ioctls *ioctls =
		&draft->policy.rules[class].ioctls;
	const struct persock_ioctl *ioctl;
	unsigned int line = 0;

	*judgement = (struct judgement){ 0 };
	judgement->verdict = persock_judge_ioctl(ioctls, command,
						 &judgement->rule);
	if (judgement->rule) {
		ioctl = &ioctls->list[judgement->rule - 1];
		line = ioctl->line;
		if (ioctl->cmd != command)
			note_alias(name_of(NAME_IOCTL, 0, ioctl->cmd),
				   judgement);
	}
	decide(draft, judgement, PERSOCK_SECTION_IOCTLS, class, line);
}
