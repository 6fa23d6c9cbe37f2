#!/bin/sh
# SPDX-License-Identifier: MIT
# kill -9 of the controller in the middle of faults: what was recorded can be
# judged, and `ordeal heal` (or the next run) leaves no rule and no stopped
# process behind. DEATHS says how often (6).
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=death-$$
nodes="n1 n2 n3"
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

# Rules of ours, and processes that are stopped, on all nodes.
leftovers() {
	on_all '
		nft list ruleset 2>/dev/null | grep -i ordeal
		iptables-save 2>/dev/null | grep -i ordeal
		ip6tables-save 2>/dev/null | grep -i ordeal
		grep -l "^State:.T (stopped)" /proc/[0-9]*/status 2>/dev/null
		true'
}

clean() {
	left=$(leftovers)
	[ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

# start SEED LENGTH: a run whose faults are about so long.
start() {
	"$ordeal" run --target etcd --local 3 --cluster "$cluster" \
		--store "$work/store" --faults partition,pause \
		--partition.targets one,majority --pause.targets one,majority \
		--time-limit 120s --fault-length "$2" --fault-gap 300ms \
		--seed "$1" >"$work/run" 2>&1 &
	pid=$!
}

# The main phase has begun once there is a history with a fault in it.
await_fault() {
	until_seen '"do":"inject","effect":'
}

# died SEED MS LENGTH
died() {
	rm -rf "$work/store"
	start "$1" "$3"
	await_fault || { kill -9 $pid; return 1; }
	sleep "$(awk "BEGIN { print $2 / 1000 }")"
	kill -9 $pid
	wait $pid 2>/dev/null
	"$ordeal" check "$(find "$work/store" -name history.jsonl)" \
		>"$work/out" 2>&1
	code=$?
	[ $code = 0 ] || [ $code = 2 ] ||
		{ echo "check: $code"; cat "$work/out"; return 1; }
	[ -z "$(leftovers)" ] || dirty=$((dirty + 1))
	"$ordeal" heal --local 3 --cluster "$cluster" >"$work/out" 2>&1 ||
		{ cat "$work/out"; return 1; }
	clean
}

dirty=0
claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
claim "healed after death in a fault" died 1 0 60s
claim "... for it left something to heal" [ "$dirty" = 1 ]
for death in $(seq 2 "${DEATHS:-6}"); do
	moment=$((death * 7919 % 2500))
	claim "healed after death $moment ms into the faults" \
		died "$death" $moment 900ms
done

rm -rf "$work/store"
start 99 900ms
await_fault
kill -9 $pid
wait $pid 2>/dev/null
# next_run: once more where a fault could not be proven on a busy machine.
next_run() {
	for seed in 1 2 3; do
		exits 0 "$ordeal" run --target etcd --local 3 \
			--cluster "$cluster" --store "$work/store" \
			--faults partition,pause --time-limit 10s \
			--partition.targets one --pause.targets one \
			--fault-length 2500ms --fault-gap 1s --seed $seed &&
			return 0
		[ "$code" = 2 ] || break
	done
	return 1
}
claim "the next run works on the same nodes" next_run
claim "... and leaves them clean" clean

# interrupted: Ctrl-C in the middle of a fault heals, collects and judges.
interrupted() {
	rm -rf "$work/store"
	start 5 900ms
	await_fault || return 1
	kill -TERM $pid
	wait $pid
	code=$?
	[ $code = 0 ] || [ $code = 2 ] ||
		{ echo "exit code $code"; cat "$work/run"; return 1; }
	[ -s "$work/store/latest/results.json" ] &&
		[ -s "$work/store/latest/nodes/n1/etcd.log" ] && clean
}
claim "an interrupted run heals, collects and judges" interrupted
finish
