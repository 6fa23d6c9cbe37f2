/* SPDX-License-Identifier: MIT */
/* Who we are: key file, agent, the usual key files, password. */
#include "harness/control/ssh_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/cluster.h"

/* sshd allows 6 attempts by default; some are kept for what comes after. */
#define AGENT_KEYS_MAX 4

/* One attempt to log in: what was tried already, and what came of it. */
struct login {
	struct ssh *ssh;
	int64_t deadline_ns;
	const char *user;
	bool has_publickey, has_password, has_interactive;
	bool is_cut;	 /* the server has hung up */
	char tried[640]; /* "key /a: refused; agent: ..." */
};

__attribute__((format(printf, 2, 3))) static void note(struct login *login,
						       const char *format, ...)
{
	size_t used = strlen(login->tried);
	va_list args;

	if (used)
		used += (size_t)snprintf(login->tried + used,
					 sizeof(login->tried) - used, "; ");
	if (used >= sizeof(login->tried))
		return;
	va_start(args, format);
	vsnprintf(login->tried + used, sizeof(login->tried) - used, format,
		  args);
	va_end(args);
}

/* Why a method failed, without libssh2's words where ours are better. */
static const char *reason(struct login *login, int code, struct error *err)
{
	char *words = NULL;

	switch (code) {
	case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
	case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
		return "refused by the server";
	case LIBSSH2_ERROR_EAGAIN:
		login->is_cut = true;
		return err->text;
	case LIBSSH2_ERROR_SOCKET_DISCONNECT:
	case LIBSSH2_ERROR_SOCKET_RECV:
	case LIBSSH2_ERROR_SOCKET_SEND:
		login->is_cut = true;
		return "the server hung up (too many attempts?)";
	}
	libssh2_session_last_error(login->ssh->session, &words, NULL, 0);
	return words && *words ? words : "failed";
}

static bool try_key(struct login *login, const char *path)
{
	struct error err = { "" };
	const char *why;
	int code;

	if (access(path, R_OK) != 0) {
		note(login, "key %s: cannot be read", path);
		return false;
	}
	SSH_UNTIL_DONE(code, login->ssh, login->deadline_ns, &err,
		       libssh2_userauth_publickey_fromfile_ex(
			       login->ssh->session, login->user,
			       (unsigned int)strlen(login->user), NULL, path,
			       NULL));
	if (code == 0)
		return true;
	why = reason(login, code, &err);
	if (code == LIBSSH2_ERROR_FILE)
		why = "not a private key, or it has a passphrase (then use "
		      "ssh-agent)";
	else if (strstr(path, "id_rsa"))
		why = "refused by the server (RSA keys are signed with SHA-1 "
		      "here, which new servers reject: use ed25519)";
	note(login, "key %s: %s", path, why);
	return false;
}

static bool try_agent_keys(struct login *login, LIBSSH2_AGENT *agent)
{
	struct libssh2_agent_publickey *key = NULL;
	struct error err = { "" };
	int code, count = 0;

	while (count < AGENT_KEYS_MAX && !login->is_cut &&
	       libssh2_agent_get_identity(agent, &key, key) == 0) {
		SSH_UNTIL_DONE(code, login->ssh, login->deadline_ns, &err,
			       libssh2_agent_userauth(agent, login->user, key));
		if (code == 0)
			return true;
		note(login, "agent key %s: %s",
		     key->comment ? key->comment : "",
		     reason(login, code, &err));
		count++;
	}
	if (count == 0)
		note(login, "agent: holds no key");
	return false;
}

static bool try_agent(struct login *login)
{
	LIBSSH2_AGENT *agent;
	bool is_in = false;

	if (!getenv("SSH_AUTH_SOCK")) {
		note(login, "agent: none is running");
		return false;
	}
	agent = libssh2_agent_init(login->ssh->session);
	if (!agent)
		return false;
	if (libssh2_agent_connect(agent) != 0)
		note(login, "agent: SSH_AUTH_SOCK does not answer");
	else if (libssh2_agent_list_identities(agent) != 0)
		note(login, "agent: does not list its keys");
	else
		is_in = try_agent_keys(login, agent);
	libssh2_agent_disconnect(agent);
	libssh2_agent_free(agent);
	return is_in;
}

