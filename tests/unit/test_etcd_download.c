/* SPDX-License-Identifier: MIT */
/* An archive is fetched once, whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/target.h"

#include "targets/etcd/etcd.h"
#include "targets/etcd/http.h"
#include "tests/support/http_script.h"

extern const struct target target_etcd;

struct scene {
	struct http_script *script;
	struct arena arena;
	char folder[64];
	const char *path;
	const char *url;
	struct error err;
};

static void begin(struct scene *scene, const struct http_step *steps,
		  size_t count)
{
	*scene = (struct scene){ 0 };
	snprintf(scene->folder, sizeof(scene->folder),
		 P_tmpdir "/ordeal-download-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	scene->path = arena_printf(&scene->arena, "%s/file", scene->folder);
	scene->script = http_script_start(steps, count);
	assert_non_null(scene->script);
	scene->url = arena_printf(&scene->arena, "%s/etcd.tar.gz",
				  http_url(&scene->arena, "127.0.0.1",
					   http_script_port(scene->script)));
}

static void end(struct scene *scene)
{
	http_script_free(scene->script);
	unlink(scene->path);
	/* Fails if something else was left there. */
	assert_int_equal(rmdir(scene->folder), 0);
	arena_release(&scene->arena);
}

static int download(struct scene *scene)
{
	return http_download(scene->url, scene->path,
			     clock_now_ns() + 5 * NS_PER_S, &scene->err);
}

static void a_file_appears_when_it_is_whole(void **state)
{
	static const struct http_step steps[] = { { .body = "an archive" } };
	struct scene scene;
	struct stat status;

	(void)state;
	begin(&scene, steps, 1);
	assert_int_equal(download(&scene), 0);
	assert_int_equal(stat(scene.path, &status), 0);
	assert_int_equal(status.st_size, 10);
	http_script_stop(scene.script);
	end(&scene);
}

static void a_torn_download_leaves_nothing(void **state)
{
	static const struct http_step steps[] = { {
		.body = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nan arc",
		.ending = HTTP_RAW,
	} };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 1);
	assert_int_equal(download(&scene), -1);
	assert_non_null(strstr(scene.err.text, scene.url));
	assert_int_equal(access(scene.path, F_OK), -1);
	http_script_stop(scene.script);
	end(&scene);
}

static void a_page_that_is_not_there_is_no_archive(void **state)
{
	static const struct http_step steps[] = {
		{ .status = 404, .body = "no such release" },
	};
	struct scene scene;

	(void)state;
	begin(&scene, steps, 1);
	assert_int_equal(download(&scene), -1);
	assert_int_equal(access(scene.path, F_OK), -1);
	http_script_stop(scene.script);
	end(&scene);
}

/* The second run finds what the first has fetched. */
static void an_archive_is_fetched_once(void **state)
{
	static const struct http_step steps[] = { { .body = "an archive" } };
	struct scene scene;
	struct options *options;
	const char *archive = NULL;

	(void)state;
	begin(&scene, steps, 1);
	assert_int_equal(setenv("XDG_CACHE_HOME", scene.folder, 1), 0);
	options = options_new(&scene.arena, target_etcd.options);
	assert_int_equal(options_set(options, &scene.arena, "archive",
				     scene.url, &scene.err),
			 0);
	for (int i = 0; i < 2; i++) {
		struct etcd etcd = { .options = options };

		if (etcd_find_archive(&etcd, &scene.arena, &scene.err) < 0)
			fail_msg("%s", scene.err.text);
		assert_non_null(etcd.archive_stamp);
		archive = etcd.archive;
	}
	http_script_stop(scene.script);
	assert_int_equal(http_script_count(scene.script), 1);
	assert_int_equal(unlink(archive), 0);
	assert_int_equal(
		rmdir(arena_printf(&scene.arena, "%s/ordeal", scene.folder)),
		0);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_appears_when_it_is_whole),
		cmocka_unit_test(a_torn_download_leaves_nothing),
		cmocka_unit_test(a_page_that_is_not_there_is_no_archive),
		cmocka_unit_test(an_archive_is_fetched_once),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed != 0;
}
