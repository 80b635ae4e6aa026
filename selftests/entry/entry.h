/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the entries into the socket layer share. Each entry meets
 * the verdicts of gvisor-2020: the 18 system calls that gVisor handles, those
 * of the file system (read, write, sendfile, splice) and the requests of
 * io_uring, from the submitting task, a worker thread and the kernel's polling
 * thread.
 *
 * A test shows what is denied where something can be, what is allowed beside
 * it, and the ungoverned call as the baseline. Where no rule can deny, the
 * counters show that the call was judged.
 */
#ifndef SELFTESTS_ENTRY_H
#define SELFTESTS_ENTRY_H

#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "counters.h"
#include "harness.h"
#include "inet.h"
#include "ring.h"

FIXTURE(entry) {
	bool governed;
	enum govern_id id;
	struct tcp tcp;
	struct ring ring;	/* requests run in the task that submits them */
	struct tally before;	/* see mark() */
};

GOVERNED_VARIANTS(entry, GVISOR2020_NATIVE, GVISOR2020_HOSTINET);

/* What EXPECT_COUNTED() counts begins here. */
static inline void mark(FIXTURE_DATA(entry) *self)
{
	if (self->governed && read_tally(self->id, &self->before))
		memset(&self->before, 0xff, sizeof(self->before));
}

/* The calls since mark(), by verdict. */
#define EXPECT_COUNTED(operation, _allowed, _ignored, _denied)		\
	do {								\
		struct counts _c;					\
									\
		if (!self->governed)					\
			break;						\
		_c = counts_since(self->id, &self->before, operation);	\
		EXPECT_EQ(_allowed, _c.allowed)				\
			TH_LOG("%s", operation_names[operation]);	\
		EXPECT_EQ(_ignored, _c.ignored)				\
			TH_LOG("%s", operation_names[operation]);	\
		EXPECT_EQ(_denied, _c.denied)				\
			TH_LOG("%s", operation_names[operation]);	\
	} while (0)

/* For calls that the kernel may repeat, or cut in pieces. */
#define EXPECT_COUNTED_ONCE_OR_MORE(operation)				\
	do {								\
		struct counts _c;					\
									\
		if (!self->governed)					\
			break;						\
		_c = counts_since(self->id, &self->before, operation);	\
		EXPECT_LE(1, _c.allowed)				\
			TH_LOG("%s", operation_names[operation]);	\
		EXPECT_EQ(0, _c.ignored + _c.denied)			\
			TH_LOG("%s", operation_names[operation]);	\
	} while (0)

/* Without that key of a policy allowed messages and options go uncounted. */
static inline int count_fully(enum govern_id id)
{
	char output[4096], path[] = "/tmp/entry.XXXXXX";
	FILE *file;
	int err;

	if (id == UNGOVERNED)
		return 0;
	file = fdopen(mkstemp(path), "w");
	if (!file)
		return -errno;
	fprintf(file, "personality: %s\nbase: gvisor-2020\ncounters: full\n",
		govern_personality(id));
	if (id == GVISOR2020_NATIVE)
		fprintf(file, "providers: native\n");
	else
		fprintf(file, "providers: [hostinet, native]\n");
	fclose(file);
	err = govern_tool(output, sizeof(output), "personality", "set", path,
			  NULL);
	unlink(path);

	return err;
}

FIXTURE_SETUP(entry)
{
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->id = variant->id;
	self->governed = variant->id != UNGOVERNED;
	ASSERT_EQ(0, count_fully(self->id));
	ASSERT_EQ(0, ring_open(&self->ring, 0));
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
}

FIXTURE_TEARDOWN(entry)
{
	tcp_close(&self->tcp);
	close(self->ring.fd);
}

/* A way to send, or to receive: the number of bytes or -errno. */
typedef ssize_t (*transfer_t)(struct ring *ring, int fd, struct iovec *iov,
			      int flags);

/* --- main ----------------------------------------------------------------- */

#define IO_URING_DISABLED "/proc/sys/kernel/io_uring_disabled"	/* since 6.6 */

static char entry_disabled[16];
static pid_t entry_starter;

static inline void entry_disable_again(void)
{
	if (getpid() == entry_starter)
		put_text(IO_URING_DISABLED, entry_disabled);
}

/* Where the administrator has switched io_uring off, it is on for the test. */
static inline void entry_enable_io_uring(void)
{
	entry_starter = getpid();
	if (get_text(IO_URING_DISABLED, entry_disabled,
		     sizeof(entry_disabled)) ||
	    !strcmp(entry_disabled, "0"))
		return;
	if (!put_text(IO_URING_DISABLED, "0"))
		atexit(entry_disable_again);
}

static inline int entry_main(int argc, char **argv)
{
	entry_enable_io_uring();
	govern_prepare(1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET |
		       1U << NONE);
	return test_harness_run(argc, argv);
}

#endif /* SELFTESTS_ENTRY_H */
