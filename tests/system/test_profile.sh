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

profile convergence/diverged 0
says '^convergence: .*do not show the same'

profile causal/thin-air-read 1
says '^  monotonic-reads  *broken .*ThinAirRead'
says 'may rely on none'

# A model that has a checker of its own is a model all the same.
code=0
"$ordeal" check tests/corpus/sequential/store-buffering/history.jsonl \
	--model sequential >"$dir/out" 2>&1 || code=$?
[ "$code" -eq 1 ] || complain "check --model sequential: exit code $code"
says 'non-sequential (found by sequential)'

code=0
"$ordeal" profile >"$dir/out" 2>&1 || code=$?
[ "$code" -eq 64 ] || complain "without a history: exit code $code"
code=0
"$ordeal" profile "$dir/nothing" >"$dir/out" 2>&1 || code=$?
[ "$code" -eq 3 ] || complain "of nothing: exit code $code"
[ "$failures" -eq 0 ]
