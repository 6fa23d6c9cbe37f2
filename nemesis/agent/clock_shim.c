/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_shim.h"

#include <string.h>

#define NS 1000000000

int64_t clock_rate_q32(int64_t rate_ppb)
{
	int64_t whole = rate_ppb / NS;

	return whole * (INT64_C(1) << 32) +
	       (rate_ppb - whole * NS) * (INT64_C(1) << 32) / NS;
}

/* (a * q) / 2^32 rounded down, without 128 bits: `a` by its halves. */
static int64_t scale(int64_t a, int64_t q)
{
	int64_t high = a >> 32;
	int64_t low = a & UINT32_MAX;

	/* |q| < 2^37 and low < 2^32 may not fit together: halve q as well. */
	return high * q + low * (q >> 32) +
	       (int64_t)((uint64_t)low * (uint64_t)(q & UINT32_MAX) >> 32);
}

int64_t clock_wrong_shows(const struct clock_wrong *wrong, int id, int64_t t_ns)
{
	int64_t elapsed_ns;
	int64_t shown_ns;

	if (id < 0 || id >= CLOCK_IDS || !(wrong->ids >> id & 1))
		return t_ns;
	elapsed_ns = t_ns - wrong->base_ns[id];
	shown_ns = t_ns + scale(elapsed_ns, wrong->rate_q32);
	if (!wrong->period_ns || elapsed_ns / wrong->period_ns % 2 == 0)
		shown_ns += wrong->offset_ns;
	return shown_ns < 0 ? 0 : shown_ns;
}

#ifdef __x86_64__

/*
 * In assembly, because it is copied into other processes: nothing that a
 * compiler may add (calls, relocations, vector registers, checks) works
 * there. The figures are one page after the beginning. Numbers in brackets are
 * offsets that the assertions below tie to the structs.
 *
 * Registers are those of the System V call: all that is written but rsp is the
 * callee's to use. No red zone is relied upon; Go's stack has room (it calls
 * the vDSO on the system stack), and this adds less than 100 bytes to what the
 * kernel's own code needs.
 *
 * Return addresses are wiped once they are used: a thread that is to leave
 * this code is told by them (clock_tracee.h), so none may stay where a later
 * call leaves a gap in its frame.
 */
__asm__(".pushsection .rodata\n"
	".balign 16\n"
	"ordeal_clock_begin:\n"
	".skip 64, 0\n"
	".balign 16, 0xcc\n"

	/* int clock_gettime(clockid_t edi, struct timespec *rsi) */
	"ordeal_clock_gettime:\n"
	"	push %rdi\n"
	"	push %rsi\n"
	"	sub $8, %rsp\n"
	"	call ordeal_clock_original\n"
	"	movq $0, -8(%rsp)\n" /* see below */
	"	add $8, %rsp\n"
	"	pop %rsi\n"
	"	pop %rdi\n"
	"	test %eax, %eax\n"
	"	jne 9f\n"
	"	cmp $11, %edi\n"
	"	ja 9f\n"
	"	lea (ordeal_clock_begin + 4096)(%rip), %r10\n"
	"	mov 24(%r10), %rcx\n" /* ids */
	"	bt %rdi, %rcx\n"
	"	jnc 9f\n"
	"	cmpl $0, 128(%r10)\n" /* is_used: written once, shared by all */
	"	jne 1f\n"
	"	movl $1, 128(%r10)\n"
	"1:	imul $1000000000, (%rsi), %r8\n"
	"	add 8(%rsi), %r8\n" /* t */
	"	mov %r8, %r9\n"
	"	mov %edi, %edi\n"
	"	sub 32(%r10, %rdi, 8), %r9\n" /* elapsed */
	"	mov %r9, %rax\n"
	"	imulq 8(%r10)\n" /* rate */
	"	shrd $32, %rdx, %rax\n"
	"	add %rax, %r8\n"
	"	mov 16(%r10), %rcx\n" /* period */
	"	test %rcx, %rcx\n"
	"	je 2f\n"
	"	mov %r9, %rax\n"
	"	cqo\n"
	"	idiv %rcx\n"
	"	test $1, %al\n"
	"	jne 3f\n"
	"2:	add (%r10), %r8\n" /* offset */
	"3:	xor %edx, %edx\n"
	"	mov %r8, %rax\n"
	"	test %r8, %r8\n"
	"	cmovs %rdx, %rax\n" /* no time before the first */
	"	mov $1000000000, %ecx\n"
	"	div %rcx\n"
	"	mov %rax, (%rsi)\n"
	"	mov %rdx, 8(%rsi)\n"
	"	xor %eax, %eax\n"
	"9:	ret\n"

	/* int gettimeofday(struct timeval *rdi, struct timezone *rsi) */
	".balign 16, 0xcc\n"
	"ordeal_clock_gettimeofday:\n"
	"	test %rsi, %rsi\n"
	"	je 1f\n"
	"	push %rdi\n"
	"	xor %edi, %edi\n"
	"	mov $96, %eax\n"
	"	syscall\n"
	"	pop %rdi\n"
	"1:	xor %eax, %eax\n"
	"	test %rdi, %rdi\n"
	"	je 9f\n"
	"	push %rdi\n"
	"	sub $16, %rsp\n"
	"	xor %edi, %edi\n"
	"	mov %rsp, %rsi\n"
	"	call ordeal_clock_gettime\n"
	"	movq $0, -8(%rsp)\n"
	"	mov 8(%rsp), %rax\n"
	"	xor %edx, %edx\n"
	"	mov $1000, %ecx\n"
	"	div %rcx\n"
	"	mov (%rsp), %rdx\n"
	"	add $16, %rsp\n"
	"	pop %rdi\n"
	"	mov %rdx, (%rdi)\n"
	"	mov %rax, 8(%rdi)\n"
	"	xor %eax, %eax\n"
	"9:	ret\n"

	/* time_t time(time_t *rdi): as the kernel's, of the coarse clock */
	".balign 16, 0xcc\n"
	"ordeal_clock_time:\n"
	"	push %rdi\n"
	"	sub $16, %rsp\n"
	"	mov $5, %edi\n"
	"	mov %rsp, %rsi\n"
	"	call ordeal_clock_gettime\n"
	"	movq $0, -8(%rsp)\n"
	"	mov (%rsp), %rax\n"
	"	add $16, %rsp\n"
	"	pop %rdi\n"
	"	test %rdi, %rdi\n"
	"	je 9f\n"
	"	mov %rax, (%rdi)\n"
	"9:	ret\n"

	".balign 16, 0xcc\n"
	"ordeal_clock_probe:\n"
	"	lea (ordeal_clock_begin + 4096)(%rip), %rbx\n"
	"	mov 136(%rbx), %edi\n"
	"	lea 152(%rbx), %rsi\n"
	"	call ordeal_clock_original\n"
	"	mov 136(%rbx), %edi\n"
	"	lea 168(%rbx), %rsi\n"
	"	call *144(%rbx)\n"
	"	mov 136(%rbx), %edi\n"
	"	lea 184(%rbx), %rsi\n"
	"	call ordeal_clock_original\n"
	"	mov $0x4f6e, %eax\n"
	"	syscall\n"
	"	ud2\n"

	".balign 16, 0xcc\n"
	"ordeal_clock_original:\n"
	"	.skip 64, 0xcc\n"
	"ordeal_clock_end:\n"
	".popsection\n");

