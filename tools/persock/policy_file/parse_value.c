// SPDX-License-Identifier: GPL-2.0
/*
 * Reads verdicts, defaults and names. The other files of the parser call it.
 */
#include "policy_file/parse_value.h"

#include "base/word.h"
#include "policy_file/names.h"
#include "policy_file/section_name.h"
#include "policy_file/yaml.h"

#define LARGEST_ERRNO	133

/* More would hide the first ones. */
#define MOST_ERRORS	20

bool parse_goes_on(struct parse *parse, bool good, bool *all)
{
	*all &= good;
	parse->errors += !good;

	return parse->errors < MOST_ERRORS && !parse->full;
}

bool parse_room(struct parse *parse, const yaml_node_t *node)
{
	/* Sections that follow may replace rules of a base, or of a class. */
	parse->full = draft_rules(parse->draft) > 4 * DRAFT_MAX_RULES;

	return !parse->full ||
	       yaml_error(parse->yaml, node, "a policy has at most %d rules",
			  DRAFT_MAX_RULES);
}

bool parse_verdict(struct parse *parse, const yaml_node_t *node,
		   enum persock_section section, s16 *verdict)
{
	const char *text = yaml_text(parse->yaml, node, "a verdict");
	static const char *const words[] = { "allow", "ignore", "governed" };
	bool governs = section == PERSOCK_SECTION_UNIX_RIGHTS;
	bool ignores = persock_section_ignores(section);
	const char *like;
	int64_t value;

	if (!text)
		return false;
	if (!strcmp(text, "allow")) {
		*verdict = PERSOCK_ALLOW;
		return true;
	}
	if (!strcmp(text, "ignore")) {
		*verdict = PERSOCK_IGNORE;
		if (ignores)
			return true;
		return yaml_error(parse->yaml, node,
				  "%s allows or denies, it does not ignore",
				  section_name(section));
	}
	if (section == PERSOCK_SECTION_UNIX_RIGHTS && !strcmp(text, "governed")) {
		*verdict = PERSOCK_GOVERNED;
		return true;
	}
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE)
		return yaml_error(parse->yaml, node,
				  "a received control message is allowed or ignored, not \"%.64s\"",
				  text);
	if (name_value(NAME_ERRNO, 0, text, &value)) {
		if (value < 1 || value > LARGEST_ERRNO)
			return yaml_error(parse->yaml, node,
					  "an errno is a number from 1 to %d",
					  LARGEST_ERRNO);
		*verdict = -value;
		return true;
	}

	like = word_like(words, governs ? 3 : ignores ? 2 : 1, text) ?:
	       name_like(NAME_ERRNO, 0, text);
	return yaml_error(parse->yaml, node,
			  "\"%.64s\" is no verdict (allow%s or an errno)%s%s%s",
			  text, governs ? ", governed" : ignores ? ", ignore" : "",
			  like ? ": did you mean " : "", like ?: "",
			  like ? "?" : "");
}

bool parse_default(struct parse *parse, const yaml_node_t *node,
		   enum persock_section section, unsigned int classes)
{
	unsigned int class;
	s16 verdict;

	if (!parse_verdict(parse, node, section, &verdict))
		return false;
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		if (!(classes & 1U << class))
			continue;
		/* What the other class receives cannot be filtered. */
		if (section == PERSOCK_SECTION_CONTROL_RECEIVE &&
		    class == PERSOCK_CLASS_OTHER)
			continue;
		*persock_section_fallback(&parse->draft->policy, section,
					  class) = verdict;
		parse->draft->lines[section][class] = yaml_line(node);
	}

	return true;
}

bool parse_name(struct parse *parse, const yaml_node_t *node, int kind,
		const char *what, s64 max, s32 *value)
{
	const char *text = yaml_text(parse->yaml, node, what);
	int64_t number;

	if (!text)
		return false;
	if (name_value(kind, 0, text, &number)) {
		if (number < 0 || number > max)
			return yaml_error(parse->yaml, node,
					  "%s is a number from 0 to %lld",
					  what, (long long)max);
		*value = number;
		return true;
	}

	return yaml_error(parse->yaml, node, "\"%.64s\" is not %s%s", text,
			  what, name_hint(kind, 0, text));
}
