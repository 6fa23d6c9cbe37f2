/* SPDX-License-Identifier: MIT */
/* Faults: what each does, how it is proven and undone. */
#include "harness/report/explain.h"

#include <stddef.h>
#include <string.h>

static const struct explanation rows[] = {
	{
		.name = "partition",
		.meaning =
			"Nodes drop what others send them, by a table or a "
			"chain of our own in\ntheir packet filter: one camp "
			"against the rest, halves, majorities in a\nring, "
			"a bridge, one way only, some ports only, or the "
			"clients.",
		.example = "Every node asks every other (ping, else TCP): "
			   "who is cut off does not\nanswer and is counted by "
			   "the rule, all others answer.",
		.rules_out = "The table or chain is removed; all answer again.",
		.source = "jepsen.nemesis, partitioner and its grudges",
	},
	{
		.name = "packet",
		.meaning = "What a node sends to others is delayed, lost, "
			   "doubled, reordered,\ncorrupted or slowed down, by "
			   "the kernel (tc's netem), or, where it\nhas none, "
			   "or somebody shapes that interface's traffic, or "
			   "netem\ncould not do or pings not show all that is "
			   "asked for (ports;\nloss+corrupt; shares with a "
			   "correlation), by our agent behind a\nqueue of the "
			   "packet filter (NFQUEUE), with the same "
			   "parameters.",
		.example = "The rules are there, netem is or the agent lives, "
			   "packets came to it,\nand probe packets of ours "
			   "meet the behaviour. The history says who did\nit "
			   "on each node (\"by\").",
		.rules_out = "Rules and netem, or the agent's queue, go; what "
			     "the agent held back\nis let go, what netem did "
			     "is lost.",
		.source = "jepsen.net, shape!; tc-netem(8)",
	},
	{
		.name = "kill",
		.meaning = "The store's daemons are ended by a signal, SIGKILL "
			   "unless told otherwise.",
		.example = "No process with the daemon's pid and start time "
			   "is there. A node that\nanother fault has down is "
			   "passed over; one whose daemon died by itself is\n"
			   "an error, as for every fault of processes.",
		.rules_out = "The daemons are started; they run.",
		.source = "jepsen.db, Kill",
	},
	{
		.name = "pause",
		.meaning = "The store's daemons are halted by SIGSTOP, and do "
			   "not know that time\npasses.",
		.example = "/proc says that each is stopped.",
		.rules_out = "SIGCONT; none is stopped.",
		.source = "jepsen.db, Pause",
	},
	{
		.name = "restart",
		.meaning = "Daemons are restarted: after a delay, again and "
			   "again, or one node after\nthe other.",
		.example = "Each has another start time than before.",
		.rules_out = "All are started, and run.",
		.source = "jepsen.nemesis, node-start-stopper",
	},
	{
		.name = "starve-cpu",
		.meaning = "The store's daemons get a share of one processor "
			   "together, by a control\ngroup of ours (version 1 "
			   "or 2).",
		.example = "The kernel says that it held the group back while "
			   "a process of ours\nworked in it.",
		.rules_out = "The processes go back to the group they came "
			     "from; ours is removed.",
		.source = "cgroups(7)",
	},
	{
		.name = "starve-memory",
		.meaning = "The store's daemons can take but little memory "
			   "more, and a process of\nours takes it, so that the "
			   "kernel ends them.",
		.example = "The kernel counts what it ended in the group, and "
			   "the daemons are gone.",
		.rules_out = "The group is removed, the daemons are started.",
		.source = "cgroups(7)",
	},
	{
		.name = "failpoint",
		.meaning =
			"A place in the store's own code sleeps, returns an "
			"error or panics, where\nthe store was built with "
			"gofail and serves its failpoints over HTTP.",
		.example = "The term is read back from the store; how often "
			   "it was met is noted. Or\nthe daemon has ended.",
		.rules_out = "What has our term yet loses it, and that is "
			     "read back; daemons that\nended are started.",
		.source = "https://github.com/etcd-io/gofail",
	},
	{
		.name = "membership",
		.meaning = "Nodes leave the store and come back as new "
			   "members, by the store's own\nmeans: remove, add, "
			   "replace, shrink, grow.",
		.example = "The store's own list of members.",
		.rules_out = "Who is away joins again; all are in the list.",
		.source = "jepsen.nemesis.membership",
	},
	{
		.name = "disk-io",
		.meaning = "The disk under the store's data fails, is slow, or "
			   "is full, by a layer\nof ours (FUSE), on files "
			   "chosen by pattern.",
		.example = "The layer says that it failed or delayed a probe "
			   "file's reads and writes.",
		.rules_out = "The layer forgets the rule; a probe passes.",
		.source = "CharybdeFS; jepsen.lazyfs",
	},
	{
		.name = "power-loss",
		.meaning = "What was not synced is dropped while the store is "
			   "killed, as when the\npower fails; a write may be "
			   "torn.",
		.example = "The layer says what it took back; no daemon is "
			   "there.",
		.rules_out = "The daemons are started; they run.",
		.source = "jepsen.lazyfs; Pillai et al., OSDI 2014",
	},
	{
		.name = "corrupt",
		.meaning = "Files of the store are spoiled: bits flipped, ends "
			   "cut off, chunks\ncopied, an older state put back.",
		.example = "The bytes are read back from the disk.",
		.rules_out = "Each byte is put back that nobody has written "
			     "since.",
		.source = "jepsen.nemesis.file",
	},
	{
		.name = "clock",
		.meaning =
			"Clocks are wrong: they step, drift, strobe, freeze. "
			"On a machine of its\nown it is the machine's; where "
			"kernels are shared it is that of the\nstore's "
			"processes alone.",
		.example = "What the machine, or a probe in the store's place, "
			   "is shown is measured\nagainst the controller's "
			   "clock.",
		.rules_out = "The clock is set right, or the redirection "
			     "taken out; measured again.",
		.source = "jepsen.nemesis.time",
	},
};

const struct explanation *explanation_of_fault(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}
