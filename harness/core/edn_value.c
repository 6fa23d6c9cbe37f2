/* SPDX-License-Identifier: MIT */
/* Operations in EDN: what the value means. */
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/edn_private.h"
#include "harness/core/reader_build.h"

/* Behind the last element of a vector; `what` tells what it is of. */
static const char *leave(struct edn *edn, const char *p, const char *what)
{
	p = edn_space(edn, p);
	if (p && !edn_at_close(p))
		return edn_expected(edn, p, what);
	return p ? p + 1 : NULL;
}

static const char *next(struct edn *edn, const char *p, struct value *v)
{
	p = edn_form(edn, p, v, true);
	return p ? edn_space(edn, p) : NULL;
}

static const char *cas(struct edn *edn, const char *p, struct action *action)
{
	const char *start = p;
	struct value nothing;

	if (*p != '[' && *p != '(' && *p != '#') {
		p = edn_form(edn, p, &nothing, true);
		if (p && !value_is_nil(nothing))
			return edn_fail(edn, start,
					"the value of a cas is not "
					"[expected new]");
		return p;
	}
	p = edn_enter(edn, p, "[expected new] of a cas");
	if (p)
		p = next(edn, p, &action->expected);
	if (p)
		p = next(edn, p, &action->arg);
	return p ? leave(edn, p, "']' after [expected new") : NULL;
}

static const char *action_value(struct edn *edn, const char *p,
				struct action *action, bool is_invoke)
{
	switch (value_shape(action->verb)) {
	case SHAPE_CAS:
		return cas(edn, p, action);
	case SHAPE_RESULT:
		return edn_form(edn, p, &action->result, true);
	case SHAPE_EITHER:
		if (!is_invoke)
			return edn_form(edn, p, &action->result, true);
		break;
	case SHAPE_ARG:
		break;
	}
	return edn_form(edn, p, &action->arg, true);
}

/* "[verb key value]"; the value may be missing, a result may follow. */
static const char *micro(struct edn *edn, const char *p, bool is_invoke,
			 struct action *action)
{
	uint16_t f;

	p = edn_enter(edn, p, "[verb key value]");
	if (p)
		p = edn_name(edn, p, &f, &action->verb);
	if (p)
		p = edn_space(edn, p);
	if (p)
		p = next(edn, p, &action->key);
	if (p && !edn_at_close(p)) {
		p = action_value(edn, p, action, is_invoke);
		if (p)
			p = edn_space(edn, p);
	}
	if (p && !edn_at_close(p))
		p = next(edn, p, &action->result);
	return p ? leave(edn, p, "']' after [verb key value") : NULL;
}

static const char *txn(struct edn *edn, const char *p, bool is_invoke)
{
	struct value none;

	if (*p == 'n')
		return edn_form(edn, p, &none, false);
	p = edn_enter(edn, p, "a vector of [verb key value]");
	while (p && !edn_at_close(p)) {
		struct action action = { 0 };

		p = micro(edn, p, is_invoke, &action);
		if (!p)
			break;
		edn->actions = array_reserve(
			edn->actions, &edn->action_capacity,
			edn->action_count + 1, sizeof(*edn->actions));
		edn->actions[edn->action_count++] = action;
		p = edn_space(edn, p);
	}
	return p ? p + 1 : NULL;
}

static bool is_nil(const struct edn *edn, const char *p)
{
	return edn_token_end(edn, p) - p == 3 && memcmp(p, "nil", 3) == 0;
}

/* "[key " or "#a.Tuple{:key key :value ", up to the value. */
static const char *enter_tuple(struct edn *edn, const char *p,
			       struct value *key)
{
	struct value word;
	bool is_record;

	p = edn_enter(edn, p, "[key value]");
	if (!p)
		return NULL;
	is_record = p < edn->end && *p == ':' && edn->end - p > 4 &&
		    memcmp(p, ":key", 4) == 0;
	if (is_record)
		p = next(edn, p, &word);
	if (p)
		p = next(edn, p, key);
	return p && is_record ? next(edn, p, &word) : p;
}

static const char *independent(struct edn *edn, const char *p,
			       struct edn_draft *draft, bool is_txn)
{
	bool is_invoke = draft->entry.type == OP_INVOKE;
	struct value key;

