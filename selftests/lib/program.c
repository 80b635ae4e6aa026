// SPDX-License-Identifier: GPL-2.0
/* BPF programs by raw system calls: see program.h. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "program.h"

int program_call(int command, union bpf_attr *attr)
{
	int result = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return result < 0 ? -errno : result;
}

int program_load(int type, int attach, const struct bpf_insn *insns, size_t nr)
{
	union bpf_attr attr = {
		.prog_type = type,
		.expected_attach_type = attach,
		.insns = (uintptr_t)insns,
		.insn_cnt = nr,
		.license = (uintptr_t)"GPL",
	};

	return program_call(BPF_PROG_LOAD, &attr);
}

int program_link(enum govern_id id, int attach, int program)
{
	union bpf_attr attr = { };
	char path[PATH_MAX];
	int err, cgroup;

	snprintf(path, sizeof(path), "%s",
		 govern_path(id == UNGOVERNED ? NATIVE : id));
	cgroup = open(id == UNGOVERNED ? dirname(path) : path,
		      O_RDONLY | O_CLOEXEC);
	attr.link_create.target_fd = cgroup;
	attr.link_create.prog_fd = program;
	attr.link_create.attach_type = attach;
	err = program_call(BPF_LINK_CREATE, &attr);
	close(cgroup);
	close(program);

	return err;
}

/* How much follows a type of the kernel's description of its types. */
static size_t extra(const struct btf_type *type)
{
	unsigned int nr = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return 12;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return nr * 8;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return nr * 12;
	default:
		return 0;
	}
}

/* The number of a function there, 0 when it is not. */
static unsigned int function_id(const char *all, const char *name)
{
	const struct btf_header *header = (const void *)all;
	const char *types = all + header->hdr_len + header->type_off;
	const char *end = types + header->type_len;
	const char *strings = all + header->hdr_len + header->str_off;
	unsigned int id;

	for (id = 1; types < end; id++) {
		const struct btf_type *type = (const void *)types;

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(strings + type->name_off, name))
			return id;
		types += sizeof(*type) + extra(type);
	}

	return 0;
}

static char *read_types(void)
{
	FILE *file = fopen("/sys/kernel/btf/vmlinux", "re");
	size_t room = 1 << 26;
	char *all = malloc(room);

	if (!file || !all || fread(all, 1, room, file) < 64) {
		free(all);
		all = NULL;
	}
	if (file)
		fclose(file);

	return all;
}

int program_trace(const char *function, int attach)
{
	static char *types;
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = attach,
		.insns = (uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(program[0]),
		.license = (uintptr_t)"GPL",
	}, open = { };
	int err;

	if (!types)
		types = read_types();
	if (!types)
		return -ENOENT;
	load.attach_btf_id = function_id(types, function);
	if (!load.attach_btf_id)
		return -ESRCH;
	open.raw_tracepoint.prog_fd = program_call(BPF_PROG_LOAD, &load);
	if ((int)open.raw_tracepoint.prog_fd < 0)
		return open.raw_tracepoint.prog_fd;
	err = program_call(BPF_RAW_TRACEPOINT_OPEN, &open);
	close(open.raw_tracepoint.prog_fd);

	return err;
}
