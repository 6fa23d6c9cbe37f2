/* SPDX-License-Identifier: MIT */
/* JSON as etcd's gateway writes it, cut into tokens. */
#ifndef ORDEAL_ETCD_JSON_H
#define ORDEAL_ETCD_JSON_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A document is an array of tokens in the order of the text; the first is the
 * whole. An object's members follow it as key, value, key, value; a list's one
 * after the other. Nothing is copied: tokens are places in the text, which
 * must outlive the document. Any bytes at all can be given to json_parse; it
 * neither recurses nor reads beyond `size`.
 */
enum json_kind {
	JSON_NONE,
	JSON_NULL,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_LIST,
	JSON_OBJECT,
};

struct json_token {
	enum json_kind kind;
	uint32_t start; /* strings: behind the quote */
	uint32_t end;	/* one behind the last byte; strings: the quote */
	uint32_t next;	/* the first token that is not part of this one */
};

struct json {
	const char *text;
	const struct json_token *tokens;
	size_t count;
};

#define JSON_DEPTH_MAX 16
#define JSON_SIZE_MAX (64u << 20)

/* The place of no token: what is asked of it is not there either. */
#define JSON_ABSENT SIZE_MAX

/* -1 with a sentence when it is not one JSON value. In `arena`. */
int json_parse(struct json *json, struct arena *arena, const char *text,
	       size_t size, struct error *err);

/* JSON_NONE for JSON_ABSENT. */
enum json_kind json_kind(const struct json *json, size_t token);

/* The value of an object's member, or JSON_ABSENT. The first of that name. */
size_t json_member(const struct json *json, size_t object, const char *name);

/* A list's first item; the item behind `item`; JSON_ABSENT at the end. */
size_t json_first(const struct json *json, size_t list);
size_t json_after(const struct json *json, size_t list, size_t item);

/* An integer, bare or (as proto3 maps 64 bits) in quotes. */
bool json_int(const struct json *json, size_t token, int64_t *number);

/* A string with its escapes undone, NUL-terminated in `arena`, or NULL. */
const char *json_string_of(const struct json *json, size_t token,
			   struct arena *arena, size_t *size);

#endif
