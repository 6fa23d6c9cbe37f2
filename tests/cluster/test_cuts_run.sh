#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs whose partitions hit clients and ports, and whose bad networks hit one
# link: proven and valid; where a node's packet filter lies, unknown.
. "$(dirname "$0")/../support/shell.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=cuts-$$
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

on() {
	"$ordeal" cluster exec --name "$cluster" "$1" -- sh -c "$2"
}

# One after the other, four seconds each.
go() {
	rm -rf "$work/store"
	"$ordeal" run --target etcd --local 3 --cluster "$cluster" \
		--store "$work/store" --faults partition,packet \
		--partition.targets clients+n1 --partition.firewall nft \
		--partition.ports peer --packet.targets n1 --packet.to n2 \
		--packet.behaviours delay+duplicate --time-limit 9s \
		--fault-length 4s --fault-gap 400ms --fault-spread fixed \
		--seed 5 --rate 50 --concurrency 3 --ready-timeout 30s \
		>"$work/run" 2>&1
}

proves() {
	go
	code=$?
	[ $code = 0 ] || { echo "exit code $code"; cat "$work/run"; return 1; }
	history="$work/store/latest/history.jsonl"
	grep '"effect":"proven"' "$history" >"$work/proven"
	grep -q '"refuse-clients":\["n1"\]' "$work/proven" &&
		grep -q '"links":{"n1":\["n2"\]}' "$work/proven"
}

# The filter says that all went well, and does nothing.
lies() {
	on n1 'mv /usr/sbin/nft /usr/sbin/nft.true && printf "%s\n" "#!/bin/sh" \
		"case \$1 in add*) exit 0;; esac" \
		"exec /usr/sbin/nft.true \"\$@\"" >/usr/sbin/nft &&
		chmod +x /usr/sbin/nft && rm /usr/sbin/iptables-restore &&
		printf "%s\n" "#!/bin/sh" "cat >/dev/null" \
		>/usr/sbin/iptables-restore &&
		chmod +x /usr/sbin/iptables-restore' || return 1
	go
	code=$?
	[ $code = 2 ] || { echo "exit code $code"; cat "$work/run"; return 1; }
	history="$work/store/latest/history.jsonl"
	grep '"effect":"absent"' "$history" >"$work/absent"
	grep -q '"f":"partition"' "$work/absent" &&
		grep -q '"f":"packet"' "$work/absent"
}

no_such_node() {
	go_wrong=$("$ordeal" run --target etcd --local 3 --faults kill \
		--kill.targets n1+n7 2>&1) && return 1
	echo "$go_wrong" | grep -q 'kill.targets: there is no node "n7"'
}

claim "a target that is no node is refused" no_such_node
claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"
claim "clients of one node and one link are hit: proven, valid" proves
claim "a packet filter that lies makes the run unknown" lies
finish
