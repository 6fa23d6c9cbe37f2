#!/bin/sh
# SPDX-License-Identifier: MIT
# Injections that fail, of one family each, in one run: the history tells of
# each of them, and the run is unknown. The store is one that refuses to lose
# its only member; the agent one that some things are denied.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/nodes.sh"
agent=$root/${ORDEAL_BUILD:-build/release}/ordeal-agent-$(uname -m)
if [ "$(id -u)" != 0 ] || [ ! -c /dev/fuse ] || ! command -v etcd >/dev/null ||
	[ ! -x "$agent" ]; then
	echo "needs root, /dev/fuse, etcd and an agent for this machine"
	exit 77
fi
cluster=broken-$$
nodes=n1
at_exit='"$ordeal" cluster down --name $cluster >/dev/null 2>&1'

# In the agent's place: the real one is asked for all that is not denied.
deny() {
	on n1 mkdir -p /opt/ordeal/agent /opt/able &&
		cp "$agent" "/proc/$node_pid/root/opt/able/ordeal-agent" &&
		on n1 sh -c 'cd /opt/ordeal/agent &&
		printf "%s\n" "#!/bin/sh" "case \$* in" \
			"starve\ begin*|*\ rule\ error*)" \
			"	echo it is denied >&2; exit 1;;" "esac" \
			"exec /opt/able/ordeal-agent \"\$@\"" >ordeal-agent &&
		chmod 755 ordeal-agent'
}

# One after the other, each healed, for a change of members is skipped where
# other faults keep the store from saying who they are. The run ends when the
# last has been tried, whenever that is.
breaks() {
	cat >"$work/plan" <<-PLAN
		[{"at": "100ms", "fault": "starve-cpu", "do": "inject",
			"target": "all"},
		{"at": "110ms", "fault": "starve-cpu", "do": "heal"},
		{"at": "200ms", "fault": "corrupt", "do": "inject",
			"target": "all"},
		{"at": "210ms", "fault": "corrupt", "do": "heal"},
		{"at": "300ms", "fault": "disk-io", "do": "inject",
			"target": "all"},
		{"at": "310ms", "fault": "disk-io", "do": "heal"},
		{"at": "400ms", "fault": "membership", "do": "inject",
			"target": "one"}]
	PLAN
	"$ordeal" run --target etcd --local 1 --cluster "$cluster" \
		--store "$work/store" --plan "$work/plan" --time-limit 300s \
		--faults starve-cpu,corrupt,disk-io,membership \
		--corrupt.files none-such --corrupt.kill false \
		--disk-io.behaviours error --membership.await 1s --min-ok 1 \
		--rate 50 --concurrency 2 --seed 1 >"$work/run" 2>&1 &
	pid=$!
	until_seen '"membership","value":{"do":"inject","effect":' ||
		return 1
	kill -TERM $pid
	wait $pid
	code=$?
	[ $code = 2 ] || { echo "exit code $code"; cat "$work/run"; return 1; }
}

# tells FAULT WORDS: of its injection, which is not proven and so one of the
# reasons of the verdict.
tells() {
	has "$work/store/latest/results.json" \
		"\"1 of 1 injections of ..$1.. " || return 1
	grep "\"$1\",\"value\":{.*\"do\":\"inject\",\"effect\":" \
		"$work/store/latest/history.jsonl" >"$work/lines"
	! grep '"effect":"proven"' "$work/lines" && has "$work/lines" "$2"
}

# is_seen WORDS COMMAND UNDO: what it leaves behind on the node.
is_seen() {
	on n1 sh -c "$2" >/dev/null 2>&1
	for _ in $(seq 100); do
		nothing_was_left >"$work/seen" || break
		sleep 0.1
	done
	on n1 sh -c "$3" && has "$work/seen" "$1" &&
		within 60 nothing_was_left
}

claim "a node" exits 0 "$ordeal" cluster up --nodes 1 --name "$cluster"
mark_all
claim "its agent is denied some things" deny
claim "broken injections make the run unknown" breaks
claim "... starving that is denied is told" \
	tells starve-cpu '"error":".*it is denied'
claim "... no file to spoil is told" tells corrupt '"effect":"absent".*no file'
claim "... a refused rule of the disk is told" \
	tells disk-io '"error":".*it is denied'
claim "... and that the store refuses to lose a member" \
	tells membership '"error":"membership: '
claim "nodes are what they were, by all that faults could leave" \
	within 60 nothing_was_left

# The comparison itself.
claim "... which sees a rule" is_seen 'inet left' \
	'nft add table inet left' 'nft delete table inet left'
claim "... a mount" is_seen 'left /mnt' \
	'mount -t tmpfs left /mnt' 'umount /mnt'
claim "... a stopped process" is_seen 'stopped: ' \
	'setsid sh -c "echo \$\$ >/run/left; kill -STOP \$\$" &' \
	'kill -KILL $(cat /run/left); rm /run/left'
claim "... and a file" is_seen 'ordeal-kept' \
	'touch /var/lib/ordeal/.ordeal-kept' 'rm /var/lib/ordeal/.ordeal-kept'
finish
