/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints a policy file in the canonical order and style, with its comments. The
 * command fmt calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_FORMAT_H
#define _PERSOCK_POLICY_FILE_FORMAT_H

#include "policy_file/yaml.h"

/*
 * The text of a file that was opened, in the canonical style; to be freed. NULL
 * after an error. Only the order of keys, blanks and quotes change.
 */
char *format(struct yaml *yaml);

#endif
