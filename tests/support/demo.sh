#!/bin/sh
# SPDX-License-Identifier: MIT
# make demo: etcd on five nodes of this machine, under partitions, kills and
# pauses: linearizable reads hold, serializable (stale) reads are convicted.
set -eu
if [ "$(id -u)" != 0 ]; then
	echo "demo: the local cluster needs root; run: sudo make demo" >&2
	exit 3
fi
ordeal=${ORDEAL:-./ordeal}
cluster=demo-$$
trap '"$ordeal" cluster down --name "$cluster" >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT TERM

say() {
	printf '\n== %s\n\n' "$*"
}

# run EXPECTED_EXIT_CODE OTHERS OPTION ...: with one of the other codes chance
# had it that nothing could be told, and it is run again with other faults.
run() {
	expected=$1
	others=$2
	shift 2
	for seed in 7 8 9 10; do
		code=0
		"$ordeal" run --target etcd --workload register --local 5 \
			--cluster "$cluster" --faults partition,kill,pause \
			--seed $seed "$@" || code=$?
		[ "$code" != "$expected" ] || return 0
		case " $others " in
		*" $code "*) say "Nothing was seen this time; again" ;;
		*) break ;;
		esac
	done
	echo "demo: exit code $code, expected $expected" >&2
	exit 1
}

say "Five nodes on this machine"
"$ordeal" cluster up --nodes 5 --name "$cluster"

say "etcd with linearizable reads, 30 s under faults: it should hold"
run 0 2 --time-limit 30s --fault-length 1800ms --fault-gap 1200ms \
	--concurrency 2n

say "etcd with serializable reads: they may be stale, and that is found"
run 1 '0 2' --time-limit 12s --fault-length 2500ms --fault-gap 500ms \
	--concurrency 2n --etcd.read serializable

say "Done. To look around:"
for run in $(find "$(dirname "$(readlink -f results/runs/latest)")" \
	-maxdepth 1 -mindepth 1 -type d | sort | tail -n 2); do
	echo "  $run"
	echo "      report.html     open it in a browser"
	echo "      history.jsonl   every operation and fault"
	echo "      results.json    the verdict with its evidence"
done
echo
echo "  $ordeal check latest          judges the newest again"
