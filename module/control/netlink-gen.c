// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/persock.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/persock_netlink.h>

/* Common nested types */
const struct nla_policy persock_bound_nl_policy[PERSOCK_A_BOUND_VERDICT + 1] = {
	[PERSOCK_A_BOUND_LIMIT] = NLA_POLICY_MAX(NLA_U32, 6),
	[PERSOCK_A_BOUND_CLASS] = NLA_POLICY_MAX(NLA_U32, 1),
	[PERSOCK_A_BOUND_VALUE] = { .type = NLA_U32, },
	[PERSOCK_A_BOUND_VERDICT] = { .type = NLA_S32, },
};

const struct nla_policy persock_default_nl_policy[PERSOCK_A_DEFAULT_VERDICT + 1] = {
	[PERSOCK_A_DEFAULT_SECTION] = NLA_POLICY_MAX(NLA_U32, 18),
	[PERSOCK_A_DEFAULT_CLASS] = NLA_POLICY_MAX(NLA_U32, 1),
	[PERSOCK_A_DEFAULT_VERDICT] = { .type = NLA_S32, },
};

const struct nla_policy persock_learnt_nl_policy[PERSOCK_A_LEARNT_STATIC + 1] = {
	[PERSOCK_A_LEARNT_HOST] = { .type = NLA_NUL_STRING, .len = 253, },
	[PERSOCK_A_LEARNT_ADDRESS] = { .type = NLA_BINARY, },
	[PERSOCK_A_LEARNT_NETWORK_INODE] = { .type = NLA_U32, },
	[PERSOCK_A_LEARNT_TTL] = { .type = NLA_S32, },
	[PERSOCK_A_LEARNT_STATIC] = { .type = NLA_U8, },
};

const struct nla_policy persock_names_nl_policy[PERSOCK_A_NAMES_LIMIT + 1] = {
	[PERSOCK_A_NAMES_RESOLVER] = { .type = NLA_BINARY, },
	[PERSOCK_A_NAMES_QUERIES] = NLA_POLICY_MAX(NLA_U32, 1),
	[PERSOCK_A_NAMES_HOLD] = { .type = NLA_U32, },
	[PERSOCK_A_NAMES_LIMIT] = { .type = NLA_U32, },
};

const struct nla_policy persock_rule_nl_policy[PERSOCK_A_RULE_CID + 1] = {
	[PERSOCK_A_RULE_SECTION] = NLA_POLICY_MAX(NLA_U32, 18),
	[PERSOCK_A_RULE_CLASS] = NLA_POLICY_MAX(NLA_U32, 1),
	[PERSOCK_A_RULE_VERDICT] = { .type = NLA_S32, },
	[PERSOCK_A_RULE_LINE] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_FAMILY] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_TYPE] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_PROTOCOL] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_LEVEL] = { .type = NLA_S32, },
	[PERSOCK_A_RULE_NAME] = { .type = NLA_S32, },
	[PERSOCK_A_RULE_SIZE] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_SIZE_MAX] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_FLAGS] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_COMMAND] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_ADDRESS] = { .type = NLA_BINARY, },
	[PERSOCK_A_RULE_PREFIX_LENGTH] = { .type = NLA_U8, },
	[PERSOCK_A_RULE_PORT_FIRST] = { .type = NLA_U16, },
	[PERSOCK_A_RULE_PORT_LAST] = { .type = NLA_U16, },
	[PERSOCK_A_RULE_HOST] = { .type = NLA_NUL_STRING, .len = 255, },
	[PERSOCK_A_RULE_PATH] = { .type = NLA_NUL_STRING, .len = 1023, },
	[PERSOCK_A_RULE_ABSTRACT] = { .type = NLA_BINARY, },
	[PERSOCK_A_RULE_PREFIX] = { .type = NLA_FLAG, },
	[PERSOCK_A_RULE_UNNAMED] = { .type = NLA_FLAG, },
	[PERSOCK_A_RULE_PEER] = { .type = NLA_NUL_STRING, .len = 1023, },
	[PERSOCK_A_RULE_VSOCK_FIRST] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_VSOCK_LAST] = { .type = NLA_U32, },
	[PERSOCK_A_RULE_CID] = { .type = NLA_U32, },
};

/* Global operation policy for persock */
const struct nla_policy persock_nl_policy[PERSOCK_A_COUNTERS + 1] = {
	[PERSOCK_A_CGROUP_FD] = { .type = NLA_U32, },
	[PERSOCK_A_CGROUP_ID] = { .type = NLA_U64, },
	[PERSOCK_A_PERSONALITY] = { .type = NLA_NUL_STRING, .len = 63, },
	[PERSOCK_A_BASE] = { .type = NLA_NUL_STRING, .len = 63, },
	[PERSOCK_A_PROVIDER] = { .type = NLA_STRING, .len = 63, },
	[PERSOCK_A_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[PERSOCK_A_DEFAULT] = NLA_POLICY_NESTED(persock_default_nl_policy),
	[PERSOCK_A_RULE] = NLA_POLICY_NESTED(persock_rule_nl_policy),
	[PERSOCK_A_BOUND] = NLA_POLICY_NESTED(persock_bound_nl_policy),
	[PERSOCK_A_NETWORK] = { .type = NLA_NUL_STRING, .len = 255, },
	[PERSOCK_A_NETWORK_FD] = { .type = NLA_U32, },
	[PERSOCK_A_NETWORK_FROM] = { .type = NLA_NUL_STRING, .len = 255, },
	[PERSOCK_A_NETWORK_FROM_FD] = { .type = NLA_U32, },
	[PERSOCK_A_DELEGATE] = NLA_POLICY_MAX(NLA_U32, 1),
	[PERSOCK_A_HOLD] = { .type = NLA_U8, },
	[PERSOCK_A_NAMES] = NLA_POLICY_NESTED(persock_names_nl_policy),
	[PERSOCK_A_LEARNT] = NLA_POLICY_NESTED(persock_learnt_nl_policy),
	[PERSOCK_A_REVEAL] = NLA_POLICY_MAX(NLA_U32, 1),
	[PERSOCK_A_COUNTERS] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* Ops table for persock */
const struct genl_small_ops persock_nl_ops[17] = {
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
	{
		.cmd	= PERSOCK_CMD_PERSONALITY_SET,
		.doit	= persock_nl_personality_set_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_POLICY_GET,
		.dumpit	= persock_nl_policy_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_IGNORED_GET,
		.dumpit	= persock_nl_ignored_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_COMMIT,
		.doit	= persock_nl_commit_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_NAME_NEW,
		.doit	= persock_nl_name_new_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_NAME_DEL,
		.doit	= persock_nl_name_del_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_NAME_GET,
		.dumpit	= persock_nl_name_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_RECORD_GET,
		.dumpit	= persock_nl_record_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= PERSOCK_CMD_RECORD_DEL,
		.doit	= persock_nl_record_del_doit,
		.flags	= GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group persock_nl_mcgrps[] = {
	[PERSOCK_NLGRP_DENIALS] = { "denials", },
	[PERSOCK_NLGRP_IGNORED] = { "ignored", },
	[PERSOCK_NLGRP_NAMES] = { "names", },
};
