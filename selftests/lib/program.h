/* SPDX-License-Identifier: GPL-2.0 */
/* BPF programs, instruction by instruction, and what they are attached to. */
#ifndef SELFTESTS_PROGRAM_H
#define SELFTESTS_PROGRAM_H

#include <linux/bpf.h>
#include <stddef.h>

#include "govern.h"

/* bpf(2): a descriptor or 0, or -errno. */
int program_call(int command, union bpf_attr *attr);

/* Load a program; @attach: what it will be attached as, or 0. */
int program_load(int type, int attach, const struct bpf_insn *insns,
		 size_t nr);

/*
 * A link of a program to the cgroup of @id, which closing undoes; ungoverned to
 * the one above, where tests are started. The program is closed.
 */
int program_link(enum govern_id id, int attach, int program);

/*
 * A link of a program that does nothing and returns 0 to a function of the
 * kernel's: BPF_TRACE_FENTRY, BPF_TRACE_FEXIT or BPF_MODIFY_RETURN.
 */
int program_trace(const char *function, int attach);

#endif /* SELFTESTS_PROGRAM_H */
