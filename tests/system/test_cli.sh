#!/bin/sh
# SPDX-License-Identifier: MIT
# The command line as a new user meets it: wrong input, exit codes, pipes.
set -eu
ordeal=${ORDEAL:-./ordeal}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

complain() {
	echo "test_cli: $*" >&2
	failures=$((failures + 1))
}

# expect CODE PART COMMAND...: the exit code, and a part of what it says
expect() {
	wanted=$1
	part=$2
	shift 2
	code=0
	"$@" >"$dir/out" 2>"$dir/err" </dev/null || code=$?
	[ "$code" = "$wanted" ] ||
		complain "exit code $code, not $wanted: $*: $(cat "$dir/err")"
	[ -z "$part" ] || cat "$dir/out" "$dir/err" | grep -qF -- "$part" ||
		complain "does not say \"$part\": $*: $(cat "$dir/out" \
			"$dir/err" | head -n 5)"
}

entry() {
	printf '{"index":%s,"time":1%s000,"process":%s,"type":"%s","f":"%s",' \
		"$1" "$1" "$2" "$3" "$4"
	printf '"value":%s}\n' "$5"
}

{
	entry 0 0 invoke write 1
	entry 1 0 ok write 1
	entry 2 1 invoke read null
	entry 3 1 ok read 1
} >"$dir/good.jsonl"
{
	cat "$dir/good.jsonl"
	entry 4 0 invoke write 2
	entry 5 0 ok write 2
	entry 6 2 invoke read null
	entry 7 2 ok read 2
	entry 8 1 invoke read null
	entry 9 1 ok read 1
} >"$dir/stale.jsonl"
{
	entry 0 0 invoke write 1
	entry 1 0 info write 1
} >"$dir/idle.jsonl"

# The program itself.
expect 0 'ordeal COMMAND' "$ordeal" --help
expect 0 'jansson' "$ordeal" --version
expect 64 "there is no option '-x'" "$ordeal" run -x
expect 3 "run: unable to open $dir/nothing.json" "$ordeal" run \
	--target memory --workload register --store "$dir/store" \
	--plan "$dir/nothing.json"
