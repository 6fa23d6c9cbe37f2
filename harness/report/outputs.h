/* SPDX-License-Identifier: MIT */
/* Verdicts for pipelines: JUnit XML, SARIF, TAP, Markdown. */
#ifndef ORDEAL_REPORT_OUTPUTS_H
#define ORDEAL_REPORT_OUTPUTS_H

#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/core/option.h"
#include "harness/engine/judge.h"

/* Where to write each; NULL: not wanted. */
struct output_paths {
	const char *junit;
	const char *sarif;
	const char *tap;
	const char *summary; /* Markdown */
};

/* What was judged, or why it could not be. */
struct output_case {
	const char *name; /* "etcd-register", or a file's path */
	const char *path; /* of the history, for SARIF's locations */
	const struct judgement *judgement; /* NULL: `error` says why not */
	const struct history *history;	   /* may be NULL */
	const char *error;
};

/*
 * Collects cases and writes all files at the end, each whole or not at all.
 * Whatever comes from histories is escaped as the format needs it. A case
 * that is not valid never counts as passed: an invalid one is a failure, an
 * unknown one and one that could not be judged an error.
 */
struct outputs;

struct outputs *outputs_new(const struct output_paths *paths);

/* Everything in the case is borrowed for the call alone. */
void outputs_add(struct outputs *outputs, const struct output_case *judged);

/* Writes and frees; NULL is accepted. -1 with the first file that could not be
 * written; the others are written all the same. */
int outputs_finish(struct outputs *outputs, struct error *err);

/* The same for a single case: what `run` needs. */
int report_outputs(const struct output_paths *paths,
		   const struct output_case *judged, struct error *err);

/* Rows for a table of options that --help prints: junit, sarif, tap, summary.
 */
#define OUTPUT_OPTIONS                                                        \
	{ "junit", OPTION_TEXT, NULL, "write JUnit XML to this file", NULL }, \
		{ "sarif", OPTION_TEXT, NULL, "write SARIF to this file",     \
		  NULL },                                                     \
		{ "tap", OPTION_TEXT, NULL, "write TAP to this file", NULL }, \
	{                                                                     \
		"summary", OPTION_TEXT, NULL,                                 \
			"write a Markdown summary to this file", NULL         \
	}

/* The values of these options. */
struct output_paths output_paths_of(const struct options *options);

#endif
