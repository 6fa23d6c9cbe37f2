/* SPDX-License-Identifier: MIT */
/* A machine that is only a script: what is asked of it, what it answers. */
#ifndef ORDEAL_TESTS_SUPPORT_FAKE_TRANSPORT_H
#define ORDEAL_TESTS_SUPPORT_FAKE_TRANSPORT_H

#include "harness/control/transport.h"
#include "harness/core/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* One expected command. */
struct fake_step {
	const char *pattern; /* part of its line; NULL: any line */
	int exit_status;
	const char *out; /* NULL: nothing */
	const char *err;
	const char *trouble; /* not NULL: the transport fails with this */
};

/*
 * Commands must come in the order of `steps` (an entry all zero at the end);
 * one that does not match, or comes after the last, fails, and counts in
 * `surprises`. With `steps` NULL every command succeeds. What was asked is
 * kept. Set up as `{.steps = ...}`; a session for fake_transport.
 */
struct fake {
	const struct fake_step *steps;
	int fail_call; /* the Nth call of run fails; 0: none */
	size_t next;   /* step */
	int calls;
	int reopened;
	int surprises;
	bool is_closed;
	char line[8192]; /* of the last command */
	char input[8192];
	size_t input_size;
	char moved[512]; /* "up LOCAL REMOTE 644", "down REMOTE LOCAL" */
};

extern const struct transport fake_transport;

#endif
