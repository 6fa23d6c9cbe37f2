#!/bin/sh
# SPDX-License-Identifier: MIT
# Sets, queues, counters and ids: planted bugs are convicted by name, and the
# correct store is acquitted.
set -eu
. "$(dirname "$0")/../support/shell.sh"
set +e

seed=3
# memory WORKLOAD OPTION ...
memory() {
	workload=$1
	shift
	"$ordeal" run --target memory --store "$work/store" --seed $seed \
		--rate 6000 --time-limit 500ms --workload "$workload" "$@"
}

# convicted WORKLOAD BUG ANOMALY OPTION ...: every run is convicted, and one of
# four by that name: which operations meet is the scheduler's, not the seed's.
convicted() {
	workload=$1
	bug=$2
	anomaly=$3
	shift 3
	for seed in 3 4 5 6; do
		runs 1 1500 memory "$workload" --bug "$bug" "$@" || return 1
		! grep -q "\"name\": \"$anomaly\"" \
			"$work/store/latest/results.json" || return 0
	done
	has "$work/store/latest/results.json" "\"name\": \"$anomaly\""
}

for workload in set queue counter ids; do
	claim "$workload: the correct store is acquitted" \
		runs 0 1500 memory "$workload"
	claim "... also with operations in doubt, or failed" \
		runs 0 1500 memory "$workload" --timeout-rate 0.02 --fail-rate 0.1
	claim "... and a store that never answers is unknown" \
		exits 2 memory "$workload" --timeout-rate 1 --rate 100
done
claim "... a set with removals, too" runs 0 1500 memory set --removes 30% \
	--timeout-rate 0.02
claim "... a counter that goes down, too" runs 0 1500 memory counter \
	--decrements 40% --timeout-rate 0.02
claim "... a counter of ones, too" runs 0 1500 memory counter --max-amount 1 \
	--timeout-rate 0.02
claim "... a queue emptied by dequeues, too" runs 0 1500 memory queue \
	--closing dequeue --timeout-rate 0.02

claim "set: lost-element" convicted set lost-element lost-element
claim "set: lost-write" convicted set lost-write lost-element
claim "set: stale-read" convicted set stale-read stale-read
claim "set: garbage-read" convicted set garbage-read phantom-element
claim "set: applied-failure" convicted set applied-failure phantom-element \
	--fail-rate 0.1
claim "set: resurrection" convicted set resurrection resurrected-element \
	--removes 30%
claim "... not where reads may be late" runs 0 1500 memory set \
	--bug stale-read --linearizable false
claim "queue: lost-element" convicted queue lost-element lost-element
claim "... without a drain" convicted queue lost-element lost-element \
	--closing dequeue
claim "queue: lost-write" convicted queue lost-write lost-element
claim "queue: duplicate-delivery" convicted queue duplicate-delivery \
	duplicate-delivery
claim "... not where it is promised only to come at least once" \
	runs 0 1500 memory queue --bug duplicate-delivery --at-least-once true
claim "queue: duplicate-write" convicted queue duplicate-write \
	duplicate-delivery
claim "queue: garbage-read" convicted queue garbage-read phantom-element
claim "counter: lost-update" convicted counter lost-update lost-increment
claim "counter: lost-write" convicted counter lost-write lost-increment
claim "counter: stale-read" convicted counter stale-read stale-read
claim "... of ones" convicted counter stale-read stale-read --max-amount 1
claim "counter: duplicate-write" convicted counter duplicate-write \
	impossible-read
claim "counter: garbage-read" convicted counter garbage-read impossible-read
claim "ids: duplicate-id" convicted ids duplicate-id duplicate-id

claim "a run judged again gives the same bytes" sh -c "
	cp '$work/store/latest/results.json' '$work/before' &&
	{ '$ordeal' check '$work/store/latest' >/dev/null; true; } &&
	cmp '$work/before' '$work/store/latest/results.json'"
for anomaly in lost-element phantom-element duplicate-element \
	resurrected-element duplicate-delivery lost-increment \
	impossible-read duplicate-id; do
	claim "$anomaly is explained" exits 0 "$ordeal" explain "$anomaly"
done
finish
