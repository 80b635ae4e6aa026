# SPDX-License-Identifier: GPL-2.0
# fish completion for persock(8)

function __persock_personalities
	printf '%s\n' host none gvisor gvisor-2020
	persock -j personality show 2>/dev/null | string match -arg '\{"name":"([^"]*)"'
end

function __persock_attached
	persock -j counters 2>/dev/null | string match -arg '"path":"/?([\w.@:/+-]*)"'
end

# Paths below the root of the hierarchy, which persock accepts, or other paths.
function __persock_cgroups
	set -l word (commandline -ct)
	set -l root (string match -rg '^\S+ (\S+) cgroup2 ' </proc/self/mounts)[1]
	if test -z "$root"; or string match -q -r '^[/.]' -- $word
		__fish_complete_directories $word
	else
		for path in $root/$word*/
			string replace -- $root/ '' $path
		end
	end
end

# The words that are no options and no values of options: the command, and what follows. Behind run those
# of its command are not listed.
function __persock_words
	set -l words (commandline -opc)
	set -l value
	set -l run
	for word in $words[2..]
		if set -q value[1]
			set value
			continue
		end
		switch $word
			case --base --personality --provider --cgroup --family --type --peer --expect --operation --count \
					--delegate --output --metrics --delay --sort
				set value 1
			case -p
				set -q run[1]; and set value 1
			case --
				set -q run[1]; and return
			case '-*'
			case '*'
				set -q run[1]; and return
				echo $word
				test $word = run; and set run 1
		end
	end
end

# The command of run with its arguments, as if they were typed alone.
function __persock_of_run
	set -l words (commandline -opc)
	set -l at (contains -i -- run $words); or return
	set at (math $at + 1)
	while test $at -le (count $words)
		switch $words[$at]
			case -p --personality --provider
				set at (math $at + 2)
			case --
				set at (math $at + 1)
				break
			case '-*'
				set at (math $at + 1)
			case '*'
				break
		end
	end
	test $at -le (count $words); and printf '%s\n' $words[$at..]
end

function __persock_complete_of_run
	set -l words (string escape -- (__persock_of_run)) (commandline -ct)
	string match -q -r '^-|^$' -- "$words"; or complete -C "$words"
end

# Is this the command, and, if there is a second argument, this the verb?
function __persock_is
	set -l words (__persock_words)
	test "$words[1]" = $argv[1]; and begin
		test (count $argv) -lt 2; or contains -- "$words[2]" $argv[2..]
	end
end

# Has the command as many arguments already?
function __persock_nr
	set -l words (__persock_words)
	test (count $words) -eq (math $argv[2] + 1); and test "$words[1]" = $argv[1]
end

# The number of the word after "--" of explain, from 1; nothing before it.
function __persock_operation
	set -l words (commandline -opc)
	contains explain $words; and contains -- -- $words; or return 1
	set -l at (contains -i -- -- $words)
	set -l place (math (count $words) - $at + 1)
	set -l operation
	test $place -eq 1; or set operation $words[(math $at + 1)]
	switch "$place/$operation"
		case '1/*'
			printf '%s\n' socket pair connect sendto bind accept listen getsockopt setsockopt send recv \
				control received-control ioctl mmap query -
		case 2/socket 2/pair
			printf '%s\n' inet inet6 unix netlink packet vsock
		case 3/socket 3/pair
			printf '%s\n' stream dgram raw seqpacket
		case 3/query
			printf '%s\n' A AAAA HTTPS TXT MX SRV PTR
		case 2/connect 2/sendto 2/bind
			printf '%s\n' tcp udp icmp icmpv6 sctp mptcp unix vsock
		case 2/accept
			printf '%s\n' tcp udp icmp icmpv6 sctp mptcp vsock
		case 4/socket 4/pair
			printf '%s\n' tcp udp icmp icmpv6 sctp mptcp
	end
end

function __persock_before_operation
	not contains -- -- (commandline -opc)
end

