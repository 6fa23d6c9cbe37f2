/* SPDX-License-Identifier: MIT */
/* The transport for nodes that another program leads into. */
#ifndef ORDEAL_CONTROL_PREFIX_H
#define ORDEAL_CONTROL_PREFIX_H

#include "harness/control/transport.h"
#include "harness/core/error.h"

/*
 * Commands run as `PREFIX sh -c LINE`, with PREFIX such as "docker exec -i
 * n1", "kubectl exec -i pod --", "ip netns exec x". It is split at blanks; '
 * and " keep blanks together, and no shell looks at it. The empty prefix runs
 * on this machine. Files go through `cat` there. NULL when PREFIX cannot be
 * split; to be closed with prefix_transport.close.
 *
 * A deadline kills the process group here; what runs inside a container may
 * live on. A session has no connection, so reopen has nothing to do.
 */
void *prefix_open(const char *prefix, struct error *err);

extern const struct transport prefix_transport;

#endif
