#!/bin/sh
# SPDX-License-Identifier: MIT
# Failpoints are set and taken away over HTTP, those of others are left alone;
# curl on the node is the witness. etcd as packaged has none, so a stand-in
# serves some beside it. With ORDEAL_ETCD_GOFAIL, an archive of an etcd that was
# built with gofail (tests/support/etcd-gofail.sh), it is etcd itself.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null ||
	! command -v curl >/dev/null; then
	echo "needs root, etcd and curl"
	exit 77
fi
cluster=failpoint-$$
nodes=n1
endpoint=127.0.0.1:22381
archive=${ORDEAL_ETCD_GOFAIL:-}
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'
user= # what is set, and not by us

on() {
	"$ordeal" cluster exec --name "$cluster" n1 -- "$@" </dev/null
}

agent() {
	on /opt/ordeal/agent/ordeal-agent failpoint "$@"
}

in_force() {
	on curl -s "http://$endpoint/" | grep '=.'
}

# become ...: a run in the place of the shell that calls it.
become() {
	exec "$ordeal" run --target etcd --local 1 --cluster "$cluster" \
		--store "$work/store" ${archive:+--etcd.archive "$archive"} \
		--etcd.failpoints "$endpoint" --faults failpoint \
		--failpoint.targets all --fault-gap 100ms --rate 50 \
		--concurrency 2 --seed 1 "$@"
}

run() {
	rm -rf "$work/store"
	(become "$@")
}

by_plan() {
	"$ordeal" run --target etcd --local 1 --cluster "$cluster" --rate 50 \
		--concurrency 2 --store "$work/store" --faults kill,pause \
		--plan "$work/plan" --min-ok 1 --kill.daemons etcd "$@"
}

# dies_by_itself: etcd does, before it is killed; again where the machine was
# too busy for that.
dies_by_itself() {
	for wait in 2 6 18; do
		rm -rf "$work/store"
		cat >"$work/plan" <<-PLAN
			[{"at": "${wait}s", "fault": "kill", "do": "inject"}]
		PLAN
		by_plan --time-limit $((wait + 1))s >"$work/run" 2>&1 \
			</dev/null &
		pid=$!
		until_seen '"f":"phase","value":"main"' || return 1
		on pkill -KILL -x etcd
		wait $pid
		code=$?
		if told '"f":"kill".*"error":"kill: node n1: its daemon etcd'; then
			[ $code = 2 ] || cat "$work/run"
			[ $code = 2 ]
			return
		fi
	done
	return 1
}

told() {
	has "$work/store/latest/history.jsonl" "$1"
}

# soon COMMAND ...: succeeds within a minute.
soon() {
	for _ in $(seq 600); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.2
	done
	"$@"
}

# dies: it is in force, the controller dies; again where the machine was too busy
# to keep the lease.
dies() {
	for _ in 1 2 3; do
		rm -rf "$work/store"
		become --failpoint.points walBeforeSync --time-limit 90s \
			--lease 3s --fault-length 80s >"$work/run" 2>&1 \
			</dev/null &
		pid=$!
		for _ in $(seq 200); do
			grep -qs '"do":"inject","effect":"' \
				"$work"/store/*/*/history.jsonl && break
			kill -0 $pid 2>/dev/null || break
			sleep 0.1
		done
		in_force >"$work/set"
		kill -9 $pid 2>/dev/null
		wait $pid 2>/dev/null
		grep -q 'walBeforeSync=sleep(100)$' "$work/set" && return 0
	done
	cat "$work/run" "$work/set"
	return 1
}

left_alone() {
	[ "$(in_force)" = "$user" ]
}

claim "a node" exits 0 "$ordeal" cluster up --nodes 1 --name "$cluster"
mark_all
if [ -z "$archive" ]; then
	on sh -c "setsid perl '$root/tests/support/gofail.pl' 22381 \
		a/walBeforeSync 'a/walAfterSync=sleep(1)' b/other \
		>/dev/null 2>&1 &"
	claim "it serves failpoints" soon in_force
	user=$(in_force)
fi
claim "one that the store has not makes the run unknown" exits 2 run \
	--failpoint.points elsewhere --time-limit 400ms
claim "... and that is said" told 'there is no failpoint elsewhere'
claim "where nobody listens there are none" \
	exits 1 agent names 127.0.0.1:9
if [ -z "$archive" ]; then
	claim "one that is set already is left alone" \
		exits 1 agent set $endpoint walAfterSync panic
	claim "a term that is none is refused" \
		exits 1 agent set $endpoint other nonsense
	claim "... and that is said" has "$work/err" 'could not parse'
fi
# The family of processes is broken here as well, for there is but one node.
claim "a kill of who died by itself makes the run unknown" dies_by_itself
claim "... and that is said" told 'no fault of this run ended it'
claim "a daemon that the store has not is refused" \
	exits 64 by_plan --pause.daemons etc
cat >"$work/plan" <<-PLAN
	[{"at": "1s", "fault": "pause", "do": "inject", "target": "all"},
	{"at": "1200ms", "fault": "pause", "do": "heal"},
	{"at": "1400ms", "fault": "kill", "do": "inject", "target": "all"},
	{"at": "1500ms", "fault": "pause", "do": "inject", "target": "all"},
	{"at": "1600ms", "fault": "kill", "do": "inject", "target": "all"},
	{"at": "1700ms", "fault": "kill", "do": "heal"}]
PLAN
claim "a pause of whom our kill has down takes nothing from a run" \
	runs 0 1 by_plan --time-limit 5s
claim "... and is told as such" told \
	'"pause","value":{"do":"inject","down":\["n1"\],"effect":"skipped"'
claim "... as is a second kill" told \
	'"kill","value":{"daemons":\["etcd"\],"do":"inject","down":\["n1"\],"effect":"skipped"'
claim "one is in force when the controller is killed" dies
claim "... and soon no more, nor is another's touched" soon left_alone
claim "... for the agent knows of none" [ -z "$(agent list)" ]
run --failpoint.points walBeforeSync --time-limit 2s --fault-length 200ms \
	>"$work/run" 2>&1 </dev/null
claim "it is read back from the store" \
	told '"do":"inject","effect":"proven","failpoint":"walBeforeSync"'
claim "the heal is proven" told '"do":"heal","effect":"proven"'
claim "another's is there yet" left_alone
claim "nodes are what they were, by all that faults could leave" \
	within 60 nothing_was_left
finish
