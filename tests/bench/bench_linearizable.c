/* SPDX-License-Identifier: MIT */
/*
 * How fast the linearizable checker is, and what memory it takes: generated
 * histories of many shapes, judged beyond reading them. Prints a line for
 * each. With a file name as argument, writes the histories of registers there
 * for the peer (see tests/bench/porcupine) instead of judging.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/checker.h"
#include "harness/core/clock.h"
#include "harness/core/rng.h"

extern const struct checker checker_linearizable;

#define PROCESSES_MAX 64

enum play_object {
	PLAY_REGISTER,
	PLAY_CAS,
	PLAY_QUEUE,
	PLAY_STACK,
	PLAY_PRIORITY,
	PLAY_SET,
	PLAY_MUTEX,
	PLAY_COUNTER,
	PLAY_BAG,
};

struct workload_shape {
	const char *name;
	enum play_object object;
	const char *model;
	size_t ops;
	int processes;
	int keys;
	int domain; /* of values; 0: distinct */
	double crashed; /* chance */
	bool is_wrong; /* a violation near the end */
	const char *algorithm;
};

static const struct workload_shape shapes[] = {
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 20, 1, 0,
	  0, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 50, 1, 0,
	  0, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 50, 1, 0,
	  0.01, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  true, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 50, 1, 0,
	  0.01, true, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 10000000, 20, 1, 0,
	  0, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  false, "search" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  true, "search" },
	{ "register with cas", PLAY_CAS, "cas-register", 1000000, 20, 1, 0,
	  0.01, false, "auto" },
	{ "register, 1000 keys", PLAY_REGISTER, "register", 1000000, 20, 1000,
	  0, 0.01, false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 1000000, 5, 1, 5, 0,
	  false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 100000, 20, 1, 5, 0,
	  false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 10000, 5, 1, 5,
	  0.01, false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 10000, 5, 1, 5,
	  0.01, true, "auto" },
	{ "cas, 5 values", PLAY_CAS, "cas-register", 10000, 5, 1, 5, 0.01,
	  false, "auto" },
	{ "cas, 5 values", PLAY_CAS, "cas-register", 10000, 5, 1, 5, 0.01,
	  true, "auto" },
	{ "fifo-queue", PLAY_QUEUE, "fifo-queue", 1000000, 20, 1, 0, 0, false,
	  "auto" },
	{ "fifo-queue", PLAY_QUEUE, "fifo-queue", 1000000, 20, 1, 0, 0, true,
	  "auto" },
	{ "stack", PLAY_STACK, "stack", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "stack", PLAY_STACK, "stack", 1000000, 20, 1, 0, 0, true, "auto" },
	{ "priority-queue", PLAY_PRIORITY, "priority-queue", 1000000, 20, 1, 0,
	  0, false, "auto" },
	{ "bag", PLAY_BAG, "bag", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "set", PLAY_SET, "set", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "set", PLAY_SET, "set", 1000000, 20, 1, 0, 0.01, false, "auto" },
	{ "mutex", PLAY_MUTEX, "mutex", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "counter", PLAY_COUNTER, "counter", 1000000, 20, 1, 0, 0, false,
	  "auto" },
};

/* A client at play. */
struct player {
	int stage; /* 0 idle, 1 invoked, 2 took effect */
	int32_t process;
	int key;
	struct action action;
};

struct play {
	const struct workload_shape *shape;
	struct history *history;
	struct rng rng;
	struct player players[PROCESSES_MAX];
	int32_t next_process;
	int64_t next_value;
	struct value *registers; /* by key */
	struct value *items; /* of a container */
	size_t first;
	size_t last;
	size_t capacity;
	int64_t count; /* of a counter; holders of a lock */
	bool lie;
};

static uint64_t below(struct play *play, uint64_t bound)
{
	return rng_below(&play->rng, bound);
}

static void append(struct play *play, const struct player *player,
		   enum op_type type)
{
	struct entry entry = {
		.index = play->history->entry_count,
		.time_ns = (int64_t)play->history->entry_count * 1000,
		.process = player->process,
		.type = type,
		.f = player->action.verb,
		.actions = &player->action,
		.action_count = 1,
	};
	struct error err;

