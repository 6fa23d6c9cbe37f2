#!/bin/sh
# SPDX-License-Identifier: MIT
# The web server: what it shows, and to whom. `ordeal diff` beside it.
. "$(dirname "$0")/../support/shell.sh"
store=$work/store

if ! command -v curl >/dev/null 2>&1; then
	echo 'skipped: no curl'
	exit 77
fi

server=
at_exit='[ -z "$server" ] || kill -9 "$server" 2>/dev/null'

# serve ARGUMENTS: starts it; $url is where it answers.
serve() {
	: >"$work/served"
	"$ordeal" serve --port 0 --store "$store" "$@" >"$work/served" \
		2>"$work/served.err" &
	server=$!
	for _ in $(seq 600); do
		url=$(sed -n 's/^ordeal serve: //p' "$work/served")
		[ -n "$url" ] && return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.1
	done
	cat "$work/served.err"
	return 1
}

# ends SIGNAL: the server ends by it, and well.
ends() {
	kill "-$1" "$server"
	wait "$server"
	code=$?
	server=
	[ "$code" = 0 ] && return 0
	echo "exit code $code"
	cat "$work/served.err"
	return 1
}

# gets CODE PATH [CURL OPTIONS]: what comes is in $work/body, $work/head.
gets() {
	expected=$1
	below=$2
	shift 2
	code=$(curl --silent --path-as-is --max-time 60 "$@" \
		--dump-header "$work/head" --output "$work/body" \
		--write-out '%{http_code}' "$url$below")
	[ "$code" = "$expected" ] && return 0
	echo "$below: $code instead of $expected"
	head -c 500 "$work/body"
	return 1
}

lacks() {
	grep -qe "$2" "$1" || return 0
	echo "'$2' is in $1"
	return 1
}

claim 'a run of a store with a bug is invalid' runs 1 500 "$ordeal" run \
	--target memory --workload register --bug stale-read --bug-rate 20% \
	--time-limit 1s --rate 1000 --store "$store"
