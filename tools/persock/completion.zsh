#compdef persock
# SPDX-License-Identifier: GPL-2.0
# zsh completion for persock(8)

# Names come from other users (cgroups), so they are added as they are and never expanded.
_persock_personalities() {
	local -a names
	names=(host none gvisor gvisor-2020 ${(f)"$(persock -j personality show 2>/dev/null |
		sed 's/{"name":"/\n&/g' | sed -n 's/^{"name":"\([^"]*\)".*/\1/p')"})
	names=(${(u)names})
	_wanted personalities expl personality compadd -a names
}

_persock_attached() {
	local -a names
	names=(${(f)"$(persock -j counters 2>/dev/null | sed 's/"path":"/\n&/g' |
		sed -n 's/^"path":"\/\?\([[:alnum:]_.@:/+-]*\)".*/\1/p')"})
	_wanted cgroups expl 'attached cgroup' compadd -a names
}

# Paths below the root of the hierarchy, which persock accepts, or other paths.
_persock_cgroups() {
	local root
	root=$(sed -n 's/^[^ ]* \([^ ]*\) cgroup2 .*/\1/p' /proc/self/mounts | head -n 1)
	if [[ -z $root || $PREFIX == [/.]* ]]; then
		_path_files -/
	else
		_path_files -/ -W $root
	fi
}

_persock_policies() {
	_alternative 'files:policy file:_files' 'personalities:personality:_persock_personalities'
}

_persock_words() { # DESCRIPTION WORD...
	local expl
	_wanted words expl $1 compadd -- ${@:2}
}

_persock_families() { _persock_words family inet inet6 unix netlink packet vsock; }
_persock_protocols() { _persock_words protocol tcp udp icmp icmpv6 sctp mptcp; }

# The words after the policy of explain: $words is the operation and its arguments.
_persock_operation() {
	case $CURRENT/$words[1] in
	1/*)
		_persock_words operation socket pair connect sendto bind accept listen getsockopt \
			setsockopt send recv control received-control ioctl mmap query -
		;;
	2/socket | 2/pair) _persock_families ;;
	3/socket | 3/pair) _persock_words type stream dgram raw seqpacket ;;
	3/query) _persock_words type A AAAA HTTPS TXT MX SRV PTR ;;
	2/connect | 2/sendto | 2/bind) _persock_words protocol tcp udp icmp icmpv6 sctp mptcp unix vsock ;;
	2/accept) _persock_words protocol tcp udp icmp icmpv6 sctp mptcp vsock ;;
	4/socket | 4/pair) _persock_protocols ;;
	esac
}

_persock_commands() {
	local -a commands
	commands=(
		'status:check governance, list attachments'
		'doctor:check whether this machine can run persock'
		'attach:govern the sockets created in a cgroup'
		'detach:end an attachment, or all of them'
		'personality:load, show and delete personalities'
		'show:show a complete policy, or all layers'
		'check:check whether a policy file is valid'
		'diff:compare a file with what is loaded'
		'fmt:format policy files'
		'keys:list the keys of policy files'
		'explain:show the verdict on an operation'
		'names:list, add and remove learnt addresses'
		'monitor:report calls as they are denied'
		'why:show what the caller was denied last'
		'counters:count allowed, ignored and denied calls'
		'sockets:list sockets, and what governs them'
		'top:show what attachments do each second'
		'metrics:write all counters as OpenMetrics text'
		'record:write the policy of a command'
		'run:run a command under a personality'
		'apply:load or replace policies, and attach'
		'oci-hook:attach a container'
		'help:explain a command'
	)
	_describe -t commands command commands
}

_persock() {
	local curcontext=$curcontext state line end expl
	local -a json
	local -A opt_args
	json=('(-j --json --pretty)'{-j,--json}'[write JSON]'
		'(-j --json --pretty)--pretty[write JSON with line breaks]')

	_arguments -C -S $json '(-V --version)'{-V,--version}'[write the version]' \
		'(-h --help)'{-h,--help}'[write the help]' '(-)1: :_persock_commands' '(-)*:: :->arguments' && return
	[[ $state = arguments ]] || return
	case $words[1] in
	status | doctor) _arguments $json ;;
	attach)
		_arguments '--delegate[do ancestors govern?]:delegation:(none full)' '1: :_persock_cgroups' \
			'2: :_persock_personalities'
		;;
	detach) _arguments '(-a --all)'{-a,--all}'[end all attachments]' '1: :_persock_attached' ;;
	personality)
		case $CURRENT/$words[2] in
		2/*) _persock_words verb add set show del ;;
		*/show | */del) [[ $CURRENT -gt 3 ]] || _persock_personalities ;;
		*)
			_arguments '--base[the policy of another personality]: :_persock_personalities' \
				'*--provider[a provider]:provider:(native hostinet)' '*: :_files'
			;;
		esac
		;;
	show)
		_arguments $json '--effective[all layers]' '*: :_persock_policies'
		[[ -z ${words[(r)--effective]} ]] || _persock_cgroups
		;;
	check | oci-hook) _arguments $json '1: :_files' ;;
	diff) _arguments $json '1: :_files' '2: :_persock_policies' '*: :_files' ;;
	fmt) _arguments '--check[only list files that are not formatted]' '*: :_files' ;;
	keys) _arguments $json '--schema[write the JSON Schema]' ;;
	explain)
		end=${words[(i)--]}
		if ((end < CURRENT)); then
			shift end words
			((CURRENT -= end))
			_persock_operation
			return
		fi
		_arguments $json '--cgroup[ask the layers of a cgroup]: :_persock_cgroups' \
			'--family[of the socket]: :_persock_families' \
			'--type[of an AF_UNIX socket]:type:(stream dgram seqpacket)' \
			'--peer[where its peer was created]:peer:(same)' \
			'--expect[set the exit status]:answer:(allow ignore deny)' '*: :_persock_policies'
		;;
	names)
		case $CURRENT/$words[2] in
		2/*)
			_persock_words verb add del
			_persock_attached
			;;
		3/add | 3/del) _persock_attached ;;
		esac
		;;
	monitor)
		_arguments $json '--cgroup[only of a cgroup]: :_persock_attached' \
			'--personality[only what it denies]: :_persock_personalities' \
			'--operation[only this one]:operation:(create pair connect accept bind listen shutdown
				getsockopt setsockopt getname sendmsg recvmsg ioctl mmap)' \
			'--count[end after this number of lines]:number:' '--ignored[report ignored calls, too]' \
			'--names[report learnt addresses, too]' '--journal[write into the systemd journal]'
		;;
	why) _arguments $json ;;
	counters) _arguments $json '1: :_persock_attached' ;;
	sockets)
		_arguments $json '(-a --all)'{-a,--all}'[also outside attached cgroups]' '1: :_persock_attached'
		;;
	top)
		_arguments $json '(-b --batch)'{-b,--batch}'[write text]' '(-n --count)'{-n,--count}'[of intervals]:number:' \
			'(-d --delay)'{-d,--delay}'[length of an interval]:seconds:' \
			'--sort[of attachments]:order:(denials verdicts sockets cgroup)'
		;;
	metrics) _arguments '--output[replace a file]: :_files' ;;
	record)
		_arguments -S '(-p --personality)'{-p,--personality}'[write what differs]: :_persock_personalities' \
			'(-o --output)'{-o,--output}'[write to a file]: :_files' '--merge[add to a file]: :_files' \
			'--generalise[allow more]:what:(ports prefixes wildcards)' '--for[end after this time]:time' \
			'(-):command: _command_names -e' '*::arguments: _normal'
		;;
	run)
		_arguments -S '(-p --personality)'{-p,--personality}'[of the command]: :_persock_personalities' \
			'*--provider[a provider]:provider:(native hostinet)' '--counters[write the counters at the end]' \
			'--report[write the refused host names and AF_UNIX sockets at the end]' '(-):command: _command_names -e' \
			'*::arguments: _normal'
		;;
	apply)
		_arguments $json '--dry-run[only show what would change]' '--prune[remove what is not listed]' \
			'--watch[apply a folder whenever it changes]' '--metrics[write how it went]: :_files' \
			'*: :_files'
		;;
	help) ((CURRENT > 2)) || _persock_commands ;;
	esac
}

_persock "$@"
