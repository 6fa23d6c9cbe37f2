/* SPDX-License-Identifier: MIT */
#include "harness/core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

struct arena_child {
	struct arena_child *next;
	struct arena *arena;
};

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "ordeal: out of memory (%zu bytes wanted)\n", size);
	abort();
}

/* From here on the pages of a block are many: asked of the kernel one by one,
 * they can cost more than the work on them. */
#define HUGE_FROM ((size_t)4 << 20)
#define PAGE_SIZE ((uintptr_t)4096)

/* Where the kernel has huge pages, the block gets them. From the page on that
 * malloc's own header is in, so that its mapping is not cut in two. */
static void *prefer_huge_pages(void *memory, size_t size)
{
	char *first = memory;

	if (size < HUGE_FROM)
		return memory;
	first -= (uintptr_t)memory % PAGE_SIZE;
	size += (uintptr_t)memory % PAGE_SIZE;
	(void)madvise(first, size, MADV_HUGEPAGE);
	return memory;
}

void *heap_alloc(size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		out_of_memory(size);
	return prefer_huge_pages(memory, size);
}

void *heap_zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		out_of_memory(count * size);
	return prefer_huge_pages(memory, count * size);
}

void arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

void arena_release(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	for (struct arena_child *c = arena->children; c; c = c->next)
		arena_release(c->arena);
	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
	arena_init(arena);
}

void arena_adopt(struct arena *arena, struct arena *child)
{
	struct arena_child *link = arena_alloc(arena, sizeof(*link));

	link->arena = child;
	link->next = arena->children;
	arena->children = link;
}

static struct arena_block *block_new(size_t size)
{
	size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct arena_block *block = heap_alloc(sizeof(*block) + room);

	block->next = NULL;
	block->used = 0;
	block->size = room;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t unit = alignof(max_align_t);
	struct arena_block *block = arena->blocks;
	size_t rounded;
	void *memory;

	if (size > SIZE_MAX - unit - sizeof(struct arena_block))
		out_of_memory(size);
	rounded = (size + unit - 1) / unit * unit;
	if (!block || block->size - block->used < rounded) {
		struct arena_block *fresh = block_new(rounded);

		/* A huge block is full at once: keep filling the old one. */
		if (block && rounded > BLOCK_SIZE / 4) {
			fresh->next = block->next;
			block->next = fresh;
		} else {
			fresh->next = block;
			arena->blocks = fresh;
		}
		block = fresh;
	}
	memory = block->bytes + block->used;
	block->used += rounded;
	arena->bytes += rounded;
	return memset(memory, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory(SIZE_MAX);
	return arena_alloc(arena, total);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	void *copy = arena_alloc(arena, size);

	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (length)
		memcpy(copy, text, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		length = 0;
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void *array_reserve(void *items, size_t *capacity, size_t count, size_t size)
{
	size_t wanted = *capacity ? *capacity : 16;
	size_t bytes;

	if (count <= *capacity)
		return items;
	while (wanted < count)
		wanted += wanted / 2 + 8;
	if (__builtin_mul_overflow(wanted, size, &bytes))
		out_of_memory(SIZE_MAX);
	items = realloc(items, bytes);
	if (!items)
		out_of_memory(bytes);
	*capacity = wanted;
	return items;
}
