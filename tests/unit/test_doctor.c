/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/control/cluster.h"
#include "harness/control/doctor.h"
#include "harness/core/clock.h"
#include "tests/support/test_sshd.h"

struct fixture {
	struct test_sshd sshd;
	struct arena arena;
	struct node_config config;
	struct findings findings;
	size_t errors;
};

static const char *in_folder(struct fixture *f, const char *name)
{
	return arena_printf(&f->arena, "%s/%s", f->sshd.folder, name);
}

static int set_up_group(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	*state = f;
	if (test_sshd_start(&f->sshd))
		return -1;
	setenv("HOME", in_folder(f, "home"), 1);
	unsetenv("SSH_AUTH_SOCK");
	return 0;
}

static int tear_down_group(void **state)
{
	struct fixture *f = *state;

	test_sshd_stop(&f->sshd);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = *state;

	f->config = (struct node_config){
		.name = "n1",
		.host = "127.0.0.1",
		.port = f->sshd.port,
		.key_file = in_folder(f, "key"),
		.known_hosts = in_folder(f, "known_hosts"),
		.step_timeout_ns = 20 * NS_PER_S,
	};
	f->findings = (struct findings){ .arena = &f->arena };
	return 0;
}

static void examine(struct fixture *f)
{
	f->errors = doctor_node(&f->config, &f->findings);
}

/* The worst finding of that check; NULL where it was not made. */
static const struct finding *found(struct fixture *f, const char *check)
{
	const struct finding *worst = NULL;

	for (size_t i = 0; i < f->findings.count; i++) {
		const struct finding *one = &f->findings.items[i];

		if (strcmp(one->check, check) == 0 &&
		    (!worst || one->severity < worst->severity))
			worst = one;
	}
	return worst;
}

static void assert_found(struct fixture *f, const char *check,
			 enum finding_severity severity, const char *part)
{
	const struct finding *one = found(f, check);

	if (!one)
		fail_msg("no finding of %s", check);
	if (one->severity != severity || !strstr(one->cause, part))
		fail_msg("%s: %d, %s", check, (int)one->severity, one->cause);
	if (severity == FINDING_ERROR)
		assert_non_null(one->remedy);
}

static void a_good_node_has_every_check_passed(void **state)
{
	static const char *const checks[] = { "name",  "port",	   "host key",
					      "login", "root",	   "state",
					      "disk",  "programs", "clock",
					      "IPv6" };
	struct fixture *f = *state;

	examine(f);
	assert_int_equal(f->errors, 0);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		assert_non_null(found(f, checks[i]));
	assert_found(f, "clock", FINDING_OK, "off this machine's");
}

static void a_name_without_an_address_is_the_first_and_last_word(void **state)
{
	struct fixture *f = *state;

	f->config.host = "no-such-host.invalid";
	examine(f);
	assert_int_equal(f->errors, 1);
	assert_int_equal(f->findings.count, 1);
	assert_found(f, "name", FINDING_ERROR, "no-such-host.invalid");
}

static void a_closed_port_is_told(void **state)
{
	struct fixture *f = *state;

	f->config.port = 1;
	examine(f);
	assert_int_equal(f->errors, 1);
	assert_found(f, "name", FINDING_OK, "");
	assert_found(f, "port", FINDING_ERROR, "refuses");
	assert_null(found(f, "login"));
}

static void a_host_key_is_not_a_matter_of_login(void **state)
{
	struct fixture *f = *state;

	f->config.known_hosts = in_folder(f, "wrong_hosts");
	examine(f);
	assert_int_equal(f->errors, 1);
	assert_found(f, "host key", FINDING_ERROR, "mismatch");
	assert_null(found(f, "login"));
}

static void a_refused_key_is_a_matter_of_login(void **state)
{
	struct fixture *f = *state;

	f->config.key_file = in_folder(f, "other_key");
	examine(f);
	assert_int_equal(f->errors, 1);
	assert_found(f, "login", FINDING_ERROR, "other_key: refused");
	assert_null(found(f, "root"));
}

static void a_user_who_cannot_become_root_is_told(void **state)
{
	struct fixture *f = *state;

	f->config.user = "tester";
	f->config.password = "right horse";
	examine(f);
	assert_int_equal(f->errors, 1);
	assert_found(f, "login", FINDING_OK, "as tester");
	assert_found(f, "root", FINDING_ERROR, "sudo");
}

/* Programs of the test's own stand in for those of a sick machine. */
static void use_stand_in(struct fixture *f, const char *name,
			 const char *script)
{
	const char *folder = in_folder(f, name);
	const char *line = arena_printf(
		&f->arena,
		"mkdir %s && printf '#!/bin/sh\\n%%s\\n' '%s' >%s/%s && "
		"chmod 755 %s/%s",
		folder, script, folder, name, folder, name);

	assert_int_equal(test_shell(line), 0);
	f->config.prefix = arena_printf(
		&f->arena,
		"unshare --mount sh -c 'mount -t tmpfs tmpfs /run && "
		"PATH=%s:$PATH && exec \"$@\"' sh",
		folder);
}

static void a_full_disk_is_an_error(void **state)
{
	struct fixture *f = *state;

	use_stand_in(f, "df",
		     "echo Filesystem 1024-blocks Used Available Use% On; "
		     "echo /dev/x 1000000 990000 10000 99% /");
	examine(f);
	assert_int_equal(f->errors, 1);
	assert_found(f, "disk", FINDING_ERROR, "9 MiB free on /");
	assert_found(f, "prefix", FINDING_OK, "");
	assert_null(found(f, "port"));
}

static void a_clock_that_is_off_is_a_warning(void **state)
{
	struct fixture *f = *state;

	use_stand_in(f, "date", "exec /bin/date -d \"60 seconds ago\" \"$@\"");
	examine(f);
	assert_int_equal(f->errors, 0);
	assert_found(f, "clock", FINDING_WARNING, "-");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_node_has_every_check_passed),
		TEST(a_name_without_an_address_is_the_first_and_last_word),
		TEST(a_closed_port_is_told),
		TEST(a_host_key_is_not_a_matter_of_login),
		TEST(a_refused_key_is_a_matter_of_login),
		TEST(a_user_who_cannot_become_root_is_told),
		TEST(a_full_disk_is_an_error),
		TEST(a_clock_that_is_off_is_a_warning),
	};

	if (!test_sshd_is_possible())
		return TEST_SKIPPED;
	return cmocka_run_group_tests(tests, set_up_group, tear_down_group) !=
	       0;
}