	if (history_append(play->history, &entry, &err)) {
		fprintf(stderr, "bench: %s\n", err.text);
		exit(1);
	}
}

static struct value new_value(struct play *play)
{
	int domain = play->shape->domain;

	return value_int(play->history->values,
			 domain ? (int64_t)below(play, (uint64_t)domain) :
				  play->next_value++);
}

static enum verb pick_verb(struct play *play, const struct player *player)
{
	bool first = below(play, 2);

	switch (play->shape->object) {
	case PLAY_REGISTER:
		return first ? VERB_READ : VERB_WRITE;
	case PLAY_CAS:
		return first ? VERB_READ :
		       below(play, 2) ? VERB_WRITE : VERB_CAS;
	case PLAY_STACK:
		return first ? VERB_PUSH : VERB_POP;
	case PLAY_SET:
		return first ? VERB_ADD :
		       below(play, 2) ? VERB_CONTAINS : VERB_REMOVE;
	case PLAY_MUTEX:
		return player->action.verb == VERB_ACQUIRE ? VERB_RELEASE :
							     VERB_ACQUIRE;
	case PLAY_COUNTER:
		return first ? VERB_INCREMENT : VERB_READ;
	default:
		return first ? VERB_ENQUEUE : VERB_DEQUEUE;
	}
}

static void begin(struct play *play, struct player *player)
{
	struct value *values = &play->registers[0];
	enum verb verb = pick_verb(play, player);
	struct action action = { .verb = (uint16_t)verb };

	player->key = (int)below(play, (uint64_t)play->shape->keys);
	if (play->shape->keys > 1)
		action.key = value_int(play->history->values, player->key);
	if (verb == VERB_WRITE || verb == VERB_CAS || verb == VERB_ENQUEUE ||
	    verb == VERB_PUSH || verb == VERB_ADD)
		action.arg = new_value(play);
	if (verb == VERB_CAS)
		action.expected = values[player->key];
	if (verb == VERB_CONTAINS || verb == VERB_REMOVE)
		action.arg = value_int(play->history->values,
				       (int64_t)below(play, (uint64_t)
						      play->next_value));
	player->action = action;
	player->stage = 1;
	append(play, player, OP_INVOKE);
}

static void put(struct play *play, struct value value)
{
	size_t i = play->last;

	play->items = array_reserve(play->items, &play->capacity,
				    play->last + 2, sizeof(*play->items));
	play->items[play->last++] = value;
	if (play->shape->object != PLAY_PRIORITY)
		return;
	for (; i > 0 && play->items[(i - 1) / 2].bits < value.bits;
	     i = (i - 1) / 2)
		play->items[i] = play->items[(i - 1) / 2];
	play->items[i] = value;
}

static struct value take(struct play *play)
{
	struct value value = value_nil();
	struct value moved;
	size_t i = 0;

	if (play->first == play->last)
		return value;
	if (play->shape->object == PLAY_STACK)
		return play->items[--play->last];
	if (play->shape->object != PLAY_PRIORITY)
		return play->items[play->first++];
	value = play->items[0];
	moved = play->items[--play->last];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= play->last)
			break;
		if (child + 1 < play->last &&
		    play->items[child + 1].bits > play->items[child].bits)
			child++;
		if (play->items[child].bits <= moved.bits)
			break;
		play->items[i] = play->items[child];
		i = child;
	}
	play->items[i] = moved;
	return value;
}

/* The state of a set is one value a number: nil, or true. */
static void set_effect(struct play *play, struct player *player)
{
	int64_t number = 0;
	struct value *member;
	bool has;

	value_get_int(play->history->values, player->action.arg, &number);
	member = &play->registers[number];
	has = !value_is_nil(*member);
	if (player->action.verb == VERB_CONTAINS)
		player->action.result = value_bool(has);
	else
		*member = player->action.verb == VERB_ADD ? value_bool(true) :
							    value_nil();
}

