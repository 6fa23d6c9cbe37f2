/* SPDX-License-Identifier: MIT */
/* The object of a line: its fields, and the entry they make. */
#include <string.h>

#include "harness/core/jsonl_private.h"
#include "harness/core/reader_build.h"

enum field {
	FIELD_OTHER,
	FIELD_INDEX,
	FIELD_TIME,
	FIELD_PROCESS,
	FIELD_TYPE,
	FIELD_F,
	FIELD_KEY,
	FIELD_VALUE,
	FIELD_RESULT,
	FIELD_ERROR,
	FIELD_NODE,
	FIELD_COUNT,
};

/* An error or a node: nearly always a string. */
static const char *text(struct jsonl *jsonl, const char *p, struct value *v)
{
	if (*p == '"')
		return jsonl_text(jsonl, p, v);
	p = jsonl_value(jsonl, p, v, true);
	if (p)
		*v = reader_text(jsonl->values, *v);
	return p;
}

static const char *const field_names[FIELD_COUNT] = {
	[FIELD_OTHER] = "",	   [FIELD_INDEX] = "index",
	[FIELD_TIME] = "time",	   [FIELD_PROCESS] = "process",
	[FIELD_TYPE] = "type",	   [FIELD_F] = "f",
	[FIELD_KEY] = "key",	   [FIELD_VALUE] = "value",
	[FIELD_RESULT] = "result", [FIELD_ERROR] = "error",
	[FIELD_NODE] = "node",
};

#define BIT(field) (1u << (field))
/* What must be known before a value can be understood. */
#define BEFORE_VALUE (BIT(FIELD_PROCESS) | BIT(FIELD_TYPE) | BIT(FIELD_F))

/* The name at `p` (after its quote) is this one; a compare of constants. */
#define IS(p, name) (memcmp(p, name "\"", sizeof(name)) == 0)

/* The known field of that name, the common ones being told by their first
 * letter. */
static inline enum field field_at(const char *p)
{
	switch (*p) {
	case 'i':
		return IS(p, "index") ? FIELD_INDEX : FIELD_OTHER;
	case 't':
		return IS(p, "time")   ? FIELD_TIME
		       : IS(p, "type") ? FIELD_TYPE
				       : FIELD_OTHER;
	case 'p':
		return IS(p, "process") ? FIELD_PROCESS : FIELD_OTHER;
	case 'f':
		return IS(p, "f") ? FIELD_F : FIELD_OTHER;
	case 'k':
		return IS(p, "key") ? FIELD_KEY : FIELD_OTHER;
	case 'v':
		return IS(p, "value") ? FIELD_VALUE : FIELD_OTHER;
	case 'r':
		return IS(p, "result") ? FIELD_RESULT : FIELD_OTHER;
	case 'e':
		return IS(p, "error") ? FIELD_ERROR : FIELD_OTHER;
	case 'n':
		return IS(p, "node") ? FIELD_NODE : FIELD_OTHER;
	default:
		return FIELD_OTHER;
	}
}

/* A name that is not at once a known one: with escapes it may still be. */
static const char *other_field(struct jsonl *jsonl, const char *p,
			       struct draft *draft, enum field *field)
{
	const char *start = p;
	struct slice text;
	struct value name;

	p = jsonl_string(jsonl, p, &text);
	if (!p)
		return NULL;
	for (*field = FIELD_INDEX; *field < FIELD_COUNT; (*field)++) {
		if (strlen(field_names[*field]) == text.length &&
		    memcmp(field_names[*field], text.bytes, text.length) == 0)
			return p;
	}
	*field = FIELD_OTHER;
	name = value_string_n(jsonl->values, text.bytes, text.length);
	for (size_t i = 0; i < draft->other_count; i++) {
		if (value_equal(draft->others[i], name))
			return jsonl_fail(jsonl, start,
					  "a field that is there twice");
	}
	if (draft->other_count == JSONL_OTHERS_MAX)
		return jsonl_fail(jsonl, start, "more than %d unknown fields",
				  JSONL_OTHERS_MAX);
	draft->others[draft->other_count++] = name;
	return p;
}

static const char *process(struct jsonl *jsonl, const char *p,
			   struct entry *entry)
{
	const char *start = p;
	struct slice text;
	int64_t number;

	if (*p == '"') {
		p = jsonl_string(jsonl, p, &text);
		if (!p)
			return NULL;
		if (text.length != 7 || memcmp(text.bytes, "nemesis", 7) != 0)
			return jsonl_fail(jsonl, start,
					  "\"process\" is neither an integer "
					  "nor \"nemesis\"");
		entry->process = PROCESS_NEMESIS;
		return p;
	}
	p = jsonl_integer(jsonl, p, &number, "process");
	if (p && (number < 0 || number > INT32_MAX))
		return jsonl_fail(jsonl, start,
				  "\"process\" is not in 0 to "
				  "2147483647");
	entry->process = (int32_t)number;
	return p;
}

