/* SPDX-License-Identifier: MIT */
/* What runs inside a process whose clock is wrong: the code and its page of
 * figures. */
#ifndef ORDEAL_NEMESIS_AGENT_CLOCK_SHIM_H
#define ORDEAL_NEMESIS_AGENT_CLOCK_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_PAGE 4096
#define CLOCK_IDS 12 /* CLOCK_REALTIME .. CLOCK_TAI */
#define CLOCK_MAGIC "ordeal's clock 1"
#define CLOCK_MAGIC_SIZE 16
#define CLOCK_PATCH 8	     /* bytes of an entry that are kept */
#define CLOCK_JUMP 5	     /* of them, those that become a jump to us */
#define CLOCK_JUMP_CODE 0xe9 /* which begins with it */
#define CLOCK_ORIGINAL 64    /* room for the way to the kernel's own code */

/*
 * A clock that shows t shows t + offset + rate * (t - base) instead; with a
 * period the offset is there in the first, third, ... period after the base
 * and not in the others. Frozen is a rate of -1. `base_ns[id]` is what clock
 * `id` said when it began; the clocks in `ids` (bits) are wrong.
 */
struct clock_wrong {
	int64_t offset_ns;
	int64_t rate_q32;  /* parts of 2^32 */
	int64_t period_ns; /* 0: none */
	uint64_t ids;
	int64_t base_ns[CLOCK_IDS];
};

struct clock_time {
	int64_t s;
	int64_t ns;
};

/* The second page, shared with children that it forks. The rest of it is the
 * stack of the probe. */
struct clock_figures {
	struct clock_wrong wrong;
	uint64_t is_used; /* 1: it asked for a time since this was 0 */
	uint64_t probe_id;
	uint64_t probe_entry;
	struct clock_time before, shown, after; /* by the probe */
};

enum clock_function {
	CLOCK_FN_GETTIME,
	CLOCK_FN_GETTIMEOFDAY,
	CLOCK_FN_TIME,
	CLOCK_FUNCTIONS,
};

/* The first page begins with this; code follows. */
struct clock_header {
	char magic[CLOCK_MAGIC_SIZE];
	struct {
		uint64_t address; /* in the process; 0: not redirected */
		unsigned char before[CLOCK_PATCH];
	} entries[CLOCK_FUNCTIONS];
};

/* The nanoseconds that a clock shows which is wrong like that, when clock `id`
 * says `t_ns`; the code does the same sum. */
int64_t clock_wrong_shows(const struct clock_wrong *wrong, int id,
			  int64_t t_ns);

/* In 2^-32 from parts of 10^9. */
int64_t clock_rate_q32(int64_t rate_ppb);

/* Where in the first page the replacement of a function begins; where the
 * probe does: it reads clock probe_id by the original, by the function at
 * probe_entry and by the original again, then makes system call CLOCK_DONE,
 * which there is not. */
#define CLOCK_DONE 0x4f6e
size_t clock_shim_entry(enum clock_function function);
size_t clock_shim_probe(void);

/*
 * Writes the first page. `original` is `size` bytes of code that does what the
 * kernel's clock_gettime does when it runs at clock_shim_original() of the
 * page; NULL: the system call. False when it does not fit, or on a machine
 * that this is not written for.
 */
bool clock_shim_write(unsigned char page[CLOCK_PAGE],
		      const struct clock_header *header,
		      const unsigned char *original, size_t size);
size_t clock_shim_original(void);

#endif
