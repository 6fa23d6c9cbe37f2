/* SPDX-License-Identifier: MIT */
/*
 * Registers that keep concurrent versions as siblings, and show a version
 * vector with each: what one vector dominates was overwritten, what none does
 * is to be there (D. S. Parker et al., "Detection of mutual inconsistency in
 * distributed systems", IEEE TSE 9(3), 1983; G. DeCandia et al., "Dynamo",
 * SOSP 2007).
 */
#include "checkers/replicated/replicated.h"

/* The writes of one key. A vector has a number for each name of a node; NULL:
 * it was never shown. */
struct versions {
	struct replicated *r;
	const struct place *place;
	int64_t **vectors; /* by event */
	struct table columns; /* by the bits of a name: column + 1 */
	uint32_t width;
};

enum vector_order {
	VECTORS_CONCURRENT,
	VECTORS_EQUAL,
	VECTOR_BEFORE,
	VECTOR_AFTER,
};

/* Vectors that are not known tell nothing. */
static enum vector_order compare_vectors(const struct versions *versions,
					 const int64_t *a, const int64_t *b)
{
	bool is_below = true;
	bool is_above = true;

	if (!a || !b)
		return VECTORS_CONCURRENT;
	for (uint32_t i = 0; i < versions->width; i++) {
		is_below = is_below && a[i] <= b[i];
		is_above = is_above && a[i] >= b[i];
	}
	if (is_below && is_above)
		return VECTORS_EQUAL;
	if (is_below)
		return VECTOR_BEFORE;
	return is_above ? VECTOR_AFTER : VECTORS_CONCURRENT;
}

/* The entries of a vector, in the arena of the key. */
static size_t read_entries(struct replicated *r, struct value vector,
			   struct value **names, struct value **numbers)
{
	const struct values *values = r->check->history->values;
	size_t count = value_is_nil(vector) ?
			       0 :
			       value_map_length(values, vector);

	*names = arena_array(&r->arena, count + 1, sizeof(**names));
	*numbers = arena_array(&r->arena, count + 1, sizeof(**numbers));
	if (count > 0)
		value_map_entries(values, vector, *names, *numbers);
	return count;
}

static void name_columns(struct versions *versions, struct value vector)
{
	struct value *names;
	struct value *numbers;
	size_t count = read_entries(versions->r, vector, &names, &numbers);

	for (size_t i = 0; i < count; i++) {
		uint32_t *at;

		if (table_find(&versions->columns, names[i].bits) ||
		    versions->width == NODES_MAX)
			continue;
		at = table_at(&versions->columns, names[i].bits);
		*at = ++versions->width;
	}
}

static int64_t *make_vector(const struct versions *versions,
			    struct value vector)
{
	struct replicated *r = versions->r;
	int64_t *dense = arena_array(&r->arena, versions->width + 1,
				     sizeof(*dense));
	struct value *names;
	struct value *numbers;
	size_t count = read_entries(r, vector, &names, &numbers);

	for (size_t i = 0; i < count; i++) {
		uint32_t column = table_find(&versions->columns, names[i].bits);

		if (column)
			value_get_int(r->check->history->values, numbers[i],
				      &dense[column - 1]);
	}
	return dense;
}

/* The one write of that value, or NO_EVENT. */
static uint32_t writer_of(const struct versions *versions, struct value value)
{
	const struct place *place = versions->place;
	uint32_t found = NO_EVENT;
	const uint32_t *updates;
	uint32_t count;

	if (place->element_count == 0)
		return NO_EVENT;
	updates = element_updates(place, 0, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (!value_equal(place->events[updates[i]].value, value))
			continue;
		if (found != NO_EVENT)
			return NO_EVENT;
		found = updates[i];
	}
	return found;
}

/* Was it written at all, by then? */
static bool is_written(const struct versions *versions, struct value value,
		       uint32_t read)
{
	const struct place *place = versions->place;
	const uint32_t *updates;
	uint32_t count = 0;

	if (place->element_count > 0)
		updates = element_updates(place, 0, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (value_equal(place->events[updates[i]].value, value) &&
		    may_see(place, updates[i], read))
			return true;
	}
	return false;
}

