# SPDX-License-Identifier: GPL-2.0
#
# What the test programs are made of: each X_test.c with all of LIB_SRCS, and
# each of HELPERS, which the shell tests run, from its own source and LIBS_X. HELPERS_32 are
# 32-bit programs.

LIB_SRCS := libcommands.c libcontrol.c libdeeds.c libfaults.c libgovern.c libinet.c liblate.c libmemory.c libmodel.c libmutate.c liboracle.c libpolicy.c libprogram.c libring.c
HELPERS := probe faults_load
LIBS_faults_load := libfaults libinet
LIBS_probe := libring
HELPERS_32 := compat

# The harness comes back from a failed assertion with longjmp().
TEST_CFLAGS := -Wno-clobbered
