#!/bin/sh
# SPDX-License-Identifier: MIT
# etcd on bad disks: it survives power losses as long as fsync keeps its word,
# is convicted where the disk lies, and a layer that dies acquits nobody.
. "$(dirname "$0")/../support/shell.sh"
if [ "$(id -u)" != 0 ] || [ ! -c /dev/fuse ] || ! command -v etcd >/dev/null
then
	echo "needs root, /dev/fuse and etcd"
	exit 77
fi
cluster=disk-$$
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

on() {
	node=$1
	shift
	"$ordeal" cluster exec --name "$cluster" "$node" -- "$@"
}

common="run --target etcd --local 3 --cluster $cluster --store $work/store \
	--fault-length 1500ms --fault-gap 1s --seed 3"
etcd() {
	# shellcheck disable=SC2086
	"$ordeal" $common "$@"
}

# begin ARGUMENTS: in the background, until the history has the words.
begin() {
	words=$1
	shift
	rm -rf "$work/store"
	# shellcheck disable=SC2086
	"$ordeal" $common "$@" >"$work/run" 2>&1 &
	pid=$!
	for _ in $(seq 600); do
		grep -qs "$words" "$work/store"/*/*/history.jsonl && return 0
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	echo "the run did not get to $words"
}

# Mounts, agents, our files in the data, on all nodes.
state() {
	for node in n1 n2 n3; do
		on "$node" sh -c 'cat /proc/self/mounts
			pgrep -a ordeal-agent
			find /var/lib/ordeal -name ".ordeal*"
			ls /run/ordeal/disk/changes 2>/dev/null; true'
	done
}

restored() {
	for _ in $(seq 100); do
		state >"$work/after"
		cmp -s "$work/before" "$work/after" && return 0
		sleep 0.1
	done
	diff "$work/before" "$work/after"
}

# Not convicted. What is proven besides has a claim of its own, so that a slow
# machine, on which little can be seen, does not fail here.
acquits() {
	exits 0 "$@" >"$work/complaint" && return 0
	[ "$code" = 2 ] && return 0
	cat "$work/complaint"
	return 1
}

# proven FAULT COUNT: at least so often.
proven() {
	grep "\"f\":\"$1\"" "$work/store/latest/history.jsonl" |
		grep '"do":"inject"' | grep -c '"effect":"proven"' |
		awk -v least="$2" '{ exit $1 < least }'
}

claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
state >"$work/before"

claim "registers survive power losses of all nodes" \
	acquits etcd --faults power-loss --time-limit 6s \
	--power-loss.targets all,one
claim "... proven by a file that was synced and one that was not" \
	proven power-loss 1
claim "nodes are what they were" restored

claim "acknowledged writes are lost where fsync lies" \
	exits 1 etcd --faults power-loss --time-limit 5s \
	--power-loss.targets all --power-loss.losses all \
	--power-loss.ignore-fsync true
claim "... and that is told" has "$work/out" 'was acknowledged'

claim "errors and spoiled files of one node are no harm" \
	acquits etcd --faults disk-io,corrupt --time-limit 7s \
	--disk-io.targets one --corrupt.targets one --fault-length 1s
claim "... the errors were seen" proven disk-io 1
claim "... and the files changed" proven corrupt 1
claim "nodes are what they were" restored

# The layer is killed under one node; whatever the history says, it proves
# nothing.
begin '"value":"main"' --faults power-loss --time-limit 5s \
	--power-loss.targets one
on n2 sh -c 'kill -9 $(cut -d " " -f 1 /run/ordeal/disk-layer.pid)'
wait $pid
claim "a layer that died makes the run unknown" [ $? = 2 ]
claim "... and is named" has "$work/run" 'disk layer is gone'
claim "nodes are what they were" restored

# The controller is killed: agents take the layers away within the lease.
begin '"do":"inject"' --faults disk --time-limit 60s --lease 2s
kill -9 $pid
wait $pid 2>/dev/null
unmounted() {
	for _ in $(seq 150); do
		state >"$work/after"
		grep -q fuse.ordeal "$work/after" || return 0
		sleep 0.1
	done
	grep fuse.ordeal "$work/after"
}
claim "nobody is mounted once the controller is gone" unmounted
claim "the next run begins as if nothing was" \
	acquits etcd --faults none --time-limit 1s
claim "nodes are what they were" restored
finish
