#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds an etcd with gofail's failpoints, from the module proxy of Go; takes
# some minutes. Usage: etcd-gofail.sh ARCHIVE (a new .tar.gz)
set -eu
[ $# = 1 ] || { echo "usage: $0 ARCHIVE" >&2; exit 64; }
version=v3.5.21
gofail=v0.2.0
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export GOFLAGS=-mod=mod
GOBIN=$work/bin go install "go.etcd.io/gofail@$gofail"
go mod download "go.etcd.io/etcd/server/v3@$version"
cp -r "$(go env GOMODCACHE)/go.etcd.io/etcd/server/v3@$version" "$work/etcd"
chmod -R u+w "$work/etcd"
(
	cd "$work/etcd"
	# Its own repository has the other modules beside it; here there are none.
	sed -i '/^replace (/,/^)/d' go.mod
	find . -name '*_test.go' -delete
	# shellcheck disable=SC2046
	"$work/bin/gofail" enable $(grep -rl '// gofail:' --include='*.go' . |
		xargs -n 1 dirname | sort -u)
	go get "go.etcd.io/gofail@$gofail"
	go build -o "$work/out/etcd" .
)
tar -czf "$1" -C "$work/out" etcd
