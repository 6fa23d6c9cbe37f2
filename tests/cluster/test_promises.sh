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
		--store "$work/store" --fault-length 1500ms --fault-gap 1s "$@"
}

# keeps FAULTS ARGUMENTS: valid, and each of the faults was proven. Again, and
# longer, where the machine was too busy for that: it is no verdict.
keeps() {
	wanted=$(echo "$1" | tr , ' ')
	for seconds in 12 25 50; do
		code=0
		etcd --seed 11 --time-limit ${seconds}s --fault-length 2500ms \
			--faults "$@" >"$work/out" 2>&1 </dev/null || code=$?
		[ $code = 0 ] || [ $code = 2 ] || break
		missing=
		for fault in $wanted; do
			proven "$fault" || missing="$missing $fault"
		done
		[ "$code$missing" = 0 ] && return 0
		echo "once more: exit code $code; not proven:$missing"
	done
	tail -n 15 "$work/out"
	return 1
}

proven() {
	grep "\"f\":\"$1\"" "$work/store/latest/history.jsonl" |
		grep '"do":"inject"' | grep -q '"effect":"proven"'
}

# convicts NAME ARGUMENTS: of that. A partition that puts no reader behind, by
# chance, convicts nobody: again, then.
convicts() {
	name=$1
	shift
	for seed in 11 12 13 14 15; do
		code=0
		etcd --seed $seed --etcd.read serializable --faults partition \
			"$@" >"$work/out" 2>&1 </dev/null || code=$?
		case $code in
		1) results "\"$name\"" && return 0 ;;
		0 | 2) ;;
		*) break ;;
		esac
		echo "once more: exit code $code"
	done
	tail -n 15 "$work/out"
	return 1
}

results() {
	has "$work/store/latest/results.json" "$1"
}

claim "five nodes" exits 0 "$ordeal" cluster up --nodes 5 --name "$cluster"

# One node at a time, and long enough for an election: the others go on, and
# coverage has something to see.
one="--partition.targets one --kill.targets one,primaries"
claim "registers are linearizable under all three faults, all proven" \
	keeps partition,kill,pause --pause.targets one $one
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
claim "stale reads of registers are convicted by name" \
	convicts stale-read --time-limit 6s
stories() {
	grep -o '[0-9][0-9]* operations* (of' "$work/out" |
		awk '{ long += $1 > 12 } END { exit !NR || long }' ||
		{ cat "$work/out"; return 1; }
}
claim "... with at most a dozen operations in each story" stories

claim "two inserts that each ask for the other's rows are serializable" \
	exits 0 etcd --workload g2 --time-limit 3s
claim "append is strict serializable under partitions and kills" \
	keeps partition,kill --workload append $one
claim "append with stale reads is convicted of a cycle by name" \
	convicts G-single-item-realtime --workload append --time-limit 6s
claim "... edge by edge" has "$work/out" 'T1 < T2 (rw), because'
claim "a run judged again gives the same bytes" sh -c "
	cp '$work/store/latest/results.json' '$work/before'
	'$ordeal' check '$work/store/latest' >/dev/null
	cmp '$work/before' '$work/store/latest/results.json'"
finish
