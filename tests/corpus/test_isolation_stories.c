/* SPDX-License-Identifier: MIT */
/*
 * What is said of each anomaly, word for word: isolation-stories/stories.txt
 * has an example of every name that is reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "checkers/isolation/anomaly.h"
#include "tests/support/isolation_history.h"

#define STORIES "tests/corpus/isolation-stories/stories.txt"

struct example {
	char name[80];
	char asked[160];
	char history[160];
	char text[4096];
};

static void copy_after(char *to, size_t size, const char *line,
		       const char *label)
{
	size_t length = strlen(label);

	if (strncmp(line, label, length) != 0)
		fail_msg("\"%s\" begins a line that is: %s", label, line);
	while (line[length] == ' ')
		length++;
	snprintf(to, size, "%s", line + length);
	to[strcspn(to, "\n")] = 0;
}

/* The next example; false at the end. */
static bool read_example(FILE *file, struct example *example)
{
	char line[1024];
	unsigned count = 0;
	size_t length = 0;

	*example = (struct example){ 0 };
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || (line[0] == '\n' && count == 0))
			continue;
		if (line[0] == '\n')
			break;
		count++;
		if (count == 1)
			copy_after(example->name, sizeof(example->name), line,
				   "");
		else if (count == 2)
			copy_after(example->asked, sizeof(example->asked),
				   line, "asked:");
		else if (count == 3)
			copy_after(example->history, sizeof(example->history),
				   line, "history:");
		else
			length += (size_t)snprintf(
				example->text + length,
				sizeof(example->text) - length, "%s", line);
		assert_true(length < sizeof(example->text));
	}
	return count > 0;
}

/* The sentence and the story, as lines. */
static const char *told(const struct verdict *verdict, const char *name,
			struct arena *arena)
{
	const struct anomaly *anomaly = verdict->anomalies;

	while (anomaly && strcmp(anomaly->name, name) != 0)
		anomaly = anomaly->next;
	if (!anomaly)
		return "not found\n";
	return arena_printf(arena, "%s\n%s", anomaly->text,
			    anomaly->story ? anomaly->story : "no story\n");
}

static bool is_as_told(const struct example *example)
{
	struct history *history = isolation_shorthand(example->history);
	struct arena arena = { 0 };
	struct verdict verdict;
	const char *text;
	bool is_same;

	isolation_run(history, example->asked, &arena, &verdict);
	text = told(&verdict, example->name, &arena);
	is_same = strcmp(text, example->text) == 0;
	if (!is_same)
		print_message("%s says:\n%s\ninstead of:\n%s\n", example->name,
			      text, example->text);
	arena_release(&arena);
	history_free(history);
	return is_same;
}

/* Those that only stand for a group have no story of their own. */
static bool is_reported(enum anomaly_name name)
{
	return name != A_ABSTRACT && name != A_G1 && name != A_G1_P &&
	       name != A_G1_R;
}

static void each_anomaly_is_told_as_it_was_read(void **state)
{
	FILE *file = fopen(STORIES, "re");
	anomaly_set seen = 0;
	struct example example;
	bool is_same = true;

	(void)state;
	if (!file)
		fail_msg("%s cannot be read", STORIES);
	while (read_example(file, &example)) {
		is_same &= is_as_told(&example);
		for (uint32_t name = 0; name < A_COUNT; name++) {
			if (strcmp(anomaly_text(name), example.name) == 0)
				seen |= anomaly_bit(name);
		}
	}
	fclose(file);
	assert_true(is_same);
	for (uint32_t name = 0; name < A_COUNT; name++) {
		if (is_reported(name) && !(seen & anomaly_bit(name)))
			fail_msg("no example of %s", anomaly_text(name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_anomaly_is_told_as_it_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
