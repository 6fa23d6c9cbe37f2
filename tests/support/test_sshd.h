/* SPDX-License-Identifier: MIT */
/* An sshd of the test's own, on a port of the loopback interface. */
#ifndef ORDEAL_TESTS_SUPPORT_TEST_SSHD_H
#define ORDEAL_TESTS_SUPPORT_TEST_SSHD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * In `folder`: `key` (accepted for root), `other_key` (not accepted),
 * `locked_key` (has a passphrase), `agent` (socket of an ssh-agent that holds
 * `key`), `known_hosts`, `hashed_hosts`, `wrong_hosts` (of another key),
 * `no_hosts` (empty). The user `tester` exists there alone, with the password
 * "right horse", and has no keys.
 */
struct test_sshd {
	char folder[32];
	int port;
	pid_t pid;
};

#define TEST_SKIPPED 77 /* exit code of a test program */

/* False where it cannot be had (not root, no sshd): the reason is printed. */
bool test_sshd_is_possible(void);

/* 0, or -1 with the reason printed. test_sshd_stop is needed in either
 * case. */
int test_sshd_start(struct test_sshd *sshd);
void test_sshd_stop(struct test_sshd *sshd);

/* Runs a shell line here; its exit status, -1 if there is none. */
int test_shell(const char *line);

#endif
