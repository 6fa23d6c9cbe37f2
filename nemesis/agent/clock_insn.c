/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_insn.h"

#include <stdbool.h>
#include <string.h>

/* One instruction, as far as moving it needs to know. */
struct insn {
	size_t size;
	size_t relative; /* where its 4 bytes relative to rip are; 0: none */
	int condition;	 /* of a short conditional jump; -1: none */
};

/* A jump to less than that ahead may end among the instructions moved, and is
 * left alone, as is one back. */
#define LONGEST 15

/* What follows the one-byte operation code. */
enum form {
	FORM_UNKNOWN,
	FORM_ALONE,
	FORM_MODRM,
	FORM_MODRM_1, /* and one byte of a number */
	FORM_MODRM_4,
	FORM_NUMBER_4, /* 4 bytes of a number; 8 with REX.W if a register's */
	FORM_JUMP_1,
	FORM_JUMP_4,
};

static enum form form_of(unsigned char code)
{
	/* add or adc sbb and sub xor cmp, between register and memory */
	if (code < 0x40 && (code & 7) < 4)
		return FORM_MODRM;
	/* the same, eax and a number */
	if (code < 0x40 && (code & 7) == 5)
		return FORM_NUMBER_4;
	if (code >= 0x50 && code < 0x60) /* push, pop */
		return FORM_ALONE;
	if (code >= 0x70 && code < 0x80)
		return FORM_JUMP_1;
	if (code >= 0xb8 && code < 0xc0) /* mov number, register */
		return FORM_NUMBER_4;
	switch (code) {
	case 0x90:
		return FORM_ALONE;
	case 0x63: /* movslq */
	case 0x84: /* test */
	case 0x85:
	case 0x88: /* mov */
	case 0x89:
	case 0x8a:
	case 0x8b:
	case 0x8d: /* lea */
		return FORM_MODRM;
	case 0x80: /* add .. cmp with a number */
	case 0x83:
	case 0xc1: /* shifts */
	case 0xc6: /* mov */
		return FORM_MODRM_1;
	case 0x69: /* imul */
	case 0x81:
	case 0xc7:
		return FORM_MODRM_4;
	case 0xe8:
	case 0xe9:
		return FORM_JUMP_4;
	default:
		return FORM_UNKNOWN;
	}
}

/* The bytes of ModRM, SIB and displacement at `at`. */
static size_t operand_size(const unsigned char *code, size_t at, size_t size,
			   struct insn *insn)
{
	unsigned char mod;
	unsigned char rm;
	size_t bytes = 1;

	if (at + 1 >= size)
		return 1;
	mod = code[at] >> 6;
	rm = code[at] & 7;
	if (mod == 3)
		return 1;
	if (rm == 4) {
		bytes++;
		if (mod == 0 && (code[at + 1] & 7) == 5)
			return bytes + 4;
	}
	if (mod == 0 && rm == 5) {
		insn->relative = at + 1;
		return bytes + 4;
	}
	return bytes + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

static bool decode_two_bytes(const unsigned char *code, size_t at, size_t size,
			     struct insn *insn)
{
	unsigned char second = at < size ? code[at] : 0;

	at++;
	if (second >= 0x80 && second < 0x90) {
		insn->relative = at;
		insn->size = at + 4;
		return true;
	}
	/* nop and endbr64, cmov, imul, movzx, movsx */
	if (second != 0x1e && second != 0x1f && second != 0xaf &&
	    (second & 0xf0) != 0x40 && (second & 0xf6) != 0xb6)
		return false;
	insn->size = at + operand_size(code, at, size, insn);
	return true;
}

static bool decode(const unsigned char *code, size_t size, struct insn *insn)
{
	size_t at = 0;
	bool is_wide = false;
	unsigned char first;

	*insn = (struct insn){ .condition = -1 };
	if (size > 4 && memcmp(code, "\xf3\x0f\x1e\xfa", 4) == 0)
		at = 1;
	else if (size > 2 && code[0] == 0x66 && code[1] == 0x90)
		at = 1;
	if (size > at + 1 && (code[at] & 0xf0) == 0x40)
		is_wide = code[at++] & 8;
	if (at >= size)
		return false;
	first = code[at++];
	if (first == 0x0f)
		return decode_two_bytes(code, at, size, insn);
	switch (form_of(first)) {
	case FORM_UNKNOWN:
		return false;
	case FORM_ALONE:
		break;
	case FORM_MODRM:
		at += operand_size(code, at, size, insn);
		break;
	case FORM_MODRM_1:
		at += operand_size(code, at, size, insn) + 1;
		break;
	case FORM_MODRM_4:
		at += operand_size(code, at, size, insn) + 4;
		break;
	case FORM_NUMBER_4:
		at += is_wide && first >= 0xb8 ? 8 : 4;
		break;
	case FORM_JUMP_1:
		insn->condition = first & 15;
		at++;
		break;
	case FORM_JUMP_4:
		insn->relative = at;
		at += 4;
		break;
	}
	insn->size = at;
	return true;
}

/* Writes the distance from the end of an instruction to `target`. */
static bool put_distance(unsigned char *out, uint64_t end, uint64_t target)
{
	int64_t distance = (int64_t)(target - end);
	int32_t narrow = (int32_t)distance;

	memcpy(out, &narrow, sizeof(narrow));
	return narrow == distance;
}

static int32_t distance_at(const unsigned char *code)
{
	int32_t distance;

	memcpy(&distance, code, sizeof(distance));
	return distance;
}

/* Moves one that runs at `from` to `to`; how long it is there, or 0. */
static size_t move_one(const unsigned char *code, const struct insn *insn,
		       uint64_t from, uint64_t to, unsigned char *out)
{
	uint64_t end = from + insn->size;

	if (insn->condition >= 0) {
		int64_t distance = code[insn->size - 1];
		bool reaches;

		distance -= distance < 128 ? 0 : 256;
		reaches =
			put_distance(out + 2, to + 6, end + (uint64_t)distance);
		out[0] = 0x0f;
		out[1] = (unsigned char)(0x80 | insn->condition);
		return reaches && distance > LONGEST ? 6 : 0;
	}
	memcpy(out, code, insn->size);
	if (insn->relative) {
		int64_t distance = distance_at(code + insn->relative);

		if (!put_distance(out + insn->relative, to + insn->size,
				  end + (uint64_t)distance))
			return 0;
	}
	return insn->size;
}

size_t clock_insn_move(const unsigned char *code, size_t size, size_t least,
		       uint64_t from, uint64_t to, unsigned char *out,
		       size_t room, size_t *taken)
{
	size_t at = 0;
	size_t used = 0;

	while (at < least) {
		struct insn insn;
		size_t moved;

		if (!decode(code + at, size - at, &insn) ||
		    at + insn.size > size || used + insn.size + 11 > room)
			return 0;
		moved = move_one(code + at, &insn, from + at, to + used,
				 out + used);
		if (!moved)
			return 0;
		at += insn.size;
		used += moved;
	}
	*taken = at;
	out[used] = 0xe9;
	if (!put_distance(out + used + 1, to + used + 5, from + at))
		return 0;
	return used + 5;
}
