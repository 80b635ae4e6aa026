// SPDX-License-Identifier: GPL-2.0
/*
 * Parses and prints a denial. The commands monitor and run call it.
 */
#include <linux/genetlink.h>

#include "wire/denial.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "module/policy/policy.h"
#include "policy_file/names.h"
#include "policy_file/section_name.h"
#include "policy_file/vsock_name.h"
#include "wire/cgroup_path.h"
#include "wire/counters.h"
#include "wire/netlink.h"

void denial_parse(struct denial *denial, const struct nlattr *nest)
{
	const struct nlattr *attribute;
	unsigned int type;

	*denial = (struct denial){ 0 };
	mnl_attr_for_each_nested(attribute, nest) {
		type = mnl_attr_get_type(attribute);
		if (type <= PERSOCK_A_DENIAL_MAX)
			denial->of[type] = attribute;
	}
}

static bool has(const struct denial *denial, int type)
{
	return denial->of[type];
}

static uint64_t number(const struct denial *denial, int type)
{
	return has(denial, type) ? attribute_number(denial->of[type]) : 0;
}

/* Of 32 bits, as verdicts, levels and names are. */
static int integer(const struct denial *denial, int type)
{
	return (int32_t)number(denial, type);
}

static const char *string(const struct denial *denial, int type)
{
	return has(denial, type) ? attribute_string(denial->of[type]) : "";
}

const char *denial_personality(const struct denial *denial)
{
	return string(denial, PERSOCK_A_DENIAL_PERSONALITY);
}

const char *denial_operation(const struct denial *denial)
{
	return operation_name(number(denial, PERSOCK_A_DENIAL_OPERATION));
}

static const char *section(const struct denial *denial)
{
	return section_name(number(denial, PERSOCK_A_DENIAL_SECTION));
}

bool denial_is_audited(const struct denial *denial)
{
	return number(denial, PERSOCK_A_DENIAL_MODE) == PERSOCK_MODE_AUDIT;
}

static bool is_ignored(const struct denial *denial)
{
	return integer(denial, PERSOCK_A_DENIAL_VERDICT) > 0;
}

static const char *errno_name(const struct denial *denial)
{
	return name_of(NAME_ERRNO, 0,
		       -integer(denial, PERSOCK_A_DENIAL_VERDICT));
}

const char *denial_verdict(const struct denial *denial)
{
	return is_ignored(denial) ? "ignored" : errno_name(denial);
}

static const char *family(const struct denial *denial)
{
	return name_of(NAME_FAMILY, 0,
		       number(denial, PERSOCK_A_DENIAL_FAMILY));
}

static const char *type(const struct denial *denial)
{
	return name_of(NAME_TYPE, 0, number(denial, PERSOCK_A_DENIAL_TYPE));
}

/* Only these families use the numbers of IPPROTO_*. */
static bool is_inet(const struct denial *denial)
{
	uint64_t value = number(denial, PERSOCK_A_DENIAL_FAMILY);

	return value == AF_INET || value == AF_INET6;
}

/* "" for protocol 0 of an inet socket, the default of the type. */
static const char *protocol(const struct denial *denial)
{
	uint64_t value = number(denial, PERSOCK_A_DENIAL_PROTOCOL);
	static char text[16];

	if (is_inet(denial))
		return value ? name_of(NAME_PROTOCOL, 0, value) : "";
	snprintf(text, sizeof(text), "%" PRIu64, value);
	return text;
}

/* Level and name are those of an option or of a control message. */
static enum name_kind option_kind(const struct denial *denial)
{
	switch (number(denial, PERSOCK_A_DENIAL_OPERATION)) {
	case PERSOCK_OP_GETSOCKOPT:
	case PERSOCK_OP_SETSOCKOPT:
		return NAME_OPTION;
	default:
		return NAME_CONTROL;
	}
}

static const char *option(const struct denial *denial)
{
	return name_of_option(option_kind(denial),
			      integer(denial, PERSOCK_A_DENIAL_LEVEL),
			      integer(denial, PERSOCK_A_DENIAL_NAME));
}

