// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the sections that list options, control messages, flags or ioctls.
 * parse.c calls it.
 */
#include "policy_file/parse_list.h"

#include "policy_file/key.h"
#include "policy_file/names.h"
#include "policy_file/section_name.h"
#include "policy_file/yaml.h"

/**
 * struct list - a section that is being read
 * @parse: the file
 * @section: the section
 * @classes: its classes of sockets
 * @listed: flags that are listed already
 */
struct list {
	struct parse *parse;
	enum persock_section section;
	unsigned int classes;
	u32 listed;
};

static bool twice(struct list *list, const yaml_node_t *node)
{
	return yaml_error(list->parse->yaml, node, "this is listed twice in %s",
			  section_name(list->section));
}

static bool add_flags(struct list *list, const yaml_node_t *node, s16 verdict)
{
	struct draft *draft = list->parse->draft;
	unsigned int class, bit;
	int32_t value;
	u32 flags;

	/* All 32 bits, as show may print any of them. */
	if (!parse_name(list->parse, node, NAME_FLAG, "a flag", U32_MAX,
			&value))
		return false;
	flags = value;
	if (!flags)
		return yaml_error(list->parse->yaml, node,
				  "a flag has at least one bit");
	if (list->listed & flags)
		return twice(list, node);
	list->listed |= flags;
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		if (!(list->classes & 1U << class))
			continue;
		draft_add_flags(draft, list->section, class, flags, verdict);
		for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++) {
			if (flags & 1U << bit)
				draft->flag_lines[list->section ==
					PERSOCK_SECTION_FLAGS_RECEIVE][class][bit] =
					yaml_line(node);
		}
	}

	return true;
}

static bool add_ioctl(struct list *list, const yaml_node_t *node, s16 verdict)
{
	const char *text = yaml_text(list->parse->yaml, node, "an ioctl");
	struct persock_ioctl ioctl = {
		.verdict = verdict,
		.line = yaml_line(node) | DRAFT_MARK,
	};
	const char *like;
	unsigned int class;
	int64_t value;

	if (!text)
		return false;
	if (!name_value(NAME_IOCTL, 0, text, &value) || value < 0 ||
	    value > U32_MAX) {
		like = name_like(NAME_IOCTL, 0, text);
		return yaml_error(list->parse->yaml, node,
				  "\"%.64s\" is not an ioctl%s%s%s", text,
				  like ? ": did you mean " : "", like ?: "",
				  like ? "?" : "");
	}
	ioctl.cmd = value;
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		if (list->classes & 1U << class &&
		    !draft_add_ioctl(list->parse->draft, class, &ioctl))
			return twice(list, node);
	}

	return true;
}

static bool is_control(enum persock_section section)
{
	return section == PERSOCK_SECTION_CONTROL_SEND ||
	       section == PERSOCK_SECTION_CONTROL_RECEIVE;
}

/* Report the wrong part, with a suggestion. */
static bool no_option(struct list *list, const yaml_node_t *node,
		      enum name_kind kind, const char *text)
{
	const char *slash = strchr(text, '/'), *like;
	int64_t level;
	char part[64];

	if (!slash)
		return yaml_error(list->parse->yaml, node,
				  "\"%.64s\" is not LEVEL/NAME, such as SOL_SOCKET/SO_ERROR",
				  text);
	snprintf(part, sizeof(part), "%.*s", (int)(slash - text), text);
	if (!name_value(NAME_LEVEL, 0, part, &level)) {
		like = name_like(NAME_LEVEL, 0, part);
		return yaml_error(list->parse->yaml, node,
				  "\"%s\" is no level%s%s%s", part,
				  like ? ": did you mean " : "", like ?: "",
				  like ? "?" : "");
	}
	like = name_like(kind, level, slash + 1);
	if (!like && kind == NAME_CONTROL)
		like = name_like(NAME_OPTION, level, slash + 1);

	return yaml_error(list->parse->yaml, node,
			  "\"%.64s\" is no name of level %s%s%s%s", slash + 1,
			  part, like ? ": did you mean " : "", like ?: "",
			  like ? "?" : "");
}

static bool read_size(struct list *list, yaml_node_t *map, const char *key,
		      u16 *size)
{
	yaml_node_t *node = yaml_find(list->parse->yaml, map, key);
	int32_t value;

	if (!node)
		return true;
	if (!parse_name(list->parse, node, -1, "a size", U16_MAX, &value))
		return false;
	*size = value;

	return true;
}

/* "LEVEL/NAME", or a mapping with sizes. */
static bool add_option(struct list *list, yaml_node_t *node, s16 verdict)
{
	enum name_kind kind = is_control(list->section) ? NAME_CONTROL :
							  NAME_OPTION;
	struct persock_option option = {
		.verdict = verdict,
		.line = yaml_line(node) | DRAFT_MARK,
	};
	yaml_node_t *name = node;
	const char *text;
	unsigned int class;

	if (node->type == YAML_MAPPING_NODE) {
		if (is_control(list->section))
			return yaml_error(list->parse->yaml, node,
					  "a control message is LEVEL/NAME");
		if (!key_mapping(list->parse->yaml, node, "an option",
				 list->section == PERSOCK_SECTION_OPTIONS_GET ?
				 KEY_OPTION_GET : KEY_OPTION_SET))
			return false;
		name = yaml_find(list->parse->yaml, node, "option");
		if (!name)
			return yaml_error(list->parse->yaml, node,
					  "the key \"option\" is missing");
		if (!read_size(list, node, "size", &option.size) ||
		    !read_size(list, node, "max", &option.max))
			return false;
		if (option.max && option.max < option.size)
			return yaml_error(list->parse->yaml, node,
					  "the longest answer is shorter than the size");
	}
	text = yaml_text(list->parse->yaml, name, "LEVEL/NAME");
	if (!text)
		return false;
	if (!name_option_value(kind, text, &option.level, &option.name))
		return no_option(list, name, kind, text);
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		if (list->classes & 1U << class &&
		    !draft_add_option(list->parse->draft, list->section, class,
				      &option))
			return twice(list, node);
	}

	return true;
}

