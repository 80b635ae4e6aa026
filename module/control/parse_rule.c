// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of one rule: it checks the netlink attributes of the rule and
 * fills in a structure of policy.h. parse_policy.c calls these functions for
 * each rule of a request.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/limits.h>
#include <linux/netlink.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "control/parse_rule.h"

int persock_reject(struct netlink_ext_ack *extack,
		   const struct nlattr *attribute, const char *why)
{
	extack->_msg = why;
	extack->bad_attr = attribute;

	return -EINVAL;
}

/**
 * persock_rule_line() - the line of a rule in the policy file
 * @tb: its attributes
 *
 * Return: the line, or 0.
 */
u32 persock_rule_line(struct nlattr **tb)
{
	return tb[PERSOCK_A_RULE_LINE] ? nla_get_u32(tb[PERSOCK_A_RULE_LINE]) :
					 0;
}

/* Read a number; PERSOCK_ANY if it is not specified. */
static int read_any(struct netlink_ext_ack *extack, struct nlattr *attribute, u32 max,
		    s32 *value)
{
	*value = PERSOCK_ANY;
	if (!attribute)
		return 0;
	if (nla_get_u32(attribute) > max)
		return persock_reject(extack, attribute,
			      "the number is out of range");
	*value = nla_get_u32(attribute);

	return 0;
}

/**
 * persock_rule_socket() - read a rule on sockets
 * @extack: reports the reason of a refusal
 * @tb: its attributes
 * @verdict: its verdict
 * @rule: filled in
 *
 * Return: 0 or -EINVAL.
 */
int persock_rule_socket(struct netlink_ext_ack *extack, struct nlattr **tb, s16 verdict,
			struct persock_socket_rule *rule)
{
	s32 family, type, protocol;
	int err;

	err = read_any(extack, tb[PERSOCK_A_RULE_FAMILY], S16_MAX, &family);
	if (!err)
		err = read_any(extack, tb[PERSOCK_A_RULE_TYPE], S16_MAX, &type);
	if (!err)
		err = read_any(extack, tb[PERSOCK_A_RULE_PROTOCOL], S32_MAX,
			       &protocol);
	if (err)
		return err;

	rule->family = family;
	rule->type = type;
	rule->protocol = protocol;
	rule->verdict = verdict;
	rule->line = persock_rule_line(tb);

	return 0;
}

/**
 * persock_rule_ports() - read the ports and the protocol of a rule on peers
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes
 * @first: set to the first port
 * @last: set to the last port
 * @protocol: set to the protocol, or PERSOCK_ANY
 *
 * Return: 0 or -EINVAL.
 */
int persock_rule_ports(struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb,
		       u16 *first, u16 *last, s32 *protocol)
{
	int err;

	*first = 0;
	*last = U16_MAX;
	if (tb[PERSOCK_A_RULE_PORT_FIRST])
		*first = nla_get_u16(tb[PERSOCK_A_RULE_PORT_FIRST]);
	if (tb[PERSOCK_A_RULE_PORT_LAST])
		*last = nla_get_u16(tb[PERSOCK_A_RULE_PORT_LAST]);
	if (*first > *last)
		return persock_reject(extack, nest, "the first port is after the last");

	err = read_any(extack, tb[PERSOCK_A_RULE_PROTOCOL], S32_MAX, protocol);
	if (err)
		return err;
	if (*protocol == IPPROTO_MPTCP)
		return persock_reject(extack, tb[PERSOCK_A_RULE_PROTOCOL],
			      "MPTCP is judged as TCP");

	return 0;
}

static bool host_bits(const u8 *address, unsigned int length,
		      unsigned int prefix)
{
	unsigned int i;

	for (i = prefix; i < length * 8; i++) {
		if (address[i / 8] & (0x80 >> (i % 8)))
			return true;
	}

	return false;
}

/**
 * persock_rule_address() - read a rule on addresses
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes
 * @verdict: its verdict
 * @rule: filled in
 *
 * Return: 0 or -EINVAL.
 */