/* False when it has to wait. */
static bool effect(struct play *play, struct player *player)
{
	struct action *action = &player->action;
	struct value *content = &play->registers[player->key];

	switch (action->verb) {
	case VERB_READ:
		action->result = play->shape->object == PLAY_COUNTER ?
			value_int(play->history->values, play->count) :
			*content;
		break;
	case VERB_CAS:
		if (content->bits != action->expected.bits) {
			append(play, player, OP_FAIL);
			player->stage = 0;
			return false;
		}
		*content = action->arg;
		break;
	case VERB_WRITE:
		*content = action->arg;
		break;
	case VERB_INCREMENT:
		play->count++;
		break;
	case VERB_ACQUIRE:
		if (play->count)
			return false;
		play->count = 1;
		break;
	case VERB_RELEASE:
		play->count = 0;
		break;
	case VERB_ENQUEUE:
	case VERB_PUSH:
		put(play, action->arg);
		break;
	case VERB_DEQUEUE:
	case VERB_POP:
		action->result = take(play);
		break;
	default:
		set_effect(play, player);
		break;
	}
	return true;
}

static void finish(struct play *play, struct player *player)
{
	bool reads = verb_reads((enum verb)player->action.verb);

	if (rng_chance(&play->rng, play->shape->crashed)) {
		player->action.result = value_nil();
		append(play, player, OP_INFO);
		player->process = play->next_process++;
		player->stage = 0;
		return;
	}
	if (play->lie && reads) {
		player->action.result = value_int(play->history->values,
						  play->shape->domain ?
						  play->shape->domain - 1 : 2);
		play->lie = play->shape->domain &&
			    below(play, 8); /* some may be true */
	}
	append(play, player, OP_OK);
	player->stage = 0;
}

static struct history *make(const struct workload_shape *shape)
{
	struct play play = { .shape = shape, .history = history_new(),
			     .next_value = 1 };
	size_t invoked = 0;
	size_t busy = 0;

	rng_init(&play.rng, 1, "bench", 0);
	play.registers = heap_zeroed(shape->ops + (size_t)shape->keys + 1,
				     sizeof(*play.registers));
	for (int i = 0; i < shape->processes; i++)
		play.players[i].process = play.next_process++;
	while (invoked < shape->ops || busy) {
		struct player *player = &play.players[
			below(&play, (uint64_t)shape->processes)];

		if (player->stage == 0 && invoked < shape->ops) {
			begin(&play, player);
			invoked++;
			busy++;
			if (shape->is_wrong && invoked == shape->ops / 100 * 99)
				play.lie = true;
		} else if (player->stage == 1) {
			if (effect(&play, player))
				player->stage = 2;
			else if (player->stage == 0)
				busy--;
			else if (invoked >= shape->ops)
				break; /* nobody will release the lock */
		} else if (player->stage == 2) {
			finish(&play, player);
			busy--;
		}
	}
	free(play.registers);
	free(play.items);
	return play.history;
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* Measured in a process of its own, so that the peak is its own too. */
static void measure(const struct workload_shape *shape)
{
	struct history *history = make(shape);
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 2 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct error err;
	long before = peak_kib();
	int64_t start;
	double seconds;

	if (options_set(options, &arena, "model", shape->model, &err) ||
	    options_set(options, &arena, "algorithm", shape->algorithm, &err))
		return;
	verdict_init(&verdict);
	start = clock_now_ns();
	if (checker_linearizable.check(&check, &verdict, &err))
		return;
	seconds = (double)(clock_now_ns() - start) / 1e9;
	printf("%-20s %9zu %3d %5.1f%% %-6s %-8s %8.3f s %11.0f op/s "
	       "%6ld + %6ld MiB\n",
	       shape->name, shape->ops, shape->processes,
	       shape->crashed * 100, shape->algorithm,
	       verdict_kind_name(verdict.kind), seconds,
	       (double)shape->ops / seconds, before / 1024,
	       (peak_kib() - before) / 1024);
	fflush(stdout);
	arena_release(&arena);
	history_free(history);
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;

	printf("%-20s %9s %3s %6s %-6s %-8s %10s %16s  history + checker\n",
	       "workload", "ops", "p", "crash", "method", "verdict", "time",
	       "rate");
	fflush(stdout);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		pid_t child;

		if (only && !strstr(shapes[i].name, only))
			continue;
		child = fork();
		if (child == 0) {
			measure(&shapes[i]);
			_exit(0);
		}
		while (child > 0 && waitpid(child, NULL, 0) < 0)
			continue;
	}
	return 0;
}
