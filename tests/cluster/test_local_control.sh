#!/bin/sh
# SPDX-License-Identifier: MIT
# The local cluster as a user sees it: up, beside another, down; and what is
# left on this machine after each kind of death (nothing).
set -eu

ordeal=${ORDEAL:-build/release/ordeal}
if ! [ "$(id -u)" = 0 ] || ! command -v sshd >/dev/null; then
	echo 'needs root and openssh-server'
	exit 77
fi
one=test-one-$$
two=test-two-$$
tests=0

finish() {
	code=$?
	"$ordeal" cluster down --name "$one" || :
	"$ordeal" cluster down --name "$two" || :
	exit $code
}
trap finish EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

pass() {
	tests=$((tests + 1))
	echo "ok: $*"
}

on() { # CLUSTER NODE COMMAND...
	cluster=$1 node=$2
	shift 2
	"$ordeal" cluster exec --name "$cluster" "$node" -- "$@"
}

# Live processes of cluster $1 by their arguments, or in the network namespaces
# listed in $2 and up.
processes() {
	name=$1
	shift
	for file in $(grep -lsa "clusters/$name/" /proc/[0-9]*/cmdline); do
		read -r comm 2>/dev/null <"${file%/cmdline}/comm" || continue
		case $comm in sh | unshare) basename "${file%/cmdline}" ;; esac
	done
	for net in "$@"; do
		find /proc/[0-9]*/ns/net -lname "$net" 2>/dev/null || :
	done
}

# Namespaces of cluster $1.
networks() {
	for pid in $(processes "$1"); do
		readlink "/proc/$pid/ns/net" || :
	done | sort -u
}

bridge_of() {
	"$ordeal" cluster status | sed -n "s/^cluster $1: .* behind //p"
}

# Nothing may be left of cluster $1, whose interface was $2; namespaces follow.
assert_nothing_left() {
	name=$1 bridge=$2
	shift 2
	[ ! -e "/run/ordeal/clusters/$name" ] || fail "files in /run"
	[ ! -e "/var/lib/ordeal/clusters/$name" ] || fail "files in /var/lib"
	! grep -q "clusters/$name" /proc/self/mounts || fail "mounts"
	left=$(processes "$name" "$@")
	[ -z "$left" ] || fail "processes: $(echo $left)"
	[ -z "$bridge" ] || [ ! -e "/sys/class/net/$bridge" ] ||
		"$ordeal" cluster status | grep -q " behind $bridge" ||
		fail "interface $bridge" # nor has another cluster taken it
}

"$ordeal" cluster up --name "$one" --nodes 3 >/dev/null
bridge=$(bridge_of "$one")
for from in n1 n2 n3; do
	for to in n1 n2 n3; do
		on "$one" $from ping -c 1 -W 20 $to >/dev/null ||
			fail "$from does not reach $to"
	done
done
pass 'nodes reach each other by name'

on "$one" n1 ping -6 -c 1 -W 20 n3-ip6 >/dev/null || [ ! -s /proc/net/if_inet6 ]
pass 'nodes reach each other by IPv6'

[ "$(on "$one" n2 hostname)" = n2 ]
[ "$(on "$one" n2 cat /proc/1/comm)" = sh ]
on "$one" n1 sh -c 'echo mine >/etc/ordeal-test; echo mine >/tmp/ordeal-test-$0' $$
! on "$one" n2 ls /etc/ordeal-test 2>/dev/null || fail 'n2 sees what n1 wrote'
[ ! -e /etc/ordeal-test ] && [ ! -e /tmp/ordeal-test-$$ ]
pass 'what a node writes it alone sees'

