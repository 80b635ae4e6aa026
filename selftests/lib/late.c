// SPDX-License-Identifier: GPL-2.0
/* Calls that sleep where a test wants them to: see late.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "late.h"

#define PAGE 4096

bool late_missing(void)
{
	return access("/proc/sys/vm/unprivileged_userfaultfd", F_OK);
}

/* Three pages: what is before, the page that is late, and what it will have. */
int late_open(struct late *late)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range.len = PAGE,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return -errno;
	pages[0] = 0;
	late->page = pages + PAGE;
	range.range.start = (uintptr_t)late->page;
	late->fd = syscall(__NR_userfaultfd, O_CLOEXEC);
	if (late->fd < 0 || ioctl(late->fd, UFFDIO_API, &api) ||
	    ioctl(late->fd, UFFDIO_REGISTER, &range))
		return -errno;

	return 0;
}

int late_arrives(struct late *late, const void *data, size_t length)
{
	char *source = late->page + PAGE;
	struct uffdio_copy copy = {
		.dst = (uintptr_t)late->page,
		.src = (uintptr_t)source,
		.len = PAGE,
	};

	memcpy(source, data, length);
	return ioctl(late->fd, UFFDIO_COPY, &copy) ? -errno : 0;
}

void late_close(struct late *late)
{
	close(late->fd);
	munmap(late->page - PAGE, 3 * PAGE);
}

/* The first integer is read before the lock is taken, all of it again after. */
int late_linger(int fd, struct late *late)
{
	return setsockopt(fd, SOL_SOCKET, SO_LINGER,
			  late->page - sizeof(int), sizeof(struct linger)) ?
	       -errno : 0;
}

int one_processor(void)
{
	cpu_set_t processors;

	CPU_ZERO(&processors);
	CPU_SET(0, &processors);
	return sched_setaffinity(0, sizeof(processors), &processors) ? -errno :
								      0;
}

int before_others(void)
{
	struct sched_param param = { .sched_priority = 10 };

	return sched_setscheduler(0, SCHED_FIFO, &param) ? -errno : 0;
}

int as_others(void)
{
	struct sched_param param = { };

	return sched_setscheduler(0, SCHED_OTHER, &param) ? -errno : 0;
}

static void *make_call(void *data)
{
	struct call *call = data;

	call->result = call->first ? before_others() : as_others();
	call->tid = syscall(__NR_gettid);
	sem_post(&call->begun);
	if (!call->result)
		call->result = call->function(call->data);

	return NULL;
}

static int begin(struct call *call, int (*function)(void *data), void *data,
		 int first)
{
	int err;

	call->function = function;
	call->data = data;
	call->first = first;
	sem_init(&call->begun, 0, 0);
	err = pthread_create(&call->thread, NULL, make_call, call);
	if (err)
		return -err;
	while (sem_wait(&call->begun))
		;

	return 0;
}

int call_begin(struct call *call, int (*function)(void *data), void *data)
{
	return begin(call, function, data, 0);
}

int call_first(struct call *call, int (*function)(void *data), void *data)
{
	return begin(call, function, data, 1);
}

int call_end(struct call *call)
{
	pthread_join(call->thread, NULL);
	sem_destroy(&call->begun);

	return call->result;
}
