#!/bin/sh
# SPDX-License-Identifier: MIT
# Wrong clocks in runs: clean within the lease when the controller dies, and a
# run whose clocks could not be made wrong is unknown.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=clock-$$
nodes="n1 n2 n3"
agent=/opt/ordeal/agent/ordeal-agent
lease=3
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

# Processes whose clock is wrong, and the agent.
wrong() {
	on_all "[ ! -x $agent ] || $agent clock list"
}

leftovers() {
	wrong
	on_all 'pgrep -a ordeal-agent; ls /run/ordeal/clock.machine 2>/dev/null
		true'
}

run_with_clocks() {
	rm -rf "$work/store"
	"$ordeal" run --target etcd --local 3 --cluster "$cluster" \
		--store "$work/store" --faults clock --clock.targets all \
		--clock.kinds step --lease "${lease}s" --time-limit "$1" \
		--fault-length "$2" --fault-gap 200ms --seed 3 --rate 50 \
		--concurrency 3 --ready-timeout 60s >"$work/run" 2>&1
}

is_clean() {
	left=$(leftovers)
	[ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

dies() {
	run_with_clocks 300s 300s &
	pid=$!
	until_seen '"effect":"proven"' || return 1
	[ -n "$(wrong)" ] || { echo "no clock is wrong"; return 1; }
	pkill -KILL -P $pid -x ordeal || kill -9 $pid
	wait $pid 2>/dev/null
	within 60 is_clean
}

# On one node the agent does all but this.
cannot_inject() {
	on n2 sh -c '
		mkdir /opt/able && mv "$1" /opt/able/ordeal-agent &&
		printf "%s\n" "#!/bin/sh" \
			"case \"\$*\" in clock\ keep*) exit 1;; esac" \
			"exec /opt/able/ordeal-agent \"\$@\"" >"$1" &&
		chmod 755 "$1"' sh "$agent" || return 1
	run_with_clocks 4s 2s
	code=$?
	[ $code = 2 ] || { echo "exit code $code"; cat "$work/run"; return 1; }
	is_clean
}

claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
mark_all
claim "kill -9 of the controller: clocks are right within the lease" dies
claim "an agent that cannot do it makes the run unknown" cannot_inject
claim "... and the history tells why" has \
	"$work/store/latest/history.jsonl" '"f":"clock".*"error":".*node n2: '
claim "nodes are what they were, by all that faults could leave" \
	within 60 nothing_was_left
finish
