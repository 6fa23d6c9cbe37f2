/* SPDX-License-Identifier: MIT */
/* ordeal cluster: nodes on this machine. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/local.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/engine/cli.h"

#define DEFAULT_NAME "default"
#define DEFAULT_NODES 5

static const char usage[] =
	"usage: ordeal cluster up [--nodes N] [--name NAME]\n"
	"       ordeal cluster down [--name NAME | --all]\n"
	"       ordeal cluster status\n"
	"       ordeal cluster exec [--name NAME] NODE -- COMMAND...\n"
	"       ordeal cluster ssh [--name NAME] NODE [COMMAND]\n"
	"\n"
	"Nodes on this machine that look like real ones: each has an address, "
	"an sshd,\n"
	"processes and files of its own. Needs root.\n"
	"\n"
	"  --nodes N    how many nodes, n1.. (5)\n"
	"  --name NAME  which cluster (default)\n"
	"  --all        every cluster on this machine\n"
	"\n"
	"up leaves a cluster alone that is there already and alive. exec and "
	"ssh end with\nthe exit code of the command.\n";

struct request {
	const char *name;
	size_t nodes;
	bool is_all;
	int rest; /* index of the first argument that is not an option */
};

static int complain(const char *text)
{
	fprintf(stderr, "ordeal cluster: %s\n", text);
	return EXIT_TROUBLE;
}

static int misused(const char *text)
{
	fprintf(stderr, "ordeal cluster: %s (see ordeal cluster --help)\n",
		text);
	return EXIT_USAGE;
}

