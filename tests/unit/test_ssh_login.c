/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/control/cluster.h"
#include "harness/control/ssh.h"
#include "harness/core/clock.h"
#include "tests/support/test_sshd.h"

struct fixture {
	struct test_sshd sshd;
	struct arena arena;
	struct error err;
	struct node_config config;
};

static const char *in_folder(struct fixture *f, const char *name)
{
	return arena_printf(&f->arena, "%s/%s", f->sshd.folder, name);
}

/* Nobody's keys or agent but the test's own. */
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

	f->err.text[0] = '\0';
	f->config = (struct node_config){
		.name = "n1",
		.host = "127.0.0.1",
		.port = f->sshd.port,
		.key_file = in_folder(f, "key"),
		.known_hosts = in_folder(f, "known_hosts"),
	};
	return 0;
}

static bool can_log_in(struct fixture *f)
{
	void *session =
		ssh_open(&f->config, clock_now_ns() + 20 * NS_PER_S, &f->err);

	ssh_transport.close(session);
	return session;
}

static void the_right_key_is_let_in(void **state)
{
	struct fixture *f = *state;

	assert_true(can_log_in(f));
}

static void hashed_known_hosts_are_understood(void **state)
{
	struct fixture *f = *state;

	f->config.known_hosts = in_folder(f, "hashed_hosts");
	assert_true(can_log_in(f));
}

static void a_wrong_key_is_refused_and_all_attempts_are_told(void **state)
{
	struct fixture *f = *state;

	f->config.key_file = in_folder(f, "other_key");
	assert_false(can_log_in(f));
	assert_string_equal(
		f->err.text,
		arena_printf(&f->arena,
			     "log in as root: key %s: refused by the server; "
			     "agent: none is running; keys in ~/.ssh: there "
			     "are none; password: none given",
			     f->config.key_file));
}

static void a_key_file_that_is_not_there_is_told(void **state)
{
	struct fixture *f = *state;

	f->config.key_file = in_folder(f, "nonesuch");
	assert_false(can_log_in(f));
	assert_non_null(strstr(f->err.text, "nonesuch: cannot be read"));
}

static void a_key_with_a_passphrase_is_for_the_agent(void **state)
{
	struct fixture *f = *state;

	f->config.key_file = in_folder(f, "locked_key");
	assert_false(can_log_in(f));
	assert_non_null(strstr(f->err.text, "passphrase (then use ssh-agent"));
}

static void the_agents_key_is_tried_after_the_file(void **state)
{
	struct fixture *f = *state;

	f->config.key_file = in_folder(f, "other_key");
	setenv("SSH_AUTH_SOCK", in_folder(f, "agent"), 1);
	assert_true(can_log_in(f));
	f->config.key_file = NULL;
	assert_true(can_log_in(f));
	unsetenv("SSH_AUTH_SOCK");
}

static void the_right_password_is_let_in(void **state)
{
	struct fixture *f = *state;

	f->config.user = "tester";
	f->config.password = "right horse";
	assert_true(can_log_in(f));
}

static void a_wrong_password_is_refused_and_not_shown(void **state)
{
	struct fixture *f = *state;

	f->config.user = "tester";
	f->config.key_file = NULL;
	f->config.password = "wrong horse";
	assert_false(can_log_in(f));
	assert_string_equal(f->err.text,
			    "log in as tester: agent: none is running; keys "
			    "in ~/.ssh: there are none; password: refused by "
			    "the server");
}

static void another_host_key_is_a_mismatch(void **state)
{
	struct fixture *f = *state;

	f->config.known_hosts = in_folder(f, "wrong_hosts");
	assert_false(can_log_in(f));
	assert_memory_equal(f->err.text, "host key mismatch: ", 19);
	assert_non_null(strstr(f->err.text, "ssh-keygen -f "));
}

