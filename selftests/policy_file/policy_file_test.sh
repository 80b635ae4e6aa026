#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: python3
#
# Policy files: what the module has of 100 random ones it has of what is shown of it too, and 100
# broken ones are refused and change nothing; 1000 and 500 with PERSOCK_SOAK=1. See policy_file.py.

here=$(dirname "$(realpath "$0")")
if ! command -v persock >/dev/null; then
	echo "TAP version 13"
	echo "1..0 # SKIP no persock tool"
	exit 4
fi
exec python3 -B "$here/policy_file.py" "$here/../../uapi/linux/persock_netlink.h" \
	"$here/../../tools/persock/examples/web.yaml"
