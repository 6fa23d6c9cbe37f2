/* SPDX-License-Identifier: MIT */
/* A wrong clock of etcd, by what it says itself: the dates of its replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/core/clock.h"
#include "harness/fault.h"

#include "tests/support/clock_programs.h"
#include "tests/support/etcd_cluster.h"

extern const struct fault fault_clock;

#define MS INT64_C(1000000)
#define S (1000 * MS)
#define PORT 2379

static struct bed bed;

static int begin(void **state)
{
	*state = &bed;
	if (bed_make(&bed, "test-clock-etcd", 1) == 0 &&
	    bed_start_etcd(&bed, NULL, NULL) == 0) {
		bed.patience_ns = 20 * S;
		return 0;
	}
	fprintf(stderr, "%s\n", bed.err.text);
	bed_remove(&bed);
	return -1;
}

static int end(void **state)
{
	bed_remove(*state);
	return 0;
}

static int connect_to_etcd(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT) };
	struct timeval patience = { .tv_sec = 30 };
	int one = 1;
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(client >= 0);
	assert_int_equal(inet_pton(AF_INET,
				   node_address(cluster_node(bed.cluster, 0)),
				   &to.sin_addr),
			 1);
	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)),
			 0);
	return client;
}

/* The second that etcd believes it is. The reply is small and ends with }. */
static int64_t ask_second(int client)
{
	static const char request[] = "GET /version HTTP/1.1\r\n"
				      "Host: etcd\r\n\r\n";
	char reply[4096] = "";
	size_t used = 0;
	struct tm date = { 0 };
	const char *at;

	assert_int_equal(write(client, request, sizeof(request) - 1),
			 sizeof(request) - 1);
	while (!used || reply[used - 1] != '}') {
		ssize_t got =
			read(client, reply + used, sizeof(reply) - 1 - used);

		assert_true(got > 0);
		used += (size_t)got;
		reply[used] = '\0';
	}
	at = strstr(reply, "\r\nDate: ");
	assert_non_null(at);
	assert_non_null(strptime(at + 8, "%a, %d %b %Y %H:%M:%S GMT", &date));
	return timegm(&date);
}

static int64_t real_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * S + now.tv_nsec;
}

/*
 * When the date changes from one reply to the next, etcd's clock passed a
 * whole second after the former request was sent and before the latter reply
 * was here. That bounds its offset; the best of some seconds counts.
 */
static void bound_offset(int64_t *least_ns, int64_t *most_ns)
{
	int client = connect_to_etcd();
	int64_t sent_ns = real_ns();
	int64_t second = ask_second(client);

	*least_ns = INT64_MIN / 2;
	*most_ns = INT64_MAX / 2;
	for (int changes = 0; changes < 4 && *most_ns - *least_ns > MS;) {
		int64_t now_ns = real_ns();
		int64_t next = ask_second(client);
		int64_t here_ns = real_ns();

		if (next == second + 1) {
			changes++;
			if (here_ns - sent_ns < *most_ns - *least_ns) {
				*least_ns = next * S - here_ns;
				*most_ns = next * S - sent_ns;
			}
		}
		second = next;
		sent_ns = now_ns;
	}
	close(client);
}

static void expect_offset(int64_t offset_ns)
{
	int64_t least_ns;
	int64_t most_ns;

	bound_offset(&least_ns, &most_ns);
	printf("etcd: asked %lld ns, off by %lld to %lld ns\n",
	       (long long)offset_ns, (long long)(least_ns - offset_ns),
	       (long long)(most_ns - offset_ns));
	assert_true(offset_ns >= least_ns - MS);
	assert_true(offset_ns <= most_ns + MS);
}

static struct bed_fault *inject(const char *direction)
{
	const char *options[] = { "kinds",     "step",	     "offset-min",
				  "1s",	       "offset-max", "1m",
				  "direction", direction,    NULL };
	struct bed_fault *opened = bed_open_fault(&bed, &fault_clock, options);

	if (!opened)
		fail_msg("%s", bed.err.text);
	if (fault_clock.inject(opened->state, "all", &opened->note, &bed.err) ||
	    fault_clock.verify(opened->state, &opened->note, &bed.err) !=
		    EFFECT_PROVEN)
		fail_msg("no effect: %s", bed.err.text);
	return opened;
}

static int64_t asked_ns(const struct bed_fault *opened)
{
	const struct figure *of =
		figure_find(figure_find(&opened->note, "skew"),
			    node_name(cluster_node(bed.cluster, 0)));

	assert_non_null(of);
	return figure_find(of, "offset-ns")->number;
}

static void heal(struct bed_fault *opened)
{
	if (fault_clock.heal(opened->state, &opened->note, &bed.err) ||
	    fault_clock.verify_healed(opened->state, &opened->note, &bed.err) !=
		    EFFECT_PROVEN)
		fail_msg("not healed: %s", bed.err.text);
}

static void etcd_dates_its_replies_as_asked(void **state)
{
	int64_t host_ns = clock_program_host_ns();
	struct bed_fault *opened = inject("forward");

	(void)state;
	expect_offset(asked_ns(opened));
	heal(opened);
	expect_offset(0);
	assert_in_range(llabs(clock_program_host_ns() - host_ns), 0, MS);
}

/* It starts with the kernel's functions, which are new in a new process. */
static void a_restarted_etcd_is_wrong_again(void **state)
{
	struct bed_fault *opened = inject("backward");
	const struct cluster_control *control = cluster_control(bed.cluster);
	struct node *node = cluster_node(bed.cluster, 0);
	int64_t value;

	(void)state;
	assert_int_equal(
		node_daemon_signal(node, control->daemons[0], "KILL", &bed.err),
		0);
	assert_int_equal(control->start(control->context, node, &bed.err), 0);
	assert_int_equal(control->await_ready(control->context, node,
					      clock_now_ns() + 120 * S,
					      &bed.err),
			 0);
	assert_int_equal(
		fault_clock.verify(opened->state, &opened->note, &bed.err),
		EFFECT_PROVEN);
	expect_offset(asked_ns(opened));
	heal(opened);
	assert_int_equal(bed_write(&bed, 0, 1, 5), OUTCOME_OK);
	assert_int_equal(bed_read(&bed, 0, 1, &value), OUTCOME_OK);
	assert_int_equal(value, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(etcd_dates_its_replies_as_asked),
		cmocka_unit_test(a_restarted_etcd_is_wrong_again),
	};

	if (geteuid() != 0 || access("/usr/bin/etcd", X_OK) != 0) {
		puts("needs root and etcd");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
