/* SPDX-License-Identifier: MIT */
/* A recorder of a file that goes away again. */
#ifndef ORDEAL_SUPPORT_RECORDER_FIXTURE_H
#define ORDEAL_SUPPORT_RECORDER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/core/clock.h"
#include "harness/core/reader.h"
#include "harness/engine/recorder.h"

struct fixture {
	char path[64];
	struct recorder *recorder;
	struct values *values;
	struct pen pen;
	struct error err;
};

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int file;

	snprintf(f->path, sizeof(f->path), "/tmp/test_recorder.XXXXXX");
	file = mkstemp(f->path);
	if (file < 0)
		return -1;
	close(file);
	f->values = values_new();
	f->recorder = recorder_open(f->path, clock_now_ns(), &f->err);
	*state = f;
	return f->recorder ? 0 : -1;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	recorder_close(f->recorder, &f->err);
	unlink(f->path);
	pen_release(&f->pen);
	values_free(f->values);
	free(f);
	return 0;
}

static inline int put(struct recorder *recorder, struct pen *pen,
		      struct values *values, int32_t process, enum op_type type,
		      int64_t number, struct error *err)
{
	struct action action = { .verb = VERB_WRITE,
				 .key = value_int(values, 3),
				 .arg = value_int(values, number) };
	struct entry entry = {
		.process = process,
		.type = type,
		.f = VERB_WRITE,
		.actions = &action,
		.action_count = 1,
		.node = value_string(values, "n1"),
	};

	return recorder_entry(recorder, pen, values, &entry, err);
}

static inline void close_recorder(struct fixture *f)
{
	assert_int_equal(recorder_close(f->recorder, &f->err), 0);
	f->recorder = NULL;
}

static inline struct history *read_back(struct fixture *f)
{
	struct history *history = history_read(f->path, NULL, NULL, &f->err);

	if (!history)
		fail_msg("%s", f->err.text);
	return history;
}

static inline off_t file_size(const char *path)
{
	struct stat status;

	return stat(path, &status) ? -1 : status.st_size;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
