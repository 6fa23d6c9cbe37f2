#!/bin/sh
# SPDX-License-Identifier: MIT
# Streaming checkers end a run soon after what they convict, and only then.
. "$(dirname "$0")/../support/shell.sh"

watched() {
	"$ordeal" run --target memory --store "$work/store" --seed 3 \
		--rate 2000 "$@"
}

# prompts CLAIM ... -- CODE COMMAND ...: it ends with that code, and the claims
# hold of it; of one run of five, as a machine with much else to do may let
# whoever watches wait.
prompts() {
	promises=
	while [ "$1" != -- ]; do
		promises="$promises $1"
		shift
	done
	shift
	for _ in 1 2 3 4 5; do
		exits "$@" || return 1
		for promise in $promises; do
			"$promise" || continue 2
		done
		return 0
	done
	return 1
}

# What the last run said about its conviction: the entry's time, the delay.
told() {
	sed -n 's/^convicted while running: .*; at \([0-9.]*\) s, seen \([0-9.]*\) s after .*/\1 \2/p' \
		"$work/out" >"$work/told"
	[ "$(wc -l <"$work/told")" = 1 ] && return 0
	echo "not one conviction is told:"
	cat "$work/out"
	return 1
}

is_prompt() {
	told || return 1
	echo "seen $(cut -d' ' -f2 "$work/told") s after the completion"
	awk '{ exit !($2 < 1) }' "$work/told"
}

# Of the entries that clients invoked in the main phase, the last one is less
# than a second younger than the one that was convicted.
ended_there() {
	told || return 1
	sed '/"f":"phase".*"healing"/,$d' "$work/store/latest/history.jsonl" |
		sed -n 's/.*"time":\([0-9]*\),.*"type":"invoke".*/\1/p' |
		tail -n 1 >"$work/last"
	awk -v last="$(cat "$work/last")" \
		'{ exit !(last / 1e9 - $1 < 1) }' "$work/told"
}

# The time, in ns, at which the main phase was over.
healing_ns() {
	sed -n 's/.*"time":\([0-9]*\),.*"f":"phase".*"healing".*/\1/p' \
		"$work/store/latest/history.jsonl" | head -n 1
}
ended_before() {
	[ "$(healing_ns)" -lt "$1"000000000 ]
}
# Until then, and clients had work in the second half of it as well.
lasted() {
	last_ns=$(sed '/"f":"phase".*"healing"/,$d' \
		"$work/store/latest/history.jsonl" |
		sed -n 's/.*"time":\([0-9]*\),.*"type":"invoke".*/\1/p' |
		tail -n 1)
	[ "$(healing_ns)" -ge "$1"000000000 ] &&
		[ "$last_ns" -gt "$(($1 * 500000000))" ]
}

claim "a violation is seen within a second and ends the main phase" \
	prompts is_prompt ended_there -- 1 watched \
	--bug stale-read --time-limit 300s --stop on-violation
claim "... before its time" ended_before 300
claim "... the record goes on through healing" \
	has "$work/store/latest/history.jsonl" '"f":"phase".*"healing"'
# A stale read that nobody else contradicts yet shows as a lost write, one
# that a cas builds on as a lost update.
claim "... and the final judge names it" \
	has "$work/store/latest/results.json" \
	'"name": "\(stale-read\|lost-write\|lost-update\)"'
claim "... as he does when judging again" \
	exits 1 "$ordeal" check "$work/store/latest"

claim "so does a lock held twice" prompts is_prompt ended_there -- 1 watched \
	--workload lock --bug double-grant --time-limit 300s --stop on-violation

claim "a correct store runs to its end" runs 0 1000 watched \
	--time-limit 2s --stop on-violation
claim "... without a conviction" sh -c "! grep -q 'convicted while' '$work/out'"
claim "... until the end of its time" lasted 2
claim "... also when some operations are in doubt" runs 0 1000 watched \
	--time-limit 2s --stop on-violation --timeout-rate 0.02 --fail-rate 0.1

claim "by default a violation is told within a second too" \
	prompts is_prompt -- 1 watched --bug stale-read --time-limit 2s
claim "... and the run goes on" lasted 2
claim "there is no other way to stop" exits 64 watched --stop sometimes
finish
