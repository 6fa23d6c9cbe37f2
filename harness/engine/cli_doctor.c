/* SPDX-License-Identifier: MIT */
/* ordeal doctor: are these nodes fit? */
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/doctor.h"
#include "harness/control/local.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/engine/cli.h"

static const char usage[] =
	"usage: ordeal doctor\n"
	"       ordeal doctor --local NAME\n"
	"       ordeal doctor --nodes A,B,C [options]\n"
	"\n"
	"Says for each node what is wrong with it, why, and what to do. "
	"Without nodes it\n"
	"looks at this machine as the host of local clusters. Ends with 0 "
	"when tests can\nbe run, 3 when they cannot.\n"
	"\n"
	"  --nodes LIST               names or addresses, with commas\n"
	"  --local NAME               the nodes of a local cluster\n"
	"  --user NAME                who logs in (root)\n"
	"  --port N                   of sshd (22)\n"
	"  --key FILE                 private key\n"
	"  --password-file FILE       its first line is the password\n"
	"  --sudo-password-file FILE  the same, for sudo\n"
	"  --known-hosts FILE         (~/.ssh/known_hosts)\n"
	"  --accept-any-host-key      do not check host keys\n"
	"  --prefix COMMAND           instead of ssh, such as 'docker exec -i "
	"%n'\n"
	"  --step-timeout SECONDS     (30)\n"
	"  --quiet                    only what is wrong\n";

struct request {
	struct arena arena;
	struct node_config common; /* what all nodes share */
	const char *nodes;
	const char *local;
	bool is_quiet;
};

static int complain(int code, const char *text)
{
	fprintf(stderr, "ordeal doctor: %s%s\n", text,
		code == EXIT_USAGE ? " (see ordeal doctor --help)" : "");
	return code;
}

/* First line of a file, or NULL. */
static const char *read_secret(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	char *text = NULL;

	if (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		text = arena_strdup(arena, line);
	}
	if (file)
		fclose(file);
	return text;
}

static int read_seconds(const char *text, int64_t *ns)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || (*end && strcmp(end, "s") != 0) ||
	    !(seconds > 0 && seconds < 86400))
		return -1;
	*ns = (int64_t)(seconds * 1e9);
	return 0;
}

static int read_port(const char *text, int *port)
{
	char *end;
	long number = strtol(text, &end, 10);

	*port = (int)number;
	return end == text || *end || number < 1 || number > 65535 ? -1 : 0;
}

/* One option; 0, or an exit code. */
static int take(struct request *request, int letter)
{
	struct node_config *node = &request->common;
	const char **secret =
		letter == 'w' ? &node->password : &node->sudo_password;

	switch (letter) {
	case 'n':
		request->nodes = optarg;
		return 0;
	case 'l':
		request->local = optarg;
		return 0;
	case 'u':
		node->user = optarg;
		return 0;
	case 'p':
		return read_port(optarg, &node->port) ? EXIT_USAGE : 0;
	case 'k':
		node->key_file = optarg;
		return 0;
	case 'w':
	case 's':
		*secret = read_secret(&request->arena, optarg);
		return *secret ? 0 : EXIT_TROUBLE;
	case 'h':
		node->known_hosts = optarg;
		return 0;
	case 'a':
		node->accept_any_host_key = true;
		return 0;
	case 'x':
		node->prefix = optarg;
		return 0;
	case 't':
		return read_seconds(optarg, &node->step_timeout_ns) ? EXIT_USAGE
								    : 0;
	case 'q':
		request->is_quiet = true;
		return 0;
	}
	return EXIT_USAGE;
}

static int read_options(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "nodes", required_argument, NULL, 'n' },
		{ "local", required_argument, NULL, 'l' },
		{ "user", required_argument, NULL, 'u' },
		{ "port", required_argument, NULL, 'p' },
		{ "key", required_argument, NULL, 'k' },
		{ "password-file", required_argument, NULL, 'w' },
		{ "sudo-password-file", required_argument, NULL, 's' },
		{ "known-hosts", required_argument, NULL, 'h' },
		{ "accept-any-host-key", no_argument, NULL, 'a' },
		{ "prefix", required_argument, NULL, 'x' },
		{ "step-timeout", required_argument, NULL, 't' },
		{ "quiet", no_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	optind = 0;
	opterr = 0;
	while ((letter = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		int code = take(request, letter);

		if (code == EXIT_TROUBLE)
			return complain(code, "the password file cannot be "
					      "read");
		if (code)
			return complain(code, "unknown option, or one without "
					      "a good value");
	}
	if (optind < argc)
		return complain(EXIT_USAGE, "name nodes with --nodes");
	if (request->nodes && request->local)
		return complain(EXIT_USAGE, "either --nodes or --local");
	return 0;
}

/* Returns how many findings are errors. */
static size_t print_findings(const struct findings *findings,
			     const char *subject, bool is_quiet)
{
	static const char *const words[] = {
		[FINDING_ERROR] = "ERROR",
		[FINDING_WARNING] = "warning",
		[FINDING_OK] = "ok",
	};
	size_t errors = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *found = &findings->items[i];

		errors += found->severity == FINDING_ERROR;
		if (is_quiet && found->severity == FINDING_OK)
			continue;
		printf("%-12s %-8s %s: %s\n", subject, words[found->severity],
		       found->check, found->cause);
		if (found->remedy)
			printf("%-12s %-8s   -> %s\n", "", "", found->remedy);
	}
	return errors;
}

