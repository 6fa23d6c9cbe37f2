#!/bin/sh
# SPDX-License-Identifier: MIT
# A machine that has a kernel of its own. Its clock steps when it is told to, is
# right again afterwards, also when the controller dies; nobody else's clock
# moves: `date` there is the witness. Its kernel has netem, which makes its
# network bad: ping is the witness, and tc.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/machine.sh"
why=$(machine_lacks | head -n 1)
if [ -n "$why" ]; then
	echo "$why"
	exit 77
fi
at_exit=machine_stop
if ! machine_start; then
	[ -d "$work/kernel/boot" ] && exit 1
	echo 'no kernel can be had here'
	exit 77
fi

here() {
	sh -c "$1"
}

# real_minus_raw WHERE: what the clock shows less the time since the start.
real_minus_raw() {
	"$1" 'read up idle </proc/uptime; echo $(($(date +%s) - ${up%.*}))'
}

# between LOW HIGH NUMBER
between() {
	[ "$3" -ge "$1" ] && [ "$3" -le "$2" ] || { echo "$3"; return 1; }
}

off_by() {
	echo $(($(real_minus_raw machine) - there))
}

right_again() {
	for _ in $(seq 240); do
		between -2 2 "$(off_by)" >/dev/null && return 0
		sleep 0.5
	done
	echo "off by $(off_by) s"
	return 1
}

# start NODES OPTION ...
start() {
	nodes=$1
	shift
	rm -rf "$work/store"
	ip netns exec "$machine_space" "$ordeal" run --target etcd \
		--nodes "$nodes" --key "$work/key" \
		--known-hosts "$work/known_hosts" --store "$work/store" \
		--rate 20 --ready-timeout 300s --step-timeout 60s \
		--time-limit 600s --fault-gap 500ms --fault-length 500s \
		--lease 20s --seed 4 "$@" >"$work/run" 2>&1 &
	runner=$!
}

begin() {
	start "$machine_address" --faults clock --clock.targets all \
		--clock.kinds step --clock.direction "$1" \
		--clock.offset-min 40s --clock.offset-max 60s
}

begin_network() {
	start "$machine_address,$machine_peer" --faults packet \
		--packet.behaviours delay --packet.delay 200ms \
		--packet.targets "$machine_address"
}

# The least of some, in ms.
ping_ms() {
	ip netns exec "$machine_space" ping -q -n -c 5 -i 0.2 -W 5 \
		"$machine_address" | sed -n 's/^rtt .*= \([0-9]*\).*/\1/p'
}

network_state() {
	machine 'tc qdisc show; iptables-save | grep ORDEAL; ls /run/ordeal |
		grep netem; true'
}

network_is_as_before() {
	for _ in $(seq 240); do
		network_state >"$work/after"
		cmp -s "$work/before" "$work/after" && return 0
		sleep 0.5
	done
	diff "$work/before" "$work/after"
}

history() {
	cat "$work/store"/*/*/history.jsonl 2>/dev/null
}

# await PATTERN COUNT: until so many lines of the history have it.
await() {
	for _ in $(seq 900); do
		[ "$(history | grep -c "$1")" -ge "$2" ] && return 0
		kill -0 "$runner" 2>/dev/null || break
		sleep 0.5
	done
	tail -n 20 "$work/run"
	return 1
}

answered() {
	history | grep -c '"type":"ok"'
}

ends() {
	wait "$runner"
	code=$?
	[ "$code" = "$1" ] && return 0
	echo "exit code $code"
	tail -n 20 "$work/run"
	return 1
}

proven='"do":"inject","effect":"proven"'
there=$(real_minus_raw machine)
start=$(real_minus_raw here)

begin forward
claim 'a step of its clock is proven' await "$proven" 1
claim 'it is the machine that was changed' \
	await '"scope":"machine"' 1
claim 'its date is in the future' between 39 61 "$(off_by)"
claim 'clients work meanwhile' await '"type":"ok"' $(($(answered) + 20))
kill -INT "$runner"
claim 'the run ends valid' ends 0
claim 'the heal is proven' await '"do":"heal","effect":"proven"' 1
claim 'its date is right again' right_again

begin backward
claim 'a step back is proven' await "$proven" 1
claim 'its date is in the past' between -61 -39 "$(off_by)"
kill -9 "$runner"
wait "$runner" 2>/dev/null
claim 'it is right again when the controller has died' right_again
nothing_left() {
	for _ in $(seq 60); do
		machine test ! -e /run/ordeal/clock.machine && return 0
		sleep 0.5
	done
	return 1
}
claim 'nothing is left to undo' nothing_left
machine_peer_start
network_state >"$work/before"
begin_network
claim 'a slow network is proven' await "$proven" 1
claim 'its kernel makes it so' await '"by":"tc"' 1
claim 'ping is slow' between 100 5000 "$(ping_ms)"
kill -INT "$runner"
claim 'that it is healed is proven' await '"do":"heal","effect":"proven"' 1
wait "$runner"
claim 'ping is fast again' between 0 99 "$(ping_ms)"
claim 'its network is as it was' network_is_as_before

begin_network
claim 'it is slow once more' await "$proven" 1
kill -9 "$runner"
wait "$runner" 2>/dev/null
claim 'it is as it was when the controller has died' network_is_as_before
claim "this machine's clock was never moved" between $((start - 2)) \
	$((start + 2)) "$(real_minus_raw here)"
finish
