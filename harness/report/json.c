/* SPDX-License-Identifier: MIT */
#include "harness/report/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/core/history_write.h"
#include "harness/core/verdict.h"
#include "harness/report/text.h"

json_t *json_text(const char *text)
{
	struct arena arena = { 0 };
	json_t *json;

	if (!text)
		return json_null();
	json = json_string(text);
	if (json)
		return json;
	json = json_string(text_utf8(&arena, text, strlen(text)));
	arena_release(&arena);
	return json;
}

json_t *json_number(double real)
{
	char digits[40];

	if (!isfinite(real))
		return json_null();
	snprintf(digits, sizeof(digits), "%.9g", real);
	return json_real(strtod(digits, NULL));
}

static json_t *json_leaf(const struct figure *figure)
{
	switch (figure->kind) {
	case FIGURE_BOOL:
		return json_boolean(figure->truth);
	case FIGURE_INT:
		return json_integer(figure->number);
	case FIGURE_REAL:
		return json_number(figure->real);
	case FIGURE_TEXT:
		return json_text(figure->text);
	case FIGURE_GROUP:
		return json_object();
	case FIGURE_LIST:
		return json_array();
	case FIGURE_NIL:
		break;
	}
	return json_null();
}

static void add_member(json_t *parent, const struct figure *figure,
		       json_t *json)
{
	struct arena arena = { 0 };

	if (json_is_array(parent))
		json_array_append_new(parent, json);
	else
		json_object_set_new_nocheck(
			parent,
			text_utf8(&arena, figure->name, strlen(figure->name)),
			json);
	arena_release(&arena);
}

/* Where a walk over the tree stands: the next figure, and what it joins. */
struct place {
	const struct figure *next;
	json_t *parent;
};

/* Depth first with a stack of our own, so any depth of figures is fine. */
static void add_members(json_t *root, const struct figure *first)
{
	struct place *stack = NULL;
	size_t capacity = 0;
	size_t depth = 1;

	stack = array_reserve(stack, &capacity, 1, sizeof(*stack));
	stack[0] = (struct place){ first, root };
	while (depth > 0) {
		const struct figure *figure = stack[depth - 1].next;
		json_t *parent = stack[depth - 1].parent;
		json_t *json;

		if (!figure) {
			depth--;
			continue;
		}
		stack[depth - 1].next = figure->next;
		if (json_is_object(parent) &&
		    json_object_get(parent, figure->name))
			continue;
		json = json_leaf(figure);
		add_member(parent, figure, json);
		if (figure->kind != FIGURE_GROUP && figure->kind != FIGURE_LIST)
			continue;
		stack = array_reserve(stack, &capacity, depth + 1,
				      sizeof(*stack));
		stack[depth++] = (struct place){ figure->first, json };
	}
	free(stack);
}

json_t *json_figure(const struct figure *figure)
{
	json_t *json = json_leaf(figure);

	if (figure->kind == FIGURE_GROUP || figure->kind == FIGURE_LIST)
		add_members(json, figure->first);
	return json;
}

void json_add_figures(json_t *object, const struct figure *group)
{
	add_members(object, group->first);
}

json_t *json_value(const struct values *values, struct value value)
{
	struct arena arena = { 0 };
	const char *text = value_text(values, value, &arena);
	json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	if (!json)
		json = json_text(text);
	arena_release(&arena);
	return json;
}

/* The line of one entry as an object. */
static json_t *entry_object(const struct history *history, uint32_t position)
{
	struct entry entry = history_entry(history, position);
	char *text = NULL;
	size_t length = 0;
	size_t capacity = 0;
	json_t *json;

	entry_write(history->values, history_f_name(history, entry.f), &entry,
		    &text, &length, &capacity);
	json = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
	if (!json) {
		/* A number beyond what JSON readers take. */
		json = json_object();
		text = array_reserve(text, &capacity, length + 1, 1);
		text[length] = '\0';
		json_object_set_new(json, "line", json_text(text));
	}
	free(text);
	return json;
}

json_t *json_op(const struct history *history, uint32_t number)
{
	const struct op *op = &history->ops[number];
	bool has_completion = op->complete != HISTORY_NONE;
	json_t *json = entry_object(history,
				    has_completion ? op->complete : op->invoke);

	json_object_set_new(
		json, "index",
		json_integer((json_int_t)history_index(history, op->invoke)));
	if (op->invoke_ns >= 0)
		json_object_set_new(json, "time", json_integer(op->invoke_ns));
	if (!has_completion)
		return json;
	json_object_set_new(
		json, "completion",
		json_integer((json_int_t)history_index(history, op->complete)));
	if (op->complete_ns >= 0)
		json_object_set_new(json, "completion_time",
				    json_integer(op->complete_ns));
	return json;
}

json_t *json_options(const struct options *options)
{
	const struct option *row = options ? options_table(options) : NULL;
	json_t *json = json_object();

	for (; row && row->name; row++) {
		const char *text = options_given(options, row->name);

		if (text)
			json_object_set_new(json, row->name, json_text(text));
	}
	return json;
}

char *json_pretty(const json_t *json)
{
	size_t flags =
		JSON_INDENT(2) | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY;
	size_t length = json_dumpb(json, NULL, 0, flags);
	char *text = heap_alloc(length + 2);

	json_dumpb(json, text, length, flags);
	memcpy(text + length, "\n", 2);
	return text;
}

bool file_stays(const char *path)
{
	struct stat found;

	return lstat(path, &found) == 0 && !S_ISREG(found.st_mode);
}

int file_write_whole(const char *path, const char *text, size_t length,
		     struct error *err)
{
	struct arena arena = { 0 };
	bool stays = file_stays(path);
	const char *part = stays ? path :
				   arena_printf(&arena, "%s.%ld.part", path,
						(long)getpid());
	FILE *file = fopen(part, "we");
	int result = 0;

	if (!file) {
		result = error_errno(err, "%s", path);
	} else {
		size_t written = fwrite(text, 1, length, file);

		if (fclose(file) != 0 || written != length ||
		    (!stays && rename(part, path) != 0)) {
			result = error_errno(err, "%s", path);
			if (!stays)
				unlink(part);
		}
	}
	arena_release(&arena);
	return result;
}

int json_write_file(const json_t *json, const char *path, struct error *err)
{
	char *text = json_pretty(json);
	int result = file_write_whole(path, text, strlen(text), err);

	free(text);
	return result;
}

json_t *json_read_file(const char *path, struct error *err)
{
	json_error_t cause;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &cause);

	if (!json && cause.line > 0)
		error_set(err, "%s:%d: %s", path, cause.line, cause.text);
	else if (!json)
		error_set(err, "%s", cause.text); /* names the file */
	return json;
}
