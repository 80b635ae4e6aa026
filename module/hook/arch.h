/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The architecture's calling convention: the arguments of an intercepted
 * function, and the address where ftrace calls us. intercept.c, lsm.c and
 * point.c use it. Nothing else in persock depends on the architecture. The
 * header of each one has
 *
 *   persock_arg(), persock_set_arg()  argument n, from 0: of those that fit in
 *                                     registers; a sockptr_t counts for two
 *   persock_run_instead()             let another function run in its place
 *   persock_getsockopt_len()          the last argument of sk_getsockopt()
 *   persock_called_by_module()        does a module call sock_create()? Valid
 *                                     in __sock_create() only
 *   persock_met_at()                  the address where ftrace calls us for
 *                                     the function at an address, whose
 *                                     first instruction this is
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
