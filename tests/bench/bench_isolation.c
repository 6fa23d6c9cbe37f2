/* SPDX-License-Identifier: MIT */
/* How fast list-append transactions are judged: bench_isolation
 * [TRANSACTIONS ...]. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/core/rng.h"
#include "tests/support/isolation_history.h"

#define PROCESSES 20
#define ACCESSES 4
#define WRITES_PER_KEY 64

extern const struct checker checker_isolation;

/* A serial store: an operation takes effect when it is invoked. */
struct maker {
	struct history *history;
	struct rng rng;
	bool registers;
	uint32_t keys; /* in use at a time */
	struct value *lists;
	int64_t *ids; /* of the key in each place */
	uint32_t *writes;
	int64_t next_id;
	int64_t next_value;
};

static void make_access(struct maker *m, struct action *action)
{
	struct values *values = m->history->values;
	uint32_t k = (uint32_t)rng_below(&m->rng, m->keys);

	*action = (struct action){ .key = value_int(values, m->ids[k]) };
	if (rng_chance(&m->rng, 0.5)) {
		action->verb = VERB_READ;
		action->result = m->lists[k];
		return;
	}
	if (m->registers) {
		action->verb = VERB_WRITE;
		action->arg = value_int(values, ++m->next_value);
		m->lists[k] = action->arg;
		return;
	}
	action->verb = VERB_APPEND;
	action->arg = value_int(values, ++m->writes[k]);
	m->lists[k] = value_append(values, m->lists[k], action->arg);
	if (m->writes[k] == WRITES_PER_KEY) {
		m->writes[k] = 0;
		m->ids[k] = m->next_id++;
		m->lists[k] = value_empty_list();
	}
}

static void write_entry(struct maker *m, struct action *actions,
			int32_t process, enum op_type type)
{
	struct action bare[ACCESSES];
	struct error err;
	struct entry entry = { .index = m->history->entry_count,
			       .time_ns = (int64_t)m->history->entry_count,
			       .process = process,
			       .type = type,
			       .f = VERB_TXN,
			       .actions = actions,
			       .action_count = ACCESSES };

	memcpy(bare, actions, sizeof(bare));
	for (int i = 0; i < ACCESSES && type == OP_INVOKE; i++)
		bare[i].result = value_nil();
	entry.actions = bare;
	if (history_append(m->history, &entry, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
}

/* One late read sees only half of what was there. */
static void plant(struct history *history)
{
	const struct values *values = history->values;

	for (size_t a = history->action_count; a-- > 0;) {
		struct value *list = &history->actions[a].result;
		size_t length;

		if (history->actions[a].verb != VERB_READ ||
		    value_is_nil(*list))
			continue;
		length = value_list_length(values, *list);
		if (length < 12)
			continue;
		while (value_list_length(values, *list) > length / 2)
			*list = value_list_rest(values, *list);
		return;
	}
}

static struct history *make(size_t count, uint32_t keys, bool registers)
{
	struct maker m = { .history = history_new(),
			   .keys = keys,
			   .registers = registers,
			   .lists = heap_zeroed(keys, sizeof(*m.lists)),
			   .ids = heap_zeroed(keys, sizeof(*m.ids)),
			   .writes = heap_zeroed(keys, sizeof(*m.writes)) };
	struct action open[PROCESSES][ACCESSES];
	bool is_open[PROCESSES] = { false };
	size_t started = 0, done = 0;

	rng_init(&m.rng, count + keys, "bench", 0);
	for (uint32_t k = 0; k < keys; k++) {
		m.ids[k] = m.next_id++;
		m.lists[k] = registers ? value_nil() : value_empty_list();
	}
	while (done < count) {
		int32_t p = (int32_t)rng_below(&m.rng, PROCESSES);

		if (is_open[p]) {
			write_entry(&m, open[p], p, OP_OK);
			is_open[p] = false;
			done++;
		} else if (started < count) {
			for (int i = 0; i < ACCESSES; i++)
				make_access(&m, &open[p][i]);
			write_entry(&m, open[p], p, OP_INVOKE);
			is_open[p] = true;
			started++;
		}
	}
	free(m.lists);
	free(m.ids);
	free(m.writes);
	return m.history;
}

static void judge(const struct history *history, const char *model,
		  const char *label)
{
	struct arena arena = { 0 };
	struct options *options = options_new(&arena,
					      checker_isolation.options);
	struct budget budget = { BUDGET_STATES_DEFAULT, BUDGET_BYTES_DEFAULT,
				 2, NULL };
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct rusage usage;
	struct error err;
	int64_t start = clock_now_ns();
	clock_t cpu = clock();

	verdict_init(&verdict);
	if (options_set(options, &arena, "model", model, &err) ||
	    checker_isolation.check(&check, &verdict, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%-34s %-20s %-8s %7.3f s (%6.3f s"
	       " of processor) %5ld MB  %s\n", label, model,
	       verdict_kind_name(verdict.kind),
	       (double)(clock_now_ns() - start) / 1e9,
	       (double)(clock() - cpu) / CLOCKS_PER_SEC, usage.ru_maxrss / 1024,
	       isolation_names(&verdict, &arena));
	fflush(stdout);
	arena_release(&arena);
}

static void bench(size_t count, uint32_t keys)
{
	static const char *const levels[] = { "monotonic-atomic-view",
					      "read-atomic", "causal",
					      "strict-serializable" };
	struct history *history = make(count, keys, false);
	char label[64];

	snprintf(label, sizeof(label), "append %zu txns %u keys", count, keys);
	judge(history, "strict-serializable", label);
	judge(history, "serializable", label);
	plant(history);
	snprintf(label, sizeof(label), "append %zu txns %u keys bad", count,
		 keys);
	judge(history, "strict-serializable", label);
	history_free(history);
	history = make(count, keys, true);
	snprintf(label, sizeof(label), "wr %zu txns %u keys", count, keys);
	for (size_t i = 0; i < 4; i++)
		judge(history, levels[i], label);
	history_free(history);
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 10000, 100000, 1000000 };

	if (argc > 1) {
		for (int i = 1; i < argc; i++) {
			bench(strtoull(argv[i], NULL, 10), 100);
			bench(strtoull(argv[i], NULL, 10), 10000);
		}
		return 0;
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		bench(sizes[i], 100);
		bench(sizes[i], 10000);
	}
	return 0;
}
