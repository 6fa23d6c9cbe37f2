/* SPDX-License-Identifier: MIT */
#include "tests/support/clock_programs.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "harness/core/clock.h"

#define NS INT64_C(1000000000)

static const char go_source[] =
	"package main\n"
	"import (\"fmt\"; \"time\"; _ \"unsafe\")\n"
	"//go:linkname nanotime runtime.nanotime\n"
	"func nanotime() int64\n"
	"func main() { for {\n"
	"a := nanotime(); t := time.Now().UnixNano(); b := nanotime()\n"
	"fmt.Println(a, t, b, time.Now().UnixNano())\n"
	"time.Sleep(5 * time.Millisecond) } }\n";

static const char java_source[] =
	"import java.time.Instant;\n"
	"public class Tell { public static void main(String[] a)\n"
	"throws Exception { for (;;) {\n"
	"long b = System.nanoTime(); Instant t = Instant.now();\n"
	"long c = System.nanoTime();\n"
	"System.out.println(b + \" \" + (t.getEpochSecond() * 1000000000L\n"
	"+ t.getNano()) + \" \" + c + \" \"\n"
	"+ System.currentTimeMillis() * 1000000L);\n"
	"Thread.sleep(5); } } }\n";

const struct clock_program clock_programs[] = {
	{ .daemon = "tell-c", .needs = "sh" },
	{
		.daemon = "tell-go",
		.needs = "go",
		.file = "/opt/tell/tell.go",
		.source = go_source,
		.build = "cd /opt/tell && PATH=$PATH:/usr/local/go/bin "
			 "GO111MODULE=off go build -o tell-go tell.go",
		.line = "/opt/tell/tell-go",
	},
	{
		.daemon = "tell-java",
		.needs = "java",
		.file = "/opt/tell/Tell.java",
		.source = java_source,
		.line = "java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "
			"/opt/tell/Tell.java",
	},
	{ .daemon = NULL },
};

static int64_t ns_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * NS + time->tv_nsec;
}

int clock_program_tell(void)
{
	for (;;) {
		struct timespec before, now, after;
		struct timeval other;

		clock_gettime(CLOCK_MONOTONIC, &before);
		clock_gettime(CLOCK_REALTIME, &now);
		clock_gettime(CLOCK_MONOTONIC, &after);
		gettimeofday(&other, NULL);
		printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
		       ns_of(&before), ns_of(&now), ns_of(&after),
		       (int64_t)other.tv_sec * NS +
			       (int64_t)other.tv_usec * 1000);
		fflush(stdout);
		usleep(5000);
	}
}

int64_t clock_program_host_ns(void)
{
	int64_t best_ns = INT64_MAX;
	int64_t difference_ns = 0;

	for (int i = 0; i < 20; i++) {
		struct timespec before, now, after;

		clock_gettime(CLOCK_MONOTONIC, &before);
		clock_gettime(CLOCK_REALTIME, &now);
		clock_gettime(CLOCK_MONOTONIC, &after);
		if (ns_of(&after) - ns_of(&before) >= best_ns)
			continue;
		best_ns = ns_of(&after) - ns_of(&before);
		difference_ns = ns_of(&now) - ns_of(&before) - best_ns / 2;
	}
	return difference_ns;
}

static const char *own_path(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path));

	return size < 0 ? "" : arena_strndup(arena, path, (size_t)size);
}

/* The last whole line that it has printed. */
static const char *last_line(struct bed *bed, size_t node,
			     const struct clock_program *program)
{
	return bed_ask(bed, node,
		       arena_printf(&bed->arena,
				    "tail -n 2 /run/%s.log | head -n 1",
				    program->daemon));
}

bool clock_program_start(struct bed *bed, size_t node,
			 const struct clock_program *program)
{
	struct arena *arena = &bed->arena;
	struct node *there = cluster_node(bed->cluster, node);
	struct daemon daemon = { .name = program->daemon };
	const char *line = "";

	if (!*bed_ask(bed, node,
		      arena_printf(arena,
				   "PATH=$PATH:/usr/local/go/bin; "
				   "command -v %s",
				   program->needs)))
		return false;
	if (program->file &&
	    node_write_file(there, program->file, 0644, program->source,
			    strlen(program->source), &bed->err))
		return false;
	if (program->build && node_run_within(there, 120 * NS, NULL, NULL,
					      &bed->err, "%s", program->build))
		return false;
	daemon.line = program->line
			      ? program->line
			      : arena_printf(arena, "%s tell", own_path(arena));
	daemon.log = arena_printf(arena, "/run/%s.log", program->daemon);
	if (node_daemon_start(there, &daemon, &bed->err))
		return false;
	for (int i = 0; i < 300 && !*line; i++) {
		line = last_line(bed, node, program);
		usleep(100000);
	}
	return *line >= '0' && *line <= '9';
}

bool clock_program_offset(struct bed *bed, size_t node,
			  const struct clock_program *program,
			  int64_t *offset_ns, int64_t *slack_ns)
{
	int64_t host_ns = clock_program_host_ns();
	int64_t begin_ns = clock_now_ns();

	*slack_ns = INT64_MAX;
	for (int i = 0; i < 300 && *slack_ns > NS / 10000; i++) {
		int64_t before, now, after, other;

		if (sscanf(last_line(bed, node, program),
			   "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
			   &before, &now, &after, &other) != 4 ||
		    before < begin_ns) {
			usleep(20000);
			continue;
		}
		if ((after - before) / 2 >= *slack_ns)
			continue;
		*slack_ns = (after - before) / 2;
		*offset_ns = now - (before + *slack_ns) - host_ns;
	}
	return *slack_ns < INT64_MAX;
}
