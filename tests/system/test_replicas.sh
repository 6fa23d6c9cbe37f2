#!/bin/sh
# SPDX-License-Identifier: MIT
# Asynchronous replicas, parted and healed by an ordinary run: they drift
# apart and meet again, or are convicted.
. "$(dirname "$0")/../support/shell.sh"

replicas() {
	"$ordeal" run --target memory --replication async \
		--store "$work/store" --seed 5 --rate 600 --time-limit 2s \
		--faults partition --fault-length 400ms --fault-gap 300ms \
		--settle 0s --converge-within 500ms "$@"
}
results=$work/store/latest/results.json
history=$work/store/latest/history.jsonl

claim "parted replicas agree in the end" \
	runs 0 300 replicas --workload convergence
claim "... the partition is in the record, seen" \
	has "$history" '"effect":"proven","grudge"'
claim "... and in the figures of lag: each node, each heal" \
	has "$results" '"behind-until-ms"'
claim "they are causal, and not sequential" sh -c "
	'$ordeal' check '$history' --checker causal-convergence >/dev/null &&
	! '$ordeal' check '$history' --checker sequential >/dev/null"
claim "sets that merge" runs 0 300 replicas --workload orset
claim "... are recognised by their model" \
	exits 0 "$ordeal" check "$history" --model or-set
claim "maps that merge" runs 0 300 replicas --workload ormap
claim "siblings with version vectors" \
	runs 0 300 replicas --workload siblings --conflict siblings
claim "sessions that hop lose what they wrote" \
	runs 1 300 replicas --workload session --hoppers 100%
claim "... by name" has "$results" '"name": "not-read-your-writes"'
claim "a counter that counts twice is convicted" \
	runs 1 300 replicas --workload pncounter --decrements 0 \
	--bug double-count --bug-rate 0.3
claim "... by name" has "$results" '"name": "overcount"'
claim "a store in this process has no processes to kill" \
	exits 64 "$ordeal" run --target memory --faults kill
finish
