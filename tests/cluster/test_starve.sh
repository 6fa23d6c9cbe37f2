#!/bin/sh
# SPDX-License-Identifier: MIT
# Too little of the processor or of the memory, by control groups: seen in the
# kernel's own figures, and gone afterwards, also when the controller dies.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=starve-$$
nodes="n1 n2 n3"
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

on() {
	node=$1
	shift
	"$ordeal" cluster exec --name "$cluster" "$node" -- "$@" </dev/null
}

on_all() {
	for node in $nodes; do
		on "$node" sh -c "$1" || echo "cannot look at $node"
	done
}

# Of the last test, etcd's limit and how often it was held back: read by cat.
held_back() {
	on_all 'read -r p _ </run/ordeal/etcd.pid
		group=$(sed -n "s/.*:cpu[^:]*:.*\(ordeal-.*-cpu\)$/\1/p; \
			s/^0::.*\(ordeal-.*-cpu\)$/\1/p" /proc/$p/cgroup)
		[ -n "$group" ] || exit 0
		top=$(head -n 1 /run/ordeal/starve.cpu)
		cat "$top/$group/cpu.max" "$top/$group/cpu.cfs_quota_us" \
			2>/dev/null
		cat "$top/$group/cpu.stat"'
}

# Groups of ours, what we mounted, the record of it.
leftovers() {
	on_all 'cat /proc/[0-9]*/cgroup 2>/dev/null | grep ordeal-
		grep /run/ordeal/cgroup /proc/mounts
		ls -d /run/ordeal/starve.* /run/ordeal/cgroup.* 2>/dev/null
		true'
	for inode in $(on_all 'stat -Lc "%i " /proc/self/ns/net'); do
		find /sys/fs/cgroup -maxdepth 2 -name "ordeal-*-$inode-*"
	done
}

clean() {
	for _ in $(seq 40); do
		left=$(leftovers)
		[ -n "$left" ] || return 0
		sleep 0.5
	done
	echo "left behind: $left"
	return 1
}

# become FAULT ARGUMENTS: a run in the place of the shell that calls it.
become() {
	fault=$1
	shift
	exec "$ordeal" run --target etcd --local 3 --cluster "$cluster" \
		--store "$work/store" --faults "$fault" \
		--"$fault".targets one --rate 50 --concurrency 3 "$@"
}

# proven FAULT: no conviction, and it was seen in force, and gone; again where
# the machine was too busy for the proof.
proven() {
	for seed in 1 2 3; do
		rm -rf "$work/store"
		(become "$1" --seed $seed --time-limit 5s --fault-length 2s \
			--fault-gap 500ms) >"$work/run" 2>&1 </dev/null
		code=$?
		[ $code = 0 ] || [ $code = 2 ] || break
		grep '"do":"inject".*"effect":"proven"' \
			"$work/store/latest/history.jsonl" >"$work/out" &&
			grep -q '"do":"heal".*"effect":"proven"' \
				"$work/store/latest/history.jsonl" && return 0
	done
	cat "$work/run"
	return 1
}

# dies: the kernel holds etcd back, the controller dies, it does so no more.
dies() {
	rm -rf "$work/store"
	become starve-cpu --seed 3 --time-limit 90s --fault-length 60s \
		--fault-gap 200ms --lease 3s >"$work/run" 2>&1 </dev/null &
	pid=$!
	for _ in $(seq 900); do
		grep -qs '"effect":"proven"' \
			"$work"/store/*/*/history.jsonl && break
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	held_back >"$work/held"
	kill -9 $pid
	wait $pid 2>/dev/null
	has "$work/held" '^nr_throttled [1-9]' && clean
}

claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
mark_all
proven starve-cpu >"$work/first"
code=$?
if [ $code != 0 ] && grep -q 'no control group can be' \
	"$work/store/latest/history.jsonl"; then
	claim "without control groups the run is unknown" \
		has "$work/run" '^unknown'
	finish
	exit
fi
cat "$work/first"
claim "etcd keeps its promises with a twentieth of a processor" [ $code = 0 ]
claim "... and when it runs out of memory" proven starve-memory
claim "... which the kernel says, too" has "$work/out" '"oom-kills":[1-9]'
claim "nothing is left" clean
agent=/opt/ordeal/agent/ordeal-agent
claim "who is not there cannot be starved" \
	exits 1 "$ordeal" cluster exec --name "$cluster" n1 -- \
	$agent starve begin cpu 5000 --daemon nobody
claim "... and that is said" has "$work/err" 'the store does not run'
claim "kill -9 of the controller: etcd is where it was" dies
claim "nodes are what they were, by all that faults could leave" \
	within 60 nothing_was_left
finish
