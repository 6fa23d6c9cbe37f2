/* SPDX-License-Identifier: MIT */
/*
 * How fast histories are read: bench_reader [MILLIONS OF LINES]. Writes
 * histories to a temporary folder and reads them back; beside it, what
 * jansson takes for the trees of the same lines.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/history_write.h"
#include "harness/core/reader.h"
#include "harness/core/rng.h"

#define PROCESSES 20
#define LISTS 100
#define LIST_MAX 200

/* A text in memory that is written to a file at the end. */
struct text {
	char *bytes;
	size_t length;
	size_t capacity;
};

struct maker {
	struct values *values;
	struct rng rng;
	struct value nodes[5];
	int64_t time;
	struct value lists[LISTS]; /* what is in them */
	int64_t names[LISTS]; /* their keys, which change as they fill up */
	int64_t next;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_reader: %s: %s\n", what, why);
	exit(3);
}

static void put_pair(struct maker *maker, struct text *text, uint64_t line,
		     const char *f, struct entry *entry)
{
	maker->time += 900 + (int64_t)rng_below(&maker->rng, 2000);
	entry->index = line;
	entry->time_ns = maker->time;
	entry->process = (int32_t)(line / 2 % PROCESSES);
	entry->node = maker->nodes[entry->process % 5];
	entry->type = OP_INVOKE;
	entry_write(maker->values, f, entry, &text->bytes, &text->length,
		    &text->capacity);
	entry->index++;
	entry->time_ns += 500;
	entry->type = OP_OK;
	entry_write(maker->values, f, entry, &text->bytes, &text->length,
		    &text->capacity);
}

static void make_registers(struct maker *maker, struct text *text,
			   uint64_t lines)
{
	for (uint64_t line = 0; line < lines; line += 2) {
		uint64_t kind = rng_below(&maker->rng, 3);
		struct value v = value_int(maker->values, maker->next++);
		struct action action = {
			.key = value_int(maker->values, (int64_t)(line / 2000)),
			.expected = v,
			.arg = v,
			.result = v,
			.verb = kind == 0   ? VERB_READ
				: kind == 1 ? VERB_WRITE
					    : VERB_CAS,
		};
		struct entry entry = { .f = action.verb,
				       .actions = &action,
				       .action_count = 1 };

		put_pair(maker, text, line, verb_name(action.verb), &entry);
	}
}

static void make_lists(struct maker *maker, struct text *text, uint64_t lines)
{
	for (uint64_t line = 0; line < lines; line += 2) {
		struct action actions[4] = { 0 };
		struct entry entry = { .f = VERB_TXN,
				       .actions = actions,
				       .action_count = 4 };

		for (size_t i = 0; i < 4; i++) {
			size_t list = rng_below(&maker->rng, LISTS);
			struct value *v = &maker->lists[list];

			if (value_is_nil(*v) ||
			    value_list_length(maker->values, *v) >= LIST_MAX) {
				*v = value_empty_list();
				maker->names[list] = maker->next++;
			}
			actions[i].key =
				value_int(maker->values, maker->names[list]);
			actions[i].verb = i % 2 ? VERB_APPEND : VERB_READ;
			actions[i].result = i % 2 ? value_nil() : *v;
			if (i % 2 == 0)
				continue;
			actions[i].arg =
				value_int(maker->values, maker->next++);
			*v = value_append(maker->values, *v, actions[i].arg);
		}
		put_pair(maker, text, line, "txn", &entry);
	}
}

static void write_file(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(bytes, 1, length, file) != length || fclose(file))
		die(path, "cannot be written");
}

static void read_file(const char *what, const char *path, size_t lines,
		      size_t bytes)
{
	struct error err;
	struct history *history;
	int64_t start = clock_now_ns();
	double ns;

	history = history_read(path, NULL, NULL, &err);
	ns = (double)(clock_now_ns() - start);
	if (!history)
		die(path, err.text);
	printf("%-24s %8.1f ns/line %8.2f s %8.2f GB/s %8.1f bytes/op\n", what,
	       ns / (double)lines, ns / 1e9, (double)bytes / ns,
	       (double)history_bytes(history) / (double)history->op_count);
	history_free(history);
}

static void run_jansson(const struct text *text, size_t lines)
{
	const char *p = text->bytes;
	const char *end = p + text->length;
	int64_t start = clock_now_ns();
	double ns;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		json_t *tree = json_loadb(p, (size_t)(newline - p), 0, NULL);

		if (!tree)
			die("jansson", "refuses a line");
		json_decref(tree);
		p = newline + 1;
	}
	ns = (double)(clock_now_ns() - start);
	printf("%-24s %8.1f ns/line %8.2f s %8.2f GB/s (trees alone)\n",
	       "  jansson", ns / (double)lines, ns / 1e9,
	       (double)text->length / ns);
}

static void run_packed(const char *path, const struct text *text, size_t lines)
{
	size_t room = ZSTD_compressBound(text->length);
	void *packed = heap_alloc(room);
	size_t length =
		ZSTD_compress(packed, room, text->bytes, text->length, 1);
	gzFile file;

	if (ZSTD_isError(length))
		die("zstd", ZSTD_getErrorName(length));
	write_file(path, packed, length);
	free(packed);
	read_file("  .zst", path, lines, text->length);
	file = gzopen(path, "wb1");
	for (size_t at = 0; at < text->length;) {
		unsigned piece = text->length - at > 1u << 20
					 ? 1u << 20
					 : (unsigned)(text->length - at);

		if (gzwrite(file, text->bytes + at, piece) != (int)piece)
			die(path, "cannot be written");
		at += piece;
	}
	gzclose(file);
	read_file("  .gz", path, lines, text->length);
}

static void run(const char *what, const char *path, uint64_t lines,
		void (*make)(struct maker *, struct text *, uint64_t))
{
	static const char *const names[5] = { "n1", "n2", "n3", "n4", "n5" };
	struct maker maker = { .values = values_new() };
	struct text text = { 0 };

	rng_init(&maker.rng, 1, "bench", 0);
	for (size_t i = 0; i < 5; i++)
		maker.nodes[i] = value_string(maker.values, names[i]);
	make(&maker, &text, lines);
	values_free(maker.values);
	write_file(path, text.bytes, text.length);
	printf("%s: %llu lines, %.1f MB\n", what, (unsigned long long)lines,
	       (double)text.length / 1e6);
	read_file("  ours", path, lines, text.length);
	run_jansson(&text, lines);
	run_packed(path, &text, lines);
	free(text.bytes);
}

int main(int argc, char **argv)
{
	uint64_t lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	char folder[] = "/tmp/ordeal-bench-XXXXXX";
	char path[64];

	if (!mkdtemp(folder))
		die(folder, "cannot be made");
	snprintf(path, sizeof(path), "%s/history", folder);
	lines *= 1000000;
	run("registers", path, lines, make_registers);
	/* These are 0.9 GB a million. */
	run("list-append, lists to 200", path, 1000000, make_lists);
	unlink(path);
	rmdir(folder);
	return 0;
}
