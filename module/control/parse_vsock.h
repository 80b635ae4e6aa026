/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parser of rules on addresses of AF_VSOCK, from netlink attributes.
 * parse_policy.c uses it.
 */
#ifndef _PERSOCK_PARSE_VSOCK_H
#define _PERSOCK_PARSE_VSOCK_H

#include <linux/bits.h>

#include "policy/policy.h"

struct netlink_ext_ack;
struct nlattr;

/* connect, bind and accept. */
#define PERSOCK_VSOCK_SECTIONS	3

/* Attributes that only such rules have. */
#define PERSOCK_VSOCK_ATTRIBUTES \
	(BIT(PERSOCK_A_RULE_VSOCK_FIRST) | BIT(PERSOCK_A_RULE_VSOCK_LAST) | \
	 BIT(PERSOCK_A_RULE_CID))

/**
 * struct persock_vsock_load - rules on AF_VSOCK that are being read
 * @nr: number of rules, by section
 * @rules: the rules, by section
 */
struct persock_vsock_load {
	unsigned int nr[PERSOCK_VSOCK_SECTIONS];
	struct persock_vsock_rule *rules[PERSOCK_VSOCK_SECTIONS];
};

bool persock_vsock_is_rule(struct nlattr **tb);
int persock_vsock_count(struct persock_vsock_load *load,
			struct netlink_ext_ack *extack,
			const struct nlattr *nest, struct nlattr **tb,
			enum persock_section section);
unsigned int persock_vsock_rules(const struct persock_vsock_load *load);
size_t persock_vsock_size(const struct persock_vsock_load *load);
void *persock_vsock_place(struct persock_vsock_load *load, void *memory);
void persock_vsock_fill(struct persock_vsock_load *load, struct nlattr **tb,
			enum persock_section section, s16 verdict);
void persock_vsock_publish(struct persock_vsock_load *load,
			   struct persock_policy *policy);

#endif /* _PERSOCK_PARSE_VSOCK_H */
