/* SPDX-License-Identifier: MIT */
#include "tests/support/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/reader.h"

/* The text of the history as it grows. */
struct telling {
	FILE *out;
	int index;
};

static void entry(struct telling *telling, const char *process,
		  const char *type, const char *f, const char *value,
		  const char *error, const char *node)
{
	fprintf(telling->out,
		"{\"index\":%d,\"time\":%d,\"process\":%s,"
		"\"type\":\"%s\",\"f\":\"%s\"",
		telling->index, telling->index * 1000000, process, type, f);
	telling->index++;
	if (value && *value)
		fprintf(telling->out, ",\"value\":%s", value);
	if (error)
		fprintf(telling->out, ",\"error\":\"%s\"", error);
	if (node)
		fprintf(telling->out, ",\"node\":\"%s\"", node);
	fputs("}\n", telling->out);
}

static void nemesis(struct telling *telling, const char *f, const char *value,
		    const char *error, const char *node)
{
	entry(telling, "\"nemesis\"", "info", f, value, error, node);
}

static void fault(struct telling *telling, const char *what, char *rest)
{
	struct arena arena = { 0 };
	const char *f = strsep(&rest, " ");
	const char *effect = rest ? strsep(&rest, " ") : NULL;
	const char *target = rest ? rest : "one";

	nemesis(telling, f,
		arena_printf(&arena,
			     "{\"do\":\"%s\",\"stage\":\"begin\","
			     "\"target\":\"%s\"}",
			     what, target),
		NULL, NULL);
	if (effect)
		nemesis(telling, f,
			arena_printf(&arena,
				     "{\"do\":\"%s\",\"stage\":\"end\","
				     "\"target\":\"%s\",\"effect\":\"%s\"}",
				     what, target, effect),
			NULL, NULL);
	arena_release(&arena);
}

static void crash(struct telling *telling, char *rest)
{
	struct arena arena = { 0 };
	const char *node = strsep(&rest, " ");
	const char *file = strsep(&rest, " ");
	const char *line = strsep(&rest, " ");

	nemesis(telling, "log-finding",
		arena_printf(&arena,
			     "{\"file\":\"%s\",\"line\":%s,\"text\":\"%s\"}",
			     file, line, rest),
		NULL, node);
	arena_release(&arena);
}

/* "0@n1 ok read 1 !error" after its first word */
static void client(struct telling *telling, const char *who, char *rest)
{
	char process[32];
	const char *node = strchr(who, '@');
	const char *type = strsep(&rest, " ");
	char *error = rest ? strstr(rest, " !") : NULL;
	const char *f;

	snprintf(process, sizeof(process), "%.*s", (int)strcspn(who, "@"), who);
	if (error) {
		*error = '\0';
		error += 2;
	}
	f = strsep(&rest, " ");
	entry(telling, process, type, f, rest, error, node ? node + 1 : NULL);
}

static void both(struct telling *telling, const char *type, char *rest)
{
	struct arena arena = { 0 };
	const char *who = strsep(&rest, " ");
	const char *error = strstr(rest, " !");
	int length = error ? (int)(error - rest) : (int)strlen(rest);
	const char *f = arena_strndup(&arena, rest, strcspn(rest, " "));
	bool reads = strcmp(f, "read") == 0 || strcmp(f, "dequeue") == 0;

	client(telling, who,
	       reads ? arena_printf(&arena, "invoke %s", f)
		     : arena_printf(&arena, "invoke %.*s", length, rest));
	client(telling, who, arena_printf(&arena, "%s %s", type, rest));
	arena_release(&arena);
}

static void sentence(struct telling *telling, char *rest)
{
	const char *word = strsep(&rest, " ");
	char quoted[64];

	if (strcmp(word, "phase") == 0) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", rest);
		nemesis(telling, "phase", quoted, NULL, NULL);
	} else if (strcmp(word, "inject") == 0 || strcmp(word, "heal") == 0) {
		fault(telling, word, rest);
	} else if (strcmp(word, "crash") == 0) {
		crash(telling, rest);
	} else if (strcmp(word, "missing") == 0) {
		nemesis(telling, "log-missing", NULL, "no route", rest);
	} else if (strcmp(word, "trouble") == 0) {
		nemesis(telling, "harness-error", NULL, rest, NULL);
	} else if (strcmp(word, "ok") == 0 || strcmp(word, "fail") == 0 ||
		   strcmp(word, "info") == 0) {
		both(telling, word, rest);
	} else {
		client(telling, word, rest);
	}
}

struct history *story(const char *text)
{
	struct arena arena = { 0 };
	struct telling telling = { .index = 0 };
	char *rest = arena_strdup(&arena, text);
	struct history *history;
	char *bytes = NULL;
	size_t length = 0;
	struct error err;

	telling.out = open_memstream(&bytes, &length);
	while (rest) {
		char *part = strsep(&rest, ";\n");

		part += strspn(part, " \t");
		if (*part)
			sentence(&telling, part);
	}
	fclose(telling.out);
	history = length ? history_read_bytes("story", bytes, length, NULL,
					      NULL, &err)
			 : history_new();
	if (!history)
		fail_msg("%s\n%s", err.text, bytes);
	free(bytes);
	arena_release(&arena);
	return history;
}

struct verdict *story_judge(const struct history *history, const char *checker,
			    const char *option, struct arena *arena)
{
	struct judge_limits limits = { 0 };
	struct judgement judgement;
	struct panel panel = { 0 };
	struct error err;
	size_t matched;

	if (!panel_add(&panel, arena, checker, &err))
		fail_msg("%s", err.text);
	while (option && *option) {
		size_t name = strcspn(option, "=");
		size_t end = strcspn(option, " ");

		if (panel_set(&panel, arena, arena_strndup(arena, option, name),
			      arena_strndup(arena, option + name + 1,
					    end - name - 1),
			      &matched, &err) != 0)
			fail_msg("%s", err.text);
		assert_int_equal(matched, 1);
		option += end + strspn(option + end, " ");
	}
	judge_history(history, &panel, &limits, arena, &judgement);
	return &judgement.judged[0].verdict;
}
