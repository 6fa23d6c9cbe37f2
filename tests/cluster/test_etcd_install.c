/* SPDX-License-Identifier: MIT */
/* Ways for etcd to come to a node, and what is said when none works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"
#include "harness/target.h"

#include "tests/support/etcd_cluster.h"

extern const struct target target_etcd;

/* On this side; made by mkstemp. */
static char archive[] = P_tmpdir "/ordeal-etcd-XXXXXX";

static int begin(void **state)
{
	static struct bed bed;
	int fd = mkstemp(archive);

	if (fd < 0)
		return -1;
	close(fd);
	*state = &bed;
	if (bed_make(&bed, "test-install", 1) < 0) {
		fprintf(stderr, "%s\n", bed.err.text);
		bed_remove(&bed);
		return -1;
	}
	bed.patience_ns = 20 * NS_PER_S;
	return 0;
}

static int end(void **state)
{
	unlink(archive);
	bed_remove(*state);
	return 0;
}

/* A tarball as etcd's releases are, of the node's own program. */
static void make_archive(struct bed *bed)
{
	struct node *node = cluster_node(bed->cluster, 0);

	assert_string_equal(bed_ask(bed, 0,
				    "mkdir -p /tmp/a/etcd-v0-linux-any && "
				    "cp \"$(command -v etcd)\" "
				    "/tmp/a/etcd-v0-linux-any/etcd && "
				    "tar -czf /tmp/a.tar.gz -C /tmp/a . && "
				    "echo made"),
			    "made");
	assert_int_equal(
		node_download(node, "/tmp/a.tar.gz", archive, &bed->err), 0);
}

static void an_archive_is_unpacked_and_started(void **state)
{
	struct bed *bed = *state;
	int64_t value;

	make_archive(bed);
	if (bed_start_etcd(bed, "archive", archive) < 0)
		fail_msg("%s", bed->err.text);
	assert_string_equal(bed_ask(bed, 0,
				    "read -r p _ </run/ordeal/etcd.pid;"
				    " readlink /proc/$p/exe"),
			    "/opt/ordeal/etcd/etcd");
	assert_int_equal(bed_write(bed, 0, 1, 5), OUTCOME_OK);
	assert_int_equal(bed_read(bed, 0, 1, &value), OUTCOME_OK);
	assert_int_equal(bed_stop_etcd(bed), 0);
	assert_string_equal(bed_ask(bed, 0,
				    "ls -A /var/lib/ordeal/etcd && echo wiped"),
			    "wiped");
}

static void an_archive_without_etcd_is_refused(void **state)
{
	struct bed *bed = *state;

	assert_string_equal(bed_ask(bed, 0,
				    "tar -czf /tmp/b.tar.gz "
				    "/etc/hostname 2>/dev/null && echo made"),
			    "made");
	assert_int_equal(node_download(cluster_node(bed->cluster, 0),
				       "/tmp/b.tar.gz", archive, &bed->err),
			 0);
	assert_int_equal(bed_start_etcd(bed, "archive", archive), -1);
	assert_non_null(strstr(bed->err.text, "no program etcd"));
	target_etcd.close(bed->etcd);
	bed->etcd = NULL;
}

static void an_archive_that_is_not_there_is_named(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(bed_start_etcd(bed, "archive", "/none.tar"), -1);
	assert_non_null(strstr(bed->err.text, "/none.tar"));
}

static void an_option_that_this_etcd_lacks_is_named(void **state)
{
	struct bed *bed = *state;

	if (strcmp(bed_ask(bed, 0,
			   "etcd --help 2>&1 | grep -q -e "
			   "--unsafe-no-fsync || echo lacks"),
		   "lacks") != 0)
		skip();
	assert_int_equal(bed_start_etcd(bed, "unsafe-no-fsync", "true"), -1);
	assert_non_null(strstr(bed->err.text, "has no --unsafe-no-fsync"));
	target_etcd.close(bed->etcd);
	bed->etcd = NULL;
}

/* On a node without etcd, with an apt-get that says what it sees. */
static void the_package_is_installed_without_its_service(void **state)
{
	struct bed *bed = *state;

	bed_ask(bed, 0,
		"real=$(command -v etcd); mv \"$real\" /root/etcd; "
		"apt=$(command -v apt-get); mv \"$apt\" /root/apt-get; "
		"printf '#!/bin/sh\\necho \"$*\" >>/tmp/apt.log\\n"
		"/usr/sbin/policy-rc.d; echo policy $? >>/tmp/apt.log\\n"
		"test \"$1\" = update || test -e /tmp/updated && "
		"touch /tmp/updated && exit 0\\ntouch /tmp/updated; exit 9\\n'"
		" >\"$apt\"; chmod 755 \"$apt\"; rm -f /usr/sbin/policy-rc.d");
	if (bed_start_etcd(bed, NULL, NULL) == 0)
		fail_msg("%s", "there is another etcd");
	assert_non_null(strstr(bed_ask(bed, 0, "cat /tmp/apt.log"),
			       "etcd-server\npolicy 101"));
	assert_non_null(strstr(bed_ask(bed, 0, "cat /tmp/apt.log"),
			       "update -q\npolicy 101"));
	assert_string_equal(bed_ask(bed, 0,
				    "test -e /usr/sbin/policy-rc.d || "
				    "echo gone"),
			    "gone");
	target_etcd.close(bed->etcd);
	bed->etcd = NULL;
	bed_ask(bed, 0, "rm \"$(command -v apt-get)\"");
	assert_int_equal(bed_start_etcd(bed, NULL, NULL), -1);
	assert_non_null(strstr(bed->err.text, "give the option archive"));
	target_etcd.close(bed->etcd);
	bed->etcd = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_archive_is_unpacked_and_started),
		cmocka_unit_test(an_archive_without_etcd_is_refused),
		cmocka_unit_test(an_archive_that_is_not_there_is_named),
		cmocka_unit_test(an_option_that_this_etcd_lacks_is_named),
		cmocka_unit_test(the_package_is_installed_without_its_service),
	};

	if (geteuid() != 0) {
		puts("the local cluster needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
