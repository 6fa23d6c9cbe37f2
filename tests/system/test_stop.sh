#!/bin/sh
# SPDX-License-Identifier: MIT
# Streaming checkers end a run soon after what they convict, and only then.
. "$(dirname "$0")/../support/shell.sh"

watched() {
	"$ordeal" run --target memory --store "$work/store" --seed 3 \
		--rate 2000 "$@"
}

# within SECONDS CODE COMMAND ...: it ends with that code, so soon.
within() {
	limit=$1
	shift
	began=$(date +%s)
	exits "$@" || return 1
	took=$(($(date +%s) - began))
	echo "took $took s"
	[ "$took" -le "$limit" ]
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

claim "a violation ends the main phase" within 15 1 watched \
	--bug stale-read --time-limit 60s --stop on-violation
claim "... and is seen within a second" is_prompt
claim "... in which nothing more is begun" ended_there
claim "... the record goes on through healing" \
	has "$work/store/latest/history.jsonl" '"f":"phase".*"healing"'
# A stale read that nobody else contradicts yet shows as a lost write, one
# that a cas builds on as a lost update.
claim "... and the final judge names it" \
	has "$work/store/latest/results.json" \
	'"name": "\(stale-read\|lost-write\|lost-update\)"'
claim "... as he does when judging again" \
	exits 1 "$ordeal" check "$work/store/latest"

claim "so does a lock held twice" within 15 1 watched --workload lock \
	--bug double-grant --time-limit 60s --stop on-violation
claim "... within a second" is_prompt

claim "a correct store runs to its end" exits 0 watched \
	--time-limit 2s --stop on-violation
claim "... without a conviction" sh -c "! grep -q 'convicted while' '$work/out'"
claim "... until the end of its time" sh -c "
	sed '/\"f\":\"phase\".*\"healing\"/,\$d' \
		'$work/store/latest/history.jsonl' | tail -n 1 |
		sed 's/.*\"time\":\([0-9]*\),.*/\1/' |
		awk '{ exit !(\$1 > 1.9e9) }'"
claim "... also when some operations are in doubt" exits 0 watched \
	--time-limit 2s --stop on-violation --timeout-rate 0.02 --fail-rate 0.1

claim "by default a violation is told" exits 1 watched --bug stale-read \
	--time-limit 2s
claim "... within a second too" is_prompt
claim "... and the run goes on" sh -c "
	sed '/\"f\":\"phase\".*\"healing\"/,\$d' \
		'$work/store/latest/history.jsonl' | tail -n 1 |
		sed 's/.*\"time\":\([0-9]*\),.*/\1/' |
		awk '{ exit !(\$1 > 1.9e9) }'"
claim "there is no other way to stop" exits 64 watched --stop sometimes
finish
