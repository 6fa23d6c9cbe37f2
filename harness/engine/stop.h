/* SPDX-License-Identifier: MIT */
/* Ctrl-C and SIGTERM: the wish to stop. */
#ifndef ORDEAL_ENGINE_STOP_H
#define ORDEAL_ENGINE_STOP_H

#include <stdatomic.h>

/*
 * From now on SIGINT, SIGTERM and SIGHUP raise the flag instead of ending the
 * program, so that faults are healed and what was recorded is judged. The
 * third one ends it at once (exit 3); `ordeal heal` undoes what is left then.
 * The flags are the one mutable global state of the program: a signal handler
 * can reach nothing else.
 */
const atomic_bool *stop_on_signals(void);

/*
 * The run is over and its record is being judged, which may take long: the
 * next of those signals raises the flag returned here (for judge_limits), so
 * that the verdict is unknown and the program ends.
 */
atomic_bool *stop_while_judging(void);

#endif
