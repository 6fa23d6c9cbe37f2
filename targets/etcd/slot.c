/* SPDX-License-Identifier: MIT */
#include "targets/etcd/slot.h"

#include <inttypes.h>
#include <string.h>

#include "targets/etcd/base64.h"
#include "targets/etcd/client.h"

void slot_begin_rows(struct slot *slot, const struct request *request,
		     const char *prefix)
{
	struct arena *arena = request->arena;
	char *end = arena_strdup(arena, prefix);

	end[strlen(end) - 1]++;
	slot->end64 = base64_encode(arena, end, strlen(end));
	slot->rows = value_empty_list();
	slot->puts = arena_array(arena, request->action_count,
				 sizeof(*slot->puts));
}

const char *slot_range(const struct slot *slot, struct arena *arena)
{
	if (!slot->end64)
		return "";
	return arena_printf(arena, ",\"range_end\":\"%s\",\"keys_only\":true",
			    slot->end64);
}

int slot_take_rows(struct slot *slot, struct request *request,
		   const struct etcd_entry *entry)
{
	slot->revision = entry->revision;
	for (size_t i = 0; i < entry->rest_count; i++) {
		int64_t number;

		if (!client_read_number(entry->rests[i],
					strlen(entry->rests[i]), &number))
			return -1;
		slot->rows = value_append(request->values, slot->rows,
					  value_int(request->values, number));
	}
	return 0;
}

static bool has_row(const struct request *request, struct value rows,
		    struct value row)
{
	for (size_t n = value_list_length(request->values, rows); n > 0; n--) {
		if (value_equal(value_list_last(request->values, rows), row))
			return true;
		rows = value_list_rest(request->values, rows);
	}
	return false;
}

void slot_act(struct slot *slot, struct request *request,
	      struct action *action)
{
	if (action->verb == VERB_READ) {
		action->result = slot->rows;
		return;
	}
	slot->puts[slot->put_count++] =
		arena_printf(request->arena, "%s%s", slot->key,
			     client_number(request, action->arg));
	if (!has_row(request, slot->rows, action->arg))
		slot->rows = value_append(request->values, slot->rows,
					  action->arg);
}

const char *slot_comparison(const struct slot *slot, struct arena *arena)
{
	if (slot->end64)
		return arena_printf(arena,
				    "{\"key\":\"%s\",\"range_end\":\"%s\","
				    "\"target\":\"MOD\",\"result\":\"LESS\","
				    "\"mod_revision\":\"%" PRId64 "\"}",
				    slot->key64, slot->end64,
				    slot->revision + 1);
	return arena_printf(arena,
			    "{\"key\":\"%s\",\"target\":\"MOD\","
			    "\"result\":\"EQUAL\","
			    "\"mod_revision\":\"%" PRId64 "\"}",
			    slot->key64, slot->mod_revision);
}

const char *slot_puts(const struct slot *slot, const char *before,
		      struct arena *arena, size_t *count)
{
	static const char form[] =
		"%s%s{\"request_put\":{\"key\":\"%s\",\"value\":\"%s\"}}";

	if (!slot->is_written)
		return before;
	if (!slot->end64)
		return arena_printf(
			arena, form, before, (*count)++ ? "," : "",
			slot->key64,
			base64_encode(arena, slot->text, slot->size));
	for (size_t i = 0; i < slot->put_count; i++)
		before = arena_printf(
			arena, form, before, (*count)++ ? "," : "",
			base64_encode(arena, slot->puts[i],
				      strlen(slot->puts[i])),
			"");
	return before;
}
