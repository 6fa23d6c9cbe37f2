/* SPDX-License-Identifier: MIT */
#include "harness/core/op.h"

#include <string.h>

static const char *const verb_names[VERB_COUNT] = {
	[VERB_NONE] = "none",
	[VERB_READ] = "read",
	[VERB_WRITE] = "write",
	[VERB_CAS] = "cas",
	[VERB_APPEND] = "append",
	[VERB_ADD] = "add",
	[VERB_REMOVE] = "remove",
	[VERB_CONTAINS] = "contains",
	[VERB_INCREMENT] = "increment",
	[VERB_DECREMENT] = "decrement",
	[VERB_ENQUEUE] = "enqueue",
	[VERB_DEQUEUE] = "dequeue",
	[VERB_DRAIN] = "drain",
	[VERB_PUSH] = "push",
	[VERB_POP] = "pop",
	[VERB_PEEK] = "peek",
	[VERB_ACQUIRE] = "acquire",
	[VERB_RELEASE] = "release",
	[VERB_SEND] = "send",
	[VERB_POLL] = "poll",
	[VERB_ASSIGN] = "assign",
	[VERB_SUBSCRIBE] = "subscribe",
	[VERB_COMMIT] = "commit",
	[VERB_GENERATE] = "generate",
	[VERB_TXN] = "txn",
};

const char *verb_name(enum verb verb)
{
	return verb < VERB_COUNT ? verb_names[verb] : "none";
}

enum verb verb_from_name(const char *name, size_t length)
{
	if (length == 1 && name[0] == 'r')
		return VERB_READ;
	if (length == 1 && name[0] == 'w')
		return VERB_WRITE;
	for (enum verb verb = VERB_READ; verb < VERB_COUNT; verb++) {
		if (strlen(verb_names[verb]) == length &&
		    memcmp(verb_names[verb], name, length) == 0)
			return verb;
	}
	return VERB_NONE;
}

const char *object_name(enum object object)
{
	static const char *const names[OBJECT_COUNT] = {
		[OBJECT_NONE] = "none",	    [OBJECT_REGISTER] = "register",
		[OBJECT_LIST] = "list",	    [OBJECT_SET] = "set",
		[OBJECT_COUNTER] = "counter", [OBJECT_QUEUE] = "queue",
		[OBJECT_LOCK] = "lock",	    [OBJECT_LOG] = "log",
		[OBJECT_ID] = "id", [OBJECT_MAP] = "map",
	};

	return object < OBJECT_COUNT ? names[object] : "none";
}

bool verb_reads(enum verb verb)
{
	switch (verb) {
	case VERB_READ:
	case VERB_DEQUEUE:
	case VERB_DRAIN:
	case VERB_POP:
	case VERB_PEEK:
	case VERB_POLL:
	case VERB_GENERATE:
		return true;
	default:
		return false;
	}
}

const char *op_type_name(enum op_type type)
{
	switch (type) {
	case OP_INVOKE:
		return "invoke";
	case OP_OK:
		return "ok";
	case OP_FAIL:
		return "fail";
	case OP_INFO:
		return "info";
	case OP_NONE:
		break;
	}
	return "none";
}
