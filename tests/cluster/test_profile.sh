#!/bin/sh
# SPDX-License-Identifier: MIT
# The profile of a real store, to be read cold: etcd under partitions, with
# linearizable reads, and with serializable ones, which a node answers alone.
. "$(dirname "$0")/../support/shell.sh"
if [ "$(id -u)" != 0 ] || ! command -v etcd >/dev/null; then
	echo "needs root and etcd"
	exit 77
fi
cluster=profile-$$
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

# profile READ WORDS: what a short run shows, in $work/table. The run itself is
# judged by others; here it has only to end with a record. Again where the
# words are missing: what a cut node is asked, and when, is chance.
profile() {
	for seed in 5 6 7 8 9 10; do
		"$ordeal" run --target etcd --local 3 --cluster "$cluster" \
			--keep --store "$work/store" --workload convergence \
			--reads 60% --faults partition --partition.targets one \
			--fault-length 2s --fault-gap 1s --time-limit 5s \
			--op-timeout 150ms --converge-within 1s --settle 0s \
			--final-keys 50 --etcd.read "$1" --seed "$seed" \
			>"$work/out" 2>"$work/err" </dev/null
		"$ordeal" profile "$work/store/latest" >"$work/table" 2>&1
		grep -q "$2" "$work/table" && break
	done
}

says() {
	has "$work/table" "$1"
}

# What must be in each table, whatever the run was like.
table() {
	claim "$1: reads were seen" \
		says '^[1-9][0-9]* reads in [1-9][0-9]* operations of '
	claim "... each model has a verdict" sh -c "
		awk '\$1 == \"*\" { \$1 = \"\"; \$0 = \$0 }
		\$1 ~ /^(linearizable|regular|safe|sequential|causal|pram)\$/ ||
		\$1 ~ /^(real-time-causal|causal-(memory|convergence))\$/ ||
		\$1 == \"processor\" ||
		\$1 ~ /^(read-your-writes|monotonic-(reads|writes))\$/ ||
		\$1 == \"writes-follow-reads\" {
			rows += \$2 == \"holds\" || \$2 == \"broken\" ||
				\$2 == \"unknown\" }
		END { exit rows != 14 }' '$work/table'"
	claim "... how stale" says '^staleness: [0-9]* of [0-9]* reads'
	claim "... node by node" says '^nodes: .*n1 behind in .*n3 behind in '
	claim "... after heals" says '^heals: after [1-9][0-9]* heals '
	claim "... and in the end" says '^convergence: [a-z]'
	claim "... where partitions put it" says '^CAP: .*(in [1-9][0-9]* part'
	claim "... side by side" says "^ *the minority's side answered "
}

claim "three nodes" exits 0 "$ordeal" cluster up --nodes 3 --name "$cluster"

profile linearizable '^CAP: .* partitions'
table "etcd with linearizable reads"
claim "... is linearizable" says '^\* linearizable  *holds'
claim "... and so all that is weaker" says '^  causal-memory  *holds$'
claim "... no read was stale" says '^staleness: 0 of [1-9][0-9]* reads were'
claim "... it is not AP" sh -c "! grep -q '^CAP: AP' '$work/table'"
claim "... in a sentence" says 'may rely on this: every read sees the latest'

profile serializable '^  linearizable  *broken'
table "etcd with serializable reads"
claim "... is not linearizable" says '^  linearizable  *broken .*[1-9][0-9]* ('
claim "... for reads were stale" says '^staleness: [1-9][0-9]* of '
claim "... it is not CP" sh -c "! grep -q '^CAP: CP' '$work/table'"
claim "... in a sentence" says 'an application may rely on '
finish
