#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs test programs one after the other, each under a time limit, and says at
# the end how many tests passed and failed. Usage: run.sh PROGRAM ...
#
# cmocka's own counts are added up; any other program counts as one test. Exit
# code 77 means skipped. What a failed program printed is shown.
set -u
passed=0
failed=0
skipped=0
limit=${TEST_TIMEOUT:-900}
output=$(mktemp)
trap 'rm -f "$output"' EXIT

for program in "$@"; do
	start=$(date +%s)
	timeout -k 10 "$limit" "$program" >"$output" 2>&1 </dev/null
	code=$?
	took=$(($(date +%s) - start))
	ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s)\.*$/\1/p' "$output" |
		awk '{ n += $1 } END { print n + 0 }')
	broken=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$output" |
		awk '{ n += $1 } END { print n + 0 }')
	case $code in
	0)
		[ "$ok" -gt 0 ] || ok=1
		printf 'ok      %s (%d, %d s)\n' "$program" "$ok" "$took"
		passed=$((passed + ok))
		;;
	77)
		printf 'skipped %s: %s\n' "$program" "$(tail -n 1 "$output")"
		skipped=$((skipped + 1))
		;;
	*)
		[ "$broken" -gt 0 ] || broken=1
		printf 'FAILED  %s (exit %d, %d s)\n' "$program" "$code" "$took"
		# What failed comes first: a log may be cut short.
		{
			grep -n -A 12 '^not ok\|^\[  ERROR' "$output" | head -n 60
			echo ...
			tail -n 60 "$output"
		} | sed 's/^/    /'
		passed=$((passed + ok))
		failed=$((failed + broken))
		;;
	esac
done
if [ -n "${TEST_TALLY:-}" ]; then
	echo "$passed $failed $skipped" >>"$TEST_TALLY"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
