#!/bin/sh
# SPDX-License-Identifier: MIT
# The page's script runs in a real browser. Skipped where there is none.
. "$(dirname "$0")/../support/shell.sh"
store=$work/store

browser=
for name in chromium chromium-browser google-chrome; do
	command -v "$name" >/dev/null 2>&1 && browser=$name && break
done
if [ -z "$browser" ]; then
	echo 'skipped: no chromium'
	exit 77
fi

# The page as it is after its script has run.
look() {
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu \
		--disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync \
		--enable-logging=stderr --window-size="$2" \
		--virtual-time-budget=3000 --user-data-dir="$work/profile" \
		--dump-dom "file://$1" >"$work/dom" 2>"$work/log"
}

claim 'a run of a store with a bug is invalid' runs 1 500 "$ordeal" run \
	--target memory --workload register --bug stale-read --bug-rate 20% \
	--time-limit 1s --rate 1000 --store "$store"
page=$(echo "$store"/memory-register/*/report.html)
for size in 1200,900 390,800; do
	claim "the page opens at $size" look "$page" "$size"
	claim 'the timeline is there' \
		has "$work/dom" '<section id="timeline" class="screen">'
	claim 'and was drawn' \
		has "$work/dom" '<canvas id="canvas" [^>]*style="height: '
	claim 'anomalies lead to it' \
		has "$work/dom" 'class="op" data-index="[0-9]*" href="#timeline"'
	grep CONSOLE "$work/log" >"$work/console"
	claim 'the console is silent' test ! -s "$work/console"
done
finish
