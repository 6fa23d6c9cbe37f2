/* SPDX-License-Identifier: MIT */
/*
 * What a session may rely on: to see what it wrote, never to go back, and
 * that its writes are seen in its order. Some sessions stay at their node,
 * others hop from node to node, where nothing of this is to be had without a
 * store that takes care (D. B. Terry et al., "Session guarantees for weakly
 * consistent replicated data", PDIS 1994).
 */
#include "harness/workload.h"

#include "workloads/everywhere.h"
#include "workloads/plain.h"

static struct generator *session_main(const struct workload_setup *setup,
				      struct error *err)
{
	return plain_main(setup, "session", err);
}

static struct generator *session_final(const struct workload_setup *setup,
				       struct error *err)
{
	(void)err;
	return everywhere_reads(setup, OBJECT_REGISTER, plain_begun(setup));
}

static const struct option session_options[] = {
	PLAIN_OPTIONS("50%"),
	EVERYWHERE_OPTIONS,
	{ .name = NULL },
};

static const char *const session_checkers[] = {
	"read-your-writes",	"monotonic-reads", "monotonic-writes",
	"writes-follow-reads", NULL,
};

const struct workload workload_session = {
	.name = "session",
	.summary = "registers, by sessions that stay at a node and sessions "
		   "that hop",
	.options = session_options,
	.checkers = session_checkers,
	.needs = plain_needs,
	.main_phase = session_main,
	.final_phase = session_final,
};
