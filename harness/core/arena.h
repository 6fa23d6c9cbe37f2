/* SPDX-License-Identifier: MIT */
/* Memory that is released all at once. */
#ifndef ORDEAL_CORE_ARENA_H
#define ORDEAL_CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * A request, a check, a run each own an arena; what is allocated in it lives
 * as long as it does and is never freed alone. An arena belongs to one thread
 * at a time. When the machine is out of memory the program says so and ends:
 * a checker's budget turns "too big" into an unknown verdict long before.
 */
struct arena {
	struct arena_block *blocks;
	size_t bytes; /* handed out so far */
	struct arena_child *children; /* see arena_adopt */
};

/* Makes an empty arena. `{0}` does the same. */
void arena_init(struct arena *arena);

/* Gives all memory back; the arena is empty and usable again. */
void arena_release(struct arena *arena);

/* From now on `child`, which lies in memory of `arena`, is released when
 * `arena` is; it may be released and used again before. */
void arena_adopt(struct arena *arena, struct arena *child);

/* `size` zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` zeroed items of `size` bytes; aborts if the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of `size` bytes. */
void *arena_copy(struct arena *arena, const void *bytes, size_t size);

char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/*
 * Heap memory for arrays that grow: makes room for at least `count` items of
 * `size` bytes, doubling `*capacity`. Returns the array, to be freed with
 * free(); aborts when out of memory.
 */
void *array_reserve(void *items, size_t *capacity, size_t count, size_t size);

/* malloc, calloc that abort with a message instead of returning NULL. */
void *heap_alloc(size_t size);
void *heap_zeroed(size_t count, size_t size);

#endif
