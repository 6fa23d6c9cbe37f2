/* SPDX-License-Identifier: MIT */
/* What the watcher says of sets that are read whole, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/brute.h"
#include "tests/support/history_builder.h"
#include "tests/support/watching.h"

/* One step of a short story: a read shows `shown`, element by element. */
struct step {
	int who;
	enum op_type type;
	enum verb verb; /* of an invocation */
	int element;
	int shown[4]; /* 0: end */
};

#define STEPS_MAX 12
#define ADDS(who, element) { who, OP_INVOKE, VERB_ADD, element, { 0 } }
#define REMOVES(who, element) { who, OP_INVOKE, VERB_REMOVE, element, { 0 } }
#define READS(who) { who, OP_INVOKE, VERB_READ, 0, { 0 } }
#define DONE(who) { who, OP_OK, VERB_NONE, 0, { 0 } }
#define FAILS(who) { who, OP_FAIL, VERB_NONE, 0, { 0 } }
#define SHOWS(who, ...) { who, OP_OK, VERB_READ, 0, { __VA_ARGS__ } }

static const struct {
	const char *what;
	bool is_wrong;
	struct step steps[STEPS_MAX]; /* of type OP_NONE: end */
} stories[] = {
	{ "a later addition without the earlier", true,
	  { ADDS(0, 1), READS(2), DONE(0), ADDS(1, 2), SHOWS(2, 2, 0) } },
	{ "one addition of two that overlap", false,
	  { ADDS(0, 1), READS(2), ADDS(1, 2), DONE(0), SHOWS(2, 2, 0) } },
	{ "two reads that contradict each other", true,
	  { ADDS(0, 1), ADDS(1, 2), READS(2), READS(3), SHOWS(2, 1, 0),
	    SHOWS(3, 2, 0) } },
	{ "two reads of which one shows more", false,
	  { ADDS(0, 1), ADDS(1, 2), READS(2), READS(3), SHOWS(2, 1, 2),
	    SHOWS(3, 2, 0) } },
	{ "three reads, the last between them", true,
	  { ADDS(0, 1), ADDS(1, 2), READS(2), READS(3), READS(4),
	    SHOWS(2, 1, 2), SHOWS(3, 2, 0), SHOWS(4, 1, 0) } },
	{ "what was shown before", true,
	  { ADDS(0, 1), READS(2), SHOWS(2, 1, 0), READS(3),
	    SHOWS(3, 0, 0) } },
	{ "what may have come in meanwhile", false,
	  { ADDS(0, 1), READS(2), READS(3), SHOWS(2, 1, 0),
	    SHOWS(3, 0, 0) } },
	{ "what nobody added", true, { ADDS(0, 1), READS(2), SHOWS(2, 2, 0) } },
	{ "an addition that failed", true,
	  { ADDS(0, 1), READS(2), SHOWS(2, 1, 0), FAILS(0) } },
	{ "what was removed before", true,
	  { ADDS(0, 2), DONE(0), ADDS(0, 1), DONE(0), REMOVES(1, 1), DONE(1),
	    READS(2), SHOWS(2, 1, 2) } },
	{ "what is removed meanwhile", false,
	  { ADDS(0, 1), DONE(0), REMOVES(1, 1), READS(2), DONE(1),
	    SHOWS(2, 1, 0) } },
	{ "a removal that another addition may follow", false,
	  { ADDS(0, 1), DONE(0), ADDS(3, 1), REMOVES(1, 1), DONE(1), DONE(3),
	    READS(2), SHOWS(2, 1, 0) } },
	{ "a read from before a removal and a second addition", false,
	  { ADDS(0, 1), DONE(0), READS(2), REMOVES(1, 1), DONE(1), ADDS(0, 1),
	    DONE(0), SHOWS(2, 0, 0) } },
	{ "what one that others lack must be with", true,
	  { ADDS(0, 1), READS(2), ADDS(1, 2), DONE(1), READS(3), DONE(0),
	    SHOWS(2, 1, 0), SHOWS(3, 2, 0) } },
	{ "a set that is read before anything tells that it is one", false,
	  { READS(0), SHOWS(0, 0), ADDS(0, 1), DONE(0), READS(1),
	    SHOWS(1, 1, 0) } },
	{ "a read of what everybody must find, after one of more", false,
	  { ADDS(0, 1), ADDS(1, 2), READS(2), DONE(0), ADDS(3, 3), READS(0),
	    READS(4), SHOWS(4, 1, 2, 3), DONE(1), SHOWS(2, 1, 2),
	    SHOWS(0, 1) } },
};

static bool is_end(const struct step *step)
{
	return step->type == OP_NONE;
}

static void tell(struct builder *builder, const struct step *step)
{
	struct values *values = builder->history->values;
	struct value list = value_empty_list();

	if (step->type == OP_INVOKE) {
		build_invoke(builder, step->who, step->verb,
			     step->element ? step->element : NIL);
	} else if (step->type == OP_FAIL) {
		build_fail(builder, step->who);
	} else if (step->verb != VERB_READ) {
		build_ok(builder, step->who, NIL);
	} else {
		for (int i = 0; i < 4 && step->shown[i]; i++)
			list = value_append(values, list,
					    value_int(values, step->shown[i]));
		build_ok_value(builder, step->who, list);
	}
}

static void each_contradiction_is_convicted_at_once(void **state)
{
	struct watching watching;

	(void)state;
	watching_init(&watching, "auto", "1");
	for (size_t i = 0; i < sizeof(stories) / sizeof(*stories); i++) {
		const struct brute brute = { brute_set, NIL, false };
		struct builder builder;

		builder_init(&builder);
		for (int k = 0; k < STEPS_MAX && !is_end(&stories[i].steps[k]);
		     k++)
			tell(&builder, &stories[i].steps[k]);
		if (brute_force(&brute, builder.history) ==
			    stories[i].is_wrong ||
		    watching_convicts(&watching, builder.history) !=
			    stories[i].is_wrong)
			fail_msg("%s", stories[i].what);
		builder_release(&builder);
	}
	watching_release(&watching);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_contradiction_is_convicted_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
