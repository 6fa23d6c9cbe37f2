#!/bin/sh
# SPDX-License-Identifier: MIT
# kill -9 of the controller at any moment leaves a history that can be judged
# and lacks at most the last 50 ms; Ctrl-C ends a run in order.
. "$(dirname "$0")/../support/shell.sh"

# The time, in ms since the run began, of the last line but one: the last may
# be torn in the middle of its time.
last_ms() {
	tail -n 2 "$1" | head -n 1 | grep -o '"time":[0-9]*' | tail -n 1 |
		awk -F: '{ printf "%d", $2 / 1000000 }'
}

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# recorded COUNT: waits, a minute at most, until so many operations of the run
# $pid succeeded.
recorded() {
	for _ in $(seq 1200); do
		history=$(find "$work/store" -name history.jsonl 2>/dev/null)
		[ -n "$history" ] && [ "$(grep -c '"type":"ok"' "$history")" \
			-ge "$1" ] && return 0
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	echo "no $1 operations are recorded"
	return 1
}

# killed_once MS: a run that is killed that long after its record began can be
# judged. How much of it is lost is in $lost.
killed_once() {
	rm -rf "$work/store"
	"$ordeal" run --target memory --store "$work/store" --rate 20000 \
		--time-limit 300s --seed "$1" >/dev/null 2>&1 &
	pid=$!
	recorded 1
	began=$(now_ms)
	before=$(last_ms "$history")
	sleep "$(awk "BEGIN { print $1 / 1000 }")"
	lasted=$(($(now_ms) - began))
	kill -9 $pid
	wait $pid 2>/dev/null
	[ -s "$history" ] || { echo "nothing recorded in $1 ms"; return 1; }
	"$ordeal" check "$history" >"$work/out" 2>&1
	code=$?
	case $code in
	0 | 2) ;;
	*)
		echo "exit code $code"
		cat "$work/out"
		return 1
		;;
	esac
	lost=$((before + lasted - $(last_ms "$history")))
}

# killed MS: only a moment of it is lost. On a machine with much else to do
# whoever writes may get his turn late, but not each time.
killed() {
	for _ in 1 2 3 4 5; do
		killed_once "$1" || return 1
		[ "$lost" -gt "${LOST_MS_MAX:-150}" ] || return 0
		echo "$lost ms are missing"
	done
	return 1
}

for moment in 1 17 31 68 82 113 147 174 201 228 \
	257 283 321 369 382 436 491 546 613 679; do
	claim "killed after $moment ms" killed $moment
done

# stopped SIGNAL: the run ends early, is judged and valid.
stopped() {
	rm -rf "$work/store"
	"$ordeal" run --target memory --store "$work/store" --rate 5000 \
		--time-limit 300s >"$work/out" 2>&1 &
	pid=$!
	recorded 2000
	kill -"$1" $pid
	wait $pid
	code=$?
	[ "$code" = 0 ] || { echo "exit code $code"; cat "$work/out"; return 1; }
	has "$work/store/latest/history.jsonl" '"final"' &&
		[ -s "$work/store/latest/results.json" ]
}
# A job in the background of a script ignores INT unless told otherwise.
claim "TERM ends a run in order" stopped TERM
claim "HUP ends a run in order" stopped HUP
claim "... and says what more of them do" has "$work/out" 'two more of these'

# A small disk of its own takes root to make.
if [ "$(id -u)" = 0 ]; then
	claim "a full disk is told, and what was recorded is judged" sh -c "
	mkdir '$work/small'
	mount -t tmpfs -o size=300k none '$work/small' || exit 1
	'$ordeal' run --target memory --store '$work/small' --rate 0 \
		--time-limit 3s >'$work/out' 2>&1
	code=\$?
	umount '$work/small'
	cat '$work/out'
	[ \$code = 3 ] && grep -q 'No space left' '$work/out'"
else
	echo "skipped - a full disk: needs root"
fi
claim "a closed pipe ends nothing badly" sh -c "
	'$ordeal' run --target memory --store '$work/store' --rate 5000 \
		--time-limit 1s 2>'$work/err' | head -n 1 >/dev/null
	'$ordeal' check '$work/store/latest' >/dev/null"
finish
