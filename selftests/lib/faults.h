/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocations of the kernel that fail on purpose, one at a time, and what
 * kmemleak says afterwards. Only the debug kernel can.
 *
 * Whatever may fail is counted per thread, in this order of events: arm, one
 * system call, disarm. A call that has been failed once runs on undisturbed.
 * User memory and the pages of vmalloc's areas are not failed: the kernel
 * itself complains, with a backtrace, when the latter are.
 */
#ifndef SELFTESTS_FAULTS_H
#define SELFTESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* More than any call of these tests has to allocate. */
#define FAULTS_NEVER	1000000

/*
 * Prepare the kernel to fail what is armed, without a message. Returns why it
 * cannot, or NULL.
 */
const char *faults_prepare(void);

/* In the thread that will arm: 0 or -errno. Its memory is locked. */
int faults_open(void);

/* The @nth thing that can fail from now on fails, in this thread. */
void faults_arm(unsigned int nth);

/* How many were left to go: 0 when it has failed. */
unsigned int faults_disarm(void);

/* The next descriptor of this process: lower than before when one is missing. */
int faults_next_fd(void);

/*
 * Let kmemleak look for memory that nothing refers to any more, allocated by
 * persock or, by its name, a test of faults. How many pieces there are; those
 * that fit are put in @text. -errno when it cannot look.
 */
int faults_leaks(char *text, size_t size);

/* What a test program says that cannot run here: its exit status. */
int faults_skip(const char *reason);

#endif /* SELFTESTS_FAULTS_H */
