/* SPDX-License-Identifier: MIT */
#include "targets/memory/bugs.h"

#include <string.h>

const char *const bug_names[BUG_COUNT + 1] = {
#define BUG_NAME(name, text, summary) text,
	BUGS(BUG_NAME)
#undef BUG_NAME
};

enum bug bug_from_name(const char *name)
{
	for (enum bug bug = BUG_NONE; bug < BUG_COUNT; bug++) {
		if (strcmp(bug_names[bug], name) == 0)
			return bug;
	}
	return BUG_NONE;
}
