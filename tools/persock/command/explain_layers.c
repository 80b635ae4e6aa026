// SPDX-License-Identifier: GPL-2.0
/*
 * Walks the layers of a cgroup as socket/judge.c of the module does, and prints
 * the verdict of each. explain.c calls it.
 *
 * The outermost layer that denies a call decides. If none does, and one ignores
 * it, it is ignored. A layer that only audits or records does not take part. A
 * socket is made in steps: all layers judge the request, then a provider must
 * serve it; all layers judge socketpair(2) once both sockets are there.
 */
#include "command/explain_layers.h"

#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/answer.h"
#include "command/question.h"
#include "command/question_unix.h"
#include "command/stack.h"
#include "policy_file/mode_name.h"
#include "policy_file/names.h"

/* What all layers judge before the next step. */
enum step { REQUEST, PAIR, CALL };

/**
 * struct walk - a question to a stack
 * @stack: the layers
 * @question: the question
 * @step: the step that decides, or the last one
 * @kind: for steps REQUEST and PAIR: the socket
 */
struct walk {
	const struct stack *stack;
	const struct question *question;
	enum step step;
	struct kind kind;
};

/**
 * struct result - the answer of all layers
 * @verdict: the verdict
 * @layer: index of the layer that decided, if it is not PERSOCK_ALLOW
 * @judgement: of a provider, if one decided; then @served is false
 * @served: no provider decided
 * @condition: when a layer allows, or NULL
 * @socket: a negative errno if the socket itself cannot be created, else 0
 */
struct result {
	int verdict;
	unsigned int layer;
	struct judgement judgement;
	bool served;
	const char *condition;
	int socket;
};

/* The cgroup of a layer; policies that were named have none. */
static const char *cgroup_of(const struct stack_layer *layer)
{
	return layer->cgroup_id ? layer->path : NULL;
}

static void judge(const struct walk *walk, const struct stack_layer *layer,
		  struct judgement *judgement)
{
	const struct stack *stack = walk->stack;
	const struct draft *draft = &layer->draft;
	struct question question = *walk->question;
	const struct kind *kind = &walk->kind;

	question.cgroup = cgroup_of(layer);
	question.inner = cgroup_of(&stack->layers[stack->nr - 1]);

	if (walk->step == REQUEST)
		judge_request(draft, kind->family, kind->type, kind->protocol,
			      judgement);
	else if (walk->step == PAIR)
		question_judge_pair(&question, draft, kind, judgement);
	else
		question_judge(&question, draft, judgement);
}

static void ask_layers(const struct walk *walk, struct result *result)
{
	const struct stack *stack = walk->stack;
	struct judgement judgement;
	unsigned int i;

	*result = (struct result){ .served = true };
	for (i = 0; i < stack->nr && result->verdict >= 0; i++) {
		judge(walk, &stack->layers[i], &judgement);
		if (!stack_enforces(&stack->layers[i]) && !judgement.always)
			continue;
		if (judgement.condition)
			result->condition = judgement.condition;
		/* Of several layers that ignore, the outermost is reported. */
		if (judgement.verdict < 0 ||
		    (judgement.verdict && !result->verdict)) {
			result->verdict = judgement.verdict;
			result->layer = i;
		}
	}
}

static void ask_provider(const struct walk *walk, struct result *result)
{
	const struct kind *kind = &walk->kind;
	const struct draft *network;
	unsigned int server;

	stack_find_server(walk->stack, &server, &network);
	result->judgement = (struct judgement){
		.section = PERSOCK_SECTION_SOCKETS,
	};
	judge_provider(&walk->stack->layers[server].draft, network,
		       kind->family, kind->type, kind->protocol,
		       &result->judgement);
	if (!result->judgement.verdict)
		return;
	result->verdict = result->judgement.verdict;
	result->layer = server;
	result->served = false;
}

static void ask_request(const struct walk *walk, struct result *result)
{
	ask_layers(walk, result);
	if (!result->verdict)
		ask_provider(walk, result);
}

/* Can no socket have the address that is asked about? As in explain.c. */
static int ask_its_socket(const struct walk *walk)
{
	struct walk request = {
		.stack = walk->stack,
		.question = walk->question,
		.step = REQUEST,
	};
	struct kind kinds[QUESTION_KINDS];
	struct result result, usual = { 0 };
	unsigned int nr = question_kinds(walk->question, kinds), i;

	if (nr < 2)
		return 0;
	for (i = 0; i < nr; i++) {
		request.kind = kinds[i];
		ask_request(&request, &result);
		if (!result.verdict)
			return 0;
		if (!i)
			usual = result;
	}
	if (!json_wanted)
		report_warning("note: a %s socket of %s cannot be created: %s, by layer %u",
			       question_kind_name(&kinds[0]),
			       name_of(NAME_FAMILY, 0, kinds[0].family),
			       name_of(NAME_ERRNO, 0, -usual.verdict),
			       usual.layer + 1);

	return usual.verdict;
}

