#!/bin/sh
# SPDX-License-Identifier: MIT
# Campaigns of the store in memory: what is expected, what ends them early, and
# that nothing which happens to one loses what is done.
. "$(dirname "$0")/../support/shell.sh"
store=$work/store
campaign() {
	"$ordeal" campaign "$@" --store "$store"
}

# of NAME EXPRESSION: what jq would print; perl reads JSON where there is no jq.
of() {
	perl -MJSON::PP -e '
		local $/; my $c = decode_json(<STDIN>);
		my $v = eval($ARGV[0]); die $@ if $@; print "$v\n";' "$2" \
		<"$store/campaigns/$1/latest/campaign.json"
}
is() {
	got=$(of "$1" "$2")
	[ "$got" = "$3" ] && return 0
	echo "$2 is '$got', not '$3'"
	return 1
}
states() {
	is "$1" 'join(" ", map { $_->{state} } @{$c->{cells}})' "$2"
}
# await COMMAND...: until it succeeds, at most a minute.
await() {
	for _ in $(seq 600); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	echo "it never came to: $*"
	return 1
}

# Those that are judged end when they have done enough, however long it takes.
cat >"$work/bugs.json" <<'END'
{
  "base": {"target": "memory", "memory.bug-rate": "20%", "time-limit": "300s", "rate": 1500, "register.keys": 3, "register.ops-per-key": 300, "settle": "0s"},
  "axes": {"workload": ["register", "append"], "memory.bug": ["none", "stale-read"]},
  "count": 2,
  "exclude": [{"workload": "append"}],
  "include": [
    {"workload": "append", "time-limit": "900ms"},
    {"workload": "append", "time-limit": "901ms"},
    {"rate": 1, "time-limit": "900ms", "expect": "unknown"}
  ],
  "expect": [{"when": {"memory.bug": "stale-read"}, "verdict": "invalid"}]
}
END
cp "$work/bugs.json" "$work/naive.json"
sed -i '/"expect": \[/s/"verdict": "invalid"/"anomaly": "G1c"/' "$work/naive.json"

claim 'a plan is shown and nothing is run' exits 0 campaign "$work/bugs.json" \
	--plan
claim '... all of it' has "$work/out" '^7 cells'
claim '... and no folder is made' test ! -e "$store"
claim 'planted bugs that are found are as expected' exits 0 campaign \
	"$work/bugs.json" --jobs 3 --junit "$work/j.xml" --sarif "$work/s.json" \
	--tap "$work/tap" --summary "$work/md"
cp "$work/out" "$work/first"
claim '... with a table at the end' has "$work/first" \
	'^register  stale-read .* 2      0        2        0 '
claim '... cells that came as expected are told so' has "$work/first" \
	'^\[[1-7]/7\] invalid with .*, as expected'
claim '... and all is in campaign.json' is bugs '$c->{totals}{expected}' 7
claim '... runs by name' await test -s \
	"$store/$(of bugs '$c->{cells}[0]{run}')/results.json"
claim '... figures of a run' is bugs '$c->{cells}[0]{figures}{ok} > 100' 1
claim '... with an end' is bugs '"$c->{state} $c->{exit}"' 'finished 0'
claim 'they pass in TAP' sh -c "! grep '^not ok' '$work/tap'"
claim '... a case each' has "$work/tap" '^1\.\.7'
claim '... and in JUnit' has "$work/j.xml" 'failures="0" errors="0"'
claim '... and are no alerts' sh -c "! grep '\"ruleId\"' '$work/s.json'"
claim 'one that is found by another name is not' exits 1 campaign \
	"$work/naive.json" --jobs 3 --tap "$work/tap" --junit "$work/j.xml"
claim '... and is told with what was expected' has "$work/out" \
	'expected invalid with G1c: '
claim '... and fails in TAP' has "$work/tap" '^not ok 3 '
claim '... and in JUnit' has "$work/j.xml" 'failures="2"'
claim 'first-failure begins no more' exits 1 campaign "$work/naive.json" \
	--stop first-failure
claim '... and says so' states naive \
	'done done done planned planned planned planned'
claim '... also in its file' is naive '"$c->{state}: $c->{reason}"' \
	'stopped: cell 2 was not as expected'
claim 'a resumed one goes on, seeds and all' exits 1 campaign \
	"$work/naive.json" --resume --jobs 4
