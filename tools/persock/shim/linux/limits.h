/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's <linux/limits.h>, for sources of the module in user space. They
 * include it, and get kernel.h.
 */
#include "../kernel.h"
#include_next <linux/limits.h>
