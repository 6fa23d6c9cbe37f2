# SPDX-License-Identifier: MIT
# For test scripts that look at the nodes of a local cluster. Source it after
# shell.sh; set $cluster, its name, and $nodes.
#
# By their namespaces and not by ssh: that needs no network, and all nodes are
# seen within a moment, however busy the machine is. What a lease undoes in
# seconds has to be seen sooner.

# on NODE COMMAND ...
on() {
	node_pid=$(pgrep -o -f "^/bin/sh /run/ordeal/clusters/$cluster/$1/init ")
	shift
	nsenter -t "$node_pid" -m -u -i -n -p "$@" </dev/null
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
