/* SPDX-License-Identifier: MIT */
/* What went wrong, in one sentence a user can act on. */
#ifndef ORDEAL_CORE_ERROR_H
#define ORDEAL_CORE_ERROR_H

#include <stdarg.h>

/*
 * Functions that can fail return 0, or -1 with the sentence in `err` (or NULL
 * for those that return a pointer). On success `err` is untouched, so calls
 * can be chained with `||`. Each layer puts its context in front, so that the
 * whole reads "node n3: start etcd: exit status 1: address in use". A caller
 * always passes one. Text that does not fit is cut at the end.
 */
struct error {
	char text[1024];
};

/* Sets the text. Returns -1, so that one can write `return error_set(...)`. */
int error_set(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts "CONTEXT: " in front of the text that is there. Returns -1. */
int error_wrap(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets the text to "WHAT: strerror(errno)". Returns -1. */
int error_errno(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
