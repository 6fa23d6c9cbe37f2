/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <spawn.h>

#include "checkers/linearizable/load.h"
#include "harness/checker.h"
#include "tests/support/history_builder.h"

extern const struct checker checker_linearizable;

#define EXAMPLE "checkers/linearizable/example_model/max_register.c"

/* Builds the example as its comment says; false where there is no cc. */
static bool build_example(char *path)
{
	char *const arguments[] = { (char[]){ "cc" }, (char[]){ "-std=c17" },
				    (char[]){ "-shared" }, (char[]){ "-fPIC" },
				    (char[]){ "-I." }, (char[]){ "-o" }, path,
				    (char[]){ EXAMPLE }, NULL };
	pid_t child;
	int status;

	if (posix_spawnp(&child, "cc", NULL, NULL, arguments, environ) != 0)
		return false;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static enum verdict_kind judge(const char *model, const struct history *history,
			       int *failed, struct error *err)
{
	struct arena arena = { 0 };
	struct budget budget = { .states_max = 1000, .bytes_max = 1 << 20 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;

	assert_int_equal(options_set(options, &arena, "model", model, err), 0);
	verdict_init(&verdict);
	*failed = checker_linearizable.check(&check, &verdict, err);
	arena_release(&arena);
	return verdict.kind;
}

static void a_model_of_ones_own_is_loaded_and_obeyed(void **state)
{
	char path[] = "/tmp/ordeal-model-XXXXXX";
	int file = mkstemp(path);
	struct builder builder;
	struct error err;
	int failed;

	(void)state;
	assert_true(file >= 0);
	close(file);
	if (!build_example(path)) {
		unlink(path);
		print_message("skipped: there is no cc\n");
		skip();
	}
	builder_init(&builder);
	build_call(&builder, 0, VERB_WRITE, 5, NIL);
	build_call(&builder, 0, VERB_WRITE, 3, NIL);
	build_call(&builder, 1, VERB_READ, NIL, 5);
	assert_int_equal(judge(path, builder.history, &failed, &err),
			 VERDICT_VALID);
	assert_int_equal(failed, 0);
	build_call(&builder, 1, VERB_READ, NIL, 3);
	assert_int_equal(judge(path, builder.history, &failed, &err),
			 VERDICT_INVALID);
	builder_release(&builder);
	unlink(path);
}

static void what_is_no_model_is_refused(void **state)
{
	struct loaded_model loaded;
	struct error err;

	(void)state;
	assert_int_equal(model_load(&loaded, "./nowhere.so", &err), -1);
	assert_non_null(strstr(err.text, "nowhere.so"));
	assert_int_equal(model_load(&loaded, "libm.so.6", &err), -1);
	assert_non_null(strstr(err.text, "does not define ordeal_model"));
}

static void an_unknown_name_is_refused(void **state)
{
	struct builder builder;
	struct error err;
	int failed;

	(void)state;
	builder_init(&builder);
	judge("registr", builder.history, &failed, &err);
	assert_int_equal(failed, -1);
	assert_non_null(strstr(err.text, "no model \"registr\""));
	builder_release(&builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_model_of_ones_own_is_loaded_and_obeyed),
		cmocka_unit_test(what_is_no_model_is_refused),
		cmocka_unit_test(an_unknown_name_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
