/* SPDX-License-Identifier: MIT */
/* The menu: every part by its name. */
#ifndef ORDEAL_REGISTRY_H
#define ORDEAL_REGISTRY_H

struct target;
struct workload;
struct fault;
struct checker;

/* By name, NULL if there is none; and by number from 0, NULL at the end. */
const struct target *registry_target(const char *name);
const struct workload *registry_workload(const char *name);
const struct fault *registry_fault(const char *name);
const struct checker *registry_checker(const char *name);

const struct target *registry_target_at(unsigned number);
const struct workload *registry_workload_at(unsigned number);
const struct fault *registry_fault_at(unsigned number);
const struct checker *registry_checker_at(unsigned number);

#endif
