/* SPDX-License-Identifier: MIT */
#include "harness/engine/recorder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/history_write.h"
#include "harness/engine/worker_thread.h"

#define FLUSH_INTERVAL_NS (20 * NS_PER_MS)
#define FLUSH_EARLY ((size_t)1 << 20)  /* wake the flusher */
#define BUFFER_FULL ((size_t)16 << 20) /* wait for it */

/* How the text of an entry of index and time 0 begins, which are not known
 * before the lock is held; and room for what takes its place. */
#define LINE_START "{\"index\":0,\"time\":0,"
#define LINE_START_LENGTH (sizeof(LINE_START) - 1)
#define LINE_START_MAX 64

struct buffer {
	char *text;
	size_t length;
	size_t capacity;
};

struct recorder {
	int file;
	int64_t start_ns;
	uint64_t written; /* whole lines in the file; the flusher's own */
	pthread_t flusher;
	recorder_tap *tap;
	void *tap_state;

	pthread_mutex_t lock;	/* of all that follows */
	pthread_cond_t wake;	/* for the flusher: early, flush, close */
	pthread_cond_t drained; /* by the flusher: room, or an error */
	struct recorder_counts counts;
	struct buffer filling;
	uint64_t taken;	 /* bytes that were swapped out so far */
	uint64_t safe;	 /* bytes in the file */
	bool has_waiter; /* somebody wants the flusher at once */
	bool is_closing;
	bool has_failed;
	struct error failure;
};

void pen_release(struct pen *pen)
{
	free(pen->text);
	*pen = (struct pen){ 0 };
}

/* Writes all of it; 0 or an errno. */
static int write_all(int file, const char *text, size_t length, size_t *done)
{
	*done = 0;
	while (*done < length) {
		ssize_t count = write(file, text + *done, length - *done);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? errno : ENOSPC;
		*done += (size_t)count;
	}
	return 0;
}

/* Writes a buffer; when that fails, leaves whole lines in the file. */
static int buffer_write(struct recorder *recorder, const struct buffer *buffer)
{
	size_t done;
	int error =
		write_all(recorder->file, buffer->text, buffer->length, &done);

	if (error) {
		while (done > 0 && buffer->text[done - 1] != '\n')
			done--;
		/* What cannot be cut (a pipe, a device) keeps its torn line,
		 * which readers accept. */
		(void)!ftruncate(recorder->file,
				 (off_t)(recorder->written + done));
	}
	recorder->written += done;
	return error;
}

static void fail(struct recorder *recorder, int error)
{
	errno = error;
	error_errno(&recorder->failure, "cannot write the history");
	recorder->has_failed = true;
}

/* Under the lock: sleeps until there is reason to write. */
static void flusher_wait(struct recorder *recorder)
{
	int64_t until_ns = clock_now_ns() + FLUSH_INTERVAL_NS;
	struct timespec until = {
		.tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S),
	};

	while (!recorder->is_closing && !recorder->has_waiter) {
		if (pthread_cond_timedwait(&recorder->wake, &recorder->lock,
					   &until) == ETIMEDOUT)
			break;
	}
	recorder->has_waiter = false;
}

static void *flusher_main(void *argument)
{
	struct recorder *recorder = argument;
	struct buffer writing = { 0 };
	bool is_over = false;

	pthread_mutex_lock(&recorder->lock);
	while (!is_over) {
		struct buffer swap;
		int error = 0;

		flusher_wait(recorder);
		is_over = recorder->is_closing;
		swap = writing;
		writing = recorder->filling;
		recorder->filling = swap;
		recorder->filling.length = 0;
		recorder->taken += writing.length;
		pthread_mutex_unlock(&recorder->lock);
		if (writing.length && !recorder->has_failed)
			error = buffer_write(recorder, &writing);
		pthread_mutex_lock(&recorder->lock);
		if (error)
			fail(recorder, error);
		recorder->safe = recorder->taken;
		pthread_cond_broadcast(&recorder->drained);
	}
	pthread_mutex_unlock(&recorder->lock);
	free(writing.text);
	return NULL;
}

static void recorder_free(struct recorder *recorder)
{
	close(recorder->file);
	pthread_cond_destroy(&recorder->wake);
	pthread_cond_destroy(&recorder->drained);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder->filling.text);
	free(recorder);
}

struct recorder *recorder_open(const char *path, int64_t start_ns,
			       struct error *err)
{
	struct recorder *recorder;
	pthread_condattr_t monotonic;
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (file < 0) {
		error_errno(err, "cannot create the history %s", path);
		return NULL;
	}
	recorder = heap_zeroed(1, sizeof(*recorder));
	recorder->file = file;
	recorder->start_ns = start_ns;
	pthread_mutex_init(&recorder->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&recorder->wake, &monotonic);
	pthread_cond_init(&recorder->drained, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (thread_start(&recorder->flusher, flusher_main, recorder, err)) {
		recorder_free(recorder);
		return NULL;
	}
	return recorder;
}

void recorder_set_tap(struct recorder *recorder, recorder_tap *tap, void *state)
{
	recorder->tap = tap;
	recorder->tap_state = state;
}

static char *put_text(char *at, const char *text, size_t length)
{
	memcpy(at, text, length);
	return at + length;
}

static char *put_number(char *at, uint64_t number)
{
	char digits[24];
	size_t first = sizeof(digits);

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return put_text(at, digits + first, sizeof(digits) - first);
}

/* Under the lock: waits while the disk is behind. The flusher never gives up
 * but by an error, which is an end too. */
static int room_await(struct recorder *recorder, struct error *err)
{
	while (recorder->filling.length >= BUFFER_FULL &&
	       !recorder->has_failed) {
		recorder->has_waiter = true;
		pthread_cond_signal(&recorder->wake);
		pthread_cond_wait(&recorder->drained, &recorder->lock);
	}
	if (!recorder->has_failed)
		return 0;
	*err = recorder->failure;
	return -1;
}

/* Under the lock: puts index, time and the rest of the line into the
 * buffer. */
static void line_put(struct recorder *recorder, const struct pen *pen,
		     struct entry *entry)
{
	struct buffer *filling = &recorder->filling;
	size_t before = filling->length;
	char *at;

