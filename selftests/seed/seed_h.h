/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the rows H1 to H13 of the seed contract: hostinet's sockets,
 * under gvisor-2020 with both providers, with the kernel's own behaviour beside
 * it.
 *
 * A row that proto_ops cannot see is a deviation: the test shows what happens
 * instead.
 */
#ifndef SELFTESTS_SEED_H_H
#define SELFTESTS_SEED_H_H

#include "seed.h"

/* TCP_INFO as of 2020. */
#define TCP_INFO_2020	104

FIXTURE(seed_h) {
	struct tcp tcp;
	struct tcp ref;		/* never governed */
	bool governed;
	bool hostinet;
	int full;		/* see full_listener() */
	int filler;
	struct inet_addr full_addr;
};

GOVERNED_VARIANTS(seed_h, GVISOR2020_NATIVE, GVISOR2020_HOSTINET);

FIXTURE_SETUP(seed_h)
{
	/* Alone in it, so that sockets can be counted. */
	ASSERT_EQ(0, own_network());
	self->full = full_listener(AF_INET, &self->full_addr, &self->filler);
	ASSERT_LE(0, self->full);
	ASSERT_EQ(0, tcp_open(&self->ref, AF_INET));
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->governed = variant->id != UNGOVERNED;
	self->hostinet = is_hostinet(variant->id);
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
}

FIXTURE_TEARDOWN(seed_h)
{
	tcp_close(&self->tcp);
	tcp_close(&self->ref);
	close(self->filler);
	close(self->full);
}

#endif /* SELFTESTS_SEED_H_H */