/* The address without the port; NULL if there is none. */
static const char *address(const struct denial *denial)
{
	const struct nlattr *attribute =
		denial->of[PERSOCK_A_DENIAL_ADDRESS];
	static char text[INET6_ADDRSTRLEN];
	int of = 0;

	if (!attribute)
		return NULL;
	if (mnl_attr_get_payload_len(attribute) == sizeof(struct in_addr))
		of = AF_INET;
	if (mnl_attr_get_payload_len(attribute) == sizeof(struct in6_addr))
		of = AF_INET6;
	return of ? inet_ntop(of, mnl_attr_get_payload(attribute), text,
			      sizeof(text)) : NULL;
}

static void print_kind(FILE *stream, const struct denial *denial)
{
	fprintf(stream, " %s/%s", family(denial), type(denial));
	/* AF_UNIX and AF_VSOCK have only one. */
	if (*protocol(denial) &&
	    number(denial, PERSOCK_A_DENIAL_FAMILY) != AF_UNIX &&
	    number(denial, PERSOCK_A_DENIAL_FAMILY) != AF_VSOCK)
		fprintf(stream, "/%s", protocol(denial));
}

static void print_address(FILE *stream, const struct denial *denial)
{
	bool brackets = strchr(address(denial), ':');

	fprintf(stream, " %s%s%s", brackets ? "[" : "", address(denial),
		brackets ? "]" : "");
	if (has(denial, PERSOCK_A_DENIAL_PORT))
		fprintf(stream, ":%u",
			(unsigned int)number(denial, PERSOCK_A_DENIAL_PORT));
}

static void print_vsock(FILE *stream, const struct denial *denial)
{
	if (has(denial, PERSOCK_A_DENIAL_CID))
		fprintf(stream, " vsock:%s:%s",
			vsock_text(number(denial, PERSOCK_A_DENIAL_CID)),
			vsock_text(number(denial,
					  PERSOCK_A_DENIAL_VSOCK_PORT)));
}

uint64_t denial_cgroup(const struct denial *denial)
{
	return number(denial, has(denial, PERSOCK_A_DENIAL_INNER_ID) ?
			      PERSOCK_A_DENIAL_INNER_ID :
			      PERSOCK_A_DENIAL_CGROUP_ID);
}

uint64_t denial_layer(const struct denial *denial)
{
	return number(denial, PERSOCK_A_DENIAL_CGROUP_ID);
}

const char *denial_host(const struct denial *denial)
{
	return has(denial, PERSOCK_A_DENIAL_HOST) ?
	       string(denial, PERSOCK_A_DENIAL_HOST) : NULL;
}

/* A refused query is a message to a resolver, on its port. */
bool denial_is_query(const struct denial *denial)
{
	return has(denial, PERSOCK_A_DENIAL_HOST) &&
	       number(denial, PERSOCK_A_DENIAL_OPERATION) == PERSOCK_OP_SENDMSG &&
	       number(denial, PERSOCK_A_DENIAL_PORT) == PERSOCK_DNS_PORT;
}

static void print_host(FILE *stream, const struct denial *denial)
{
	if (!denial_host(denial))
		return;
	fputs(denial_is_query(denial) ? " query for " : " known as ", stream);
	text_print(stream, denial_host(denial));
}

const char *denial_unix_name(const struct denial *denial)
{
	return has(denial, PERSOCK_A_DENIAL_UNIX_NAME) ?
	       string(denial, PERSOCK_A_DENIAL_UNIX_NAME) : NULL;
}

static void print_unix_name(FILE *stream, const struct denial *denial)
{
	const char *name = denial_unix_name(denial);

	if (!name)
		return;
	fputc(' ', stream);
	text_print(stream, *name ? name : "unnamed");
}

/* Print each bit by its name. */
static void print_flags(FILE *stream, const struct denial *denial)
{
	uint32_t flags = number(denial, PERSOCK_A_DENIAL_FLAGS), bit;
	const char *before = " ";

	for (bit = 1; bit; bit <<= 1) {
		if (!(flags & bit))
			continue;
		fprintf(stream, "%s%s", before, name_of(NAME_FLAG, 0, bit));
		before = "|";
	}
}

