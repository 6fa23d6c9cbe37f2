#!/bin/sh
# SPDX-License-Identifier: MIT
# Static analysis: clang-tidy with a short list of checks, and cppcheck. What
# they find is an error.
set -eu
sources=$(find harness targets workloads nemesis checkers -name '*.c' |
	LC_ALL=C sort)
flags="-std=c17 -D_GNU_SOURCE -I. $(pkg-config --cflags libssh2 jansson \
	libpcre2-8 libcurl libzstd zlib)"

# shellcheck disable=SC2086
echo "$sources" | xargs -P 2 -n 8 sh -c '
	flags=$1
	shift
	clang-tidy --quiet --warnings-as-errors="*" "$@" -- $flags 2>/dev/null
' sh "$flags"

# shellcheck disable=SC2086
cppcheck --std=c11 -j 2 --quiet --error-exitcode=1 --inline-suppr -I . \
	--enable=warning,portability --suppress=missingIncludeSystem \
	--suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE \
	--suppressions-list=tests/tidy/cppcheck.suppress --library=posix \
	$sources
