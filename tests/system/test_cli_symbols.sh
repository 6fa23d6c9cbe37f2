#!/bin/sh
# SPDX-License-Identifier: MIT
# No function of ours has the name of one of a library's: the program would
# call ours in its place, and so would the library itself.
set -eu
ordeal=${ORDEAL:-./ordeal}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Data that the linker copies into the program is no function (T, W).
functions() {
	nm -D --defined-only "$@" 2>/dev/null |
		awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' |
		grep -v -e '^_' -e '^main$' | LC_ALL=C sort -u
}

functions "$ordeal" >"$dir/ours"
[ "$(wc -l <"$dir/ours")" -gt 100 ] || {
	echo 'test_cli_symbols: the program shows no symbols' >&2
	exit 1
}
ldd "$ordeal" | awk '$3 ~ /^\// { print $3 }' >"$dir/libraries"
bad=0
while read -r library; do
	functions "$library" >"$dir/theirs"
	LC_ALL=C comm -12 "$dir/ours" "$dir/theirs" >"$dir/both"
	if [ -s "$dir/both" ]; then
		echo "test_cli_symbols: also in $library:" $(cat "$dir/both") >&2
		bad=1
	fi
done <"$dir/libraries"
exit "$bad"
