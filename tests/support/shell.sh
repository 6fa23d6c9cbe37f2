# SPDX-License-Identifier: MIT
# For the test scripts: where the program is, a folder of one's own, claims.
# Source it:  . "$(dirname "$0")/../support/shell.sh"
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
ordeal=${ORDEAL:-$root/ordeal}
case $ordeal in
/*) ;;
*) ordeal=$root/$ordeal ;;
esac
work=$(mktemp -d)
failed=0
claims=0

# at_exit COMMAND: also runs it; the folder is removed in any case.
at_exit=:
trap 'eval "$at_exit"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# claim TEXT COMMAND ...: the command succeeds.
claim() {
	text=$1
	shift
	claims=$((claims + 1))
	if "$@"; then
		echo "ok - $text"
	else
		echo "not ok - $text"
		failed=$((failed + 1))
	fi
}

# exits CODE COMMAND ...: it ends with that code; what it says is in
# $work/out and $work/err.
exits() {
	expected=$1
	shift
	"$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	[ "$code" = "$expected" ] && return 0
	echo "exit code $code instead of $expected: $*"
	tail -n 15 "$work/out" "$work/err"
	return 1
}

# runs CODE OK COMMAND ...: as exits, of a run whose folder is $store or else
# $work/store. How much happens in a second is the machine's: one in which
# fewer operations than OK succeeded, or too few for a verdict, is made again,
# longer, and is no more; never one that convicts a store that is right.
runs() {
	expected=$1
	enough=$2
	shift 2
	exits "$expected" "$@" && return 0
	for seconds in 3 6 12 24; do
		case $expected$code in
		02 | 10 | 12) ! has_happened "$enough" || return 1 ;;
		*) return 1 ;;
		esac
		rm -rf "$(readlink -f "${store-$work/store}/latest")"
		exits "$expected" "$@" --time-limit "${seconds}s" && return 0
	done
	return 1
}

# The last run had so many operations, and its verdict did not ask for more.
has_happened() {
	last=${store-$work/store}/latest
	[ "$(grep -c '"type":"ok"' "$last/history.jsonl")" -ge "$1" ] &&
		! grep -q '"decided_by": "coverage"' "$last/results.json"
}

# has FILE WORDS: the words stand in the file.
has() {
	grep -qe "$2" "$1" && return 0
	echo "'$2' is not in $1:"
	tail -n 15 "$1"
	return 1
}

# To be called last.
finish() {
	echo "$claims claims, $failed failed"
	[ "$failed" = 0 ]
}
