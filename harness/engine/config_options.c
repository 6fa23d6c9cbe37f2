/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "harness/engine/condition.h"
#include "harness/engine/config.h"
#include "harness/report/export.h"
#include "harness/report/outputs.h"

static const char *const schedules[] = { "turns", "overlap", NULL };
static const char *const spreads[] = { "uniform", "exponential", "fixed",
				       NULL };
static const char *const stops[] = { "never", "on-violation", NULL };

const struct option config_options[] = {
	{ "target", OPTION_TEXT, NULL, "the store under test", NULL },
	{ "workload", OPTION_TEXT, "register", "what clients ask for", NULL },
	{ "faults", OPTION_LIST, "",
	  "what to inject: names, families of them (network, process, ...), "
	  "all, chaos",
	  NULL },

	{ "local", OPTION_INT, "0", "nodes to bring up on this machine", NULL },
	{ "cluster", OPTION_TEXT, "default", "name of the local cluster",
	  NULL },
	{ "nodes", OPTION_LIST, "", "names or addresses of the nodes", NULL },
	{ "user", OPTION_TEXT, NULL, "who logs in there (root)", NULL },
	{ "port", OPTION_INT, "22", "of sshd", NULL },
	{ "key", OPTION_TEXT, NULL, "private key file", NULL },
	{ "password-file", OPTION_TEXT, NULL, "file with the login password",
	  NULL },
	{ "sudo-password-file", OPTION_TEXT, NULL,
	  "file with the password for sudo", NULL },
	{ "known-hosts", OPTION_TEXT, NULL, "file of known host keys", NULL },
	{ "accept-any-host-key", OPTION_BOOL, "false",
	  "do not check host keys", NULL },
	{ "prefix", OPTION_TEXT, NULL,
	  "reach nodes by a command, as 'docker exec -i %n'", NULL },
	{ "step-timeout", OPTION_DURATION, "30s", "for one step on a node",
	  NULL },

	{ "time-limit", OPTION_DURATION, "30s", "length of the main phase",
	  NULL },
	{ "stop", OPTION_CHOICE, "never",
	  "end the main phase early when a checker convicts meanwhile", stops },
	{ "concurrency", OPTION_TEXT, "2n",
	  "client threads; 3n: three a node", NULL },
	{ "rate", OPTION_REAL, "0",
	  "operations a second in all; 0: as fast as it goes", NULL },
	{ "op-timeout", OPTION_DURATION, "2s", "for one operation", NULL },
	{ "ready-timeout", OPTION_DURATION, "60s",
	  "until the store must answer", NULL },
	{ "final-timeout", OPTION_DURATION, "60s", "for the final phase",
	  NULL },
	{ "settle", OPTION_DURATION, "1s",
	  "between healing and the final phase", NULL },
	{ "fault-length", OPTION_DURATION, "5s", "mean time a fault lasts",
	  NULL },
	{ "fault-gap", OPTION_DURATION, "5s", "mean time between faults",
	  NULL },
	{ "fault-spread", OPTION_CHOICE, "uniform",
	  "how these times vary: by half, exponentially, or not at all",
	  spreads },
	{ "fault-when", OPTION_CHOICE, "now",
	  "what an injection waits for: the first success, a new primary, a "
	  "node that is behind the others",
	  condition_names },
	{ "fault-lag", OPTION_INT, "100",
	  "how many log entries behind that is", NULL },
	{ "fault-wait", OPTION_DURATION, "5s",
	  "how long it waits; then it comes all the same", NULL },
	{ "plan", OPTION_TEXT, NULL,
	  "file of planned faults (a run's schedule.json), instead of drawing "
	  "them",
	  NULL },
	{ "lease", OPTION_DURATION, "15s",
	  "after which nodes heal without us; 0: never", NULL },
	{ "schedule", OPTION_CHOICE, "turns",
	  "one fault at a time, or each on its own", schedules },
	{ "seed", OPTION_TEXT, NULL, "for all that is drawn by chance", NULL },

	{ "store", OPTION_TEXT, NULL, "where run directories go", NULL },
	{ "run-file", OPTION_TEXT, NULL,
	  "write the name of the run directory to this file at once", NULL },
	{ "keep", OPTION_BOOL, "false", "leave a local cluster up", NULL },
	{ "leave-running", OPTION_BOOL, "false", "do not stop the store",
	  NULL },
	OUTPUT_OPTIONS,
	EXPORT_OPTIONS,
	{ "timeout", OPTION_DURATION, "0s",
	  "for judging; 0: counted budget only", NULL },
	{ "memory", OPTION_SIZE, "4GiB", "for judging", NULL },
	{ NULL, OPTION_NONE, NULL, NULL, NULL },
};
