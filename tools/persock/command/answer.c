// SPDX-License-Identifier: GPL-2.0
/*
 * Prints judgements. The command explain calls it.
 */
#include "command/answer.h"

#include <stdio.h>

#include "base/json.h"
#include "base/text.h"
#include "command/source.h"
#include "policy_file/names.h"
#include "policy_file/section_name.h"

const char *answer_verdict(int verdict)
{
	if (verdict == PERSOCK_ALLOW)
		return "allow";
	if (verdict == PERSOCK_IGNORE)
		return "ignore";

	return name_of(NAME_ERRNO, 0, -verdict);
}

static bool decided_by_default(const struct judgement *judgement)
{
	return !judgement->rule && !judgement->key &&
	       judgement->section != PERSOCK_SECTION_LIMITS;
}

void answer_print_place(const char *source, const struct draft *draft,
			const struct judgement *judgement)
{
	bool file = source_is_file(source);
	bool flags = persock_section_is_flags(judgement->section);

	if (judgement->line && file) {
		text_print(stdout, source_name(source));
		printf(":%u", judgement->line);
		if (judgement->rule && !judgement->flag)
			goto address;
		fputs(", ", stdout);
	}
	if (judgement->key)
		fputs(judgement->key, stdout);
	else if (decided_by_default(judgement))
		printf("default of %s", section_name(judgement->section));
	else if (judgement->rule && !flags)
		printf("rule %u of %s", judgement->rule,
		       section_name(judgement->section));
	else
		fputs(section_name(judgement->section), stdout);
	if (judgement->flag)
		printf(", %s", name_of(NAME_FLAG, 0, judgement->flag));
	if (judgement->line && !file)
		printf(", line %u", judgement->line);
	if (!judgement->line && file && !judgement->key) {
		if (*draft->base) {
			fputs(", from base ", stdout);
			text_print(stdout, draft->base);
		} else {
			fputs(", which the file does not specify", stdout);
		}
	}
address:
	if (judgement->host)
		printf(", host %s", judgement->host);
	if (judgement->address)
		printf("; judged as %s", judgement->address);
	if (judgement->remark)
		printf("; %s", judgement->remark);
}

void answer_print_verdict(const struct judgement *judgement)
{
	fputs(answer_verdict(judgement->verdict), stdout);
	if (judgement->condition)
		printf(" %s", judgement->condition);
}

void answer_json_verdict(int verdict)
{
	json_string("verdict", verdict < 0 ? "deny" : answer_verdict(verdict));
	if (verdict < 0) {
		json_i64("errno", -verdict);
		json_string("errno_name", answer_verdict(verdict));
	}
}

void answer_json_place(const struct judgement *judgement)
{
	json_string("section", section_name(judgement->section));
	json_bool("default", decided_by_default(judgement));
	if (judgement->rule && !persock_section_is_flags(judgement->section))
		json_u64("rule", judgement->rule);
	if (judgement->line)
		json_u64("line", judgement->line);
	if (judgement->flag)
		json_string("flag", name_of(NAME_FLAG, 0, judgement->flag));
	if (judgement->key)
		json_string("key", judgement->key);
	if (judgement->host)
		json_string("host", judgement->host);
	if (judgement->condition)
		json_string("condition", judgement->condition);
	if (judgement->address)
		json_string("judged_as", judgement->address);
	if (judgement->remark)
		json_string("remark", judgement->remark);
}
