/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The calling convention of x86-64: six registers for arguments, and all of
 * them in struct pt_regs. Only arch.h includes this file; it documents the
 * functions.
 */
#ifndef _PERSOCK_ARCH_X86_H
#define _PERSOCK_ARCH_X86_H

#include <linux/mm.h>

static __always_inline unsigned long *
persock_arg_of(struct pt_regs *regs, unsigned int n)
{
	switch (n) {
	case 0:
		return &regs->di;
	case 1:
		return &regs->si;
	case 2:
		return &regs->dx;
	case 3:
		return &regs->cx;
	case 4:
		return &regs->r8;
	default:
		return &regs->r9;
	}
}

static __always_inline unsigned long
persock_arg(struct ftrace_regs *fregs, unsigned int n)
{
	return *persock_arg_of(&arch_ftrace_regs(fregs)->regs, n);
}

static __always_inline void
persock_set_arg(struct ftrace_regs *fregs, unsigned int n, unsigned long value)
{
	*persock_arg_of(&arch_ftrace_regs(fregs)->regs, n) = value;
}

static __always_inline void
persock_run_instead(struct ftrace_regs *fregs, const void *function)
{
	arch_ftrace_regs(fregs)->regs.ip = (unsigned long)function;
}

/*
 * The argument does not fit in the last free register, so it is on the stack
 * above the return address.
 */
static __always_inline const sockptr_t *
persock_getsockopt_len(struct ftrace_regs *fregs)
{
	return (const sockptr_t *)(arch_ftrace_regs(fregs)->regs.sp +
				   sizeof(long));
}

/* sock_create() ends with a jump, so its caller is the caller here. */
static inline bool persock_called_by_module(struct ftrace_regs *fregs,
					    unsigned long caller)
{
	return caller >= MODULES_VADDR && caller < MODULES_END;
}

/* The call is the function's first instruction. */
static inline unsigned long persock_met_at(unsigned long function, u32 first)
{
	return function;
}

#endif /* _PERSOCK_ARCH_X86_H */
