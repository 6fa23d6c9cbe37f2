/* SPDX-License-Identifier: MIT */
/*
 * unique-ids: no id is given out twice. Only answers count: an id that was
 * made for a request whose answer was lost may never be seen, and then proves
 * nothing. That proves uniqueness among the ids that clients got (of one key,
 * where there are keys), and nothing about order or gaps. Costs a sort: O(n).
 */
#include <inttypes.h>

#include "checkers/account.h"
#include "checkers/linearizable/sort.h"

/* At most so many who got the same id are shown. */
#define SHOWN_MAX 4

struct ids {
	struct account account;
	struct sort_item *items; /* key: the id's bits; number: operation */
	size_t count;
	uint64_t attempted;
	uint64_t acknowledged;
	uint64_t duplicated; /* ids */
	struct figure *listed;
	struct value least;
	struct value most;
};

static void take_id(struct ids *ids, uint32_t number, struct value id)
{
	const struct values *values = ids->account.check->history->values;

	if (value_is_nil(id)) {
		account_note_odd(&ids->account, number);
		return;
	}
	ids->items[ids->count++] = (struct sort_item){ id.bits, number };
	if (value_is_nil(ids->least) ||
	    value_compare(values, id, ids->least) < 0)
		ids->least = id;
	if (value_is_nil(ids->most) || value_compare(values, id, ids->most) > 0)
		ids->most = id;
}

static void take_op(struct ids *ids, uint32_t number)
{
	const struct history *history = ids->account.check->history;
	const struct op *op = &history->ops[number];

	for (uint16_t i = 0; i < op->action_count; i++) {
		const struct action *action = op_actions(history, op) + i;

		if (action->verb != VERB_GENERATE)
			continue;
		ids->attempted++;
		if (op->outcome != OUTCOME_OK)
			continue;
		ids->acknowledged++;
		take_id(ids, number, action->result);
	}
}

static void charge(struct ids *ids, const struct sort_item *items, size_t count)
{
	const char *id =
		account_value(&ids->account, (struct value){ items[0].key });
	struct anomaly *anomaly;

	ids->duplicated++;
	account_list(&ids->account, ids->listed,
		     (struct value){ items[0].key });
	anomaly =
		account_charge(&ids->account, "duplicate-id",
			       "the id %s was given out %zu times", id, count);
	for (size_t i = 0; i < count && i < SHOWN_MAX; i++)
		account_show(&ids->account, anomaly, items[i].number,
			     "got the id %s%s", id, i ? " again" : "");
	account_tell(&ids->account, anomaly,
		     arena_printf(ids->account.check->arena,
				  "These got the same id, %s:", id));
}

static void judge_group(struct ids *ids)
{
	size_t end;

	sort_items(ids->items, ids->count);
	for (size_t i = 0; i < ids->count; i = end) {
		end = i + 1;
		while (end < ids->count &&
		       ids->items[end].key == ids->items[i].key)
			end++;
		if (end - i > 1)
			charge(ids, &ids->items[i], end - i);
	}
}

static void conclude(struct ids *ids)
{
	struct figure *figures = &ids->account.verdict->figures;
	struct arena *arena = ids->account.check->arena;

	figure_add_int(figures, arena, "attempted", (int64_t)ids->attempted);
	figure_add_int(figures, arena, "acknowledged",
		       (int64_t)ids->acknowledged);
	figure_add_int(figures, arena, "duplicated", (int64_t)ids->duplicated);
	if (!value_is_nil(ids->least)) {
		figure_add_text(figures, arena, "least",
				account_value(&ids->account, ids->least));
		figure_add_text(figures, arena, "most",
				account_value(&ids->account, ids->most));
	}
	if (ids->acknowledged == 0)
		account_close(&ids->account, VERDICT_UNKNOWN,
			      "no id was given out");
	else
		account_close(&ids->account, VERDICT_VALID,
			      arena_printf(arena,
					   "%" PRIu64
					   " ids, none of them twice",
					   ids->acknowledged));
}

static int unique_ids_check(const struct check *check, struct verdict *verdict,
			    struct error *err)
{
	struct ids ids = { .account = { .check = check, .verdict = verdict } };
	struct history_keys keys;

	(void)err;
	history_keys_init(&keys, check->history);
	ids.account.has_keys = keys.count > 1;
	ids.items = arena_array(check->arena, check->history->action_count + 1,
				sizeof(*ids.items));
	ids.listed = figure_add_list(&verdict->figures, check->arena,
				     "duplicated_ids");
	for (size_t group = 0; group < keys.count; group++) {
		ids.account.key = keys.keys[group];
		ids.count = 0;
		for (uint32_t i = keys.starts[group];
		     i < keys.starts[group + 1]; i++)
			take_op(&ids, keys.ops[i]);
		judge_group(&ids);
	}
	history_keys_release(&keys);
	conclude(&ids);
	return 0;
}

const struct checker checker_unique_ids = {
	.name = "unique-ids",
	.summary = "no id is given out twice",
	.check = unique_ids_check,
};