/* "connect rule 3, line 17", "connect default", "limit", or "flags.send". */
static void print_rule(FILE *stream, const struct denial *denial)
{
	switch (number(denial, PERSOCK_A_DENIAL_SECTION)) {
	case PERSOCK_SECTION_LIMITS:
		fputs(" (limit", stream);
		break;
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
		/* The module does not report whether a rule decided. */
		fprintf(stream, " (%s", section(denial));
		break;
	default:
		fprintf(stream, " (%s", section(denial));
		if (!has(denial, PERSOCK_A_DENIAL_RULE))
			fputs(" default", stream);
	}
	if (has(denial, PERSOCK_A_DENIAL_RULE))
		fprintf(stream, " rule %" PRIu64,
			number(denial, PERSOCK_A_DENIAL_RULE));
	if (has(denial, PERSOCK_A_DENIAL_LINE))
		fprintf(stream, ", line %" PRIu64,
			number(denial, PERSOCK_A_DENIAL_LINE));
	fputc(')', stream);
}

/* Why no policy could allow the call, or NULL. */
static const char *reason(const struct denial *denial)
{
	switch (number(denial, PERSOCK_A_DENIAL_REASON)) {
	case PERSOCK_REASON_LIVEPATCH:
		return "a livepatch redirects a kernel function that must be intercepted for this";
	case PERSOCK_REASON_FUNCTION:
		return "this kernel lacks a function that must be intercepted for this";
	default:
		return NULL;
	}
}

/* Which of several layers, and of whose; an older module does not say. */
static void print_layer(FILE *stream, const struct denial *denial,
			struct netlink *nl)
{
	uint64_t layers = number(denial, PERSOCK_A_DENIAL_LAYERS);

	if (layers < 2)
		return;
	fprintf(stream, ", layer %" PRIu64 " of %" PRIu64 " of ",
		number(denial, PERSOCK_A_DENIAL_LAYER), layers);
	cgroup_print(stream, number(denial, PERSOCK_A_DENIAL_INNER_ID), nl);
}

/* The program, its call, and what decided. */
static void print_call(FILE *stream, const struct denial *denial)
{
	fprintf(stream, "%" PRIu64 "/", number(denial, PERSOCK_A_DENIAL_PID));
	text_print(stream, string(denial, PERSOCK_A_DENIAL_COMM));
	fprintf(stream, " %s", denial_operation(denial));
	print_kind(stream, denial);
	if (address(denial))
		print_address(stream, denial);
	print_vsock(stream, denial);
	print_host(stream, denial);
	print_unix_name(stream, denial);
	if (has(denial, PERSOCK_A_DENIAL_LEVEL))
		fprintf(stream, " %s", option(denial));
	if (has(denial, PERSOCK_A_DENIAL_FLAGS))
		print_flags(stream, denial);
	if (has(denial, PERSOCK_A_DENIAL_COMMAND))
		fprintf(stream, " %s",
			name_of(NAME_IOCTL, 0,
				number(denial, PERSOCK_A_DENIAL_COMMAND)));
	fprintf(stream, ": %s", denial_verdict(denial));
	print_rule(stream, denial);
	if (reason(denial))
		fprintf(stream, ": %s", reason(denial));
	if (denial_is_audited(denial))
		fputs(" audit", stream);
}

void denial_print_call(FILE *stream, const struct denial *denial)
{
	text_print(stream, denial_personality(denial));
	fputc(' ', stream);
	print_call(stream, denial);
}

void denial_print_program(FILE *stream, const struct denial *denial,
			  struct netlink *nl)
{
	print_call(stream, denial);
	print_layer(stream, denial, nl);
}

void denial_print(FILE *stream, const struct denial *denial,
		  struct netlink *nl)
{
	cgroup_print(stream, number(denial, PERSOCK_A_DENIAL_CGROUP_ID), nl);
	fputc(' ', stream);
	denial_print_call(stream, denial);
	print_layer(stream, denial, nl);
}

static void json_number(const struct denial *denial, int attribute,
			const char *key)
{
	if (has(denial, attribute))
		json_u64(key, number(denial, attribute));
}