static bool add(struct list *list, yaml_node_t *node, s16 verdict)
{
	if (persock_section_is_flags(list->section))
		return add_flags(list, node, verdict);
	if (!parse_room(list->parse, node))
		return false;
	if (list->section == PERSOCK_SECTION_IOCTLS)
		return add_ioctl(list, node, verdict);

	return add_option(list, node, verdict);
}

/* A list of items that share a verdict. */
static bool add_all(struct list *list, yaml_node_t *node, s16 verdict)
{
	bool good = true;
	unsigned int i;

	if (node->type == YAML_MAPPING_NODE)
		return yaml_error(list->parse->yaml, node,
				  "a list is expected here");
	for (i = 0; i < yaml_size(node); i++) {
		yaml_node_t *item = yaml_item(list->parse->yaml, node, i);

		if (!parse_goes_on(list->parse, add(list, item, verdict), &good))
			return false;
	}

	return good;
}

/* {NAME: ERRNO, ...} */
static bool deny_mapping(struct list *list, yaml_node_t *node)
{
	unsigned int i;
	s16 verdict;

	for (i = 0; i < yaml_size(node); i++) {
		yaml_node_t *name = yaml_key(list->parse->yaml, node, i);
		yaml_node_t *value = yaml_value(list->parse->yaml, node, i);

		if (!parse_verdict(list->parse, value, list->section, &verdict))
			return false;
		if (verdict >= 0)
			return yaml_error(list->parse->yaml, value,
					  "an errno is expected here");
		if (name->type != YAML_SCALAR_NODE)
			return yaml_error(list->parse->yaml, name,
					  "a name is expected here");
		if (!add(list, name, verdict))
			return false;
	}

	return true;
}

static bool deny_all(struct list *list, yaml_node_t *node, s16 otherwise)
{
	bool good = true;
	unsigned int i;

	if (node->type == YAML_MAPPING_NODE)
		return deny_mapping(list, node);
	for (i = 0; i < yaml_size(node); i++) {
		yaml_node_t *item = yaml_item(list->parse->yaml, node, i);

		if (!parse_goes_on(list->parse,
				   item->type == YAML_MAPPING_NODE ?
				   deny_mapping(list, item) :
				   add(list, item, otherwise), &good))
			return false;
	}

	return good;
}

/* The errno of items without one: that of the default, or EACCES. */
static s16 errno_of(struct list *list)
{
	enum persock_class class = list->classes & INET_ONLY ?
				   PERSOCK_CLASS_INET : PERSOCK_CLASS_OTHER;
	s16 fallback = *persock_section_fallback(&list->parse->draft->policy,
						 list->section, class);

	return fallback < 0 ? fallback : -EACCES;
}

/* Items without an errno have that of the default, for each class. */
static bool deny_by_class(struct list *list, yaml_node_t *node)
{
	unsigned int classes = list->classes, class;
	u32 listed = list->listed;
	bool good = true;

	for (class = 0; good && class < PERSOCK_NR_CLASSES; class++) {
		if (!(classes & 1U << class))
			continue;
		list->classes = 1U << class;
		list->listed = listed;
		good = deny_all(list, node, errno_of(list));
	}
	list->classes = classes;

	return good;
}

bool parse_list(struct parse *parse, yaml_node_t *node,
		enum persock_section section, unsigned int classes)
{
	struct list list = {
		.parse = parse,
		.section = section,
		.classes = classes,
	};
	yaml_node_t *fallback, *allow, *ignore, *deny;
	enum key_place place = KEY_LIST;
	unsigned int class;
	bool good;

	if (section == PERSOCK_SECTION_CONTROL_SEND)
		place = KEY_CONTROL;
	else if (section == PERSOCK_SECTION_CONTROL_RECEIVE)
		place = KEY_RECEIVED;
	if (!key_mapping(parse->yaml, node, section_name(section), place))
		return false;
	fallback = yaml_find(parse->yaml, node, "default");
	allow = yaml_find(parse->yaml, node, "allow");
	ignore = yaml_find(parse->yaml, node, "ignore");
	deny = yaml_find(parse->yaml, node, "deny");

	if (fallback && !parse_default(parse, fallback, section, classes))
		return false;
	for (class = 0; fallback && class < PERSOCK_NR_CLASSES; class++) {
		if (classes & 1U << class)
			draft_clear(parse->draft, section, class);
	}
	if (ignore && !persock_section_ignores(section))
		return yaml_error(parse->yaml, ignore,
				  "%s allows or denies, it does not ignore",
				  section_name(section));

	good = !allow || add_all(&list, allow, PERSOCK_ALLOW);
	good &= !ignore || add_all(&list, ignore, PERSOCK_IGNORE);
	good &= !deny || deny_by_class(&list, deny);
	for (class = 0; class < PERSOCK_NR_CLASSES; class++)
		draft_unmark(parse->draft, section, class);

	return good;
}
