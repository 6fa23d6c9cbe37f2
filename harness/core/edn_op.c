/* SPDX-License-Identifier: MIT */
/* Operations in EDN: the map. */
#include <string.h>

#include "harness/core/edn_private.h"
#include "harness/core/reader_build.h"

enum key {
	KEY_INDEX,
	KEY_TIME,
	KEY_PROCESS,
	KEY_TYPE,
	KEY_F,
	KEY_KEY,
	KEY_VALUE,
	KEY_RESULT,
	KEY_ERROR,
	KEY_NODE,
	KEY_COUNT,
};

static const char *const key_names[KEY_COUNT] = {
	[KEY_INDEX] = "index",
	[KEY_TIME] = "time",
	[KEY_PROCESS] = "process",
	[KEY_TYPE] = "type",
	[KEY_F] = "f",
	[KEY_KEY] = "key",
	[KEY_VALUE] = "value",
	[KEY_RESULT] = "result",
	[KEY_ERROR] = "error",
	[KEY_NODE] = "node",
};

static bool is(const struct edn_word *word, const char *text)
{
	return word->length == strlen(text) &&
	       memcmp(word->bytes, text, word->length) == 0;
}

static const char *integer(struct edn *edn, const char *p, int64_t *number,
			   int64_t least, int64_t most, const char *what)
{
	const char *start = p;
	struct value v;

	p = edn_form(edn, p, &v, true);
	if (!p)
		return NULL;
	if (!value_get_int(edn->values, v, number) || *number < least ||
	    *number > most)
		return edn_fail(edn, start,
				"%s is not an integer of the range "
				"it can have",
				what);
	return p;
}

const char *edn_process(struct edn *edn, const char *p, struct entry *entry)
{
	struct edn_word word;
	const char *start = p;
	int64_t number = 0;

	if (*p != ':' && *p != '"') {
		p = integer(edn, p, &number, 0, INT32_MAX, ":process");
		entry->process = (int32_t)number;
		return p;
	}
	p = edn_word(edn, p, &word);
	if (p && !is(&word, "nemesis"))
		return edn_fail(edn, start,
				":process is neither an integer "
				"nor :nemesis");
	entry->process = PROCESS_NEMESIS;
	return p;
}

const char *edn_type(struct edn *edn, const char *p, struct entry *entry)
{
	const char *start = p;
	struct edn_word word;

	p = edn_word(edn, p, &word);
	if (!p)
		return NULL;
	for (enum op_type t = OP_INVOKE; t <= OP_INFO; t++) {
		if (is(&word, op_type_name(t))) {
			entry->type = t;
			return p;
		}
	}
	return edn_fail(edn, start,
			":type is not one of :invoke :ok :fail "
			":info");
}

const char *edn_name(struct edn *edn, const char *p, uint16_t *f,
		     uint16_t *verb)
{
	const char *start = p;
	const struct reader_name *found;
	struct edn_word word;

	p = edn_word(edn, p, &word);
	if (!p)
		return NULL;
	found = reader_name_find(&edn->names, edn->history, word.bytes,
				 word.length, edn->err);
	if (!found) {
		edn->error_at = start;
		edn->is_cut = false;
		return NULL;
	}
	*f = found->f;
	*verb = found->verb;
	return p;
}

const char *edn_error(struct edn *edn, const char *p, struct value *v)
{
	p = edn_form(edn, p, v, true);
	if (p)
		*v = reader_text(edn->values, *v);
	return p;
}

/* What stands under the key, from `p` on. */
static const char *content_of(struct edn *edn, const char *p, enum key key,
			      struct edn_draft *draft)
{
	struct entry *entry = &draft->entry;
	struct value v;
	int64_t number = 0;

	switch (key) {
	case KEY_INDEX:
		p = integer(edn, p, &number, 0, INT64_MAX, ":index");
		entry->index = (uint64_t)number;
		return p;
	case KEY_TIME:
		return integer(edn, p, &entry->time_ns, INT64_MIN, INT64_MAX,
			       ":time");
	case KEY_PROCESS:
		return edn_process(edn, p, entry);
	case KEY_TYPE:
		return edn_type(edn, p, entry);
	case KEY_F:
		return edn_name(edn, p, &entry->f, &draft->verb);
	case KEY_KEY:
		return edn_form(edn, p, &draft->action.key, true);
	case KEY_RESULT:
		return edn_form(edn, p, &draft->action.result, true);
	case KEY_ERROR:
		return edn_error(edn, p, &entry->error);
	case KEY_NODE:
		return edn_error(edn, p, &entry->node);
	case KEY_VALUE:
		draft->value = p;
		break;
	case KEY_COUNT:
		break;
	}
	return edn_form(edn, p, &v, false);
}

static const char *member(struct edn *edn, const char *p,
			  struct edn_draft *draft)
{
	const char *start = p;
	struct edn_word word = { "", 0 };
	struct value ignored;
	enum key key = KEY_COUNT;

	if (*p == ':' || *p == '"')
		p = edn_word(edn, p, &word);
	else
		p = edn_form(edn, p, &ignored, false);
	if (!p)
		return NULL;
	for (key = KEY_INDEX; key < KEY_COUNT; key++) {
		if (is(&word, key_names[key]))
			break;
	}
	if (key < KEY_COUNT && draft->seen & 1u << key)
		return edn_fail(edn, start, ":%s is there twice",
				key_names[key]);
	draft->seen |= 1u << key;
	p = edn_space(edn, p);
	if (!p)
		return NULL;
	if (edn_at_close(p))
		return edn_fail(edn, p, "a key without a value");
	p = content_of(edn, p, key, draft);
	return p ? edn_space(edn, p) : NULL;
}

const char *edn_draft(struct edn *edn, const char *p, struct edn_draft *draft)
{
	*draft = (struct edn_draft){ .start = p, .entry = { .time_ns = -1 } };
	/* A record prints its type in front. */
	if (*p == '#' && p[1] != '{')
		p = edn_blank(edn, edn_token_end(edn, p));
	if (p >= edn->end || *p != '{')
		return edn_expected(edn, p, "the map of an operation");
	p = edn_space(edn, p + 1);
	while (p && !(p < edn->end && edn_at_close(p))) {
		if (p >= edn->end)
			return edn_expected(edn, p, "'}'");
		p = member(edn, p, draft);
	}
	if (!p)
		return NULL;
	if (*p != '}')
		return edn_expected(edn, p, "'}'");
	for (enum key key = KEY_PROCESS; key <= KEY_F; key++) {
		if (!(draft->seen & 1u << key))
			return edn_fail(edn, draft->start,
					"the operation has no :%s",
					key_names[key]);
	}
	if (!(draft->seen & 1u << KEY_INDEX))
		draft->entry.index = edn->history->entry_count;
	return p + 1;
}
