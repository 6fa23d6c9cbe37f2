/* SPDX-License-Identifier: MIT */
/* Configurations made from settings; for tests. */
#ifndef ORDEAL_TESTS_CONFIG_FIXTURE_H
#define ORDEAL_TESTS_CONFIG_FIXTURE_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/engine/config.h"

struct config_fixture {
	struct arena arena;
	struct run_config config;
	struct settings settings;
	struct error err;
};

int config_set_up(void **state);
int config_tear_down(void **state);

#define CONFIG_TEST(name) \
	cmocka_unit_test_setup_teardown(name, config_set_up, config_tear_down)

/* Makes the configuration of pairs of name and text, ended by NULL, on top of
 * the fixture's settings. */
int config_try(struct config_fixture *f, const char *name, ...)
	__attribute__((sentinel));

/* The error says that, or the test fails. */
void config_expect(const struct config_fixture *f, const char *words);

/* The name of a file that holds the text; removed by who made it. */
const char *config_file(struct config_fixture *f, const char *text);

#endif
