/* SPDX-License-Identifier: MIT */
/* Requests of one line, over a socket of this node. */
#ifndef ORDEAL_NEMESIS_AGENT_LINE_H
#define ORDEAL_NEMESIS_AGENT_LINE_H

#include <stddef.h>

/* A socket there, for root alone, in place of one that may be there; -1 with
 * errno. */
int line_listen(const char *path);

/* Accepts who is waiting and reads its line, without the newline: the client,
 * or -1 if there is none. It has a second. */
int line_take(int listener, char *line, size_t size);

/* Sends the reply, which ends with a newline, and closes the client. */
void line_reply(int client, const char *reply);

#endif