static void accuse_dominated(const struct versions *versions, uint32_t read,
			     uint32_t older, uint32_t newer, const char *why)
{
	struct replicated *r = versions->r;
	const struct place *place = versions->place;
	struct anomaly *anomaly = accuse(
		r, place, DOMINATED_SIBLING,
		"a read shows %s beside %s, which overwrote it (%s)",
		text_of(r, place->events[older].value),
		text_of(r, place->events[newer].value), why);

	accuse_add(r, anomaly, place, older, "wrote what was overwritten");
	accuse_add(r, anomaly, place, newer, "overwrote it");
	accuse_add(r, anomaly, place, read, "shows both");
}

/* The vector says that `newer` had seen `older`, which cannot be. */
static void accuse_vector(const struct versions *versions, uint32_t read,
			  uint32_t older, uint32_t newer)
{
	struct replicated *r = versions->r;
	const struct place *place = versions->place;
	struct anomaly *anomaly = accuse(
		r, place, FALSE_VECTOR,
		"by their version vectors the write of %s had seen that of %s, "
		"which cannot be",
		text_of(r, place->events[newer].value),
		text_of(r, place->events[older].value));

	accuse_add(r, anomaly, place, newer, "had ended, or came before");
	accuse_add(r, anomaly, place, older, "the other write");
	accuse_add(r, anomaly, place, read, "shows the vector");
}

/* Two that are shown together. */
static void judge_pair(const struct versions *versions, uint32_t read,
		       uint32_t a, uint32_t b)
{
	switch (compare_vectors(versions, versions->vectors[a],
				versions->vectors[b])) {
	case VECTOR_BEFORE:
		accuse_dominated(versions, read, a, b,
				 "so say their version vectors");
		return;
	case VECTOR_AFTER:
		accuse_dominated(versions, read, b, a,
				 "so say their version vectors");
		return;
	default:
		break;
	}
	if (is_past(versions->place, a, b))
		accuse_dominated(versions, read, a, b,
				 "who wrote it had seen it");
	else if (is_past(versions->place, b, a))
		accuse_dominated(versions, read, b, a,
				 "who wrote it had seen it");
}

/* Is `older`, which is not shown, covered by one that is? */
static bool is_overwritten(const struct versions *versions, uint32_t older,
			   uint32_t shown)
{
	const int64_t *old_vector = versions->vectors[older];
	const int64_t *new_vector = versions->vectors[shown];

	if (!may_see(versions->place, older, shown))
		return false;
	return !old_vector || !new_vector ||
	       compare_vectors(versions, old_vector, new_vector) ==
		       VECTOR_BEFORE;
}

static void judge_missing(const struct versions *versions, uint32_t read,
			  const uint32_t *writers, size_t count)
{
	struct replicated *r = versions->r;
	const struct place *place = versions->place;
	struct anomaly *anomaly;

	for (uint32_t w = 0; w < place->count; w++) {
		bool is_covered_by = false;

		if (place->events[w].kind == EVENT_READ ||
		    !must_see(place, w, read))
			continue;
		/* One that has no single writer may be any of them. */
		for (size_t i = 0; i < count && !is_covered_by; i++)
			is_covered_by = writers[i] == NO_EVENT ||
					writers[i] == w ||
					is_overwritten(versions, w, writers[i]);
		if (is_covered_by)
			continue;
		anomaly = accuse(r, place, LOST_SIBLING,
				 "a read lacks %s, though it must have seen "
				 "that write, and nothing that it shows "
				 "overwrote it",
				 text_of(r, place->events[w].value));
		accuse_add(r, anomaly, place, w, "wrote what is missing");
		accuse_add(r, anomaly, place, read,
			   place->events[read].is_final ?
				   "the read at the end" :
				   "the read");
		return;
	}
}

