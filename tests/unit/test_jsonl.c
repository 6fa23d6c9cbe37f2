/* SPDX-License-Identifier: MIT */
/* Our JSON Lines: what lines mean, and what is wrong with bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/history_write.h"
#include "harness/core/reader.h"

static struct history *read_ok(const char *text)
{
	struct error err = { "" };
	struct history *history =
		history_read_bytes("h", text, strlen(text), NULL, NULL, &err);

	if (!history)
		print_error("%s\n", err.text);
	assert_non_null(history);
	return history;
}

static void refused(const char *text, const char *why)
{
	struct error err = { "" };
	struct history *history =
		history_read_bytes("h", text, strlen(text), NULL, NULL, &err);

	if (history || !strstr(err.text, why))
		print_error("%s\nis refused with: %s\nand not: %s\n", text,
			    err.text, why);
	assert_null(history);
	assert_non_null(strstr(err.text, why));
}

/* The history of these lines, written again. */
static void comes_back(const char *text, const char *wanted)
{
	struct history *history = read_ok(text);
	struct error err;
	char *written = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&written, &length);

	assert_non_null(out);
	assert_int_equal(history_write_jsonl(history, out, &err), 0);
	fclose(out);
	assert_string_equal(written, wanted);
	free(written);
	history_free(history);
}

#define START "{\"index\":0,\"process\":1,\"type\":\"invoke\","
#define DONE "{\"index\":1,\"process\":1,\"type\":\"ok\","

static void the_lines_of_the_design_come_back(void **state)
{
	static const char text[] =
		"{\"index\":0,\"time\":1203441,\"process\":0,\"type\":"
		"\"invoke\",\"f\":\"write\",\"key\":3,\"value\":17,"
		"\"node\":\"n1\"}\n"
		"{\"index\":1,\"time\":2511020,\"process\":0,\"type\":\"ok\","
		"\"f\":\"write\",\"key\":3,\"value\":17,\"node\":\"n1\"}\n"
		"{\"index\":2,\"time\":2600000,\"process\":1,\"type\":"
		"\"invoke\",\"f\":\"cas\",\"key\":3,\"value\":[17,18],"
		"\"node\":\"n2\"}\n"
		"{\"index\":3,\"time\":9000000,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"partition\",\"value\":"
		"{\"n1\":[\"n2\",\"n3\"]}}\n"
		"{\"index\":4,\"time\":9100000,\"process\":2,\"type\":"
		"\"invoke\",\"f\":\"txn\",\"value\":[[\"append\",1,5],"
		"[\"r\",2,null]]}\n"
		"{\"index\":5,\"time\":9200000,\"process\":1,\"type\":"
		"\"info\",\"f\":\"cas\",\"key\":3,\"value\":[17,18],"
		"\"error\":\"timeout\",\"node\":\"n2\"}\n";

	(void)state;
	comes_back(text, text);
}

static void actions_have_what_the_line_says(void **state)
{
	struct history *h = read_ok(
		START "\"f\":\"cas\",\"key\":3,\"value\":[17,18]}\n" DONE
		      "\"f\":\"cas\",\"key\":3,\"value\":[17,18]}\n"
		      "{\"process\":1,\"type\":\"invoke\",\"f\":\"read\"}\n"
		      "{\"process\":1,\"type\":\"ok\",\"f\":\"read\","
		      "\"value\":[]}\n");
	const struct action *cas = op_actions(h, &h->ops[0]);
	const struct action *read = op_actions(h, &h->ops[1]);

	(void)state;
	assert_int_equal(h->op_count, 2);
	assert_int_equal(value_as_int(h->values, cas->key), 3);
	assert_int_equal(value_as_int(h->values, cas->expected), 17);
	assert_int_equal(value_as_int(h->values, cas->arg), 18);
	assert_true(value_is_nil(cas->result));
	assert_true(value_equal(read->result, value_empty_list()));
	assert_int_equal(h->ops[1].invoke_ns, -1);
	assert_int_equal(h->ops[1].outcome, OUTCOME_OK);
	history_free(h);
}

