/* SPDX-License-Identifier: MIT */
#include "tests/support/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int config_set_up(void **state)
{
	*state = heap_zeroed(1, sizeof(struct config_fixture));
	return 0;
}

int config_tear_down(void **state)
{
	struct config_fixture *fixture = *state;

	arena_release(&fixture->arena);
	free(fixture);
	return 0;
}

int config_try(struct config_fixture *f, const char *name, ...)
{
	struct settings settings = f->settings;
	va_list args;

	va_start(args, name);
	while (name) {
		const char *text = va_arg(args, const char *);

		settings_add(&settings, &f->arena, name, text,
			     arena_printf(&f->arena, "--%s", name));
		name = va_arg(args, const char *);
	}
	va_end(args);
	return config_make(&f->config, &settings, &f->arena, &f->err);
}

void config_expect(const struct config_fixture *f, const char *words)
{
	if (!strstr(f->err.text, words))
		fail_msg("'%s' does not say '%s'", f->err.text, words);
}

const char *config_file(struct config_fixture *f, const char *text)
{
	char *path = arena_strdup(&f->arena, "/tmp/ordeal-config-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	return path;
}
