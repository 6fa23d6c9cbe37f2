/* SPDX-License-Identifier: MIT */
/* Histories of Elle's own tests, in shorthand, and what they must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/isolation_history.h"

/*
 * `found` are all anomalies that must be counted, as elle.list-append-test
 * and elle.rw-register-test have them; "+name" is one that Elle does not name.
 * `not` and `still` are levels (NULL: none) that are out, and that stand.
 */
struct corpus_case {
	const char *history;
	const char *found;
	const char *not ;
	const char *still;
};

static const struct corpus_case list_cases[] = {
	{ "ax1ay1 | ax2ay2 | rx12ry21", "G0", "read-uncommitted", NULL },
	{ "ax1! | rx1", "G1a", "read-committed", NULL },
	{ "ax1ax2 | rx1", "G1b G-single-item +causality-violation", "read-committed",
	  "read-uncommitted" },
	{ "ax1ry1 | ax2ay1 | rx12ry1", "G1c", "read-committed",
	  "read-uncommitted" },
	{ "ax1ay1 | ax2ry | rx12", "G-single-item", "consistent-view",
	  "read-committed" },
	{ "ax1ay1 | ax2ry | rx12", "G-single-item", "repeatable-read", NULL },
	{ "ax1ry | ay1rx", "+write-skew G2-item", "repeatable-read",
	  "snapshot-isolation" },
	{ "0: ax1 | 1: ax2 | 2: rx1 | 3: rx12", "G-single-item-realtime",
	  "strong-snapshot-isolation", "serializable" },
	{ "0: ax1 | 1: ax2 | 1: rx1 | 3: rx12",
	  "+not-read-your-writes +causality-violation G-single-item-process",
	  "strong-session-snapshot-isolation", "serializable" },
	{ "0: rxrz1 | 1: ax1 | 1: rz | 2: az1", "G-nonadjacent-item-process +G1c-realtime",
	  "strong-session-snapshot-isolation", "serializable" },
	{ "ax1ry1 | ax2 | ax3ay1 | rx13 | rx123", "incompatible-order G1c",
	  "read-committed", "read-uncommitted" },
	{ "ax1! | ax2 | rx12", "G1a dirty-update", "read-committed", NULL },
	{ "ax1! | ax2? | ax3 | rx123", "G1a dirty-update", "read-committed",
	  NULL },
	{ "ax1ry1 | ax2ay1 | rx121", "duplicate-elements G1c",
	  "read-uncommitted", NULL },
	{ "ax1ax2ax4 | ax3rx1234", "internal G0", "read-uncommitted", NULL },
	{ "rxrx2 | ax2",
	  "internal +non-repeatable-read G-single-item +causality-violation",
	  "serializable", NULL },
	{ "ax1ax2 | rx12ax3rx12", "internal", "serializable",
	  "read-committed" },
	{ "ax1ax2ax4 | rx12ax3rx1234",
	  "+G1b internal G0 +causality-violation", "serializable", NULL },
	{ "ax3rx1234 | ax1ax2ax4", "internal G0", "serializable", NULL },
	{ "ax3rx | rx3", "internal", "serializable", NULL },
	{ "rx012ax1 | ax0ax2", "future-read G0", "read-committed", NULL },
	{ "ax1rx01ax0ax3", "future-read", "read-committed", NULL },
	{ "ax1ay1 | ax2ay2 | ax3ay3 | rx12 | ry2",
	  "G0 G-single-item", "read-uncommitted", NULL },
	{ "ax1 | rx1ry | ay1 | ry1rx", "+long-fork G-nonadjacent-item",
	  "snapshot-isolation", "parallel-snapshot-isolation" },
	{ "ax1 | rx1ry | ay1 | ry1rx", "+long-fork G-nonadjacent-item",
	  "repeatable-read", "consistent-view" },
	{ "rx5ry | ay1rz | az2at3 | rt3ru | au4ax5", "G2-item",
	  "repeatable-read", "snapshot-isolation" },
	{ "ax0 | rx0ax1 | rx0ax2", "lost-update G2-item", "cursor-stability",
	  "read-committed" },
	{ "ax0 | rx0ax1 | rx0ax2", "lost-update G2-item", "update-atomic",
	  "read-atomic" },
	{ "rxax1ax2 | rx12", "", NULL, "strict-serializable" },
	{ "1: rx1ay1 | 2: ry1 | 2: ax1",
	  "G1c-process",
	  "strong-session-read-committed", "serializable" },
	{ "ax1ay1 | rx1ry",
	  "+fractured-read +G-monotonic G-single-item"
	  " +causality-violation",
	  "repeatable-read", "read-committed" },
	{ "ax1at1 | rx1ry | ay1az2 | rz2rt",
	  "+long-fork G-nonadjacent-item", "snapshot-isolation",
	  "parallel-snapshot-isolation" },
	{ "rx1ax1", "future-read", "read-committed", NULL },
	{ "ax1 | ax1 | rx1", "", NULL, NULL },
	{ "rx9", "garbage-read", "read-uncommitted", NULL },
};

/* Each expected name is found, and nothing else is. */
static void check_names(const struct corpus_case *item, const char *names)
{
	char expected[256] = "", text[256];
	size_t length = 0;

	for (const char *at = item->found; *at; at++) {
		if (*at != '+')
			expected[length++] = *at;
	}
	snprintf(text, sizeof(text), "%.*s", (int)length, expected);
	if (strcmp(text, names) != 0)
		fail_msg("%s: found \"%s\", wanted \"%s\"", item->history,
			 names, text);
}

static void check_case(const struct corpus_case *item)
{
	struct history *history = isolation_shorthand(item->history);
	struct arena arena = { 0 };
	struct verdict verdict;

	isolation_run(history, item->not , &arena, &verdict);
	check_names(item, isolation_names(&verdict, &arena));
	if (item->not && verdict.kind != VERDICT_INVALID)
		fail_msg("%s: %s is %s", item->history, item->not ,
			 verdict_kind_name(verdict.kind));
	if (item->still) {
		isolation_run(history, item->still, &arena, &verdict);
		if (verdict.kind != VERDICT_VALID)
			fail_msg("%s: %s is %s", item->history, item->still,
				 verdict_kind_name(verdict.kind));
	}
	arena_release(&arena);
	history_free(history);
}

static void elles_lists_have_their_anomalies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(list_cases) / sizeof(*list_cases); i++)
		check_case(&list_cases[i]);
}

/* Elle gives up on this after a second: a ring of 1,000 transactions closed by
 * one rw edge. */
static void a_ring_closed_by_one_rw_is_g_single(void **state)
{
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elles_lists_have_their_anomalies),
		cmocka_unit_test(a_ring_closed_by_one_rw_is_g_single),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
