#!/bin/sh
# SPDX-License-Identifier: MIT
# ordeal profile: the table says what holds, what is broken, and marks the
# strongest models that stand.
set -eu
ordeal=${ORDEAL:-./ordeal}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

complain() {
	echo "test_profile: $*" >&2
	cat "$dir/out" >&2
	failures=$((failures + 1))
}

profile() {
	code=0
	"$ordeal" profile "tests/corpus/$1/history.jsonl" >"$dir/out" 2>&1 ||
		code=$?
	[ "$code" -eq "$2" ] || complain "$1: exit code $code, not $2"
}

says() {
	grep -q -- "$1" "$dir/out" || complain "no line says: $1"
}

profile sequential/all-lag-together 0
says '^  linearizable  *broken .*stale-read \[0,2\]'
says '^\* sequential  *holds'
says '^  causal-memory  *holds *$'
says '^staleness: 1 of 3 reads were stale, by 1 versions'
says 'rely on this: all see the same history'

profile causal-convergence/cyclic-cf 0
says '^  sequential  *broken'
says '^\* causal-memory  *holds'
says '^  causal-convergence  *broken .*CyclicCF'

profile processor/holds-without-causal 0
says '^\* processor  *holds'
says '^  causal  *broken  *1 (33 %)  *WriteCOInitRead'
says 'rely on this: the writes of a session are seen in its order, and those of'

profile convergence/diverged 0
says '^convergence: .*do not show the same'

profile causal/thin-air-read 1
says '^  monotonic-reads  *broken .*ThinAirRead'
says 'may rely on none'

profile real-time-causal/broken-under-sequential 0
says '^  real-time-causal  *broken .*CyclicRT'
profile safe/holds-without-regular 0
says '^  regular  *broken .*stale-read'
says '^\* safe  *holds'
says '^CAP: no partition is proven'

# A partition cuts off n3, which then does what $1 says.
partitioned() {
	awk -v how="$1" -v effect="$2" '
	function line(process, type, f, value, node) {
		printf "{\"index\":%d,\"time\":%d,\"process\":%s," \
		       "\"type\":\"%s\",\"f\":\"%s\",\"value\":%s%s}\n", \
		       n, n * 1000, process, type, f, value, \
		       node ? ",\"node\":\"" node "\"" : ""
		n++
	}
	function ask(process, f, value, node, type) {
		line(process, "invoke", f, f == "read" ? "null" : value, node)
		line(process, type, f, value, node)
	}
	BEGIN {
		ask(0, "write", 1, "n1", "ok")
		ask(1, "read", 1, "n2", "ok")
		line("\"nemesis\"", "info", "partition",
		     "{\"do\":\"inject\",\"stage\":\"end\",\"effect\":\"" \
		     effect "\",\"grudge\":{\"n1\":[\"n3\"]," \
		     "\"n2\":[\"n3\"],\"n3\":[\"n1\",\"n2\"]}}", "")
		ask(0, "write", 2, "n1", "ok")
		for (i = 0; i < 30; i++) {
			ask(0, "read", 2, "n1", "ok")
			if (how == "stale")
				ask(2, "read", 1, "n3", "ok")
			else if (how != "reads")
				ask(10 + i, "read", "null", "n3", "info")
			if (how == "reads")
				ask(40 + i, "write", 100 + i, "n3", "info")
			if (how == "both" || how == "reads")
				ask(2, "read", 1, "n3", "ok")
		}
		line("\"nemesis\"", "info", "partition",
		     "{\"do\":\"heal\",\"stage\":\"begin\"}", "")
		for (i = 0; i < 30; i++)
			ask(2, "read", 2, "n3", "ok")
	}' >"$dir/$1.jsonl"
	"$ordeal" profile "$dir/$1.jsonl" >"$dir/out" 2>&1 || true
}

partitioned stale proven
says '^CAP: AP: available, not linearizable'
says "the majority's side answered 30 of 30 reads (100.0 %) and 1 of 1 updates"
says "the minority's side answered 30 of 30 reads (100.0 %) and no updates"
partitioned silent proven
says '^CAP: CP: linearizable, not available on both sides'
says "the minority's side answered 0 of 30 reads (0.0 %) and no updates"
partitioned both proven
says '^CAP: neither: not linearizable, nor available'
partitioned reads proven
says '^CAP: AP for reads: available, not linearizable; updates are not '
says "the minority's side answered 30 of 30 reads (100.0 %) and 0 of 30 updates"
says '^  linearizable  *broken  *[1-9][0-9]* ([0-9.]* %)  *stale-read'
says '^nodes: n1 behind in 0 of 30 reads; n2 .*; n3 behind in 30 of 60 reads ('
partitioned stale unknown
says '^CAP: no partition is proven'

# A model that has a checker of its own is a model all the same.
code=0
"$ordeal" check tests/corpus/sequential/store-buffering/history.jsonl \
	--model sequential >"$dir/out" 2>&1 || code=$?
[ "$code" -eq 1 ] || complain "check --model sequential: exit code $code"
says 'non-sequential (found by sequential)'

# Of a run, what its workload asked for, and of other objects that alone.
code=0
"$ordeal" run --target memory --memory.replication async --workload orset \
	--rate 300 --keys 1 --ops-per-key 300 --time-limit 300s --store "$dir/runs" >"$dir/out" 2>&1 ||
	code=$?
"$ordeal" profile "$dir/runs/latest" >"$dir/out" 2>&1 || complain "an OR-set"
says '^models of registers: unknown: .*"\(add\|remove\)"'
says '^replicated: holds: all .* (or-set), and at the end all agree'
says 'rely on this: a read shows what the data type makes of the updates'

code=0
"$ordeal" profile >"$dir/out" 2>&1 || code=$?
[ "$code" -eq 64 ] || complain "without a history: exit code $code"
code=0
"$ordeal" profile "$dir/nothing" >"$dir/out" 2>&1 || code=$?
[ "$code" -eq 3 ] || complain "of nothing: exit code $code"
[ "$failures" -eq 0 ]
