// SPDX-License-Identifier: GPL-2.0
/*
 * Reads host names, with libidn2 those that are not ASCII. The parser and the
 * commands call it.
 */
#include "module/policy/host.h"
#include "policy_file/host.h"

#include <ctype.h>
#include <idn2.h>
#include <stdio.h>

bool host_is_address(const char *text)
{
	const char *end = text + strlen(text), *label;

	if (text == end || strpbrk(text, ":/"))
		return true;
	while (end > text && end[-1] == '.')
		end--;
	for (label = end; label > text && label[-1] != '.'; label--) {
		if (!isdigit((unsigned char)label[-1]))
			return false;
	}

	return true;
}

static bool is_ascii(const char *text)
{
	while (*text && !(*text & 0x80))
		text++;

	return !*text;
}

/* To A-labels, such as xn--bcher-kva.example. */
static const char *encode(const char *text, char *name)
{
	char *encoded;
	size_t length;
	int error;

	/* persock_host_check() knows the characters of a name: no STD3 rules. */
	error = idn2_to_ascii_8z(text, &encoded,
				 IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (error)
		return idn2_strerror(error);
	if (strlen(encoded) > PERSOCK_HOST_LENGTH) {
		idn2_free(encoded);
		return "it is longer than 253 bytes";
	}
	strcpy(name, encoded);
	idn2_free(encoded);
	/* Unicode has other dots. */
	length = strlen(name);
	if (length && name[length - 1] == '.')
		name[length - 1] = '\0';

	return NULL;
}

const char *host_read(const char *text, char *name, bool *below)
{
	char plain[4 * PERSOCK_HOST_LENGTH + 2];
	const char *reason = NULL;
	size_t length, i;

	if (below) {
		*below = !strncmp(text, "*.", 2);
		text += *below ? 2 : 0;
	}
	if (strchr(text, '*'))
		return below ? "\"*\" is only allowed as the first label, before a dot" :
			       "it has a \"*\"";
	length = strlen(text);
	if (length && text[length - 1] == '.')
		length--;
	if (length > sizeof(plain) - 1)
		return "it is longer than 253 bytes";
	snprintf(plain, sizeof(plain), "%.*s", (int)length, text);
	if (!is_ascii(plain)) {
		reason = encode(plain, name);
		if (reason)
			return reason;
	} else if (length > PERSOCK_HOST_LENGTH) {
		return "it is longer than 253 bytes";
	} else {
		strcpy(name, plain);
	}
	for (i = 0; name[i]; i++)
		name[i] = tolower((unsigned char)name[i]);
	if (persock_host_check(name, &reason))
		return reason;

	return NULL;
}

bool host_matches(const struct persock_host_rule *rule, const char *name)
{
	static const u32 only;
	const struct persock_names names = {
		.rules = rule,
		.sorted = &only,
		.nr = 1,
	};

	return persock_host_listed(&names, name);
}

const char *host_text(const struct persock_host_rule *rule)
{
	static char text[PERSOCK_HOST_MAX + 1];

	snprintf(text, sizeof(text), "%s%s", rule->below ? "*." : "",
		 rule->name);

	return text;
}
