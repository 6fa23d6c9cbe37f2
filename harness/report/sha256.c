/* SPDX-License-Identifier: MIT */
#include "harness/report/sha256.h"

#include <string.h>

#include "harness/report/sha256_private.h"

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

static uint32_t load(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

static void schedule(uint32_t w[64], const uint8_t *block)
{
	for (size_t i = 0; i < 16; i++)
		w[i] = load(block + 4 * i);
	for (size_t i = 16; i < 64; i++) {
		uint32_t a = w[i - 15];
		uint32_t b = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] +
		       (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
		       (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

static void compress_portably(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[64];
	uint32_t s[8];

	schedule(w, block);
	memcpy(s, state, sizeof(s));
	for (size_t i = 0; i < 64; i++) {
		uint32_t e = s[4];
		uint32_t a = s[0];
		uint32_t one = s[7] +
			       (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			       ((e & s[5]) ^ (~e & s[6])) + constants[i] + w[i];
		uint32_t two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			       ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += one;
		s[0] = one + two;
	}
	for (size_t i = 0; i < 8; i++)
		state[i] += s[i];
}

static void compress(struct sha256 *sha, const uint8_t *block)
{
	if (sha->uses_instructions)
		sha256_compress_instructions(sha->state, constants, block);
	else
		compress_portably(sha->state, block);
}

void sha256_restart(struct sha256 *sha)
{
	static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
					   0xa54ff53a, 0x510e527f, 0x9b05688c,
					   0x1f83d9ab, 0x5be0cd19 };

	memcpy(sha->state, start, sizeof(start));
	sha->length = 0;
}

void sha256_init(struct sha256 *sha, bool is_portable)
{
	sha256_restart(sha);
	sha->uses_instructions = !is_portable && sha256_has_instructions();
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t count)
{
	const uint8_t *from = bytes;
	size_t used = (size_t)(sha->length % 64);

	sha->length += count;
	if (used > 0) {
		size_t part = 64 - used < count ? 64 - used : count;

		memcpy(sha->block + used, from, part);
		from += part;
		count -= part;
		if (used + part < 64)
			return;
		compress(sha, sha->block);
	}
	for (; count >= 64; count -= 64) {
		compress(sha, from);
		from += 64;
	}
	if (count > 0)
		memcpy(sha->block, from, count);
}

void sha256_finish(struct sha256 *sha, uint8_t digest[SHA256_SIZE])
{
	uint64_t bits = sha->length * 8;
	size_t used = (size_t)(sha->length % 64);

	sha->block[used++] = 0x80;
	if (used > 56) {
		memset(sha->block + used, 0, 64 - used);
		compress(sha, sha->block);
		used = 0;
	}
	memset(sha->block + used, 0, 56 - used);
	for (size_t i = 0; i < 8; i++)
		sha->block[56 + i] = (uint8_t)(bits >> (56 - 8 * i));
	compress(sha, sha->block);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_hex(const uint8_t digest[SHA256_SIZE], char text[65])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[64] = '\0';
}
