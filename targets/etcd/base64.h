/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648, section 4): how JSON carries keys and values. */
#ifndef ORDEAL_ETCD_BASE64_H
#define ORDEAL_ETCD_BASE64_H

#include "harness/core/arena.h"

#include <stddef.h>

/* NUL-terminated, in `arena`. */
const char *base64_encode(struct arena *arena, const char *bytes, size_t size);

/* NUL-terminated for convenience, its length in *size; NULL when `text` is
 * not base64 (padding is required). In `arena`. */
const char *base64_decode(struct arena *arena, const char *text, size_t length,
			  size_t *size);

#endif
