/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/deal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/model.h"
#include "checkers/linearizable/models.h"
#include "harness/core/arena.h"

/* A run is half as long as all before it, but at most so long; slabs have
 * room for many. */
#define RUN_MAX 64
#define SLAB_CALLS 16384

size_t deal_bytes(const struct history *history)
{
	return history->op_count * sizeof(struct call) / 2 * 3;
}

void deal_init(struct deal *deal, const struct judge *judge,
	       size_t share_count)
{
	size_t ops = judge->history->op_count;

	*deal = (struct deal){ .judge = judge, .share_count = share_count };
	deal->calls = heap_alloc(ops * sizeof(*deal->calls));
	deal->shares = heap_zeroed(share_count, sizeof(*deal->shares));
	for (size_t i = 0; i < share_count; i++) {
		struct deal_share *share = &deal->shares[i];

		share->from = ops / share_count * i;
		share->to = i + 1 < share_count ?
				    ops / share_count * (i + 1) : ops;
		share->room = deal->calls + share->from;
		share->room_end = deal->calls + share->to;
	}
}

static void release_share(struct deal_share *share)
{
	for (size_t i = 0; i < share->slab_count; i++)
		free(share->slabs[i]);
	free(share->slabs);
	free(share->hands);
	free(share->slots);
	free(share->runs);
}

void deal_release(struct deal *deal)
{
	for (size_t i = 0; i < deal->share_count; i++)
		release_share(&deal->shares[i]);
	free(deal->shares);
	free(deal->calls);
	free(deal->hands);
	*deal = (struct deal){ 0 };
}

static struct deal_slot *slot_of(const struct deal_share *share,
				 struct value key)
{
	size_t mask = share->slot_count - 1;
	size_t slot = (key.bits * UINT32_C(2654435769) >> 3) & mask;

	while (share->slots[slot].number && share->slots[slot].key != key.bits)
		slot = (slot + 1) & mask;
	return &share->slots[slot];
}

static void grow_slots(struct deal_share *share)
{
	if (share->hand_count * 2 < share->slot_count)
		return;
	free(share->slots);
	share->slot_count = share->slot_count ? share->slot_count * 2 : 256;
	share->slots = heap_zeroed(share->slot_count, sizeof(*share->slots));
	for (size_t i = 0; i < share->hand_count; i++)
		*slot_of(share, share->hands[i].key) = (struct deal_slot){
			share->hands[i].key.bits, (uint32_t)i + 1
		};
}

static struct deal_hand *new_hand(struct deal_share *share, struct value key)
{
	struct deal_hand *hand;

	share->hands = array_reserve(share->hands, &share->hand_capacity,
				     share->hand_count + 1, sizeof(*hand));
	hand = &share->hands[share->hand_count++];
	*hand = (struct deal_hand){ .key = key, .first_run = DEAL_NONE,
				    .last_run = DEAL_NONE };
	grow_slots(share);
	*slot_of(share, key) = (struct deal_slot){
		key.bits, (uint32_t)share->hand_count
	};
	return hand;
}

static struct deal_hand *hand_of(struct deal_share *share, struct value key)
{
	const struct deal_slot *slot;

	if (!share->slot_count)
		return new_hand(share, key);
	slot = slot_of(share, key);
	return slot->number ? &share->hands[slot->number - 1] :
			      new_hand(share, key);
}

/* All operations are in the one hand. */
static struct deal_hand *whole_hand(struct deal_share *share, struct value key)
{
	if (!share->hand_count)
		return new_hand(share, key);
	share->is_mixed |= !value_equal(share->hands[0].key, key);
	return &share->hands[0];
}

