#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fault there is, by turns, on etcd: it keeps its promises, each kind of
# fault is proven, and the nodes are afterwards what they were before. And when
# the controller is killed in the middle, they get there alone, by the lease.
# So they do when it is alive and cut off, and its run is not valid then.
# ALL_SECONDS says how long each run is (60; 0: none), DEATHS how many deaths
# (3), CUTS how many are cut off (1); FIRST is the number of the first (1).
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=all-$$
nodes="n1 n2 n3 n4 n5"
seconds=${ALL_SECONDS:-60}
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

# The lease and its undoing take a while.
as_before() {
	within 120 is_as_before
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

# The kinds of fault that were injected and proven.
kinds() {
	grep '"do":"inject"' "$work/store/latest/history.jsonl" |
		grep '"effect":"proven"' |
		sed 's/.*"f":"\([^"]*\)".*/\1/' | sort -u | wc -l
}

# by_turns KINDS ARGUMENTS: valid, with so many kinds of fault proven; tried
# again, and longer, on a machine that was too busy to prove a fault or to get
# to so many, for that is no verdict on the store.
by_turns() {
	least=$1
	shift
	for seed in 7 8 9; do
		etcd --seed $seed --time-limit "${length}s" --fault-length 3s \
			--fault-gap 1s $gently "$@" >"$work/out" 2>&1 </dev/null
		code=$?
		[ $code = 0 ] || [ $code = 2 ] || break
		got=$(kinds)
		[ $code = 0 ] && [ "$got" -ge "$least" ] && return 0
		echo "once more: $got kinds; $(grep '^unknown' "$work/out")"
		length=$((length * 3 / 2))
	done
	echo "exit code $code"
	tail -n 20 "$work/out"
	return 1
}

claim "five nodes" exits 0 "$ordeal" cluster up --nodes 5 --name "$cluster"
traces >"$work/before"

if [ "$seconds" != 0 ]; then
	length=$seconds
	claim "registers are linearizable under all faults, of every kind" \
		by_turns 8
	claim "... and the nodes are as before" as_before
	claim "append is strict serializable under all faults" \
		by_turns 1 --workload append
	claim "... and the nodes are as before" as_before
fi

# into_faults SEED MS: a run, that long after its first fault began; its pid.
into_faults() {
	rm -rf "$work/store"
	become_etcd --seed "$1" --time-limit 300s --schedule overlap --lease 5s \
		--step-timeout 8s --fault-length 3s --fault-gap 500ms \
		>"$work/run" 2>&1 </dev/null &
	pid=$!
	until_seen '"do":"inject"' || return 1
	sleep "$(awk "BEGIN { print $2 / 1000 }")"
}

# The layer under a store that runs on serves it until it ends, so the store is
# ended, too, when the lease is over.
clean_alone() {
	sleep 5
	for node in $nodes; do
		on "$node" pkill -KILL -x etcd
	done
	as_before
}

# died SEED MS: killed at that moment.
died() {
	into_faults "$@" || return 1
	kill -9 $pid
	wait $pid 2>/dev/null
	clean_alone
}

# This machine's plug in the cluster's switch.
plug() {
	echo "ordeal$(cat "/run/ordeal/clusters/$cluster/subnet")"
}

# was_cut_off SEED MS: nothing passes from that moment between the controller,
# which lives, and the nodes; when it does again the run has to know.
was_cut_off() {
	into_faults "$@" || return 1
	interface=$(plug)
	sysctl -qw "net.ipv6.conf.$interface.keep_addr_on_down=1" 2>/dev/null
	ip link set "$interface" down || { kill -9 $pid; return 1; }
	clean_alone
	is_clean=$?
	kill -0 $pid || { echo "the run did not wait"; is_clean=1; }
	ip link set "$interface" up
	kill -TERM $pid
	wait $pid
	code=$?
	[ $code = 2 ] || [ $code = 3 ] ||
		{ echo "exit code $code"; tail -n 5 "$work/run"; return 1; }
	[ $is_clean = 0 ] && as_before
}

first=${FIRST:-1}
for death in $(seq "$first" $((first + ${DEATHS:-3} - 1))); do
	moment=$((death * 7919 % 9000))
	claim "clean by the lease after death $moment ms into the faults" \
		died "$death" $moment
done
for cut in $(seq "$first" $((first + ${CUTS:-1} - 1))); do
	moment=$((cut * 6947 % 9000))
	claim "... and when cut off $moment ms into them, the run not valid" \
		was_cut_off "$cut" $moment
done
finish
