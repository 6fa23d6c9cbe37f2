#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone.
set -eu
bad=0
flags=$(pkg-config --cflags libssh2 jansson libpcre2-8 libcurl cmocka)
for header in $(find harness targets workloads nemesis checkers tests \
	-name '*.h' | LC_ALL=C sort); do
	case $header in
	tests/*) before='-include stdarg.h -include stddef.h -include setjmp.h
			-include stdint.h' ;;
	*) before= ;;
	esac
	# shellcheck disable=SC2086
	${CC:-gcc} -std=c17 -D_GNU_SOURCE -I. $flags $before -x c \
		-Wall -Wextra -Werror -Wno-unused-function -fsyntax-only \
		"$header" || bad=1
done
exit $bad
