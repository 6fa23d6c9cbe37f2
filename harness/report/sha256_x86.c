/* SPDX-License-Identifier: MIT */
/* The compression of SHA-256 by the processor's own instructions. */
#include "harness/report/sha256_private.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

bool sha256_has_instructions(void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) ||
	    !(c & bit_SSSE3))
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

#define SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

SHA_TARGET static __m128i load_words(const uint8_t *bytes)
{
	const __m128i order =
		_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

	return _mm_shuffle_epi8(_mm_loadu_si128((const void *)bytes), order);
}

/* The next four words of the schedule, from the last sixteen. */
SHA_TARGET static __m128i next_words(const __m128i w[4])
{
	__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[0], w[1]),
				    _mm_alignr_epi8(w[3], w[2], 4));

	return _mm_sha256msg2_epu32(sum, w[3]);
}

/*
 * The instructions want the state as (a b e f) and (c d g h), highest first,
 * and do two rounds at a time (Gulley et al., "Intel SHA extensions", 2013).
 */
SHA_TARGET void sha256_compress_instructions(uint32_t state[8],
					     const uint32_t constants[64],
					     const uint8_t *block)
{
	__m128i low = _mm_loadu_si128((const void *)state);
	__m128i high = _mm_loadu_si128((const void *)(state + 4));
	__m128i badc = _mm_shuffle_epi32(low, 0xb1);
	__m128i efgh = _mm_shuffle_epi32(high, 0x1b);
	__m128i abef = _mm_alignr_epi8(badc, efgh, 8);
	__m128i cdgh = _mm_blend_epi16(efgh, badc, 0xf0);
	const __m128i abef_before = abef;
	const __m128i cdgh_before = cdgh;
	__m128i w[4];

	for (size_t i = 0; i < 4; i++)
		w[i] = load_words(block + 16 * i);
	for (size_t i = 0; i < 16; i++) {
		__m128i k = _mm_loadu_si128((const void *)(constants + 4 * i));
		__m128i rounds = _mm_add_epi32(w[0], k);
		__m128i next = next_words(w);

		cdgh = _mm_sha256rnds2_epu32(cdgh, abef, rounds);
		rounds = _mm_shuffle_epi32(rounds, 0x0e);
		abef = _mm_sha256rnds2_epu32(abef, cdgh, rounds);
		w[0] = w[1];
		w[1] = w[2];
		w[2] = w[3];
		w[3] = next;
	}
	abef = _mm_add_epi32(abef, abef_before);
	cdgh = _mm_add_epi32(cdgh, cdgh_before);
	badc = _mm_shuffle_epi32(abef, 0x1b); /* f e b a */
	efgh = _mm_shuffle_epi32(cdgh, 0xb1); /* d c h g */
	low = _mm_blend_epi16(badc, efgh, 0xf0);
	high = _mm_alignr_epi8(efgh, badc, 8);
	_mm_storeu_si128((void *)state, low);
	_mm_storeu_si128((void *)(state + 4), high);
}
#else
bool sha256_has_instructions(void)
{
	return false;
}

void sha256_compress_instructions(uint32_t state[8],
				  const uint32_t constants[64],
				  const uint8_t *block)
{
	(void)state;
	(void)constants;
	(void)block;
}
#endif