/* Some places to fill, as many as `wanted` if they are there. */
static size_t take_room(struct deal_share *share, size_t wanted)
{
	size_t room = (size_t)(share->room_end - share->room);

	if (!room) {
		share->slabs = array_reserve(share->slabs,
					     &share->slab_capacity,
					     share->slab_count + 1,
					     sizeof(*share->slabs));
		share->room = heap_alloc(SLAB_CALLS * sizeof(*share->room));
		share->room_end = share->room + SLAB_CALLS;
		share->slabs[share->slab_count++] = share->room;
		room = SLAB_CALLS;
	}
	return wanted < room ? wanted : room;
}

static uint32_t filled(const struct deal_share *share,
		       const struct deal_hand *hand)
{
	if (hand->last_run == DEAL_NONE)
		return 0;
	return (uint32_t)(hand->next - share->runs[hand->last_run].items);
}

/* Makes the last run of the hand longer where it can be, or starts another. */
static void extend(struct deal_share *share, struct deal_hand *hand)
{
	size_t had = hand->call_count + filled(share, hand);
	size_t count = had / 2 < RUN_MAX ? had / 2 + 1 : RUN_MAX;

	count = take_room(share, count);
	if (hand->last_run == DEAL_NONE || hand->end != share->room) {
		struct deal_run *run;

		share->runs = array_reserve(share->runs, &share->run_capacity,
					    share->run_count + 1,
					    sizeof(*share->runs));
		run = &share->runs[share->run_count];
		*run = (struct deal_run){ share->room, 0, DEAL_NONE };
		if (hand->last_run == DEAL_NONE) {
			hand->first_run = (uint32_t)share->run_count;
		} else {
			share->runs[hand->last_run].count =
				filled(share, hand);
			share->runs[hand->last_run].next =
				(uint32_t)share->run_count;
		}
		hand->call_count = (uint32_t)had;
		hand->last_run = (uint32_t)share->run_count++;
		hand->next = share->room;
	}
	share->room += count;
	hand->end = share->room;
}

/* The last runs get their counts. */
static void close_hands(struct deal_share *share)
{
	for (size_t i = 0; i < share->hand_count; i++) {
		struct deal_hand *hand = &share->hands[i];
		uint32_t count = filled(share, hand);

		if (hand->last_run == DEAL_NONE)
			continue;
		share->runs[hand->last_run].count = count;
		hand->call_count += count;
	}
}

static bool is_odd(const struct model *model, const struct op *op,
		   const struct action *action)
{
	uint16_t verb = action ? action->verb : op->f;

	return op->action_count > 1 || verb >= VERB_COUNT ||
	       !(model->verbs & VERB_BIT(verb));
}

static void deal_op(struct deal_share *share, const struct judge *judge,
		    uint32_t number)
{
	const struct history *history = judge->history;
	const struct op *op = &history->ops[number];
	const struct action *action =
		op->action_count ? op_actions(history, op) : NULL;
	struct value key = action ? action->key : value_nil();
	struct deal_hand *hand = judge->model->is_whole ?
		whole_hand(share, key) : hand_of(share, key);

	if (is_odd(judge->model, op, action))
		share->is_odd = true;
	hand->op_count++;
	if (hand->next == hand->end)
		extend(share, hand);
	if (!call_from(history, number, judge->settings->failed_cas_asserts,
		       hand->next))
		return;
	if (hand->next->verb == VERB_DRAIN)
		share->is_broken = true;
	hand->open_count += call_is_open(hand->next);
	hand->next++;
	__builtin_prefetch(hand->next + 2, 1); /* for its next turn */
}

void deal_share(struct deal *deal, size_t number)
{
	struct deal_share *share = &deal->shares[number];
	const struct judge *judge = deal->judge;

	for (size_t i = share->from; i < share->to; i++) {
		if ((i & 0xffff) == 0xffff &&
		    budget_expired(judge->limits->budget))
			share->is_broken = true;
		if (share->is_broken)
			return;
		if (op_is_client(&judge->history->ops[i]))
			deal_op(share, judge, (uint32_t)i);
	}
	close_hands(share);
}

