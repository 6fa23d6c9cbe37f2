/* SPDX-License-Identifier: MIT */
/* Reads Jepsen's histories in EDN. */
#ifndef ORDEAL_CORE_EDN_H
#define ORDEAL_CORE_EDN_H

#include "harness/core/reader_format.h"

/*
 * A map an operation, one after the other or in one vector or list. Of EDN
 * (https://github.com/edn-format/edn) and what Clojure prints beyond it:
 * keywords, symbols, characters and ratios become strings, sets sorted lists;
 * a tag is dropped and what it tags stays (records, #inst, #uuid); integers
 * beyond 64 bits and decimals are numbers kept as text. Keys of the map
 * beyond those of our own lines are skipped.
 *
 * A client's value is taken for an independent tuple [key value] when all of
 * them look so and at least one cannot be anything else: a read invoked as
 * [k nil], a cas of [k [a b]], a transaction of [k [...]].
 */
int edn_read(struct history *history, const struct read_text *text,
	     struct error *err);

/*
 * Lines "INFO  jepsen.util - PROCESS :TYPE :F VALUE" of a log; what is no such
 * line is skipped. In the place of the value there may be a keyword, which is
 * the error (":timed-out").
 */
int edn_read_log(struct history *history, const struct read_text *text,
		 struct error *err);

#endif
