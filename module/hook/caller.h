/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The owner of a code address, the kernel or a module. arch_arm64.h calls it
 * to find out whether a module called an intercepted function.
 */
#ifndef _PERSOCK_CALLER_H
#define _PERSOCK_CALLER_H

#include <linux/types.h>

bool persock_in_module(unsigned long ip);

#endif /* _PERSOCK_CALLER_H */
