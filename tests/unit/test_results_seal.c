/* SPDX-License-Identifier: MIT */
/* The seal: any byte that is changed is found, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/core/rng.h"
#include "harness/report/json.h"
#include "harness/report/results.h"
#include "harness/report/seal.h"
#include "harness/report/sha256.h"

struct fixture {
	char folder[64];
	char history[96];
	char lines[96];
	char results[96];
	struct judgement judgement;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .folder = "/tmp/ordeal-seal-XXXXXX" };
	if (!mkdtemp(fixture.folder))
		return -1;
	snprintf(fixture.history, sizeof(fixture.history), "%s/history.jsonl",
		 fixture.folder);
	snprintf(fixture.lines, sizeof(fixture.lines), "%s/history.lines",
		 fixture.folder);
	snprintf(fixture.results, sizeof(fixture.results), "%s/results.json",
		 fixture.folder);
	fixture.judgement.reason = "-";
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->history);
	unlink(fixture->lines);
	unlink(fixture->results);
	return rmdir(fixture->folder);
}

static void put(const char *path, const char *text, size_t length)
{
	struct error err;

	if (file_write_whole(path, text, length, &err) != 0)
		fail_msg("%s", err.text);
}

static void seal(struct fixture *fixture, const char *text)
{
	struct error err;

	put(fixture->history, text, strlen(text));
	if (results_write(&fixture->judgement, NULL, fixture->folder, &err))
		fail_msg("%s", err.text);
}

static struct audit audit_of(struct fixture *fixture, const char *text,
			     size_t length)
{
	struct audit audit;
	struct error err;

	put(fixture->history, text, length);
	if (audit_run(fixture->folder, &audit, &err) != 0)
		fail_msg("%s", err.text);
	return audit;
}

static void expect(struct fixture *fixture, const char *text,
		   enum audit_finding finding, uint64_t line)
{
	struct audit audit = audit_of(fixture, text, strlen(text));

	assert_int_equal(audit.finding, finding);
	assert_int_equal(audit.line, line);
}

/* The examples of FIPS 180-4, and the lengths around a block. */
static void digests_are_those_of_the_standard(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
			 "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039"
		  "a33ce45964ff2167f6ecedd419db06c1" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(pairs) / sizeof(*pairs); i++) {
		const char *const *pair = pairs[i / 2];
		uint8_t digest[SHA256_SIZE];
		struct sha256 sha;
		char text[65];

		sha256_init(&sha, i % 2 == 0);
		sha256_add(&sha, pair[0], strlen(pair[0]));
		sha256_finish(&sha, digest);
		sha256_hex(digest, text);
		assert_string_equal(text, pair[1]);
	}
}

/* Nor does who computes: by the processor's instructions, where it has some,
 * and without. */
static void pieces_do_not_matter(void **state)
{
	uint8_t text[300];
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, "pieces", 0);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)rng_next(&rng);
	for (int round = 0; round < 200; round++) {
		uint8_t whole[SHA256_SIZE];
		uint8_t parts[SHA256_SIZE];
		size_t length = (size_t)rng_below(&rng, sizeof(text) + 1);
		size_t cut = (size_t)rng_below(&rng, length + 1);
		struct sha256 sha;

		sha256_init(&sha, true);
		sha256_add(&sha, text, length);
		sha256_finish(&sha, whole);
		sha256_init(&sha, false);
		sha256_add(&sha, text, cut);
		sha256_add(&sha, text + cut, length - cut);
		sha256_finish(&sha, parts);
		assert_memory_equal(whole, parts, sizeof(whole));
	}
}

#define TEXT "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"

static void what_was_not_touched_is_intact(void **state)
{
	seal(*state, TEXT);
	expect(*state, TEXT, AUDIT_INTACT, 0);
	seal(*state, "");
	expect(*state, "", AUDIT_INTACT, 0);
	seal(*state, "torn\nla");
	expect(*state, "torn\nla", AUDIT_INTACT, 0);
}

static void edits_are_told_apart(void **state)
{
	seal(*state, TEXT);
	expect(*state, "one\ntwo\nthrEE\nfour\nfive\nsix\nseven\n",
	       AUDIT_CHANGED, 3);
	expect(*state, "one\nthree\nfour\nfive\nsix\nseven\n", AUDIT_DROPPED,
	       2);
	expect(*state, "one\ntwo\nthree\nfour\nfive\nsix\n", AUDIT_DROPPED, 7);
	expect(*state, "", AUDIT_DROPPED, 1);
	expect(*state, TEXT "eight\n", AUDIT_ADDED, 8);
	expect(*state, "zero\n" TEXT, AUDIT_ADDED, 1);
	expect(*state, "two\none\nthree\nfour\nfive\nsix\nseven\n",
	       AUDIT_CHANGED, 1);
}

/* Every byte, changed, dropped and doubled. */
static void no_byte_can_be_tampered_with(void **state)
{
	static const char text[] = TEXT;
	size_t length = sizeof(text) - 1;
	char copy[sizeof(text) + 1];

	seal(*state, text);
	for (size_t i = 0; i < length; i++) {
		size_t line = 1;

		for (size_t j = 0; j < i; j++)
			line += text[j] == '\n';
		memcpy(copy, text, length);
		copy[i] ^= 1;
		assert_int_equal(audit_of(*state, copy, length).line, line);
		memcpy(copy, text, i);
		memcpy(copy + i, text + i + 1, length - i - 1);
		assert_true(audit_of(*state, copy, length - 1).finding >
			    AUDIT_INTACT);
		memcpy(copy, text, i + 1);
		memcpy(copy + i + 1, text + i, length - i);
		assert_true(audit_of(*state, copy, length + 1).finding >
			    AUDIT_INTACT);
	}
}

static void without_the_digests_the_place_is_unknown(void **state)
{
	struct fixture *fixture = *state;

	seal(fixture, TEXT);
	put(fixture->lines, "garbage", 7);
	expect(fixture, "one\n", AUDIT_BROKEN, 0);
	unlink(fixture->lines);
	expect(fixture, "one\n", AUDIT_BROKEN, 0);
	expect(fixture, TEXT, AUDIT_INTACT, 0);
}

static void judging_again_keeps_the_seal_or_refuses(void **state)
{
	struct fixture *fixture = *state;
	struct error err;

	seal(fixture, TEXT);
	assert_int_equal(results_rewrite(&fixture->judgement, NULL,
					 fixture->folder, &err),
			 0);
	expect(fixture, TEXT, AUDIT_INTACT, 0);
	put(fixture->history, "one\n", 4);
	assert_int_equal(results_rewrite(&fixture->judgement, NULL,
					 fixture->folder, &err),
			 -1);
	assert_non_null(strstr(err.text, "not the history that was sealed"));
	expect(fixture, "one\n", AUDIT_DROPPED, 2);
}

static void a_run_that_never_ended_gets_no_seal(void **state)
{
	struct fixture *fixture = *state;
	struct error err;

	put(fixture->history, "one\n", 4);
	assert_int_equal(results_rewrite(&fixture->judgement, NULL,
					 fixture->folder, &err),
			 0);
	expect(fixture, "one\n", AUDIT_UNSEALED, 0);
	put(fixture->lines, "", 0); /* for tear_down */
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(pieces_do_not_matter),
		TEST(what_was_not_touched_is_intact),
		TEST(edits_are_told_apart),
		TEST(no_byte_can_be_tampered_with),
		TEST(without_the_digests_the_place_is_unknown),
		TEST(judging_again_keeps_the_seal_or_refuses),
		TEST(a_run_that_never_ended_gets_no_seal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