/* One thread a node: a dead one costs its whole time-out. */
struct visit {
	const struct node_config *config;
	struct arena arena;
	struct findings findings;
	pthread_t thread;
	bool is_started;
};

static void *see_one(void *argument)
{
	struct visit *visit = argument;

	doctor_node(visit->config, &visit->findings);
	return NULL;
}

static int see_all(struct request *request, const struct node_config *nodes,
		   size_t count)
{
	struct visit *visits =
		arena_array(&request->arena, count, sizeof(*visits));
	size_t errors = 0;

	for (size_t i = 0; i < count; i++) {
		struct visit *visit = &visits[i];

		visit->config = &nodes[i];
		visit->findings.arena = &visit->arena;
		visit->is_started = pthread_create(&visit->thread, NULL,
						   see_one, visit) == 0;
		if (!visit->is_started)
			see_one(visit);
	}
	for (size_t i = 0; i < count; i++) {
		if (visits[i].is_started)
			pthread_join(visits[i].thread, NULL);
		errors += print_findings(&visits[i].findings, nodes[i].name,
					 request->is_quiet);
		arena_release(&visits[i].arena);
	}
	if (errors == 0)
		printf("%zu nodes are fit\n", count);
	else
		printf("%zu errors\n", errors);
	return errors ? EXIT_TROUBLE : EXIT_VALID;
}

static const char *node_prefix(struct arena *arena, const char *prefix,
			       const char *name)
{
	const char *mark = prefix ? strstr(prefix, "%n") : NULL;

	if (!mark)
		return prefix;
	return arena_printf(arena, "%.*s%s%s", (int)(mark - prefix), prefix,
			    name, mark + 2);
}

static int see_named(struct request *request)
{
	struct arena *arena = &request->arena;
	struct node_config *nodes = NULL;
	size_t count = 0, capacity = 0;
	const char *at = request->nodes;
	int code;

	while (*at) {
		size_t size = strcspn(at, ",");

		if (size > 0) {
			nodes = array_reserve(nodes, &capacity, count + 1,
					      sizeof(*nodes));
			nodes[count] = request->common;
			nodes[count].name = arena_strndup(arena, at, size);
			nodes[count].prefix =
				node_prefix(arena, request->common.prefix,
					    nodes[count].name);
			count++;
		}
		at += size + (at[size] == ',');
	}
	if (count == 0)
		code = complain(EXIT_USAGE, "--nodes names no node");
	else
		code = see_all(request, nodes, count);
	free(nodes);
	return code;
}

static int see_local(struct request *request)
{
	struct node_config *nodes;
	struct error err;
	size_t count;

	if (local_nodes(request->local, &request->arena, &nodes, &count, &err))
		return complain(EXIT_TROUBLE, err.text);
	if (count == 0)
		return complain(EXIT_TROUBLE, "there is no local cluster of "
					      "that name; see ordeal cluster "
					      "status");
	return see_all(request, nodes, count);
}

static int see_machine(struct request *request)
{
	struct findings findings = { .arena = &request->arena };

	doctor_machine(&findings);
	return print_findings(&findings, "this machine", request->is_quiet)
		       ? EXIT_TROUBLE
		       : EXIT_VALID;
}

int cli_doctor(int argc, char **argv)
{
	struct request request = { .nodes = NULL };
	int code;

	if (argc > 1 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return EXIT_VALID;
	}
	code = read_options(argc, argv, &request);
	if (code == 0 && request.nodes)
		code = see_named(&request);
	else if (code == 0 && request.local)
		code = see_local(&request);
	else if (code == 0)
		code = see_machine(&request);
	arena_release(&request.arena);
	return code;
}
