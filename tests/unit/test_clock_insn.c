/* SPDX-License-Identifier: MIT */
/* Beginnings of functions, moved; and the kernel's own clock functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "nemesis/agent/clock_gap.h"
#include "nemesis/agent/clock_insn.h"
#include "nemesis/agent/clock_vdso.h"

#define FROM 0x10000
#define TO 0x20000

struct moved {
	unsigned char bytes[64];
	size_t size;
	size_t taken;
};

static struct moved move(const char *code, size_t size)
{
	struct moved moved = { .size = 0 };

	moved.size =
		clock_insn_move((const unsigned char *)code, size, 5, FROM, TO,
				moved.bytes, sizeof(moved.bytes), &moved.taken);
	return moved;
}

static int32_t distance_at(const struct moved *moved, size_t at)
{
	int32_t distance;

	memcpy(&distance, moved->bytes + at, sizeof(distance));
	return distance;
}

/* It ends with a jump to what was not moved. */
static void expect_return(const struct moved *moved)
{
	size_t end = moved->size;

	assert_int_equal(moved->bytes[end - 5], 0xe9);
	assert_int_equal((int64_t)TO + (int64_t)end +
				 distance_at(moved, end - 4),
			 FROM + moved->taken);
}

#define MOVE(code) move(code, sizeof(code) - 1)

static void plain_beginnings_are_copied(void **state)
{
	/* push %rbp; mov %rsp,%rbp; push %r14 */
	static const char linux_6[] = "\x55\x48\x89\xe5\x41\x56\x53\x90\x90";
	/* endbr64; push %rbp */
	static const char marked[] = "\xf3\x0f\x1e\xfa\x55\x90\x90\x90";
	struct moved moved = MOVE(linux_6);

	(void)state;
	assert_int_equal(moved.taken, 6);
	assert_memory_equal(moved.bytes, linux_6, 6);
	expect_return(&moved);
	moved = MOVE(marked);
	assert_int_equal(moved.taken, 5);
	expect_return(&moved);
}

static void data_stay_where_they_are(void **state)
{
	/* push %rbp; lea -0x6818(%rip),%r10 */
	static const char code[] = "\x55\x4c\x8d\x15\xe8\x97\xff\xff\x90";
	/* cmpl $0x7fffffff,-0x6ac6(%rip) */
	static const char number[] =
		"\x81\x3d\x3a\x95\xff\xff\xff\xff\xff\x7f\x90";
	struct moved moved = MOVE(code);

	(void)state;
	assert_int_equal(moved.taken, 8);
	assert_int_equal(TO + 8 + distance_at(&moved, 4), FROM + 8 - 0x6818);
	expect_return(&moved);
	moved = MOVE(number);
	assert_int_equal(moved.taken, 10);
	assert_int_equal(TO + 10 + distance_at(&moved, 2), FROM + 10 - 0x6ac6);
	expect_return(&moved);
}

static void jumps_find_their_place(void **state)
{
	/* cmp $0x17,%edi; ja +0x40 */
	static const char near[] = "\x83\xff\x17\x77\x40\x90\x90\x90";
	/* cmp $0x17,%edi; ja +0xd2 */
	static const char far[] = "\x83\xff\x17\x0f\x87\xd2\x00\x00\x00";
	struct moved moved = MOVE(near);

	(void)state;
	assert_int_equal(moved.taken, 5);
	assert_memory_equal(moved.bytes + 3, "\x0f\x87", 2);
	assert_int_equal(TO + 9 + distance_at(&moved, 5), FROM + 5 + 0x40);
	expect_return(&moved);
	moved = MOVE(far);
	assert_int_equal(TO + 9 + distance_at(&moved, 5), FROM + 9 + 0xd2);
	expect_return(&moved);
}

static void what_is_not_known_is_refused(void **state)
{
	(void)state;
	/* int3; loop; a jump to the next instruction; the end of the code */
	assert_int_equal(MOVE("\xcc\x90\x90\x90\x90\x90").size, 0);
	assert_int_equal(MOVE("\xe2\xfe\x90\x90\x90\x90").size, 0);
	assert_int_equal(MOVE("\x83\xff\x17\x77\x01\x90\x90").size, 0);
	assert_int_equal(MOVE("\x83\xff\x17\x77\xf0\x90\x90").size, 0);
	assert_int_equal(MOVE("\x55\x48\x89").size, 0);
	assert_int_equal(MOVE("\x55\x4c\x8d\x15").size, 0);
}

