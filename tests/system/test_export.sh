#!/bin/sh
# SPDX-License-Identifier: MIT
# A run as spans: the program as one uses it, and servers that take them. Zipkin
# comes from Maven Central (or ZIPKIN_JAR); an OpenTelemetry collector is used
# where one is in PATH (or OTELCOL). What is not there is said.
. "$(dirname "$0")/../support/shell.sh"
store=$work/store
trap 'kill $servers 2>/dev/null; rm -rf "$work"' EXIT
servers=

# free_port: one that nobody listens on just now
free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
		LocalAddr => "127.0.0.1")->sockport'
}
# await COMMAND ...: at most two minutes
await() {
	for _ in $(seq 1200); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	echo "it never came to: $*"
	return 1
}
# spans FILE: how many are in a Zipkin list
spans() {
	perl -MJSON::PP -e 'local $/;
		print scalar @{decode_json(<STDIN>)}, "\n"' <"$1"
}
same() {
	[ "$1" = "$2" ] || echo "$1 is not $2"
	[ "$1" = "$2" ]
}

claim 'a run exports files when it has been judged' runs 1 250 "$ordeal" run \
	--target memory --bug stale-read --bug-rate 20% --rate 500 \
	--time-limit 1s --store "$store" --otlp "$work/live.otlp" \
	--zipkin "$work/live.zipkin"
claim 'the same afterwards' exits 0 "$ordeal" export latest --store "$store" \
	--otlp "$work/otlp" --zipkin "$work/zipkin" --batch 100
count=$(spans "$work/zipkin")
claim '... and is told' has "$work/out" "^$count spans to "
ids() {
	grep -o '"id":"[0-9a-f]*"' "$1" | sort
}
ids "$work/live.zipkin" >"$work/live.ids"
ids "$work/zipkin" >"$work/ids"
claim '... with the same ids' cmp -s "$work/live.ids" "$work/ids"
claim '... none of them twice' same "$(uniq "$work/ids" | wc -l)" "$count"
claim '... a request a line' same "$(wc -l <"$work/otlp")" \
	"$(((count + 99) / 100))"
claim 'what proves the anomaly says so' has "$work/otlp" \
	'"ordeal.anomaly","value":{"stringValue":"'
operations=$(grep -c '"type":"invoke"' "$store/latest/history.jsonl")
claim 'each operation is there' same "$(grep -c '"ordeal.index"' \
	"$work/zipkin")" "$operations"
ln -s /dev/full "$work/full"
claim 'a full disk is trouble' exits 3 "$ordeal" export latest --store \
	"$store" --zipkin "$work/full"
claim '... and no device is replaced' test -L "$work/full"
claim 'nobody there is trouble' exits 3 "$ordeal" export latest --store \
	"$store" --zipkin http://127.0.0.1:1
claim '... and is told' has "$work/err" 'http://127.0.0.1:1/api/v2/spans: '
claim '... but no verdict of a run' exits 0 "$ordeal" run --target memory \
	--rate 1500 --keys 1 --time-limit 300s --store "$work/other" \
	--otlp http://127.0.0.1:1
claim '... which says so' has "$work/out" 'export: http://127.0.0.1:1/'
claim '--otlp or --zipkin is wanted' exits 64 "$ordeal" export latest \
	--store "$store"

# While a run goes on: a server has operations before there is a verdict, and in
# the end each of them once.
perl "$root/tests/support/collector.pl" "$work/taken" >"$work/port" &
servers=$!
claim 'a server is there' await test -s "$work/port"
"$ordeal" run --target memory --rate 500 --time-limit 300s --settle 0s \
	--store "$work/going" --run-file "$work/run" \
	--zipkin "http://127.0.0.1:$(cat "$work/port")" >"$work/said" 2>&1 &
going=$!
servers="$servers $going"
claim 'operations arrive while the run goes on' await \
	grep -q '"ordeal.outcome":"ok"' "$work/taken"
claim '... which is not judged yet' test -s "$work/run" -a \
	! -e "$(cat "$work/run")/results.json"
