# SPDX-License-Identifier: GPL-2.0
#
# What the test programs are made of: each X_test.c with all of LIB_SRCS, and
# each of HELPERS, which the shell tests run, from its own source alone.

LIB_SRCS := libgovern.c libinet.c
HELPERS := probe

# The harness comes back from a failed assertion with longjmp().
TEST_CFLAGS := -Wno-clobbered
