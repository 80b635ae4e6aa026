// SPDX-License-Identifier: GPL-2.0
/*
 * faults_load MODULE NTH [PARAMETERS]
 *
 * Load a module while the NTH thing fails that can fail (see faults.h), and
 * print the errno's name, or "ok", and how many were left to go. Exit status 2
 * when it cannot be tried.
 *
 * The module is handed over from memory: files would add to what can fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *read_all(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	struct stat st;
	ssize_t n = 1;
	char *image;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	image = malloc(st.st_size);
	while (image && done < st.st_size && n > 0) {
		n = read(fd, image + done, st.st_size - done);
		done += n > 0 ? n : 0;
	}
	close(fd);
	*size = done;

	return done == st.st_size ? image : NULL;
}

int main(int argc, char **argv)
{
	const char *parameters = argc > 3 ? argv[3] : "";
	char left[16] = "";
	size_t size = 0;
	long result;
	void *image;
	int control;

	if (argc < 3)
		return 2;
	image = read_all(argv[1], &size);
	control = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (!image || control < 0 || mlockall(MCL_CURRENT | MCL_FUTURE)) {
		perror(argv[1]);
		return 2;
	}

	if (pwrite(control, argv[2], strlen(argv[2]), 0) < 0)
		return 2;
	result = syscall(SYS_init_module, image, size, parameters) ? errno : 0;
	if (pread(control, left, sizeof(left) - 1, 0) < 0 ||
	    pwrite(control, "0", 1, 0) < 0)
		return 2;

	printf("%s %d\n", result ? strerrorname_np(result) : "ok", atoi(left));
	return 0;
}