	if (is_nil(edn, p))
		return p;
	p = enter_tuple(edn, p, &key);
	if (!p)
		return NULL;
	draft->action.key = key;
	p = is_txn ? txn(edn, p, is_invoke)
		   : action_value(edn, p, &draft->action, is_invoke);
	for (size_t i = 0; p && is_txn && i < edn->action_count; i++) {
		if (!reader_nest_key(edn->values, key, &edn->actions[i].key))
			return edn_fail(edn, draft->value,
					"a key of a transaction that is a "
					"collection");
	}
	return p ? leave(edn, p, "']' after [key value") : NULL;
}

const char *edn_content(struct edn *edn, struct edn_draft *draft)
{
	struct entry *entry = &draft->entry;
	bool is_client = entry->process != PROCESS_NEMESIS;
	bool is_txn = is_client && entry->f == VERB_TXN;
	bool is_invoke = entry->type == OP_INVOKE;
	const char *p = draft->value;

	edn->action_count = 0;
	draft->action.verb = draft->verb;
	if (!p)
		p = draft->start;
	else if (!is_client)
		p = edn_form(edn, p, &draft->action.arg, true);
	else if (edn->is_independent)
		p = independent(edn, p, draft, is_txn);
	else if (is_txn)
		p = txn(edn, p, is_invoke);
	else
		p = action_value(edn, p, &draft->action, is_invoke);
	entry->actions = is_txn ? edn->actions : &draft->action;
	entry->action_count = is_txn ? edn->action_count : 1;
	return p;
}

enum tuple { TUPLE_NO, TUPLE_MAYBE, TUPLE_SURE };

/* A vector of two elements, the second beginning at *second. */
static bool is_pair(struct edn *edn, const char *p, const char **first,
		    const char **second)
{
	struct value ignored;

	if (*p != '[')
		return false;
	p = edn_enter(edn, p, "a vector");
	if (!p || edn_at_close(p))
		return false;
	*first = p;
	p = edn_form(edn, p, &ignored, false);
	p = p ? edn_space(edn, p) : NULL;
	if (!p || edn_at_close(p))
		return false;
	*second = p;
	p = edn_form(edn, p, &ignored, false);
	p = p ? edn_space(edn, p) : NULL;
	return p && edn_at_close(p);
}

static bool is_tagged_tuple(const struct edn *edn, const char *p)
{
	static const char tuple[] = "Tuple";
	const char *end = edn_token_end(edn, p);
	size_t length = sizeof(tuple) - 1;

	return *p == '#' && (size_t)(end - p) > length &&
	       memcmp(end - length, tuple, length) == 0;
}

static enum tuple judge(struct edn *edn, const struct edn_draft *draft)
{
	bool is_invoke = draft->entry.type == OP_INVOKE;
	const char *first;
	const char *second;
	const char *ignored;

	if (!draft->value || is_nil(edn, draft->value))
		return is_invoke ? TUPLE_NO : TUPLE_MAYBE;
	if (is_tagged_tuple(edn, draft->value))
		return TUPLE_SURE;
	if (!is_pair(edn, draft->value, &first, &second))
		return TUPLE_NO;
	if (draft->verb == VERB_TXN)
		return *first != '[' && *second == '[' ? TUPLE_SURE : TUPLE_NO;
	if (draft->verb == VERB_CAS) {
		if (is_pair(edn, second, &ignored, &ignored))
			return TUPLE_SURE;
		return is_nil(edn, second) ? TUPLE_MAYBE : TUPLE_NO;
	}
	if (value_shape(draft->verb) == SHAPE_RESULT && is_invoke &&
	    is_nil(edn, second))
		return TUPLE_SURE;
	return TUPLE_MAYBE;
}

bool edn_find_independent(struct edn *edn)
{
	bool is_vector = false;
	bool is_sure = false;
	const char *p = edn_begin(edn, &is_vector);
	const char *start;

	while (p && edn_more(edn, p, is_vector, &start)) {
		struct edn_draft draft;
		enum tuple tuple;

		p = edn_draft(edn, start, &draft);
		if (!p)
			break;
		if (draft.entry.process == PROCESS_NEMESIS)
			continue;
		tuple = judge(edn, &draft);
		if (tuple == TUPLE_NO)
			return false;
		is_sure = is_sure || tuple == TUPLE_SURE;
	}
	return is_sure;
}
