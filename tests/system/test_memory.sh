#!/bin/sh
# SPDX-License-Identifier: MIT
# Planted bugs are convicted by name, the correct store is acquitted, a run
# that tested nothing is unknown.
. "$(dirname "$0")/../support/shell.sh"

seed=3
memory() {
	"$ordeal" run --target memory --store "$work/store" --seed $seed \
		--rate 8000 --time-limit 1s "$@"
}

# convicted BUG ANOMALY OPTION ...: every run is convicted, and one of four by
# that name: which operations meet is the scheduler's, not the seed's.
convicted() {
	bug=$1
	anomaly=$2
	shift 2
	for seed in 3 4 5 6; do
		runs 1 4000 memory --bug "$bug" "$@" || return 1
		! grep -q "\"name\": \"$anomaly\"" \
			"$work/store/latest/results.json" || return 0
	done
	has "$work/store/latest/results.json" "\"name\": \"$anomaly\""
}

claim "a correct store is acquitted" runs 0 4000 memory
claim "... also when a tenth of the operations is in doubt" \
	runs 0 4000 memory --timeout-rate 0.02 --fail-rate 0.1
claim "stale-read" convicted stale-read stale-read
claim "lost-update" convicted lost-update lost-update
claim "lost-write" convicted lost-write lost-write
claim "garbage-read" convicted garbage-read garbage-read
claim "split-brain" convicted split-brain split-brain
claim "applied-failure" convicted applied-failure failed-write-observed

claim "an idle run is unknown" exits 2 memory --rate 0.001
claim "a store that refuses everything is unknown" \
	exits 2 memory --fail-rate 1
claim "a store that never answers is unknown" \
	exits 2 memory --timeout-rate 1 --rate 200

claim "a run judged again gives the same bytes" sh -c "
	cp '$work/store/latest/results.json' '$work/before' &&
	{ '$ordeal' check '$work/store/latest' >/dev/null; true; } &&
	cmp '$work/before' '$work/store/latest/results.json'"
finish