int persock_rule_address(struct netlink_ext_ack *extack, const struct nlattr *nest,
			 struct nlattr **tb, s16 verdict,
			struct persock_address_rule *rule)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct nlattr *address = tb[PERSOCK_A_RULE_ADDRESS];
	unsigned int length;
	int err;

	if (!address || !tb[PERSOCK_A_RULE_PREFIX_LENGTH])
		return persock_reject(extack, nest,
			      "an address and a prefix length are needed");
	length = nla_len(address);
	if (length != 4 && length != 16)
		return persock_reject(extack, address, "an address has 4 or 16 bytes");

	memset(rule, 0, sizeof(*rule));
	rule->family = length == 4 ? AF_INET : AF_INET6;
	memcpy(rule->address, nla_data(address), length);
	rule->prefix = nla_get_u8(tb[PERSOCK_A_RULE_PREFIX_LENGTH]);
	if (rule->prefix > length * 8)
		return persock_reject(extack, tb[PERSOCK_A_RULE_PREFIX_LENGTH],
			      "the prefix is longer than the address");
	if (host_bits(rule->address, length, rule->prefix))
		return persock_reject(extack, address,
			      "the address has bits that its prefix does not cover");
	if (length == 16 && rule->prefix >= 96 &&
	    !memcmp(rule->address, mapped, sizeof(mapped)))
		return persock_reject(extack, address,
			      "an IPv4-mapped address is judged as IPv4: specify it as IPv4");

	err = persock_rule_ports(extack, nest, tb, &rule->first, &rule->last,
				 &rule->protocol);
	if (err)
		return err;
	rule->verdict = verdict;
	rule->line = persock_rule_line(tb);

	return 0;
}

/**
 * persock_rule_option() - read a rule on an option or control message
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes
 * @verdict: its verdict
 * @option: filled in
 *
 * Return: 0 or -EINVAL.
 */
int persock_rule_option(struct netlink_ext_ack *extack, const struct nlattr *nest,
			struct nlattr **tb, s16 verdict,
		       struct persock_option *option)
{
	struct nlattr *size = tb[PERSOCK_A_RULE_SIZE];
	struct nlattr *max = tb[PERSOCK_A_RULE_SIZE_MAX];

	if (!tb[PERSOCK_A_RULE_LEVEL] || !tb[PERSOCK_A_RULE_NAME])
		return persock_reject(extack, nest, "level and name are needed");
	if ((size && nla_get_u32(size) > U16_MAX) ||
	    (max && nla_get_u32(max) > U16_MAX))
		return persock_reject(extack, nest, "a size is at most 65535");

	option->level = nla_get_s32(tb[PERSOCK_A_RULE_LEVEL]);
	option->name = nla_get_s32(tb[PERSOCK_A_RULE_NAME]);
	option->size = size ? nla_get_u32(size) : 0;
	option->max = max ? nla_get_u32(max) : 0;
	option->verdict = verdict;
	option->line = persock_rule_line(tb);
	if (option->max && option->max < option->size)
		return persock_reject(extack, max, "the longest answer is shorter than the size");

	return 0;
}

/**
 * persock_rule_ioctl() - read a rule on an ioctl
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes
 * @verdict: its verdict
 * @ioctl: filled in
 *
 * Return: 0 or -EINVAL.
 */
int persock_rule_ioctl(struct netlink_ext_ack *extack, const struct nlattr *nest,
		       struct nlattr **tb, s16 verdict,
		      struct persock_ioctl *ioctl)
{
	if (!tb[PERSOCK_A_RULE_COMMAND])
		return persock_reject(extack, nest, "a command is needed");

	ioctl->cmd = nla_get_u32(tb[PERSOCK_A_RULE_COMMAND]);
	ioctl->verdict = verdict;
	ioctl->line = persock_rule_line(tb);

	return 0;
}

/**
 * persock_rule_flags() - read a rule on flags
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes
 * @verdict: its verdict
 * @flags: the rule is added to them
 *
 * Return: 0 or -EINVAL.
 */
int persock_rule_flags(struct netlink_ext_ack *extack, const struct nlattr *nest,
		       struct nlattr **tb, s16 verdict,
		      struct persock_flags *flags)
{
	unsigned long bits;
	unsigned int bit;
	u32 given;

	if (!tb[PERSOCK_A_RULE_FLAGS])
		return persock_reject(extack, nest, "flags are needed");
	given = nla_get_u32(tb[PERSOCK_A_RULE_FLAGS]);
	if (!given)
		return persock_reject(extack, nest, "a rule is about one flag at least");
	if (given & (flags->allow | flags->ignore | flags->deny))
		return persock_reject(extack, nest, "a flag is listed twice");

	if (verdict == PERSOCK_ALLOW) {
		flags->allow |= given;
	} else if (verdict == PERSOCK_IGNORE) {
		flags->ignore |= given;
	} else {
		flags->deny |= given;
		bits = given;
		for_each_set_bit(bit, &bits, PERSOCK_NR_FLAGS)
			flags->errnos[bit] = verdict;
	}

	return 0;
}
