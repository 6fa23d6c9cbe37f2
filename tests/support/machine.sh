# SPDX-License-Identifier: MIT
# A machine with a kernel, and so a clock, of its own: a Debian kernel in qemu,
# whose programs are copies of this machine's. Source it after shell.sh.
#
# It is in a network namespace ($machine_space) with nothing but this machine's
# end of one cable. $work/key logs in as root, $work/known_hosts knows it; also
# the peer, which is this machine at that end, with folders of its own.
machine_space=machine-$$
machine_address=10.231.0.2
machine_peer=10.231.0.1
machine_modules='virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev
	virtio_pci failover net_failover virtio_net sch_prio sch_netem x_tables
	crc32c_generic libcrc32c nfnetlink nf_tables nft_compat xt_CLASSIFY
	xt_comment xt_mark ip_tables iptable_mangle ip6_tables ip6table_mangle'
machine_programs='bash install date stat cp mv rm ln ls cat mkdir chmod chown
	tar timeout setsid flock pgrep ps sed grep find iptables ip6tables nft
	iptables-save ip6tables-save iptables-restore ip6tables-restore
	head tail sort sleep env nohup sync df mount umount id uname tr cut wc
	mktemp readlink dirname basename touch kill ip tc ping ss sysctl etcd'

# machine_lacks: prints why there can be none here.
machine_lacks() {
	[ "$(id -u)" = 0 ] || { echo 'needs root'; return; }
	[ "$(uname -m)" = x86_64 ] || { echo 'needs an x86-64'; return; }
	[ -c /dev/net/tun ] || { echo 'needs /dev/net/tun'; return; }
	for program in qemu-system-x86_64 etcd busybox /usr/sbin/sshd; do
		command -v "$program" >/dev/null || echo "needs $program"
	done
}

