// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/persock.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/persock_netlink.h>

/* Global operation policy for persock */
const struct nla_policy persock_nl_policy[PERSOCK_A_PROVIDER + 1] = {
	[PERSOCK_A_CGROUP_FD] = { .type = NLA_U32, },
	[PERSOCK_A_CGROUP_ID] = { .type = NLA_U64, },
	[PERSOCK_A_PERSONALITY] = { .type = NLA_NUL_STRING, .len = 63, },
	[PERSOCK_A_BASE] = { .type = NLA_NUL_STRING, .len = 63, },
	[PERSOCK_A_PROVIDER] = { .type = NLA_STRING, .len = 63, },
};

/* Ops table for persock */
const struct genl_small_ops persock_nl_ops[8] = {
	{
		.cmd	= PERSOCK_CMD_STATUS_GET,
		.doit	= persock_nl_status_get_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_PROVIDER_GET,
		.dumpit	= persock_nl_provider_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_PERSONALITY_NEW,
		.doit	= persock_nl_personality_new_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_PERSONALITY_GET,
		.doit	= persock_nl_personality_get_doit,
		.dumpit	= persock_nl_personality_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_PERSONALITY_DEL,
		.doit	= persock_nl_personality_del_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_ATTACH,
		.doit	= persock_nl_attach_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_DETACH,
		.doit	= persock_nl_detach_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_ATTACHMENT_GET,
		.doit	= persock_nl_attachment_get_doit,
		.dumpit	= persock_nl_attachment_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
};