claim '... to its end' states naive 'done done done done done done done'
claim '... and runs no cell again' is naive \
	'join(" ", map { $_->{attempts} } @{$c->{cells}})' '1 1 1 1 1 1 1'
sed -i 's/"rate": 1500/"rate": 1499/' "$work/naive.json"
claim 'one that is another by now is not resumed' exits 64 campaign \
	"$work/naive.json" --resume
claim '... and the difference is named' has "$work/err" '/base is not what'
claim 'where there is none there is nothing to resume' exits 64 "$ordeal" \
	campaign "$work/bugs.json" --resume --store "$work/elsewhere"
claim 'a budget of time that is used up leaves it unknown' exits 2 campaign \
	"$work/bugs.json" --time-budget 1ns
claim '... with the reason' has "$work/out" 'the time budget is used up'
claim 'jobs that share a cluster are refused' exits 64 campaign \
	"$work/bugs.json" --jobs 0
claim 'a missing file is trouble' exits 3 campaign "$work/none.json"

# Death, and what comes after.
cat >"$work/long.json" <<'END'
{
  "name": "long <b>\u001b[31m/../x",
  "base": {"target": "memory", "rate": 500, "settle": "0s"},
  "axes": {"time-limit": ["300ms", "600s", "301ms"]}
}
END
name='long__b___31m_.._x'
# begin NAME CELL ARGUMENTS: in the background, until that cell's run is there.
begin() {
	it=$1
	cell=$2
	shift 2
	setsid "$ordeal" campaign "$@" --store "$store" >"$work/begun" \
		2>"$work/err" &
	pid=$!
	at_exit="kill -9 $pid"
	await is "$it" "\$c->{state} eq 'running' &&
		\$c->{cells}[$cell]{state} eq 'running' &&
		\$c->{cells}[$cell]{run} ? 1 : 0" 1 || cat "$work/err"
}
# stop SIGNAL CODE: it ends so.
stop() {
	kill -"$1" "$pid"
	wait "$pid" 2>/dev/null
	code=$?
	at_exit=:
	[ "$code" = "$2" ] || echo "exit code $code"
	[ "$code" = "$2" ]
}
begin "$name" 1 "$work/long.json"
claim 'a name is made fit for a path' test -d "$store/campaigns/$name/latest/"
run=$store/$(of "$name" '$c->{cells}[1]{run}')
stop KILL 137
claim 'the run of a campaign that was killed ends in order' await test -s \
	"$run/results.json"
sed -i 's/"600s"/"302ms"/' "$work/long.json"
claim '... it cannot become another campaign' exits 64 campaign \
	"$work/long.json" --resume
sed -i 's/"302ms"/"600s"/' "$work/long.json"
begin "$name" 1 "$work/long.json" --resume
claim 'resumed, it has not run the first cell again' is "$name" \
	'$c->{cells}[0]{attempts}' 1
claim '... and the one that was killed once more' is "$name" \
	'$c->{cells}[1]{attempts}' 2
"$ordeal" campaign "$work/long.json" --resume --store "$store" \
	>"$work/out" 2>"$work/beside" &
beside=$!
claim 'another one beside it waits' await has "$work/out" 'waiting for runs'
kill -INT "$beside"
wait "$beside"
claim '... and gives up with trouble' test "$?" = 3
claim '... and the reason' has "$work/beside" 'is at work already'
claim 'Ctrl-C ends it as unknown' stop INT 2
claim '... in order' states "$name" 'done interrupted planned'
claim '... and it says where it stands' is "$name" \
	'"$c->{state} $c->{totals}{left}"' 'stopped 2'

# A run that crashes costs its own cell.
cat >"$work/crash.json" <<'END'
{
  "base": {"target": "memory", "rate": 500, "settle": "0s"},
  "axes": {"time-limit": ["600s", "300ms"]}
}
END
begin crash 0 "$work/crash.json"
kill -KILL $(cat "/proc/$pid/task/$pid/children")
claim 'a run that crashes is trouble' stop 0 3
claim '... of its own cell alone' states crash 'trouble done'
claim '... and told' has "$work/begun" 'died of signal 9'
begin crash 0 "$work/crash.json" --resume
claim '... and tried again when resumed' stop INT 2
claim '... where it is now interrupted' states crash 'interrupted done'
finish
