# SPDX-License-Identifier: MIT
# For test scripts that look at the nodes of a local cluster. Source it after
# shell.sh; set $cluster, its name, and $nodes.
#
# By their namespaces and not by ssh: that needs no network, and all nodes are
# seen within a moment, however busy the machine is. What a lease undoes in
# seconds has to be seen sooner.

# inside NODE COMMAND ..., and `on`, which a test may have of its own.
inside() {
	node_pid=$(pgrep -o -f "^/bin/sh /run/ordeal/clusters/$cluster/$1/init ")
	shift
	nsenter -t "$node_pid" -m -u -i -n -p "$@" </dev/null
}
on() {
	inside "$@"
}

# on_all SCRIPT: of one node after the other, for sh.
on_all() {
	for node in $nodes; do
		on "$node" sh -c "$1" || echo "cannot look at $node"
	done
}

# seen WORDS: a line of the history of the run in $work/store has them.
seen() {
	grep -qse "$1" "$work"/store/*/*/history.jsonl
}

# until_seen WORDS: false when the run, $pid, ended before.
until_seen() {
	while ! seen "$1"; do
		if ! kill -0 "$pid" 2>/dev/null; then
			seen "$1" && return 0
			echo "the run ended before $1:"
			tail -n 15 "$work/run"
			return 1
		fi
		sleep 0.05
	done
}

# within SECONDS COMMAND ...: it succeeds at some time until then.
within() {
	until=$(($(date +%s) + $1))
	shift
	until "$@" >"$work/within"; do
		if [ "$(date +%s)" -ge $until ]; then
			cat "$work/within"
			return 1
		fi
		sleep 0.2
	done
}

# What faults could leave: rules, queues of tc, mounts, stopped processes,
# helpers of ours.
traces() {
	for node in $nodes; do
		inside "$node" sh -c '
			{ nft list ruleset; iptables-save; ip6tables-save; } \
				2>/dev/null | grep -v "^#" |
				sed "s/\[[0-9:]*\]//; s/packets [0-9]* bytes [0-9]*//"
			tc qdisc show
			cut -d" " -f1-3 /proc/mounts
			for p in /proc/[0-9]*; do
				grep -qs "^State:.T (stopped)" $p/status &&
					echo "stopped: $(cat $p/comm)"
				case $(readlink $p/exe) in
				*ordeal-agent*) echo "helper: $p" ;;
				esac
			done
			true' || echo "cannot look at $node"
	done
}

# ... and in files and control groups, and what our agents note down.
traces_in_files() {
	for node in $nodes; do
		inside "$node" sh -c '
			find /var/lib/ordeal -name ".ordeal*" 2>/dev/null
			ls -d /var/lib/ordeal/agent /var/tmp/ordeal-snapshot \
				/run/ordeal/starve.* /run/ordeal/clock.machine \
				/run/ordeal/agent.journal /run/ordeal/netem-* \
				2>/dev/null
			grep -oh "ordeal-.*" /proc/[0-9]*/cgroup 2>/dev/null
			true' || echo "cannot look at $node"
	done
}

is_as_before() {
	traces >"$work/after"
	diff "$work/before" "$work/after"
}

# mark_all, and later: nothing was left, of all that.
mark_all() {
	{ traces; traces_in_files; } >"$work/all.before"
}

nothing_was_left() {
	{ traces; traces_in_files; } >"$work/all.after"
	diff "$work/all.before" "$work/all.after"
}
