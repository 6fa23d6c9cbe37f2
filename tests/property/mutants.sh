#!/bin/sh
# SPDX-License-Identifier: MIT
# Changes one comparison at a time, in a copy of the tree, and shows that a test
# about that file then fails. Prints a line a mutant; exits 1 if one survives.
# Run from the root; takes some minutes.
#
#	mutants.sh [ROUNDS [PATTERN [JOBS]]]
#
# ROUNDS histories an object gets (2000), PATTERN picks mutants, JOBS copies
# work at a time (1). What is built in build/release is not built again.
set -eu

rounds=${1:-2000}
only=${2:-.}
jobs=${3:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=build/release

# file, what stands there (once), what stands there instead. Left out are four
# that change no verdict: a second successor (its value is then out of reach
# and convicted as a circle), idle insertions (nothing depends on them), and
# the narrowing of removals in priority queue and stack (the peeks imply it).
# In the watcher two moments are equal only if they are one entry, and an entry
# is not both invocation and completion: `<` may be `<=` there.
list() {
	cat <<'MUTANTS'
monitor_register.c|b->first_return < a->last_invoke|b->first_return > a->last_invoke
monitor_register.c|a && a->last_invoke > b->first_return|a && a->last_invoke < b->first_return
zone.c|zones[middle].first_return < position|zones[middle].first_return > position
zone.c|low > 0 && zones[low - 1].first_return >= position|0
zone.c|high < count && zones[high].first_return < position|0
monitor_register.c|is_sound &= written >= latest|is_sound &= written < latest
monitor_register.c|is_sound &= seen >= latest|is_sound &= true
monitor_register.c|latest = max(latest, content->invoke[WRITES])|latest = min(latest, content->invoke[WRITES])
monitor_register.c|latest = max(latest, content->invoke[READS])|latest = min(latest, content->invoke[READS])
monitor_register.c|min(written, seen)|seen
monitor_register.c|min(written, seen)|written
monitor_register.c|max(content->invoke[who], call->invoke + 1)|min(content->invoke[who], call->invoke + 1)
monitor_register.c|min(content->returned[who], call->complete + 1)|max(content->returned[who], call->complete + 1)
monitor_register.c|if (!content->is_needed)|if (content->is_needed)
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
stream.c|stream->calls[i].invoke < oldest|stream->calls[i].invoke > oldest
stream.c|stream->processes[i] == process|stream->processes[i] != process
stream.c|value_equal(key->rest, stream->initial)|true
stream.c|number < stream->key_count|false
stream.c|action->object != OBJECT_REGISTER|action->object == OBJECT_REGISTER
stream.c|(key->open_count|(false
stream.c|return verb < VERB_COUNT && key->object->verbs & VERB_BIT(verb)|return true
stream.c|entry->process < 0|entry->process > 0
stream.c|entry->type != OP_INVOKE|entry->type == OP_INVOKE
stream.c|entry->action_count != 1|entry->action_count == 1
stream.c|entry->type == OP_OK|entry->type != OP_OK
stream.c|strcmp(stream->model, "auto") == 0|false
stream_queue.c|state->count == 0|true
stream_queue.c|state->open_removals == 0|true
stream_queue.c|item->in_return < before|item->in_return > before
stream_queue.c|item->deadline == STREAM_NEVER|true
stream_queue.c|state->overdue -= item->deadline != STREAM_NEVER|state->overdue -= item->deadline == STREAM_NEVER
stream_queue.c|item->deadline < call->invoke|item->deadline > call->invoke
stream_queue.c|item->deadline < call->invoke|false
stream_queue.c|state->overdue <= state->open_removals|state->overdue < state->open_removals
stream_queue.c|state->overdue <= state->open_removals|true
stream_queue.c|state->items[i].in_return < call->invoke|state->items[i].in_return > call->invoke
stream_queue.c|present <= state->open_removals|present < state->open_removals
stream_queue.c|present <= state->open_removals|true
stream_queue.c|if (type == OP_OK)|if (type != OP_OK)
stream_queue.c|is_removal(call) && type != OP_INFO|is_removal(call)
stream_queue.c|call->action.verb == VERB_PEEK|false
stream_queue.c|key->object == &stream_queue|true
stream_queue.c|key->object == &stream_queue|false
stream_queue.c|if (find(state, call->action.arg))|if (false)
stream_queue.c|call->action.verb == VERB_DRAIN|false
stream_register.c|other->first_return < item->last_invoke|other->first_return > item->last_invoke
stream_register.c|item->first_return < other->last_invoke|true
stream_register.c|other != item|true
stream_register.c|item->first_return > stream->now|item->first_return < stream->now
stream_register.c|item->last_invoke < call->invoke|item->last_invoke > call->invoke
stream_register.c|item->last_invoke < call->invoke|true
stream_register.c|state->items[i].first_return < oldest|state->items[i].first_return > oldest
stream_register.c|state->items[i].first_return < oldest|true
stream_register.c|if (state->items[i].last_invoke > newest)|if (true)
stream_register.c|open < call->invoke ? open : call->invoke|open
stream_register.c|item->first_return >= newest|false
stream_register.c|item->last_invoke >= newest|false
stream_register.c|state->items[i].first_return == STREAM_NEVER|false
stream_register.c|if (item->is_replaced|if (false
stream_register.c|item->first_return < newest|true
stream_register.c|item->last_invoke < newest)|true)
stream_register.c|possible == 1|possible >= 1
stream_register.c|if (type == OP_FAIL)|if (false)
stream_register.c|if (item && item->is_replaced)|if (false)
stream_register.c|if (call->action.verb == VERB_CAS)|if (false)
stream_register.c|if (find(state, call->action.arg))|if (false)
stream_lock.c|state->acquired == state->releases|true
stream_lock.c|!state->has_token;|true;
stream_lock.c|state->token_at < call->invoke|true
stream_lock.c|token <= state->token)|token < state->token)
stream_lock.c|state->acquired - state->releases > stream->permits|state->acquired - state->releases >= stream->permits
stream_lock.c|state->acquired - state->releases > stream->permits|false
stream_lock.c|if (type != OP_OK)|if (false)
stream_lock.c|strcmp(stream->model, "semaphore") != 0|true
stream_lock.c|strcmp(stream->model, "fenced-lock") == 0|false
stream_set.c|state->present == 0|true
stream_set.c|element->adds == 0|true
stream_set.c|element->open == 0)|true)
stream_set.c|element->out < oldest|true
stream_set.c|element->out < oldest|false
stream_set.c|element && element->out != STREAM_NEVER|element && element->out == STREAM_NEVER
stream_set.c|element->out < stream_oldest(stream)|true
stream_set.c|element->out < stream_oldest(stream)|false
stream_set.c|state->present -= element->out == STREAM_NEVER|state->present -= element->out != STREAM_NEVER
stream_set.c|element->adds++ == 0|true
stream_set.c|element->in >= call->invoke|element->in < call->invoke
stream_set.c|element->in >= call->invoke|true
stream_set.c|type == OP_INFO|false
stream_set.c|if (type == OP_FAIL)|if (false)
stream_set.c|call->action.verb != VERB_ADD|false
stream_set.c|element->in == STREAM_NEVER|true
stream_set.c|element->open == 0 && element->changed|element->changed
stream_set.c|element->changed < call->invoke|true
stream_reads.c|!element->is_removed && element->in == STREAM_NEVER|element->in == STREAM_NEVER
stream_reads.c|!element->is_removed && element->in == STREAM_NEVER|!element->is_removed
stream_reads.c|element->adds == 0|false
stream_reads.c|element->out >= call->invoke|element->out < call->invoke
stream_reads.c|element->out >= call->invoke|true
stream_reads.c|element->seen == state->reads)|false)
stream_reads.c|if (element->is_removed)|if (false)
stream_reads.c|element->began > reading->latest|element->began < reading->latest
stream_reads.c|if (element->seen == state->reads)|if (false)
stream_reads.c|!element->is_removed && element->in < reading->latest|element->in < reading->latest
stream_reads.c|element->in < reading->latest|false
stream_reads.c|if (state->blocks[state->order[i]].seen)|if (false)
stream_reads.c|full == state->block_count|true
stream_reads.c|!sees_new;|true;
stream_reads.c|element->block != from|false
stream_reads.c|state->blocks[state->order[place]].seen > 0|true
stream_reads.c|value_kind(stream->values, call->action.result) != VALUE_LIST|false
deal.c|hand->end != share->room|false
deal.c|run->items != end|false
deal.c|hand->next->verb == VERB_DRAIN|false
deal.c|if (deal->count == 1)|if (false)
deal.c|+= call_is_open(hand->next)|+= 0
deal.c|op->action_count > 1|false
deal.c|run != DEAL_NONE; run|false; run
window.c|call.complete < position|call.complete > position
window.c|call.complete < position|false
window.c|call->verb == VERB_CAS ? call->expected|call->verb != VERB_CAS ? call->expected
window.c|if (call->verb == VERB_WRITE|if (call->verb != VERB_WRITE
window.c|(call->verb == VERB_READ && call_is_open(call))|(false)
window.c|return result.kind == VERDICT_INVALID|return result.kind != VERDICT_INVALID
window.c|event > furthest.event|event < furthest.event
window.c|high - low > 1|high - low > 2
window.c|if (is_wrong(judge, calls, middle, &window))|if (!is_wrong(judge, calls, middle, &window))
window.c|if (result.kind != VERDICT_INVALID)|if (false)
window.c|reader->complete < update->invoke|reader->complete > update->invoke
window.c|update->complete < between->invoke|update->complete > between->invoke
window.c|between->complete < reader->invoke|between->complete > reader->invoke
window.c|if (calls->items[i].verb != VERB_READ|if (calls->items[i].verb == VERB_READ
window.c|if (result.kind == VERDICT_INVALID)|if (true)
window.c|return value_equal(seen, update->arg)|return !value_equal(seen, update->arg)
narrow.c|if (step == STEP_NO)|if (step != STEP_NO)
narrow.c|if (problem->is_pure[number])|if (!problem->is_pure[number])
narrow.c|narrow->states[*number] == state|narrow->states[*number] >= state
narrow.c|problem->kinds[copy] != problem->kinds[number]|problem->kinds[copy] == problem->kinds[number]
narrow.c|calls[copy].complete < calls[number].complete|calls[copy].complete > calls[number].complete
narrow.c|narrow->earlier[other] &= ~bit|narrow->earlier[other] &= ~0ull
narrow.c|narrow->agreeing[state] &= ~bit|narrow->agreeing[state] &= ~0ull
narrow.c|narrow->moving[state] &= ~bit|narrow->moving[state] &= ~0ull
narrow.c|uint32_t i = 0; i < known|uint32_t i = known > 2; i < known
narrow.c|state < narrow->state_count; state++|state + 1 < narrow->state_count; state++
narrow.c|narrow->stamps[slot] == narrow->stamp|narrow->stamps[slot] != narrow->stamp
narrow.c|narrow->table[slot] == config|narrow->table[slot] != config
narrow.c|uint64_t free_calls = narrow->open & ~taken|uint64_t free_calls = narrow->open
narrow.c|if (next != state)|if (next == state)
narrow.c|narrow->stamp++;|narrow->stamp += 0;
narrow.c|if (!count)|if (count)
narrow.c|narrow->level[i] ^ bit|narrow->level[i]
narrow.c|narrow->open &= ~bit;|narrow->open &= ~0ull;
narrow.c|*from = i + 1;|*from = i;
narrow.c|slot >= SLOTS_MAX|slot > 2 * SLOTS_MAX
narrow.c|narrow->state_count == STATES_MAX|narrow->state_count > STATES_MAX
MUTANTS
}

# Which tests are about a file.
tests_for() {
	case $1 in
	stream*) echo set_stories exhaustive stream whole_set ;;
	window.c | explain.c | shrink.c) echo window bugs laws ;;
	deal.c) echo dealt folders laws brute transactions bounds ;;
	narrow.c) echo search brute ;;
	*) echo brute removals transactions monitor ;;
	esac
}

