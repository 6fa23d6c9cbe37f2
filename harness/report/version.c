/* SPDX-License-Identifier: MIT */
#include "harness/report/version.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#ifndef ORDEAL_VERSION
#define ORDEAL_VERSION "unknown"
#endif

/*
 * Each library's header belongs to one file of this program, so the
 * functions are looked up by name; all of them return text, and the argument
 * of those that take none is ignored.
 */
static const struct {
	const char *library;
	const char *function;
} libraries[] = {
	{ "jansson", "jansson_version_str" },
	{ "libcurl", "curl_version" },
	{ "libmicrohttpd", "MHD_get_version" },
	{ "libssh2", "libssh2_version" },
	{ "zlib", "zlibVersion" },
	{ "zstd", "ZSTD_versionString" },
};

const char *version_ordeal(void)
{
	return ORDEAL_VERSION;
}

static const char *ask(const char *name)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);
	const char *(*function)(int) = NULL;

	if (!symbol)
		return NULL;
	memcpy(&function, &symbol, sizeof(function));
	return function(0);
}

void version_add_libraries(struct figure *group, struct arena *arena)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
		const char *text = ask(libraries[i].function);

		if (text)
			figure_add_text(group, arena, libraries[i].library,
					text);
	}
}

void version_print(FILE *out)
{
	struct arena arena = { 0 };
	struct figure group = figure_group_root();

	fprintf(out, "ordeal %s\n", version_ordeal());
	version_add_libraries(&group, &arena);
	for (const struct figure *f = group.first; f; f = f->next)
		fprintf(out, "  %-14s %s\n", f->name, f->text);
	arena_release(&arena);
}
