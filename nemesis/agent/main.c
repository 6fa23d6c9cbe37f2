/* SPDX-License-Identifier: MIT */
/* ordeal-agent: the program that runs on a node, and needs nothing there. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nemesis/agent/ask.h"
#include "nemesis/agent/clock.h"
#include "nemesis/agent/disk.h"
#include "nemesis/agent/failpoint.h"
#include "nemesis/agent/packets.h"
#include "nemesis/agent/reach.h"
#include "nemesis/agent/serve.h"
#include "nemesis/agent/starve.h"

#define EXIT_WRONG_USE 64

static int usage(void)
{
	fputs("usage: ordeal-agent run [--folder F] [--lease MS]\n"
	      "       ordeal-agent ask [--folder F] [--wait MS] REQUEST ...\n"
	      "       ordeal-agent packets [OPTION VALUE ...]\n"
	      "       ordeal-agent clock VERB [OPTION VALUE ...]\n"
	      "       ordeal-agent disk serve|end|probe|lose|snapshot|corrupt|"
	      "mend ...\n"
	      "       ordeal-agent starve begin|look|undo|list ...\n"
	      "       ordeal-agent failpoint names|set|look|undo|list ...\n"
	      "       ordeal-agent reach MS ADDRESS PORT LABEL ...\n"
	      "       ordeal-agent version\n",
	      stderr);
	return EXIT_WRONG_USE;
}

/* FNV-1a of the program's own bytes: the controller compares it with what it
 * would upload. */
static int print_version(void)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	FILE *file = fopen("/proc/self/exe", "rbe");
	int byte;

	if (!file)
		return 1;
	while ((byte = getc(file)) != EOF)
		hash = (hash ^ (unsigned int)byte) * UINT64_C(1099511628211);
	fclose(file);
	printf("%016llx\n", (unsigned long long)hash);
	return 0;
}

static int64_t number(const char *text, int64_t min, int64_t max)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	return *end || end == text || value < min || value > max ? -1 : value;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	const char *folder = AGENT_FOLDER;
	int64_t lease_ms = 15000;
	int64_t wait_ms = 0;
	int at = 2;

	if (strcmp(verb, "packets") == 0)
		return packets_run(argc - 2, argv + 2);
	if (strcmp(verb, "reach") == 0)
		return reach_run(argc - 2, argv + 2);
	if (strcmp(verb, "disk") == 0)
		return disk_run(argc - 2, argv + 2);
	if (strcmp(verb, "clock") == 0)
		return clock_run(argc - 2, argv + 2);
	if (strcmp(verb, "starve") == 0)
		return starve_run(argc - 2, argv + 2);
	if (strcmp(verb, "failpoint") == 0)
		return failpoint_run(argc - 2, argv + 2);
	for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
		if (strcmp(argv[at], "--folder") == 0)
			folder = argv[at + 1];
		else if (strcmp(argv[at], "--lease") == 0)
			lease_ms = number(argv[at + 1], LEASE_MIN_MS,
					  LEASE_MAX_MS);
		else if (strcmp(argv[at], "--wait") == 0)
			wait_ms = number(argv[at + 1], 0, LEASE_MAX_MS);
		else
			return usage();
	}
	if (lease_ms < 0 || wait_ms < 0 || strlen(folder) > 80)
		return usage();
	if (strcmp(verb, "run") == 0 && at == argc)
		return serve_run(folder, lease_ms);
	if (strcmp(verb, "ask") == 0 && at < argc)
		return ask_run(folder, wait_ms, argv + at);
	if (strcmp(verb, "version") == 0)
		return print_version();
	return usage();
}