static void no_host_key_is_unknown(void **state)
{
	struct fixture *f = *state;

	f->config.known_hosts = in_folder(f, "no_hosts");
	assert_false(can_log_in(f));
	assert_memory_equal(f->err.text, "host key unknown: ", 18);
	assert_non_null(strstr(f->err.text, "ssh-keyscan"));
}

/* The fingerprint is what a person compares: it has to be the usual one. */
static void the_fingerprint_is_that_of_ssh_keygen(void **state)
{
	struct fixture *f = *state;
	char line[256] = "", print[128] = "";
	const char *command = arena_printf(&f->arena, "ssh-keygen -lf %s >%s",
					   in_folder(f, "host_key.pub"),
					   in_folder(f, "print"));
	FILE *file;

	f->config.known_hosts = in_folder(f, "no_hosts");
	assert_false(can_log_in(f));
	assert_int_equal(test_shell(command), 0);
	file = fopen(in_folder(f, "print"), "re");
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	assert_int_equal(sscanf(line, "%*s %127s", print), 1);
	assert_non_null(strstr(f->err.text, print));
}

static void any_host_key_will_do_where_the_user_says_so(void **state)
{
	struct fixture *f = *state;

	f->config.known_hosts = in_folder(f, "wrong_hosts");
	f->config.accept_any_host_key = true;
	assert_true(can_log_in(f));
}

/* An entry for port 22 says nothing of another port, to OpenSSH either. */
static void a_host_key_is_known_for_its_port_alone(void **state)
{
	struct fixture *f = *state;
	const char *command = arena_printf(
		&f->arena, "sed 's/^[^ ]*/127.0.0.1/' %s >%s",
		in_folder(f, "known_hosts"), in_folder(f, "port22_hosts"));

	assert_int_equal(test_shell(command), 0);
	f->config.known_hosts = in_folder(f, "port22_hosts");
	assert_false(can_log_in(f));
	assert_memory_equal(f->err.text, "host key unknown: ", 18);
}

static void nobody_listening_is_told(void **state)
{
	struct fixture *f = *state;

	f->config.port = 1;
	assert_false(can_log_in(f));
	assert_string_equal(f->err.text,
			    "127.0.0.1 port 1 refuses connections: no sshd "
			    "listens there, or a firewall rejects");
}

static void a_name_without_an_address_is_told(void **state)
{
	struct fixture *f = *state;

	f->config.host = "no-such-host.invalid";
	assert_false(can_log_in(f));
	assert_memory_equal(f->err.text,
			    "the name no-such-host.invalid has no address", 44);
}

static void a_server_that_says_nothing_costs_only_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int64_t begin = clock_now_ns();

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size),
			 0);
	f->config.port = ntohs(address.sin_port);
	assert_null(ssh_open(&f->config, begin + NS_PER_S / 5, &f->err));
	assert_true(clock_now_ns() - begin < 20 * NS_PER_S);
	assert_string_equal(f->err.text,
			    "ssh handshake: not done by its deadline");
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_right_key_is_let_in),
		TEST(hashed_known_hosts_are_understood),
		TEST(a_wrong_key_is_refused_and_all_attempts_are_told),
		TEST(a_key_file_that_is_not_there_is_told),
		TEST(a_key_with_a_passphrase_is_for_the_agent),
		TEST(the_agents_key_is_tried_after_the_file),
		TEST(the_right_password_is_let_in),
		TEST(a_wrong_password_is_refused_and_not_shown),
		TEST(another_host_key_is_a_mismatch),
		TEST(no_host_key_is_unknown),
		TEST(the_fingerprint_is_that_of_ssh_keygen),
		TEST(any_host_key_will_do_where_the_user_says_so),
		TEST(a_host_key_is_known_for_its_port_alone),
		TEST(nobody_listening_is_told),
		TEST(a_name_without_an_address_is_told),
		TEST(a_server_that_says_nothing_costs_only_the_deadline),
	};

	if (!test_sshd_is_possible())
		return TEST_SKIPPED;
	return cmocka_run_group_tests(tests, set_up_group, tear_down_group) !=
	       0;
}
