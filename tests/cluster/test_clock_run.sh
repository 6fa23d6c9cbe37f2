#!/bin/sh
# SPDX-License-Identifier: MIT
# Wrong clocks in runs: clean within the lease when the controller dies, and a
# run whose clocks could not be made wrong is unknown.
. "$(dirname "$0")/../support/shell.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=clock-$$
nodes="n1 n2 n3"
agent=/opt/ordeal/agent/ordeal-agent
lease=3
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

on_all() {
	for node in $nodes; do
		"$ordeal" cluster exec --name "$cluster" "$node" -- \
			sh -c "$1" || echo "cannot look at $node"
	done
}

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
		--concurrency 3 --ready-timeout 30s >"$work/run" 2>&1
}

await_effect() {
	for _ in $(seq 600); do
		if [ -d "$work/store" ] && grep -qs "\"effect\":\"$1\"" \
			"$(find "$work/store" -name history.jsonl)"; then
			return 0
		fi
		sleep 0.1
	done
	cat "$work/run"
	return 1
}

dies() {
	run_with_clocks 120s 100s &
	runner=$!
	await_effect proven || return 1
	[ -n "$(wrong)" ] || { echo "no clock is wrong"; return 1; }
	pkill -KILL -P $runner -x ordeal || kill -9 $runner
	wait $runner 2>/dev/null
	[ -n "$(wrong)" ] || { echo "nothing was left behind"; return 1; }
	for _ in $(seq 100); do
		left=$(leftovers)
		[ -n "$left" ] || return 0
		sleep 0.2
	done
	echo "left behind: $left"
	return 1
}

# Whoever keeps the clocks wrong on one node is killed again and again.
cannot_inject() {
	"$ordeal" cluster exec --name "$cluster" n2 -- sh -c '
		while [ ! -e /run/enough ]; do
			pkill -KILL -f "^$1 clock keep"
			sleep 0.02
		done' sh "$agent" &
	killer=$!
	run_with_clocks 8s 3s
	code=$?
	"$ordeal" cluster exec --name "$cluster" n2 -- touch /run/enough
	wait $killer
	[ $code = 2 ] || { echo "exit code $code"; cat "$work/run"; return 1; }
	[ -z "$(leftovers)" ] || { leftovers; return 1; }
}

claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
claim "kill -9 of the controller: clocks are right within the lease" dies
claim "an agent that cannot do it makes the run unknown" cannot_inject
claim "... and the history tells why" has \
	"$work/store/latest/history.jsonl" '"f":"clock".*"error":".*node n2: '
finish
