/* SPDX-License-Identifier: MIT */
#include "tests/support/fake_transport.h"

#include <stdio.h>
#include <string.h>

static void note_command(struct fake *fake, const struct command *command)
{
	size_t size = command->input_size;

	fake->calls++;
	snprintf(fake->line, sizeof(fake->line), "%s", command->line);
	if (size >= sizeof(fake->input))
		size = sizeof(fake->input) - 1;
	if (size > 0)
		memcpy(fake->input, command->input, size);
	fake->input[size] = '\0';
	fake->input_size = command->input_size;
}

static void answer(struct reply *reply, struct arena *arena, int exit_status,
		   const char *out, const char *err)
{
	*reply = (struct reply){ .exit_status = exit_status };
	reply->out = arena_strdup(arena, out ? out : "");
	reply->out_size = strlen(reply->out);
	reply->err = arena_strdup(arena, err ? err : "");
	reply->err_size = strlen(reply->err);
}

static int fake_run(void *session, const struct command *command,
		    struct arena *arena, struct reply *reply, struct error *err)
{
	struct fake *fake = session;
	const struct fake_step *step;

	note_command(fake, command);
	if (fake->calls == fake->fail_call)
		return error_set(err, "the connection was cut");
	if (!fake->steps) {
		answer(reply, arena, 0, NULL, NULL);
		return 0;
	}
	step = &fake->steps[fake->next];
	if ((!step->pattern && !step->out && !step->err && !step->trouble &&
	     !step->exit_status) ||
	    (step->pattern && !strstr(command->line, step->pattern))) {
		fake->surprises++;
		return error_set(err, "not expected: %s", command->line);
	}
	fake->next++;
	if (step->trouble)
		return error_set(err, "%s", step->trouble);
	answer(reply, arena, step->exit_status, step->out, step->err);
	return 0;
}

static int fake_upload(void *session, const char *local, const char *remote,
		       int mode, int64_t deadline_ns, struct error *err)
{
	struct fake *fake = session;

	(void)deadline_ns;
	(void)err;
	snprintf(fake->moved, sizeof(fake->moved), "up %s %s %o", local, remote,
		 (unsigned int)mode);
	return 0;
}

static int fake_download(void *session, const char *remote, const char *local,
			 int64_t deadline_ns, struct error *err)
{
	struct fake *fake = session;

	(void)deadline_ns;
	(void)err;
	snprintf(fake->moved, sizeof(fake->moved), "down %s %s", remote, local);
	return 0;
}

static int fake_reopen(void *session, int64_t deadline_ns, struct error *err)
{
	struct fake *fake = session;

	(void)deadline_ns;
	(void)err;
	fake->reopened++;
	return 0;
}

static void fake_close(void *session)
{
	struct fake *fake = session;

	if (fake)
		fake->is_closed = true;
}

const struct transport fake_transport = {
	.name = "fake",
	.run = fake_run,
	.upload = fake_upload,
	.download = fake_download,
	.reopen = fake_reopen,
	.close = fake_close,
};
