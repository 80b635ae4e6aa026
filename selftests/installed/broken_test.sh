#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A Debian that systemd has booted with a policy file in /etc/persock that is wrong: see libinstalled.sh.

# shellcheck disable=SC2154,SC2317 # libktap.sh sets the variables and calls the functions
# shellcheck source=libinstalled.sh
. "$(dirname "$(realpath "$0")")/libinstalled.sh"

# The service has failed, says where, and the system tells it is degraded.
test_fails_visibly() {
	failed persock.service
	told persock.service '/etc/persock/web\.yaml:[0-9]+'
	systemctl --failed --no-legend --plain | grep -q '^persock\.service' || fail "it is not among the failed units"
	refused "no such personality" persock personality show web
}

# Who requires it has not started; who does not has, and is ungoverned.
test_strict_services_wait() {
	expect inactive systemctl is-active strict.service
	[ ! -e /run/strict ] || fail "strict.service has run"
	eventually test -s /run/governed
	expect ok cat /run/governed
}

# Mended, it is started by hand, and with it what waited.
test_mended() {
	mend_policy
	ok systemctl restart persock.service
	active persock.service
	ok systemctl start strict.service
	eventually test -s /run/strict
	expect "socket: EAFNOSUPPORT" cat /run/strict
	web_is_governed
}

run_tests
