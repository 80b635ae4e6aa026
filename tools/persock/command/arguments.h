/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the arguments of commands have in common: options for the output,
 * names, --count and --provider. The commands call it.
 */
#ifndef _PERSOCK_COMMAND_ARGUMENTS_H
#define _PERSOCK_COMMAND_ARGUMENTS_H

#include <stdint.h>

/* The options of a command that has only those for its output. */
int command_options(int argc, char **argv);

/* 0 if @name can be the name of a @what, else the exit status for bad usage. */
int command_check_name(const char *what, const char *name);

/* Read the value of --count; 0, or the exit status for bad usage. */
int count_option(const char *text, uint64_t *count);

/* The values of the options --provider, in the order they were given. */
struct provider_names {
	const char **name;
	unsigned int count;
};

/* 0, or the exit status for bad usage. */
int provider_names_add(struct provider_names *names, const char *name);

#endif
