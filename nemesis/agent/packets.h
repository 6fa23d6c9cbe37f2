/* SPDX-License-Identifier: MIT */
/* A bad network: packets that rules send to our queue are lost, held back,
 * sent twice, ... */
#ifndef ORDEAL_NEMESIS_AGENT_PACKETS_H
#define ORDEAL_NEMESIS_AGENT_PACKETS_H

/* The queue, unless --queue says otherwise, and the mark of packets that we
 * send ourselves, which rules must let pass. */
#define PACKETS_QUEUE 20334
#define PACKETS_MARK 0x4f6e

/*
 * `ordeal-agent packets OPTION VALUE ...`: --queue --seed --loss --duplicate
 * --reorder --corrupt --correlation (shares) --delay-us --jitter-us --normal
 * (0, 1) --rate (bits a second) --stats FILE. Works until SIGTERM or SIGINT,
 * then lets go what it holds. The file is one line, rewritten as packets come:
 *
 *   seen N lost N delayed N twice N early N corrupted N
 *
 * Returns the exit status; what went wrong is told on standard error.
 */
int packets_run(int argc, char **argv);

#endif