function __persock_run_options
	__persock_is run; and test -z "$(__persock_of_run)"
end

complete -c persock -f
complete -c persock -s j -l json -n 'not count (__persock_of_run) >/dev/null' -d 'write JSON'
complete -c persock -l pretty -n 'not __persock_is run' -d 'write JSON with line breaks'
complete -c persock -s V -l version -n 'not count (__persock_words) >/dev/null' -d 'write the version'
complete -c persock -s h -l help -n 'not count (__persock_of_run) >/dev/null' -d 'write the help'

for where in 'not count (__persock_words) >/dev/null' '__persock_nr help 0'
	complete -c persock -n $where -a status -d 'check governance, list attachments'
	complete -c persock -n $where -a doctor -d 'check whether this machine can run persock'
	complete -c persock -n $where -a attach -d 'govern the sockets created in a cgroup'
	complete -c persock -n $where -a detach -d 'end an attachment, or all of them'
	complete -c persock -n $where -a personality -d 'load, show and delete personalities'
	complete -c persock -n $where -a show -d 'show a complete policy, or all layers'
	complete -c persock -n $where -a check -d 'check whether a policy file is valid'
	complete -c persock -n $where -a diff -d 'compare a file with what is loaded'
	complete -c persock -n $where -a fmt -d 'format policy files'
	complete -c persock -n $where -a keys -d 'list the keys of policy files'
	complete -c persock -n $where -a explain -d 'show the verdict on an operation'
	complete -c persock -n $where -a names -d 'list, add and remove learnt addresses'
	complete -c persock -n $where -a monitor -d 'report calls as they are denied'
	complete -c persock -n $where -a why -d 'show what the caller was denied last'
	complete -c persock -n $where -a counters -d 'count allowed, ignored and denied calls'
	complete -c persock -n $where -a sockets -d 'list sockets, and what governs them'
	complete -c persock -n $where -a top -d 'show what attachments do each second'
	complete -c persock -n $where -a metrics -d 'write all counters as OpenMetrics text'
	complete -c persock -n $where -a record -d 'write the policy of a command'
	complete -c persock -n $where -a run -d 'run a command under a personality'
	complete -c persock -n $where -a apply -d 'load or replace policies, and attach'
	complete -c persock -n $where -a oci-hook -d 'attach a container'
	complete -c persock -n $where -a help -d 'explain a command'
end

complete -c persock -n '__persock_is attach' -l delegate -x -a 'none full' -d 'do ancestors govern?'
complete -c persock -n '__persock_nr attach 0' -a '(__persock_cgroups)'
complete -c persock -n '__persock_nr attach 1' -a '(__persock_personalities)'
complete -c persock -n '__persock_is detach' -s a -l all -d 'end all attachments'
complete -c persock -n '__persock_nr detach 0; or __persock_nr counters 0; or __persock_nr sockets 0' \
	-a '(__persock_attached)'

complete -c persock -n '__persock_nr personality 0' -a 'add set show del'
complete -c persock -n '__persock_nr personality 1; and __persock_is personality show del' \
	-a '(__persock_personalities)'
complete -c persock -n '__persock_is personality add set' -F
complete -c persock -n '__persock_is personality add set' -l base -x -a '(__persock_personalities)' \
	-d 'the policy of another personality'
complete -c persock -n '__persock_is personality add set; or __persock_run_options' -l provider -x \
	-a 'native hostinet' -d 'a provider'

complete -c persock -n '__persock_is show' -F
complete -c persock -n '__persock_is show' -a '(__persock_personalities)'
complete -c persock -n '__persock_is show' -l effective -d 'all layers'
complete -c persock -n '__persock_is show; and contains -- --effective (commandline -opc)' \
	-a '(__persock_cgroups)'
complete -c persock -n '__persock_nr check 0; or __persock_is diff; or __persock_is fmt' -F
complete -c persock -n '__persock_nr diff 1' -a '(__persock_personalities)'
complete -c persock -n '__persock_is fmt' -l check -d 'only list files that are not formatted'
complete -c persock -n '__persock_is keys' -l schema -d 'write the JSON Schema'

