/* SPDX-License-Identifier: MIT */
/* Jepsen's EDN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/history_write.h"
#include "harness/core/reader.h"

static struct history *read_ok(const char *text, struct read_info *info)
{
	struct error err = { "" };
	struct history *history =
		history_read_bytes("h", text, strlen(text), NULL, info, &err);

	if (!history)
		print_error("%s\n%s\n", text, err.text);
	assert_non_null(history);
	return history;
}

static void refused(const char *text, const char *why)
{
	struct error err = { "" };
	struct history *history =
		history_read_bytes("h", text, strlen(text), NULL, NULL, &err);

	if (history || strcmp(err.text, why) != 0)
		print_error("%s\nis refused with: %s\n", text, err.text);
	assert_null(history);
	assert_string_equal(err.text, why);
}

/* The form as the value of an operation, as JSON. */
static void means(const char *form, const char *json)
{
	char text[1024];
	struct history *history;
	struct arena arena = { 0 };

	snprintf(text, sizeof(text),
		 "{:process 0 :type :invoke :f :add :value %s}\n", form);
	history = read_ok(text, NULL);
	assert_string_equal(value_text(history->values,
				       op_actions(history, history->ops)->arg,
				       &arena),
			    json);
	arena_release(&arena);
	history_free(history);
}

static void forms_become_values(void **state)
{
	(void)state;
	means("nil", "null");
	means("[true false]", "[true,false]");
	means("[1 -2 +3 0 9223372036854775807 -9223372036854775808]",
	      "[1,-2,3,0,9223372036854775807,-9223372036854775808]");
	means("[9223372036854775808 12N 1.5 2e3 1.0M 7M]",
	      "[9223372036854775808,12,1.5,2e3,1.0,7]");
	means("[1/3 :a :a/b sym nilly -]",
	      "[\"1/3\",\"a\",\"a/b\",\"sym\",\"nilly\",\"-\"]");
	means("\"a\\n\\\"\\u00e4\\ud83d\\ude00\\101\"",
	      "\"a\\n\\\"\xc3\xa4\xf0\x9f\x98\x80"
	      "A\"");
	means("[\\a \\newline \\u0041 \\( \\\\]",
	      "[\"a\",\"\\n\",\"A\",\"(\",\"\\\\\"]");
	means("{:b 1, \"a\" {3 4}}", "{\"a\":{\"3\":4},\"b\":1}");
	means("#{3 1 2 1}", "[1,2,3]");
	means("(1 (2) [])", "[1,[2],[]]");
	means("#inst \"2020\"", "\"2020\"");
	means("#a.B{:x #c [1]}", "{\"x\":[1]}");
	means("[1 #_ 2 #_ #_ 3 [4 #_5] 6 ; 7 ]\n #_ [8]]", "[1,6]");
	means("\"\"", "\"\"");
}

static void broken_forms_are_refused(void **state)
{
	(void)state;
	refused("[{:process 0\n:type :invoke :f :read :value [1 2)}]",
		"h:2: expected ']', found ')'");
	refused("{:process 0 :type}", "h:1: a key without a value");
	refused("{:process 0 :x {:a}}", "h:1: a map with a key and no value");
	refused("{:x 01}", "h:1: '01' is no number");
	refused("{:x 1a}", "h:1: '1a' is no number");
	refused("{:x \"\\q\"}", "h:1: expected an escape, found 'q'");
	refused("{:x #_ }", "h:1: expected a name, found '}'");
	refused("[{:process 0}", "h:1: the operation has no :type");
	refused("[\n", "h:2: the vector of operations has no end");
	refused("[{:process 0 :type :invoke :f :read}]\n1",
		"h:2: more text after the vector of operations");
	refused("\n1 2", "h: begins with '1', which is no format of histories "
			 "that is known");
	refused("{:process :bob :type :ok}",
		"h:1: :process is neither an integer nor :nemesis");
	refused("{:process 0 :process 1}", "h:1: :process is there twice");
	refused("{:process 0 :type :ok :f :read}",
		"h:1: process 0 completes 'read' (ok) without an invocation");
	refused("{:process 0 :type :invoke :f :cas :value 3}",
		"h:1: the value of a cas is not [expected new]");
}

static void too_deep_a_form_is_refused(void **state)
{
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "{:x %.33s%.33s}",
		 "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		 "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
	refused(text, "h:1: nested deeper than 32 levels");
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "#a "[i % 3];
	memcpy(text, "{:x ", 4);
	text[sizeof(text) - 1] = 0;
	refused(text, "h:1: nested deeper than 32 levels");
}

