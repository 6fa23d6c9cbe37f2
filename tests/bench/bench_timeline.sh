#!/bin/sh
# SPDX-License-Identifier: MIT
# The report of a million operations in a browser: how long it takes to open,
# and its timeline to zoom. Usage: bench_timeline.sh [OPERATIONS]; bench_report
# is beside it, or in $OUT/tests/bench.
. "$(dirname "$0")/../support/shell.sh"
scripts=$root/tests/support/browser
. "$scripts/setup.sh"

if ! browser_set_up; then
	echo "not measured: $browser_missing"
	exit 0
fi
at_exit="rm -rf '$browser_short'"
"$root/${OUT:-build/release}/tests/bench/bench_report" "${1:-1000000}" \
	"$work/page.html" >/dev/null
for _ in 1 2 3; do
	in_browser timeline.mjs "$work/page.html" | grep '^timeline'
done
