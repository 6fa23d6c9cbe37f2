#!/bin/sh
# SPDX-License-Identifier: MIT
# Changes one comparison of a monitor at a time, in a copy of the tree, and
# shows that a property test then fails. Prints a line a mutant; exits 1 if one
# survives. Run from the root; takes some minutes. A number as argument says
# how many histories an object gets (2000); after it, a pattern of the mutants
# to try.
set -eu

rounds=${1:-2000}
only=${2:-.}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r Makefile harness checkers targets workloads nemesis tests "$copy"
cd "$copy"

tests="build/tests/property/test_linearizable_brute
build/tests/property/test_linearizable_removals
build/tests/property/test_linearizable_transactions
build/tests/property/test_monitor_search"
# shellcheck disable=SC2086
make -j2 OUT=build $tests >/dev/null 2>&1 || {
	echo "mutants: the tree does not build" >&2
	exit 3
}

# file, what stands there (once), what stands there instead. Left out are four
# that change no verdict: a second successor (its value is then out of reach
# and convicted as a circle), idle insertions (nothing depends on them), and
# the narrowing of removals in priority queue and stack (the peeks imply it).
list() {
	cat <<'MUTANTS'
monitor_register.c|b->first_return < a->last_invoke|b->first_return > a->last_invoke
monitor_register.c|a && a->last_invoke > b->first_return|a && a->last_invoke < b->first_return
zone.c|zones[middle].first_return < position|zones[middle].first_return > position
monitor_register.c|is_sound &= returned >= latest|is_sound &= returned < latest
monitor_register.c|is_sound &= content->read_return >= latest|is_sound &= true
monitor_register.c|if (latest < invoke)|if (latest > invoke)
monitor_register.c|if (latest < content->read_invoke)|if (false)
monitor_register.c|if (zone.first_return > returned)|if (false)
monitor_register.c|if (zone.first_return > content->read_return)|if (false)
monitor_register.c|content->read_invoke < invoke_of(zones, i)|content->read_invoke > invoke_of(zones, i)
monitor_register.c|content->read_return > return_of(zones, i)|content->read_return < return_of(zones, i)
monitor_register.c|call_is_open(call) && !content->is_needed|call_is_open(call) && content->is_needed
monitor_register.c|expected->is_needed = 1|expected->is_needed = 0
container.c|seen < item->in_invoke|seen > item->in_invoke
container.c|item->out_return < item->peek_invoke|false
container.c|if (item->in_return > seen)|if (false)
container.c|if (item->out_invoke < item->peek_invoke)|if (false)
container.c|item->peek_invoke < call->invoke|item->peek_invoke > call->invoke
container.c|item->peek_return > call->complete|item->peek_return < call->complete
container.c|gaps->ends[middle] <= position|gaps->ends[middle] < position
container_empty.c|item->in_return < stretches[count - 1].to|item->in_return > stretches[count - 1].to
container_empty.c|stretches[count - 1].to < item->out_invoke|stretches[count - 1].to > item->out_invoke
container_empty.c|stretches[middle].from < position|stretches[middle].from > position
monitor_queue.c|queue->by_entry[before].key < items[b].in_invoke|queue->by_entry[before].key > items[b].in_invoke
monitor_queue.c|items[last].out_invoke < items[a].out_invoke|items[last].out_invoke > items[a].out_invoke
monitor_queue.c|items[b].out_return < items[last].out_invoke|items[b].out_return > items[last].out_invoke
monitor_queue.c|queue->by_start[next - 1].key > items[a].in_return|queue->by_start[next - 1].key < items[a].in_return
monitor_queue.c|if (earliest > items[b].out_return)|if (earliest < items[b].out_return)
monitor_queue.c|front_invoke(&items[first]) <= bound|true
monitor_queue.c|peel->start.order[peel->start.at].key <= bound|peel->start.order[peel->start.at].key > bound
monitor_queue.c|item->out_invoke > item->peek_invoke|item->out_invoke < item->peek_invoke
monitor_queue.c|item->out_return < item->peek_return|item->out_return > item->peek_return
monitor_priority.c|y->value, x->value|x->value, y->value
monitor_priority.c|UINT32_MAX - (uint32_t)number|(uint32_t)number
monitor_stack.c|if (from < item->in_invoke)|if (from > item->in_invoke)
monitor_stack.c|stack.left_count == 0|true
monitor_stack.c|if (layer != COVER_NONE)|if (layer == COVER_NONE)
cover.c|least == 0 && !cover->is_single[*gap]|false
spans.c|spans->items[middle].from <= gap|spans->items[middle].from < gap
monitor_set.c|call->invoke > from && call->complete < to|call->invoke > from
monitor_set.c|element->out_return < element->seen_invoke|false
monitor_set.c|element->out_invoke > call->invoke|element->out_invoke < call->invoke
monitor_set.c|element->out_return > call->complete|element->out_return < call->complete
monitor_set.c|element->out_invoke < element->in_return|false
monitor_set.c|element->out_invoke != NEVER && (is_taken|false && (is_taken
monitor_set.c|return first >= element->in_invoke|return true
monitor_set.c|element->seen_return > call->complete|element->seen_return < call->complete
monitor_set.c|if (*from > element->in_return)|if (*from < element->in_return)
levels.c|call->complete < below|call->complete > below
levels.c|here < call->invoke|here > call->invoke
levels.c|order[i].key != level|false
monitor_reads.c|old >= *shown_before|true
monitor_reads.c|reads->levels[element] < rank|false
container_empty.c|stretch->to > call->complete|stretch->to < call->complete
container.c|if (item->removal != CALL_NONE && call_is_open(call))|if (false)
container.c|!call_is_open(&container->calls->items[item->removal])|false
monitor_queue.c|!with_staying && items[a].removal == CALL_NONE|items[a].removal == CALL_NONE
monitor_queue.c|calls[container->open_removals[i]].invoke <|calls[container->open_removals[i]].invoke >
monitor_queue.c|peel->candidates.items[0].key <=|NEVER <=
monitor_priority.c|gap_after(&priorities->gaps, moments->from)) <=|gap_after(&priorities->gaps, moments->from)) >
removals.h|if (moments.from < item->in_invoke)|if (moments.from > item->in_invoke)
removals.c|order[i].key != NEVER && position >= order[i].key|order[i].key != NEVER
removals.c|item->out_invoke < item->peek_invoke|false
removals.c|may_be_taken(container, item) && first < item->out_invoke|false
removals.c|if (order[i].key != NEVER && position >= order[i].key) {|if (false) {
removals_until.c|ends->least[i] > to|ends->least[i] < to
removals_until.c|least > ends->least[i]|least < ends->least[i]
removals_until.c|by_rank[entered].key < stays[i].key|true
removals_until.c|order[middle].key > position|order[middle].key < position
removals_empty.c|layers == 0 && stayed <= removals|stayed <= removals
removals_empty.c|layers == 0 && stayed <= removals|layers == 0
removals_empty.c|if (item->in_return >= end)|if (item->in_return < end)
components.c|op->outcome != OUTCOME_FAIL|false
waiting.c|waiting->items[(i - 1) / 2].key > key|waiting->items[(i - 1) / 2].key < key
waiting.c|waiting->items[child].key >= item.key|waiting->items[child].key <= item.key
monitor_lock.c|lock->held < lock->held_max|true
monitor_lock.c|lock->held == 0|lock->held != 0
monitor_lock.c|models_permits(values, calls->items[i].arg) != permits|false
monitor_counter.c|counter->at < steps|counter->at <= steps
monitor_counter.c|steps < counter->floors[number]|false
monitor_counter.c|if (!counter->is_invoked[next])|if (false)
monitor_counter.c|counter->step && counter->step != step|false
monitor_owner.c|calls[last->release].invoke > order[i].key|calls[last->release].invoke < order[i].key
monitor_owner.c|--hold->depth == 0|--hold->depth != 0
monitor_owner.c|if (owners->is_reentrant)|if (!owners->is_reentrant)
monitor_fenced.c|x->token > y->token|x->token < y->token
monitor_fenced.c|if (holds->items[i].release == NONE) {|if (false) {
MUTANTS
}

is_killed() {
	# shellcheck disable=SC2086
	make OUT=build $tests >/dev/null 2>&1 || return 0
	for test in $tests; do
		ORDEAL_ROUNDS=$rounds timeout 120 "$test" >/dev/null 2>&1 ||
			return 0
	done
	return 1
}

survivors=0
count=0
list | grep -e "$only" >mutants
while IFS='|' read -r file old new; do
	path=checkers/linearizable/$file
	cp "$path" original
	OLD=$old NEW=$new perl -0pi -e \
		's/\Q$ENV{OLD}\E/$ENV{NEW}/ or exit 1' "$path" || true
	count=$((count + 1))
	if cmp -s "$path" original; then
		echo "stale     $file: $old"
		survivors=$((survivors + 1))
	elif is_killed </dev/null; then
		echo "killed    $file: $old -> $new"
	else
		echo "SURVIVED  $file: $old -> $new"
		survivors=$((survivors + 1))
	fi
	cp original "$path"
done <mutants
echo "$count mutants, $survivors not killed"
[ "$survivors" -eq 0 ]
