/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/option.h"

#include "targets/etcd/etcd.h"
#include "targets/etcd/http.h"

#define INSTALL_TIMEOUT_NS (300 * NS_PER_S)
#define DOWNLOAD_TIMEOUT_NS (300 * NS_PER_S)
#define PROGRAM_FOLDER "/opt/ordeal/etcd"

const char *etcd_program(const struct etcd *etcd)
{
	return etcd->archive ? PROGRAM_FOLDER "/etcd" : "etcd";
}

/* Where a download is kept, so that the next run finds it. */
static const char *cached_path(struct arena *arena, const char *url,
			       struct error *err)
{
	const char *base = getenv("XDG_CACHE_HOME");
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
	const char *folder;

	for (const char *at = url; *at; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
	if (!base || !*base) {
		const char *home = getenv("HOME");

		base = home && *home ? arena_printf(arena, "%s/.cache", home)
				     : "/var/tmp";
	}
	folder = arena_printf(arena, "%s/ordeal", base);
	if ((mkdir(base, 0755) < 0 && errno != EEXIST) ||
	    (mkdir(folder, 0755) < 0 && errno != EEXIST)) {
		error_errno(err, "%s", folder);
		return NULL;
	}
	return arena_printf(arena, "%s/etcd-%016" PRIx64 ".tar.gz", folder,
			    hash);
}

int etcd_find_archive(struct etcd *etcd, struct arena *arena, struct error *err)
{
	const char *archive = options_text(etcd->options, "archive");
	struct stat status;

	if (!archive || !*archive)
		return 0;
	if (strncmp(archive, "http://", 7) == 0 ||
	    strncmp(archive, "https://", 8) == 0) {
		const char *url = archive;

		archive = cached_path(arena, url, err);
		if (!archive)
			return -1;
		if (stat(archive, &status) < 0 &&
		    http_download(url, archive,
				  clock_now_ns() + DOWNLOAD_TIMEOUT_NS,
				  err) < 0)
			return -1;
	}
	if (stat(archive, &status) < 0)
		return error_errno(err, "archive %s", archive);
	if (!S_ISREG(status.st_mode))
		return error_set(err, "archive %s is not a file", archive);
	etcd->archive = arena_strdup(arena, archive);
	etcd->archive_stamp = arena_printf(
		arena, "%jd bytes of %jd.%09ld", (intmax_t)status.st_size,
		(intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
	return 0;
}

static int install_archive(const struct etcd *etcd, struct node *node,
			   struct arena *arena, struct error *err)
{
	static const char remote[] = "/var/cache/ordeal/etcd.tar";
	const char *stamp = shell_quote(arena, etcd->archive_stamp);
	struct reply reply;

	if (node_try(node, arena, &reply, err,
		     "test -x " PROGRAM_FOLDER "/etcd && "
		     "test \"$(cat " PROGRAM_FOLDER ".stamp)\" = %s",
		     stamp) < 0)
		return -1;
	if (reply.exit_status == 0)
		return 0;
	if (node_run(node, arena, NULL, err, "mkdir -p /var/cache/ordeal") ||
	    node_upload(node, etcd->archive, remote, 0644, err) < 0)
		return -1;
	return node_run_within(
		node, INSTALL_TIMEOUT_NS, arena, NULL, err,
		"set -eu; folder=" PROGRAM_FOLDER "; "
		"rm -rf $folder $folder.new $folder.stamp; "
		"mkdir -p $folder.new; tar -xf %s -C $folder.new; rm %s; "
		"program=$(find $folder.new -type f -name etcd -perm -100 | "
		"head -n 1); "
		"test -n \"$program\" || { "
		"echo 'the archive holds no program etcd' >&2; exit 1; }; "
		"mv \"$(dirname \"$program\")\" $folder; rm -rf $folder.new; "
		"printf %%s %s >$folder.stamp",
		remote, remote, stamp);
}

/*
 * Debian's package starts a service of its own when it is installed, unless
 * /usr/sbin/policy-rc.d (deb-systemd-invoke and invoke-rc.d ask it) forbids it.
 */
static const char apt_install[] =
	"set -eu; command -v apt-get >/dev/null || { "
	"echo 'no etcd in the PATH and no apt-get: install etcd, or give the "
	"option archive' >&2; exit 1; }; "
	"export DEBIAN_FRONTEND=noninteractive; policy=/usr/sbin/policy-rc.d; "
	"if ! test -e $policy; then trap 'rm -f '$policy EXIT; "
	"printf '#!/bin/sh\\nexit 101\\n' >$policy; chmod 755 $policy; fi; "
	"install() { apt-get install -q -y --no-install-recommends "
	"-o DPkg::Lock::Timeout=120 etcd-server >/dev/null; }; "
	"install 2>/dev/null || "
	"{ apt-get update -q >/dev/null && install; } || "
	"{ echo 'apt-get cannot install etcd-server: mend its sources, "
	"install etcd by hand, or give the option archive' >&2; exit 1; }";

int etcd_install(void *state, struct node *node, struct error *err)
{
	const struct etcd *etcd = state;
	struct arena arena = { 0 };
	struct reply reply;
	int result = -1;

	if (etcd->archive) {
		if (install_archive(etcd, node, &arena, err) < 0)
			goto out;
	} else {
		if (node_try(node, &arena, &reply, err,
			     "command -v etcd >/dev/null") < 0)
			goto out;
		if (reply.exit_status != 0 &&
		    node_run_within(node, INSTALL_TIMEOUT_NS, &arena, NULL, err,
				    "%s", apt_install) < 0)
			goto out;
	}
	if (options_bool(etcd->options, "unsafe-no-fsync") &&
	    node_run(node, &arena, NULL, err,
		     "%s --help 2>&1 | grep -q -e --unsafe-no-fsync || { "
		     "echo 'this etcd has no --unsafe-no-fsync: leave the "
		     "option out, or give an archive of etcd 3.5' >&2; "
		     "exit 1; }",
		     etcd_program(etcd)) < 0)
		goto out;
	result = 0;
out:
	arena_release(&arena);
	if (result < 0)
		error_wrap(err, "install etcd");
	return result;
}
