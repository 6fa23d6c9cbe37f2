/* SPDX-License-Identifier: MIT */
#include "harness/control/local.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/control/local_net.h"
#include "harness/control/local_node.h"
#include "harness/control/local_state.h"
#include "harness/control/socket.h"
#include "harness/core/clock.h"

#define UP_NS (60 * NS_PER_S)
#define UP_NODE_NS (5 * NS_PER_S)
#define PROBE_NS (2 * NS_PER_S)

static int need_root(struct error *err)
{
	if (geteuid() == 0)
		return 0;
	return error_set(err, "the local cluster needs root (it makes network "
			      "and mount namespaces): use sudo, or name nodes "
			      "that are reached by ssh");
}

static int need_tools(struct error *err)
{
	struct local none = { .lock = -1 };

	return local_shell(&none,
			   "for tool in unshare nsenter ip mount pivot_root "
			   "ssh-keygen sshd; do\n"
			   "	PATH=$PATH:/usr/sbin:/sbin command -v $tool "
			   ">/dev/null || {\n"
			   "		echo \"the local cluster needs the "
			   "program $tool; run: sudo make deps\" >&2\n"
			   "		exit 1\n"
			   "	}\n"
			   "done\n",
			   clock_now_ns() + UP_NS, err);
}

int local_check(struct error *err)
{
	struct arena arena = { 0 };
	struct local local = { .arena = &arena };
	int result = -1;

	if (need_root(err) == 0 && need_tools(err) == 0)
		result = local_net_choose(&local, err);
	arena_release(&arena);
	return result;
}

/* sshd shows its banner: a listening socket alone could be a stopped one. */
static bool answers(const char *address)
{
	int64_t deadline = clock_now_ns() + PROBE_NS;
	struct error ignored;
	char banner[4] = "";
	int fd = socket_connect(address, 22, deadline, &ignored);
	bool is_sshd;

	if (fd < 0)
		return false;
	is_sshd = socket_wait(fd, POLLIN, deadline) > 0 &&
		  read(fd, banner, sizeof(banner)) == 4 &&
		  memcmp(banner, "SSH-", 4) == 0;
	close(fd);
	return is_sshd;
}

static bool is_node_alive(const struct local *local, size_t index)
{
	const char *name = arena_printf(local->arena, "n%zu", index + 1);

	return local_box_is_there(local, name) &&
	       answers(local_net_address(local, index));
}

static bool is_alive(const struct local *local)
{
	if (local->count == 0)
		return false;
	for (size_t i = 0; i < local->count; i++)
		if (!is_node_alive(local, i))
			return false;
	return true;
}

/* With the lock held. In this order: while files are there, what they speak
 * of can be found again. */
static int take_down(const struct local *local, struct error *err)
{
	struct stat folder;

	if (lstat(local->folder, &folder) != 0 &&
	    lstat(local->disk, &folder) != 0)
		return 0;
	if (local_node_kill(local, err) || local_net_remove(local, err))
		return -1;
	return local_forget(local, err);
}

/* Claims a name, a subnet and folders; from here on take_down undoes all. */
static int claim(struct local *local, struct error *err)
{
	struct arena *arena = local->arena;
	char text[16];

	if (local_net_choose(local, err) ||
	    local_make_folder(arena, local->folder, 0700, err) ||
	    local_make_folder(arena, local->disk, 0700, err))
		return -1;
	snprintf(text, sizeof(text), "%d\n", local->subnet);
	return local_write(arena_printf(arena, "%s/subnet", local->folder),
			   0600, text, err);
}

/* Boxes 0 .. count-1 are nodes, the last is the switch. All of them go
 * through each stage side by side. */
static int bring_up(const struct local *local, struct local_box *boxes,
		    size_t count, int64_t deadline_ns, struct error *err)
{
	pid_t *pids = arena_array(local->arena, count, sizeof(*pids));

	for (size_t i = 0; i <= count; i++)
		if (local_box_start(local, &boxes[i], err))
			return -1;
	for (size_t i = 0; i <= count; i++)
		if (local_box_await(local, &boxes[i], "ready", deadline_ns,
				    err))
			return -1;
	for (size_t i = 0; i < count; i++)
		pids[i] = boxes[i].pid;
	if (local_net_connect(local, boxes[count].pid, pids, count, deadline_ns,
			      err))
		return -1;
	for (size_t i = 0; i <= count; i++)
		if (local_box_go(&boxes[i], err))
			return -1;
	for (size_t i = 0; i <= count; i++)
		if (local_box_await(local, &boxes[i], "up", deadline_ns, err))
			return -1;
	for (size_t i = 0; i < count; i++)
		if (!answers(local_net_address(local, i)))
			return error_set(err,
					 "the sshd of node %s does not answer "
					 "at %s",
					 boxes[i].name,
					 local_net_address(local, i));
	return 0;
}