static void results_beside_the_value_come_back(void **state)
{
	static const char text[] =
		"{\"index\":0,\"process\":1,\"type\":\"invoke\","
		"\"f\":\"send\",\"key\":3,\"value\":5}\n"
		"{\"index\":1,\"process\":1,\"type\":\"ok\","
		"\"f\":\"send\",\"key\":3,\"value\":5,\"result\":100}\n"
		"{\"index\":2,\"process\":1,\"type\":\"invoke\","
		"\"f\":\"txn\",\"value\":[[\"send\",1,2]]}\n"
		"{\"index\":3,\"process\":1,\"type\":\"ok\","
		"\"f\":\"txn\",\"value\":[[\"send\",1,2,7]]}\n"
		"{\"index\":4,\"process\":1,\"type\":\"invoke\","
		"\"f\":\"transfer\",\"value\":{\"from\":1}}\n"
		"{\"index\":5,\"process\":1,\"type\":\"ok\","
		"\"f\":\"transfer\",\"value\":true}\n";

	(void)state;
	comes_back(text, text);
}

static void order_of_fields_and_spaces_do_not_matter(void **state)
{
	(void)state;
	comes_back(" { \"value\" : [ [ \"append\" , 1 , 5 ] , [\"r\", 2] ] ,"
		   "\t\"f\":\"txn\", \"type\" : \"invoke\",\"process\":0 }\r\n"
		   "\n   \n"
		   "{\"value\":[1, 2],\"\\u0066\":\"cas\",\"process\":1,"
		   "\"clock\":[{\"a\":[]},-1.5e-3,\"\\\"\",true],"
		   "\"type\":\"invoke\"}",
		   "{\"index\":0,\"process\":0,\"type\":\"invoke\","
		   "\"f\":\"txn\",\"value\":[[\"append\",1,5],[\"r\",2,null]]}"
		   "\n{\"index\":1,\"process\":1,\"type\":\"invoke\","
		   "\"f\":\"cas\",\"value\":[1,2]}\n");
}

static void a_transaction_may_lack_its_name(void **state)
{
	struct history *h = read_ok("{\"type\":\"invoke\",\"process\":0,"
				    "\"value\":[[\"append\",\"x\",1]]}\n");

	(void)state;
	assert_int_equal(h->ops[0].f, VERB_TXN);
	history_free(h);
}

static void get_and_put_are_reads_and_writes(void **state)
{
	struct history *h = read_ok("{\"type\":\"invoke\",\"process\":0,"
				    "\"f\":\"put\",\"value\":\"x\"}\n");

	(void)state;
	assert_string_equal(history_f_name(h, h->ops[0].f), "put");
	assert_int_equal(op_actions(h, h->ops)->verb, VERB_WRITE);
	history_free(h);
}

/* Reads of one key, each compared with what a fresh table makes of it. */
static void lists_that_grow_shrink_and_branch_are_read_right(void **state)
{
	static const char *const lists[] = {
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,1]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,149]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,150]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]",
		"[1, 2, 3,4,5,6,7,8,9,10,11,12,13,14,15,16 ]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,[17]]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,\"17,18\"]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,\"17,18\",19]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,1.5]",
		"[1]",
		"[1,2]",
		"[-1,2]",
		"[7,2,3,4,5,6,7,8,9,10,11,12,13,14,15]",
		"[]",
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22]",
	};
	size_t count = sizeof(lists) / sizeof(*lists);
	char line[512];
	char all[16384];
	size_t used = 0;
	struct history *together;

	(void)state;
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(
			all + used, sizeof(all) - used,
			"{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n"
			"{\"process\":0,\"type\":\"ok\",\"f\":\"read\","
			"\"value\":%s}\n",
			lists[i]);
	together = read_ok(all);
	for (size_t i = 0; i < count; i++) {
		struct history *alone;
		const struct action *wanted;

		snprintf(line, sizeof(line),
			 "{\"process\":0,\"type\":\"invoke\",\"f\":\"add\","
			 "\"value\":%s}\n",
			 lists[i]);
		alone = read_ok(line);
		wanted = op_actions(alone, alone->ops);
		assert_true(value_equal(
			op_actions(together, &together->ops[i])->result,
			value_copy(together->values, alone->values,
				   wanted->arg)));
		history_free(alone);
	}
	history_free(together);
}

