# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# inside.sh UNSHARE-OPTION...: run a test again in namespaces of its own, whose programs are those of a root for
# x86. Sourced before ktap.sh.

if [ "$(uname -m)" != x86_64 ]; then
	echo "TAP version 13"
	echo "1..0 # SKIP the programs are for x86"
	exit 4
fi
if [ -z "${TEST_INSIDE:-}" ]; then
	TEST_INSIDE=yes exec unshare "$@" "$0"
fi
