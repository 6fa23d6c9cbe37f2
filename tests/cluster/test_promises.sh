#!/bin/sh
# SPDX-License-Identifier: MIT
# A real store keeps its promises, and is caught where it makes none: etcd
# under partitions with linearizable and with serializable (stale) reads.
. "$(dirname "$0")/../support/shell.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=promises-$$
scripts=$root/tests/support/browser
. "$scripts/setup.sh"
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

etcd() {
	"$ordeal" run --target etcd --local 5 --cluster "$cluster" \
		--store "$work/store" --fault-length 1500ms --fault-gap 1s \
		--seed 11 "$@"
}

results() {
	has "$work/store/latest/results.json" "$1"
}

claim "five nodes" exits 0 "$ordeal" cluster up --nodes 5 --name "$cluster"

# One node at a time, and long enough for an election: the others go on, and
# coverage has something to see.
one="--partition.targets one --kill.targets one,primaries"
claim "registers are linearizable under all three faults" \
	exits 0 etcd --faults partition,kill,pause --time-limit 15s \
	--fault-length 2500ms --pause.targets one $one
claim "... and every fault is proven" \
	sh -c "grep -c '\"effect\":\"proven\"' '$work/store/latest/history.jsonl' |
		awk '{ exit \$1 < 6 }'"
claim "... who led is in the record, and on the page" sh -c "
	grep -q '\"f\":\"leader\",\"value\":\\[\"n' \
		'$work/store/latest/history.jsonl' &&
	grep -q 'id=\"leaders\"' '$work/store/latest/report.html' &&
	'$ordeal' show '$work/store/latest' | grep -q '^leader: n'"
if browser_set_up; then
	at_exit="rm -rf '$browser_short'; $at_exit"
	claim "... the page is read in a browser" in_browser reports.mjs \
		"etcd=valid=$work/store/latest/report.html"
else
	echo "not read in a browser: $browser_missing"
fi
claim "stale reads of registers are convicted" \
	exits 1 etcd --faults partition --time-limit 6s \
	--etcd.read serializable
claim "... by name" results '"stale-read"'
stories() {
	grep -o '[0-9][0-9]* operations* (of' "$work/out" |
		awk '{ long += $1 > 12 } END { exit !NR || long }' ||
		{ cat "$work/out"; return 1; }
}
claim "... with at most a dozen operations in each story" stories

claim "append is strict serializable under partitions and kills" \
	exits 0 etcd --workload append --faults partition,kill \
	--time-limit 12s --fault-length 2500ms $one
claim "append with stale reads is convicted of a cycle" \
	exits 1 etcd --workload append --faults partition --time-limit 6s \
	--etcd.read serializable
claim "... by name" results '"G-single-item-realtime"'
claim "... edge by edge" has "$work/out" 'T1 < T2 (rw), because'
claim "a run judged again gives the same bytes" sh -c "
	cp '$work/store/latest/results.json' '$work/before'
	'$ordeal' check '$work/store/latest' >/dev/null
	cmp '$work/before' '$work/store/latest/results.json'"
finish
