#!/bin/sh
# SPDX-License-Identifier: MIT
# A short run of every fuzzer, from a fixed seed.
set -eu
for fuzzer in "$ORDEAL_BUILD"/tests/fuzz/fuzz_*; do
	case $fuzzer in
	*.o | *.d | *'*') continue ;;
	esac
	"$fuzzer" --runs "${FUZZ_RUNS:-20000}" --seed 1
done