expect 64 'ordeal COMMAND' "$ordeal"
expect 64 'did you mean "check"?' "$ordeal" chekc
for command in $("$ordeal" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	expect 0 "$command" "$ordeal" "$command" --help
	expect 0 "$command" "$ordeal" help "$command"
done
for list in targets workloads faults checkers models; do
	expect 0 '' "$ordeal" list "$list"
done
expect 0 'coverage' "$ordeal" list checkers --names
expect 64 'did you mean "faults"?' "$ordeal" list fautls
expect 0 'Example' "$ordeal" explain stale-read
expect 0 'min-ok' "$ordeal" explain coverage
expect 64 'did you mean "stale-read"?' "$ordeal" explain stale-raed
for word in non-linearizable garbage-read future-read lost-write lost-update \
	failed-write-observed crash linearizable; do
	expect 0 "$word" "$ordeal" explain "$word"
done

# Verdicts are exit codes.
expect 0 'valid: ' "$ordeal" check "$dir/good.jsonl"
expect 1 'stale-read' "$ordeal" check "$dir/stale.jsonl"
expect 2 'none of 1 operations succeeded' "$ordeal" check "$dir/idle.jsonl"
expect 2 'no checker judged' "$ordeal" check --checker stats "$dir/good.jsonl"
"$ordeal" check - --model register <"$dir/good.jsonl" >"$dir/out" ||
	complain 'does not read the standard input'
expect 0 '"valid": true' "$ordeal" check --json "$dir/good.jsonl"
expect 2 '"valid": "unknown"' "$ordeal" check --json "$dir/idle.jsonl"

{
	cat "$dir/good.jsonl"
	entry 4 0 invoke cas '[1,2]'
	entry 5 0 ok cas '[1,2]'
	entry 6 1 invoke read null
	entry 7 1 ok read 2
} >"$dir/cas.jsonl"
expect 0 'valid: ' "$ordeal" check "$dir/cas.jsonl"
expect 2 "what 'cas' does (index 4)" "$ordeal" check --checker isolation \
	"$dir/cas.jsonl"

# Several files: a line each, the worst code.
tab=$(printf '\t')
expect 1 "stale.jsonl${tab}invalid" "$ordeal" check "$dir/good.jsonl" \
	"$dir/stale.jsonl" "$dir/idle.jsonl" "$dir/missing"
expect 3 "missing${tab}error" "$ordeal" check "$dir/good.jsonl" \
	"$dir/idle.jsonl" "$dir/missing"
expect 2 "idle.jsonl${tab}unknown" "$ordeal" check "$dir/idle.jsonl" \
	"$dir/good.jsonl"

# Wrong input: one sentence, where it is, exit code 3, never a verdict.
: >"$dir/empty"
head -c 5000 "$ordeal" >"$dir/binary"
printf '{"index":0,"process":0,' >"$dir/open"
{
	printf '\357\273\277'
	cat "$dir/good.jsonl"
} >"$dir/marked"
entry 0 0 ok write 1 >"$dir/orphan"
{
	entry 0 0 invoke write 1
	printf '{"index":1,"process":zero}\n'
	entry 2 0 ok write 1
} >"$dir/bad"
for file in empty binary bad orphan missing; do
	expect 3 "$dir/$file" "$ordeal" check "$dir/$file"
	[ ! -s "$dir/out" ] || complain "$file: a verdict on bad input"
	[ "$(wc -l <"$dir/err")" -eq 1 ] || complain "$file: not one sentence"
done
expect 3 'bad:2' "$ordeal" check "$dir/bad"
expect 3 'byte order mark' "$ordeal" check "$dir/marked"
expect 3 'orphan:1' "$ordeal" check "$dir/orphan"
{
	cat "$dir/good.jsonl"
	printf '{"index":4,"time":4000,"proc'
} >"$dir/torn.jsonl"
expect 0 'torn' "$ordeal" check "$dir/torn.jsonl"

# Wrong usage: 64, and what was meant.
expect 64 'name a history or a run' "$ordeal" check
expect 64 'did you mean --checker?' "$ordeal" check --chekcer x "$dir/empty"
expect 64 'did you mean "coverage"?' "$ordeal" check --checker covrage \
	"$dir/good.jsonl"
expect 64 'a value is missing' "$ordeal" check "$dir/good.jsonl" --checker
expect 64 'timeout' "$ordeal" check --timeout soon "$dir/good.jsonl"
expect 64 'min-ok' "$ordeal" check --min-ok many "$dir/good.jsonl"
expect 64 'there is no workload' "$ordeal" check --workload regsiter \
	"$dir/good.jsonl"
printf 'w 1 1\n---\nr 1 1\n' >"$dir/awdit"
expect 64 'no real time' "$ordeal" check --checker linearizable "$dir/awdit"
expect 64 'did you mean "cas-register"?' "$ordeal" check --model cas-regsiter \
	"$dir/good.jsonl"
expect 1 'stale-read' "$ordeal" check --workload register "$dir/stale.jsonl"
expect 1 'stale-read' "$ordeal" check --model register "$dir/stale.jsonl"
entry 0 0 invoke frobnicate 1 >"$dir/foreign.jsonl"
expect 64 'choose with --checker' "$ordeal" check "$dir/foreign.jsonl"

# A run is judged by its own configuration, and gives the same bytes again.
run="$dir/store/memory-register/20260101T000000.000Z"
mkdir -p "$run"
cp "$dir/stale.jsonl" "$run/history.jsonl"
cat >"$run/config.json" <<END
{"judges": [{"checker": "linearizable", "options": {"model": "register"}},
	{"checker": "coverage", "options": {"min-ok": "1"}}]}
END
expect 1 'results.json' "$ordeal" check "$run"
cp "$run/results.json" "$dir/first.json"
expect 1 'results.json' "$ordeal" check --store "$dir/store" memory-register
cmp -s "$run/results.json" "$dir/first.json" || complain 'other bytes'
expect 1 'results.json' "$ordeal" check --threads 1 "$run"
cmp -s "$run/results.json" "$dir/first.json" || complain 'threads matter'
expect 2 'no checker' "$ordeal" check --checker stats "$run"
cmp -s "$run/results.json" "$dir/first.json" ||
	complain 'another question overwrote the results'
# In a host name that nothing else would say, where one may be set.
if unshare --uts true 2>/dev/null; then
	unshare --uts sh -c 'hostname host-of-the-test && "$0" check "$1"' \
		"$ordeal" "$run" >/dev/null 2>&1 || true
	grep -q host-of-the-test "$run/results.json" &&
		complain 'a host name in results'
fi
printf '{"judges": [{"checker": "covrage"}]}' >"$run/config.json"
expect 3 '/judges/0: checker' "$ordeal" check "$run"
printf '{"judges": 1' >"$run/config.json"
expect 3 'config.json:1' "$ordeal" check "$run"
rm "$run/config.json"
expect 3 'config.json' "$ordeal" check "$run"
expect 1 'stale-read' "$ordeal" check --checker linearizable "$run"
expect 3 'there is no run' "$ordeal" check --store "$dir/store" latest

# A run that ended is sealed, and an audit finds the line that was changed.
expect 2 'not sealed' "$ordeal" audit "$run"
code=0
"$ordeal" run --target memory --workload register --keys 1 \
	--time-limit 300s --rate 1500 --store "$dir/sealed" >"$dir/out" 2>&1 || code=$?
[ "$code" -le 2 ] || complain "run: exit code $code: $(tail -n 3 "$dir/out")"
cp "$dir/sealed/latest/results.json" "$dir/first.json"
expect "$code" 'results.json' "$ordeal" check --store "$dir/sealed" latest
cmp -s "$dir/sealed/latest/results.json" "$dir/first.json" ||
	complain 'a run judged again gives other bytes'
expect 0 'intact' "$ordeal" audit --store "$dir/sealed" latest
sed -i '7s/"process":/"process": /' "$dir/sealed/latest/history.jsonl"
expect 1 'history.jsonl:7: this line was changed' "$ordeal" audit \
	--store "$dir/sealed" latest
expect 3 'not the history that was sealed' "$ordeal" check \
	--store "$dir/sealed" latest
cmp -s "$dir/sealed/latest/results.json" "$dir/first.json" ||
	complain 'a changed history was sealed anew'

# Converting keeps what is there.
expect 0 '' "$ordeal" convert "$dir/good.jsonl" --to jsonl --output "$dir/copy"
cmp -s "$dir/good.jsonl" "$dir/copy" || complain 'convert changed a history'
expect 0 '' "$ordeal" convert "$dir/stale.jsonl" --to edn --output "$dir/edn"
expect 1 'stale-read' "$ordeal" check "$dir/edn"
expect 0 '' "$ordeal" convert "$dir/edn" --to jsonl --output "$dir/edn"
expect 1 'stale-read' "$ordeal" check "$dir/edn"
cp "$dir/stale.jsonl" "$dir/copy"
code=0
(
	trap '' XFSZ
	ulimit -f 0
	"$ordeal" convert "$dir/good.jsonl" --to edn --output "$dir/copy"
) 2>/dev/null || code=$?
[ "$code" = 3 ] || complain "no room for a conversion is exit code $code"
cmp -s "$dir/stale.jsonl" "$dir/copy" || complain 'what was there is lost'
[ -z "$(find "$dir" -name '*.part')" ] || complain 'a part is left over'
expect 64 'say --to' "$ordeal" convert "$dir/good.jsonl"
expect 3 '/nonexistent/x' "$ordeal" convert "$dir/good.jsonl" --to jsonl \
	--output /nonexistent/x

# For pipelines.
expect 1 '' "$ordeal" check "$dir/stale.jsonl" --junit "$dir/junit.xml" \
	--sarif "$dir/out.sarif" --tap "$dir/out.tap" --summary "$dir/out.md"
grep -q '<failure type="stale-read"' "$dir/junit.xml" || complain 'no junit'
if python3 -c 'import jsonschema' >/dev/null 2>&1; then
	for file in stale good idle evil; do
		[ -e "$dir/$file.jsonl" ] || continue
		"$ordeal" check --json "$dir/$file.jsonl" >"$dir/$file.json" ||
			true
		python3 - "$dir/$file.json" results/results.schema.json <<'END' ||
import json, sys
import jsonschema
result, schema = (json.load(open(name)) for name in sys.argv[1:3])
jsonschema.validate(result, schema)
END
			complain "$file: the results do not fit their schema"
	done
fi
grep -q '"ruleId": "stale-read"' "$dir/out.sarif" || complain 'no sarif'
grep -q '^not ok 1' "$dir/out.tap" || complain 'no tap'
grep -q '1 invalid' "$dir/out.md" || complain 'no summary'
expect 3 '/nonexistent/x' "$ordeal" check "$dir/good.jsonl" --tap \
	/nonexistent/x
ln -s /dev/full "$dir/full"
expect 3 'No space left' "$ordeal" check "$dir/good.jsonl" --tap "$dir/full"
[ -L "$dir/full" ] || complain 'a device would have been replaced'
code=0
"$ordeal" diff --all --json "$dir/sealed/latest" "$dir/sealed/latest" \
	2>"$dir/err" >/dev/full || code=$?
[ "$code" = 3 ] || complain "lost output is exit code $code"

# Text of others does nothing to a terminal, and a pipe sees no colour.
{
	printf '{"index":0,"time":1,"process":0,"type":"invoke","f":"write",'
	printf '"value":"\\u001b[2J\\u0007"}\n'
	printf '{"index":1,"time":2,"process":0,"type":"ok","f":"read",'
	printf '"value":"\\u001b[2J"}\n'
} | sed 's/"ok","f":"read"/"ok","f":"write"/' >"$dir/evil.jsonl"
"$ordeal" check "$dir/evil.jsonl" >"$dir/out" 2>&1 || true
"$ordeal" check "$(printf '/\033[31mevil')" >>"$dir/out" 2>&1 || true
"$ordeal" check "$dir/stale.jsonl" >>"$dir/out" 2>&1 || true
LC_ALL=C grep -q "$(printf '\033')" "$dir/out" && complain 'an escape got out'
if script -qec true /dev/null >/dev/null 2>&1; then
	TERM=xterm script -qec "'$ordeal' check '$dir/stale.jsonl'" /dev/null \
		>"$dir/tty" 2>&1 </dev/null || true
	grep -q "$(printf '\033')" "$dir/tty" || complain 'no colour on a tty'
	NO_COLOR=1 TERM=xterm script -qec "'$ordeal' check '$dir/stale.jsonl'" \
		/dev/null >"$dir/tty" 2>&1 </dev/null || true
	grep -q "$(printf '\033')" "$dir/tty" && complain 'NO_COLOR ignored'
fi

# A reader that goes away is no crash.
code=0
{ "$ordeal" list models || code=$?; echo "$code" >"$dir/code"; } | true
[ "$(cat "$dir/code")" -lt 128 ] || complain 'died of a closed pipe'

# Speed is told, not tested: the machine may be busy.
start=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do "$ordeal" --help >/dev/null; done
end=$(date +%s%N)
echo "ordeal --help takes $(((end - start) / 10000)) us"
start=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do
	"$ordeal" check "$dir/good.jsonl" >/dev/null
done
end=$(date +%s%N)
echo "ordeal check of a short history takes $(((end - start) / 10000)) us"

[ "$failures" -eq 0 ]
