/* SPDX-License-Identifier: MIT */
/* The socket of the web server. */
#ifndef ORDEAL_SERVE_LISTEN_H
#define ORDEAL_SERVE_LISTEN_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for "localhost", 127.0.0.0/8 and ::1. */
bool address_is_loopback(const char *address);

/* Listens there; `*port` 0 becomes the one that was chosen. `url` gets where to
 * point a browser. The socket, or -1 with a sentence. */
int listen_at(const char *address, uint16_t *port, char *url, size_t size,
	      struct error *err);

#endif
