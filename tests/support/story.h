/* SPDX-License-Identifier: MIT */
/* Small histories as one tells them, for tests of checkers and reports. */
#ifndef ORDEAL_TESTS_SUPPORT_STORY_H
#define ORDEAL_TESTS_SUPPORT_STORY_H

#include "harness/core/arena.h"
#include "harness/core/history.h"
#include "harness/engine/judge.h"

/*
 * Sentences separated by ';' or line feeds, one entry each, a millisecond
 * apart:
 *
 *   0 invoke write 1          process, type, f, value in JSON (or nothing)
 *   0 info cas [1,2] !timeout ... and the error
 *   1@n2 ok read 1            ... and the node
 *   phase main                an entry of the nemesis
 *   inject kill proven one    "begin" and "end", with effect and target
 *   heal kill proven
 *   crash n1 etcd.log 12 the text
 *   missing n1
 *   trouble the text          a harness-error
 *   ok 0 read 1               invocation and completion (ok, fail, info)
 *
 * Fails the test when the history is refused. The caller frees it.
 */
struct history *story(const char *text);

/* The verdict of one checker, with options as "NAME=TEXT NAME=TEXT" (or
 * NULL). */
struct verdict *story_judge(const struct history *history, const char *checker,
			    const char *option, struct arena *arena);

#endif
