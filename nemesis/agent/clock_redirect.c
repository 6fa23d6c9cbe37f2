/* SPDX-License-Identifier: MIT */
/* Making the clock of a process wrong, and putting it right. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "nemesis/agent/clock_gap.h"
#include "nemesis/agent/clock_insn.h"
#include "nemesis/agent/clock_process.h"
#include "nemesis/agent/clock_regs.h"
#include "nemesis/agent/clock_tracee.h"

#define HOLD_MS 3000

/* How often a thread is let out of the code in question, and for how long. */
#define OUT_ATTEMPTS 100
#define OUT_NS 1000000

#define PAGES 2
#define LEFT_MAX 16

static int fail(char *trouble, const char *why)
{
	snprintf(trouble, CLOCK_TROUBLE, "%s", why);
	return -1;
}

/* Lets the threads run until none is inside. */
static int hold_outside(struct tracee *tracee, pid_t pid,
			const struct region *region, bool *is_outside,
			char *trouble)
{
	for (int attempt = 0;; attempt++) {
		if (tracee_hold(tracee, pid, true, HOLD_MS))
			return fail(trouble, tracee->trouble);
		*is_outside = !tracee_is_inside(tracee, region);
		if (*is_outside || attempt == OUT_ATTEMPTS)
			return 0;
		tracee_let_go(tracee);
		nanosleep(&(struct timespec){ .tv_nsec = OUT_NS }, NULL);
	}
}

/* mmap in the process, at that place and no other. */
static int map(struct tracee *tracee, uint64_t syscall, uint64_t address,
	       int protection, int flags)
{
	const uint64_t arguments[6] = { address,
					CLOCK_PAGE,
					(uint64_t)protection,
					(uint64_t)(flags | MAP_ANONYMOUS |
						   MAP_FIXED_NOREPLACE),
					UINT64_MAX,
					0 };
	int64_t result;

	if (tracee_syscall(tracee, syscall, SYS_mmap, arguments, &result))
		return -1;
	if ((uint64_t)result == address)
		return 0;
	snprintf(tracee->trouble, sizeof(tracee->trouble),
		 "process %ld: cannot map memory: %s", (long)tracee->pid,
		 result < 0 ? strerror((int)-result) : "elsewhere");
	return -1;
}

static void unmap(struct tracee *tracee, uint64_t syscall, uint64_t address)
{
	const uint64_t arguments[6] = { address, PAGES * CLOCK_PAGE };
	int64_t result;

	tracee_syscall(tracee, syscall, SYS_munmap, arguments, &result);
}

/* The page of code: the way to the kernel's own function is its beginning,
 * moved here, or the system call where that cannot be done. */
static bool write_code(const struct clock_vdso *vdso, uint64_t base,
		       uint64_t page, struct clock_header *header,
		       unsigned char *code)
{
	size_t entry = vdso->entries[CLOCK_FN_GETTIME];
	unsigned char original[CLOCK_ORIGINAL];
	size_t taken;
	size_t size = clock_insn_move(vdso->image + entry, vdso->size - entry,
				      CLOCK_JUMP, base + entry,
				      page + clock_shim_original(), original,
				      sizeof(original), &taken);

	memcpy(header->magic, CLOCK_MAGIC, CLOCK_MAGIC_SIZE);
	for (size_t i = 0; i < CLOCK_FUNCTIONS; i++) {
		if (!vdso->entries[i])
			continue;
		header->entries[i].address = base + vdso->entries[i];
		memcpy(header->entries[i].before,
		       vdso->image + vdso->entries[i], CLOCK_PATCH);
	}
	return clock_shim_write(code, header, size ? original : NULL, size);
}

/* In the order that leaves nothing half done that matters: clock_gettime, by
 * which a process is known to be ours, first when redirecting and last when
 * restoring. */
static int patch(struct tracee *tracee, const struct clock_header *header,
		 uint64_t page)
{
	for (size_t i = 0; i < CLOCK_FUNCTIONS; i++) {
		uint64_t address = header->entries[i].address;
		unsigned char bytes[CLOCK_PATCH];
		uint64_t target;
		int32_t distance;

		if (!address)
			continue;
		memcpy(bytes, header->entries[i].before, sizeof(bytes));
		target = page + clock_shim_entry((enum clock_function)i);
		distance = (int32_t)(int64_t)(target - address - CLOCK_JUMP);
		bytes[0] = CLOCK_JUMP_CODE;
		memcpy(bytes + 1, &distance, sizeof(distance));
		if (tracee_write(tracee, address, bytes, sizeof(bytes)))
			return -1;
	}
	return 0;
}

static int unpatch(struct tracee *tracee, const struct clock_header *header)
{
	for (size_t i = CLOCK_FUNCTIONS; i-- > 0;) {
		if (header->entries[i].address &&
		    tracee_write(tracee, header->entries[i].address,
				 header->entries[i].before, CLOCK_PATCH))
			return -1;
	}
	return 0;
}

