/* SPDX-License-Identifier: MIT */
/*
 * JUnit XML as Jenkins, GitLab and others read it (jenkins-junit.xsd): a suite
 * for each history, a case for each checker. There are no times, so the same
 * verdict gives the same bytes.
 */
#include <stdlib.h>

#include "harness/report/outputs_private.h"
#include "harness/report/text.h"

void junit_open(struct junit *junit)
{
	*junit = (struct junit){ .tests = 0 };
	junit->out = open_memstream(&junit->text, &junit->length);
	if (!junit->out)
		abort();
}

static void add_failure(struct junit *junit, const struct judged *judged,
			const struct history *history, struct arena *arena)
{
	const struct anomaly *anomaly = judged->verdict.anomalies;
	const char *text = anomaly ? "" : judged->verdict.reason;

	fprintf(junit->out, "      <failure type=\"%s\" message=\"%s\">",
		text_xml(arena, anomaly ? anomaly->name : "invalid"),
		text_xml(arena,
			 text_shown(arena, judged->verdict.reason, false)));
	for (; anomaly; anomaly = anomaly->next)
		text = arena_printf(arena, "%s%s: %s\n", text, anomaly->name,
				    anomaly_in_full(anomaly, history, arena));
	fprintf(junit->out, "%s</failure>\n", text_xml(arena, text));
}

static void add_checker(struct junit *junit, const char *suite,
			const struct judged *judged,
			const struct history *history, struct arena *arena)
{
	const char *reason = text_xml(
		arena, text_shown(arena, judged->verdict.reason, false));

	fprintf(junit->out, "    <testcase classname=\"%s\" name=\"%s\">\n",
		suite, text_xml(arena, judged->checker->name));
	switch (judged->verdict.kind) {
	case VERDICT_INVALID:
		add_failure(junit, judged, history, arena);
		break;
	case VERDICT_UNKNOWN:
		fprintf(junit->out,
			"      <error type=\"unknown\" message=\"%s\"/>\n",
			reason);
		break;
	case VERDICT_VALID:
		fprintf(junit->out, "      <system-out>%s</system-out>\n",
			reason);
		break;
	}
	fputs("    </testcase>\n", junit->out);
}

/* A case for the whole: a judgement may be unknown though each checker is
 * content, and a history may not be readable. */
static void add_whole(struct junit *junit, const char *suite, const char *type,
		      const char *message, struct arena *arena)
{
	fprintf(junit->out,
		"    <testcase classname=\"%s\" name=\"verdict\">\n", suite);
	if (type)
		fprintf(junit->out,
			"      <error type=\"%s\" message=\"%s\"/>\n", type,
			text_xml(arena, text_shown(arena, message, false)));
	fputs("    </testcase>\n", junit->out);
}

/* The numbers of one suite. */
struct numbers {
	size_t tests;
	size_t failures;
	size_t errors;
	const char *type; /* of the whole's error, or NULL */
	const char *message;
};

static struct numbers count(const struct output_case *judged)
{
	const struct judgement *judgement = judged->judgement;
	struct numbers numbers = { .tests = 1 };

	if (!judgement) {
		numbers.errors = 1;
		numbers.type = "trouble";
		numbers.message = judged->error;
		return numbers;
	}
	for (size_t i = 0; i < judgement->count; i++) {
		enum verdict_kind kind = judgement->judged[i].verdict.kind;

		numbers.tests++;
		numbers.failures += kind == VERDICT_INVALID;
		numbers.errors += kind == VERDICT_UNKNOWN;
	}
	if (judgement->kind == VERDICT_UNKNOWN && numbers.errors == 0) {
		numbers.errors = 1;
		numbers.type = "unknown";
		numbers.message = judgement->reason;
	}
	return numbers;
}

void junit_add(struct junit *junit, const struct output_case *judged)
{
	struct arena arena = { 0 };
	const struct judgement *judgement = judged->judgement;
	const char *suite =
		text_xml(&arena, text_shown(&arena, judged->name, false));
	struct numbers numbers = count(judged);

	fprintf(junit->out,
		"  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" "
		"errors=\"%zu\">\n",
		suite, numbers.tests, numbers.failures, numbers.errors);
	for (size_t i = 0; judgement && i < judgement->count; i++)
		add_checker(junit, suite, &judgement->judged[i],
			    judged->history, &arena);
	add_whole(junit, suite, numbers.type, numbers.message, &arena);
	fputs("  </testsuite>\n", junit->out);
	junit->tests += numbers.tests;
	junit->failures += numbers.failures;
	junit->errors += numbers.errors;
	arena_release(&arena);
}

char *junit_text(struct junit *junit)
{
	char *whole = NULL;
	size_t length;
	FILE *out = open_memstream(&whole, &length);

	fclose(junit->out);
	if (!out)
		abort();
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"ordeal\" tests=\"%zu\" failures=\"%zu\" "
		"errors=\"%zu\">\n%s</testsuites>\n",
		junit->tests, junit->failures, junit->errors, junit->text);
	fclose(out);
	free(junit->text);
	return whole;
}
