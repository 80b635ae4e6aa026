// SPDX-License-Identifier: GPL-2.0
/*
 * attach OBJECT CGROUP <RULES: attach the programs of policy.bpf.c to a cgroup
 * with the rules of rules.py --bpf, say "ready", and detach them when killed.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

struct key {
	__u32 length;
	__u32 address;
};

static int fill(int map)
{
	char address[64];
	struct key key;
	__u32 allowed;

	while (scanf("%63s %u %u", address, &key.length, &allowed) == 3) {
		if (inet_pton(AF_INET, address, &key.address) != 1 ||
		    bpf_map_update_elem(map, &key, &allowed, BPF_ANY))
			return -1;
	}

	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;
	int cgroup;

	if (argc != 3)
		return 2;
	cgroup = open(argv[2], O_RDONLY | O_DIRECTORY);
	object = bpf_object__open(argv[1]);
	if (cgroup < 0 || !object || bpf_object__load(object) ||
	    fill(bpf_object__find_map_fd_by_name(object, "peers"))) {
		perror("attach");
		return 1;
	}
	bpf_object__for_each_program(program, object) {
		if (!bpf_program__attach_cgroup(program, cgroup)) {
			perror(bpf_program__name(program));
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	pause();

	return 0;
}
