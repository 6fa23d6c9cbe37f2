/* SPDX-License-Identifier: MIT */
/* Move files, by SFTP. */
#include "harness/control/ssh_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/node.h"

#define PIECE_SIZE ((size_t)256 * 1024)

struct copy {
	struct ssh *ssh;
	int64_t deadline_ns;
	LIBSSH2_SFTP_HANDLE *handle; /* the file there */
	int fd;			     /* the file here */
	char *piece;
};

/* The server's reason, from SFTP's own codes. */
static int sftp_fail(struct ssh *ssh, int code, struct error *err,
		     const char *verb, const char *remote)
{
	static const char *const reasons[] = {
		[LIBSSH2_FX_NO_SUCH_FILE] = "no such file",
		[LIBSSH2_FX_PERMISSION_DENIED] = "permission denied",
		[LIBSSH2_FX_FAILURE] = "failure (disk full?)",
		[LIBSSH2_FX_OP_UNSUPPORTED] = "not supported",
	};
	unsigned long number;

	if (code != LIBSSH2_ERROR_SFTP_PROTOCOL || !ssh->sftp) {
		ssh_fail(ssh, code, err, remote);
		return error_wrap(err, "%s", verb);
	}
	number = libssh2_sftp_last_error(ssh->sftp);
	if (number < sizeof(reasons) / sizeof(reasons[0]) && reasons[number])
		return error_set(err, "%s %s: %s", verb, remote,
				 reasons[number]);
	return error_set(err, "%s %s: SFTP error %lu", verb, remote, number);
}

static int start_sftp(struct ssh *ssh, int64_t deadline_ns, struct error *err)
{
	int code;

	if (ssh->is_broken)
		return error_set(err, "the connection is broken");
	if (ssh->sftp)
		return 0;
	do {
		ssh->sftp = libssh2_sftp_init(ssh->session);
		code = ssh->sftp ? 0 : libssh2_session_last_errno(ssh->session);
	} while (code == LIBSSH2_ERROR_EAGAIN &&
		 ssh_wait(ssh, deadline_ns, err) == 0);
	if (code)
		return ssh_fail(ssh, code, err,
				"start SFTP (does sshd_config have a "
				"Subsystem sftp line?)");
	return 0;
}

static int open_remote(struct copy *copy, const char *remote,
		       unsigned long flags, int mode, const char *verb,
		       struct error *err)
{
	struct ssh *ssh = copy->ssh;
	int code;

	do {
		copy->handle = libssh2_sftp_open_ex(
			ssh->sftp, remote, (unsigned int)strlen(remote), flags,
			mode, LIBSSH2_SFTP_OPENFILE);
		code = copy->handle ? 0
				    : libssh2_session_last_errno(ssh->session);
	} while (code == LIBSSH2_ERROR_EAGAIN &&
		 ssh_wait(ssh, copy->deadline_ns, err) == 0);
	return code ? sftp_fail(ssh, code, err, verb, remote) : 0;
}

static int close_remote(struct copy *copy, struct error *err)
{
	int code;

	if (!copy->handle || copy->ssh->is_broken)
		return 0;
	SSH_UNTIL_DONE(code, copy->ssh, copy->deadline_ns, err,
		       libssh2_sftp_close_handle(copy->handle));
	copy->handle = NULL;
	return code ? sftp_fail(copy->ssh, code, err, "close", "the file") : 0;
}

static int send_piece(struct copy *copy, size_t size, const char *remote,
		      struct error *err)
{
	size_t sent = 0;

	while (sent < size) {
		ssize_t count;

		do {
			count = libssh2_sftp_write(
				copy->handle, copy->piece + sent, size - sent);
		} while (count == LIBSSH2_ERROR_EAGAIN &&
			 ssh_wait(copy->ssh, copy->deadline_ns, err) == 0);
		if (count < 0)
			return sftp_fail(copy->ssh, (int)count, err, "write",
					 remote);
		sent += (size_t)count;
	}
	return 0;
}

static int send_file(struct copy *copy, const char *local, const char *remote,
		     int mode, struct error *err)
{
	LIBSSH2_SFTP_ATTRIBUTES attributes = {
		.flags = LIBSSH2_SFTP_ATTR_PERMISSIONS,
		.permissions = (unsigned long)mode
	};
	ssize_t size;
	int code;

	if (open_remote(copy, remote,
			LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT |
				LIBSSH2_FXF_TRUNC,
			0600, "create", err))
		return -1;
	while ((size = read(copy->fd, copy->piece, PIECE_SIZE)) > 0)
		if (send_piece(copy, (size_t)size, remote, err))
			return -1;
	if (size < 0)
		return error_errno(err, "read %s", local);
	/* Not by the open: the umask there would have its say. */
	SSH_UNTIL_DONE(code, copy->ssh, copy->deadline_ns, err,
		       libssh2_sftp_fstat_ex(copy->handle, &attributes, 1));
	if (code)
		return sftp_fail(copy->ssh, code, err, "set the mode of",
				 remote);
	return close_remote(copy, err);
}

