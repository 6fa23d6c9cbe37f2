/* SPDX-License-Identifier: MIT */
#include "tests/support/test_sshd.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/control/program.h"
#include "harness/control/socket.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"

extern char **environ;

/*
 * In a mount namespace of its own, so that this machine gets no user, no
 * /run/sshd and no file. $1 folder, $2 port.
 */
static const char script[] =
	"set -eu\n"
	"cd \"$1\"\n"
	"for name in key other_key host_key wrong_host_key; do\n"
	"	ssh-keygen -q -t ed25519 -N '' -f $name\n"
	"done\n"
	"ssh-keygen -q -t ed25519 -N secret -f locked_key\n"
	"entry() { read -r type key rest <$1.pub; "
	"echo \"[127.0.0.1]:$2 $type $key\"; }\n"
	"entry host_key $2 >known_hosts\n"
	"entry wrong_host_key $2 >wrong_hosts\n"
	"cp known_hosts hashed_hosts\n"
	"ssh-keygen -q -H -f hashed_hosts 2>/dev/null\n"
	": >no_hosts\n"
	"cat >config <<END\n"
	"Port $2\n"
	"ListenAddress 127.0.0.1\n"
	"HostKey $1/host_key\n"
	"PidFile $1/pid\n"
	"AuthorizedKeysFile $1/%u.keys\n"
	"StrictModes no\n"
	"UsePAM no\n"
	"PermitRootLogin yes\n"
	"KbdInteractiveAuthentication no\n"
	"Subsystem sftp internal-sftp\n"
	"END\n"
	"cp key.pub root.keys\n"
	"hash='$6$ordealsalt$WPBwEa.h3udR9UTC2SdRsFKMU6ZXNWjfGC5kkEN15CynO9r5"
	"MAo7Mx2mHr/3MIaormS/sooXp6ujtEPPr9abj/'\n"
	"grep -v '^root:' /etc/shadow >shadow || :\n"
	"echo 'root:*:19000:0:99999:7:::' >>shadow\n"
	"echo \"tester:$hash:19000:0:99999:7:::\" >>shadow\n"
	"grep -v '^root:' /etc/passwd >passwd || :\n"
	"echo 'root:x:0:0::/root:/bin/sh' >>passwd\n"
	"echo 'tester:x:54321:65534::/tmp:/bin/sh' >>passwd\n"
	"chmod 711 .\n"
	"mount --bind shadow /etc/shadow\n"
	"mount --bind passwd /etc/passwd\n"
	"mount -t tmpfs -o mode=755 tmpfs /run\n"
	"mkdir /run/sshd\n"
	"ssh-agent -D -a \"$1/agent\" >/dev/null &\n"
	"while [ ! -S agent ]; do sleep 0.01; done\n"
	"SSH_AUTH_SOCK=$1/agent ssh-add -q key\n"
	"exec /usr/sbin/sshd -D -e -f config 2>log\n";

static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		perror("find a free port");
	close(fd);
	return ntohs(address.sin_port);
}

static int run_script(struct test_sshd *sshd)
{
	char port[16], text[sizeof(script)];
	/* It dies with us, however we do. */
	char setpriv[] = "setpriv", death[] = "--pdeathsig", by[] = "KILL";
	char unshare[] = "unshare", mount[] = "--mount", pid[] = "--pid";
	char forks[] = "--fork", kills[] = "--kill-child", sh[] = "/bin/sh";
	char option[] = "-c", proc[] = "--mount-proc";
	char *words[] = { setpriv, death,	 by,	unshare, mount,	 pid,
			  proc,	   forks,	 kills, sh,	 option, text,
			  sh,	   sshd->folder, port,	NULL };

	memcpy(text, script, sizeof(script));
	snprintf(port, sizeof(port), "%d", sshd->port);
	return posix_spawnp(&sshd->pid, words[0], NULL, NULL, words, environ);
}

bool test_sshd_is_possible(void)
{
	if (geteuid() == 0 && access("/usr/sbin/sshd", X_OK) == 0)
		return true;
	puts("skipped: an sshd of the test's own needs root and "
	     "openssh-server (sudo make deps)");
	return false;
}

int test_sshd_start(struct test_sshd *sshd)
{
	int64_t deadline = clock_now_ns() + 30 * NS_PER_S;
	struct error err = { "it ended" };

	memset(sshd, 0, sizeof(*sshd));
	snprintf(sshd->folder, sizeof(sshd->folder), "/tmp/ordeal-sshd-XXXXXX");
	sshd->port = free_port();
	if (!mkdtemp(sshd->folder) || run_script(sshd) != 0) {
		puts("unshare cannot be started");
		return -1;
	}
	while (clock_now_ns() < deadline &&
	       waitpid(sshd->pid, NULL, WNOHANG) == 0) {
		int fd = socket_connect("127.0.0.1", sshd->port,
					clock_now_ns() + NS_PER_S, &err);

		if (fd >= 0) {
			close(fd);
			return 0;
		}
		clock_sleep_until(clock_now_ns() + 10 * NS_PER_MS);
	}
	printf("the test's sshd does not come up: %s\n", err.text);
	return -1;
}

int test_shell(const char *line)
{
	struct command command = { .deadline_ns =
					   clock_now_ns() + 60 * NS_PER_S };
	char sh[] = "/bin/sh", option[] = "-c";
	struct arena arena = { 0 };
	char *words[] = { sh, option, arena_strdup(&arena, line), NULL };
	struct reply reply;
	struct error err;
	int status = -1;

	if (program_run(words, &command, -1, -1, &arena, &reply, &err) == 0)
		status = reply.exit_status;
	else
		puts(err.text);
	arena_release(&arena);
	return status;
}

void test_sshd_stop(struct test_sshd *sshd)
{
	char line[64];

	if (sshd->pid > 0) {
		kill(sshd->pid, SIGKILL);
		waitpid(sshd->pid, NULL, 0);
	}
	snprintf(line, sizeof(line), "rm -rf %s", sshd->folder);
	if (sshd->folder[0])
		test_shell(line);
}
