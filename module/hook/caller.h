/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose code an address is of. For the headers of architectures, which tell
 * who called an intercepted function.
 */
#ifndef _PERSOCK_CALLER_H
#define _PERSOCK_CALLER_H

#include <linux/types.h>

bool persock_in_module(unsigned long ip);

#endif /* _PERSOCK_CALLER_H */
