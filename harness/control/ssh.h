/* SPDX-License-Identifier: MIT */
/* The transport that real nodes are reached by: ssh, through libssh2. */
#ifndef ORDEAL_CONTROL_SSH_H
#define ORDEAL_CONTROL_SSH_H

#include "harness/control/transport.h"
#include "harness/core/error.h"

#include <stdint.h>

struct node_config;

/*
 * Connects, checks the host's key and logs in, all by `deadline_ns`. The
 * session (for ssh_transport) belongs to one thread at a time; `config` and
 * its strings must outlive it. NULL with one sentence otherwise.
 *
 * The host key must be in `config->known_hosts` (else ~/.ssh/known_hosts and
 * /etc/ssh/ssh_known_hosts), hashed or plain; a key that is unknown and a key
 * that differs are two different errors, each with its remedy. Patterns and
 * lines with a marker (@cert-authority, @revoked) are passed over.
 * `accept_any_host_key` skips the check.
 *
 * Tried in this order: the key file given, the keys of the agent, the files
 * id_ed25519, id_ecdsa, id_rsa in ~/.ssh, the password (also where the server
 * asks for it by keyboard-interactive). When none is accepted the error says
 * for each why. A key with a passphrase works through the agent only.
 */
void *ssh_open(const struct node_config *config, int64_t deadline_ns,
	       struct error *err);

/*
 * run: the line is given to /bin/sh whatever the login shell is. Output of
 * more than 256 MiB a stream is an error. upload, download: by SFTP, under a
 * name of its own first. reopen does nothing while the session is sound.
 */
extern const struct transport ssh_transport;

#endif
