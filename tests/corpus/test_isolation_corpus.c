/* SPDX-License-Identifier: MIT */
/* Histories of Elle's own tests, in shorthand, and what they must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "harness/core/reader.h"
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
	{ "ax1ax2 | rx1", "G1b G-single-item +causality-violation",
	  "read-committed", "read-uncommitted" },
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
	  "+not-read-your-writes +causality-violation"
	  " G-single-item-process",
	  "strong-session-snapshot-isolation", "serializable" },
	{ "0: rxrz1 | 1: ax1 | 1: rz | 2: az1",
	  "G-nonadjacent-item-process +G1c-realtime",
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

static const struct corpus_case register_cases[] = {
	{ "wx1 | rx2", "garbage-read", "read-uncommitted", NULL },
	{ "1: wx1 | 2: rx1", "", NULL, "strict-serializable" },
	{ "1: wx1 | 2: wx2 | 3: rx1",
	  "+strong-snapshot-isolation-cycle-exists",
	  "strict-serializable", "serializable" },
	{ "1: wx1 | 1: wx2 | 1: rx1", "cyclic-versions",
	  "read-uncommitted;sequential-keys=true", NULL },
	{ "1: wx1wy2 | 2: wx2wy1 | 1: rx2 | 2: ry2", "G0",
	  "read-uncommitted;sequential-keys=true", NULL },
	{ "wx1! | rx1", "G1a", "read-committed", NULL },
	{ "wx1wx2 | rx1", "G1b", "read-committed", "read-uncommitted" },
	{ "wx1ry1 | wy1rx1", "G1c", "read-committed", "read-uncommitted" },
	{ "rx1ry1 | rx1wy2 | ry1wx2 | wx1wy1", "+PL-3-cycle-exists",
	  "serializable", "snapshot-isolation" },
	{ "rx1rx2 | wx1 | wx2", "internal +non-repeatable-read",
	  "read-atomic", "read-committed" },
	{ "rxry1 | wy1wx2",
	  "G-single-item +read-atomic-cycle-exists", "snapshot-isolation",
	  "read-committed" },
	{ "ry1wx1wy2 | rx1ry1 | wy1",
	  "G-single-item +monotonic-atomic-view-cycle-exists",
	  "consistent-view",
	  "read-committed" },
	{ "wx0 | rx0wx1 | rx0wx2", "lost-update G2-item", "update-atomic",
	  "read-atomic" },
	{ "rx1wx2? | rx2wx3 | wx1", "", NULL, "serializable" },
};

static void elles_registers_have_their_anomalies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(register_cases) /
				       sizeof(*register_cases); i++)
		check_case(&register_cases[i]);
}

/* One member: reads the key before it, appends to its own. */
static void add(char *text, size_t size, int before, int own)
{
	size_t length = strlen(text);

	snprintf(text + length, size - length, "r%c1a%c1 | ", before, own);
}

/*
 * Elle gives up on such a ring after a second: each transaction reads what the
 * one before it appended, and the first did not see the last. The keys of the
 * shorthand are single letters, so the ring has 26 members.
 */
static void a_ring_closed_by_one_rw_is_g_single(void **state)
{
	char text[1024] = "";
	struct history *history;
	struct arena arena = { 0 };
	struct verdict verdict;

	(void)state;
	snprintf(text, sizeof(text), "aB1aA1 | ");
	for (int i = 'B'; i < 'Z'; i++)
		add(text, sizeof(text), i, i + 1);
	snprintf(text + strlen(text), 16, "rZ1rA");
	history = isolation_shorthand(text);
	isolation_run(history, "snapshot-isolation", &arena, &verdict);
	assert_int_equal(verdict.kind, VERDICT_INVALID);
	assert_string_equal(isolation_names(&verdict, &arena),
			    "G-single-item causality-violation");
	arena_release(&arena);
	history_free(history);
}

#define AWDIT "../shared/corpus/awdit"

/* What each folder must give at read committed, read atomic, causal. */
static const struct {
	const char *folder;
	enum verdict_kind kinds[3];
} awdit_folders[] = {
	{ "none", { VERDICT_INVALID, VERDICT_INVALID, VERDICT_INVALID } },
	{ "read-committed",
	  { VERDICT_VALID, VERDICT_INVALID, VERDICT_INVALID } },
	{ "read-committed/generated",
	  { VERDICT_VALID, VERDICT_INVALID, VERDICT_INVALID } },
	{ "read-atomic", { VERDICT_VALID, VERDICT_VALID, VERDICT_INVALID } },
	{ "read-atomic/generated",
	  { VERDICT_VALID, VERDICT_VALID, VERDICT_INVALID } },
	{ "causal", { VERDICT_VALID, VERDICT_VALID, VERDICT_VALID } },
	{ "causal/generated", { VERDICT_VALID, VERDICT_VALID, VERDICT_VALID } },
};

static void check_awdit(const char *path, const enum verdict_kind *kinds)
{
	static const char *const levels[] = { "read-committed;sessions=true",
					      "read-atomic;sessions=true",
					      "causal" };
	struct error err;
	struct history *history = history_read(path, NULL, NULL, &err);

	if (!history)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < 3; i++) {
		struct arena arena = { 0 };
		struct verdict verdict;

		isolation_run(history, levels[i], &arena, &verdict);
		if (verdict.kind != kinds[i])
			fail_msg("%s: %s is %s", path, levels[i],
				 verdict_kind_name(verdict.kind));
		arena_release(&arena);
	}
	history_free(history);
}

static void awdits_histories_keep_the_levels_they_must(void **state)
{
	unsigned count = 0;

	(void)state;
	for (size_t i = 0;
	     i < sizeof(awdit_folders) / sizeof(*awdit_folders); i++) {
		char path[512];
		struct dirent *entry;
		DIR *folder;

		snprintf(path, sizeof(path), AWDIT "/%s",
			 awdit_folders[i].folder);
		folder = opendir(path);
		while (folder && (entry = readdir(folder))) {
			if (!strstr(entry->d_name, ".txt"))
				continue;
			snprintf(path, sizeof(path), AWDIT "/%s/%s",
				 awdit_folders[i].folder, entry->d_name);
			check_awdit(path, awdit_folders[i].kinds);
			count++;
		}
		if (folder)
			closedir(folder);
	}
	if (count == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elles_lists_have_their_anomalies),
		cmocka_unit_test(elles_registers_have_their_anomalies),
		cmocka_unit_test(awdits_histories_keep_the_levels_they_must),
		cmocka_unit_test(a_ring_closed_by_one_rw_is_g_single),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
