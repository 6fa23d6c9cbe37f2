#!/bin/sh
# SPDX-License-Identifier: MIT
# etcd on bad disks: it survives power losses as long as fsync keeps its word,
# is convicted where the disk lies, and a layer that dies acquits nobody.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
if [ "$(id -u)" != 0 ] || [ ! -c /dev/fuse ] || ! command -v etcd >/dev/null
then
	echo "needs root, /dev/fuse and etcd"
	exit 77
fi
cluster=disk-$$
nodes="n1 n2 n3"
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

common="run --target etcd --local 3 --cluster $cluster --store $work/store \
	--fault-length 1500ms --fault-gap 1s"
etcd() {
	# shellcheck disable=SC2086
	"$ordeal" $common "$@"
}

# begin WORDS ARGUMENTS: in the background, until the history has the words.
begin() {
	words=$1
	shift
	rm -rf "$work/store"
	# shellcheck disable=SC2086
	"$ordeal" $common --seed 3 "$@" >"$work/run" 2>&1 &
	pid=$!
	until_seen "$words"
}

# Mounts, agents, our files in the data, on all nodes.
state() {
	on_all 'cat /proc/self/mounts
		pgrep -a ordeal-agent
		find /var/lib/ordeal -name ".ordeal*"
		ls /var/lib/ordeal/agent 2>/dev/null; true'
}

as_before() {
	state >"$work/after"
	diff "$work/before" "$work/after"
}

restored() {
	within 60 as_before
}

# acquits FAULTS ARGUMENTS: not convicted, and each of the faults was proven;
# again where a machine was too busy to prove it.
acquits() {
	wanted=$(echo "$1" | tr , ' ')
	for seed in 3 4 5 6; do
		code=0
		etcd --seed $seed --faults "$@" >"$work/out" 2>&1 </dev/null ||
			code=$?
		[ $code = 0 ] || [ $code = 2 ] || break
		missing=
		for fault in $wanted; do
			proven "$fault" || missing="$missing $fault"
		done
		[ -n "$missing" ] || return 0
		echo "once more: exit code $code; not proven:$missing"
	done
	tail -n 20 "$work/out"
	return 1
}

proven() {
	grep "\"f\":\"$1\"" "$work/store/latest/history.jsonl" |
		grep '"do":"inject"' | grep -q '"effect":"proven"'
}

# convicts ARGUMENTS: of a write that was lost; again where no power was lost
# in time.
convicts() {
	for seed in 3 4 5 6; do
		code=0
		etcd --seed $seed "$@" >"$work/out" 2>&1 </dev/null || code=$?
		case $code in
		1) has "$work/out" 'was acknowledged' && return 0 ;;
		0 | 2) ;;
		*) break ;;
		esac
		echo "once more: exit code $code"
	done
	tail -n 20 "$work/out"
	return 1
}

claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
mark_all
state >"$work/before"

# By a file that was synced and one that was not.
claim "registers survive power losses of all nodes, which are proven" \
	acquits power-loss --time-limit 6s --power-loss.targets all,one
claim "nodes are what they were" restored

claim "acknowledged writes are lost where fsync lies, and that is told" \
	convicts --faults power-loss --time-limit 5s \
	--power-loss.targets all --power-loss.losses all \
	--power-loss.ignore-fsync true

# Errors that were seen, and files that were changed.
claim "proven errors and spoiled files of one node are no harm" \
	acquits disk-io,corrupt --time-limit 7s \
	--disk-io.targets one --corrupt.targets one --fault-length 1s
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
	state >"$work/after"
	! grep fuse.ordeal "$work/after"
}
claim "nobody is mounted once the controller is gone" within 60 unmounted
acquits_idle() {
	etcd --seed 3 --faults none --time-limit 1s >"$work/out" 2>&1
	code=$?
	[ $code = 0 ] || [ $code = 2 ] || { cat "$work/out"; return 1; }
}
claim "the next run begins as if nothing was" \
	acquits_idle
claim "nodes are what they were" restored

# A node goes down when files of it are spoiled, and comes up again: there is
# no process and nothing below /run, but what is on its disk.
goes_down_spoiled() {
	on n1 sh -c 'mkdir -p /root/data && seq 9999 >/root/data/numbers &&
		"$1" disk corrupt copy /root/data "num*" 3 512 1 &&
		! seq 9999 | cmp -s - /root/data/numbers &&
		rm -rf /run/ordeal' sh /opt/ordeal/agent/ordeal-agent \
		>"$work/out" || { cat "$work/out"; return 1; }
}
is_mended() {
	on n1 sh -c 'seq 9999 | cmp - /root/data/numbers &&
		[ ! -e /var/lib/ordeal/agent ]'
}
claim "a node goes down with spoiled files" goes_down_spoiled
claim "heal finds them when it is up again" \
	exits 0 "$ordeal" heal --local 3 --cluster "$cluster"
claim "... and mends them" is_mended
claim "another goes down so" goes_down_spoiled
claim "a run of no such fault begins" acquits_idle
claim "... with mended files" is_mended
claim "nodes are what they were" restored
claim "nodes are what they were, by all that faults could leave" \
	within 60 nothing_was_left
finish