static void bad_json_is_refused_with_its_place(void **state)
{
	(void)state;
	refused("{\"index\":0 \"time\":1}\n",
		"h:1: column 12: expected ',' or '}', found '\"'");
	refused("{}\n{\n", "h:1: ");
	refused("\n\n[1\n", "h:3: ");
	refused(START "\"f\":\"read\",\"value\":[1,]}\n", "expected a value");
	refused(START "\"f\":\"read\",\"value\":[1 2]}\n", "',' or ']'");
	refused(START "\"f\":\"read\",\"value\":{1:2}}\n", "a key in quotes");
	refused(START "\"f\":\"read\",\"value\":01}\n", "begins with 0");
	refused(START "\"f\":\"read\",\"value\":1.}\n", "expected a digit");
	refused(START "\"f\":\"read\",\"value\":tru}\n", "expected a value");
	refused(START "\"f\":\"read\",\"value\":\"\\x\"}\n", "no such escape");
	refused(START "\"f\":\"read\",\"value\":\"\\ud800\"}\n", "surrogate");
	refused(START "\"f\":\"read\",\"value\":\"\\u0000\"}\n", "NUL");
	refused(START "\"f\":\"read\",\"value\":\"\xc0\x80\"}\n", "UTF-8");
	refused(START "\"f\":\"read\",\"value\":\"a\tb\"}\n", "control");
	refused(START "\"f\":\"read\",\"value\":1}}\n", "more text");
	refused(START "\"f\":\"read\",\"zzz\":[1,}\n", "expected a value");
}

static void a_bad_entry_is_refused_with_its_reason(void **state)
{
	(void)state;
	refused("{\"process\":1,\"type\":\"ok\"}\n", "has no \"f\"");
	refused("{\"f\":\"read\",\"type\":\"ok\"}\n", "has no \"process\"");
	refused("{\"process\":1,\"f\":\"read\"}\n", "has no \"type\"");
	refused("{\"process\":1,\"process\":1}\n",
		"\"process\" is there twice");
	refused("{\"x\":1,\"y\":1,\"x\":1}\n", "twice");
	refused("{\"process\":\"bob\"}\n", "neither an integer nor");
	refused("{\"process\":-1}\n", "\"process\"");
	refused("{\"process\":1.5}\n", "\"process\"");
	refused("{\"process\":2147483648}\n", "\"process\"");
	refused("{\"type\":\"done\"}\n", "\"type\" is not one of");
	refused("{\"index\":-1}\n", "negative");
	refused("{\"time\":\"now\"}\n", "\"time\"");
	refused(START "\"f\":\"cas\",\"value\":3}\n", "[expected, new]");
	refused(START "\"f\":\"txn\",\"value\":3}\n", "list of actions");
	refused(START "\"f\":\"txn\",\"value\":[[1,2]]}\n",
		"name of an action");
	refused(DONE "\"f\":\"read\"}\n", "h:1: process 1 completes 'read'");
	refused(START "\"f\":\"read\"}\n" START "\"f\":\"read\"}\n",
		"h:2: index 0 after index 0");
}

static void too_deep_a_value_is_refused(void **state)
{
	char text[256] = START "\"f\":\"add\",\"value\":";
	size_t length = strlen(text);

	(void)state;
	memset(text + length, '[', 33);
	memset(text + length + 33, ']', 33);
	memcpy(text + length + 66, "}\n", 3);
	refused(text, "nested deeper than 32 levels");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lines_of_the_design_come_back),
		cmocka_unit_test(actions_have_what_the_line_says),
		cmocka_unit_test(results_beside_the_value_come_back),
		cmocka_unit_test(order_of_fields_and_spaces_do_not_matter),
		cmocka_unit_test(a_transaction_may_lack_its_name),
		cmocka_unit_test(get_and_put_are_reads_and_writes),
		cmocka_unit_test(
			lists_that_grow_shrink_and_branch_are_read_right),
		cmocka_unit_test(bad_json_is_refused_with_its_place),
		cmocka_unit_test(a_bad_entry_is_refused_with_its_reason),
		cmocka_unit_test(too_deep_a_value_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
