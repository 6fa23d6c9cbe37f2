#!/bin/sh
# SPDX-License-Identifier: MIT
# What faults cost etcd beside what they are to do: clocks of its processes that
# are redirected (wanted: less than 1 %), and the layer under its data (less than
# half of its writes). Runs with and without, in turn, on a local cluster of
# three nodes; as root, on a machine with nothing else to do.
# Usage: bench_faults.sh [ROUNDS [TIME]]
. "$(dirname "$0")/../support/shell.sh"
rounds=${1:-7}
length=${2:-10s}
cluster=bench-faults
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'
[ "$(id -u)" = 0 ] || { echo 'the local cluster needs root'; exit 0; }

# writes ...: operations a second that succeeded in the main phase.
writes() {
	rm -rf "$work/store"
	"$ordeal" run --target etcd --local 3 --cluster "$cluster" \
		--store "$work/store" --workload set --set.reads 0 \
		--set.final-keys 1 --rate 0 --concurrency 24 --seed 1 \
		--time-limit "$length" "$@" >"$work/run" 2>&1
	awk '/"f":"phase"/ { main = /"main"/ }
		main && /"type":"ok"/ { ok++ }
		{ match($0, /"time":[0-9]+/)
		  if (main) last = substr($0, RSTART + 7, RLENGTH - 7) }
		END { printf "%.0f\n", ok / (last / 1e9) }' \
		"$work"/store/*/*/history.jsonl
}

median() {
	sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"
}

# beside NAME OPTIONS ...
beside() {
	name=$1
	shift
	: >"$work/with"
	: >"$work/without"
	for _ in $(seq "$rounds"); do
		writes >>"$work/without"
		writes "$@" >>"$work/with"
		if ! grep -q "${proof:-.}" "$work"/store/*/*/history.jsonl; then
			echo "$name was not in force"
			tail -n 5 "$work/run"
			return 1
		fi
	done
	echo "$name: $(median "$work/with") writes a second beside" \
		"$(median "$work/without") (medians of $rounds)"
}

"$ordeal" cluster up --nodes 3 --name "$cluster" >/dev/null || exit 1
proof='"do":"inject","effect":"proven"'
beside 'a wrong clock' --faults clock --clock.targets all --clock.kinds step \
	--fault-gap 1ms --fault-length 1000s
proof=
# Mounted as long as the store runs, and never told to do anything.
beside 'the layer under its data' --faults disk-io --fault-gap 100000s
