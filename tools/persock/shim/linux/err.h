/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's <linux/err.h>, for sources of the module in user space. They
 * include it, and get kernel.h.
 */
#include "../kernel.h"
