/* SPDX-License-Identifier: MIT */
/* The recorder on disks that are slow, full or not there. */
#include "tests/support/recorder_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

/* Reads all that comes, but begins late. */
struct reader {
	int pipe;
	uint64_t bytes;
};

static void *read_late(void *argument)
{
	struct reader *reader = argument;
	char *bytes = malloc(1 << 16);
	ssize_t count;

	clock_sleep_until(clock_now_ns() + 100 * NS_PER_MS);
	while ((count = read(reader->pipe, bytes, 1 << 16)) > 0)
		reader->bytes += (uint64_t)count;
	free(bytes);
	return NULL;
}

static void writers_wait_for_a_slow_disk_and_lose_nothing(void **state)
{
	struct fixture *f = *state;
	struct recorder_counts counts;
	struct reader reader = { 0 };
	struct recorder *recorder;
	pthread_t thread;
	int ends[2];
	char path[64];
	char *text = calloc(1, 1001);
	struct entry entry = { .type = OP_INVOKE, .f = VERB_READ };
	int result = 0;

	memset(text, 'x', 1000);
	entry.error = value_string(f->values, text);
	free(text);
	assert_int_equal(pipe(ends), 0);
	reader.pipe = ends[0];
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
	recorder = recorder_open(path, 0, &f->err);
	assert_non_null(recorder);
	close(ends[1]);
	pthread_create(&thread, NULL, read_late, &reader);
	/* More than two buffers hold, so that somebody must wait. */
	for (int i = 0; i < 50000; i++)
		result |= recorder_entry(recorder, &f->pen, f->values, &entry,
					 &f->err);
	recorder_counts(recorder, &counts);
	result |= recorder_close(recorder, &f->err);
	pthread_join(thread, NULL);
	close(ends[0]);
	assert_int_equal(result, 0);
	assert_true(counts.bytes > (uint64_t)40 << 20);
	assert_int_equal(reader.bytes, counts.bytes);
}

static void a_full_disk_ends_recording_with_whole_lines(void **state)
{
	struct fixture *f = *state;
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	struct rlimit old;
	struct rlimit limit;
	int result = 0;

	sigaction(SIGXFSZ, &ignore, &before);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){ 10000, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 1000 && result == 0; i++) {
		result = put(f->recorder, &f->pen, f->values, i, OP_INVOKE, i,
			     &f->err);
		recorder_flush(f->recorder, &f->err);
	}
	setrlimit(RLIMIT_FSIZE, &old);
	sigaction(SIGXFSZ, &before, NULL);
	assert_int_equal(result, -1);
	assert_non_null(strstr(f->err.text, "cannot write the history"));
	assert_true(recorder_has_failed(f->recorder, &f->err));
	assert_int_equal(recorder_close(f->recorder, &f->err), -1);
	f->recorder = NULL;
	assert_in_range(file_size(f->path), 9000, 10000);
	history_free(read_back(f));
}

static void a_device_that_is_full_is_told_by_name_of_the_cause(void **state)
{
	struct fixture *f = *state;
	struct recorder *recorder;
	struct error err = { "" };

	recorder = recorder_open("/dev/full", clock_now_ns(), &f->err);
	if (!recorder)
		skip();
	put(recorder, &f->pen, f->values, 0, OP_INVOKE, 1, &f->err);
	assert_int_equal(recorder_flush(recorder, &f->err), -1);
	assert_int_equal(recorder_close(recorder, &err), -1);
	assert_non_null(strstr(err.text, "No space left"));
}

static void a_folder_that_is_not_there_is_named(void **state)
{
	struct fixture *f = *state;

	assert_null(recorder_open("/nowhere/at/all.jsonl", 0, &f->err));
	assert_non_null(strstr(f->err.text, "/nowhere/at/all.jsonl"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writers_wait_for_a_slow_disk_and_lose_nothing),
		TEST(a_full_disk_ends_recording_with_whole_lines),
		TEST(a_device_that_is_full_is_told_by_name_of_the_cause),
		TEST(a_folder_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