static void lists_of_maps_and_maps_alone_are_read(void **state)
{
	static const char *const texts[] = {
		"{:process 0 :type :invoke :f :read}\n"
		"{:process 0 :type :ok :f :read :value 3}\n",
		"; a comment\n[{:process 0 :type :invoke :f :read}\n"
		"{:process 0, :type :ok, :f :read, :value 3}]",
		"({:process 0 :type :invoke :f :read} #_ {:a 1}\n"
		"{:process 0 :type :ok :f :read :value 3}) ; end",
		"#jepsen.history.Op{:process 0 :type :invoke :f :read}"
		"#jepsen.history.Op {:process 0 :type :ok :f :read :value 3}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct history *h = read_ok(texts[i], NULL);

		assert_int_equal(h->op_count, 1);
		assert_int_equal(
			value_as_int(h->values, op_actions(h, h->ops)->result),
			3);
		history_free(h);
	}
}

static void transactions_and_the_nemesis_are_understood(void **state)
{
	struct history *h = read_ok(
		"{:index 3 :time 7 :process 1 :type :invoke :f :txn"
		" :value [[:append :x 1] [:r 2 nil]]}\n"
		"{:index 5 :time 8 :process :nemesis :type :info :f :start"
		" :value {:n1 #{:n2}}}\n"
		"{:index 6 :time 9 :process 1 :type :info :f :txn"
		" :value [[:append :x 1] [:r 2 nil]] :error [:oops 1]}\n",
		NULL);
	const struct action *actions = op_actions(h, h->ops);

	(void)state;
	assert_int_equal(h->op_count, 2);
	assert_int_equal(actions[0].verb, VERB_APPEND);
	assert_int_equal(actions[1].verb, VERB_READ);
	assert_int_equal(h->ops[1].process, PROCESS_NEMESIS);
	assert_int_equal(history_index(h, 1), 5);
	assert_string_equal(value_as_string(h->values, h->ops[0].error, NULL),
			    "[\"oops\",1]");
	history_free(h);
}

#define OP(type, f, value) \
	"{:process 0 :type :" type " :f :" f " :value " value "}\n"

static void is_independent(const char *text, bool wanted)
{
	struct read_info info;
	struct history *h = read_ok(text, &info);

	if (info.is_independent != wanted)
		print_error("%s\n", text);
	assert_int_equal(info.is_independent, wanted);
	assert_int_equal(value_is_nil(op_actions(h, h->ops)->key), !wanted);
	history_free(h);
}

static void independent_tuples_are_found_out(void **state)
{
	(void)state;
	is_independent(OP("invoke", "read", "[1 nil]")
			       OP("ok", "read", "[1 [2 3]]"),
		       true);
	is_independent(OP("invoke", "cas", "[1 [2 3]]")
			       OP("info", "cas", "nil"),
		       true);
	is_independent(OP("invoke", "write", "#jepsen.independent.Tuple[1 2]"),
		       true);
	is_independent(OP("invoke", "write", "#jepsen.Tuple{:key 1, :value 2}"),
		       true);
	is_independent(OP("invoke", "txn", "[1 [[:r 2 nil]]]"), true);
	is_independent(
		"{:process :nemesis :type :info :f :x :value [1 nil]}" OP(
			"invoke", "read", "nil"),
		false);
	is_independent(OP("invoke", "read", "nil"), false);
	is_independent(OP("invoke", "cas", "[1 2]"), false);
	is_independent(OP("invoke", "write", "[1 2]"), false);
	is_independent(OP("invoke", "add", "#{1 2}"), false);
	is_independent(OP("invoke", "read", "[1 nil]") OP("ok", "read", "[1 2]")
			       OP("invoke", "write", "3"),
		       false);
}

static void a_torn_end_is_left_out(void **state)
{
	struct read_info info;
	struct history *h = read_ok("{:process 0 :type :invoke :f :read}\n"
				    "{:process 0 :type :ok :f :re",
				    &info);

	(void)state;
	assert_true(info.is_torn);
	assert_int_equal(h->entry_count, 1);
	history_free(h);
	refused("{:process 0 :type :invoke :f :read}\n{:process 0 :type\n",
		"h:3: expected a name, found the end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_become_values),
		cmocka_unit_test(broken_forms_are_refused),
		cmocka_unit_test(too_deep_a_form_is_refused),
		cmocka_unit_test(lists_of_maps_and_maps_alone_are_read),
		cmocka_unit_test(transactions_and_the_nemesis_are_understood),
		cmocka_unit_test(independent_tuples_are_found_out),
		cmocka_unit_test(a_torn_end_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
