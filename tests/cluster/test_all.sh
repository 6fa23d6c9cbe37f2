#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fault there is, by turns, on etcd: it keeps its promises, each kind of
# fault is proven, and the nodes are afterwards what they were before. And when
# the controller is killed in the middle, they get there alone, by the lease.
# ALL_SECONDS says how long each run is (60), DEATHS how many deaths (3).
. "$(dirname "$0")/../support/shell.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=all-$$
nodes="n1 n2 n3 n4 n5"
seconds=${ALL_SECONDS:-60}
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

on() {
	node=$1
	shift
	"$ordeal" cluster exec --name "$cluster" "$node" -- "$@"
}

# What faults could leave: rules, mounts, stopped processes, helpers of ours.
traces() {
	for node in $nodes; do
		on "$node" sh -c '
			{ nft list ruleset; iptables-save; ip6tables-save; } \
				2>/dev/null | grep -v "^#" |
				sed "s/\[[0-9:]*\]//; s/packets [0-9]* bytes [0-9]*//"
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

# as_before: within 40 seconds, for the lease and its undoing take a while.
as_before() {
	for _ in $(seq 40); do
		traces >"$work/after"
		cmp -s "$work/before" "$work/after" && return 0
		sleep 1
	done
	diff "$work/before" "$work/after"
	return 1
}

# Takes the place of the shell that calls it: $! is the program itself.
become_etcd() {
	exec "$ordeal" run --target etcd --local 5 --cluster "$cluster" \
		--store "$work/store" --faults all --rate 300 "$@"
}

etcd() {
	(become_etcd "$@")
}

# Hits one node at a time, so that something succeeds meanwhile.
gently="--partition.targets one --packet.targets one --kill.targets one
	--pause.targets one --restart.targets one,all --membership.targets one
	--disk-io.targets one --power-loss.targets one --clock.targets one"

# by_turns ARGUMENTS: valid; tried once more if a fault could not be proven on
# a machine that was too busy, for that is no verdict on the store.
by_turns() {
	for seed in 7 8; do
		etcd --seed $seed --time-limit "${seconds}s" --fault-length 3s \
			--fault-gap 1s $gently "$@" >"$work/out" 2>&1 </dev/null
		code=$?
		[ $code = 2 ] || break
		echo "once more: $(grep '^unknown' "$work/out")"
	done
	[ $code = 0 ] || { echo "exit code $code"; tail -n 20 "$work/out"; }
	return $code
}

# The kinds of fault that were injected and proven.
kinds() {
	grep '"do":"inject"' "$work/store/latest/history.jsonl" |
		grep '"effect":"proven"' |
		sed 's/.*"f":"\([^"]*\)".*/\1/' | sort -u | wc -l
}

claim "five nodes" exits 0 "$ordeal" cluster up --nodes 5 --name "$cluster"
traces >"$work/before"

claim "registers are linearizable under all faults" by_turns
claim "... of every kind" [ "$(kinds)" -ge 8 ]
claim "... and the nodes are as before" as_before
claim "append is strict serializable under all faults" \
	by_turns --workload append
claim "... and the nodes are as before" as_before

# died SEED MS: killed that long after the first fault began. The layer under
# a store that runs on serves it until it ends, so the store is ended, too.
died() {
	rm -rf "$work/store"
	become_etcd --seed "$1" --time-limit 120s --schedule overlap --lease 5s \
		--fault-length 3s --fault-gap 500ms >"$work/out" 2>&1 </dev/null &
	pid=$!
	for _ in $(seq 600); do
		grep -qs '"do":"inject"' "$work"/store/*/*/history.jsonl && break
		sleep 0.1
	done
	sleep "$(awk "BEGIN { print $2 / 1000 }")"
	kill -9 $pid
	wait $pid 2>/dev/null
	sleep 5
	for node in $nodes; do
		on "$node" pkill -KILL -x etcd
	done
	as_before
}

for death in $(seq "${DEATHS:-3}"); do
	moment=$((death * 7919 % 9000))
	claim "clean by the lease after death $moment ms into the faults" \
		died "$death" $moment
done
finish
