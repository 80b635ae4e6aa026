// SPDX-License-Identifier: GPL-2.0
/*
 * Shows the policies of all layers of a cgroup, the outermost first, and which
 * rules no call reaches because a layer further out denies all of it. show.c
 * calls it.
 */
#include "command/show_effective.h"

#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/stack.h"
#include "policy_file/draft_print.h"
#include "policy_file/section_name.h"
#include "policy_file/unreachable.h"

/* "inet.options.set" if it is about one class only. */
static const char *name_of_section(enum persock_section section,
				   unsigned int classes)
{
	static char text[64];
	const char *class = "";

	if (classes == 1U << PERSOCK_CLASS_INET)
		class = "inet.";
	else if (classes == 1U << PERSOCK_CLASS_OTHER)
		class = "others.";
	snprintf(text, sizeof(text), "%s%s", class, section_name(section));

	return text;
}

/*
 * "rule 2 of connect (line 9)", "default of listen", "flags.send". @item: the
 * option or flag that the rule is about, or "".
 */
static void print_rule(enum persock_section section, unsigned int classes,
		       unsigned int rule, const char *item, unsigned int line)
{
	const char *name = name_of_section(section, classes);

	if (persock_section_is_flags(section))
		printf("%s%s%s", item, *item ? " of " : "", name);
	else if (rule)
		printf("rule %u of %s%s%s", rule, name, *item ? ", " : "",
		       item);
	else
		printf("default of %s", name);
	if (line)
		printf(" (line %u)", line);
}

static void print_denier(const struct denier *denier)
{
	if (denier->layers) {
		fputs("several layers", stdout);
		return;
	}
	printf("layer %u, ", denier->layer + 1);
	if (denier->rules)
		fputs("several of its rules", stdout);
	else
		print_rule(denier->section, 0, denier->rule, "",
			   denier->line);
}

static void print_unreachable(const struct unreachable *unreachable,
			      void *unused)
{
	(void)unused;
	fputs("# never reached: ", stdout);
	print_rule(unreachable->section, unreachable->classes,
		   unreachable->rule, unreachable->item, unreachable->line);
	fputs(": denied by ", stdout);
	print_denier(&unreachable->denier);
	putchar('\n');
}

static void json_unreachable(const struct unreachable *unreachable,
			     void *unused)
{
	const struct denier *denier = &unreachable->denier;

	(void)unused;
	json_object(NULL);
	json_string("section", name_of_section(unreachable->section,
					       unreachable->classes));
	if (unreachable->rule)
		json_u64("rule", unreachable->rule);
	if (*unreachable->item)
		json_string("item", unreachable->item);
	if (unreachable->line)
		json_u64("line", unreachable->line);
	/* One layer may deny a part of it, and another one the rest. */
	if (!denier->layers) {
		json_u64("layer", denier->layer + 1);
		if (!denier->rules) {
			json_string("denied_by", section_name(denier->section));
			if (denier->rule &&
			    !persock_section_is_flags(denier->section))
				json_u64("denied_by_rule", denier->rule);
			if (denier->line)
				json_u64("denied_by_line", denier->line);
		}
	}
	json_object_end();
}

static void print_layer(const struct stack *stack, unsigned int i,
			const struct draft *const *drafts)
{
	fputs(i ? "---\n# " : "# ", stdout);
	stack_print_layer(stack, i);
	puts(stack_remark(&stack->layers[i]));
	draft_print_yaml(drafts[i], stdout);
	if (!unreachable_find(drafts, i, drafts[i], print_unreachable, NULL))
		puts("# some rules were not looked at: they are too many");
}

static void json_layer(const struct stack *stack, unsigned int i,
		       const struct draft *const *drafts)
{
	json_object(NULL);
	stack_json_layer(&stack->layers[i]);
	draft_print_json(drafts[i]);
	json_array("never_reached");
	unreachable_find(drafts, i, drafts[i], json_unreachable, NULL);
	json_array_end();
	json_object_end();
}

static void print_inherited(const struct stack *stack, const char *cgroup)
{
	fputs("# ", stdout);
	text_print(stdout, cgroup);
	fputs(" is not attached: it is governed as ", stdout);
	text_print(stdout, stack->layers[stack->nr - 1].path);
	putchar('\n');
}

static void show(const struct stack *stack, const char *cgroup)
{
	const struct draft **drafts = need(calloc(stack->nr, sizeof(*drafts)));
	unsigned int i;

	for (i = 0; i < stack->nr; i++)
		drafts[i] = &stack->layers[i].draft;
	if (json_wanted) {
		json_start(stdout);
		json_object(NULL);
		if (stack->layers[0].cgroup_id)
			json_bool("attached", !stack->inherited);
		json_array("layers");
	} else if (stack->inherited) {
		print_inherited(stack, cgroup);
	}
	for (i = 0; i < stack->nr; i++) {
		if (json_wanted)
			json_layer(stack, i, drafts);
		else
			print_layer(stack, i, drafts);
	}
	if (json_wanted) {
		json_array_end();
		json_object_end();
		json_finish();
	}
	free(drafts);
}

int show_effective(char **arguments, unsigned int nr)
{
	struct stack stack;
	int status = nr == 1 ? stack_read(&stack, arguments[0]) :
			       stack_read_policies(&stack, arguments, nr);

	if (!status)
		show(&stack, arguments[0]);
	stack_free(&stack);

	return status;
}