static int make(struct local *local, size_t count, struct error *err)
{
	int64_t deadline_ns =
		clock_now_ns() + UP_NS + (int64_t)count * UP_NODE_NS;
	struct arena *arena = local->arena;
	struct local_box *boxes = arena_array(arena, count + 1, sizeof(*boxes));
	int result;

	for (size_t i = 0; i <= count; i++) {
		boxes[i].name = i < count ? arena_printf(arena, "n%zu", i + 1)
					  : "switch";
		boxes[i].to = boxes[i].from = -1;
	}
	result = claim(local, err);
	if (result == 0)
		result = local_node_prepare(local, count, deadline_ns, err);
	if (result == 0)
		result = bring_up(local, boxes, count, deadline_ns, err);
	for (size_t i = 0; i <= count; i++)
		local_box_release(&boxes[i]);
	if (result == 0)
		result = local_write(
			arena_printf(arena, "%s/nodes", local->folder), 0600,
			arena_printf(arena, "%zu\n", count), err);
	return result;
}

int local_up(const char *name, size_t count, struct error *err)
{
	struct arena arena = { 0 };
	struct error ignored;
	struct local local;
	int lock = -1, result = -1;

	if (count == 0 || count > LOCAL_NODES_MAX)
		return error_set(err, "a local cluster has 1 to %d nodes",
				 LOCAL_NODES_MAX);
	if (need_root(err) || need_tools(err))
		goto out;
	lock = local_lock(clock_now_ns() + UP_NS, err);
	if (lock < 0 || local_open(&local, name, &arena, err))
		goto out;
	local.lock = lock;
	result = 0;
	if (local.count == count && is_alive(&local))
		goto out;
	result = take_down(&local, err);
	if (result == 0)
		result = make(&local, count, err);
	if (result != 0)
		take_down(&local, &ignored);
out:
	if (lock >= 0)
		local_unlock(lock);
	arena_release(&arena);
	return result;
}

int local_down(const char *name, struct error *err)
{
	struct arena arena = { 0 };
	struct local local;
	int lock = -1, result = -1;

	if (need_root(err) || local_open(&local, name, &arena, err))
		goto out;
	lock = local_lock(clock_now_ns() + UP_NS, err);
	/* Read again: it may have changed while we waited. */
	if (lock >= 0 && local_open(&local, name, &arena, err) == 0) {
		local.lock = lock;
		result = take_down(&local, err);
	}
out:
	if (lock >= 0)
		local_unlock(lock);
	arena_release(&arena);
	return result;
}

int local_nodes(const char *name, struct arena *arena,
		struct node_config **nodes, size_t *count, struct error *err)
{
	struct local local;

	*nodes = NULL;
	*count = 0;
	if (local_open(&local, name, arena, err))
		return -1;
	*nodes = arena_array(arena, local.count, sizeof(**nodes));
	*count = local.count;
	for (size_t i = 0; i < local.count; i++) {
		struct node_config *node = &(*nodes)[i];

		node->name = arena_printf(arena, "n%zu", i + 1);
		node->address = local_net_address(&local, i);
		node->host = node->address;
		node->user = "root";
		node->key_file = arena_printf(arena, "%s/key", local.folder);
		node->known_hosts =
			arena_printf(arena, "%s/known_hosts", local.folder);
	}
	return 0;
}

static int read_status(const char *name, struct arena *arena,
		       struct local_status *status, struct error *err)
{
	struct local local;

	if (local_open(&local, name, arena, err))
		return -1;
	status->name = local.name;
	status->bridge = local.subnet < 0 ? "" : local_net_interface(&local);
	status->count = local.count;
	status->nodes = arena_array(arena, local.count, sizeof(*status->nodes));
	for (size_t i = 0; i < local.count; i++) {
		status->nodes[i].name = arena_printf(arena, "n%zu", i + 1);
		status->nodes[i].address = local_net_address(&local, i);
		status->nodes[i].is_alive = is_node_alive(&local, i);
	}
	return 0;
}

int local_list(struct arena *arena, struct local_status **clusters,
	       size_t *count, struct error *err)
{
	const char **names;

	if (local_names(arena, &names, count, err))
		return -1;
	*clusters = arena_array(arena, *count, sizeof(**clusters));
	for (size_t i = 0; i < *count; i++)
		if (read_status(names[i], arena, &(*clusters)[i], err))
			return -1;
	return 0;
}
