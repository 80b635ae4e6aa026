/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parser of rules on host names, and of how their addresses are learnt,
 * from netlink attributes. parse_policy.c uses it.
 */
#ifndef _PERSOCK_PARSE_NAMES_H
#define _PERSOCK_PARSE_NAMES_H

#include "policy/policy.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct persock_names_load - rules on host names that are being read
 * @nr: number of rules
 * @text: bytes of their names, with final NULs
 * @rules: the rules, @nr of them
 * @sorted: their order, @nr numbers
 * @names: their names, @text bytes
 */
struct persock_names_load {
	unsigned int nr;
	size_t text;
	struct persock_host_rule *rules;
	u32 *sorted;
	char *names;
};

int persock_names_count(struct persock_names_load *load,
			struct netlink_ext_ack *extack, struct nlattr **tb);
size_t persock_names_size(const struct persock_names_load *load);
void *persock_names_place(struct persock_names_load *load, void *memory);
int persock_names_fill(struct persock_names_load *load,
		       struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb,
		       s16 verdict);
int persock_names_publish(struct persock_names_load *load,
			  struct netlink_ext_ack *extack,
			  const struct nlattr *attribute,
			  struct persock_policy *policy);

int persock_address_read(struct netlink_ext_ack *extack,
			 const struct nlattr *attribute,
			 struct persock_endpoint *endpoint);

#endif /* _PERSOCK_PARSE_NAMES_H */
