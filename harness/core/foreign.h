/* SPDX-License-Identifier: MIT */
/* Readers of formats that are read as a whole; see reader.h for what they
 * are, struct read_format for what the functions promise. */
#ifndef ORDEAL_CORE_FOREIGN_H
#define ORDEAL_CORE_FOREIGN_H

#include "harness/core/reader_format.h"

/* A JSON array of objects like our lines. */
int foreign_read_json(struct history *history, const struct read_text *text,
		      struct error *err);

/* dbcop's JSON. */
int foreign_read_dbcop_json(struct history *history,
			    const struct read_text *text, struct error *err);

/* The text formats of AWDIT, Plume and dbcop. */
int foreign_read_awdit(struct history *history, const struct read_text *text,
		       struct error *err);
int foreign_read_plume(struct history *history, const struct read_text *text,
		       struct error *err);
int foreign_read_dbcop(struct history *history, const struct read_text *text,
		       struct error *err);

#endif
