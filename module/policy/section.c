// SPDX-License-Identifier: GPL-2.0
/*
 * The sections of a policy: what each may contain, and where a policy keeps
 * it. control/parse_policy.c and dump_policy.c walk a policy with these
 * functions, and so does the tool. Pure functions.
 */
#include "policy/section.h"

/**
 * persock_section_by_class() - is a section specified per class of sockets?
 * @section: the section
 *
 * Return: true if each class has its own.
 */
bool persock_section_by_class(enum persock_section section)
{
	switch (section) {
	case PERSOCK_SECTION_OPTIONS_GET:
	case PERSOCK_SECTION_OPTIONS_SET:
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
	case PERSOCK_SECTION_CONTROL_SEND:
	case PERSOCK_SECTION_CONTROL_RECEIVE:
	case PERSOCK_SECTION_IOCTLS:
	case PERSOCK_SECTION_LISTEN:
	case PERSOCK_SECTION_PAIR:
	case PERSOCK_SECTION_MMAP:
		return true;
	default:
		return false;
	}
}

/**
 * persock_section_ignores() - may its verdict be PERSOCK_IGNORE?
 * @section: the section
 *
 * Return: false if it only allows or denies.
 */
bool persock_section_ignores(enum persock_section section)
{
	switch (section) {
	case PERSOCK_SECTION_OPTIONS_SET:
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
	case PERSOCK_SECTION_CONTROL_SEND:
	case PERSOCK_SECTION_CONTROL_RECEIVE:
	case PERSOCK_SECTION_IOCTLS:
		return true;
	default:
		return false;
	}
}

/**
 * persock_section_is_address() - does a section have address rules?
 * @section: the section
 *
 * Return: true if it does.
 */
bool persock_section_is_address(enum persock_section section)
{
	return section == PERSOCK_SECTION_CONNECT ||
	       section == PERSOCK_SECTION_BIND ||
	       section == PERSOCK_SECTION_ACCEPT;
}

/**
 * persock_section_is_option() - does a section list levels and names?
 * @section: the section
 *
 * Return: true if it does.
 */
bool persock_section_is_option(enum persock_section section)
{
	return section == PERSOCK_SECTION_OPTIONS_GET ||
	       section == PERSOCK_SECTION_OPTIONS_SET ||
	       section == PERSOCK_SECTION_CONTROL_SEND ||
	       section == PERSOCK_SECTION_CONTROL_RECEIVE;
}

/**
 * persock_section_is_flags() - is a section about the flags of a message?
 * @section: the section
 *
 * Return: true if it is.
 */
bool persock_section_is_flags(enum persock_section section)
{
	return section == PERSOCK_SECTION_FLAGS_SEND ||
	       section == PERSOCK_SECTION_FLAGS_RECEIVE;
}

/**
 * persock_section_is_unix() - is a section about names of AF_UNIX sockets?
 * @section: the section
 *
 * Return: true if it is.
 */
bool persock_section_is_unix(enum persock_section section)
{
	return section == PERSOCK_SECTION_UNIX_CONNECT ||
	       section == PERSOCK_SECTION_UNIX_BIND;
}

/**
 * persock_section_rule_size() - the size of a rule in its list
 * @section: the section
 *
 * Return: bytes; 0 if the section has no list, or one whose rules have text:
 * control/parse_unix.c keeps these.
 */
size_t persock_section_rule_size(enum persock_section section)
{
	if (section == PERSOCK_SECTION_SOCKETS)
		return sizeof(struct persock_socket_rule);
	if (persock_section_is_address(section))
		return sizeof(struct persock_address_rule);
	if (persock_section_is_option(section))
		return sizeof(struct persock_option);
	if (section == PERSOCK_SECTION_IOCTLS)
		return sizeof(struct persock_ioctl);

	return 0;
}

/**
 * persock_section_options() - the list of a section of options
 * @rules: the rules of a class
 * @section: the section
 *
 * Return: the list.
 */
struct persock_options *persock_section_options(struct persock_rules *rules,
						enum persock_section section)
{
	switch (section) {
	case PERSOCK_SECTION_OPTIONS_GET:
		return &rules->get;
	case PERSOCK_SECTION_OPTIONS_SET:
		return &rules->set;
	case PERSOCK_SECTION_CONTROL_SEND:
		return &rules->control_send;
	default:
		return &rules->control_receive;
	}
}

/**
 * persock_section_flags() - the flags of a section
 * @rules: the rules of a class
 * @section: the section
 *
 * Return: the flags.
 */
struct persock_flags *persock_section_flags(struct persock_rules *rules,
					    enum persock_section section)
{
	return section == PERSOCK_SECTION_FLAGS_SEND ? &rules->send :
						       &rules->receive;
}

/**
 * persock_section_addresses() - the rules of a section of addresses
 * @policy: the policy
 * @section: the section
 *
 * Return: the rules.
 */
struct persock_addresses *persock_section_addresses(struct persock_policy *policy,
						    enum persock_section section)
{
	switch (section) {
	case PERSOCK_SECTION_CONNECT:
		return &policy->connect;
	case PERSOCK_SECTION_BIND:
		return &policy->bind;
	default:
		return &policy->accept;
	}
}

/**
 * persock_section_unix() - the rules of a section about AF_UNIX
 * @policy: the policy
 * @section: the section
 *
 * Return: the rules.
 */
struct persock_unix_rules *persock_section_unix(struct persock_policy *policy,
						enum persock_section section)
{
	return section == PERSOCK_SECTION_UNIX_CONNECT ?
	       &policy->unix_connect : &policy->unix_bind;
}

/**
 * persock_section_fallback() - the place of a section's default
 * @policy: the policy
 * @section: any but limits
 * @class: the class, if the section is specified per class
 *
 * Return: pointer to the default.
 */
s16 *persock_section_fallback(struct persock_policy *policy,
			      enum persock_section section, enum persock_class class)
{
	struct persock_rules *rules = &policy->rules[class];

	switch (section) {
	case PERSOCK_SECTION_SOCKETS:
		return &policy->sockets.fallback;
	case PERSOCK_SECTION_CONNECT:
	case PERSOCK_SECTION_BIND:
	case PERSOCK_SECTION_ACCEPT:
		return &persock_section_addresses(policy, section)->fallback;
	case PERSOCK_SECTION_UNIX_CONNECT:
	case PERSOCK_SECTION_UNIX_BIND:
		return &persock_section_unix(policy, section)->fallback;
	case PERSOCK_SECTION_LISTEN:
		return &rules->listen;
	case PERSOCK_SECTION_UNIX_RIGHTS:
		return &policy->unix_rights;
	case PERSOCK_SECTION_UNIX_CREDENTIALS:
		return &policy->unix_credentials;
	case PERSOCK_SECTION_PAIR:
		return &rules->pair;
	case PERSOCK_SECTION_MMAP:
		return &rules->mmap;
	case PERSOCK_SECTION_IOCTLS:
		return &rules->ioctls.fallback;
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
		return &persock_section_flags(rules, section)->fallback;
	default:
		return &persock_section_options(rules, section)->fallback;
	}
}
