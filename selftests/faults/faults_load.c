// SPDX-License-Identifier: GPL-2.0
/*
 * faults_load MODULE NTH [PARAMETERS]
 *
 * Load a module while the NTH thing fails that can fail (see faults.h), and
 * print the errno's name, or "ok", and how many were left to go. Exit status 2
 * when it cannot be tried. Without arguments: prepare for that, once; exit
 * status 4, as a test that is skipped, when the kernel cannot.
 *
 * The module is handed over from memory: files would add to what can fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults.h"

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
	const char *problem = argc == 1 ? faults_prepare() : NULL;
	unsigned int left;
	size_t size = 0;
	long result;
	void *image;

	if (argc == 1)
		return problem ? faults_skip(problem) : 0;
	if (argc < 3)
		return 2;
	image = read_all(argv[1], &size);
	if (!image || faults_open()) {
		perror(argv[1]);
		return 2;
	}

	faults_arm(strtoul(argv[2], NULL, 10));
	result = syscall(SYS_init_module, image, size,
			 argc > 3 ? argv[3] : "") ? errno : 0;
	left = faults_disarm();

	printf("%s %u\n", result ? strerrorname_np(result) : "ok", left);
	return 0;
}
