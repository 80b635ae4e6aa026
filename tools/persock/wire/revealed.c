// SPDX-License-Identifier: GPL-2.0
/*
 * Parses the lines of /proc/persock/denials, words KEY=VALUE, into the
 * attributes of a denial. The command why calls it.
 */
#include <linux/genetlink.h>

#include "wire/revealed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "module/policy/section.h"
#include "policy_file/section_name.h"
#include "wire/counters.h"

#define PATH	"/proc/persock/denials"
#define ROOM	4096	/* for the attributes of a line */

enum kind {
	NUMBER,			/* of 32 bits */
	PORT,
	TEXT,
	ADDRESS,
	ERRNO,
	MODE,
	OPERATION,
	SECTION,
};

static const struct word {
	const char *key;
	uint16_t attribute;
	enum kind kind;
} words[] = {
	{ "personality",	PERSOCK_A_DENIAL_PERSONALITY, TEXT },
	{ "mode",		PERSOCK_A_DENIAL_MODE, MODE },
	{ "pid",		PERSOCK_A_DENIAL_PID, NUMBER },
	{ "comm",		PERSOCK_A_DENIAL_COMM, TEXT },
	{ "operation",		PERSOCK_A_DENIAL_OPERATION, OPERATION },
	{ "errno",		PERSOCK_A_DENIAL_VERDICT, ERRNO },
	{ "section",		PERSOCK_A_DENIAL_SECTION, SECTION },
	{ "rule",		PERSOCK_A_DENIAL_RULE, NUMBER },
	{ "line",		PERSOCK_A_DENIAL_LINE, NUMBER },
	{ "family",		PERSOCK_A_DENIAL_FAMILY, NUMBER },
	{ "type",		PERSOCK_A_DENIAL_TYPE, NUMBER },
	{ "protocol",		PERSOCK_A_DENIAL_PROTOCOL, NUMBER },
	{ "level",		PERSOCK_A_DENIAL_LEVEL, NUMBER },
	{ "name",		PERSOCK_A_DENIAL_NAME, NUMBER },
	{ "flags",		PERSOCK_A_DENIAL_FLAGS, NUMBER },
	{ "command",		PERSOCK_A_DENIAL_COMMAND, NUMBER },
	{ "address",		PERSOCK_A_DENIAL_ADDRESS, ADDRESS },
	{ "port",		PERSOCK_A_DENIAL_PORT, PORT },
	{ "cid",		PERSOCK_A_DENIAL_CID, NUMBER },
	{ "vsock_port",		PERSOCK_A_DENIAL_VSOCK_PORT, NUMBER },
	{ "host",		PERSOCK_A_DENIAL_HOST, TEXT },
	{ "unix_name",		PERSOCK_A_DENIAL_UNIX_NAME, TEXT },
	{ "reason",		PERSOCK_A_DENIAL_REASON, NUMBER },
};

static const struct word *word_of(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].key, key))
			return &words[i];
	}

	return NULL;
}

/* Undo the module's escapes: three octal digits for a byte. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && strspn(text + 1, "01234567") >= 3) {
			*to++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 |
				(text[3] - '0');
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* The number of a name; the module writes the number itself if it has none. */
static uint32_t index_of(const char *value, const char *(*name)(unsigned int i),
			 unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(name(i), value))
			return i;
	}

	return strtoul(value, NULL, 10);
}

static void put_address(struct nlmsghdr *message, const char *value)
{
	unsigned char address[16];

	if (inet_pton(AF_INET, value, address) == 1)
		mnl_attr_put(message, PERSOCK_A_DENIAL_ADDRESS, 4, address);
	else if (inet_pton(AF_INET6, value, address) == 1)
		mnl_attr_put(message, PERSOCK_A_DENIAL_ADDRESS, 16, address);
}

static uint32_t value_of(enum kind kind, const char *value)
{
	switch (kind) {
	case ERRNO:
		return -strtoul(value, NULL, 10);
	case MODE:
		return strcmp(value, "audit") ? PERSOCK_MODE_ENFORCE :
						PERSOCK_MODE_AUDIT;
	case OPERATION:
		return index_of(value, operation_name, operation_count());
	case SECTION:
		return index_of(value, section_name,
				PERSOCK_NR_SECTIONS);
	default:
		return strtoll(value, NULL, 10);
	}
}

/* A newer module may have more words. */
static void put(struct nlmsghdr *message, const char *key, char *value)
{
	const struct word *word = word_of(key);

	if (!word || message->nlmsg_len + strlen(value) + 64 > ROOM)
		return;
	switch (word->kind) {
	case TEXT:
		unescape(value);
		mnl_attr_put_strz(message, word->attribute, value);
		break;
	case ADDRESS:
		put_address(message, value);
		break;
	case PORT:
		mnl_attr_put_u16(message, word->attribute,
				 strtoul(value, NULL, 10));
		break;
	default:
		mnl_attr_put_u32(message, word->attribute,
				 value_of(word->kind, value));
		break;
	}
}

static void read_line(char *line,
		      void (*function)(const struct revealed *revealed))
{
	char buffer[ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nlattr *nest = mnl_attr_nest_start(message, PERSOCK_A_DENIAL);
	struct revealed revealed = { 0 };
	char *word, *value, *rest = NULL;

	for (word = strtok_r(line, " \n", &rest); word;
	     word = strtok_r(NULL, " \n", &rest)) {
		value = strchr(word, '=');
		if (!value)
			continue;
		*value++ = '\0';
		if (!strcmp(word, "time"))
			revealed.time = strtoull(value, NULL, 10);
		else
			put(message, word, value);
	}
	mnl_attr_nest_end(message, nest);
	denial_parse(&revealed.denial, nest);
	function(&revealed);
}

static int report(int error)
{
	switch (error) {
	case ENOENT:
		return report_error("there is no " PATH ": the persock module is not loaded or older than this tool, or /proc has processes only");
	case ENODATA:
		return report_error("nothing is revealed here: this cgroup is under no personality with \"reveal: denials\"");
	default:
		return report_error("cannot read " PATH " (%s)",
				    strerror(error));
	}
}

int revealed_read(void (*function)(const struct revealed *revealed))
{
	FILE *file = fopen(PATH, "re");
	char *line = NULL;
	size_t room = 0;
	int status = 0;

	if (!file)
		return report(errno);
	while (getline(&line, &room, file) >= 0)
		read_line(line, function);
	if (ferror(file))
		status = report(errno);
	free(line);
	fclose(file);

	return status;
}