# The test program of that name.
program_of() {
	case $1 in
	monitor) echo "$out/tests/property/test_monitor_search" ;;
	dealt) echo "$out/tests/unit/test_linearizable_deal" ;;
	folders) echo "$out/tests/corpus/test_corpus_folders" ;;
	*) echo "$out/tests/property/test_linearizable_$1" ;;
	esac
}

# What becomes of a mutant of that file: a word.
fate_of() {
	for name in $(tests_for "$1"); do
		program=$(program_of "$name")
		if ! make "$program" >/dev/null 2>&1; then
			echo unbuilt
			return
		fi
		if ! ORDEAL_ROUNDS=$rounds timeout 120 "$program" \
			>/dev/null 2>&1; then
			echo killed
			return
		fi
	done
	echo SURVIVED
}

# mutate COPY FILE OLD NEW
mutate() {
	path=checkers/linearizable/$2
	cd "$1"
	cp "$path" original
	OLD=$3 NEW=$4 perl -0pi -e \
		's/\Q$ENV{OLD}\E/$ENV{NEW}/ or exit 1' "$path" || true
	if cmp -s "$path" original; then
		fate=stale
	else
		fate=$(fate_of "$2" </dev/null)
	fi
	echo "$fate $2: $3 -> $4"
	cp original "$path"
}

# copy_tree COPY
copy_tree() {
	mkdir "$1"
	cp -a Makefile harness checkers targets workloads nemesis tests "$1"
	if [ -d "$out" ]; then
		mkdir "$1/build"
		cp -a "$out" "$1/build"
	fi
}

# work_through JOB: every mutant whose turn it is.
work_through() {
	awk -v job="$1" -v jobs="$jobs" 'NR % jobs == job' "$work/list" |
		while IFS='|' read -r file old new; do
			(mutate "$work/copy$1" "$file" "$old" "$new") |
				tee -a "$work/said"
		done
}

list | grep -e "$only" >"$work/list"
: >"$work/said"
job=0
while [ "$job" -lt "$jobs" ]; do
	copy_tree "$work/copy$job"
	work_through "$job" &
	job=$((job + 1))
done
wait
left=$(grep -vc '^killed' "$work/said" || true)
echo "$(wc -l <"$work/said") mutants, $left not killed"
[ "$left" -eq 0 ]
