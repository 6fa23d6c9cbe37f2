/* SPDX-License-Identifier: MIT */
#include "harness/core/option.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LENGTH 64

/* One row of the table and what is in force there. */
struct slot {
	const char *text; /* NULL: neither given nor a fallback */
	bool is_given;
	bool truth;
	int64_t number;
	uint64_t size;
	double real;
	const char *const *list;
};

struct options {
	const struct option *table;
	size_t count;
	struct slot *slots;
};

static const char *const nothing[] = { NULL };
static const struct option no_options[] = { { .name = NULL } };

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must change to make `b` of `a`, neighbours that swapped
 * places counting once (Damerau, 1964; the restricted form). */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_LENGTH + 1];
	size_t n = strlen(a);
	size_t m = strlen(b);

	if (n > NAME_MAX_LENGTH || m > NAME_MAX_LENGTH)
		return SIZE_MAX;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = a[i - 1] != b[j - 1];

			row[j] = smaller(smaller(above[j], row[j - 1]) + 1,
					 above[j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

const char *nearest_name(const char *text, const char *const *names)
{
	size_t best = strlen(text) / 3 + 1;
	const char *found = NULL;

	for (; *names; names++) {
		size_t distance = edit_distance(text, *names);

		if (distance < best || (!found && distance == best)) {
			best = distance;
			found = *names;
		}
	}
	return found;
}

/* "a, b or c" */
static void join(char *text, size_t size, const char *const *names)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; names[i] && length < size; i++) {
		const char *comma = i == 0 ? "" : names[i + 1] ? ", " : " or ";

		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   comma, names[i]);
	}
}

static int refuse_choice(const char *text, const char *const *choices,
			 struct error *err)
{
	const char *near = nearest_name(text, choices);
	char all[512];

	join(all, sizeof(all), choices);
	if (near)
		return error_set(err,
				 "there is no \"%s\"; did you mean \"%s\"? (it "
				 "takes %s)",
				 text, near, all);
	return error_set(err, "there is no \"%s\"; it takes %s", text, all);
}

static int parse_choice(const char *text, const char *const *choices,
			struct error *err)
{
	for (const char *const *choice = choices; *choice; choice++) {
		if (strcmp(*choice, text) == 0)
			return 0;
	}
	return refuse_choice(text, choices, err);
}

static int parse_bool(const char *text, bool *truth, struct error *err)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*truth = strcmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return error_set(err, "it takes true or false, not \"%s\"", text);
}

const char *const *option_set(const char *text, struct arena *arena)
{
	size_t room = 2;
	size_t count = 0;
	const char **parts;

	for (const char *p = text; *p; p++)
		room += *p == '+';
	parts = arena_array(arena, room, sizeof(*parts));
	for (;;) {
		size_t length = strcspn(text, "+");

		parts[count++] = arena_strndup(arena, text, length);
		if (!text[length])
			return parts;
		text += length + 1;
	}
}

static int parse_set(const char *text, struct arena *arena,
		     const char *const *choices, struct error *err)
{
	const char *const *parts = option_set(text, arena);

	for (size_t i = 0; choices[i]; i++) {
		if (strcmp(choices[i], OPTION_NODES) == 0)
			return 0;
	}
	for (size_t i = 0; parts[i]; i++) {
		if (parse_choice(parts[i], choices, err) != 0)
			return -1;
	}
	return 0;
}

static int parse_member(const char *text, const struct option *option,
			struct arena *arena, struct error *err)
{
	if (!option->choices)
		return 0;
	if (option->kind == OPTION_SETS)
		return parse_set(text, arena, option->choices, err);
	return parse_choice(text, option->choices, err);
}

/* The members between the commas, blanks around them cut off. */
static int parse_list(struct slot *slot, struct arena *arena, const char *text,
		      const struct option *option, struct error *err)
{
	size_t room = 2;
	size_t count = 0;
	const char **list;

	for (const char *p = text; *p; p++)
		room += *p == ',';
	list = arena_array(arena, room, sizeof(*list));
	while (*text) {
		size_t length = strcspn(text, ",");
		size_t from = 0;
		size_t to = length;

		while (from < to && isspace((unsigned char)text[from]))
			from++;
		while (to > from && isspace((unsigned char)text[to - 1]))
			to--;
		list[count] = arena_strndup(arena, text + from, to - from);
		if (from == to || (text[length] && !text[length + 1]))
			return error_set(err, "a member of the list is empty");
		if (parse_member(list[count], option, arena, err) != 0)
			return -1;
		count++;
		text += length + (text[length] == ',');
	}
	slot->list = list;
	return 0;
}

