/* SPDX-License-Identifier: MIT */
/* Figures, operations and options as JSON. */
#ifndef ORDEAL_REPORT_JSON_H
#define ORDEAL_REPORT_JSON_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/history.h"
#include "harness/core/option.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Members keep the order in which they were added, so equal input gives equal
 * bytes. What is returned belongs to the caller (json_decref), what is passed
 * is borrowed unless the function ends in _new. Text that is not UTF-8 gets
 * U+FFFD for each bad byte. Any thread.
 */

/* A string of valid UTF-8; null for NULL. */
json_t *json_text(const char *text);

/* A number rounded to 9 digits; null where it is not finite. */
json_t *json_number(double real);

/* A tree of figures; a group becomes an object, in order. */
json_t *json_figure(const struct figure *figure);

/* Adds the members of a group to an object. One whose name is taken there is
 * skipped: figures never overrule what the object says itself. */
void json_add_figures(json_t *object, const struct figure *group);

/* A value of a history; a number that JSON readers would round becomes its
 * text. */
json_t *json_value(const struct values *values, struct value value);

/*
 * An operation as one object, named as in history.jsonl: index and time of
 * the invocation, process, f, key, value, node, error; "type" is that of the
 * completion ("invoke" where there is none), whose index and time are
 * "completion" and "completion_time".
 */
json_t *json_op(const struct history *history, uint32_t op);

/* The options in force (given or fallback) as {"name": "text"}. */
json_t *json_options(const struct options *options);

/* As text: indented by 2, a line feed at the end. To be freed. */
char *json_pretty(const json_t *json);

/*
 * Whether something is at `path` that must not be replaced by a file: a device
 * such as /dev/null, a pipe, a link such as /dev/stdout.
 */
bool file_stays(const char *path);

/* Writes it to `path` so that the file is there whole or not at all; to what
 * stays, directly. */
int json_write_file(const json_t *json, const char *path, struct error *err);

/* Writes text (or bytes) in the same way. */
int file_write_whole(const char *path, const char *text, size_t length,
		     struct error *err);

/* Reads a JSON file; NULL with "path:line: what is wrong". */
json_t *json_read_file(const char *path, struct error *err);

#endif
