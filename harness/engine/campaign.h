/* SPDX-License-Identifier: MIT */
/* A campaign: many runs of one matrix of options. */
#ifndef ORDEAL_ENGINE_CAMPAIGN_H
#define ORDEAL_ENGINE_CAMPAIGN_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/core/verdict.h"
#include "harness/engine/console.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is expected of a cell. */
struct expectation {
	bool is_any; /* whatever comes */
	enum verdict_kind kind;
	const char **anomalies; /* of an invalid one: one of these; NULL at the
				 * end; NULL: no matter which */
};

/* An option (or a name for several) and the values it takes. */
struct axis {
	const char *name;
	const char *pointer;  /* "/axes/faults": where it stands */
	json_t *values;	      /* borrowed from the source */
	const char **labels; /* a text for each */
	size_t count;
};

enum cell_state {
	CELL_PLANNED,
	CELL_RUNNING,
	CELL_DONE,	  /* there is a verdict */
	CELL_TROUBLE,	  /* there is none, `reason` says why */
	CELL_INTERRUPTED, /* by Ctrl-C, or because its campaign died */
	CELL_STATES,
};

/* A run of the campaign. Texts are in the campaign's arena. */
struct cell {
	size_t number;
	json_t *at;	/* owned: {"faults": "partition", ...} */
	json_t *config; /* owned: what is run */
	json_t *from;	/* owned: where each of its members stands */
	bool is_included;
	struct expectation expect;
	const char **resources; /* nodes and clusters it needs; NULL at the
				 * end */
	enum cell_state state;
	enum verdict_kind kind; /* when done */
	bool is_expected;	/* when done */
	const char *reason;	/* NULL: none yet */
	json_t *anomalies;	/* owned: {"stale-read": 2}; NULL: none */
	json_t *figures;	/* owned; NULL: none */
	const char *run;	/* below the store; NULL: not known */
	int exit;		/* of its run; -1: none */
	unsigned attempts;
	char started[24]; /* "": never */
	double seconds;
};

struct campaign {
	struct arena arena;
	const char *file; /* as given */
	const char *name;
	struct options *options; /* of campaign_options */
	json_t *source;		 /* owned; its base in full */
	json_t *base;		 /* borrowed from it */
	json_t *seeds;		 /* owned: of "count", or NULL */
	json_t *saved;		 /* owned: what is resumed, or NULL */
	uint64_t seed;
	struct axis *axes;
	size_t axis_count;
	struct cell *cells;
	size_t cell_count;
	size_t cell_capacity;
	const char *root;   /* where runs are kept */
	const char *folder; /* of the campaign; NULL before it has one */
	int lock;	    /* held while it runs; -1: none */
	char started[24];
	char ended[24];
	const char *reason; /* why it stopped, or NULL */
	int exit;	    /* -1 while it runs */
};

/* The options of `ordeal campaign`, most of them also members of the file. */
extern const struct option campaign_options[];

#define CAMPAIGN_CELLS_MAX 10000

/*
 * Reads CAMPAIGN.json (form: doc/campaign.md) into a campaign that is all zero
 * but for `options`, whose given values win over the file's: axes and base,
 * not yet the cells. -1 with "FILE: /path: what is wrong"; *is_usage says
 * whether the user wrote something wrong, or the file could not be read.
 */
int campaign_read(struct campaign *campaign, const char *path, bool *is_usage,
		  struct error *err);
void campaign_release(struct campaign *campaign);

/* Makes the cells, each looked through as `ordeal run` would, and sees that
 * `jobs` of them can run at a time. -1 with "FILE: /path: what is wrong". */
int campaign_plan(struct campaign *campaign, struct error *err);

/* A text for a value of an axis: "kill", "partition+kill", "append". */
const char *campaign_label(struct arena *arena, json_t *value);

/* "faults=kill seed=3", made safe to show. */
const char *cell_text(const struct cell *cell, struct arena *arena);
/* "invalid with stale-read, G1c", "trouble" */
const char *cell_verdict_text(const struct cell *cell, struct arena *arena);
const char *cell_state_name(enum cell_state state);
/* "invalid with stale-read or lost-write", "valid", "anything" */
const char *expectation_text(const struct expectation *expect,
			     struct arena *arena);
/* Whether a verdict with these anomalies is what was expected. */
bool expectation_is_met(const struct expectation *expect,
			enum verdict_kind kind, const json_t *anomalies);

/* True when the two cannot run at the same time; *shared says why. */
bool cells_collide(const struct cell *a, const struct cell *b,
		   const char **shared);

/* For --resume, before the plan: finds the newest campaign of that name, and
 * takes its seed. -1 when there is none, or the file says something else by
 * now. */
int campaign_find(struct campaign *campaign, struct error *err);

/* After the plan: makes a new folder and takes its lock, or (when one was
 * found) takes the lock there, waiting for cells of a campaign that died, and
 * takes over what is done. */
int campaign_open(struct campaign *campaign, const atomic_bool *stop,
		  struct console *console, struct error *err);

/* Writes campaign.json, whole. */
int campaign_save(const struct campaign *campaign, struct error *err);

/* Runs all cells that are not done; what came of them is in the cells, saved,
 * and told on the console. -1 when the campaign itself could not go on. */
int campaign_carry_out(struct campaign *campaign, struct console *console,
		       const atomic_bool *stop, struct error *err);

struct totals {
	size_t cells;
	size_t valid; /* verdicts, expected or not */
	size_t invalid;
	size_t unknown;
	size_t trouble;
	size_t left; /* without any of these */
	size_t expected;
	size_t unexpected; /* trouble is not counted here */
};

struct totals campaign_totals(const struct campaign *campaign);

/* The exit code by the cells alone: the worst of what was not expected. */
int campaign_exit_code(const struct campaign *campaign);

/* The table at the end. */
void campaign_print(const struct campaign *campaign, FILE *out);
/* The plan, for --plan. */
void campaign_print_plan(const struct campaign *campaign, FILE *out);

/* JUnit, SARIF, TAP, Markdown, as the options say; a case for each cell. */
int campaign_write_outputs(const struct campaign *campaign, struct error *err);

#endif
