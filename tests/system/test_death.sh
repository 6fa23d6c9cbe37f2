#!/bin/sh
# SPDX-License-Identifier: MIT
# kill -9 of the controller at any moment leaves a history that can be judged
# and lacks at most the last 50 ms; Ctrl-C ends a run in order.
. "$(dirname "$0")/../support/shell.sh"

# The time, in ms since the run began, of the last whole line.
last_ms() {
	tail -n 2 "$1" | grep -o '"time":[0-9]*' | tail -n 1 |
		awk -F: '{ printf "%d", $2 / 1000000 }'
}

# killed MS: a run that is killed then can be judged, and only a moment of it
# is lost. The record begins a little after the program.
killed() {
	rm -rf "$work/store"
	"$ordeal" run --target memory --store "$work/store" --rate 20000 \
		--time-limit 30s --seed "$1" >/dev/null 2>&1 &
	pid=$!
	sleep "$(awk "BEGIN { print $1 / 1000 }")"
	kill -9 $pid
	wait $pid 2>/dev/null
	history=$(find "$work/store" -name history.jsonl)
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
	lost=$(($1 - $(last_ms "$history")))
	# The allowance is for starting up, not for losing.
	[ "$lost" -le "${LOST_MS_MAX:-250}" ] ||
		{ echo "$lost ms are missing"; return 1; }
}

for moment in 310 337 351 388 402 433 467 494 521 548 \
	577 603 641 689 702 756 811 866 933 999; do
	claim "killed after $moment ms" killed $moment
done

# stopped SIGNAL: the run ends early, is judged and valid.
stopped() {
	rm -rf "$work/store"
	"$ordeal" run --target memory --store "$work/store" --rate 5000 \
		--time-limit 60s >"$work/out" 2>&1 &
	pid=$!
	sleep 1
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
