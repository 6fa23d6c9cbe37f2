/* SPDX-License-Identifier: MIT */
/* Every key is dealt what it has, however the history is cut into shares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkers/linearizable/deal.h"
#include "checkers/linearizable/model.h"
#include "checkers/linearizable/models.h"
#include "harness/core/history.h"
#include "tests/support/random_history_long.h"

static const struct budget unbounded;
static const struct search_limits limits = { .budget = &unbounded };

static void deal_in(struct deal *deal, const struct judge *judge, size_t shares)
{
	deal_init(deal, judge, shares);
	for (size_t i = shares; i-- > 0;)
		deal_share(deal, i);
	assert_true(deal_finish(deal));
}

/* The calls of these operations, one by one. */
static void gather(const struct judge *judge, const uint32_t *ops, size_t count,
		   struct calls *calls)
{
	*calls = (struct calls){ 0 };
	for (size_t i = 0; i < count; i++)
		calls_add(calls, judge->history, ops[i],
			  judge->settings->failed_cas_asserts, 0);
}

static void assert_same(const struct calls *dealt, const struct calls *calls)
{
	assert_int_equal(dealt->count, calls->count);
	assert_int_equal(dealt->open_count, calls->open_count);
	for (size_t i = 0; i < calls->count; i++)
		assert_memory_equal(&dealt->items[i], &calls->items[i],
				    sizeof(struct call));
}

static void check_keys(const struct deal *deal, const struct judge *judge)
{
	struct history_keys keys;

	history_keys_init(&keys, judge->history);
	assert_int_equal(deal->count, keys.count);
	for (size_t i = 0; i < keys.count; i++) {
		size_t ops = keys.starts[i + 1] - keys.starts[i];
		struct calls dealt;
		struct calls calls;

		assert_int_equal(deal_key(deal, i).bits, keys.keys[i].bits);
		assert_int_equal(deal_op_count(deal, i), ops);
		deal_take(deal, i, &dealt);
		gather(judge, keys.ops + keys.starts[i], ops, &calls);
		assert_same(&dealt, &calls);
		calls_release(&dealt);
		calls_release(&calls);
	}
	history_keys_release(&keys);
}

static const struct long_shape shapes[] = {
	{ "one key", PLAY_REGISTER, "register", 3000, 20, 1, 0, 0.01, false,
	  0 },
	{ "one key, failures", PLAY_CAS, "cas-register", 3000, 20, 1, 3, 0.01,
	  false, 0 },
	{ "few keys", PLAY_CAS, "cas-register", 3000, 20, 5, 3, 0.01, false,
	  0 },
	{ "many keys", PLAY_CAS, "cas-register", 3000, 20, 1500, 3, 0.01,
	  false, 0 },
	{ "long runs", PLAY_REGISTER, "register", 60000, 20, 40, 0, 0, false,
	  0 },
	{ "few operations", PLAY_REGISTER, "register", 3, 2, 2, 0, 0, false,
	  0 },
	{ "none", PLAY_REGISTER, "register", 0, 2, 2, 0, 0, false, 0 },
};

static const size_t share_counts[] = { 1, 2, 3, 7 };

static void every_key_is_dealt_what_it_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct history *history = long_history(&shapes[i]);

		for (size_t s = 0; s < 8; s++) {
			struct model_settings settings = {
				.failed_cas_asserts = s >= 4,
			};
			struct judge judge = {
				.history = history, .settings = &settings,
				.model = model_find(shapes[i].model),
				.limits = &limits,
			};
			struct deal deal;

			deal_in(&deal, &judge, share_counts[s % 4]);
			assert_false(deal.is_odd);
			check_keys(&deal, &judge);
			deal_release(&deal);
		}
		history_free(history);
	}
}

/* Where keys are not objects of their own, all is one part. */
static void a_whole_model_is_dealt_everything(void **state)
{
	struct history *history = long_history(&shapes[2]);
	struct model_settings settings = { 0 };
	struct model whole = *model_find("cas-register");
	struct judge judge = { .history = history, .settings = &settings,
			       .model = &whole, .limits = &limits };

	(void)state;
	whole.is_whole = true;
	for (size_t s = 0; s < 4; s++) {
		struct calls dealt;
		struct calls calls = { 0 };
		struct deal deal;

		deal_in(&deal, &judge, share_counts[s]);
		assert_int_equal(deal.count, 1);
		assert_true(value_is_nil(deal_key(&deal, 0)));
		assert_int_equal(deal_op_count(&deal, 0), history->op_count);
		deal_take(&deal, 0, &dealt);
		for (uint32_t i = 0; i < history->op_count; i++)
			calls_add(&calls, history, i, false, 0);
		assert_same(&dealt, &calls);
		calls_release(&calls);
		deal_release(&deal);
	}
	history_free(history);
}

static void a_verb_of_another_model_is_odd(void **state)
{
	struct history *history = long_history(&shapes[1]);
	struct model_settings settings = { 0 };
	struct judge judge = { .history = history, .settings = &settings,
			       .model = model_find("register"),
			       .limits = &limits };
	struct deal deal;

	(void)state;
	deal_in(&deal, &judge, 2);
	assert_true(deal.is_odd);
	deal_release(&deal);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_dealt_what_it_has),
		cmocka_unit_test(a_whole_model_is_dealt_everything),
		cmocka_unit_test(a_verb_of_another_model_is_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
