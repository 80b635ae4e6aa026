/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's <asm/byteorder.h>, for sources of the module in user space.
 * They include it, and get kernel.h.
 */
#include "../kernel.h"
#include_next <asm/byteorder.h>
