/* SPDX-License-Identifier: MIT */
/*
 * Our scanner against jansson, over random lines, good and damaged: it takes
 * and refuses the same, and finds the same values. ORDEAL_SEED and
 * ORDEAL_CASES choose others.
 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/jsonl_private.h"
#include "harness/core/rng.h"
#include "tests/support/random_line.h"

static bool same(const struct values *values, struct value v, json_t *json);

static bool same_map(const struct values *values, struct value v, json_t *json)
{
	const char *name;
	json_t *content;

	if (value_kind(values, v) != VALUE_MAP ||
	    value_map_length(values, v) != json_object_size(json))
		return false;
	json_object_foreach(json, name, content)
	{
		struct value key =
			value_find_string(values, name, strlen(name));
		bool found;
		struct value at = value_map_find(values, v, key, &found);

		if (!found || !same(values, at, content))
			return false;
	}
	return true;
}

static bool same_list(const struct values *values, struct value v, json_t *json)
{
	size_t length = json_array_size(json);

	if (value_kind(values, v) != VALUE_LIST ||
	    value_list_length(values, v) != length)
		return false;
	for (; length > 0; length--) {
		if (!same(values, value_list_last(values, v),
			  json_array_get(json, length - 1)))
			return false;
		v = value_list_rest(values, v);
	}
	return true;
}

/* The depth is that of the lines made above. */
static bool same(const struct values *values, struct value v, json_t *json)
{
	enum value_kind kind = value_kind(values, v);
	const char *text;
	size_t length;

	if (!json || json_is_null(json))
		return kind == VALUE_NIL;
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return same_map(values, v, json);
	case JSON_ARRAY:
		return same_list(values, v, json);
	case JSON_STRING:
		if (kind != VALUE_STRING)
			return false;
		text = value_as_string(values, v, &length);
		return length == json_string_length(json) &&
		       memcmp(text, json_string_value(json), length) == 0;
	case JSON_INTEGER:
		return kind == VALUE_INT &&
		       value_as_int(values, v) == json_integer_value(json);
	case JSON_REAL:
		return kind == VALUE_NUMBER &&
		       strtod(value_as_string(values, v, NULL), NULL) ==
			       json_real_value(json);
	default:
		return kind == VALUE_BOOL &&
		       value_as_bool(v) == json_is_true(json);
	}
}

static bool is_integer_in(json_t *json, json_int_t least, json_int_t most)
{
	return json_is_integer(json) && json_integer_value(json) >= least &&
	       json_integer_value(json) <= most;
}

static bool is_text(json_t *json, const char *wanted)
{
	return json_is_string(json) &&
	       strcmp(json_string_value(json), wanted) == 0;
}

static bool is_type(json_t *json)
{
	return is_text(json, "invoke") || is_text(json, "ok") ||
	       is_text(json, "fail") || is_text(json, "info");
}

static bool is_cas_value(json_t *json)
{
	return !json || json_is_null(json) || json_array_size(json) == 2;
}

static bool is_micro(json_t *micro)
{
	size_t length = json_array_size(micro);
	const char *verb = json_string_value(json_array_get(micro, 0));

	if (length < 2 || length > 4 || !verb)
		return false;
	return strcmp(verb, "cas") != 0 ||
	       is_cas_value(json_array_get(micro, 2));
}

static bool is_txn_value(json_t *json)
{
	if (!json || json_is_null(json))
		return true;
	for (size_t i = 0; i < json_array_size(json); i++) {
		if (!is_micro(json_array_get(json, i)))
			return false;
	}
	return json_is_array(json);
}

/* What a well-formed object must have besides to be an entry. */
static bool is_entry(json_t *json)
{
	json_t *process = json_object_get(json, "process");
	json_t *index = json_object_get(json, "index");
	json_t *time = json_object_get(json, "time");
	json_t *value = json_object_get(json, "value");
	const char *f = json_string_value(json_object_get(json, "f"));

	if (!json_is_object(json) ||
	    !(is_integer_in(process, 0, INT32_MAX) ||
	      is_text(process, "nemesis")) ||
	    !is_type(json_object_get(json, "type")) ||
	    (index && !is_integer_in(index, 0, INT64_MAX)) ||
	    (time && !json_is_integer(time)))
		return false;
	if (!f && !json_object_get(json, "f") &&
	    json_is_array(json_array_get(value, 0)))
		return json_is_string(process) || is_txn_value(value);
	if (!f || json_is_string(process))
		return f != NULL;
	if (strcmp(f, "cas") == 0)
		return is_cas_value(value);
	return strcmp(f, "txn") != 0 || is_txn_value(value);
}

