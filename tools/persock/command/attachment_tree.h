/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tree of attachments: each below its nearest attached ancestor. The command
 * status draws it.
 */
#ifndef _PERSOCK_COMMAND_ATTACHMENT_TREE_H
#define _PERSOCK_COMMAND_ATTACHMENT_TREE_H

#include "wire/attachment.h"

/* Print a line for each attachment of attachment_list(), indented by @indent. */
void attachment_tree_print(FILE *stream, const struct replies *attachments,
			   int indent);

#endif
