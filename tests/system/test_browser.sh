#!/bin/sh
# SPDX-License-Identifier: MIT
# Reports and the pages of `ordeal serve` as readers use them, in a real
# browser: at a desk and on a phone, in light and dark. Skipped where there is
# no browser, or no playwright-core to drive it.
#
# BROWSER_SHOTS=DIR keeps pictures of what was seen.
. "$(dirname "$0")/../support/shell.sh"
store=$work/store
scripts=$root/tests/support/browser

. "$scripts/setup.sh"

if ! browser_set_up; then
	echo "skipped: $browser_missing"
	exit 77
fi
at_exit="rm -rf '$browser_short'"

# A page with every defect: what is claimed of all pages can fail.
cat >"$work/broken.html" <<'BROKEN'
<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>broken</title>
<body><div style="width:3000px">wide</div>
<img src="http://127.0.0.1:9/elsewhere.png" alt="">
<script>console.error('loud'); nobody.calls();</script></body></html>
BROKEN
claim 'defects of a page are seen' in_browser broken.mjs "$work/broken.html"

# memory CODE NAME OPTION ...: a run that ends so, in a store of its own. What
# a busy machine lets too little happen in is made again; what convicts a
# store that is right never is.
memory() {
	expected=$1
	name=$2
	shift 2
	for try in 1 2 3; do
		exits "$expected" "$ordeal" run --target memory --seed 5 \
			--settle 0s --store "$store" \
			--run-file "$work/$name" "$@" >"$work/said" && break
		[ $try = 3 ] && break
		case $expected$code in
		02 | 10 | 12) rm -rf "$(cat "$work/$name")" ;;
		*) break ;;
		esac
	done
	claim "the run '$name' is made" test "$code" = "$expected"
	[ "$code" = "$expected" ] || cat "$work/said"
}
report() {
	echo "$1=$2=$(cat "$work/$1")/report.html"
}

memory 0 parted --workload convergence --replication async --rate 600 \
	--time-limit 2s --faults partition --fault-length 400ms \
	--fault-gap 300ms --converge-within 2s
memory 1 stale --workload register --bug stale-read --bug-rate 20% \
	--time-limit 1s --rate 1000
memory 1 isolation --workload append --bug G1c --bug-rate 20% \
	--time-limit 1s --rate 3000
memory 2 brief --workload register --rate 0.001 --time-limit 300ms
memory 2 empty --workload register --time-limit 0s

# A million operations, in a store that is not listed.
claim 'a long run is made' exits 0 "$ordeal" run --target memory \
	--workload register --rate 500000 --time-limit 2s --settle 0s \
	--store "$work/big-store" --run-file "$work/big"
claim 'reports are read in a browser' in_browser reports.mjs \
	"$(report parted valid)" "$(report stale invalid)" \
	"$(report isolation invalid)" "$(report brief unknown)" \
	"$(report empty unknown)" "$(report big valid)"
rm -rf "$work/big-store"

cat >"$work/matrix.json" <<'CAMPAIGN'
{
  "base": {"target": "memory", "workload": "register", "memory.bug-rate": "20%", "time-limit": "1s", "rate": 1500, "settle": "0s"},
  "axes": {"memory.bug": ["none", "stale-read"], "concurrency": [5, 10]},
  "expect": [{"when": {"memory.bug": "stale-read"}, "verdict": "invalid"}]
}
CAMPAIGN
claim 'a campaign is run' exits 0 "$ordeal" campaign "$work/matrix.json" \
	--store "$store"

"$ordeal" serve --port 0 --store "$store" >"$work/served" 2>&1 &
server=$!
"$ordeal" run --target memory --workload register --time-limit 300s \
	--rate 200 --store "$store" --run-file "$work/going" >"$work/run.out" 2>&1 &
going=$!
at_exit="kill -9 $server $going 2>/dev/null; $at_exit"

# Until the address is told, and the run has recorded something.
url=
run=
for _ in $(seq 600); do
	url=$(sed -n 's/^ordeal serve: //p' "$work/served")
	run=$(cat "$work/going" 2>/dev/null)
	[ -n "$url" ] && [ -n "$run" ] && [ -s "$run/history.jsonl" ] && break
	kill -0 "$server" 2>/dev/null && kill -0 "$going" 2>/dev/null || break
	sleep 0.1
done
claim 'a server and a run are there' test -n "$url" -a -s "$run/history.jsonl"
claim 'the site is used in a browser' in_browser site.mjs \
	"$url" "${run#"$store"/}" "$going"
finish
