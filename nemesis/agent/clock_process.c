/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_process.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nemesis/agent/clock_tracee.h"

#define NS_PER_S 1000000000
#define HOLD_MS 3000

/* A sample is taken again when the thread was interrupted in it. */
#define SAMPLES 8
#define GOOD_SLACK_NS 20000

uint64_t clock_process_vdso(pid_t pid)
{
	Elf64_auxv_t entries[64];
	char path[64];
	ssize_t size;
	int file;

	snprintf(path, sizeof(path), "/proc/%ld/auxv", (long)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	size = read(file, entries, sizeof(entries));
	close(file);
	for (ssize_t i = 0; i < size / (ssize_t)sizeof(*entries); i++) {
		if (entries[i].a_type == AT_SYSINFO_EHDR)
			return entries[i].a_un.a_val;
	}
	return 0;
}

static bool read_at(int memory, uint64_t address, void *bytes, size_t size)
{
	return pread(memory, bytes, size, (off_t)address) == (ssize_t)size;
}

/* Where the jump at the beginning of a function goes; 0: it is none. */
static uint64_t jump_target(const unsigned char *code, uint64_t address)
{
	int32_t distance;

	if (code[0] != CLOCK_JUMP_CODE)
		return 0;
	memcpy(&distance, code + 1, sizeof(distance));
	return address + CLOCK_JUMP + (uint64_t)(int64_t)distance;
}

static enum clock_state state_in(const struct clock_vdso *vdso, int memory,
				 uint64_t base, uint64_t *page)
{
	size_t entry = vdso->entries[CLOCK_FN_GETTIME];
	struct clock_header header;
	unsigned char code[CLOCK_PATCH];
	unsigned char ident[EI_NIDENT];
	uint64_t target;

	if (!base || !read_at(memory, base, ident, sizeof(ident)) ||
	    memcmp(ident, vdso->image, sizeof(ident)) != 0 ||
	    !read_at(memory, base + entry, code, sizeof(code)))
		return CLOCK_UNREADABLE;
	if (memcmp(code, vdso->image + entry, sizeof(code)) == 0)
		return CLOCK_TRUE;
	target = jump_target(code, base + entry);
	target -= target ? clock_shim_entry(CLOCK_FN_GETTIME) : 0;
	if (!target || !read_at(memory, target, &header, sizeof(header)) ||
	    memcmp(header.magic, CLOCK_MAGIC, CLOCK_MAGIC_SIZE) != 0)
		return CLOCK_FOREIGN;
	if (page)
		*page = target;
	return CLOCK_WRONG;
}

enum clock_state clock_process_state(const struct clock_vdso *vdso, pid_t pid,
				     uint64_t *page)
{
	enum clock_state state;
	char path[64];
	int memory;

	snprintf(path, sizeof(path), "/proc/%ld/mem", (long)pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		return CLOCK_UNREADABLE;
	state = state_in(vdso, memory, clock_process_vdso(pid), page);
	close(memory);
	return state;
}

static int fail(char *trouble, const char *why)
{
	snprintf(trouble, CLOCK_TROUBLE, "%s", why);
	return -1;
}

static int64_t ns_of(const struct clock_time *time)
{
	return time->s * NS_PER_S + time->ns;
}

static int take_sample(const struct clock_vdso *vdso, struct tracee *tracee,
		       uint64_t page, int id, struct clock_figures *figures)
{
	uint64_t at = page + CLOCK_PAGE;
	uint64_t question[2] = { (uint64_t)id,
				 clock_process_vdso(tracee->pid) +
					 vdso->entries[CLOCK_FN_GETTIME] };

	if (tracee_write(tracee, at + offsetof(struct clock_figures, probe_id),
			 question, sizeof(question)) ||
	    tracee_run(tracee, page + clock_shim_probe(), at + CLOCK_PAGE,
		       CLOCK_DONE))
		return -1;
	return tracee_read(tracee, at, figures, sizeof(*figures));
}

/* Whether the program itself asked is told from before we asked. */
static int read_used(struct tracee *tracee, uint64_t page, uint64_t *used)
{
	return tracee_read(tracee,
			   page + CLOCK_PAGE +
				   offsetof(struct clock_figures, is_used),
			   used, sizeof(*used));
}

static int clear_used(struct tracee *tracee, uint64_t page)
{
	const uint64_t none = 0;

	return tracee_write(tracee,
			    page + CLOCK_PAGE +
				    offsetof(struct clock_figures, is_used),
			    &none, sizeof(none));
}

static int sample_held(const struct clock_vdso *vdso, struct tracee *tracee,
		       uint64_t page, int id, struct clock_sample *sample)
{
	struct clock_figures figures;
	uint64_t used;

	if (read_used(tracee, page, &used))
		return -1;
	sample->is_used = used;
	sample->slack_ns = INT64_MAX;
	for (int i = 0; i < SAMPLES && sample->slack_ns > GOOD_SLACK_NS; i++) {
		int64_t before_ns;
		int64_t slack_ns;

		if (take_sample(vdso, tracee, page, id, &figures))
			return -1;
		before_ns = ns_of(&figures.before);
		slack_ns = (ns_of(&figures.after) - before_ns + 1) / 2;
		if (slack_ns >= sample->slack_ns)
			continue;
		sample->slack_ns = slack_ns;
		before_ns += slack_ns;
		sample->offset_ns = ns_of(&figures.shown) - before_ns;
		sample->intended_ns =
			clock_wrong_shows(&figures.wrong, id, before_ns) -
			before_ns;
	}
	return clear_used(tracee, page);
}

int clock_process_sample(const struct clock_vdso *vdso, pid_t pid, int id,
			 struct clock_sample *sample, char *trouble)
{
	struct tracee tracee;
	uint64_t page;
	int result;

	if (clock_process_state(vdso, pid, &page) != CLOCK_WRONG)
		return fail(trouble, "its clock functions are not redirected");
	if (tracee_hold(&tracee, pid, false, HOLD_MS))
		return fail(trouble, tracee.trouble);
	result = sample_held(vdso, &tracee, page, id, sample);
	if (result)
		fail(trouble, tracee.trouble);
	tracee_let_go(&tracee);
	return result;
}
