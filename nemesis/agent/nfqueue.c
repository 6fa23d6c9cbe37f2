/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/nfqueue.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A packet of 64 KiB with its attributes. */
#define MESSAGE_MAX (66 * 1024)

/* Room in the socket for bursts. */
#define SOCKET_BYTES (8 * 1024 * 1024)

/* The kernel's own macros for these are of type int. */
#define HEAD_SIZE sizeof(struct nlattr)

static size_t aligned(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

struct message {
	struct nlmsghdr head;
	struct nfgenmsg family;
	unsigned char attributes[256];
};

static struct message message_of(int type, int flags, uint16_t number)
{
	struct message message = {
		.head = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)),
			.nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type),
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		},
		.family = { .nfgen_family = AF_UNSPEC,
			    .version = NFNETLINK_V0,
			    .res_id = htons(number) },
	};

	return message;
}

static void put(struct message *message, int type, const void *bytes,
		size_t size)
{
	struct nlattr attribute = {
		.nla_len = (uint16_t)(HEAD_SIZE + size),
		.nla_type = (uint16_t)type,
	};
	unsigned char *end = (unsigned char *)message + message->head.nlmsg_len;

	memcpy(end, &attribute, sizeof(attribute));
	memcpy(end + HEAD_SIZE, bytes, size);
	message->head.nlmsg_len += (uint32_t)aligned(HEAD_SIZE + size);
}

/* Sends a request and waits for its acknowledgement. */
static int request(int queue, struct message *message)
{
	unsigned char bytes[1024];
	struct nlmsghdr head;
	struct nlmsgerr answer;
	ssize_t got;

	message->head.nlmsg_flags |= NLM_F_ACK;
	if (send(queue, message, message->head.nlmsg_len, 0) < 0)
		return -1;
	got = recv(queue, bytes, sizeof(bytes), 0);
	if (got < (ssize_t)NLMSG_LENGTH(sizeof(answer))) {
		errno = got < 0 ? errno : EPROTO;
		return -1;
	}
	memcpy(&head, bytes, sizeof(head));
	memcpy(&answer, bytes + NLMSG_HDRLEN, sizeof(answer));
	if (head.nlmsg_type != NLMSG_ERROR || answer.error) {
		errno = answer.error < 0 ? -answer.error : EPROTO;
		return -1;
	}
	return 0;
}

static int bind_queue(int queue, uint16_t number)
{
	struct nfqnl_msg_config_cmd command = {
		.command = NFQNL_CFG_CMD_BIND,
	};
	struct nfqnl_msg_config_params whole = {
		.copy_range = htonl(0xffff),
		.copy_mode = NFQNL_COPY_PACKET,
	};
	uint32_t length = htonl(NFQUEUE_LENGTH);
	uint32_t flags = htonl(NFQA_CFG_F_FAIL_OPEN);
	struct message message = message_of(NFQNL_MSG_CONFIG, 0, number);

	put(&message, NFQA_CFG_CMD, &command, sizeof(command));
	if (request(queue, &message))
		return -1;
	message = message_of(NFQNL_MSG_CONFIG, 0, number);
	put(&message, NFQA_CFG_PARAMS, &whole, sizeof(whole));
	put(&message, NFQA_CFG_QUEUE_MAXLEN, &length, sizeof(length));
	put(&message, NFQA_CFG_FLAGS, &flags, sizeof(flags));
	put(&message, NFQA_CFG_MASK, &flags, sizeof(flags));
	return request(queue, &message);
}

int nfqueue_open(uint16_t number)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	int queue =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int bytes = SOCKET_BYTES;
	int yes = 1;

	if (queue < 0)
		return -1;
	setsockopt(queue, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	setsockopt(queue, SOL_NETLINK, NETLINK_NO_ENOBUFS, &yes, sizeof(yes));
	if (bind(queue, (struct sockaddr *)&self, sizeof(self)) ||
	    bind_queue(queue, number)) {
		int code = errno;

		close(queue);
		errno = code;
		return -1;
	}
	return queue;
}

