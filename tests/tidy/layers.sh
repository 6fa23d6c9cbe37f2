#!/bin/sh
# SPDX-License-Identifier: MIT
# Who may include whom (design.md section 3). Usage: layers.sh [ROOT]
set -eu
cd "${1:-.}"
bad=0

complain() {
	echo "layers: $1" >&2
	bad=1
}

# Every project include of the files below a folder, as "file:line:path".
includes() {
	grep -rnE '^#include "' "$1" --include='*.[ch]' 2>/dev/null |
		sed -E 's/^([^:]+:[0-9]+):#include "([^"]+)".*/\1:\2/'
}

# allow FOLDER REGEX: beside its own, it includes harness headers that match.
allow() {
	for line in $(includes "$1"); do
		path=${line##*:}
		case $path in
		"$1"/*) continue ;;
		esac
		echo "$path" | grep -qxE "$2" ||
			complain "${line%:*}: $1 may not include $path"
	done
}

# only LIBRARY REGEX: the library's header stands in matching files alone.
only() {
	for line in $(grep -rnE "^#include <$1" harness targets workloads \
		nemesis checkers --include='*.[ch]' 2>/dev/null |
		cut -d: -f1,2); do
		echo "${line%%:*}" | grep -qxE "$2" ||
			complain "$line: <$1> belongs to $2"
	done
}

core='harness/core/[a-z_0-9]+\.h'
allow checkers "$core|harness/checker\.h"
allow workloads "$core|harness/workload\.h"
allow nemesis 'harness/core/(arena|clock|error|rng|figure|option)\.h|harness/control/(agent|node|cluster)\.h|harness/fault\.h'
allow targets 'harness/core/(arena|clock|error|op|value|option|rng)\.h|harness/control/node\.h|harness/target\.h'
allow harness 'harness/.*'

only 'libssh2' 'harness/control/ssh[a-z_]*\.[ch]'
only 'pcre2' 'harness/engine/log_scan\.c'
only 'jansson' 'harness/.*'
only 'curl/' 'targets/etcd/[a-z_]+\.[ch]|harness/report/post\.c'
only 'zlib' 'harness/core/input[a-z_]*\.c|harness/serve/archive\.c'
only 'microhttpd' 'harness/serve/serve\.c'
only 'zstd' 'harness/core/input[a-z_]*\.c'

# The core and the checkers are pure: no sockets, clocks, processes.
for word in 'sys/socket' 'time\.h' 'netinet' 'spawn' 'sys/wait'; do
	for line in $(grep -rnE "^#include <$word" checkers workloads \
		--include='*.[ch]' 2>/dev/null | cut -d: -f1,2); do
		complain "$line: checkers and workloads are pure; no <$word"
	done
done
exit $bad
