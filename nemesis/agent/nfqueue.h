/* SPDX-License-Identifier: MIT */
/* Packets that the kernel asks us about (NFQUEUE over netlink). */
#ifndef ORDEAL_NEMESIS_AGENT_NFQUEUE_H
#define ORDEAL_NEMESIS_AGENT_NFQUEUE_H

#include <stddef.h>
#include <stdint.h>

/* How many packets the kernel keeps for us; more of them pass. */
#define NFQUEUE_LENGTH 65536

/*
 * Binds the queue `number` of this network namespace: whole packets, as they
 * would leave (segmented, checksums done). Returns a socket that can be
 * polled, or -1 with errno. When it is closed, what is still in the queue is
 * dropped by the kernel, and rules with --queue-bypass let packets pass.
 */
int nfqueue_open(uint16_t number);

typedef void nfqueue_taker(void *context, uint32_t id,
			   const unsigned char *packet, size_t size);

/* Reads what is there, without waiting, and hands over each packet (its bytes
 * are valid during the call). -1 with errno when the queue is broken. */
int nfqueue_read(int queue, nfqueue_taker *take, void *context);

/* What becomes of packet `id`; with `packet`, it goes on with these bytes.
 * Every packet needs one. */
int nfqueue_accept(int queue, uint16_t number, uint32_t id,
		   const unsigned char *packet, size_t size);
int nfqueue_drop(int queue, uint16_t number, uint32_t id);

#endif
