/* SPDX-License-Identifier: MIT */
/* Where the threads of a held process are, or will be. */
#include <stdlib.h>
#include <unistd.h>

#include "nemesis/agent/clock_regs.h"
#include "nemesis/agent/clock_tracee.h"

/* How many bytes of a stack are looked at, and within how many words of its top
 * the kernel's clock functions keep their return address. */
#define STACK_LOOK 65536
#define CALL_LOOK 64

static bool is_within(uint64_t address, const struct stretch *stretch)
{
	return address >= stretch->begin && address < stretch->end;
}

static bool is_own(uint64_t address, const struct region *region)
{
	for (size_t i = 0; i < region->count; i++) {
		if (is_within(address, &region->own[i]))
			return true;
	}
	return false;
}

static bool is_thread_inside(struct tracee *tracee, pid_t thread,
			     const struct region *region)
{
	struct clock_regs regs;
	uint64_t *words;
	ssize_t count;
	bool is_called = false;
	bool is_inside = false;

	if (clock_regs_get(thread, &regs))
		return true;
	words = malloc(STACK_LOOK);
	if (!words || is_own(clock_regs_place(&regs), region)) {
		free(words);
		return true;
	}
	count = pread(tracee->memory, words, STACK_LOOK,
		      (off_t)clock_regs_stack(&regs)) /
		(ssize_t)sizeof(*words);
	for (ssize_t i = 0; i < count && i < CALL_LOOK; i++)
		is_called = is_called || is_own(words[i], region);
	is_inside = is_called &&
		    is_within(clock_regs_place(&regs), &region->callee);
	for (ssize_t i = 0; i + 2 < count && !is_inside; i++)
		is_inside = (is_own(words[i], region) ||
			     is_within(words[i], &region->callee)) &&
			    clock_regs_are_saved(words + i);
	free(words);
	return is_inside;
}

bool tracee_is_inside(struct tracee *tracee, const struct region *region)
{
	for (size_t i = 0; i < tracee->count; i++) {
		if (is_thread_inside(tracee, tracee->threads[i], region))
			return true;
	}
	return false;
}