static int redirect_held(const struct clock_vdso *vdso, struct tracee *tracee,
			 uint64_t base, const struct clock_wrong *wrong)
{
	struct clock_figures figures = { .wrong = *wrong };
	struct clock_header header = { 0 };
	unsigned char code[CLOCK_PAGE];
	uint64_t syscall = base + vdso->syscall;
	uint64_t page;

	if (clock_process_state(vdso, tracee->pid, NULL) != CLOCK_TRUE ||
	    !clock_gap_find(tracee->pid, base, PAGES * CLOCK_PAGE, &page) ||
	    !write_code(vdso, base, page, &header, code)) {
		snprintf(tracee->trouble, sizeof(tracee->trouble),
			 "process %ld: no place for our code",
			 (long)tracee->pid);
		return -1;
	}
	if (map(tracee, syscall, page, PROT_READ | PROT_EXEC, MAP_PRIVATE))
		return -1;
	if (map(tracee, syscall, page + CLOCK_PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED) ||
	    tracee_write(tracee, page + CLOCK_PAGE, &figures,
			 sizeof(figures)) ||
	    tracee_write(tracee, page, code, sizeof(code)) ||
	    patch(tracee, &header, page)) {
		unpatch(tracee, &header);
		unmap(tracee, syscall, page);
		return -1;
	}
	return 0;
}

/* The bytes that become jumps, but the first of each: who stands there has
 * not begun. */
static struct region patched(const struct clock_vdso *vdso, uint64_t base)
{
	struct region region = { .count = 0 };

	for (size_t i = 0; i < CLOCK_FUNCTIONS; i++) {
		uint64_t begin = base + vdso->entries[i];

		if (vdso->entries[i])
			region.own[region.count++] =
				(struct stretch){ begin + 1,
						  begin + CLOCK_PATCH };
	}
	return region;
}

int clock_process_redirect(const struct clock_vdso *vdso, pid_t pid,
			   const struct clock_wrong *wrong, char *trouble)
{
	uint64_t base = clock_process_vdso(pid);
	struct region region = patched(vdso, base);
	struct tracee tracee;
	bool is_outside;
	int result = -1;

	if (!clock_regs_are_known())
		return fail(trouble, "clocks of processes need x86-64");
	if (hold_outside(&tracee, pid, &region, &is_outside, trouble))
		return -1;
	if (!is_outside)
		fail(trouble, "a thread does not leave the clock functions");
	else if (redirect_held(vdso, &tracee, base, wrong))
		fail(trouble, tracee.trouble);
	else
		result = 0;
	tracee_let_go(&tracee);
	return result;
}

/* First nobody new comes in ... */
static int close_entries(const struct clock_vdso *vdso, pid_t pid,
			 char *trouble)
{
	struct clock_header header;
	struct tracee tracee;
	uint64_t page;
	int result;

	if (clock_process_state(vdso, pid, &page) != CLOCK_WRONG)
		return 0;
	if (tracee_hold(&tracee, pid, true, HOLD_MS))
		return fail(trouble, tracee.trouble);
	result = tracee_read(&tracee, page, &header, sizeof(header)) ||
		 unpatch(&tracee, &header);
	if (result)
		fail(trouble, tracee.trouble);
	tracee_let_go(&tracee);
	return result ? -1 : 0;
}

/* ... then the last goes out, and the pages go. True when they have gone. */
static bool remove_pages(const struct clock_vdso *vdso, pid_t pid,
			 uint64_t page, char *trouble)
{
	uint64_t base = clock_process_vdso(pid);
	struct region region = {
		.own = { { page, page + CLOCK_PAGE } },
		.count = 1,
		.callee = { base + vdso->text, base + vdso->text_end },
	};
	struct tracee tracee;
	bool is_outside;

	if (hold_outside(&tracee, pid, &region, &is_outside, trouble))
		return false;
	if (is_outside)
		unmap(&tracee, base + vdso->syscall, page);
	tracee_let_go(&tracee);
	return is_outside;
}

/* Pages of ours, also those that stayed when its clock was put right. */
static size_t find_pages(pid_t pid, uint64_t pages[LEFT_MAX])
{
	uint64_t candidates[64];
	size_t count = clock_gap_pages(pid, candidates, 64);
	size_t ours_count = 0;
	char path[64];
	int memory;

	snprintf(path, sizeof(path), "/proc/%ld/mem", (long)pid);
	memory = count ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	for (size_t i = 0; memory >= 0 && i < count; i++) {
		char magic[CLOCK_MAGIC_SIZE];

		if (ours_count < LEFT_MAX &&
		    pread(memory, magic, sizeof(magic), (off_t)candidates[i]) ==
			    (ssize_t)sizeof(magic) &&
		    memcmp(magic, CLOCK_MAGIC, sizeof(magic)) == 0)
			pages[ours_count++] = candidates[i];
	}
	if (memory >= 0)
		close(memory);
	return ours_count;
}

int clock_process_restore(const struct clock_vdso *vdso, pid_t pid,
			  bool *is_left, char *trouble)
{
	uint64_t pages[LEFT_MAX];
	size_t count;

	*is_left = false;
	if (close_entries(vdso, pid, trouble))
		return -1;
	if (clock_process_state(vdso, pid, NULL) != CLOCK_TRUE)
		return 0;
	count = find_pages(pid, pages);
	for (size_t i = 0; i < count; i++) {
		if (!remove_pages(vdso, pid, pages[i], trouble))
			*is_left = true;
	}
	return 0;
}