/* One message of the kernel's: finds the packet and its number in it. */
static void read_packet(const unsigned char *at, size_t size,
			nfqueue_taker *take, void *context)
{
	const unsigned char *packet = NULL;
	size_t packet_size = 0;
	struct nfqnl_msg_packet_hdr about;
	bool has_id = false;

	while (size >= HEAD_SIZE) {
		struct nlattr attribute;
		size_t length;

		memcpy(&attribute, at, sizeof(attribute));
		length = attribute.nla_len;
		if (length < HEAD_SIZE || length > size)
			break;
		if ((attribute.nla_type & NLA_TYPE_MASK) == NFQA_PACKET_HDR &&
		    length >= HEAD_SIZE + sizeof(about)) {
			memcpy(&about, at + HEAD_SIZE, sizeof(about));
			has_id = true;
		} else if ((attribute.nla_type & NLA_TYPE_MASK) ==
			   NFQA_PAYLOAD) {
			packet = at + HEAD_SIZE;
			packet_size = length - HEAD_SIZE;
		}
		length = aligned(length);
		if (length > size)
			break;
		at += length;
		size -= length;
	}
	if (has_id)
		take(context, ntohl(about.packet_id), packet, packet_size);
}

static void read_messages(const unsigned char *at, size_t size,
			  nfqueue_taker *take, void *context)
{
	const size_t skip = NLMSG_LENGTH(sizeof(struct nfgenmsg));
	struct nlmsghdr head;

	while (size >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > size)
			return;
		if (head.nlmsg_type ==
			    (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET) &&
		    head.nlmsg_len >= skip)
			read_packet(at + skip, head.nlmsg_len - skip, take,
				    context);
		if (NLMSG_ALIGN(head.nlmsg_len) >= size)
			return;
		at += NLMSG_ALIGN(head.nlmsg_len);
		size -= NLMSG_ALIGN(head.nlmsg_len);
	}
}

int nfqueue_read(int queue, nfqueue_taker *take, void *context)
{
	unsigned char bytes[MESSAGE_MAX];

	for (int i = 0; i < 256; i++) {
		ssize_t got = recv(queue, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (got < 0)
			return errno == EAGAIN || errno == EINTR ||
					       errno == ENOBUFS
				       ? 0
				       : -1;
		read_messages(bytes, (size_t)got, take, context);
	}
	return 0;
}

static int judge(int queue, uint16_t number, uint32_t id, uint32_t verdict,
		 const unsigned char *packet, size_t size)
{
	struct nfqnl_msg_verdict_hdr about = { .verdict = htonl(verdict),
					       .id = htonl(id) };
	struct message message = message_of(NFQNL_MSG_VERDICT, 0, number);
	struct nlattr payload = { .nla_len = (uint16_t)(HEAD_SIZE + size),
				  .nla_type = NFQA_PAYLOAD };
	unsigned char bytes[MESSAGE_MAX];
	size_t used;

	put(&message, NFQA_VERDICT_HDR, &about, sizeof(about));
	if (!packet || size + 512 > sizeof(bytes) || size > 65000)
		return send(queue, &message, message.head.nlmsg_len, 0) < 0 ? -1
									    : 0;
	used = message.head.nlmsg_len;
	message.head.nlmsg_len = (uint32_t)(used + HEAD_SIZE + size);
	memcpy(bytes, &message, used);
	memcpy(bytes + used, &payload, sizeof(payload));
	memcpy(bytes + used + HEAD_SIZE, packet, size);
	return send(queue, bytes, message.head.nlmsg_len, 0) < 0 ? -1 : 0;
}

int nfqueue_accept(int queue, uint16_t number, uint32_t id,
		   const unsigned char *packet, size_t size)
{
	return judge(queue, number, id, NF_ACCEPT, packet, size);
}

int nfqueue_drop(int queue, uint16_t number, uint32_t id)
{
	return judge(queue, number, id, NF_DROP, NULL, 0);
}
