/* SPDX-License-Identifier: MIT */
/* Names of operations and actions, quickly. */
#ifndef ORDEAL_CORE_READER_NAMES_H
#define ORDEAL_CORE_READER_NAMES_H

#include "harness/core/error.h"
#include "harness/core/history.h"

#include <stddef.h>
#include <stdint.h>

#define READER_NAME_SLOTS 64
#define READER_NAME_MAX 16

/* What a name means in one history. */
struct reader_name {
	char text[READER_NAME_MAX];
	size_t length; /* 0: empty slot */
	uint16_t f;    /* as history_f has it */
	uint16_t verb; /* what its action does: f, or a verb that other
			* tools call so ("get", "put") */
};

/* A small cache in front of history_f, which is called once a line. */
struct reader_names {
	struct reader_name slots[READER_NAME_SLOTS];
	struct reader_name other; /* the last one that did not fit */
};

/* The name's meaning, valid until the next call; NULL with an error when
 * there are too many. */
const struct reader_name *reader_name_find(struct reader_names *names,
					   struct history *history,
					   const char *text, size_t length,
					   struct error *err);

#endif
