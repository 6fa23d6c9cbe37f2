/* SPDX-License-Identifier: MIT */
/* Between sha256.c and what processors bring; for these and tests alone. */
#ifndef ORDEAL_REPORT_SHA256_PRIVATE_H
#define ORDEAL_REPORT_SHA256_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True where sha256_compress_instructions works. */
bool sha256_has_instructions(void);

/* Takes one block of 64 bytes into the state. */
void sha256_compress_instructions(uint32_t state[8],
				  const uint32_t constants[64],
				  const uint8_t *block);

#endif
