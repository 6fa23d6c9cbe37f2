/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_gap.h"

#include <stdlib.h>
#include <string.h>

/* A stack may grow that far down. */
#define STACK_ROOM (UINT64_C(1) << 30)

#define REACH (UINT64_C(1) << 30)
#define PAGE UINT64_C(4096)
#define USER_END (UINT64_C(0x7ffffffff000))

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The place in begin .. end that is next to `near`; a page is left free at
 * both sides. */
static void consider(uint64_t begin, uint64_t end, uint64_t near, uint64_t size,
		     uint64_t *best)
{
	uint64_t place;

	begin += PAGE;
	if (end < begin + size + PAGE)
		return;
	place = begin > near ? begin : end - PAGE - size;
	if (distance(place, near) < REACH &&
	    (!*best || distance(place, near) < distance(*best, near)))
		*best = place;
}

struct stretch_line {
	uint64_t begin;
	uint64_t end;
	char text[512]; /* the line, or its beginning */
};

static bool next_line(FILE *maps, struct stretch_line *line)
{
	char *rest;
	int byte;

	if (!fgets(line->text, sizeof(line->text), maps))
		return false;
	line->begin = strtoull(line->text, &rest, 16);
	line->end = *rest == '-' ? strtoull(rest + 1, NULL, 16) : 0;
	if (strchr(line->text, '\n'))
		return true;
	do {
		byte = getc(maps);
	} while (byte != EOF && byte != '\n');
	return true;
}

static FILE *open_maps(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/maps", (long)pid);
	return fopen(path, "re");
}

bool clock_gap_read(FILE *maps, uint64_t near, uint64_t size, uint64_t *gap)
{
	uint64_t last = PAGE * 16; /* below that nothing may be mapped */
	struct stretch_line line;
	uint64_t end;

	*gap = 0;
	while (next_line(maps, &line)) {
		if (line.end <= line.begin || line.begin >= USER_END)
			continue;
		end = line.begin;
		if (strstr(line.text, "[stack"))
			end -= end < STACK_ROOM ? end : STACK_ROOM;
		if (end > last)
			consider(last, end, near, size, gap);
		last = line.end;
	}
	consider(last, USER_END, near, size, gap);
	return *gap != 0;
}

bool clock_gap_find(pid_t pid, uint64_t near, uint64_t size, uint64_t *gap)
{
	FILE *maps = open_maps(pid);
	bool is_found;

	if (!maps)
		return false;
	is_found = clock_gap_read(maps, near, size, gap);
	fclose(maps);
	return is_found;
}

size_t clock_gap_pages(pid_t pid, uint64_t *pages, size_t max)
{
	FILE *maps = open_maps(pid);
	struct stretch_line line;
	size_t count = 0;

	while (maps && count < max && next_line(maps, &line)) {
		if (line.end == line.begin + PAGE &&
		    strstr(line.text, " r-xp 00000000 00:00 0"))
			pages[count++] = line.begin;
	}
	if (maps)
		fclose(maps);
	return count;
}
