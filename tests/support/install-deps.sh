#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing, from the distribution's packages (Debian, Ubuntu).
# Usage: install-deps.sh build|run|test|lint ...
set -eu

build='gcc libc6-dev binutils make pkg-config git libssh2-1-dev libjansson-dev libpcre2-dev
	libcurl4-openssl-dev libzstd-dev zlib1g-dev libmicrohttpd-dev musl-tools'
run='iproute2 iptables nftables openssh-server openssh-client iputils-ping procps
	util-linux ca-certificates etcd-server'
test="libcmocka-dev zstd gzip perl curl etcd-client prometheus libxml2-utils
	python3-jsonschema librsvg2-bin qemu-system-x86 busybox-static
	gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"
lint='clang clang-tidy cppcheck libclang-rt-dev'

wanted=
for group in "$@"; do
	case $group in
	build) wanted="$wanted $build" ;;
	run) wanted="$wanted $run" ;;
	test) wanted="$wanted $test" ;;
	lint) wanted="$wanted $lint" ;;
	*)
		echo "install-deps: no group '$group'" >&2
		exit 64
		;;
	esac
done

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = \
		installed ]
}

missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "ordeal: install these with your package manager:$missing" >&2
	exit 1
fi
if [ "$(id -u)" != 0 ]; then
	echo "ordeal: missing packages; run: sudo make deps   (or: sudo apt-get" \
		"install$missing)" >&2
	exit 1
fi

# Daemons that come with packages (etcd, sshd) must not start here: we only
# want their programs.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
	trap 'rm -f $policy' EXIT
fi
echo "ordeal: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# A mirror may be out of reach for a moment, and somebody else may be installing.
for attempt in 1 2 3 4; do
	apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 update -qq ||
		echo "ordeal: the lists of packages are not all new" >&2
	# shellcheck disable=SC2086
	apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 install -y \
		-qq --no-install-recommends $missing >/dev/null && exit 0
	[ $attempt = 4 ] || sleep $((attempt * 5))
done
exit 1
