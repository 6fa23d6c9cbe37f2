/* SPDX-License-Identifier: MIT */
#include "nemesis/ports.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"

#define PORT_LARGEST 65535

static int read_port(const char *text, const struct cluster_control *control,
		     int *port, struct error *err)
{
	bool is_client = strcmp(text, "client") == 0;
	char *end;
	long number;

	if (is_client || strcmp(text, "peer") == 0) {
		*port = !control  ? 0 :
			is_client ? control->client_port :
				    control->peer_port;
		if (*port == 0)
			return error_set(err,
					 "the store does not tell its %s "
					 "port; say its number",
					 text);
		return 0;
	}
	number = strtol(text, &end, 10);
	if (end == text || *end || number < 1 || number > PORT_LARGEST)
		return error_set(err,
				 "%s is no port: say peer, client, or 1 to %d",
				 text, PORT_LARGEST);
	*port = (int)number;
	return 0;
}

int ports_read(const char *const *texts, const struct cluster_control *control,
	       struct ports *ports, struct error *err)
{
	*ports = (struct ports){ .count = 0 };
	for (size_t i = 0; texts[i]; i++) {
		bool is_there = false;
		int port = 0;

		if (read_port(texts[i], control, &port, err) < 0)
			return -1;
		for (size_t j = 0; j < ports->count; j++)
			is_there = is_there || ports->numbers[j] == port;
		if (is_there)
			continue;
		if (ports->count == PORTS_MAX)
			return error_set(err, "more than %d ports", PORTS_MAX);
		ports->numbers[ports->count++] = port;
	}
	return 0;
}

void ports_note(const struct ports *ports, struct arena *arena,
		struct figure *note)
{
	struct figure *list;

	if (!ports->count)
		return;
	list = figure_add_list(note, arena, "ports");
	for (size_t i = 0; i < ports->count; i++)
		figure_add_int(list, arena, NULL, ports->numbers[i]);
}
