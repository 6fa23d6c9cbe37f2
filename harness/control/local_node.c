/* SPDX-License-Identifier: MIT */
#include "harness/control/local_node.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/local_net.h"
#include "harness/control/local_script.h"
#include "harness/control/node.h"
#include "harness/control/program.h"
#include "harness/control/socket.h"
#include "harness/core/clock.h"

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* All keys in one go: a process a key, not two. */
static int make_keys(const struct local *local, size_t count,
		     int64_t deadline_ns, struct error *err)
{
	const char *line = arena_printf(
		local->arena,
		"set -eu; cd %s\n"
		"ssh-keygen -q -t ed25519 -N '' -C ordeal -f key\n"
		"cp key.pub authorized_keys\n"
		"i=1\n"
		"while [ $i -le %zu ]; do\n"
		"	mkdir -p n$i\n"
		"	ssh-keygen -q -t ed25519 -N '' -C n$i -f n$i/host_key\n"
		"	i=$((i + 1))\n"
		"done\n"
		"while read -r address name; do\n"
		"	read -r type key rest <$name/host_key.pub\n"
		"	echo \"$address,$name $type $key\"\n"
		"done <addresses >known_hosts\n",
		shell_quote(local->arena, local->folder), count);

	if (local_shell(local, line, deadline_ns, err))
		return error_wrap(err, "make keys");
	return 0;
}

static int write_in(const struct local *local, const char *name, int mode,
		    const char *text, struct error *err)
{
	return local_write(
		arena_printf(local->arena, "%s/%s", local->folder, name), mode,
		text, err);
}

int local_node_prepare(const struct local *local, size_t count,
		       int64_t deadline_ns, struct error *err)
{
	struct arena *arena = local->arena;
	const char *addresses = "", *hosts;

	hosts = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";
	for (size_t i = 0; i < count; i++) {
		addresses = arena_printf(arena, "%s%s n%zu\n", addresses,
					 local_net_address(local, i), i + 1);
		hosts = arena_printf(arena, "%s%s n%zu\n", hosts,
				     local_net_address(local, i), i + 1);
	}
	for (size_t i = 0; i < count; i++)
		hosts = arena_printf(arena, "%s%s n%zu-ip6\n", hosts,
				     local_net_address6(local, i), i + 1);
	if (write_in(local, "addresses", 0600, addresses, err) ||
	    write_in(local, "hosts", 0644, hosts, err) ||
	    write_in(local, "sshd_config", 0600, local_sshd_config, err) ||
	    make_keys(local, count, deadline_ns, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (write_in(local, arena_printf(arena, "n%zu/init", i + 1),
			     0700, local_node_script, err))
			return -1;
	if (local_make_folder(arena,
			      arena_printf(arena, "%s/switch", local->folder),
			      0700, err))
		return -1;
	return write_in(local, "switch/init", 0700, local_switch_script, err);
}

static char *path_in(const struct local *local, const struct local_box *box,
		     const char *file)
{
	return arena_printf(local->arena, "%s/%s/%s", local->folder, box->name,
			    file);
}

/* unshare's command line for the box. */
static char **box_words(const struct local *local, const struct local_box *box)
{
	static const char *const unshare[] = {
		"unshare", "--net",  "--pid",	     "--mount", "--uts",
		"--ipc",   "--fork", "--kill-child", "/bin/sh"
	};
	const size_t fixed = sizeof(unshare) / sizeof(unshare[0]);
	struct arena *arena = local->arena;
	char **words = arena_array(arena, fixed + 8, sizeof(*words));
	size_t count = 0, number = strtoul(box->name + 1, NULL, 10);

	while (count < fixed) {
		words[count] = arena_strdup(arena, unshare[count]);
		count++;
	}
	words[count++] = path_in(local, box, "init");
	if (strcmp(box->name, "switch") == 0)
		return words;
	words[count++] = arena_printf(arena, "%s/%s", local->folder, box->name);
	words[count++] = arena_printf(arena, "%s/%s", local->disk, box->name);
	words[count++] = arena_strdup(arena, box->name);
	words[count++] =
		arena_strdup(arena, local_net_address(local, number - 1));
	words[count++] =
		arena_strdup(arena, local_net_address6(local, number - 1));
	return words;
}

static int spawn(char **words, int in, int out, const char *log, pid_t *pid)
{
	static char path[] = PATH, home[] = "HOME=/root", lang[] = "LC_ALL=C";
	char *environment[] = { path, home, lang, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int number;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID |
						      POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, log,
					 O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	number = posix_spawnp(pid, words[0], &actions, &attributes, words,
			      environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return number;
}

int local_box_start(const struct local *local, struct local_box *box,
		    struct error *err)
{
	int to[2], from[2], number;

	box->to = box->from = -1;
	if (pipe2(to, O_CLOEXEC) != 0)
		return error_errno(err, "make a pipe");
	if (pipe2(from, O_CLOEXEC) != 0) {
		error_errno(err, "make a pipe");
		close(to[0]);
		close(to[1]);
		return -1;
	}
	number = spawn(box_words(local, box), to[0], from[1],
		       path_in(local, box, "log"), &box->pid);
	close(to[0]);
	close(from[1]);
	box->to = to[1];
	box->from = from[0];
	errno = number;
	return number ? error_errno(err, "start unshare") : 0;
}

void local_box_release(struct local_box *box)
{
	if (box->to >= 0)
		close(box->to);
	if (box->from >= 0)
		close(box->from);
	box->to = box->from = -1;
}

static int last_words(const struct local *local, const struct local_box *box,
		      struct error *err)
{
	FILE *file = fopen(path_in(local, box, "log"), "re");
	char line[512] = "", last[512] = "it ended without a word";

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			memcpy(last, line, sizeof(last));
	}
	if (file)
		fclose(file);
	return error_set(err,
			 "node %s of local cluster %s does not come up: %s",
			 box->name, local->name, last);
}

int local_box_await(const struct local *local, struct local_box *box,
		    const char *word, int64_t deadline_ns, struct error *err)
{
	char line[16];
	size_t size = 0;

	while (size < sizeof(line)) {
		int found = socket_wait(box->from, POLLIN, deadline_ns);

		if (found == 0)
			return error_set(err,
					 "node %s of local cluster %s is not "
					 "%s in time",
					 box->name, local->name, word);
		if (found < 0 || read(box->from, line + size, 1) != 1)
			return last_words(local, box, err);
		if (line[size++] != '\n')
			continue;
		line[size - 1] = '\0';
		if (strcmp(line, word) == 0)
			return 0;
		break;
	}
	return last_words(local, box, err);
}

int local_box_go(struct local_box *box, struct error *err)
{
	if (program_write(box->to, "go\n", 3) != 3)
		return error_errno(err, "node %s has died", box->name);
	close(box->to);
	box->to = -1;
	return 0;
}
