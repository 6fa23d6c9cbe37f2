/* SPDX-License-Identifier: MIT */
/* What the operations of a history call for. */
#include <assert.h>
#include <string.h>

#include "harness/engine/choose.h"
#include "harness/registry.h"

#define BIT(verb) (UINT64_C(1) << VERB_##verb)
#define FOREIGN (UINT64_C(1) << VERB_COUNT) /* an f of the history's own */

static_assert(VERB_COUNT < 64, "the bits of verbs do not fit");

struct seen {
	uint64_t verbs; /* of the operations */
	bool reads_list;
	bool reads_int;
	const char *foreign; /* the first f that is no verb */
};

/* The first row whose verbs cover those seen, and of which one is there. */
struct kind {
	uint64_t allowed;
	uint64_t needed; /* at least one of these */
	bool is_integer; /* reads bring integers, and never lists */
	const char *what;
	const char *checkers[3]; /* the first that is registered judges */
	const char *option;	 /* of the first alone, or NULL */
	const char *text;
};

static const struct kind kinds[] = {
	{ BIT(READ) | BIT(WRITE) | BIT(CAS),
	  BIT(CAS),
	  false,
	  "registers with compare-and-set",
	  { "linearizable" },
	  "model",
	  "cas-register" },
	{ BIT(READ) | BIT(WRITE),
	  BIT(READ) | BIT(WRITE),
	  false,
	  "registers",
	  { "linearizable" },
	  "model",
	  "register" },
	{ BIT(READ) | BIT(ADD),
	  BIT(ADD),
	  true,
	  "a counter",
	  { "counter", "linearizable" },
	  NULL,
	  NULL },
	{ BIT(READ) | BIT(ADD),
	  BIT(ADD),
	  false,
	  "a set",
	  { "set-full", "set", "linearizable" },
	  NULL,
	  NULL },
	{ BIT(READ) | BIT(ADD) | BIT(REMOVE) | BIT(CONTAINS),
	  BIT(ADD) | BIT(REMOVE) | BIT(CONTAINS),
	  false,
	  "a set with removals",
	  { "linearizable", "set" },
	  "model",
	  "set" },
	{ BIT(READ) | BIT(INCREMENT) | BIT(DECREMENT) | BIT(ADD),
	  BIT(INCREMENT) | BIT(DECREMENT),
	  false,
	  "a counter",
	  { "counter", "linearizable" },
	  NULL,
	  NULL },
	{ BIT(ENQUEUE) | BIT(DEQUEUE) | BIT(DRAIN),
	  BIT(DRAIN),
	  false,
	  "a queue that is drained",
	  { "total-queue", "queue" },
	  NULL,
	  NULL },
	{ BIT(ENQUEUE) | BIT(DEQUEUE),
	  BIT(ENQUEUE) | BIT(DEQUEUE),
	  false,
	  "a queue",
	  { "linearizable", "queue" },
	  "model",
	  "fifo-queue" },
	{ BIT(PUSH) | BIT(POP) | BIT(PEEK),
	  BIT(PUSH) | BIT(POP),
	  false,
	  "a stack",
	  { "linearizable" },
	  "model",
	  "stack" },
	{ BIT(ACQUIRE) | BIT(RELEASE),
	  BIT(ACQUIRE) | BIT(RELEASE),
	  false,
	  "a lock",
	  { "linearizable" },
	  "model",
	  "mutex" },
	{ BIT(SEND) | BIT(POLL) | BIT(ASSIGN) | BIT(SUBSCRIBE) | BIT(COMMIT) |
		  BIT(TXN),
	  BIT(SEND) | BIT(POLL),
	  false,
	  "a log",
	  { "kafka", "log" },
	  NULL,
	  NULL },
	{ BIT(GENERATE),
	  BIT(GENERATE),
	  false,
	  "generated ids",
	  { "unique-ids" },
	  NULL,
	  NULL },
	{ BIT(READ) | BIT(APPEND),
	  BIT(APPEND),
	  false,
	  "append-only lists",
	  { "linearizable" },
	  "model",
	  "list" },
	{ BIT(TXN),
	  BIT(TXN),
	  false,
	  "transactions",
	  { "isolation", "elle" },
	  NULL,
	  NULL },
};

static void see_op(struct seen *seen, const struct history *history,
		   const struct op *op)
{
	const struct action *actions = op_actions(history, op);

	if (op->f >= VERB_COUNT || op->f == VERB_NONE) {
		seen->verbs |= FOREIGN;
		if (!seen->foreign)
			seen->foreign = history_f_name(history, op->f);
		return;
	}
	seen->verbs |= UINT64_C(1) << op->f;
	if (op->f != VERB_READ || op->outcome != OUTCOME_OK ||
	    op->action_count == 0)
		return;
	switch (value_kind(history->values, actions[0].result)) {
	case VALUE_LIST:
		seen->reads_list = true;
		break;
	case VALUE_INT:
		seen->reads_int = true;
		break;
	default:
		break;
	}
}

static bool fits(const struct kind *kind, const struct seen *seen)
{
	if (seen->verbs & ~kind->allowed || !(seen->verbs & kind->needed))
		return false;
	return !kind->is_integer || (seen->reads_int && !seen->reads_list);
}

static const struct checker *find_registered(const struct kind *kind)
{
	for (size_t i = 0; i < 3 && kind->checkers[i]; i++) {
		const struct checker *checker =
			registry_checker(kind->checkers[i]);

		if (checker)
			return checker;
	}
	return NULL;
}

static const char *checker_names(struct arena *arena)
{
	const struct checker *checker;
	const char *names = "";

	for (unsigned i = 0; (checker = registry_checker_at(i)); i++) {
		if (!checker_is_standing(checker))
			names = arena_printf(arena, "%s%s%s", names,
					     *names ? ", " : "", checker->name);
	}
	return *names ? names : "(none)";
}

static int add_kind(struct panel *panel, struct arena *arena,
		    const struct kind *kind, const char **chosen,
		    struct error *err)
{
	const struct checker *checker = find_registered(kind);
	const char *option = kind->option;
	struct judge *judge;

	if (!checker)
		return error_set(err,
				 "the operations are those of %s, and nobody "
				 "here judges these; choose with --checker: "
				 "%s",
				 kind->what, checker_names(arena));
	judge = panel_add(panel, arena, checker->name, err);
	if (!judge)
		return -1;
	if (strcmp(checker->name, kind->checkers[0]) != 0 ||
	    (option && !options_knows(judge->options, option)))
		option = NULL;
	if (option &&
	    options_set(judge->options, arena, option, kind->text, err) != 0)
		return -1;
	*chosen = arena_printf(arena, "the operations are those of %s: %s%s%s",
			       kind->what, checker->name,
			       option ? ", model " : "",
			       option ? kind->text : "");
	return 0;
}

int choose_by_history(struct panel *panel, struct arena *arena,
		      const struct history *history, const char **chosen,
		      struct error *err)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < history->op_count; i++) {
		if (op_is_client(&history->ops[i]))
			see_op(&seen, history, &history->ops[i]);
	}
	if (seen.verbs == 0) {
		*chosen = "the history has no operation of a client";
		return 0;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (fits(&kinds[i], &seen))
			return add_kind(panel, arena, &kinds[i], chosen, err);
	}
	if (seen.foreign)
		return error_set(err,
				 "the operations (\"%s\") do not tell who is "
				 "to judge; choose with --checker: %s",
				 seen.foreign, checker_names(arena));
	return error_set(err,
			 "the operations do not tell who is to judge; choose "
			 "with --checker: %s",
			 checker_names(arena));
}
