/* SPDX-License-Identifier: MIT */
/*
 * Who belongs to the cluster: etcd's runtime reconfiguration. A change is
 * asked of any other member and may time out with its fate unknown; so the
 * list is read again, from the leader, until it shows the change.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"

#include "targets/etcd/etcd.h"
#include "targets/etcd/http.h"
#include "targets/etcd/reply.h"

#define ASK_TIMEOUT_NS (2 * NS_PER_S)
#define ASK_PAUSE_NS (100 * NS_PER_MS)

struct membership {
	struct etcd_member *members;
	size_t count;
};

/* One request about members to node number `node`; all have the same reply. */
static int ask(const struct etcd *etcd, size_t node, const char *what,
	       const char *body, int64_t deadline_ns, struct arena *arena,
	       struct membership *list, struct error *err)
{
	struct http *http =
		http_open(etcd->addresses[node], etcd->client_port, err);
	int64_t until_ns = clock_now_ns() + ASK_TIMEOUT_NS;
	struct http_answer answer;
	struct etcd_failure failure;
	int result = -1;

	if (!http)
		return -1;
	if (http_request(http,
			 arena_printf(arena, "/%s/cluster/member/%s", etcd->api,
				      what),
			 body, until_ns < deadline_ns ? until_ns : deadline_ns,
			 &answer, err) < 0)
		goto out;
	if (answer.status != 200) {
		reply_failure(answer.body, answer.size, arena, &failure);
		error_set(err, "status %ld %s", answer.status, failure.message);
		goto out;
	}
	result = list ? reply_members(answer.body, answer.size, arena,
				      &list->members, &list->count, err)
		      : 0;
out:
	http_close(http);
	return result;
}

/* By the leader's account: followers may lag. */
static int ask_list(const struct etcd *etcd, int64_t deadline_ns,
		    struct arena *arena, struct membership *list,
		    struct error *err)
{
	int leader = etcd_leader(etcd);

	if (leader < 0)
		return error_set(err, "no node tells who is the leader");
	return ask(etcd, (size_t)leader, "list", "{}", deadline_ns, arena, list,
		   err);
}

static const char *peer_url(const struct etcd *etcd, const char *address,
			    struct arena *arena)
{
	return http_url(arena, address, etcd->peer_port);
}

static const struct etcd_member *find(const struct membership *list,
				      const char *peer)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->members[i].peer, peer) == 0)
			return &list->members[i];
	}
	return NULL;
}

int etcd_members(void *state, const char **ids, struct arena *arena,
		 struct error *err)
{
	const struct etcd *etcd = state;
	struct membership list = { 0 };

	if (ask_list(etcd, clock_now_ns() + ASK_TIMEOUT_NS, arena, &list, err) <
	    0)
		return error_wrap(err, "etcd's members");
	for (size_t i = 0; i < etcd->nodes; i++) {
		const struct etcd_member *member =
			find(&list, peer_url(etcd, etcd->addresses[i], arena));

		ids[i] = member ? member->id : NULL;
	}
	return 0;
}

/*
 * Asks until the list has the node, or has it no more. The request goes to
 * the nodes in turn, never to the one that it is about.
 */
static int change(const struct etcd *etcd, const struct node *node,
		  bool is_wanted, int64_t deadline_ns, struct arena *arena,
		  struct membership *list, struct error *err)
{
	const char *peer = peer_url(etcd, node_address(node), arena);
	size_t turn = node_index(node);
	struct error refusal = { "" };

	while (clock_now_ns() < deadline_ns) {
		const struct etcd_member *member;

		if (ask_list(etcd, deadline_ns, arena, list, &refusal) == 0) {
			member = find(list, peer);
			if ((member != NULL) == is_wanted)
				return 0;
			turn = (turn + 1) % etcd->nodes;
			if (turn == node_index(node))
				turn = (turn + 1) % etcd->nodes;
			if (member)
				ask(etcd, turn, "remove",
				    arena_printf(arena, "{\"ID\":\"%s\"}",
						 member->id),
				    deadline_ns, arena, NULL, &refusal);
			else
				ask(etcd, turn, "add",
				    arena_printf(arena,
						 "{\"peerURLs\":[\"%s\"]}",
						 peer),
				    deadline_ns, arena, NULL, &refusal);
		}
		clock_sleep_until(clock_now_ns() + ASK_PAUSE_NS);
	}
	return error_set(err, "node %s could not %s: %s", node_name(node),
			 is_wanted ? "join" : "leave",
			 refusal.text[0] ? refusal.text : "no time was left");
}

/* Out of the list, ended, and without its data. */
static int expel(struct etcd *etcd, struct node *node, int64_t deadline_ns,
		 struct arena *arena, struct error *err)
{
	struct membership list = { 0 };

	if (change(etcd, node, false, deadline_ns, arena, &list, err) < 0 ||
	    etcd_stop(etcd, node, err) < 0)
		return -1;
	return etcd_forget(node, err);
}

/* The mark comes first: whatever happens then, the node is not started again
 * with its old data under an identity that may be gone. */
int etcd_leave(void *state, struct node *node, int64_t deadline_ns,
	       struct error *err)
{
	struct arena arena = { 0 };
	int result = node_run(node, &arena, NULL, err,
			      "mkdir -p " ETCD_FOLDER " && : >" ETCD_LEFT);

	if (result == 0)
		result = expel(state, node, deadline_ns, &arena, err);
	arena_release(&arena);
	return result;
}

/* The members' own account of who they are; the new one has no name yet. */
static const char *joined_flags(const struct etcd *etcd,
				const struct node *node,
				const struct membership *list,
				struct arena *arena)
{
	const char *own = peer_url(etcd, node_address(node), arena);
	const char *flags = "--initial-cluster-state existing"
			    " --initial-cluster ";

	for (size_t i = 0; i < list->count; i++) {
		const struct etcd_member *member = &list->members[i];
		const char *name = strcmp(member->peer, own) == 0
					   ? node_name(node)
					   : member->name;

		flags = arena_printf(arena, "%s%s%s=%s", flags, i ? "," : "",
				     name, member->peer);
	}
	return flags;
}

/* A member that may have forgotten what it voted for must not come back as
 * itself: it is made sure that it has left, then it is a new one. */
static int join_anew(struct etcd *etcd, struct node *node, int64_t deadline_ns,
		     struct arena *arena, struct error *err)
{
	struct membership list = { 0 };
	const char *flags;

	if (expel(etcd, node, deadline_ns, arena, err) < 0 ||
	    change(etcd, node, true, deadline_ns, arena, &list, err) < 0)
		return -1;
	flags = joined_flags(etcd, node, &list, arena);
	if (node_write_file(node, ETCD_JOINED, 0644, flags, strlen(flags),
			    err) < 0)
		return -1;
	return node_run(node, arena, NULL, err, "rm -f " ETCD_LEFT);
}

int etcd_join(void *state, struct node *node, int64_t deadline_ns,
	      struct error *err)
{
	struct arena arena = { 0 };
	int has_left = node_has_file(node, ETCD_LEFT, err);
	int result = has_left < 0 ? -1 : 0;

	if (has_left > 0)
		result = join_anew(state, node, deadline_ns, &arena, err);
	if (result == 0)
		result = etcd_start(state, node, err);
	arena_release(&arena);
	return result;
}
