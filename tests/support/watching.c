/* SPDX-License-Identifier: MIT */
#include "tests/support/watching.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/error.h"
#include "harness/core/history_write.h"

extern const struct checker checker_linearizable;

void watching_init(struct watching *watching, const char *model,
		   const char *permits)
{
	struct error err;

	*watching = (struct watching){ 0 };
	watching->options = options_new(&watching->arena,
					checker_linearizable.options);
	if (options_set(watching->options, &watching->arena, "model", model,
			&err) ||
	    options_set(watching->options, &watching->arena, "permits",
			permits, &err))
		fail_msg("%s", err.text);
}

void watching_release(struct watching *watching)
{
	arena_release(&watching->arena);
}

bool watching_convicts(const struct watching *watching,
		       const struct history *history)
{
	const struct stream_checker *stream = checker_linearizable.stream;
	void *watcher = stream->open(watching->options);
	bool convicted = false;
	struct error err;

	for (uint32_t i = 0; i < history->entry_count && !convicted; i++) {
		struct entry entry = history_entry(history, i);

		convicted = stream->feed(watcher, &entry, history->values,
					 &err);
	}
	stream->close(watcher);
	return convicted;
}
