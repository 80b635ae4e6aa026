# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
#
# What the tests of an installed persock share. They run under systemd, in the root that
# selftests/installed/root has made, with the tool and the module of the packages.

export PERSOCK_PROBE=/usr/local/bin/probe
# shellcheck source=ktap.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/ktap.sh"

web=/sys/fs/cgroup/web.slice

# The slip that an editor left in a policy file; selftests/runner/check makes it, too, before the
# second machine boots.
break_policy() {
	sed -i 's/^base: none/base: [none/' /etc/persock/web.yaml
}

mend_policy() {
	sed -i 's/^base: \[none/base: none/' /etc/persock/web.yaml
}

active() { # UNIT
	expect active systemctl is-active "$1"
}

failed() { # UNIT
	expect failed systemctl is-failed "$1"
}

# What an operator sees of a unit that has failed.
status_says() { # UNIT PATTERN
	local said
	said=$(systemctl status --no-pager --full --lines 50 "$1" 2>&1)
	grep -Eq -- "$2" <<<"$said" || fail "systemctl status $1 does not say $2: $said"
}

# systemd has given the slice's controllers to what is in it: only there can be processes.
web_is_governed() {
	mkdir -p "$web/probe"
	governs "$web/probe"
	rmdir "$web/probe"
}