/* As json_number(), for signed numbers. */
static void json_integer(const struct denial *denial, int attribute,
			 const char *key)
{
	if (has(denial, attribute))
		json_i64(key, integer(denial, attribute));
}

static void json_flags(const struct denial *denial)
{
	uint32_t flags = number(denial, PERSOCK_A_DENIAL_FLAGS), bit;

	json_u64("flags", flags);
	json_array("flag_names");
	for (bit = 1; bit; bit <<= 1) {
		if (flags & bit)
			json_string(NULL, name_of(NAME_FLAG, 0, bit));
	}
	json_array_end();
}

static void json_subject(const struct denial *denial)
{
	if (address(denial))
		json_string("address", address(denial));
	json_number(denial, PERSOCK_A_DENIAL_PORT, "port");
	json_number(denial, PERSOCK_A_DENIAL_CID, "cid");
	json_number(denial, PERSOCK_A_DENIAL_VSOCK_PORT, "vsock_port");
	if (denial_host(denial)) {
		json_string("host", denial_host(denial));
		json_bool("query", denial_is_query(denial));
	}
	if (denial_unix_name(denial))
		json_string("unix_name", denial_unix_name(denial));
	json_integer(denial, PERSOCK_A_DENIAL_LEVEL, "level");
	json_integer(denial, PERSOCK_A_DENIAL_NAME, "name");
	if (has(denial, PERSOCK_A_DENIAL_LEVEL))
		json_string("option", option(denial));
	if (has(denial, PERSOCK_A_DENIAL_FLAGS))
		json_flags(denial);
	json_number(denial, PERSOCK_A_DENIAL_COMMAND, "command");
	if (has(denial, PERSOCK_A_DENIAL_COMMAND))
		json_string("command_name",
			    name_of(NAME_IOCTL, 0,
				    number(denial, PERSOCK_A_DENIAL_COMMAND)));
}

static void json_layer(const struct denial *denial, struct netlink *nl)
{
	const char *path;

	if (!has(denial, PERSOCK_A_DENIAL_INNER_ID))
		return;
	json_number(denial, PERSOCK_A_DENIAL_LAYER, "layer");
	json_number(denial, PERSOCK_A_DENIAL_LAYERS, "layers");
	json_number(denial, PERSOCK_A_DENIAL_INNER_ID, "inner_cgroup_id");
	path = cgroup_path(nl, number(denial, PERSOCK_A_DENIAL_INNER_ID));
	if (path)
		json_string("inner_path", path);
}

static void json_call(const struct denial *denial)
{
	json_string("mode", denial_is_audited(denial) ? "audit" : "enforce");
	json_number(denial, PERSOCK_A_DENIAL_PID, "pid");
	json_string("comm", string(denial, PERSOCK_A_DENIAL_COMM));
	json_string("operation", denial_operation(denial));
	if (is_ignored(denial)) {
		json_bool("ignored", true);
	} else {
		json_u64("errno", -integer(denial, PERSOCK_A_DENIAL_VERDICT));
		json_string("errno_name", errno_name(denial));
	}
	json_string("section", section(denial));
	json_number(denial, PERSOCK_A_DENIAL_RULE, "rule");
	json_number(denial, PERSOCK_A_DENIAL_LINE, "line");
	if (reason(denial))
		json_string("reason", reason(denial));
	json_number(denial, PERSOCK_A_DENIAL_FAMILY, "family");
	json_string("family_name", family(denial));
	json_number(denial, PERSOCK_A_DENIAL_TYPE, "type");
	json_string("type_name", type(denial));
	json_number(denial, PERSOCK_A_DENIAL_PROTOCOL, "protocol");
	if (*protocol(denial) && is_inet(denial))
		json_string("protocol_name", protocol(denial));
	json_subject(denial);
}

void denial_json_call(const struct denial *denial)
{
	json_string("personality", denial_personality(denial));
	json_call(denial);
}

void denial_json(const struct denial *denial, struct netlink *nl)
{
	cgroup_json(number(denial, PERSOCK_A_DENIAL_CGROUP_ID), nl);
	json_string("personality", denial_personality(denial));
	json_layer(denial, nl);
	json_call(denial);
}
