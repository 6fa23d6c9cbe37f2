#!/bin/sh
# SPDX-License-Identifier: MIT
# Judges register histories with the peer: run.sh SECONDS FILE...
# Says so, and exits 77, where there is no Go toolchain or no module.
set -eu

here=$(dirname "$0")
binary=${TMPDIR:-/tmp}/ordeal-bench-porcupine-$(id -u)
seconds=$1
shift

if ! command -v go >/dev/null; then
	echo "  porcupine: not measured, there is no Go toolchain here"
	exit 77
fi
if ! (cd "$here" && go build -o "$binary" .); then
	echo "  porcupine: not measured, it could not be built"
	exit 77
fi
# A history that needs more memory than the machine has ends in a verdict of
# its own.
ulimit -v 20000000
"$binary" "$seconds" "$@" 2>/dev/null | sed 's/^/  porcupine: /' ||
	echo "  porcupine: out of memory"