/* Numbers the keys of all shares. */
static void number_keys(struct deal *deal)
{
	struct deal_share all = { 0 }; /* for its table */
	size_t capacity = 0;

	for (size_t s = 0; s < deal->share_count; s++) {
		const struct deal_share *share = &deal->shares[s];

		for (uint32_t i = 0; i < share->hand_count; i++) {
			struct deal_hand *hand =
				deal->judge->model->is_whole ?
				whole_hand(&all, share->hands[i].key) :
				hand_of(&all, share->hands[i].key);
			size_t number = (size_t)(hand - all.hands);
			size_t first = number * deal->share_count;

			deal->hands = array_reserve(
				deal->hands, &capacity,
				all.hand_count * deal->share_count,
				sizeof(*deal->hands));
			if (!hand->op_count++) {
				for (size_t h = 0; h < deal->share_count; h++)
					deal->hands[first + h] = DEAL_NONE;
			}
			deal->hands[first + s] = i;
		}
	}
	deal->count = all.hand_count;
	if (deal->share_count)
		deal->shares[0].is_mixed |= all.is_mixed;
	release_share(&all);
}

static const struct deal_hand *hand_at(const struct deal *deal, size_t number,
				       size_t share)
{
	uint32_t hand = deal->hands[number * deal->share_count + share];

	return hand == DEAL_NONE ? NULL : &deal->shares[share].hands[hand];
}

/* Of one key each share has one run: makes them follow each other. */
static void close_ranks(struct deal *deal)
{
	struct call *end = deal->calls;

	for (size_t s = 0; s < deal->share_count; s++) {
		const struct deal_hand *hand = hand_at(deal, 0, s);
		struct deal_run *run;

		if (!hand || hand->first_run == DEAL_NONE)
			continue;
		run = &deal->shares[s].runs[hand->first_run];
		assert(run->next == DEAL_NONE);
		if (run->items != end)
			memmove(end, run->items,
				run->count * sizeof(*run->items));
		run->items = end;
		end += run->count;
	}
}

bool deal_finish(struct deal *deal)
{
	for (size_t s = 0; s < deal->share_count; s++) {
		if (deal->shares[s].is_broken)
			return false;
		deal->is_odd |= deal->shares[s].is_odd;
	}
	number_keys(deal);
	if (deal->count == 1)
		close_ranks(deal);
	return true;
}

struct value deal_key(const struct deal *deal, size_t number)
{
	for (size_t s = 0; s < deal->share_count; s++) {
		if (deal->shares[s].is_mixed)
			return value_nil();
	}
	for (size_t s = 0; s < deal->share_count; s++) {
		if (hand_at(deal, number, s))
			return hand_at(deal, number, s)->key;
	}
	return value_nil();
}

size_t deal_op_count(const struct deal *deal, size_t number)
{
	size_t count = 0;

	for (size_t s = 0; s < deal->share_count; s++) {
		const struct deal_hand *hand = hand_at(deal, number, s);

		count += hand ? hand->op_count : 0;
	}
	return count;
}

void deal_take(const struct deal *deal, size_t number, struct calls *calls)
{
	struct call *next;

	*calls = (struct calls){ .is_lent = deal->count == 1 };
	for (size_t s = 0; s < deal->share_count; s++) {
		const struct deal_hand *hand = hand_at(deal, number, s);

		calls->count += hand ? hand->call_count : 0;
		calls->open_count += hand ? hand->open_count : 0;
	}
	calls->items = deal->calls;
	if (calls->is_lent)
		return;
	calls->items = heap_alloc(calls->count * sizeof(*calls->items));
	next = calls->items;
	for (size_t s = 0; s < deal->share_count; s++) {
		const struct deal_hand *hand = hand_at(deal, number, s);
		uint32_t run = hand ? hand->first_run : DEAL_NONE;

		for (; run != DEAL_NONE; run = deal->shares[s].runs[run].next) {
			const struct deal_run *from =
				&deal->shares[s].runs[run];

			memcpy(next, from->items,
			       from->count * sizeof(*next));
			next += from->count;
		}
	}
}