static void ask(struct walk *walk, struct result *result)
{
	const char *operation = walk->question->words[0];
	bool pair = !strcmp(operation, "pair");

	if (!pair && strcmp(operation, "socket")) {
		walk->step = CALL;
		ask_layers(walk, result);
		result->socket = ask_its_socket(walk);
		return;
	}
	walk->step = REQUEST;
	question_kinds(walk->question, &walk->kind);
	ask_request(walk, result);
	if (!pair || result->verdict)
		return;
	walk->step = PAIR;
	ask_layers(walk, result);
}

static void print_layers(const struct walk *walk)
{
	const struct stack *stack = walk->stack;
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < stack->nr; i++) {
		const struct stack_layer *layer = &stack->layers[i];

		/* Texts of a judgement are those of the last one. */
		judge(walk, layer, &judgement);
		stack_print_layer(stack, i);
		printf("%s: ", stack_remark(layer));
		answer_print_verdict(&judgement);
		fputs(" (", stdout);
		answer_print_place(layer->source, &layer->draft, &judgement);
		puts(")");
	}
}

static void print_result(const struct walk *walk, const struct result *result)
{
	const struct stack_layer *layer = &walk->stack->layers[result->layer];
	struct judgement judgement;
	int i;

	for (i = 0; i < walk->question->nr; i++) {
		text_print(stdout, walk->question->words[i]);
		putchar(i + 1 < walk->question->nr ? ' ' : ':');
	}
	printf(" %s", answer_verdict(result->verdict));
	if (!result->verdict && result->condition)
		printf(" %s", result->condition);
	fputs(" (", stdout);
	if (result->verdict)
		printf("layer %u: ", result->layer + 1);
	if (!result->served) {
		fputs(result->judgement.remark, stdout);
	} else if (result->verdict) {
		judge(walk, layer, &judgement);
		answer_print_place(layer->source, &layer->draft, &judgement);
	} else {
		fputs("no layer that enforces denies it", stdout);
	}
	if (!result->verdict && result->judgement.remark)
		printf("; %s", result->judgement.remark);
	puts(")");
}

static void json_layers(const struct walk *walk)
{
	const struct stack *stack = walk->stack;
	struct judgement judgement;
	unsigned int i;

	json_array("layers");
	for (i = 0; i < stack->nr; i++) {
		const struct stack_layer *layer = &stack->layers[i];

		judge(walk, layer, &judgement);
		json_object(NULL);
		stack_json_layer(layer);
		answer_json_verdict(judgement.verdict);
		json_string("mode", mode_name(layer->draft.policy.mode));
		answer_json_place(&judgement);
		json_object_end();
	}
	json_array_end();
}

static void json_result(const struct walk *walk, const struct result *result)
{
	const struct stack_layer *layer = &walk->stack->layers[result->layer];
	struct judgement judgement = result->judgement;
	int i;

	json_start(stdout);
	json_object(NULL);
	json_string("operation", walk->question->words[0]);
	json_array("arguments");
	for (i = 1; i < walk->question->nr; i++)
		json_string(NULL, walk->question->words[i]);
	json_array_end();
	answer_json_verdict(result->verdict);
	if (result->verdict) {
		json_u64("layer", result->layer + 1);
		if (result->served)
			judge(walk, layer, &judgement);
		answer_json_place(&judgement);
	} else {
		if (result->condition)
			json_string("condition", result->condition);
		if (judgement.remark)
			json_string("remark", judgement.remark);
	}
	if (result->socket)
		json_string("socket", answer_verdict(result->socket));
	json_layers(walk);
	json_object_end();
	json_finish();
}

int explain_layers(const struct stack *stack, const struct question *question,
		   int *verdict)
{
	struct walk walk = { .stack = stack, .question = question };
	struct judgement judgement;
	struct result result;
	int status;

	/* Is it a question? All layers give the same answer. */
	status = question_judge(question, &stack->layers[0].draft, &judgement);
	if (status)
		return status;
	ask(&walk, &result);
	*verdict = result.verdict ?: result.socket;
	if (json_wanted) {
		json_result(&walk, &result);
	} else {
		print_layers(&walk);
		print_result(&walk, &result);
	}

	return 0;
}
