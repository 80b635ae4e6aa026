// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes addresses of AF_VSOCK. The parser and the commands call it.
 */
#include "module/policy/policy.h"
#include "policy_file/vsock_name.h"

#include <ctype.h>
#include <stdio.h>

bool vsock_is_name(const char *text)
{
	return !strncmp(text, "vsock:", strlen("vsock:"));
}

bool vsock_number(const char *text, size_t length, u32 *number)
{
	u64 value = 0;
	size_t i;

	if (length == strlen("any") && !strncmp(text, "any", length)) {
		*number = PERSOCK_VSOCK_ANY;
		return true;
	}
	if (!length || length > strlen("4294967295"))
		return false;
	for (i = 0; i < length; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		value = 10 * value + text[i] - '0';
	}
	if (value > U32_MAX)
		return false;
	*number = value;

	return true;
}

const char *vsock_text(u32 number)
{
	static char texts[2][16];
	static unsigned int turn;
	char *text = texts[turn++ % 2];

	if (number == PERSOCK_VSOCK_ANY)
		return "any";
	snprintf(text, sizeof(texts[0]), "%u", number);

	return text;
}
