#!/bin/sh
# SPDX-License-Identifier: MIT
# Nodes heal alone: when the controller is killed or cut off in the middle of
# a fault, no rule and no stopped process of ours is left once the lease has
# run out, with nobody's help, and nothing of the user's is touched.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=agent-$$
nodes="n1 n2 n3"
lease=3
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

# Rules of ours, processes that are stopped, and the agent.
leftovers() {
	on_all '
		nft list ruleset 2>/dev/null | grep -i ordeal
		iptables-save 2>/dev/null | grep -i ordeal
		ip6tables-save 2>/dev/null | grep -i ordeal
		grep -l "^State:.T (stopped)" /proc/[0-9]*/status \
			2>/dev/null | grep -v "/$(cat /run/others.pid)/"
		ls /run/ordeal/agent.socket /run/ordeal/agent.journal \
			2>/dev/null
		pgrep -a ordeal-agent
		true'
}

rules() {
	on_all 'nft list table inet ordeal 2>/dev/null; true'
}

queues() {
	on_all 'iptables-save | grep "^-A ORDEAL-OUT"
		tc qdisc show | grep netem
		pgrep -f "ordeal-agent [p]ackets"; true'
}

stopped() {
	on_all 'grep -l "^State:.T (stopped)" /proc/[0-9]*/status \
		2>/dev/null | grep -v "/$(cat /run/others.pid)/"; true'
}

# What belongs to somebody else: a table, a chain, a stopped process.
foreign() {
	on_all 'nft list table inet others; iptables -w -S OTHERS
		iptables -w -S INPUT
		grep ^State: /proc/$(cat /run/others.pid)/status'
}

put_foreign() {
	on_all 'nft add table inet others
		nft "add chain inet others input \
			{ type filter hook input priority 5; }"
		nft add rule inet others input ip saddr 192.0.2.1 drop
		iptables -w -N OTHERS; iptables -w -A OTHERS -j RETURN
		iptables -w -I INPUT -j OTHERS
		setsid sleep 1000 </dev/null >/dev/null 2>&1 &
		echo $! >/run/others.pid; sleep 0.3; kill -STOP $!'
}

is_clean() {
	left=$(leftovers)
	[ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

# How often an agent's lease has run out, on all nodes.
ran_out() {
	on_all 'cat /run/ordeal/agent.log 2>/dev/null; true' |
		grep -c 'the lease ran out; everything is undone'
}

# The agents have seen to it alone: their leases ran out since there were so
# many that had. How long it takes is the machine's.
clean_alone() {
	within 60 is_clean || return 1
	[ "$(ran_out)" -gt "$1" ] || { echo 'no lease ran out'; return 1; }
}

# start FAULT LEASE: a run whose fault comes soon and stays.
start() {
	rm -rf "$work/store"
	"$ordeal" run --target etcd --local 3 --cluster "$cluster" \
		--store "$work/store" --faults "$1" --"$1".targets majority \
		--lease "$2" --time-limit 300s --fault-length 300s \
		--fault-gap 200ms --seed 3 --rate 50 --concurrency 3 \
		--ready-timeout 60s >"$work/run" 2>&1 &
	pid=$!
	until_seen '"effect":"proven"'
}

partition() {
	start partition ${lease}s
}

pause() {
	start pause ${lease}s
}

packet() {
	start packet ${lease}s
}

# In force, and nobody but the agent is there to end it.
dies_in() {
	"$1" || return 1
	[ -n "$($2)" ] || { echo "nothing is in force"; return 1; }
	before=$(ran_out)
	kill -9 $pid
	wait $pid 2>/dev/null
	clean_alone "$before"
}

# Renewed for two leases, and then no more. A machine that is too busy to renew
# in time has no fault: a longer lease, then.
outlives() {
	for lease in 3 9 27; do
		partition || return 1
		sleep $((lease * 2))
		if [ -n "$(rules)" ]; then
			before=$(ran_out)
			kill -9 $pid
			wait $pid 2>/dev/null
			lease=3
			clean_alone "$before"
			return
		fi
		kill -TERM $pid
		wait $pid
	done
	lease=3
	echo "it was undone in each of three leases"
	return 1
}

agents_are_back() {
	[ "$(on_all 'pgrep ordeal-agent >/dev/null && echo there; true' |
		grep -c there)" = 3 ]
}

# A stopped controller is one that is cut off: nothing comes from it.
cut_off() {
	partition || return 1
	before=$(ran_out)
	kill -STOP $pid
	clean_alone "$before" || { kill -9 $pid; return 1; }
	kill -CONT $pid
	within 60 agents_are_back || { kill -9 $pid; return 1; }
	kill -TERM $pid
	wait $pid
	told_early
}

# The run, which has ended, knows that a fault ended before its time.
told_early() {
	code=$?
	[ $code = 2 ] || { echo "exit code $code"; cat "$work/run"; return 1; }
	has "$work/store/latest/history.jsonl" 'lease ran out, or it died' &&
		is_clean
}

no_rules() {
	[ -z "$(rules)" ] || { echo "rules stay"; return 1; }
}

# kill -9 of the agent itself: the next one undoes what it left.
agent_dies() {
	partition || return 1
	on_all 'pkill -KILL -x ordeal-agent' >/dev/null
	within 60 no_rules || { kill -9 $pid; return 1; }
	kill -TERM $pid
	wait $pid
	told_early
}

both_die() {
	start partition 60s || return 1
	kill -9 $pid
	on_all 'pkill -KILL -x ordeal-agent' >/dev/null
	wait $pid 2>/dev/null
	[ -n "$(rules)" ] || { echo "nothing was left behind"; return 1; }
	"$ordeal" heal --local 3 --cluster "$cluster" >"$work/out" 2>&1 ||
		{ cat "$work/out"; return 1; }
	is_clean
}

without() {
	start partition 0s || return 1
	[ -z "$(on_all 'pgrep -a ordeal-agent; true')" ] || return 1
	kill -TERM $pid
	wait $pid
	is_clean
}

claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
put_foreign
foreign >"$work/before"
claim "something of others is there" has "$work/before" stopped
claim "a partition outlives its lease while it is renewed, no longer" outlives
claim "kill -9 in a pause: clean within the lease" dies_in pause stopped
claim "kill -9 with bad packets: clean within the lease" dies_in packet queues
claim "cut off in a partition: clean within the lease, run unknown" cut_off
claim "kill -9 of the agents: undone, and the run is unknown" agent_dies
claim "kill -9 of controller and agents: heal does it" both_die
claim "without a lease there is no agent" without
foreign >"$work/after"
claim "nothing of others was touched" cmp "$work/before" "$work/after"
finish
