#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs test programs, each under a time limit, and says at the end how many
# tests passed and failed. Usage: run.sh [-j N] PROGRAM ... [-j N PROGRAM ...]
#
# One after the other; N at a time those that follow -j N. cmocka's own counts
# are added up; any other program counts as one test. Exit code 77 means
# skipped. What a failed program printed is shown.
set -u
limit=${TEST_TIMEOUT:-900}

# Runs one program, tells of it, and adds "passed failed skipped" to a file.
run_one() {
	program=$1 counts=$2
	output=$(mktemp)
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
		echo "$ok 0 0" >>"$counts"
		printf 'ok      %s (%d, %d s)\n' "$program" "$ok" "$took"
		;;
	77)
		echo "0 0 1" >>"$counts"
		printf 'skipped %s: %s\n' "$program" "$(tail -n 1 "$output")"
		;;
	*)
		[ "$broken" -gt 0 ] || broken=1
		echo "$ok $broken 0" >>"$counts"
		# What failed comes first: a log may be cut short. In one
		# piece, as others may be telling something at this time.
		told=$({
			grep -n -A 12 '^not ok\|^\[  ERROR' "$output" | head -n 60
			echo ...
			tail -n 60 "$output"
		} | sed 's/^/    /')
		printf 'FAILED  %s (exit %d, %d s)\n%s\n' "$program" "$code" \
			"$took" "$told"
		;;
	esac
	rm -f "$output"
}

if [ "${1:-}" = --one ]; then
	run_one "$3" "$2"
	exit 0
fi

counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
programs=0
while [ $# -gt 0 ]; do
	jobs=1
	if [ "$1" = -j ]; then
		jobs=$2
		shift 2
	fi
	group=
	while [ $# -gt 0 ] && [ "$1" != -j ]; do
		group="$group $1"
		programs=$((programs + 1))
		shift
	done
	printf '%s\n' $group |
		xargs -r -P "$jobs" -n 1 "$0" --one "$counts"
done

# A program of which nobody has told counts as failed.
totals=$(awk -v programs="$programs" '
	{ passed += $1; failed += $2; skipped += $3 }
	END { print passed + 0, failed + programs - NR, skipped + 0 }' "$counts")
if [ -n "${TEST_TALLY:-}" ]; then
	echo "$totals" >>"$TEST_TALLY"
fi
set -- $totals
echo "$1 passed, $2 failed, $3 skipped"
[ "$2" = 0 ]
