#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1800
# needs: iproute2 patchelf
# root: bookworm base-files base-passwd bash dash coreutils libc-bin mawk sed grep busybox-static docker.io apparmor
#	containerd runc iptables util-linux mount kmod procps tar gzip
#
# Debian 12's Docker 20.10 and containerd 1.6 with persock-runtime: see selftests/lib/engines.sh.

# shellcheck source=../lib/inside.sh
. "$(dirname "$(realpath "$0")")/../lib/inside.sh" --mount
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/engines.sh
. "$repo/selftests/lib/engines.sh"

run_tests