static bool same_action(const struct values *values,
			const struct action *action, json_t *value,
			bool is_invoke)
{
	switch (value_shape(action->verb)) {
	case SHAPE_CAS:
		return same(values, action->expected,
			    json_array_get(value, 0)) &&
		       same(values, action->arg, json_array_get(value, 1));
	case SHAPE_RESULT:
		return same(values, action->result, value);
	case SHAPE_ARG:
		return same(values, action->arg, value);
	default:
		return same(values, is_invoke ? action->arg : action->result,
			    value);
	}
}

static bool same_entry(const struct values *values, const struct entry *entry,
		       json_t *json)
{
	json_t *value = json_object_get(json, "value");
	json_t *error = json_object_get(json, "error");
	bool is_invoke = entry->type == OP_INVOKE;

	if (strcmp(op_type_name(entry->type),
		   json_string_value(json_object_get(json, "type"))) != 0 ||
	    (json_is_string(error) && !same(values, entry->error, error)))
		return false;
	if (entry->process == PROCESS_NEMESIS)
		return same(values, entry->actions->arg, value);
	if (entry->f != VERB_TXN)
		return same(values, entry->actions->key,
			    json_object_get(json, "key")) &&
		       same_action(values, entry->actions, value, is_invoke);
	if (entry->action_count != json_array_size(value))
		return false;
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct action *action = &entry->actions[i];
		json_t *micro = json_array_get(value, i);

		if (!same(values, action->key, json_array_get(micro, 1)) ||
		    (json_array_size(micro) < 4 &&
		     !same_action(values, action, json_array_get(micro, 2),
				  is_invoke)))
			return false;
	}
	return true;
}

/* True when both say the same of the line. */
static bool agrees(struct jsonl *jsonl, const struct random_line *line,
		   size_t *taken)
{
	char text[RANDOM_LINE_MAX + 1 + JSONL_PAD] = "";
	struct error err = { "" };
	json_error_t error;
	json_t *json = json_loadb(line->bytes, line->length, 0, &error);
	struct draft draft;
	bool is_taken;
	bool is_same = true;

	memcpy(text, line->bytes, line->length);
	text[line->length] = '\n';
	is_taken = jsonl_parse(jsonl, text, text + line->length, &draft,
			       &err) == 0;
	*taken += is_taken;
	if (is_taken && !json) /* we keep such numbers as text */
		is_same =
			json_error_code(&error) == json_error_numeric_overflow;
	else if (is_taken)
		is_same = is_entry(json) &&
			  same_entry(jsonl->values, &draft.entry, json);
	else if (json)
		is_same = !is_entry(json) || strstr(err.text, "twice");
	if (!is_same)
		print_error("%.*s\nours: %s\njansson: %s\n", (int)line->length,
			    line->bytes, is_taken ? "taken" : err.text,
			    json ? "taken" : error.text);
	json_decref(json);
	return is_same;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void lines_are_read_as_jansson_reads_them(void **state)
{
	uint64_t cases = from_environment("ORDEAL_CASES", 120000);
	struct history *history = history_new();
	struct jsonl *jsonl = jsonl_new(history, false);
	struct random_line *line = calloc(1, sizeof(*line));
	struct rng rng;
	size_t taken = 0;

	(void)state;
	assert_non_null(line);
	rng_init(&rng, from_environment("ORDEAL_SEED", 1), "oracle", 0);
	for (uint64_t i = 0; i < cases; i++) {
		random_line_make(&rng, line);
		if (rng_chance(&rng, 0.5))
			random_line_damage(&rng, line);
		assert_true(agrees(jsonl, line, &taken));
	}
	/* Neither all nor none, or nothing was compared. */
	assert_true(taken > cases / 3 && taken < cases * 9 / 10);
	print_message("%zu of %llu lines were taken\n", taken,
		      (unsigned long long)cases);
	free(line);
	jsonl_free(jsonl);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_as_jansson_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
