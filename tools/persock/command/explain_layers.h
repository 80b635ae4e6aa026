/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the layers of a cgroup answer together. explain.c asks for it.
 */
#ifndef _PERSOCK_COMMAND_EXPLAIN_LAYERS_H
#define _PERSOCK_COMMAND_EXPLAIN_LAYERS_H

struct question;
struct stack;

/*
 * Print the verdict of each layer on a question, and the result, which is also
 * @verdict; if the socket cannot be created, that. Returns 0, or an exit status
 * after an error.
 */
int explain_layers(const struct stack *stack, const struct question *question,
		   int *verdict);

#endif