kill -INT $going
wait $going
code=$?
claim 'it ends with a verdict' test $code = 0 -o $code = 2
claim '... and says nothing of spans' sh -c "! grep export: '$work/said'"
claim 'all that happened is exported afterwards' exits 0 "$ordeal" export \
	"$(cat "$work/run")" --zipkin "$work/after"
ids "$work/after" >"$work/ids"
ids "$work/taken" >"$work/live.ids"
claim '... and the server has the same, nothing twice' \
	cmp "$work/live.ids" "$work/ids"

jar=${ZIPKIN_JAR-}
if [ -z "$jar" ] && command -v java >/dev/null; then
	jar=$HOME/.m2/repository/io/zipkin/zipkin-server/3.4.4/zipkin-server-3.4.4-exec.jar
	[ -e "$jar" ] || timeout 120 mvn -q -B dependency:get -Dtransitive=false \
		-Dartifact=io.zipkin:zipkin-server:3.4.4:jar:exec \
		>"$work/mvn" 2>&1
	[ -e "$jar" ] || jar=
fi
if [ -n "$jar" ]; then
	port=$(free_port)
	QUERY_PORT=$port java -Xmx256m -XX:+UseSerialGC \
		-XX:TieredStopAtLevel=1 -jar "$jar" >"$work/zipkin.log" 2>&1 &
	servers="$servers $!"
	url=http://127.0.0.1:$port
	claim 'Zipkin is up' await curl -fs "$url/health"
	claim 'Zipkin takes a run' exits 0 "$ordeal" export latest --store \
		"$store" --zipkin "$url"
	trace=$(grep -o '"traceId":"[0-9a-f]*' "$work/zipkin" | head -n 1 |
		cut -d'"' -f4)
	all_there() {
		curl -fs "$url/api/v2/trace/$trace" >"$work/trace" &&
			same "$(spans "$work/trace")" "$count"
	}
	claim '... and shows all of it' await all_there
	claim '... which can be searched' await sh -c "curl -fs -G \
		'$url/api/v2/traces' --data-urlencode lookback=99999999999 \
		--data-urlencode 'annotationQuery=ordeal.outcome=ok' |
		grep -q '$trace'"
else
	echo 'skipped: Zipkin, for it (or java) is not to be had'
fi

collector=${OTELCOL-$(command -v otelcol || command -v otelcol-contrib ||
	true)}
if [ -n "$collector" ]; then
	port=$(free_port)
	cat >"$work/collector.yaml" <<-END
		receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:$port"}}}}
		exporters: {debug: {verbosity: detailed}}
		service:
		  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
		  telemetry: {metrics: {level: none}}
	END
	"$collector" --config "file:$work/collector.yaml" >"$work/otel.log" 2>&1 &
	servers="$servers $!"
	claim 'an OpenTelemetry collector is up' await has "$work/otel.log" \
		'Everything is ready'
	claim '... and takes a run' exits 0 "$ordeal" export latest --store \
		"$store" --otlp "http://127.0.0.1:$port"
	all_told() {
		same "$(grep -c '^    ID  *: ' "$work/otel.log")" "$count"
	}
	claim '... all of it' await all_told
	claim '... with its attributes' has "$work/otel.log" \
		'ordeal.anomaly: Str('
else
	echo 'skipped: no OpenTelemetry collector is here'
fi

# What a collector would read it with.
if python3 -c 'import opentelemetry.proto.collector.trace.v1.trace_service_pb2' \
	2>/dev/null; then
	cat >"$work/parse.py" <<-'END'
		import sys
		from google.protobuf import json_format
		from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
		count = 0
		for line in open(sys.argv[1]):
		    request = json_format.Parse(
		        line, trace_service_pb2.ExportTraceServiceRequest())
		    for resource in request.resource_spans:
		        for scope in resource.scope_spans:
		            count += len(scope.spans)
		print(count)
	END
	claim 'OTLP is what its protocol buffers say' same \
		"$(python3 "$work/parse.py" "$work/otlp")" "$count"
else
	echo 'skipped: opentelemetry-proto for Python is not here'
fi
finish
