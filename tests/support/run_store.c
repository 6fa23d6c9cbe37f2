/* SPDX-License-Identifier: MIT */
#include "tests/support/run_store.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/report/json.h"
#include "harness/report/store.h"

int run_store_set_up(void **state)
{
	struct run_store *store = heap_zeroed(1, sizeof(*store));

	snprintf(store->root, sizeof(store->root), "/tmp/ordeal-test-XXXXXX");
	*state = store;
	return mkdtemp(store->root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind,
		      struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

int run_store_remove(const char *root)
{
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int run_store_tear_down(void **state)
{
	struct run_store *store = *state;
	int result = run_store_remove(store->root);

	arena_release(&store->arena);
	free(store);
	return result;
}

const char *run_store_path(struct run_store *store, const char *path)
{
	return arena_printf(&store->arena, "%s/%s", store->root, path);
}

void run_store_put(struct run_store *store, const char *path, const char *text)
{
	const char *whole = run_store_path(store, path);
	char *folder = arena_strdup(&store->arena, whole);
	struct error err;

	*strrchr(folder, '/') = '\0';
	if (make_folders(folder, &err) != 0 ||
	    file_write_whole(whole, text, strlen(text), &err) != 0)
		fail_msg("%s", err.text);
}

void run_store_add(struct run_store *store, const char *path,
		   const char *target, const char *workload, const char *fault,
		   const char *valid, const char *anomaly)
{
	struct arena *arena = &store->arena;
	const char *found =
		anomaly ? arena_printf(arena,
				       "{\"name\":\"%s\",\"text\":\"it is "
				       "so\",\"story\":\"and so\"}",
				       anomaly)
			: "";

	run_store_put(store, arena_printf(arena, "%s/config.json", path),
		      arena_printf(arena,
				   "{\"target\":{\"name\":\"%s\"},\"workload\":"
				   "{\"name\":\"%s\"},\"faults\":[%s%s%s],"
				   "\"seed\":\"7\",\"time-limit\":\"10s\"}",
				   target, workload,
				   fault ? "{\"name\":\"" : "",
				   fault ? fault : "", fault ? "\"}" : ""));
	run_store_put(
		store, arena_printf(arena, "%s/results.json", path),
		arena_printf(arena,
			     "{\"valid\":%s,\"reason\":\"because %s\","
			     "\"checkers\":{\"judge\":{\"valid\":%s,"
			     "\"anomalies\":[%s]},\"stats\":{\"count\":1000,"
			     "\"ok\":990,\"rate\":100.5,\"seconds\":9.95,"
			     "\"availability\":0.99}}}",
			     valid, path, valid, found));
	run_store_put(store, arena_printf(arena, "%s/history.jsonl", path),
		      "{\"index\":0,\"time\":1,\"process\":0,\"type\":"
		      "\"invoke\",\"f\":\"read\"}\n");
}
