#!/bin/sh
# SPDX-License-Identifier: MIT
# The agent's disk layer, over a folder of this machine: what cp, dd, diff, df
# and cmp see of it. In a mount namespace of its own.
if [ "${1:-}" != inside ]; then
	if [ "$(id -u)" != 0 ] || [ ! -c /dev/fuse ] ||
		! unshare -m true 2>/dev/null; then
		echo "needs root, /dev/fuse and mount namespaces"
		exit 77
	fi
	exec unshare -m sh "$0" inside
fi
mount -t tmpfs tmpfs /run && mkdir /run/lib && mount --bind /run/lib /var/lib ||
	exit 77
. "$(dirname "$0")/../support/shell.sh"
agent=$root/${ORDEAL_BUILD:-build/release}/ordeal-agent-$(uname -m)
data=$work/data
at_exit='"$agent" disk end 5000 >/dev/null 2>&1; umount /var/lib /run'
ask() {
	"$agent" ask --folder /run/ordeal/disk --wait 10000 "$@"
}

serve() {
	setsid "$agent" disk serve "$data" >"$work/layer" 2>&1 &
	layer=$!
	ask status >/dev/null
}

# Names, bytes and links of a folder, but for times.
same() {
	diff -r --no-dereference "$1" "$2"
}

mkdir "$data"
grep -v " /proc\| /sys" /proc/self/mounts >"$work/mounts"
claim "it mounts" serve
claim "... as its own kind" grep -q "$data fuse.ordeal" /proc/self/mounts
claim "... once" exits 1 "$agent" disk serve "$data"

# A file system like any other.
cp -a "$root/nemesis" "$work/plain"
claim "a tree is copied into it" cp -a "$root/nemesis" "$data/tree"
claim "... and is the same" same "$work/plain" "$data/tree"
change() {
	cd "$1" && mv kill.c agent/k && ln agent/k l && ln -s agent/k s &&
		rm pause.c && mkdir new && mv agent/main.c new/ &&
		mv new newer && cat agent/k >>packet.c && chmod 600 packet.c &&
		: >pick.c && dd if=agent/serve.c of=packet_look.c bs=100 seek=7 \
		skip=3 count=9 conv=notrunc 2>/dev/null && rm -r newer
	code=$?
	cd "$root" || exit 1
	return $code
}
change "$work/plain"
claim "it is changed in every way" change "$data/tree"
claim "... alike" same "$work/plain" "$data/tree"
claim "dd bypasses the cache" dd if="$agent" of="$data/direct" bs=64k \
	oflag=direct conv=fsync status=none
claim "... and back" cmp "$agent" "$data/direct"

# Power losses, by the clock of fsync alone.
rm -rf "$data/tree"
cp -a "$root/nemesis" "$data/tree"
claim "it keeps books" exits 0 ask log posix
cp -a "$data/tree" "$work/before"
change "$data/tree"
claim "what was never synced ..." exits 0 ask lose all 1
claim "... is gone, in every way" same "$work/before" "$data/tree"
printf old >"$data/kept"
sync "$data/kept"
claim "a file that was synced, but not its folder ..." exits 0 ask lose all 2
claim "... is gone in POSIX's rules" [ ! -e "$data/kept" ]
ask log journal >/dev/null
printf old >"$data/kept"
sync "$data/kept"
printf newer >"$data/kept"
printf lost >"$data/lost"
claim "in a journal ..." exits 0 ask lose all 3
claim "... it is there" [ "$(cat "$data/kept")" = old ]
claim "... and no other" [ ! -e "$data/lost" ]

# A torn write: parts of 512 bytes, each old or new.
head -c 65536 /dev/zero | tr '\0' a >"$data/torn"
sync "$data/torn" "$data"
torn() {
	parts=$(fold -w 512 "$data/torn" | cut -c 1 | sort -u | tr -d '\n')
	[ "$(fold -w 512 "$data/torn" | grep -vcx 'a*\|b*')" = 0 ] || return 1
	[ "$parts" = ab ]
}
seen=no
for seed in 4 5 6 7 8 9; do
	head -c 65536 /dev/zero | tr '\0' b | dd of="$data/torn" bs=16384 \
		conv=notrunc status=none
	ask lose torn $seed >/dev/null
	torn && seen=yes
	head -c 65536 /dev/zero | tr '\0' a |
		dd of="$data/torn" conv=notrunc,fsync bs=64k status=none