/* Remembers vectors; two for one write are one too many. */
static void learn_vectors(const struct versions *versions, uint32_t read,
			  const struct shown *shown)
{
	struct replicated *r = versions->r;
	struct anomaly *anomaly;

	for (size_t i = 0; i < shown->count; i++) {
		uint32_t w = writer_of(versions, shown->elements[i]);
		int64_t *vector;

		if (w == NO_EVENT || value_is_nil(shown->contents[i]))
			continue;
		vector = make_vector(versions, shown->contents[i]);
		if (!versions->vectors[w])
			versions->vectors[w] = vector;
		if (compare_vectors(versions, versions->vectors[w], vector) ==
		    VECTORS_EQUAL)
			continue;
		anomaly = accuse(r, versions->place, FALSE_VECTOR,
				 "%s is shown with another version vector than "
				 "before, %s",
				 text_of(r, shown->elements[i]),
				 text_of(r, shown->contents[i]));
		accuse_add(r, anomaly, versions->place, w, "the write");
		accuse_add(r, anomaly, versions->place, read,
			   "shows the other vector");
	}
}

static void judge_shown(const struct versions *versions, uint32_t read,
			const struct shown *shown, const uint32_t *writers)
{
	struct replicated *r = versions->r;
	struct anomaly *anomaly;

	for (size_t i = 0; i < shown->count; i++) {
		if (!is_written(versions, shown->elements[i], read)) {
			anomaly = accuse(r, versions->place, GARBAGE_READ,
					 "a read shows %s, which nobody can "
					 "have written by then",
					 text_of(r, shown->elements[i]));
			accuse_add(r, anomaly, versions->place, read,
				   "the read");
		}
		for (size_t j = 0; j < i; j++) {
			if (writers[i] != NO_EVENT && writers[j] != NO_EVENT &&
			    writers[i] != writers[j])
				judge_pair(versions, read, writers[j],
					   writers[i]);
		}
	}
	judge_missing(versions, read, writers, shown->count);
}

/* What vectors say of any two writes must be possible. */
static void judge_vectors(const struct versions *versions, uint32_t read,
			  uint32_t shown)
{
	const struct place *place = versions->place;

	for (uint32_t w = 0; w < place->count; w++) {
		if (w == shown ||
		    compare_vectors(versions, versions->vectors[w],
				    versions->vectors[shown]) != VECTOR_BEFORE)
			continue;
		if (!may_see(place, w, shown)) {
			accuse_vector(versions, read, w, shown);
			return;
		}
	}
}

static void judge_whole(const struct versions *versions, uint32_t read,
			const struct shown *shown)
{
	uint32_t *writers = arena_array(&versions->r->arena, shown->count + 1,
					sizeof(*writers));

	for (size_t i = 0; i < shown->count; i++)
		writers[i] = writer_of(versions, shown->elements[i]);
	judge_shown(versions, read, shown, writers);
	for (size_t i = 0; i < shown->count; i++) {
		if (writers[i] != NO_EVENT)
			judge_vectors(versions, read, writers[i]);
	}
}

enum round {
	ROUND_COLUMNS,
	ROUND_VECTORS,
	ROUND_JUDGE,
	ROUND_COUNT,
};

static bool go_round(struct versions *versions, enum round round)
{
	struct replicated *r = versions->r;
	const struct place *place = versions->place;
	struct shown shown;

	for (uint32_t i = 0; i < place->count; i++) {
		if (place->events[i].kind != EVENT_READ)
			continue;
		if (!shown_read(r, place->events[i].value, &shown)) {
			r->unreadable += round == ROUND_JUDGE;
			continue;
		}
		if (!spend(r, (uint64_t)place->count * (shown.count + 1)))
			return false;
		for (size_t j = 0; j < shown.count && round == ROUND_COLUMNS;
		     j++)
			name_columns(versions, shown.contents[j]);
		if (round == ROUND_VECTORS)
			learn_vectors(versions, i, &shown);
		if (round == ROUND_JUDGE)
			judge_whole(versions, i, &shown);
	}
	return true;
}

void judge_siblings(struct replicated *r, const struct place *place)
{
	struct versions versions = { .r = r, .place = place };

	versions.vectors = arena_array(&r->arena, place->count + 1,
				       sizeof(*versions.vectors));
	table_init(&versions.columns, &r->arena, NODES_MAX);
	for (int i = 0; i < ROUND_COUNT; i++) {
		if (!go_round(&versions, (enum round)i))
			return;
	}
}
