/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parser of one rule, from its netlink attributes to its structure in a
 * policy. parse_policy.c uses it.
 */
#ifndef _PERSOCK_PARSE_RULE_H
#define _PERSOCK_PARSE_RULE_H

#include "policy/policy.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * persock_reject() - reject a request
 * @extack: reports the reason
 * @attribute: the invalid attribute, or NULL
 * @why: the reason, a sentence that lives as long as the module
 *
 * Return: -EINVAL.
 */
int persock_reject(struct netlink_ext_ack *extack,
		   const struct nlattr *attribute, const char *why);

u32 persock_rule_line(struct nlattr **tb);
int persock_rule_ports(struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb,
		       u16 *first, u16 *last, s32 *protocol);

int persock_rule_socket(struct netlink_ext_ack *extack, struct nlattr **tb,
			s16 verdict, struct persock_socket_rule *rule);
int persock_rule_address(struct netlink_ext_ack *extack,
			 const struct nlattr *nest, struct nlattr **tb, s16 verdict,
			 struct persock_address_rule *rule);
int persock_rule_option(struct netlink_ext_ack *extack,
			const struct nlattr *nest, struct nlattr **tb, s16 verdict,
			struct persock_option *option);
int persock_rule_ioctl(struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb, s16 verdict,
		       struct persock_ioctl *ioctl);
int persock_rule_flags(struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb, s16 verdict,
		       struct persock_flags *flags);

#endif /* _PERSOCK_PARSE_RULE_H */
