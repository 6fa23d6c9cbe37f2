/* SPDX-License-Identifier: MIT */
/*
 * Lists that grow. A store's list is read whole again and again, each time a
 * little longer: the text of the longest list seen at a key is kept beside
 * its value, and what a new text has in common with it need not be read.
 */
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "harness/core/arena.h"
#include "harness/core/jsonl_private.h"

/* Shorter texts are read as fast as looked up. */
#define MEMO_MIN 24

/* Text between the brackets: integers, commas and spaces alone. */
struct memo {
	uint32_t key; /* bits */
	size_t elements;
	struct value list;
	char *text;
	size_t length;
	size_t capacity;
};

/* Open addressing by key; a memo without text is free. */
struct list_memos {
	struct memo *slots;
	size_t size; /* a power of two */
	size_t used;
};

void jsonl_memos_free(struct list_memos *memos)
{
	if (!memos)
		return;
	for (size_t i = 0; i < memos->size; i++)
		free(memos->slots[i].text);
	free(memos->slots);
	free(memos);
}

static struct memo *slot_of(const struct list_memos *memos, uint32_t key)
{
	size_t mask = memos->size - 1;
	size_t at = (key * UINT32_C(2654435769)) >> 7 & mask;

	while (memos->slots[at].text && memos->slots[at].key != key)
		at = (at + 1) & mask;
	return &memos->slots[at];
}

static void grow(struct list_memos *memos)
{
	struct list_memos old = *memos;

	memos->size *= 2;
	memos->slots = heap_zeroed(memos->size, sizeof(*memos->slots));
	for (size_t i = 0; i < old.size; i++) {
		if (old.slots[i].text)
			*slot_of(memos, old.slots[i].key) = old.slots[i];
	}
	free(old.slots);
}

static struct memo *memo_of(struct jsonl *jsonl, struct value key)
{
	struct list_memos *memos = jsonl->memos;

	if (!memos) {
		memos = heap_zeroed(1, sizeof(*memos));
		memos->size = 64;
		memos->slots = heap_zeroed(memos->size, sizeof(*memos->slots));
		jsonl->memos = memos;
	}
	if (memos->used * 2 >= memos->size)
		grow(memos);
	return slot_of(memos, key.bits);
}

/* How many bytes two texts begin with in common; at most `limit`. */
static size_t common(const char *a, const char *b, size_t limit)
{
	size_t at = 0;

#ifdef __SSE2__
	for (; at + 16 <= limit; at += 16) {
		__m128i x = _mm_loadu_si128(
			(const __m128i *)(const void *)(a + at));
		__m128i y = _mm_loadu_si128(
			(const __m128i *)(const void *)(b + at));
		unsigned equal =
			(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));

		if (equal != 0xffff)
			return at + (size_t)__builtin_ctz(~equal);
	}
#endif
	while (at < limit && a[at] == b[at])
		at++;
	return at;
}

static size_t commas(const char *text, size_t from, size_t to)
{
	size_t count = 0;

	for (size_t i = from; i < to; i++)
		count += text[i] == ',';
	return count;
}

/*
 * Where the elements that `text` (after the bracket) and the memo share end,
 * and how many of the memo's are left out then. The place is that of a comma
 * in the memo's text, or its end; 0 when nothing is shared.
 */
static size_t shared_text(const struct memo *memo, const char *text,
			  size_t limit, size_t *dropped)
{
	size_t same = common(memo->text, text,
			     limit < memo->length ? limit : memo->length);
	bool ends = text[same] == ',' || text[same] == ']';

	*dropped = 0;
	if (same == memo->length && ends)
		return same;
	if (same == memo->length || memo->text[same] != ',' || !ends) {
		while (same > 0 && memo->text[same - 1] != ',')
			same--;
		same -= same > 0;
	}
	*dropped = commas(memo->text, same, memo->length);
	return same;
}

/* Keeps the text, of which the memo has the first `same` bytes. */
static void remember(struct jsonl *jsonl, struct value key, const char *text,
		     size_t length, size_t same, struct value list)
{
	struct memo *memo = memo_of(jsonl, key);

	if (!memo->text) {
		jsonl->memos->used++;
		memo->key = key.bits;
		same = 0;
	}
	memo->text = array_reserve(memo->text, &memo->capacity, length + 1, 1);
	memcpy(memo->text + same, text + same, length - same);
	memo->length = length;
	memo->list = list;
	memo->elements = value_list_length(jsonl->values, list);
}

/* Elements from `p` on, behind those of `list`, up to the bracket. NULL with
 * *is_nested when one is no scalar, NULL with an error otherwise. *is_plain is
 * cleared when the text does not fit a memo. */
static const char *rest(struct jsonl *jsonl, const char *p, struct value *list,
			bool *is_plain, bool *is_nested)
{
	struct value element;
	int64_t number;

	for (;;) {
		*is_nested = *p == '[' || *p == '{';
		if (*is_nested)
			return NULL;
		p = jsonl_scalar(jsonl, p, &element, true);
		if (!p)
			return NULL;
		*is_plain = *is_plain &&
			    value_get_int(jsonl->values, element, &number);
		*list = value_append(jsonl->values, *list, element);
		p = jsonl_space(p);
		if (*p == ']')
			return p;
		if (*p != ',')
			return jsonl_expected(jsonl, p, "',' or ']'");
		p = jsonl_space(p + 1);
	}
}

/* A list that begins with an integer. */
static const char *grown_list(struct jsonl *jsonl, const char *p,
			      struct value key, struct value *v)
{
	const char *text = p + 1;
	const char *end = text;
	const struct memo *memo = memo_of(jsonl, key);
	struct value list = value_empty_list();
	bool is_plain = true;
	bool is_nested;
	size_t dropped;
	size_t same = 0;

	if (memo->text) {
		same = shared_text(memo, text, (size_t)(jsonl->end - text),
				   &dropped);
		/* Walking back is no quicker than reading. */
		if (dropped > memo->elements / 2)
			same = 0;
	}
	if (same > 0) {
		list = memo->list;
		for (; dropped > 0; dropped--)
			list = value_list_rest(jsonl->values, list);
		end = text + same;
	}
	if (same == 0 || *end == ',') {
		end = rest(jsonl, same ? jsonl_space(end + 1) : text, &list,
			   &is_plain, &is_nested);
		if (!end)
			return is_nested ? jsonl_value(jsonl, p, v, true)
					 : NULL;
	}
	if (is_plain && end - text >= MEMO_MIN &&
	    (size_t)(end - text) > memo->length)
		remember(jsonl, key, text, (size_t)(end - text), same, list);
	*v = list;
	return end + 1;
}

const char *jsonl_result(struct jsonl *jsonl, const char *p, struct value key,
			 struct value *v)
{
	if (*p == '[' && (p[1] == '-' || (p[1] >= '0' && p[1] <= '9')))
		return grown_list(jsonl, p, key, v);
	return jsonl_value(jsonl, p, v, true);
}
