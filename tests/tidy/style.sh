#!/bin/sh
# SPDX-License-Identifier: MIT
# What can be told of style without reading. Usage: style.sh [ROOT]
#
# A file that is longer than 400 lines, or a function longer than 60, stands
# with its reason in tests/tidy/exceptions.
set -eu
cd "${1:-.}"
bad=0

complain() {
	echo "style: $1" >&2
	bad=1
}

sources=$(find harness targets workloads nemesis checkers tests \
	-name '*.[ch]' 2>/dev/null | LC_ALL=C sort)
exceptions=tests/tidy/exceptions

excepted() {
	grep -q "^$1 " "$exceptions" 2>/dev/null
}

for file in $sources; do
	lines=$(wc -l <"$file")
	[ "$lines" -le 400 ] || excepted "$file" ||
		complain "$file: $lines lines, more than 400"
	head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
		complain "$file:1: no SPDX line"
done

report() {
	while read -r line; do
		complain "$line"
	done
}

found=$(mktemp)
trap 'rm -f "$found"' EXIT

# A function is what stands between { and } in column 0.
awk 'FNR == 1 { start = 0 }
	/^\{/ { start = FNR }
	/^\}/ { if (start && FNR - start > 60)
			print FILENAME ":" start ": " FNR - start \
				" lines in one function, more than 60"
		start = 0 }' $sources |
	while read -r line; do
		excepted "$(echo "$line" | cut -d: -f1)" || echo "$line"
	done >"$found"

# Tabs count eight columns.
awk '{ line = $0; n = 0
	for (i = 1; i <= length(line); i++) {
		if (substr(line, i, 1) == "\t") n += 8 - n % 8
		else n++
	}
	if (n > 80) print FILENAME ":" FNR ": " n " columns, more than 80" }
	/[ \t]$/ { print FILENAME ":" FNR ": white space at the end" }' \
	$sources >>"$found"

banned='strcpy|strcat|strncpy|sprintf|vsprintf|strtok|atoi|atol|atof|gmtime|localtime|system|popen|gets|alloca|signal'
grep -nE "(^|[^a-zA-Z0-9_.>\"])($banned)\(" $sources /dev/null |
	grep -vE '^[^:]+:[0-9]+:[ \t]*(/\*|\*)' |
	sed 's/:\([0-9]*\):.*/:\1: a banned call/' >>"$found" || true

grep -nE '\b(TODO|FIXME|XXX|HACK)\b([^(:]|$)' $sources /dev/null |
	sed 's/$/  (needs a reason)/' >>"$found" || true

report <"$found"

# A header's guard ends in its file's name.
for header in $(echo "$sources" | tr ' ' '\n' | grep '\.h$'); do
	name=$(basename "$header" .h | tr 'a-z-' 'A-Z_')
	grep -qE "^#ifndef ORDEAL_([A-Z0-9_]*_)?${name}_H\$" "$header" ||
		complain "$header: guard is not ORDEAL_..._${name}_H"
done
exit $bad
