/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nemesis/agent/disk_corrupt.h"
#include "nemesis/agent/disk_probe.h"
#include "nemesis/agent/disk_serve.h"

#define EXIT_WRONG_USE 64

/* A number of the command line; false if it is none. */
static bool read_number(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && errno == 0;
}

static int run_corrupt(char **argv)
{
	struct corruption corruption = {
		.kind = argv[1],
		.folder = argv[2],
		.pattern = argv[3],
	};

	if (!read_number(argv[4], &corruption.count) ||
	    !read_number(argv[5], &corruption.bytes) ||
	    !read_number(argv[6], &corruption.seed))
		return EXIT_WRONG_USE;
	return corrupt_run(&corruption);
}

int disk_run(int argc, char **argv)
{
	const char *verb = argc > 0 ? argv[0] : "";
	uint64_t number;

	if (strcmp(verb, "serve") == 0 && argc == 2)
		return disk_serve(argv[1]);
	if (strcmp(verb, "end") == 0 && argc == 2 &&
	    read_number(argv[1], &number))
		return disk_end((int64_t)number);
	if (strcmp(verb, "probe") == 0 && argc == 2)
		return probe_rules(argv[1]);
	if (strcmp(verb, "lose") == 0 && argc == 4 &&
	    read_number(argv[3], &number))
		return probe_loss(argv[1], argv[2], number);
	if (strcmp(verb, "snapshot") == 0 && argc == 3)
		return snapshot_take(argv[1], argv[2]);
	if (strcmp(verb, "corrupt") == 0 && argc == 7)
		return run_corrupt(argv);
	if (strcmp(verb, "mend") == 0 && argc == 1)
		return corrupt_mend();
	fputs("error there is no such use of disk\n", stderr);
	return EXIT_WRONG_USE;
}
