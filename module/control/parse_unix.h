/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parser of rules on names of AF_UNIX sockets, from netlink attributes.
 * parse_policy.c uses it.
 */
#ifndef _PERSOCK_PARSE_UNIX_H
#define _PERSOCK_PARSE_UNIX_H

#include "policy/policy.h"

struct netlink_ext_ack;
struct nlattr;

#define PERSOCK_UNIX_SECTIONS	2

/**
 * struct persock_unix_load - rules on AF_UNIX that are being read
 * @nr: number of rules, by section: connect, bind
 * @text: bytes of their names and peers, with final NULs
 * @rules: the rules, by section
 * @sorted: room for their order
 * @texts: their names and peers, @text bytes
 */
struct persock_unix_load {
	unsigned int nr[PERSOCK_UNIX_SECTIONS];
	size_t text;
	struct persock_unix_rule *rules[PERSOCK_UNIX_SECTIONS];
	struct persock_unix_entry *sorted;
	char *texts;
};

int persock_unix_count(struct persock_unix_load *load,
		       struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb,
		       enum persock_section section);
unsigned int persock_unix_rules(const struct persock_unix_load *load);
size_t persock_unix_size(const struct persock_unix_load *load);
void *persock_unix_place(struct persock_unix_load *load, void *memory);
void persock_unix_fill(struct persock_unix_load *load, struct nlattr **tb,
		       enum persock_section section, s16 verdict);
void persock_unix_publish(struct persock_unix_load *load,
			  struct persock_policy *policy);

#endif /* _PERSOCK_PARSE_UNIX_H */
