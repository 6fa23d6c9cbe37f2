#!/bin/sh
# SPDX-License-Identifier: MIT
# Every run has a page, which needs nothing else and lets nothing act.
. "$(dirname "$0")/../support/shell.sh"
store=$work/store

lacks() {
	grep -qe "$2" "$1" || return 0
	echo "'$2' is in $1"
	return 1
}

loads_nothing() {
	lacks "$1" 'https\{0,1\}:' && lacks "$1" 'src=' &&
		lacks "$1" '<link' && lacks "$1" '@import'
}

claim 'a run of a store with a bug is invalid' runs 1 500 "$ordeal" run \
	--target memory --workload register --bug stale-read --bug-rate 20% \
	--time-limit 1s --rate 1000 --store "$store"
page=$(echo "$store"/memory-register/*/report.html)
claim 'a run writes its page' test -s "$page"
claim 'the page says the verdict' has "$page" '<h1>invalid</h1>'
claim 'the page draws what cannot be placed' has "$page" 'stuck-span'
claim 'the page loads nothing' loads_nothing "$page"

cp "$page" "$work/first"
rm "$page"
claim 'report writes the page again' exits 0 "$ordeal" report latest \
	--store "$store"
claim 'report prints its path' has "$work/out" '/report.html$'
claim 'the page is the same' cmp "$page" "$work/first"
claim 'report draws pictures' exits 0 "$ordeal" report latest \
	--store "$store" --pictures "$work/pictures"
claim 'of plots' has "$work/pictures/latency-of-read.svg" '</svg>'
# Which anomaly comes first is up to how the clients met.
claim 'and of anomalies' sh -c "
	grep -q 'class=\"bar ok' '$work'/pictures/anomaly-1-*.svg"
if command -v rsvg-convert >/dev/null 2>&1; then
	claim 'as PNG, too' exits 0 "$ordeal" report latest \
		--store "$store" --pictures "$work/pictures" --png
	claim 'which it is' sh -c "
		cat '$work'/pictures/anomaly-1-*.png | head -c 4 | grep -q PNG"
else
	echo 'skipped: no rsvg-convert'
fi
claim 'PNG without its program is trouble' exits 3 env PATH=/nowhere \
	"$ordeal" report latest --store "$store" --pictures "$work/pictures" \
	--png
claim 'and says what to install' has "$work/err" librsvg2-bin
claim 'PNG without pictures is wrong usage' exits 64 "$ordeal" report \
	latest --store "$store" --png
claim 'a file is no run' exits 3 "$ordeal" report "$work/first"
claim 'no run is wrong usage' exits 64 "$ordeal" report

claim 'show tells the verdict again' exits 0 "$ordeal" show latest \
	--store "$store"
claim 'and why' has "$work/out" '^invalid: '
claim 'with anomalies' has "$work/out" 'found by linearizable'
claim 'show without anomalies' exits 0 "$ordeal" show latest --anomalies 0 \
	--store "$store"
claim 'has none' lacks "$work/out" 'found by linearizable'
claim 'a number it is' exits 64 "$ordeal" show latest --anomalies many
claim 'what is no run cannot be shown' exits 3 "$ordeal" show "$work/first"

claim 'ops finds what is around an index' exits 0 "$ordeal" ops latest \
	--around 301 --limit 5 --store "$store"
claim 'and that index' has "$work/out" '^ *301 '
claim 'as many as asked' test "$(grep -c process "$work/out")" = 5
claim 'ops of the nemesis' exits 0 "$ordeal" ops latest --process nemesis \
	--store "$store"
claim 'are phases' has "$work/out" 'nemesis: phase "main"'
claim 'ops of a key' exits 0 "$ordeal" ops latest --key 1 --f read \
	--store "$store"
claim 'are of that key' has "$work/out" 'read 1 '
claim 'alone' lacks "$work/out" 'read 0 \|write'
claim 'a process is a number' exits 64 "$ordeal" ops latest --process x

for command in report show ops; do
	"$ordeal" "$command" --help | sed -n 's/^  \(--[a-z-]*\) .*/\1/p' |
		sed 's/-/\\\\-/g' >"$work/options"
	while read -r option; do
		claim "the manual has $option of $command" \
			has "$root/doc/ordeal.1" "$option"
	done <"$work/options"
done

# What a store, or whoever edits a history, may put into it.
mkdir -p "$store/hostile/1"
cat >"$store/hostile/1/history.jsonl" <<'END'
{"index":0,"time":0,"process":0,"type":"invoke","f":"write","key":0,"value":"<script>alert(1)</script>","node":"<b>n</b>"}
{"index":1,"time":9,"process":0,"type":"ok","f":"write","key":0,"value":"<script>alert(1)</script>"}
{"index":2,"time":10,"process":1,"type":"invoke","f":"read","key":0}
{"index":3,"time":19,"process":1,"type":"ok","f":"read","key":0,"value":"</title><img src=x>"}
{"index":4,"time":20,"process":2,"type":"invoke","f":"read","key":0}
{"index":5,"time":29,"process":2,"type":"fail","f":"read","key":0,"error":"\u001b]0;x\u0007<svg onload=x>"}
END
echo '{"judges":[{"checker":"linearizable"}],"seed":"</pre><script>1"}' \
	>"$store/hostile/1/config.json"
claim 'a hostile history has a page' exits 0 "$ordeal" report \
	"$store/hostile/1"
page=$store/hostile/1/report.html
for text in '<script>alert' '<script>1' '<b>n' '<img' '<svg onload' \
	"$(printf '\033')" "$(printf '\007')"; do
	claim "the page does not hold $(printf %s "$text" | tr -d '\033\007')" \
		lacks "$page" "$text"
done
claim 'the hostile history can be looked up' exits 0 "$ordeal" ops \
	"$store/hostile/1" --process 2
claim 'what would act on a terminal is shown' has "$work/out" 'x1b]0;x'
claim 'and does not stand there' lacks "$work/out" "$(printf '\033')"
claim 'the page shows it as text' has "$page" \
	'&lt;/title&gt;&lt;img src=x&gt;'
finish