complete -c persock -n '__persock_is explain; and __persock_before_operation' -F
complete -c persock -n '__persock_is explain; and __persock_before_operation' -a '(__persock_personalities)'
complete -c persock -n '__persock_is explain' -l cgroup -x -a '(__persock_cgroups)' \
	-d 'ask the layers of a cgroup'
complete -c persock -n '__persock_is explain' -l family -x -a 'inet inet6 unix netlink packet vsock' \
	-d 'of the socket'
complete -c persock -n '__persock_is explain' -l type -x -a 'stream dgram seqpacket' -d 'of an AF_UNIX socket'
complete -c persock -n '__persock_is explain' -l peer -x -a same -d 'where its peer was created'
complete -c persock -n '__persock_is explain' -l expect -x -a 'allow ignore deny' -d 'set the exit status'
complete -c persock -n '__persock_is explain' -a '(__persock_operation)'

complete -c persock -n '__persock_nr names 0' -a 'add del (__persock_attached)'
complete -c persock -n '__persock_nr names 1; and __persock_is names add del' -a '(__persock_attached)'

complete -c persock -n '__persock_is monitor' -l cgroup -x -a '(__persock_attached)' -d 'only of a cgroup'
complete -c persock -n '__persock_is monitor' -l personality -x -a '(__persock_personalities)' \
	-d 'only what it denies'
complete -c persock -n '__persock_is monitor' -l operation -x -d 'only this one' \
	-a 'create pair connect accept bind listen shutdown getsockopt setsockopt getname sendmsg recvmsg ioctl mmap'
complete -c persock -n '__persock_is monitor' -l count -x -d 'end after this number of lines'
complete -c persock -n '__persock_is monitor' -l ignored -d 'report ignored calls, too'
complete -c persock -n '__persock_is monitor' -l names -d 'report learnt addresses, too'
complete -c persock -n '__persock_is monitor' -l journal -d 'write into the systemd journal'
complete -c persock -n '__persock_is sockets' -s a -l all -d 'also outside attached cgroups'
complete -c persock -n '__persock_is top' -s b -l batch -d 'write text'
complete -c persock -n '__persock_is top' -s n -l count -x -d 'of intervals'
complete -c persock -n '__persock_is top' -s d -l delay -x -d 'length of an interval'
complete -c persock -n '__persock_is top' -l sort -x -a 'denials verdicts sockets cgroup' -d 'of attachments'
complete -c persock -n '__persock_is metrics' -l output -r -d 'replace a file'
complete -c persock -n '__persock_is record' -s p -l personality -x -a '(__persock_personalities)' \
	-d 'write what differs from it'
complete -c persock -n '__persock_is record' -s o -l output -r -d 'write the policy to a file'
complete -c persock -n '__persock_is record' -l merge -r -d 'add to the policy of a file'
complete -c persock -n '__persock_is record' -l generalise -x -a 'ports prefixes wildcards' -d 'allow more'
complete -c persock -n '__persock_is record' -l for -x -d 'end after this time'

complete -c persock -n __persock_run_options -s p -l personality -x -a '(__persock_personalities)' \
	-d 'of the command'
complete -c persock -n __persock_run_options -l counters -d 'write the counters at the end'
complete -c persock -n __persock_run_options -l report -d 'write the refused host names and AF_UNIX sockets at the end'
complete -c persock -n '__persock_is run' -a '(__persock_complete_of_run)'
complete -c persock -n '__persock_is apply' -l dry-run -d 'only show what would change'
complete -c persock -n '__persock_is apply' -l prune -d 'remove what is not listed'
complete -c persock -n '__persock_is apply' -l watch -d 'apply a folder whenever it changes'
complete -c persock -n '__persock_is apply' -l metrics -r -d 'write how it went'
complete -c persock -n '__persock_is apply' -F