static void garbage_is_safe(void **state)
{
	unsigned char code[24];
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		unsigned char out[64];
		size_t taken = 0;
		size_t size;

		for (size_t j = 0; j < sizeof(code); j++) {
			seed = seed * 1664525 + 1013904223;
			code[j] = (unsigned char)(seed >> 24);
		}
		size = clock_insn_move(code, seed >> 8 & 15, 5, FROM, TO, out,
				       sizeof(out), &taken);
		assert_true(size <= sizeof(out));
		assert_true(!size || (taken >= 5 && taken < 16));
	}
}

static void the_kernels_functions_are_found(void **state)
{
	struct clock_vdso vdso;
	unsigned char out[CLOCK_ORIGINAL];
	size_t taken;

	(void)state;
#ifndef __x86_64__
	skip();
#endif
	if (!clock_vdso_find(&vdso))
		skip();
	assert_in_range(vdso.entries[CLOCK_FN_GETTIME], 1, vdso.size);
	assert_in_range(vdso.entries[CLOCK_FN_GETTIMEOFDAY], 1, vdso.size);
	assert_in_range(vdso.entries[CLOCK_FN_GETTIME], vdso.text,
			vdso.text_end);
	assert_memory_equal(vdso.image + vdso.syscall, "\x0f\x05", 2);
	if (!clock_insn_move(vdso.image + vdso.entries[CLOCK_FN_GETTIME], 64,
			     CLOCK_JUMP, FROM, TO, out, sizeof(out), &taken))
		print_message("this kernel's clock_gettime is called by "
			      "system call\n");
}

static void what_is_no_image_is_refused(void **state)
{
	struct clock_vdso vdso;
	unsigned char image[CLOCK_PAGE] = "\177ELF";

	(void)state;
	assert_false(clock_vdso_parse(&vdso, image));
}

static uint64_t gap_near(const char *text, uint64_t near)
{
	char copy[512];
	uint64_t gap;
	FILE *maps;

	snprintf(copy, sizeof(copy), "%s", text);
	maps = fmemopen(copy, strlen(copy), "r");
	assert_non_null(maps);
	if (!clock_gap_read(maps, near, 0x2000, &gap))
		gap = 0;
	fclose(maps);
	return gap;
}

static void the_nearest_gap_is_taken(void **state)
{
	static const char text[] =
		"400000-500000 r-xp 00000000 00:00 0 /bin/x\n"
		"7f0000000000-7f0000010000 r--p 00000000 00:00 0 [vvar]\n"
		"7f0000010000-7f0000012000 r-xp 00000000 00:00 0 [vdso]\n"
		"7f0000013000-7f0000020000 r-xp 00000000 00:00 0 a\n"
		"7f0000024000-7f0000030000 rw-p 00000000 00:00 0 [stack]\n";

	(void)state;
	assert_int_equal(gap_near(text, 0x7f0000010000),
			 0x7efffffed000 + 0x10000);
	/* Above the stack, not below it. */
	assert_int_equal(gap_near(text, 0x7f000002f000), 0x7f0000031000);
	assert_int_equal(gap_near(text, 0x600000000000), 0);
}

/* Libraries are packed without gaps, and the stack is far above them. */
static void there_is_room_far_below_a_stack(void **state)
{
	static const char text[] =
		"7ed000000000-7f0000010000 r--p 00000000 00:00 0 [vvar]\n"
		"7f0000010000-7f0000012000 r-xp 00000000 00:00 0 [vdso]\n"
		"7f0000012000-7f0000020000 r-xp 00000000 00:00 0 a\n"
		"7ffc00000000-7ffc00020000 rw-p 00000000 00:00 0 [stack]\n";

	(void)state;
	assert_int_equal(gap_near(text, 0x7f0000010000), 0x7f0000021000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_beginnings_are_copied),
		cmocka_unit_test(data_stay_where_they_are),
		cmocka_unit_test(jumps_find_their_place),
		cmocka_unit_test(what_is_not_known_is_refused),
		cmocka_unit_test(garbage_is_safe),
		cmocka_unit_test(the_kernels_functions_are_found),
		cmocka_unit_test(what_is_no_image_is_refused),
		cmocka_unit_test(the_nearest_gap_is_taken),
		cmocka_unit_test(there_is_room_far_below_a_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
