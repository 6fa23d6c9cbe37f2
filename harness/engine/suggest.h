/* SPDX-License-Identifier: MIT */
/* "Did you mean ...?" */
#ifndef ORDEAL_ENGINE_SUGGEST_H
#define ORDEAL_ENGINE_SUGGEST_H

#include <stddef.h>

/*
 * Collects the candidate nearest to a mistyped word: the fewest letters
 * changed, added, dropped or swapped with a neighbour (optimal string
 * alignment), and no more than about a third of the word. `best` is NULL
 * while none is near; it points to the candidate given.
 */
struct suggestion {
	const char *word;
	const char *best;
	size_t distance;
};

/* `word` is borrowed. */
void suggestion_init(struct suggestion *suggestion, const char *word);
void suggestion_consider(struct suggestion *suggestion,
			 const char *candidate);

#endif
