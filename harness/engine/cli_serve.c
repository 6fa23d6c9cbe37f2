/* SPDX-License-Identifier: MIT */
/* ordeal serve: the runs of a store in a web browser. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/core/clock.h"
#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/report/store.h"
#include "harness/report/text.h"
#include "harness/serve/listen.h"
#include "harness/serve/serve.h"

#define TOKEN_MAX 512
#define TICK_NS (200 * NS_PER_MS)
#define TOKEN_VARIABLE "ORDEAL_SERVE_TOKEN"

static const struct option serve_options[] = {
	{ "port", OPTION_INT, "8080", "where to listen; 0: any free port",
	  NULL },
	{ "bind", OPTION_TEXT, "127.0.0.1",
	  "address to listen at; a token is needed unless it is a loopback",
	  NULL },
	{ "token-file", OPTION_TEXT, NULL,
	  "a file with the token; or " TOKEN_VARIABLE " holds it", NULL },
	{ "allow-host", OPTION_TEXT, NULL,
	  "a name that browsers may use for it (behind a proxy)", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

static void print_help(void)
{
	puts("usage: ordeal serve [--port N] [--store DIR]\n"
	     "       ordeal serve --bind ADDRESS --token-file FILE\n\n"
	     "Shows the runs of the store to a web browser: a list with "
	     "filters, reports,\nfiles, comparisons, campaigns, and runs in "
	     "progress, which it also offers to\nPrometheus at /metrics. "
	     "Nothing is written. The token is the password of any\nuser, or "
	     "a bearer token; there is no TLS: put a proxy in front. Ctrl-C "
	     "ends it.\n");
	options_print(stdout, serve_options, 2);
}

struct setup {
	struct serve_config config;
	char token[TOKEN_MAX];
	const char *hosts[17];
};

static int check_token(const char *token, struct error *err)
{
	size_t length = strlen(token);

	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)token[i] <= ' ' ||
		    (unsigned char)token[i] >= 0x7f)
			return error_set(err, "a token is of printable ASCII "
					      "without spaces");
	}
	if (length < SERVE_TOKEN_MIN)
		return error_set(err, "a token has at least %d characters",
				 SERVE_TOKEN_MIN);
	return 0;
}

/* The first line. */
static int read_token(const char *path, char *token, struct error *err)
{
	FILE *file = fopen(path, "re");
	bool is_read;

	if (!file)
		return error_errno(err, "%s", path);
	is_read = fgets(token, TOKEN_MAX, file) != NULL;
	fclose(file);
	if (!is_read)
		return error_set(err, "%s: empty", path);
	token[strcspn(token, "\r\n")] = '\0';
	return check_token(token, err) ? error_wrap(err, "%s", path) : 0;
}

static int set_token(struct setup *setup, const struct arguments *arguments,
		     struct error *err)
{
	const char *path = arguments_find(arguments, "token-file");
	const char *given = getenv(TOKEN_VARIABLE);

	if (path) {
		if (read_token(path, setup->token, err))
			return -1;
	} else if (given) {
		if (check_token(given, err))
			return error_wrap(err, TOKEN_VARIABLE);
		snprintf(setup->token, sizeof(setup->token), "%s", given);
	}
	if (setup->token[0])
		setup->config.token = setup->token;
	else if (!address_is_loopback(setup->config.address))
		return error_set(err,
				 "--bind %s: others reach this address, so a "
				 "token is needed: --token-file FILE, or %s",
				 setup->config.address, TOKEN_VARIABLE);
	return 0;
}

static int set_hosts(struct setup *setup, const struct arguments *arguments,
		     struct error *err)
{
	size_t count = 0;

	for (const struct argument *a = arguments->first; a; a = a->next) {
		if (strcmp(a->name, "allow-host") != 0)
			continue;
		if (count == 16)
			return error_set(err, "--allow-host: 16 at most");
		setup->hosts[count++] = a->value;
	}
	setup->config.hosts = setup->hosts;
	return 0;
}

static int set_up(struct setup *setup, const struct arguments *arguments,
		  struct arena *arena, struct error *err)
{
	const char *store = arguments_find(arguments, "store");
	const char *port = arguments_find(arguments, "port");
	const char *address = arguments_find(arguments, "bind");
	int64_t number;

	if (parse_int(port ? port : "8080", &number, err) != 0)
		return error_wrap(err, "--port");
	if (number < 0 || number > 65535)
		return error_set(err, "--port: 0 to 65535");
	setup->config.port = (uint16_t)number;
	setup->config.address = address ? address : "127.0.0.1";
	setup->config.store = store_root(store, arena);
	setup->config.campaigns =
		arena_printf(arena, "%s%s/campaigns", setup->config.store,
			     store ? "" : "/..");
	if (set_token(setup, arguments, err) ||
	    set_hosts(setup, arguments, err))
		return -1;
	return 0;
}

/* Waits for one of the signals, which are blocked in all threads. */
static void wait_for_end(struct serve *serve, const sigset_t *signals)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };

	while (sigtimedwait(signals, NULL, &tick) < 0)
		serve_tick(serve);
}

static int run(const struct setup *setup, struct error *err)
{
	struct serve *serve;
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (make_folders(setup->config.store, err) != 0)
		return -1;
	serve = serve_start(&setup->config, err);
	if (!serve)
		return -1;
	printf("ordeal serve: %s\n", serve_url(serve));
	fflush(stdout);
	wait_for_end(serve, &signals);
	serve_stop(serve);
	return 0;
}

int cli_serve(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct setup setup = { 0 };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, serve_options, false, &arena,
			   &err) != 0) {
		fprintf(stderr, "ordeal serve: %s\n",
			text_shown(&arena, err.text, false));
	} else if (arguments.wants_help) {
		print_help();
		code = EXIT_VALID;
	} else if (arguments.operand_count > 0) {
		fputs("ordeal serve: it takes no operands\n", stderr);
	} else if (set_up(&setup, &arguments, &arena, &err) != 0) {
		fprintf(stderr, "ordeal serve: %s\n",
			text_shown(&arena, err.text, false));
	} else if (run(&setup, &err) != 0) {
		fprintf(stderr, "ordeal serve: %s\n",
			text_shown(&arena, err.text, false));
		code = EXIT_TROUBLE;
	} else {
		code = EXIT_VALID;
	}
	explicit_bzero(setup.token, sizeof(setup.token));
	arena_release(&arena);
	return code;
}