static bool try_usual_keys(struct login *login)
{
	static const char *const names[] = { "id_ed25519", "id_ecdsa",
					     "id_rsa" };
	struct arena arena = { 0 };
	bool is_in = false, is_there = false;

	for (size_t i = 0; i < 3 && !is_in && !login->is_cut; i++) {
		const char *path = ssh_user_file(&arena, names[i]);

		if (!path || access(path, F_OK) != 0)
			continue;
		is_there = true;
		is_in = try_key(login, path);
	}
	if (!is_there)
		note(login, "keys in ~/.ssh: there are none");
	arena_release(&arena);
	return is_in;
}

/* Some servers ask for the password as if for any question. */
static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer_with_password)
{
	const struct ssh *ssh = *abstract;
	const char *password = ssh->config->password;

	(void)name;
	(void)name_len;
	(void)instruction;
	(void)instruction_len;
	(void)prompts;
	for (int i = 0; i < num_prompts; i++) {
		responses[i].text = strdup(password); /* libssh2 frees it */
		responses[i].length = (unsigned int)strlen(password);
	}
}

static bool try_password(struct login *login)
{
	const char *password = login->ssh->config->password;
	LIBSSH2_SESSION *session = login->ssh->session;
	unsigned int size = (unsigned int)strlen(login->user);
	struct error err = { "" };
	int code;

	if (login->has_password) {
		SSH_UNTIL_DONE(code, login->ssh, login->deadline_ns, &err,
			       libssh2_userauth_password_ex(
				       session, login->user, size, password,
				       (unsigned int)strlen(password), NULL));
		if (code == 0)
			return true;
		note(login, "password: %s", reason(login, code, &err));
	}
	if (login->has_interactive && !login->is_cut) {
		SSH_UNTIL_DONE(code, login->ssh, login->deadline_ns, &err,
			       libssh2_userauth_keyboard_interactive_ex(
				       session, login->user, size,
				       answer_with_password));
		if (code == 0)
			return true;
		note(login, "keyboard-interactive: %s",
		     reason(login, code, &err));
	}
	if (!login->has_password && !login->has_interactive)
		note(login, "password: not accepted by this server");
	return false;
}

/* What the server would accept; true when it lets us in without anything. */
static bool ask_methods(struct login *login)
{
	LIBSSH2_SESSION *session = login->ssh->session;
	struct error err = { "" };
	char *list;
	int code;

	do {
		list = libssh2_userauth_list(session, login->user,
					     (unsigned int)strlen(login->user));
		code = list ? 0 : libssh2_session_last_errno(session);
	} while (code == LIBSSH2_ERROR_EAGAIN &&
		 ssh_wait(login->ssh, login->deadline_ns, &err) == 0);
	if (!list) {
		if (libssh2_userauth_authenticated(session))
			return true;
		note(login, "login: %s", reason(login, code, &err));
		login->is_cut = true;
		return false;
	}
	login->has_publickey = strstr(list, "publickey");
	login->has_password = strstr(list, "password");
	login->has_interactive = strstr(list, "keyboard-interactive");
	return false;
}

static bool try_keys(struct login *login)
{
	const char *path = login->ssh->config->key_file;

	if (!login->has_publickey) {
		note(login, "keys: not accepted by this server");
		return false;
	}
	if (path && try_key(login, path))
		return true;
	if (!login->is_cut && try_agent(login))
		return true;
	return !login->is_cut && try_usual_keys(login);
}

int ssh_authenticate(struct ssh *ssh, int64_t deadline_ns, struct error *err)
{
	const struct node_config *config = ssh->config;
	struct login login = { .ssh = ssh,
			       .deadline_ns = deadline_ns,
			       .user = config->user ? config->user : "root" };

	if (ask_methods(&login))
		return 0;
	if (!login.is_cut && try_keys(&login))
		return 0;
	if (!login.is_cut && config->password && try_password(&login))
		return 0;
	if (!login.is_cut && !config->password)
		note(&login, "password: none given");
	return error_set(err, "log in as %s: %s", login.user, login.tried);
}
