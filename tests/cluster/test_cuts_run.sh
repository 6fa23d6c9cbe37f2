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

# go SECONDS: one after the other, four seconds each.
go() {
	rm -rf "$work/store"
	"$ordeal" run --target etcd --local 3 --cluster "$cluster" \
		--store "$work/store" --faults partition,packet \
		--partition.targets clients+n1 --partition.firewall nft \
		--partition.ports peer --packet.targets n1 --packet.to n2 \
		--packet.behaviours delay+duplicate --time-limit "$1s" \
		--fault-length 4s --fault-gap 400ms --fault-spread fixed \
		--seed 5 --rate 50 --concurrency 3 --ready-timeout 60s \
		>"$work/run" 2>&1
}

# ends CODE EFFECT WORDS WORDS: both are in notes of that effect. Again, and
# longer, where a busy machine could not do or prove both; a store that is
# convicted is none such.
ends() {
	for seconds in 9 18 36; do
		go $seconds
		code=$?
		[ $code = 1 ] && break
		grep "\"effect\":\"$2\"" \
			"$work/store/latest/history.jsonl" >"$work/notes"
		[ $code = "$1" ] && grep -q "$3" "$work/notes" &&
			grep -q "$4" "$work/notes" && return 0
		echo "once more: exit code $code"
	done
	cat "$work/run"
	return 1
}

proves() {
	ends 0 proven '"refuse-clients":\["n1"\]' '"links":{"n1":\["n2"\]}'
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
	ends 2 absent '"f":"partition"' '"f":"packet"'
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
