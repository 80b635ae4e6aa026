/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The calling convention of arm64: eight registers for arguments, in a
 * structure of ftrace's own. Only arch.h includes this file; it documents the
 * functions.
 */
#ifndef _PERSOCK_ARCH_ARM64_H
#define _PERSOCK_ARCH_ARM64_H

#include <asm/compiler.h>
#include <asm/insn.h>

#include "hook/caller.h"

static __always_inline unsigned long
persock_arg(struct ftrace_regs *fregs, unsigned int n)
{
	return arch_ftrace_regs(fregs)->regs[n];
}

static __always_inline void
persock_set_arg(struct ftrace_regs *fregs, unsigned int n, unsigned long value)
{
	arch_ftrace_regs(fregs)->regs[n] = value;
}

static __always_inline void
persock_run_instead(struct ftrace_regs *fregs, const void *function)
{
	arch_ftrace_regs(fregs)->pc = (unsigned long)function;
}

/* x3 and x4 have the value, x5 and x6 the length. */
static __always_inline const sockptr_t *
persock_getsockopt_len(struct ftrace_regs *fregs)
{
	static_assert(sizeof(sockptr_t) == 2 * sizeof(long));

	return (const sockptr_t *)&arch_ftrace_regs(fregs)->regs[5];
}

/*
 * sock_create() has a frame of its own, like every function on arm64 that
 * calls another one, and the register still points to it. Modules have no
 * fixed range of addresses: they are loaded near the kernel, whose address
 * varies.
 */
static inline bool persock_called_by_module(struct ftrace_regs *fregs,
					    unsigned long caller)
{
	const unsigned long *frame =
		(const unsigned long *)arch_ftrace_regs(fregs)->fp;

	return persock_in_module(caller) ||
	       persock_in_module(ptrauth_strip_kernel_insn_pac(frame[1]));
}

/*
 * The call is the second of two instructions that the compiler reserves, after
 * a landing pad if there is one.
 */
static inline unsigned long persock_met_at(unsigned long function, u32 first)
{
	if (aarch64_insn_is_hint(first) &&
	    (first & 0xFE0) == AARCH64_INSN_HINT_BTIC)
		function += AARCH64_INSN_SIZE;

	return function + AARCH64_INSN_SIZE;
}

#endif /* _PERSOCK_ARCH_ARM64_H */
