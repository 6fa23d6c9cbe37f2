/* SPDX-License-Identifier: MIT */
#include "harness/engine/suggest.h"

#include <string.h>

#define LENGTH_MAX 40

void suggestion_init(struct suggestion *suggestion, const char *word)
{
	*suggestion = (struct suggestion){
		.word = word,
		.distance = strlen(word) / 3 + 1,
	};
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Three rows of the table are enough: two back is for swapped neighbours. */
static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
	size_t rows[3][LENGTH_MAX + 1];

	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			row[j] = least(above[j - 1] + cost,
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], above2[j - 2] + 1);
		}
	}
	return rows[m % 3][n];
}

void suggestion_consider(struct suggestion *suggestion, const char *candidate)
{
	size_t m = strlen(suggestion->word);
	size_t n = strlen(candidate);
	size_t found;

	if (m > LENGTH_MAX || n > LENGTH_MAX || m == 0)
		return;
	found = distance(suggestion->word, m, candidate, n);
	/* Strictly nearer, so that the first of equals stays. */
	if (found < suggestion->distance ||
	    (!suggestion->best && found == suggestion->distance && found < m)) {
		suggestion->best = candidate;
		suggestion->distance = found;
	}
}
