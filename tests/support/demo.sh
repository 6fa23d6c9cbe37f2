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

# run EXPECTED_EXIT_CODE OPTION ...
run() {
	expected=$1
	shift
	code=0
	"$ordeal" run --target etcd --workload register --local 5 \
		--cluster "$cluster" --faults partition,kill,pause "$@" ||
		code=$?
	if [ "$code" != "$expected" ]; then
		echo "demo: exit code $code, expected $expected" >&2
		exit 1
	fi
}

say "Five nodes on this machine"
"$ordeal" cluster up --nodes 5 --name "$cluster"

say "etcd with linearizable reads, 30 s under faults: it should hold"
run 0 --time-limit 30s --fault-length 1800ms --fault-gap 1200ms \
	--concurrency 2n --seed 7

say "etcd with serializable reads: they may be stale, and that is found"
run 1 --time-limit 12s --fault-length 2500ms --fault-gap 500ms \
	--concurrency 2n --seed 7 --etcd.read serializable

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
