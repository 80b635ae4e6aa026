// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the names of sections, from the module's words. The parser,
 * explain, and the printing of denials and of ignored calls use it.
 */
#include "policy_file/section_name.h"

#include <stdio.h>
#include <linux/persock.h>

#include "module/policy/word.h"

#define WORD(value, word) [value] = word,

static const char *const names[] = {
	PERSOCK_SECTION_WORDS(WORD)
};

_Static_assert(sizeof(names) / sizeof(names[0]) == PERSOCK_SECTION_UNIX_BIND + 1,
	       "name each of the sections");

const char *section_name(unsigned int section)
{
	static char text[32];

	if (section < sizeof(names) / sizeof(names[0]))
		return names[section];
	snprintf(text, sizeof(text), "section-%u", section);

	return text;
}
