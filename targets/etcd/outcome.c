/* SPDX-License-Identifier: MIT */
#include "targets/etcd/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/core/error.h"
#include "harness/core/op.h"

#include "targets/etcd/reply.h"

/*
 * etcd lists its errors in api/v3rpc/rpctypes/error.go (3.4: etcdserver/api/
 * v3rpc/rpctypes), each with a gRPC code; the message is what identifies one.
 * Definite are those that are raised before the request is proposed to raft:
 *
 *  - the checks of the request itself, checkPutRequest and checkTxnRequest
 *    in etcdserver/api/v3rpc/key.go, all of code InvalidArgument;
 *  - "too many requests": processInternalRaftRequestOnce refuses before
 *    it proposes, when too much is committed and not yet applied;
 *  - "request is too large": the same function, before it proposes;
 *  - a learner's refusal: by the interceptor, before any handler.
 *
 * And these are not, for all that they sound like it:
 *
 *  - "request timed out", also "possibly due to previous leader failure" and
 *    "due to connection lost": raised while waiting for the proposal to be
 *    applied ("the request may have been applied", etcd's documentation,
 *    learning/api_guarantees: a timed-out operation "may" have completed);
 *  - "leader changed", "server stopped": raised while waiting, too;
 *  - "no leader": depends on where it is raised;
 *  - "mvcc: database space exceeded": quotaApplierV3 in etcdserver/apply.go
 *    applies the change and then answers with this error;
 *  - "raft proposal dropped": raft says that it is definite, but a proposal
 *    that was forwarded has left this node; no page promises it;
 *  - code Unavailable as such: the gateway's own connection to the server
 *    may break after the request.
 */
static const char *const definite[] = {
	"etcdserver: key is not provided",
	"etcdserver: value is provided",
	"etcdserver: lease is provided",
	"etcdserver: too many operations in txn request",
	"etcdserver: duplicate key given in txn request",
	"etcdserver: request is too large",
	"etcdserver: too many requests",
	"etcdserver: rpc not supported for learner",
};

static bool is_definite(const char *message)
{
	for (size_t i = 0; i < sizeof(definite) / sizeof(*definite); i++) {
		if (strcmp(message, definite[i]) == 0)
			return true;
	}
	return false;
}

enum outcome outcome_of_failure(const struct etcd_failure *failure, long status,
				struct error *err)
{
	static const char prefix[] = "etcdserver: ";

	/* Only etcd's own messages are free of addresses; the gateway's tell
	 * which port it could not dial. */
	if (strncmp(failure->message, prefix, strlen(prefix)) == 0)
		error_set(err, "%s", failure->message + strlen(prefix));
	else if (failure->code >= 0)
		error_set(err, "gRPC code %lld", (long long)failure->code);
	else
		error_set(err, "HTTP status %ld", status);
	return is_definite(failure->message) ? OUTCOME_FAIL
					     : OUTCOME_INDETERMINATE;
}

enum outcome outcome_of_loss(bool is_sent, bool only_reads)
{
	/* Nothing was sent: connecting was refused, or took too long. */
	if (!is_sent || only_reads)
		return OUTCOME_FAIL;
	return OUTCOME_INDETERMINATE;
}