	entry->index = recorder->counts.entries++;
	entry->time_ns = clock_now_ns() - recorder->start_ns;
	filling->text = array_reserve(filling->text, &filling->capacity,
				      before + LINE_START_MAX + pen->length, 1);
	at = filling->text + before;
	at = put_text(at, "{\"index\":", 9);
	at = put_number(at, entry->index);
	at = put_text(at, ",\"time\":", 8);
	at = put_number(at, (uint64_t)entry->time_ns);
	at = put_text(at, ",", 1);
	at = put_text(at, pen->text + LINE_START_LENGTH,
		      pen->length - LINE_START_LENGTH);
	filling->length = (size_t)(at - filling->text);
	recorder->counts.bytes += filling->length - before;
	if (before < FLUSH_EARLY && filling->length >= FLUSH_EARLY) {
		recorder->has_waiter = true;
		pthread_cond_signal(&recorder->wake);
	}
}

/* Outside of the lock: all of the line but index and time. */
static void line_draw(struct pen *pen, const struct values *values,
		      const char *f, const struct entry *entry)
{
	struct entry timeless = *entry;

	timeless.index = 0;
	timeless.time_ns = 0;
	pen->length = 0;
	entry_write(values, f, &timeless, &pen->text, &pen->length,
		    &pen->capacity);
	assert(pen->length > LINE_START_LENGTH);
	assert(memcmp(pen->text, LINE_START, LINE_START_LENGTH) == 0);
}

static int append(struct recorder *recorder, const struct pen *pen,
		  const struct values *values, struct entry *entry,
		  struct error *err)
{
	int result;

	pthread_mutex_lock(&recorder->lock);
	result = room_await(recorder, err);
	if (result == 0) {
		line_put(recorder, pen, entry);
		if (entry->process >= 0)
			recorder->counts.of_type[entry->type]++;
		if (recorder->tap)
			recorder->tap(recorder->tap_state, entry, values);
	}
	pthread_mutex_unlock(&recorder->lock);
	return result;
}

int recorder_entry(struct recorder *recorder, struct pen *pen,
		   const struct values *values, struct entry *entry,
		   struct error *err)
{
	assert(entry->type >= OP_INVOKE && entry->type <= OP_INFO);
	line_draw(pen, values, verb_name((enum verb)entry->f), entry);
	return append(recorder, pen, values, entry, err);
}

int recorder_nemesis(struct recorder *recorder, struct pen *pen,
		     const struct values *values, const char *f,
		     struct value value, struct value error, uint64_t *index,
		     struct error *err)
{
	struct action action = { .arg = value };
	struct entry entry = {
		.process = PROCESS_NEMESIS,
		.type = OP_INFO,
		.actions = &action,
		.action_count = 1,
		.error = error,
	};

	line_draw(pen, values, f, &entry);
	if (append(recorder, pen, values, &entry, err))
		return -1;
	if (index)
		*index = entry.index;
	return 0;
}

void recorder_counts(struct recorder *recorder, struct recorder_counts *counts)
{
	pthread_mutex_lock(&recorder->lock);
	*counts = recorder->counts;
	pthread_mutex_unlock(&recorder->lock);
}

bool recorder_has_failed(struct recorder *recorder, struct error *err)
{
	bool has_failed;

	pthread_mutex_lock(&recorder->lock);
	has_failed = recorder->has_failed;
	if (has_failed)
		*err = recorder->failure;
	pthread_mutex_unlock(&recorder->lock);
	return has_failed;
}

int recorder_flush(struct recorder *recorder, struct error *err)
{
	uint64_t wanted;
	int result = 0;

	pthread_mutex_lock(&recorder->lock);
	wanted = recorder->counts.bytes;
	while (recorder->safe < wanted && !recorder->has_failed) {
		recorder->has_waiter = true;
		pthread_cond_signal(&recorder->wake);
		pthread_cond_wait(&recorder->drained, &recorder->lock);
	}
	if (recorder->has_failed) {
		*err = recorder->failure;
		result = -1;
	}
	pthread_mutex_unlock(&recorder->lock);
	return result;
}

int recorder_close(struct recorder *recorder, struct error *err)
{
	int result = 0;

	if (!recorder)
		return 0;
	pthread_mutex_lock(&recorder->lock);
	recorder->is_closing = true;
	pthread_cond_signal(&recorder->wake);
	pthread_mutex_unlock(&recorder->lock);
	pthread_join(recorder->flusher, NULL);
	if (recorder->has_failed) {
		*err = recorder->failure;
		result = -1;
	}
	recorder_free(recorder);
	return result;
}