bad=$(cd "$store" && echo memory-register/*)
claim 'a run of a correct store is valid' runs 0 500 "$ordeal" run \
	--target memory --workload append --time-limit 1s --rate 1000 \
	--store "$store"
good=$(cd "$store" && echo memory-append/*)

claim 'diff compares two runs' exits 0 "$ordeal" diff memory-register \
	memory-append --store "$store"
claim 'and tells the verdicts' has "$work/out" '\* verdict  *invalid  *valid'
claim 'and options' has "$work/out" 'workload.name  *register  *append'
claim 'diff as JSON' exits 0 "$ordeal" diff "$bad" "$good" --json \
	--store "$store"
claim 'has sections' has "$work/out" '"anomalies": \['
claim 'one run is wrong usage' exits 64 "$ordeal" diff "$bad"
claim 'no run is trouble' exits 3 "$ordeal" diff "$bad" nothing \
	--store "$store"

claim 'serve begins' serve
claim 'it is on the loopback alone' has "$work/served" '//127\.0\.0\.1:'
claim 'the list is there' gets 200 ''
claim 'it has the run' has "$work/body" "data-run=\"$bad\""
claim 'a page may load from here alone' has "$work/head" \
	"^Content-Security-Policy: default-src 'none'; style-src 'self'; script"
claim 'types are not guessed' has "$work/head" 'nosniff'
claim 'a filter narrows' gets 200 '?verdict=valid'
claim 'to what is wanted' lacks "$work/body" "data-run=\"$bad\""
claim 'the list as JSON' gets 200 'runs.json?anomaly=stale-read'
claim 'has one run' has "$work/body" '"matching": 1'
claim 'a run is there' gets 200 "runs/$bad/"
claim 'with its anomaly' has "$work/body" 'stale-read'
claim 'its report is there' gets 200 "runs/$bad/report.html"
claim 'it may run its script, and nothing else' has "$work/head" \
	"sandbox allow-scripts allow-downloads"
claim 'its history is the file' gets 200 "runs/$bad/history.jsonl"
claim 'to the byte' cmp "$work/body" "$store/$bad/history.jsonl"
claim 'a folder has a slash' gets 303 "runs/$bad"
claim 'HEAD is answered' gets 200 '' --head
claim 'style' gets 200 style.css
claim 'script' gets 200 script.js
claim 'two runs beside each other' gets 200 "compare?run=$bad&run=$good"
claim 'with their plots' has "$work/body" 'id="plots-b"'
claim 'there may be no campaigns' gets 200 campaigns

claim 'a run is had as an archive' gets 200 "archive/$bad.tar.gz"
claim 'which tar reads' sh -c "mkdir '$work/tar' &&
	tar -xzf '$work/body' -C '$work/tar'"
claim 'it is the run' diff -r "$store/$bad" "$work/tar/$bad"

# Whoever asks for what is not theirs.
echo secret >"$work/secret"
ln -s "$work/secret" "$store/$bad/link"
ln -s "$work" "$store/$bad/up"
ln -s "$work" "$store/group"
for path in ../secret runs/../../secret "runs/$bad/../../../secret" \
	"runs/$bad/%2e%2e/%2e%2e/%2e%2e/secret" "runs/..%2f..%2fsecret" \
	"runs/$bad/link" "runs/$bad/up/secret" runs/group/secret \
	"runs/$work/secret" "runs//$work/secret" runs/latest/ \
	"archive/..%2f..%2fsecret.tar.gz" "events/../x" "campaigns/../../x/"; do
	claim "$path is not there" gets 404 "$path"
	claim 'and tells nothing' lacks "$work/body" secret
done
for path in 'x%00y' '%' '%zz' 'runs/%0d%0aSet-Cookie:x' '%ff' '%c0%ae'; do
	claim "$path is no path" gets 400 "$path"
done
claim 'another host is not let in' gets 403 '' --header 'Host: evil.example'
claim 'nor none' gets 403 '' --header 'Host:'
claim 'POST is not answered' gets 405 '' --data x=1
claim 'nor PUT' gets 405 "runs/$bad/x" --upload-file "$work/secret"
claim 'nor DELETE' gets 405 "runs/$bad/history.jsonl" --request DELETE
claim 'which is still there' test -s "$store/$bad/history.jsonl"
claim 'a request that is too large is refused' sh -c "curl --silent --output \
	/dev/null --write-out '%{http_code}' --header 'X: $(printf '%070000d' 0)' \
	'$url' | grep -q '^4'"
claim 'the server is still there' gets 200 ''

# Thousands of runs.
perl -e 'my ($root) = @ARGV; mkdir "$root/many-runs"; my @v = qw(true false);
	for my $i (1 .. 2000) {
		my $run = sprintf("%s/many-runs/20200101T%06d.000Z", $root, $i);
		mkdir $run; open my $f, ">", "$run/results.json" or die;
		print $f "{\"valid\":$v[$i % 2],\"reason\":\"run $i\"}"; close $f }
	' "$store"
claim 'thousands are listed' gets 200 runs.json
claim 'all of them' has "$work/body" '"total": 2002'
claim 'the last page is there' gets 200 '?limit=100&page=21'
claim 'with the oldest' has "$work/body" 'run 1<'
claim 'a text finds one' gets 200 'runs.json?q=run%201234'
claim 'alone' has "$work/body" '"matching": 1,'

# A run in progress, as it goes on.
"$ordeal" run --target memory --workload register --time-limit 300s --rate 300 \
	--store "$store" >"$work/run.out" 2>&1 &
going=$!
at_exit="$at_exit; kill $going 2>/dev/null"
for _ in $(seq 600); do
	gets 200 'runs.json?verdict=running' >/dev/null
	path=$(sed -n 's/^ *"run": "\(.*\)",$/\1/p' "$work/body" | head -n 1)
	gets 200 metrics >/dev/null
	[ -n "$path" ] &&
		grep -q 'f="read",outcome="ok"} [1-9]' "$work/body" && break
	kill -0 "$going" 2>/dev/null || break
	sleep 0.1
done
claim 'a run in progress is called so' sh -c '[ -n "$1" ] || cat "$2" "$3"
	[ -n "$1" ]' sh "$path" "$work/run.out" "$work/body"
claim 'its operations are counted' has "$work/body" \
	"^ordeal_operations_total{run=\"$path\",target=\"memory\",.*outcome=\"ok\"} [1-9]"
claim 'and their latencies' has "$work/body" \
	'^ordeal_operation_latency_seconds_bucket{.*le="+Inf"} [1-9]'
if command -v promtool >/dev/null 2>&1; then
	claim 'Prometheus reads it' sh -c "promtool check metrics <'$work/body'"
else
	echo 'skipped: no promtool'
fi
claim 'its page has a live view' gets 200 "runs/$path/"
claim 'which asks for events' has "$work/body" "data-events=\"/events/$path\""
curl --silent --no-buffer --max-time 300 "${url}events/$path" \
	>"$work/events" &
watching=$!
for _ in $(seq 600); do
	[ "$(grep -c '^event: progress' "$work/events")" -ge 2 ] && break
	kill -0 "$watching" 2>/dev/null || break
	sleep 0.1
done
claim 'they tell the phase' has "$work/events" '"phase":"main"'
claim 'and what is left' has "$work/events" '"left":[0-9]'
kill -INT "$going"
wait "$going"
wait "$watching"
claim 'and end with the verdict' has "$work/events" '^data: {"verdict":"valid"}'
claim 'Ctrl-C ends the server' ends INT

claim 'others are not served without a token' exits 64 "$ordeal" serve \
	--port 0 --store "$store" --bind 0.0.0.0
claim 'a port is a number' exits 64 "$ordeal" serve --port x
claim 'a short token is none' sh -c "echo short >'$work/short'"
claim 'and is refused' exits 64 "$ordeal" serve --port 0 --token-file \
	"$work/short"
echo a-token-that-is-long-enough >"$work/token"
claim 'a token is asked for' serve --bind 0.0.0.0 --token-file "$work/token"
url=$(echo "$url" | sed 's/0\.0\.0\.0/127.0.0.1/')
claim 'without it nothing comes' gets 401 ''
claim 'not even metrics' gets 401 metrics
claim 'a wrong one is refused' gets 401 '' --user :a-token-that-is-long-enougx
claim 'as a password it opens' gets 200 '' --user :a-token-that-is-long-enough
claim 'and as a bearer token' gets 200 '' --header \
	'Authorization: Bearer a-token-that-is-long-enough'
claim 'the token is told to nobody' lacks "$work/served" a-token
claim 'nor on the command line' lacks "/proc/$server/cmdline" a-token
claim 'SIGTERM ends the server' ends TERM

for command in serve diff; do
	"$ordeal" "$command" --help | sed -n 's/^  \(--[a-z-]*\) .*/\1/p' |
		sed 's/-/\\\\-/g' >"$work/options"
	while read -r option; do
		claim "the manual has $option of $command" \
			has "$root/doc/ordeal.1" "$option"
	done <"$work/options"
done
finish
