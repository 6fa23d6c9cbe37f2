/* SPDX-License-Identifier: MIT */
#include "harness/registry.h"

#include "harness/checker.h"
#include "harness/fault.h"
#include "harness/target.h"
#include "harness/workload.h"

#include <stddef.h>
#include <string.h>

/* To add a part, write its one file and name it here. */
#define TARGETS(X) X(memory) X(etcd)
#define WORKLOADS(X) X(append) X(bank) X(causal) X(convergence) X(counter) \
	X(g2) X(ids) X(lock) X(long_fork) X(ormap) X(orset) X(pncounter) \
	X(queue) X(register) X(session) X(set) X(siblings) X(wr) \
	X(write_skew)
#define FAULTS(X) X(partition) X(kill) X(pause) X(packet) X(restart) \
	X(starve_cpu) X(starve_memory) X(failpoint) X(membership) X(disk_io) \
	X(power_loss) X(corrupt) X(clock)
#define CHECKERS(X) X(bank) X(causal) X(causal_convergence) X(causal_memory) \
	X(convergence) X(counter) X(coverage) X(crash) X(isolation) X(lag) \
	X(linearizable) X(monotonic_reads) X(monotonic_writes) X(pram) \
	X(processor) X(queue) X(read_your_writes) X(real_time_causal) \
	X(regular) X(replicated) X(safe) X(sequential) X(set) \
	X(staleness) X(stats) X(unique_ids) X(writes_follow_reads)

/* clang-format off */
#define DECLARE_TARGET(part) extern const struct target target_##part;
#define DECLARE_WORKLOAD(part) extern const struct workload workload_##part;
#define DECLARE_FAULT(part) extern const struct fault fault_##part;
#define DECLARE_CHECKER(part) extern const struct checker checker_##part;
TARGETS(DECLARE_TARGET)
WORKLOADS(DECLARE_WORKLOAD)
FAULTS(DECLARE_FAULT)
CHECKERS(DECLARE_CHECKER)

#define NAME_TARGET(part) &target_##part,
#define NAME_WORKLOAD(part) &workload_##part,
#define NAME_FAULT(part) &fault_##part,
#define NAME_CHECKER(part) &checker_##part,
static const struct target *const targets[] = { TARGETS(NAME_TARGET) NULL };
static const struct workload *const workloads[] = {
	WORKLOADS(NAME_WORKLOAD) NULL
};
static const struct fault *const faults[] = { FAULTS(NAME_FAULT) NULL };
static const struct checker *const checkers[] = {
	CHECKERS(NAME_CHECKER) NULL
};

#define FINDER(part, table)                                                \
	const struct part *registry_##part(const char *name)               \
	{                                                                  \
		for (size_t i = 0; table[i]; i++) {                        \
			if (strcmp(table[i]->name, name) == 0)             \
				return table[i];                           \
		}                                                          \
		return NULL;                                               \
	}                                                                  \
	const struct part *registry_##part##_at(unsigned number)           \
	{                                                                  \
		return number < sizeof(table) / sizeof(*table) ?           \
			       table[number] : NULL;                       \
	}
FINDER(target, targets)
FINDER(workload, workloads)
FINDER(fault, faults)
FINDER(checker, checkers)
