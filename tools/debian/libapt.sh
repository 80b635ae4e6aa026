# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # what it sets is for those who source it
#
# Packages of another Debian release than the machine's, or of another architecture. apt runs with its own
# configuration, and uses the mirror of the machine's release. The settings, lists and sources of the
# machine are not changed. Source this after libcache.sh and work_in_cache.

# The archive of this machine's release ("Debian"), or of its security updates ("Debian-Security").
mirror() { # LABEL
	# shellcheck disable=SC2016 # apt's to expand
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n "s/^Debian|$1|//p" | head -n 1
}

# Sets: apt, options for each command of apt.
use_release() { # FOLDER ARCHITECTURE SUITE...
	local folder=$1 architecture=$2 uri security suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	shift 2
	command -v apt-get >/dev/null || die "packages of Debian's $1 need apt-get, which is missing"
	if [ -z "$(mirror Debian)" ]; then
		say "apt-get update"
		apt-get update -qq >&2 || die "apt-get update failed: is the package mirror reachable?"
	fi
	uri=$(mirror Debian)
	[ -n "$uri" ] || die "none of apt's sources is a Debian mirror: $1 is not available"
	security=$(mirror Debian-Security)
	[ -f "$keyring" ] || die "$keyring is missing: install debian-archive-keyring"

	mkdir -p "$folder"/{etc/parts,state/lists/partial,archives/partial}
	# An empty status: all dependencies are downloaded, independently of this machine.
	: >"$folder/state/status"
	for suite; do
		case $suite in
		*-security) [ -z "$security" ] || echo "deb [signed-by=$keyring] $security $suite main" ;;
		*) echo "deb [signed-by=$keyring] $uri $suite main" ;;
		esac
	done >"$folder/etc/sources.list"
	# As root: apt's sandbox user may not enter a cache folder below /root.
	apt=(-o "Dir::Etc::SourceList=$folder/etc/sources.list" -o "Dir::Etc::SourceParts=$folder/etc/parts"
		-o "Dir::State=$folder/state" -o "Dir::State::status=$folder/state/status"
		-o "Dir::Cache=$folder" -o "Dir::Cache::archives=$folder/archives" -o APT::Sandbox::User=root
		-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture")
}

# A root file system in FOLDER/root, after use_release for that folder.
make_debian() { # FOLDER RELEASE VARIANT PACKAGE,... [OPTION-OF-MMDEBSTRAP...]
	mmdebstrap --mode=root --variant="$3" --include="$4" --aptopt='Apt::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io "${@:5}" "$2" "$1/root" "$1/etc/sources.list"
}

# Programs of a newer release need a newer C library than the machine's. Each program in FOLDER, below
# ROOT, is replaced by a script that runs it with the libraries of ROOT, even if ROOT is moved.
run_with_own_libraries() { # ROOT FOLDER
	local program name up loader libraries
	loader=$(cd "$1" && find usr/lib64 usr/lib -name 'ld-linux-*.so.*' 2>/dev/null | head -n 1)
	# The libraries beside the loader: a cross compiler also has those of another architecture.
	libraries=$(cd "$1" && find usr/lib -mindepth 2 -maxdepth 2 -name "${loader##*/}" -printf '%h\n' | head -n 1)
	[ -n "$loader" ] && [ -n "$libraries" ] || die "there is no C library in $1"
	find "$1/$2" -type f -perm -u+x ! -path '*/.real/*' | while read -r program; do
		# Programs that are loaded by ld.so: ELF, and not static.
		[ "$(head -c 4 "$program" | tail -c 3)" = ELF ] &&
			LC_ALL=C grep -aq 'ld-linux-[a-z0-9-]*\.so\.' "$program" || continue
		name=${program##*/}
		mkdir -p "${program%/*}/.real"
		mv "$program" "${program%/*}/.real/$name"
		up=$(realpath -m --relative-to="${program%/*}" "$1")
		cat >"$program" <<-END
			#!/bin/sh
			here=\$(realpath "\$0")
			here=\${here%/*}
			exec "\$here/$up/$loader" --library-path "\$here/$up/$libraries" --argv0 "\$0" "\$here/.real/$name" "\$@"
		END
		chmod 755 "$program"
	done
}
