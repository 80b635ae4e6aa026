/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the rows S1 to S17 of the seed contract: the system call
 * layer, under gvisor-2020 with both providers, with the kernel's own behaviour
 * beside it.
 *
 * A row that proto_ops cannot see is a deviation: the test shows what happens
 * instead.
 */
#ifndef SELFTESTS_SEED_S_H
#define SELFTESTS_SEED_S_H

#include "seed.h"

FIXTURE(seed_s) {
	struct tcp tcp;
	bool governed;
	int ref[2];		/* AF_UNIX, datagrams, never governed */
	int full;		/* see full_listener() */
	int filler;
	struct inet_addr full_addr;
};

GOVERNED_VARIANTS(seed_s, GVISOR2020_NATIVE, GVISOR2020_HOSTINET);

FIXTURE_SETUP(seed_s)
{
	self->full = full_listener(AF_INET, &self->full_addr, &self->filler);
	ASSERT_LE(0, self->full);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, self->ref));
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->governed = variant->id != UNGOVERNED;
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
}

FIXTURE_TEARDOWN(seed_s)
{
	tcp_close(&self->tcp);
	close(self->ref[0]);
	close(self->ref[1]);
	close(self->filler);
	close(self->full);
}

#endif /* SELFTESTS_SEED_S_H */