# A kernel with its modules, unpacked and not installed.
machine_kernel() {
	mkdir "$work/deb" "$work/kernel"
	package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -n 1)
	[ -n "$package" ] || return 1
	(cd "$work/deb" && timeout 120 apt-get download -qq "$package") \
		>"$work/download" 2>&1 || return 1
	dpkg -x "$work"/deb/*.deb "$work/kernel"
}

machine_copy() {
	for file in "$@"; do
		[ -e "$file" ] || continue
		[ -e "$work/root$file" ] || install -D "$file" "$work/root$file"
	done
}

machine_files() {
	mkdir -p "$work/root/usr/bin" "$work/root/usr/sbin" \
		"$work/root/usr/lib64" "$work/root/usr/lib/modules" \
		"$work/root/root/.ssh" "$work/root/etc" "$work/root/proc" \
		"$work/root/sys" "$work/root/dev" "$work/root/tmp" \
		"$work/root/run" "$work/root/var/lib" "$work/root/var/log"
	for folder in bin sbin lib lib64; do
		ln -s "usr/$folder" "$work/root/$folder"
	done
	for name in $machine_programs /usr/sbin/sshd busybox; do
		program=$(command -v "$name") || continue
		machine_copy "$program"
		# shellcheck disable=SC2046
		machine_copy $(ldd "$program" 2>/dev/null | grep -o '/[^ ]*')
	done
	machine_copy /usr/lib/x86_64-linux-gnu/xtables/*.so \
		/usr/lib/tc/*.dist /usr/lib/*/tc/*.dist
	for name in $(busybox --list); do
		[ -e "$work/root/usr/bin/$name" ] ||
			[ -e "$work/root/usr/sbin/$name" ] ||
			ln -s busybox "$work/root/usr/bin/$name"
	done
	[ -e "$work/root/usr/bin/sh" ] &&
		[ ! -L "$work/root/usr/bin/sh" ] ||
		ln -sf bash "$work/root/usr/bin/sh"
	for name in $machine_modules; do
		find "$work/kernel" -name "$name.ko" \
			-exec cp {} "$work/root/usr/lib/modules" \;
	done
}

machine_accounts() {
	printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' \
		'sshd:x:100:65534::/run/sshd:/bin/false' >"$work/root/etc/passwd"
	echo 'root:x:0:' >"$work/root/etc/group"
	echo 'root:*:19000:0:99999:7:::' >"$work/root/etc/shadow"
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	ssh-keygen -q -t ed25519 -N '' -f "$work/root/etc/host_key"
	cp "$work/key.pub" "$work/root/root/.ssh/authorized_keys"
	chmod -R go= "$work/root/root" "$work/root/etc/host_key"
	cp "$work/root/etc/host_key" "$work/host_key"
	echo "$machine_address,$machine_peer $(cut -d' ' -f1,2 \
		"$work/root/etc/host_key.pub")" >"$work/known_hosts"
}

# The first program: its order of modules does not matter, all are tried thrice.
machine_init() {
	cat >"$work/root/init" <<-INIT
		#!/bin/sh
		export PATH=/usr/sbin:/usr/bin
		mount -t proc proc /proc
		mount -t sysfs sys /sys
		mount -t devtmpfs dev /dev
		mkdir -p /dev/pts /dev/shm
		mount -t devpts pts /dev/pts
		mount -t tmpfs run /run
		mkdir -m 755 /run/sshd
		for round in 1 2 3; do
			for name in $(echo $machine_modules); do
				insmod /lib/modules/\$name.ko 2>/dev/null
			done
		done
		ip link set lo up
		ip addr add $machine_address/24 dev eth0
		ip link set eth0 up
		echo the machine is up
		exec /usr/sbin/sshd -D -e -f /dev/null -h /etc/host_key \\
			-o UsePAM=no -o StrictModes=no \\
			-o 'Subsystem sftp internal-sftp'
	INIT
	chmod 755 "$work/root/init"
}

# Returns when it answers, or 1.
machine_start() {
	machine_kernel && machine_files && machine_accounts && machine_init ||
		return 1
	(cd "$work/root" && find . | busybox cpio -o -H newc 2>/dev/null) |
		gzip -1 >"$work/initrd"
	rm -rf "$work/root"
	ip netns add "$machine_space" &&
		ip -n "$machine_space" link set lo up &&
		ip netns exec "$machine_space" ip tuntap add vm0 mode tap &&
		ip -n "$machine_space" addr add "$machine_peer/24" dev vm0 &&
		ip -n "$machine_space" link set vm0 up || return 1
	ip netns exec "$machine_space" qemu-system-x86_64 -accel tcg -m 768 \
		-smp 1 -nodefaults -no-reboot -display none \
		-serial "file:$work/console" -kernel "$work"/kernel/boot/vmlinuz* \
		-initrd "$work/initrd" -append 'console=ttyS0 quiet panic=-1' \
		-netdev tap,id=cable,ifname=vm0,script=no,downscript=no \
		-device virtio-net-pci,netdev=cable >"$work/qemu" 2>&1 &
	machine_pid=$!
	for _ in $(seq 360); do
		machine true 2>/dev/null && return 0
		kill -0 "$machine_pid" 2>/dev/null || break
		sleep 0.5
	done
	tail -n 20 "$work/qemu" "$work/console"
	return 1
}

# machine COMMAND ...: on the machine.
machine() {
	ip netns exec "$machine_space" ssh -i "$work/key" -o BatchMode=yes \
		-o ConnectTimeout=5 -o "UserKnownHostsFile=$work/known_hosts" \
		"root@$machine_address" "$@"
}

# The peer as a node: its processes end with it.
machine_peer_start() {
	ip netns exec "$machine_space" unshare --mount --propagation private \
		--pid --fork --kill-child --mount-proc sh -c "
		mount -t tmpfs run /run && mount -t tmpfs lib /var/lib &&
		mount -t tmpfs log /var/log && mkdir -m 755 /run/sshd &&
		exec /usr/sbin/sshd -D -e -f /dev/null -h '$work/host_key' \\
			-o 'ListenAddress=$machine_peer' -o UsePAM=no \\
			-o 'AuthorizedKeysFile=$work/key.pub' \\
			-o StrictModes=no -o PidFile=none \\
			-o 'Subsystem sftp internal-sftp'" \
		>"$work/peer" 2>&1 &
	peer_pid=$!
}

machine_stop() {
	[ -z "${peer_pid:-}" ] || kill -9 "$peer_pid" 2>/dev/null
	[ -z "${machine_pid:-}" ] || kill -9 "$machine_pid" 2>/dev/null
	ip netns del "$machine_space" 2>/dev/null
}
