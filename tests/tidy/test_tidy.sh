#!/bin/sh
# SPDX-License-Identifier: MIT
# The tidy scripts find what is planted: a check that cannot fail is none.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

fresh() {
	rm -rf "$tree"
	mkdir -p "$tree/harness/core" "$tree/checkers" "$tree/targets" \
		"$tree/workloads" "$tree/nemesis" "$tree/tests/tidy"
	printf '/* SPDX-License-Identifier: MIT */\n' >"$tree/checkers/a.c"
}

# convicts SCRIPT WORDS: the script fails and its message has the words.
convicts() {
	if message=$("$here/$1" "$tree" 2>&1); then
		echo "not ok: $1 accepts: $2"
		failed=1
	elif ! echo "$message" | grep -q "$2"; then
		echo "not ok: $1 says '$message' instead of: $2"
		failed=1
	fi
}

fresh
"$here/layers.sh" "$tree" && "$here/style.sh" "$tree" || {
	echo "not ok: an innocent tree is convicted"
	failed=1
}
plant() {
	fresh
	printf "$1\n" >>"$tree/checkers/a.c"
}
plant '#include "harness/control/node.h"'
convicts layers.sh 'checkers may not include harness/control/node.h'
plant '#include "targets/memory.h"'
convicts layers.sh 'checkers may not include targets/memory.h'
plant '#include <jansson.h>'
convicts layers.sh 'jansson'
plant '#include <time.h>'
convicts layers.sh 'pure'
plant 'int x; /* %0100d */'
convicts style.sh 'more than 80'
plant 'int x; '
convicts style.sh 'white space'
plant 'void f(char *s) { strcpy(s, s); }'
convicts style.sh 'banned'
plant '/* TODO */'
convicts style.sh 'reason'
fresh
{
	echo '/* SPDX-License-Identifier: MIT */'
	echo 'void f(void)'
	echo '{'
	yes '	;' | head -n 61
	echo '}'
} >"$tree/checkers/a.c"
convicts style.sh 'more than 60'
fresh
yes '/**/' | head -n 401 >>"$tree/checkers/a.c"
convicts style.sh 'more than 400'
fresh
echo 'int x;' >"$tree/checkers/a.c"
convicts style.sh 'no SPDX'
exit $failed
