/* SPDX-License-Identifier: MIT */
/* The models that look at real time, as they are defined. */
#include "tests/support/causal_world.h"

/* Can all operations be ordered within causal order, real time, and that of
 * the writes? One after the other is taken that nothing left comes before. */
static bool extends(const struct world *w, const struct permutation *p)
{
	unsigned left = w->there;
	bool again = true;

	while (again) {
		again = false;
		for (int i = 0; i < w->tiny->count; i++) {
			bool is_free = is_in(left, i);

			for (int j = 0; is_free && j < w->tiny->count; j++)
				is_free = !is_in(left, j) || j == i ||
					  (!is_in(w->causal.before[i], j) &&
					   !is_earlier(w->tiny, j, i) &&
					   (rank_of(p, i) < 0 ||
					    rank_of(p, j) < 0 ||
					    rank_of(p, j) > rank_of(p, i)));
			if (is_free) {
				left &= ~(1u << i);
				again = true;
			}
		}
	}
	return left == 0;
}

bool world_real_time(const struct world *w)
{
	struct permutation p;

	first_permutation(w, -1, &p);
	do {
		if (converges_by(w, &p) && extends(w, &p))
			return true;
	} while (next_permutation(&p));
	return false;
}

/* Is there an order of all writes of the key and the read in which the read
 * sees what it saw, and which real time agrees with? A cas stands twice: as the
 * read that is judged, and among the writes, after itself. */
static bool sees_regularly(const struct world *w, int read)
{
	const struct tiny *tiny = w->tiny;
	struct permutation p;

	first_permutation(w, tiny->ops[read].key, &p);
	do {
		for (int place = 0; place <= p.count; place++) {
			bool fits = true;
			int held = 0;

			for (int a = 0; a < p.count; a++) {
				int i = p.writes[a];

				for (int b = a + 1; b < p.count; b++)
					fits &= !is_earlier(tiny, p.writes[b],
							    i);
				if (a < place) {
					fits &= !is_earlier(tiny, read, i) &&
						i != read;
					held = tiny->ops[i].written;
				} else {
					fits &= !is_earlier(tiny, i, read);
				}
			}
			if (fits && held == tiny->ops[read].seen)
				return true;
		}
	} while (next_permutation(&p));
	return false;
}

bool world_regular(const struct world *w)
{
	for (int i = 0; i < w->tiny->count; i++) {
		if (is_in(w->there, i) && w->tiny->ops[i].is_read &&
		    !sees_regularly(w, i))
			return false;
	}
	return true;
}

/* Whether it happened or not. */
static bool is_disturbed(const struct tiny *tiny, int read)
{
	for (int i = 0; i < tiny->count; i++) {
		const struct tiny_op *op = &tiny->ops[i];

		if (i != read && op->is_write && !op->is_failed &&
		    op->key == tiny->ops[read].key &&
		    !is_earlier(tiny, i, read) && !is_earlier(tiny, read, i))
			return true;
	}
	return false;
}

bool world_safe(const struct world *w)
{
	for (int i = 0; i < w->tiny->count; i++) {
		if (is_in(w->there, i) && w->tiny->ops[i].is_read &&
		    !is_disturbed(w->tiny, i) && !sees_regularly(w, i))
			return false;
	}
	return true;
}