done
claim "a write survives in parts, sector by sector" [ $seen = yes ]

# Lies: fsync succeeds, and keeps nothing.
ask sync >/dev/null
ask fsync ignore >/dev/null
printf liar >"$data/liar"
claim "fsync succeeds on a disk that lies" sync "$data/liar" "$data"
ask lose all 10 >/dev/null
claim "... and the file is gone" [ ! -e "$data/liar" ]
printf liar >"$data/liar"
ask sync >/dev/null
ask lose all 11 >/dev/null
claim "... unless it was written back" [ "$(cat "$data/liar")" = liar ]
ask fsync obey >/dev/null

# Errors, delays, a full disk.
ask rule error 1 write '*.wal' >/dev/null
claim "a chosen file fails" exits 1 dd if=/dev/zero of="$data/a.wal" bs=512 \
	count=1
claim "... with EIO" has "$work/err" 'Input/output error'
claim "... no other" dd if=/dev/zero of="$data/a.db" bs=512 count=1 status=none
ask rule none >/dev/null
ask rule full 8192 >/dev/null
claim "a full disk is full" exits 1 dd if=/dev/zero of="$data/full" bs=4096 \
	count=9
claim "... after as many bytes as asked" \
	[ "$(stat -c %s "$data/full")" -le 8192 ]
claim "... with ENOSPC" has "$work/err" 'No space left'
claim "... and df says so" \
	[ "$(df --output=avail "$data" | tail -n 1)" -lt 16 ]
ask rule none >/dev/null
ask rule slow 50000 0 fsync '*' >/dev/null
slow() {
	before=$(date +%s%N)
	dd if=/dev/zero of="$data/slow" bs=512 count=10 oflag=dsync status=none
	[ $((($(date +%s%N) - before) / 1000000)) -ge 500 ]
}
claim "ten slow calls take ten delays" slow
ask rule none >/dev/null

# Spoiled files, and back.
spoiled() {
	cp "$data/direct" "$work/direct"
	"$agent" disk snapshot "$data" 'dir*' >/dev/null || return 1
	if [ "$1" = restore ]; then
		tr 'a-y' 'b-z' <"$work/direct" >"$data/direct"
		cp "$data/direct" "$work/direct"
	fi
	"$agent" disk corrupt "$1" "$data" 'dir*' 3 5000 1 >"$work/out" ||
		return 1
	! cmp -s "$data/direct" "$work/direct" || return 1
	"$agent" disk mend >"$work/out" || return 1
	cmp "$data/direct" "$work/direct"
}
for kind in bitflip truncate copy restore; do
	claim "$kind spoils, and is undone" spoiled $kind
done
"$agent" disk corrupt bitflip "$data" direct 1 512 2 >/dev/null
cp "$agent" "$data/direct"
claim "what was written over since ..." exits 0 "$agent" disk mend
claim "... is left alone" cmp "$agent" "$data/direct"
claim "nothing of it is left" [ ! -e /var/lib/ordeal/agent ]

# The end, in use or not, or by death.
exec 5<"$data/kept"
claim "a layer in use can be unmounted" "$agent" disk end 0
claim "... for who comes now" [ -z "$(grep fuse.ordeal /proc/self/mounts)" ]
claim "... not for who has a file open" [ "$(cat <&5)" = old ]
exec 5<&-
claim "... and ends when that is closed" "$agent" disk end 10000
claim "the files are there beneath" [ "$(cat "$data/kept")" = old ]
claim "... and nothing of ours" [ -z "$(find "$data" -name '.ordeal*')" ]
serve
exec 5<"$data/kept"
claim "one that is still in use is made to end" "$agent" disk end 100
exec 5<&-
serve
kill -9 $layer
wait $layer 2>/dev/null
claim "the mount of a dead layer fails" exits 2 ls "$data"
claim "... until it is taken away" "$agent" disk end 1000
claim "the files are there all the same" [ "$(cat "$data/kept")" = old ]
grep -v " /proc\| /sys" /proc/self/mounts >"$work/mounts.after"
claim "mounts are what they were" cmp "$work/mounts" "$work/mounts.after"
finish