code=0
on "$one" n1 sh -c 'exit 7' || code=$?
[ $code = 7 ]
[ "$(on "$one" n1 printf '%s|' 'a  b' "it's")" = "a  b|it's|" ]
pass 'exec keeps words, and ends as the command does'

on "$one" n1 sh -c '(sleep 0 &) ; sleep 0.2
	for i in $(seq 300); do
		grep -qs "^State:.Z" /proc/[0-9]*/status || exit 0
		sleep 0.1
	done
	exit 1'
pass 'the first process of a node buries orphans'

"$ordeal" doctor --local "$one" >/dev/null
code=0
"$ordeal" doctor --local nonesuch 2>/dev/null || code=$?
[ $code = 3 ]
pass 'the doctor finds the nodes fit'

"$ordeal" cluster up --name "$two" --nodes 2 >/dev/null
[ "$(bridge_of "$two")" != "$bridge" ]
on "$two" n1 ping -c 1 -W 20 n2 >/dev/null
on "$one" n1 ping -c 1 -W 20 n2 >/dev/null
second=$(bridge_of "$two")
"$ordeal" cluster down --name "$two"
assert_nothing_left "$two" "$second"
on "$one" n1 ping -c 1 -W 20 n3 >/dev/null
pass 'a second cluster comes and goes beside the first'

# A node is like a container: nothing but what is inside of it is its own, and
# its disk cannot hold overlays.
on "$one" n3 sh -c 'cat >/tmp/ordeal; chmod +x /tmp/ordeal' <"$ordeal"
on "$one" n3 /tmp/ordeal cluster up --name "$two" --nodes 2 >/dev/null
on "$one" n3 /tmp/ordeal cluster exec --name "$two" n1 -- ping -c 1 -W 20 n2 \
	>/dev/null
pass 'a local cluster works where / is an overlay itself'

"$ordeal" cluster up --name "$two" --nodes 1 >/dev/null
"$ordeal" cluster down --name "$two"
on "$one" n3 /tmp/ordeal cluster exec --name "$two" n1 -- ping -c 1 -W 20 n2 \
	>/dev/null
on "$one" n3 /tmp/ordeal cluster down --name "$two"
pass 'a cluster of the same name in a container is another one'

before=$(on "$one" n1 cat /run/ordeal-sshd/pid)
"$ordeal" cluster up --name "$one" --nodes 3 >/dev/null
[ "$(on "$one" n1 cat /run/ordeal-sshd/pid)" = "$before" ]
pass 'up leaves alone what is up'

on "$one" n1 sh -c 'kill -9 $(cat /run/ordeal-sshd/pid); sleep 0' || :
tries=0
until on "$one" n1 true 2>/dev/null; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || fail 'sshd does not come back'
	sleep 0.1
done
pass 'an sshd that was killed comes back'

on "$one" n1 setsid sh -c 'sleep 4242 >/dev/null 2>&1 </dev/null &'
spaces=$(networks "$one")
"$ordeal" cluster down --name "$one"
assert_nothing_left "$one" "$bridge" $spaces
pass 'down leaves nothing'

"$ordeal" cluster down --name "$one"
pass 'down of nothing is a success'

# A node whose first process dies is noticed, and the cluster made anew.
"$ordeal" cluster up --name "$one" --nodes 2 >/dev/null
for pid in $(processes "$one"); do
	! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q '^/bin/sh .*/n2/init' ||
		kill -9 "$pid"
done
tries=0
until "$ordeal" cluster status | grep -A 2 "^cluster $one:" |
	grep -q 'n2 .* dead'; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || fail 'a dead node is not noticed'
	sleep 0.1
done
"$ordeal" cluster up --name "$one" --nodes 2 >/dev/null
on "$one" n1 ping -c 1 -W 20 n2 >/dev/null
"$ordeal" cluster down --name "$one"
pass 'a cluster with a dead node is made anew'

# Death at any moment of up, then down.
for moment in 0.00 0.01 0.02 0.03 0.04 0.05 0.06 0.07 0.08 0.10 0.12 0.14 \
	0.16 0.18 0.20 0.25; do
	"$ordeal" cluster up --name "$one" --nodes 3 >/dev/null 2>&1 &
	pid=$!
	sleep $moment
	kill -9 $pid 2>/dev/null || :
	wait $pid 2>/dev/null || :
	bridge=$(bridge_of "$one")
	spaces=$(networks "$one" | grep -v "$(readlink /proc/self/ns/net)" || :)
	"$ordeal" cluster down --name "$one"
	assert_nothing_left "$one" "$bridge" $spaces
done
pass 'kill -9 at any moment of up, then down: nothing is left'

# And death, then up.
for moment in 0.03 0.09 0.15; do
	"$ordeal" cluster up --name "$one" --nodes 3 >/dev/null 2>&1 &
	pid=$!
	sleep $moment
	kill -9 $pid 2>/dev/null || :
	wait $pid 2>/dev/null || :
	"$ordeal" cluster up --name "$one" --nodes 2 >/dev/null
	on "$one" n1 ping -c 1 -W 20 n2 >/dev/null
done
bridge=$(bridge_of "$one")
"$ordeal" cluster down --name "$one"
assert_nothing_left "$one" "$bridge"
pass 'kill -9 in the middle of up, then up: the cluster is whole'

# Death at any moment of down, then down.
for moment in 0.00 0.01 0.02 0.03 0.05; do
	"$ordeal" cluster up --name "$one" --nodes 2 >/dev/null
	bridge=$(bridge_of "$one")
	spaces=$(networks "$one")
	"$ordeal" cluster down --name "$one" &
	pid=$!
	sleep $moment
	kill -9 $pid 2>/dev/null || :
	wait $pid 2>/dev/null || :
	"$ordeal" cluster down --name "$one"
	assert_nothing_left "$one" "$bridge" $spaces
done
pass 'kill -9 at any moment of down, then down: nothing is left'

code=0
"$ordeal" cluster exec --name "$one" n1 -- true 2>/dev/null || code=$?
[ $code = 3 ]
code=0
"$ordeal" cluster sideways 2>/dev/null || code=$?
[ $code = 64 ]
code=0
"$ordeal" cluster up --name ../x 2>/dev/null || code=$?
[ $code = 3 ]
pass 'exit codes tell trouble from misuse'

if command -v setpriv >/dev/null; then
	code=0
	told=$(setpriv --reuid 65534 --clear-groups "$ordeal" cluster up 2>&1) ||
		code=$?
	[ $code = 3 ]
	case $told in *'needs root'*) ;; *) fail "no root: $told" ;; esac
	pass 'without root it says so'
fi
echo "[  PASSED  ] $tests test(s)."
