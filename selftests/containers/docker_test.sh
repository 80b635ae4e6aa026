#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1800
# needs: iproute2 patchelf
# root: trixie base-files base-passwd bash dash coreutils libc-bin mawk sed grep busybox-static docker.io docker-cli
#	containerd runc iptables util-linux mount kmod procps tar gzip
#
# Debian 13's Docker 26 and containerd 1.7 with persock-runtime: see selftests/lib/engines.sh.

# shellcheck source=../lib/inside.sh
. "$(dirname "$(realpath "$0")")/../lib/inside.sh" --mount
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/engines.sh
. "$repo/selftests/lib/engines.sh"

run_tests
