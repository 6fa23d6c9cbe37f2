#!/bin/sh
# SPDX-License-Identifier: MIT
# What there is, is documented; what is documented, completes.
set -eu
ordeal=${ORDEAL:-./ordeal}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

complain() {
	echo "test_cli_doc: $*" >&2
	failures=$((failures + 1))
}

# The manual without its markup.
sed 's/\\-/-/g; s/\\f[A-Z]//g' doc/ordeal.1 >"$dir/manual"
mentions() {
	grep -qE -- "(^|[^a-z-])$1([^a-z-]|\$)" "$dir/manual" ||
		complain "doc/ordeal.1 does not mention $1"
}

for command in $("$ordeal" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	mentions "$command"
done
# Options of the commands themselves; those of parts are in `ordeal list`.
for command in run check convert list; do
	"$ordeal" "$command" --help | sed '/^options of /,$d' |
		sed -n 's/^  \(--[a-z-]*\) .*/\1/p' >"$dir/options"
	[ -s "$dir/options" ] || complain "$command --help lists no options"
	while read -r option; do
		mentions "$option"
	done <"$dir/options"
done

# Every part says what it is, and every option of it what it does.
for list in targets workloads faults checkers models; do
	for name in $("$ordeal" list "$list" --names); do
		"$ordeal" list "$list" | grep -A 1 -x -- "$name" |
			grep -q '^  [^ ]' ||
			complain "$list: $name says nothing about itself"
	done
done

# All that is listed can be explained; of faults also how they end.
for name in $("$ordeal" list --names); do
	"$ordeal" explain "$name" >"$dir/words" 2>&1 ||
		complain "ordeal explain $name"
done
for name in $("$ordeal" list faults --names); do
	"$ordeal" explain "$name" >"$dir/words"
	grep -q '^Healed by:' "$dir/words" &&
		grep -q '^Proven by:' "$dir/words" ||
		complain "ordeal explain $name does not tell proof and cure"
done

complete_word() {
	bash -c '
		. doc/ordeal.bash
		COMP_WORDS=("$@")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_ordeal
		printf "%s\n" "${COMPREPLY[@]}"' bash "$ordeal" "$@"
}
[ "$(complete_word che)" = check ] || complain 'che does not complete'
[ "$(complete_word check --checker cov)" = coverage ] ||
	complain 'coverage does not complete'
[ "$(complete_word check --juni)" = --junit ] ||
	complain '--junit does not complete'
[ "$(complete_word explain stale-r)" = stale-read ] ||
	complain 'stale-read does not complete'

if command -v man >/dev/null 2>&1; then
	LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l doc/ordeal.1 2>&1 >/dev/null | grep . &&
		complain 'the manual has warnings'
fi
[ "$failures" -eq 0 ]
