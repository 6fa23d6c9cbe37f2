/* SPDX-License-Identifier: MIT */
/* Failpoints of the store: places in its code where it is told to go wrong. */
#ifndef ORDEAL_NEMESIS_AGENT_FAILPOINT_H
#define ORDEAL_NEMESIS_AGENT_FAILPOINT_H

/*
 * `ordeal-agent failpoint VERB ... OPTION VALUE ...`; returns the exit status,
 * and tells on standard error what went wrong. What was set is kept in
 * FOLDER/failpoints, a line "ENDPOINT NAME TERM" each, written before it is
 * set. An ENDPOINT is ADDRESS:PORT of gofail's HTTP server (gofail.h).
 *
 * names ENDPOINT: prints the failpoints that are there and not set, one a
 *   line.
 * set ENDPOINT NAME TERM: NAME in full, or its last part. Refused where it is
 *   set already, by whomever.
 * look: of those that we set: "points N set N gone N hits N": how many there
 *   are, have our term, are nobody's any more since nobody listens, and how
 *   often they were met since (-1: that is not told).
 * undo: takes away those that have our term yet.
 * list: what there is to be undone, one a line.
 *
 *   --folder F        (/run/ordeal)
 */
int failpoint_run(int argc, char **argv);

#endif