static const char *type(struct jsonl *jsonl, const char *p, struct entry *entry)
{
	const char *start = p;
	struct slice text;

	p = jsonl_string(jsonl, p, &text);
	if (!p)
		return NULL;
	if (text.length == 6 && memcmp(text.bytes, "invoke", 6) == 0)
		entry->type = OP_INVOKE;
	else if (text.length == 2 && memcmp(text.bytes, "ok", 2) == 0)
		entry->type = OP_OK;
	else if (text.length == 4 && memcmp(text.bytes, "fail", 4) == 0)
		entry->type = OP_FAIL;
	else if (text.length == 4 && memcmp(text.bytes, "info", 4) == 0)
		entry->type = OP_INFO;
	else
		return jsonl_fail(jsonl, start,
				  "\"type\" is not one of invoke, ok, fail, "
				  "info");
	return p;
}

static const char *name(struct jsonl *jsonl, const char *p, struct draft *draft)
{
	const struct reader_name *found;
	struct slice text;

	p = jsonl_string(jsonl, p, &text);
	if (!p)
		return NULL;
	found = reader_name_find(&jsonl->names, jsonl->history, text.bytes,
				 text.length, jsonl->err);
	if (!found)
		return NULL;
	draft->entry.f = found->f;
	draft->verb = found->verb;
	return p;
}

/* "[key, CONTENT]", or null. */
static const char *independent(struct jsonl *jsonl, const char *p,
			       struct draft *draft)
{
	bool is_invoke = draft->entry.type == OP_INVOKE;
	const char *start = p;
	struct value key;

	if (*p == 'n')
		return jsonl_scalar(jsonl, p, &key, true);
	if (*p != '[')
		return jsonl_expected(jsonl, p, "[key, value]");
	p = jsonl_value(jsonl, jsonl_space(p + 1), &key, true);
	if (!p)
		return NULL;
	p = jsonl_space(p);
	if (*p != ',')
		return jsonl_expected(jsonl, p, "',' in [key, value]");
	p = jsonl_space(p + 1);
	draft->action.key = key;
	p = draft->is_txn ? jsonl_txn(jsonl, p, is_invoke)
			  : jsonl_content(jsonl, p, &draft->action, is_invoke);
	if (!p)
		return NULL;
	for (size_t i = 0; draft->is_txn && i < jsonl->action_count; i++) {
		if (!reader_nest_key(jsonl->values, key,
				     &jsonl->actions[i].key))
			return jsonl_fail(jsonl, start,
					  "a key of a transaction that is a "
					  "collection");
	}
	p = jsonl_space(p);
	return *p == ']' ? p + 1
			 : jsonl_expected(jsonl, p, "']' after [key, value");
}

static const char *content(struct jsonl *jsonl, const char *p,
			   struct draft *draft)
{
	bool is_invoke = draft->entry.type == OP_INVOKE;

	if (draft->entry.process == PROCESS_NEMESIS)
		return jsonl_value(jsonl, p, &draft->action.arg, true);
	draft->is_txn = draft->entry.f == VERB_TXN;
	draft->action.verb = draft->verb;
	if (jsonl->is_independent)
		return independent(jsonl, p, draft);
	if (draft->is_txn)
		return jsonl_txn(jsonl, p, is_invoke);
	return jsonl_content(jsonl, p, &draft->action, is_invoke);
}

/* What stands in the field, from after its colon on. */
static const char *field_value(struct jsonl *jsonl, const char *p,
			       enum field field, struct draft *draft)
{
	struct entry *entry = &draft->entry;
	struct value ignored;
	const char *end;
	int64_t number;