/* SFTP 3 cannot replace a file in one step; mv can. */
static int put_in_place(struct copy *copy, const char *from, const char *to,
			struct error *err)
{
	struct arena arena = { 0 };
	struct reply reply;
	struct command command = { .deadline_ns = copy->deadline_ns };
	int result;

	command.line =
		arena_printf(&arena, "mv -fT %s %s", shell_quote(&arena, from),
			     shell_quote(&arena, to));
	result = ssh_run(copy->ssh, &command, &arena, &reply, err);
	if (result == 0 && reply.exit_status != 0) {
		reply.err[strcspn(reply.err, "\n")] = '\0';
		result = error_set(err, "%s", reply.err);
	}
	arena_release(&arena);
	return result;
}

static void remove_remote(struct copy *copy, const char *name)
{
	struct error ignored;
	int code;

	if (copy->ssh->is_broken)
		return;
	SSH_UNTIL_DONE(code, copy->ssh, copy->deadline_ns, &ignored,
		       libssh2_sftp_unlink_ex(copy->ssh->sftp, name,
					      (unsigned int)strlen(name)));
	(void)code; /* there is nothing more that one could do */
}

int ssh_upload(void *session, const char *local, const char *remote, int mode,
	       int64_t deadline_ns, struct error *err)
{
	struct copy copy = { .ssh = session, .deadline_ns = deadline_ns };
	struct arena arena = { 0 };
	struct error ignored;
	const char *name;
	int result;

	copy.fd = open(local, O_RDONLY | O_CLOEXEC);
	if (copy.fd < 0)
		return error_errno(err, "open %s", local);
	copy.piece = heap_alloc(PIECE_SIZE);
	name = arena_printf(&arena, "%s.part-%ld", remote, (long)getpid());
	result = start_sftp(session, deadline_ns, err);
	if (result == 0) {
		result = send_file(&copy, local, name, mode, err);
		close_remote(&copy, &ignored);
		if (result == 0)
			result = put_in_place(&copy, name, remote, err);
		if (result != 0)
			remove_remote(&copy, name);
	}
	close(copy.fd);
	free(copy.piece);
	arena_release(&arena);
	return result;
}

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t count = write(fd, bytes, size);

		if (count < 0 && errno != EINTR)
			return -1;
		if (count > 0) {
			bytes += count;
			size -= (size_t)count;
		}
	}
	return 0;
}

static int receive_file(struct copy *copy, const char *remote,
			const char *local, struct error *err)
{
	if (open_remote(copy, remote, LIBSSH2_FXF_READ, 0, "open", err))
		return -1;
	for (;;) {
		ssize_t count;

		do {
			count = libssh2_sftp_read(copy->handle, copy->piece,
						  PIECE_SIZE);
		} while (count == LIBSSH2_ERROR_EAGAIN &&
			 ssh_wait(copy->ssh, copy->deadline_ns, err) == 0);
		if (count < 0)
			return sftp_fail(copy->ssh, (int)count, err, "read",
					 remote);
		if (count == 0)
			return 0;
		if (write_all(copy->fd, copy->piece, (size_t)count))
			return error_errno(err, "write %s", local);
	}
}

int ssh_download(void *session, const char *remote, const char *local,
		 int64_t deadline_ns, struct error *err)
{
	struct copy copy = { .ssh = session, .deadline_ns = deadline_ns };
	struct arena arena = { 0 };
	struct error ignored;
	const char *name;
	int result;

	if (start_sftp(session, deadline_ns, err))
		return -1;
	name = arena_printf(&arena, "%s.part-%ld", local, (long)getpid());
	copy.fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (copy.fd < 0) {
		error_errno(err, "create %s", name);
		arena_release(&arena);
		return -1;
	}
	copy.piece = heap_alloc(PIECE_SIZE);
	result = receive_file(&copy, remote, local, err);
	close_remote(&copy, &ignored);
	if (close(copy.fd) != 0 && result == 0)
		result = error_errno(err, "write %s", local);
	if (result == 0 && rename(name, local) != 0)
		result = error_errno(err, "rename %s", name);
	if (result != 0)
		unlink(name);
	free(copy.piece);
	arena_release(&arena);
	return result;
}
