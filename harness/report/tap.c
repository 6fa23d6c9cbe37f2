/* SPDX-License-Identifier: MIT */
/* TAP version 13 (testanything.org): a test point for each history. */
#include <stdlib.h>
#include <string.h>

#include "harness/report/outputs_private.h"
#include "harness/report/text.h"

void tap_open(struct tap *tap)
{
	*tap = (struct tap){ .count = 0 };
	tap->out = open_memstream(&tap->text, &tap->length);
	if (!tap->out)
		abort();
	fputs("TAP version 13\n", tap->out);
}

/* A description may hold no '#', which begins a directive. */
static const char *description(const char *name, struct arena *arena)
{
	char *text = arena_strdup(arena, text_shown(arena, name, false));

	for (char *c = text; *c; c++) {
		if (*c == '#')
			*c = '_';
	}
	return text;
}

/* As a YAML string: double quotes, which escape as JSON does. */
static const char *quoted(const char *text, struct arena *arena)
{
	const char *shown = text_shown(arena, text, false);
	char *copy = arena_alloc(arena, strlen(shown) * 2 + 3);
	char *to = copy;

	*to++ = '"';
	for (; *shown; shown++) {
		if (*shown == '"' || *shown == '\\')
			*to++ = '\\';
		*to++ = *shown;
	}
	*to = '"';
	return copy;
}

void tap_add(struct tap *tap, const struct output_case *judged)
{
	const struct judgement *judgement = judged->judgement;
	bool is_valid = judgement && judgement->kind == VERDICT_VALID;
	const char *reason = judgement ? judgement->reason : judged->error;
	struct arena arena = { 0 };

	fprintf(tap->out, "%s %zu - %s\n", is_valid ? "ok" : "not ok",
		++tap->count, description(judged->name, &arena));
	fprintf(tap->out, "  ---\n  verdict: %s\n  reason: %s\n",
		judgement ? verdict_kind_name(judgement->kind) : "error",
		quoted(reason ? reason : "", &arena));
	for (size_t i = 0; judgement && i < judgement->count; i++) {
		const struct judged *one = &judgement->judged[i];

		if (i == 0)
			fputs("  checkers:\n", tap->out);
		fprintf(tap->out, "    %s: %s\n",
			quoted(one->checker->name, &arena),
			quoted(one->verdict.reason, &arena));
	}
	fputs("  ...\n", tap->out);
	arena_release(&arena);
}

char *tap_text(struct tap *tap)
{
	fprintf(tap->out, "1..%zu\n", tap->count);
	fclose(tap->out);
	return tap->text;
}