extern const unsigned char ordeal_clock_begin[];
extern const unsigned char ordeal_clock_gettime[];
extern const unsigned char ordeal_clock_gettimeofday[];
extern const unsigned char ordeal_clock_time[];
extern const unsigned char ordeal_clock_probe[];
extern const unsigned char ordeal_clock_original[];
extern const unsigned char ordeal_clock_end[];

_Static_assert(sizeof(struct clock_header) == 64, "begin");
_Static_assert(offsetof(struct clock_figures, wrong.offset_ns) == 0, "offset");
_Static_assert(offsetof(struct clock_figures, wrong.rate_q32) == 8, "rate");
_Static_assert(offsetof(struct clock_figures, wrong.period_ns) == 16, "period");
_Static_assert(offsetof(struct clock_figures, wrong.ids) == 24, "ids");
_Static_assert(offsetof(struct clock_figures, wrong.base_ns) == 32, "base");
_Static_assert(offsetof(struct clock_figures, is_used) == 128, "used");
_Static_assert(offsetof(struct clock_figures, probe_id) == 136, "id");
_Static_assert(offsetof(struct clock_figures, probe_entry) == 144, "entry");
_Static_assert(offsetof(struct clock_figures, before) == 152, "before");
_Static_assert(offsetof(struct clock_figures, shown) == 168, "shown");
_Static_assert(offsetof(struct clock_figures, after) == 184, "after");
_Static_assert(CLOCK_DONE == 0x4f6e && CLOCK_ORIGINAL == 64, "constants");

static size_t offset_of(const unsigned char *label)
{
	return (uintptr_t)label - (uintptr_t)ordeal_clock_begin;
}

size_t clock_shim_entry(enum clock_function function)
{
	switch (function) {
	case CLOCK_FN_GETTIMEOFDAY:
		return offset_of(ordeal_clock_gettimeofday);
	case CLOCK_FN_TIME:
		return offset_of(ordeal_clock_time);
	case CLOCK_FN_GETTIME:
	case CLOCK_FUNCTIONS:
		break;
	}
	return offset_of(ordeal_clock_gettime);
}

size_t clock_shim_probe(void)
{
	return offset_of(ordeal_clock_probe);
}

size_t clock_shim_original(void)
{
	return offset_of(ordeal_clock_original);
}

bool clock_shim_write(unsigned char page[CLOCK_PAGE],
		      const struct clock_header *header,
		      const unsigned char *original, size_t size)
{
	/* mov $__NR_clock_gettime, %eax; syscall; ret */
	static const unsigned char by_syscall[] = { 0xb8, 0xe4, 0,    0,
						    0,	  0x0f, 0x05, 0xc3 };

	if (!original) {
		original = by_syscall;
		size = sizeof(by_syscall);
	}
	if (size > CLOCK_ORIGINAL)
		return false;
	memset(page, 0xcc, CLOCK_PAGE);
	memcpy(page, ordeal_clock_begin, offset_of(ordeal_clock_end));
	memcpy(page, header, sizeof(*header));
	memcpy(page + clock_shim_original(), original, size);
	return true;
}

#else

size_t clock_shim_entry(enum clock_function function)
{
	(void)function;
	return 0;
}

size_t clock_shim_probe(void)
{
	return 0;
}

size_t clock_shim_original(void)
{
	return 0;
}

bool clock_shim_write(unsigned char page[CLOCK_PAGE],
		      const struct clock_header *header,
		      const unsigned char *original, size_t size)
{
	(void)page;
	(void)header;
	(void)original;
	(void)size;
	return false;
}

#endif