/* 0, or -1 when usage has to be said. */
static int read_options(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "nodes", required_argument, NULL, 'n' },
		{ "name", required_argument, NULL, 'c' },
		{ "all", no_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	char *end;
	int letter;

	*request = (struct request){ .name = DEFAULT_NAME,
				     .nodes = DEFAULT_NODES };
	optind = 0; /* start afresh: another command may have been parsed */
	opterr = 0;
	while ((letter = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (letter) {
		case 'n':
			request->nodes = strtoul(optarg, &end, 10);
			if (end == optarg || *end || request->nodes == 0)
				return -1;
			break;
		case 'c':
			request->name = optarg;
			break;
		case 'a':
			request->is_all = true;
			break;
		default:
			return -1;
		}
	}
	request->rest = optind;
	return 0;
}

static int print_status(const char *only)
{
	struct arena arena = { 0 };
	struct local_status *clusters;
	struct error err;
	size_t count;
	int code = EXIT_VALID;

	if (local_list(&arena, &clusters, &count, &err)) {
		code = complain(err.text);
		count = 0;
	} else if (count == 0) {
		puts("no local cluster is up");
	}
	for (size_t i = 0; i < count; i++) {
		const struct local_status *cluster = &clusters[i];

		if (only && strcmp(only, cluster->name) != 0)
			continue;
		printf("cluster %s: %zu nodes behind %s%s\n", cluster->name,
		       cluster->count, cluster->bridge,
		       cluster->count ? "" : " (half made; take it down)");
		for (size_t j = 0; j < cluster->count; j++)
			printf("  %-6s %-15s %s\n", cluster->nodes[j].name,
			       cluster->nodes[j].address,
			       cluster->nodes[j].is_alive ? "up" : "dead");
	}
	arena_release(&arena);
	return code;
}

static int do_up(const struct request *request)
{
	struct error err;
	int claim = local_claim(request->name, &err);
	int result = claim < 0 ? -1 :
		     local_up(request->name, request->nodes, &err);

	if (claim >= 0)
		close(claim);
	return result ? complain(err.text) : print_status(request->name);
}

static int take_down(const char *name)
{
	struct error err;
	int claim = local_claim(name, &err);
	int result = claim < 0 ? -1 : local_down(name, &err);

	if (claim >= 0)
		close(claim);
	return result ? complain(err.text) : EXIT_VALID;
}

static int do_down(const struct request *request)
{
	struct arena arena = { 0 };
	struct local_status *clusters;
	struct error err;
	size_t count = 0;
	int code = EXIT_VALID;

	if (!request->is_all)
		return take_down(request->name);
	if (local_list(&arena, &clusters, &count, &err))
		code = complain(err.text);
	for (size_t i = 0; i < count; i++) {
		int one = take_down(clusters[i].name);

		code = one ? one : code;
	}
	arena_release(&arena);
	return code;
}

static const struct node_config *find_node(const struct request *request,
					   const char *name,
					   struct arena *arena,
					   struct error *err)
{
	struct node_config *nodes;
	size_t count;

	if (local_nodes(request->name, arena, &nodes, &count, err))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (strcmp(nodes[i].name, name) == 0)
			return &nodes[i];
	if (count == 0)
		error_set(err,
			  "local cluster %s is not up; run: sudo ordeal "
			  "cluster up",
			  request->name);
	else
		error_set(err,
			  "local cluster %s has no node %s: it has n1 to "
			  "n%zu",
			  request->name, name, count);
	return NULL;
}

static const char *joined(struct arena *arena, char **words, bool is_quoted)
{
	const char *line = "";

	for (; *words; words++)
		line = arena_printf(arena, "%s%s%s", line, *line ? " " : "",
				    is_quoted ? shell_quote(arena, *words)
					      : *words);
	return line;
}

/* Becomes ssh(1), so that terminals, signals and exit codes are as usual. */
static int become_ssh(const struct node_config *node, struct arena *arena,
		      const char *line)
{
	const char *words[] = {
		"ssh",
		"-F",
		"none",
		"-i",
		node->key_file,
		"-o",
		arena_printf(arena, "UserKnownHostsFile=%s", node->known_hosts),
		"-o",
		"GlobalKnownHostsFile=none",
		"-o",
		"StrictHostKeyChecking=yes",
		"-o",
		"IdentitiesOnly=yes",
		"-o",
		"BatchMode=yes",
		"-o",
		"LogLevel=ERROR",
		/* A node behind a dead link is given up after 10 s. */
		"-o",
		"ConnectTimeout=10",
		"-o",
		"ServerAliveInterval=5",
		"-o",
		"ServerAliveCountMax=2",
		"--",
		arena_printf(arena, "%s@%s", node->user, node->host),
		*line ? line : NULL,
		NULL,
	};
	char *copies[sizeof(words) / sizeof(words[0])] = { NULL };

	for (size_t i = 0; words[i]; i++)
		copies[i] = arena_strdup(arena, words[i]);
	execvp(copies[0], copies);
	return complain("cannot start ssh; install openssh-client");
}

static int do_ssh(const struct request *request, int argc, char **argv,
		  bool is_exec)
{
	struct arena arena = { 0 };
	const struct node_config *node;
	struct error err;
	int next = request->rest + 1, code;

	if (request->rest >= argc)
		return misused("which node?");
	if (geteuid() != 0)
		return complain("only root may use the keys of local nodes");
	if (next < argc && strcmp(argv[next], "--") == 0)
		next++;
	if (is_exec && next >= argc)
		return misused("which command?");
	node = find_node(request, argv[request->rest], &arena, &err);
	if (node)
		code = become_ssh(node, &arena,
				  joined(&arena, argv + next, is_exec));
	else
		code = complain(err.text);
	arena_release(&arena);
	return code;
}

int cli_cluster(int argc, char **argv)
{
	struct request request;
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0 ||
	    (argc > 2 && strcmp(argv[2], "--help") == 0)) {
		fputs(usage, stdout);
		return EXIT_VALID;
	}
	if (argc < 2) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (read_options(argc - 1, argv + 1, &request))
		return misused("unknown option, or one without a good value");
	if (strcmp(verb, "exec") == 0 || strcmp(verb, "ssh") == 0)
		return do_ssh(&request, argc - 1, argv + 1,
			      strcmp(verb, "exec") == 0);
	if (request.rest < argc - 1)
		return misused("too many arguments");
	if (strcmp(verb, "up") == 0)
		return do_up(&request);
	if (strcmp(verb, "down") == 0)
		return do_down(&request);
	if (strcmp(verb, "status") == 0)
		return print_status(NULL);
	return misused("it knows up, down, status, exec and ssh");
}
