# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # what it sets is for those who source it
#
# The cache folder, whose entries are complete. Scripts that fill it source this, after they have
# defined say() and die(). Sets: cache, its path.

# $HOME may be unset in a CI job.
home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
cache=${XDG_CACHE_HOME:-$home/.cache}/persock
mkdir -p "$cache" || die "the cache folder $cache cannot be made"

# Two processes must not make the same entry. The lock is held until this process ends.
lock_cache() { # NAME
	exec 9>"$cache/.lock-$1"
	flock 9
}

# A folder to prepare an entry in, removed when this process ends. A killed process may have left one;
# nobody uses it, as we hold the lock. Sets: work.
work_in_cache() { # NAME
	rm -rf "$cache/.tmp-$1"-??????
	work=$(mktemp -d "$cache/.tmp-$1-XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# Did a command fail because there is no space? Its output may have found none, either.
no_space() { # LOG
	grep -aqiE 'no space left on device|not enough free space|disk quota exceeded' "$1" ||
		[ "$(df -k --output=avail "$cache" | tail -n 1)" -lt 16384 ]
}

out_of_space() { # LOG: then this process ends
	! no_space "$1" || die "there is no space left for the cache folder $cache"
}
