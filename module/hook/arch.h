/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments of an intercepted function, and where ftrace meets it: the one
 * thing that is the architecture's. A header for each has
 *
 *   persock_arg(), persock_set_arg()   argument n, from 0: of those that fit in
 *                                      registers; a sockptr_t counts for two
 *   persock_run_instead()              let another function run in its place
 *   persock_getsockopt_len()           the last argument of sk_getsockopt()
 *   persock_called_by_module()         does a module call sock_create()? To be
 *                                      asked in __sock_create()
 *   persock_met_at()                   where ftrace meets the function at an
 *                                      address, which has this first instruction
 */
#ifndef _PERSOCK_ARCH_H
#define _PERSOCK_ARCH_H

#include <linux/ftrace.h>
#include <linux/sockptr.h>

#include "compat.h"

#if defined(CONFIG_X86_64)
#include "arch_x86.h"
#elif defined(CONFIG_ARM64)
#include "arch_arm64.h"
#else
#error "persock knows the calling conventions of x86-64 and arm64 only"
#endif

#endif /* _PERSOCK_ARCH_H */