	switch (field) {
	case FIELD_INDEX:
		end = jsonl_digits(p, &number);
		if (end) {
			entry->index = (uint64_t)number;
			return end;
		}
		if (*p == '-')
			return jsonl_fail(jsonl, p, "\"index\" is negative");
		p = jsonl_integer(jsonl, p, &number, "index");
		if (p)
			entry->index = (uint64_t)number;
		return p;
	case FIELD_TIME:
		end = jsonl_digits(p, &entry->time_ns);
		if (end)
			return end;
		return jsonl_integer(jsonl, p, &entry->time_ns, "time");
	case FIELD_PROCESS:
		return process(jsonl, p, entry);
	case FIELD_TYPE:
		return type(jsonl, p, entry);
	case FIELD_F:
		return name(jsonl, p, draft);
	case FIELD_KEY:
		end = jsonl_digits(p, &number);
		if (end) {
			draft->action.key = value_int(jsonl->values, number);
			return end;
		}
		return jsonl_value(jsonl, p, &draft->action.key, true);
	case FIELD_VALUE:
		if ((draft->seen & BEFORE_VALUE) == BEFORE_VALUE)
			return content(jsonl, p, draft);
		draft->late = p;
		draft->late_end = jsonl_skip(jsonl, p);
		return draft->late_end;
	case FIELD_RESULT:
		return jsonl_value(jsonl, p, &draft->action.result, true);
	case FIELD_ERROR:
		return text(jsonl, p, &entry->error);
	case FIELD_NODE:
		return text(jsonl, p, &entry->node);
	case FIELD_OTHER:
	case FIELD_COUNT:
		break;
	}
	return jsonl_value(jsonl, p, &ignored, false);
}

/* One member, from its name on. */
static const char *member(struct jsonl *jsonl, const char *p,
			  struct draft *draft)
{
	const char *start = p;
	enum field field;

	if (*p != '"')
		return jsonl_expected(jsonl, p, "a field in quotes");
	field = field_at(p + 1);
	if (field == FIELD_OTHER)
		p = other_field(jsonl, p, draft, &field);
	else
		p += strlen(field_names[field]) + 2;
	if (!p)
		return NULL;
	if (field != FIELD_OTHER && draft->seen & BIT(field))
		return jsonl_fail(jsonl, start, "\"%s\" is there twice",
				  field_names[field]);
	if (*p != ':') {
		p = jsonl_space(p);
		if (*p != ':')
			return jsonl_expected(jsonl, p, "':'");
	}
	p = field_value(jsonl, jsonl_space(p + 1), field, draft);
	draft->seen |= BIT(field);
	return p ? jsonl_space(p) : NULL;
}

/* The value that could not be understood where it stood. */
static const char *late_content(struct jsonl *jsonl, struct draft *draft)
{
	const char *p = content(jsonl, draft->late, draft);

	if (!p)
		return NULL;
	p = jsonl_space(p);
	return p == draft->late_end ? p
				    : jsonl_expected(jsonl, p, "',' or '}'");
}

/* Makes the entry from what the line has. Returns `p`, or NULL. */
static const char *finish(struct jsonl *jsonl, const char *p,
			  struct draft *draft)
{
	struct entry *entry = &draft->entry;

	/* Some tools write transactions alone and no name. */
	if (!(draft->seen & BIT(FIELD_F)) && draft->late &&
	    *draft->late == '[' && *jsonl_space(draft->late + 1) == '[') {
		draft->seen |= BIT(FIELD_F);
		entry->f = VERB_TXN;
		draft->verb = VERB_TXN;
	}
	for (enum field field = FIELD_PROCESS; field <= FIELD_F; field++) {
		if (!(draft->seen & BIT(field)))
			return jsonl_fail(jsonl, p, "the object has no \"%s\"",
					  field_names[field]);
	}
	if (draft->late && !late_content(jsonl, draft))
		return NULL;
	if (!(draft->seen & BIT(FIELD_INDEX)))
		entry->index = jsonl->history->entry_count;
	draft->action.verb = draft->verb;
	draft->is_txn =
		entry->f == VERB_TXN && entry->process != PROCESS_NEMESIS;
	entry->actions = draft->is_txn ? jsonl->actions : &draft->action;
	entry->action_count = draft->is_txn ? jsonl->action_count : 1;
	return p;
}

const char *jsonl_object(struct jsonl *jsonl, const char *p,
			 struct draft *draft)
{
	draft->seen = 0;
	draft->is_txn = false;
	draft->late = NULL;
	draft->entry = (struct entry){ .time_ns = -1 };
	draft->action = (struct action){ 0 };
	draft->verb = VERB_NONE;
	draft->other_count = 0;
	jsonl->action_count = 0;
	if (*p != '{')
		return jsonl_expected(jsonl, p, "'{'");
	p = jsonl_space(p + 1);
	if (*p == '}')
		return finish(jsonl, p, draft) ? p + 1 : NULL;
	for (;;) {
		p = member(jsonl, p, draft);
		if (!p)
			return NULL;
		if (*p == '}')
			return finish(jsonl, p, draft) ? p + 1 : NULL;
		if (*p != ',')
			return jsonl_expected(jsonl, p, "',' or '}'");
		p = jsonl_space(p + 1);
	}
}
