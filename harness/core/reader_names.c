/* SPDX-License-Identifier: MIT */
#include "harness/core/reader_names.h"

#include <string.h>

#include "harness/core/op.h"

/* The field's other names for what a verb of ours does. They stay the name of
 * the operation; its action is of the verb. */
static uint16_t verb_of_alias(const char *text, size_t length, uint16_t f)
{
	static const struct {
		const char *name;
		uint16_t verb;
	} aliases[] = {
		{ "get", VERB_READ },
		{ "put", VERB_WRITE },
	};

	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
		if (strlen(aliases[i].name) == length &&
		    memcmp(aliases[i].name, text, length) == 0)
			return aliases[i].verb;
	}
	return f;
}

const struct reader_name *reader_name_find(struct reader_names *names,
					   struct history *history,
					   const char *text, size_t length,
					   struct error *err)
{
	size_t first = length ? (unsigned char)text[0] : 0;
	size_t last = length ? (unsigned char)text[length - 1] : 0;
	struct reader_name *name =
		&names->slots[(first * 7 + last + length * 16) %
			      READER_NAME_SLOTS];

	if (name->length == length && length > 0 &&
	    memcmp(name->text, text, length) == 0)
		return name;
	if (length == 0 || length > READER_NAME_MAX)
		name = &names->other;
	name->length = 0;
	name->f = history_f(history, text, length, err);
	if (name->f == VERB_NONE)
		return NULL;
	name->verb = verb_of_alias(text, length, name->f);
	if (name != &names->other) {
		memcpy(name->text, text, length);
		name->length = length;
	}
	return name;
}
