#!/bin/sh
# SPDX-License-Identifier: MIT
# What pipelines read is what their schemas say: JUnit XML, SARIF, results.json,
# campaign.json; of valid, invalid, unknown, unreadable and hostile input.
. "$(dirname "$0")/../support/shell.sh"
store=$work/store
xsd=$root/tests/support/schemas/junit-10.xsd

# A Python that has jsonschema.
python=
for name in python3 /usr/bin/python3; do
	"$name" -c 'import jsonschema' 2>/dev/null && python=$name && break
done
if [ -z "$python" ] && ! command -v xmllint >/dev/null; then
	echo 'skipped: neither xmllint nor jsonschema for Python is here'
	exit 77
fi

# The schema of SARIF, from a package that carries it.
sarif=${SARIF_SCHEMA-}
if [ -z "$sarif" ] && command -v cargo >/dev/null; then
	find_schema() {
		find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -path \
			'*/serde-sarif-0.8.0/src/schema.json' 2>/dev/null | head -n 1
	}
	sarif=$(find_schema)
	[ -n "$sarif" ] || (cd "$work" && timeout 60 cargo info \
		serde-sarif@0.8.0 >"$work/cargo" 2>&1)
	sarif=$(find_schema)
fi

junit() {
	xmllint --noout --schema "$xsd" "$1" 2>"$work/said" && return 0
	head -n 3 "$work/said"
	return 1
}

# json SCHEMA FILE ...: each is what the schema says.
json() {
	"$python" - "$@" <<'END'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
bad = 0
for path in sys.argv[2:]:
    for error in list(kind(schema).iter_errors(json.load(open(path))))[:3]:
        print(path, "/".join(map(str, error.absolute_path)), error.message[:200])
        bad = 1
sys.exit(bad)
END
}
refuses() {
	! "$@" >"$work/refused" 2>&1
}

evil='<b>]]>&amp;\u001b[31m\u202e\u0001\"'
{
	echo '{"index":0,"time":1,"process":0,"type":"invoke","f":"write","value":1,"node":"'"$evil"'"}'
	echo '{"index":1,"time":2,"process":0,"type":"ok","f":"write","value":1}'
	echo '{"index":2,"time":3,"process":1,"type":"invoke","f":"read","value":null}'
	echo '{"index":3,"time":4,"process":1,"type":"ok","f":"read","value":"'"$evil"'","error":"'"$evil"'"}'
} >"$work/evil <b>&'.jsonl"
echo nonsense >"$work/torn.jsonl"
cat >"$work/c&<.json" <<'END'
{
  "base": {"target": "memory", "memory.bug-rate": "20%", "time-limit": "600ms", "rate": 1500, "settle": "0s"},
  "axes": {"memory.bug": ["none", "stale-read"], "rate": [1500, 1]},
  "include": [{"memory.bug": "stale-read", "expect": "invalid"}],
  "time-budget": "1h"
}
END
"$ordeal" campaign "$work/c&<.json" --store "$store" --junit "$work/c.xml" \
	--sarif "$work/c.sarif" >"$work/out" 2>&1
claim 'a campaign has all verdicts' has "$work/out" '5 cells: [1-4] as expected'
"$ordeal" check "$store"/memory-register/*Z "$work"/*.jsonl --model \
	cas-register --junit "$work/r.xml" --sarif "$work/r.sarif" \
	>"$work/checked" 2>&1
claim 'a check too' has "$work/checked" '	invalid$'
claim '... and trouble' has "$work/checked" '	error$'
for run in "$store"/memory-register/*Z; do
	"$ordeal" check "$run" --json >"$work/${run##*/}.json" 2>/dev/null
done
"$ordeal" check "$work"/evil*.jsonl --model cas-register --json \
	>"$work/evilZ.json" 2>/dev/null

if command -v xmllint >/dev/null; then
	claim 'JUnit of a campaign is what Jenkins reads' junit "$work/c.xml"
	claim 'JUnit of a check too' junit "$work/r.xml"
	sed 's/<testcase /<testcast /; s/<.testcase>/<\/testcast>/' \
		"$work/r.xml" >"$work/bad.xml"
	claim '... which other XML is not' refuses junit "$work/bad.xml"
else
	echo 'skipped: JUnit, for there is no xmllint'
fi
if [ -n "$python" ]; then
	claim 'results.json is what its schema says' json \
		"$root/results/results.schema.json" "$work"/*Z.json \
		"$store"/memory-register/*Z/results.json
	sed 's/"valid": .*,/"valid": 3,/' "$work/evilZ.json" >"$work/bad.json"
	claim '... which other JSON is not' refuses json \
		"$root/results/results.schema.json" "$work/bad.json"
	claim 'campaign.json is what its schema says' json \
		"$root/results/campaign.schema.json" \
		"$store"/campaigns/*/latest/campaign.json
	claim '... which results.json is not' refuses json \
		"$root/results/campaign.schema.json" "$work/evilZ.json"
else
	echo 'skipped: JSON, for Python has no jsonschema'
fi
if [ -n "$python" ] && [ -n "$sarif" ]; then
	claim 'SARIF is what OASIS says' json "$sarif" "$work/c.sarif" \
		"$work/r.sarif"
	sed 's/"level": "error"/"level": "grave"/' "$work/r.sarif" \
		>"$work/bad.sarif"
	claim '... which other JSON is not' refuses json "$sarif" \
		"$work/bad.sarif"
else
	echo 'skipped: SARIF, for its schema or jsonschema is not to be had'
fi
finish
