/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4). */
#ifndef ORDEAL_REPORT_SHA256_H
#define ORDEAL_REPORT_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/* A message as it grows. One thread's. */
struct sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	uint8_t block[64];
	bool uses_instructions; /* of the processor */
};

/* Portable: without such instructions, where there are some; for tests. */
void sha256_init(struct sha256 *sha, bool is_portable);
/* The beginning of another message, with the same means: quick. */
void sha256_restart(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t count);
/* Writes the digest; `sha` is used up. */
void sha256_finish(struct sha256 *sha, uint8_t digest[SHA256_SIZE]);

/* 64 digits and a NUL. */
void sha256_hex(const uint8_t digest[SHA256_SIZE], char text[65]);

#endif
