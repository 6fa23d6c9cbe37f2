/* SPDX-License-Identifier: MIT */
/* Who may ask `ordeal serve`, and how requests are decoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/serve/guard.h"
#include "harness/serve/listen.h"

#define TOKEN "a-token-of-24-characters"

static bool is_ours(const char *host)
{
	return guard_host_is_ours(host, "127.0.0.1", NULL);
}

static void only_names_of_the_loopback_are_ours(void **state)
{
	static const char *const names[] = { "runs.example", NULL };

	(void)state;
	assert_true(is_ours("localhost"));
	assert_true(is_ours("LOCALHOST:8080"));
	assert_true(is_ours("127.0.0.1:1"));
	assert_true(is_ours("[::1]:8080"));
	assert_false(is_ours(NULL));
	assert_false(is_ours(""));
	assert_false(is_ours("evil.example"));
	assert_false(is_ours("localhost.evil.example"));
	assert_false(is_ours("localhost:80:80"));
	assert_false(is_ours("localhost:8080x"));
	assert_false(is_ours("[::1"));
	assert_false(is_ours("[::1]x"));
	assert_true(guard_host_is_ours("runs.example", "127.0.0.1", names));
	assert_true(guard_host_is_ours("127.0.0.9:80", "127.0.0.9", NULL));
}

static void a_token_is_a_bearers_or_a_password(void **state)
{
	(void)state;
	assert_true(guard_token_is_right("Bearer " TOKEN, TOKEN));
	assert_true(guard_token_is_right("bearer " TOKEN, TOKEN));
	/* user:TOKEN, :TOKEN, and TOKEN: (which is a user) */
	assert_true(guard_token_is_right(
		"Basic dXNlcjphLXRva2VuLW9mLTI0LWNoYXJhY3RlcnM=", TOKEN));
	assert_true(guard_token_is_right(
		"Basic OmEtdG9rZW4tb2YtMjQtY2hhcmFjdGVycw==", TOKEN));
	assert_false(guard_token_is_right(
		"Basic YS10b2tlbi1vZi0yNC1jaGFyYWN0ZXJzOg==", TOKEN));
}

static void what_is_not_the_token_is_wrong(void **state)
{
	static const char *const wrong[] = {
		"",
		"Bearer",
		"Bearer ",
		"Bearer a-token-of-24-character",
		"Bearer a-token-of-24-charactersx",
		"Bearer a-token-of-24-charactert",
		("Bearer " TOKEN TOKEN),
		("Digest " TOKEN),
		"Basic ",
		"Basic !!!!",
		"Basic dXNlcg==",
		TOKEN,
	};
	char longest[4096];

	(void)state;
	assert_false(guard_token_is_right(NULL, TOKEN));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(guard_token_is_right(wrong[i], TOKEN));
	snprintf(longest, sizeof(longest), "Basic %04000d", 0);
	assert_false(guard_token_is_right(longest, TOKEN));
}

static bool decodes(const char *text, const char *expected)
{
	char buffer[64];

	snprintf(buffer, sizeof(buffer), "%s", text);
	return guard_decode(buffer) && strcmp(buffer, expected) == 0;
}

static bool is_refused(const char *text)
{
	char buffer[64];

	snprintf(buffer, sizeof(buffer), "%s", text);
	return !guard_decode(buffer);
}

static void escapes_are_decoded_once(void **state)
{
	(void)state;
	assert_true(decodes("/runs/a%20b", "/runs/a b"));
	assert_true(decodes("%2e%2E/", "../"));
	assert_true(decodes("%252e", "%2e"));
	assert_true(decodes("%c3%a4", "\xc3\xa4"));
	assert_true(decodes("a+b", "a+b"));
	assert_true(decodes("", ""));
}

static void what_no_file_of_ours_is_called_is_refused(void **state)
{
	static const char *const texts[] = {
		"%",  "%2",  "%zz", "%00",    "a%00",  "%0a", "%7f",
		"\t", "%ff", "%c3", "%c0%af", "%1b[m", "%-1", "%ed%a0%80"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_true(is_refused(texts[i]));
}

static void connections_that_ask_nothing_are_ended(void **state)
{
	struct guard guard;
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	guard_init(&guard);
	assert_true(guard_begin(&guard, ends[0], 100));
	assert_int_equal(guard_sweep(&guard, 99), 0);
	guard_set(&guard, ends[0], INT64_MAX);
	assert_int_equal(guard_sweep(&guard, 1000), 0);
	guard_set(&guard, ends[0], 100);
	assert_int_equal(guard_sweep(&guard, 100), 1);
	assert_int_equal(read(ends[1], &byte, 1), 0);
	assert_int_equal(guard_sweep(&guard, 1000), 0);
	guard_end(&guard, ends[0]);
	for (int i = 0; i < GUARD_CONNECTIONS; i++)
		assert_true(guard_begin(&guard, 1000 + i, INT64_MAX));
	assert_false(guard_begin(&guard, 1, INT64_MAX));
	close(ends[0]);
	close(ends[1]);
}

static void an_address_is_loopback_or_not(void **state)
{
	(void)state;
	assert_true(address_is_loopback("127.0.0.1"));
	assert_true(address_is_loopback("127.9.9.9"));
	assert_true(address_is_loopback("::1"));
	assert_true(address_is_loopback("localhost"));
	assert_false(address_is_loopback("0.0.0.0"));
	assert_false(address_is_loopback("::"));
	assert_false(address_is_loopback("::ffff:127.0.0.1"));
	assert_false(address_is_loopback("10.0.0.1"));
	assert_false(address_is_loopback("localhost.evil.example"));
	assert_false(address_is_loopback(""));
}

static void a_port_of_zero_becomes_a_port(void **state)
{
	struct error err;
	char url[64];
	uint16_t port = 0;
	int fd = listen_at("127.0.0.1", &port, url, sizeof(url), &err);
	char expected[64];

	(void)state;
	assert_true(fd >= 0);
	assert_true(port > 0);
	snprintf(expected, sizeof(expected), "http://127.0.0.1:%u/", port);
	assert_string_equal(url, expected);
	assert_int_equal(listen_at("127.0.0.1", &port, url, sizeof(url), &err),
			 -1);
	assert_non_null(strstr(err.text, "in use"));
	assert_int_equal(listen_at("here", &port, url, sizeof(url), &err), -1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_names_of_the_loopback_are_ours),
		cmocka_unit_test(a_token_is_a_bearers_or_a_password),
		cmocka_unit_test(what_is_not_the_token_is_wrong),
		cmocka_unit_test(escapes_are_decoded_once),
		cmocka_unit_test(what_no_file_of_ours_is_called_is_refused),
		cmocka_unit_test(connections_that_ask_nothing_are_ended),
		cmocka_unit_test(an_address_is_loopback_or_not),
		cmocka_unit_test(a_port_of_zero_becomes_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