static int slot_set(struct slot *slot, const struct option *option,
		    struct arena *arena, const char *text, struct error *err)
{
	slot->text = text;
	switch (option->kind) {
	case OPTION_BOOL:
		return parse_bool(text, &slot->truth, err);
	case OPTION_INT:
		return parse_int(text, &slot->number, err);
	case OPTION_REAL:
		return parse_real(text, &slot->real, err);
	case OPTION_DURATION:
		return parse_duration_ns(text, &slot->number, err);
	case OPTION_SIZE:
		return parse_size(text, &slot->size, err);
	case OPTION_TEXT:
		return 0;
	case OPTION_CHOICE:
		assert(option->choices);
		return parse_choice(text, option->choices, err);
	case OPTION_LIST:
	case OPTION_SETS:
		return parse_list(slot, arena, text, option, err);
	case OPTION_NONE:
		break;
	}
	assert(option->kind != OPTION_NONE);
	return error_set(err, "an option without a kind");
}

struct options *options_new(struct arena *arena, const struct option *table)
{
	struct options *options = arena_alloc(arena, sizeof(*options));
	struct error err;

	if (!table)
		table = no_options;
	options->table = table;
	while (table[options->count].name)
		options->count++;
	options->slots =
		arena_array(arena, options->count, sizeof(*options->slots));
	for (size_t i = 0; i < options->count; i++) {
		struct slot *slot = &options->slots[i];
		int set = 0;

		slot->list = nothing;
		if (table[i].fallback)
			set = slot_set(slot, &table[i], arena,
				       table[i].fallback, &err);
		assert(set == 0); /* the fallback itself must be right */
	}
	return options;
}

static size_t find_row(const struct options *options, const char *name)
{
	size_t row = 0;

	while (row < options->count &&
	       strcmp(options->table[row].name, name) != 0)
		row++;
	return row;
}

bool options_knows(const struct options *options, const char *name)
{
	return find_row(options, name) < options->count;
}

static int refuse_name(const struct options *options, struct arena *arena,
		       const char *name, struct error *err)
{
	const char **names =
		arena_array(arena, options->count + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < options->count; i++)
		names[i] = options->table[i].name;
	near = nearest_name(name, names);
	if (near)
		return error_set(err,
				 "there is no option \"%s\"; did you mean "
				 "\"%s\"?",
				 name, near);
	return error_set(err, "there is no option \"%s\"", name);
}

int options_set(struct options *options, struct arena *arena, const char *name,
		const char *text, struct error *err)
{
	size_t row = find_row(options, name);
	struct slot fresh = { .list = nothing, .is_given = true };

	if (row == options->count)
		return refuse_name(options, arena, name, err);
	if (slot_set(&fresh, &options->table[row], arena,
		     arena_strdup(arena, text), err) != 0)
		return error_wrap(err, "option %s", name);
	options->slots[row] = fresh;
	return 0;
}

static const struct slot *slot_of(const struct options *options,
				  const char *name)
{
	size_t row = find_row(options, name);

	assert(row < options->count); /* the part asks for what it declared */
	return &options->slots[row];
}

static const struct slot *slot_of_kind(const struct options *options,
				       const char *name, enum option_kind kind)
{
	const struct slot *slot = slot_of(options, name);

	assert(options->table[slot - options->slots].kind == kind);
	(void)kind;
	return slot;
}

const char *options_given(const struct options *options, const char *name)
{
	return slot_of(options, name)->text;
}

bool options_is_given(const struct options *options, const char *name)
{
	return slot_of(options, name)->is_given;
}

const struct option *options_table(const struct options *options)
{
	return options->table;
}

bool options_bool(const struct options *options, const char *name)
{
	return slot_of_kind(options, name, OPTION_BOOL)->truth;
}

int64_t options_int(const struct options *options, const char *name)
{
	return slot_of_kind(options, name, OPTION_INT)->number;
}

double options_real(const struct options *options, const char *name)
{
	return slot_of_kind(options, name, OPTION_REAL)->real;
}

int64_t options_duration_ns(const struct options *options, const char *name)
{
	return slot_of_kind(options, name, OPTION_DURATION)->number;
}

uint64_t options_size(const struct options *options, const char *name)
{
	return slot_of_kind(options, name, OPTION_SIZE)->size;
}

const char *options_text(const struct options *options, const char *name)
{
	return slot_of(options, name)->text;
}

const char *const *options_list(const struct options *options, const char *name)
{
	const struct slot *slot = slot_of(options, name);

	assert(options->table[slot - options->slots].kind == OPTION_LIST ||
	       options->table[slot - options->slots].kind == OPTION_SETS);
	return slot->list;
}

bool options_is(const struct options *options, const char *name,
		const char *choice)
{
	const char *text = slot_of(options, name)->text;

	return text && strcmp(text, choice) == 0;
}
