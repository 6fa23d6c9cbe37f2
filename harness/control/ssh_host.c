/* SPDX-License-Identifier: MIT */
/* Is the machine that answers the one that we know? */
#include "harness/control/ssh_session.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/control/cluster.h"

#define SYSTEM_KNOWN_HOSTS "/etc/ssh/ssh_known_hosts"

/* The kinds of host key, best first. */
static const struct kind {
	int bits; /* for libssh2_knownhost_*; 0: an unknown kind */
	int type; /* LIBSSH2_HOSTKEY_TYPE_* */
	const char *method;
} kinds[] = {
	{ LIBSSH2_KNOWNHOST_KEY_ED25519, LIBSSH2_HOSTKEY_TYPE_ED25519,
	  "ssh-ed25519" },
	{ LIBSSH2_KNOWNHOST_KEY_ECDSA_256, LIBSSH2_HOSTKEY_TYPE_ECDSA_256,
	  "ecdsa-sha2-nistp256" },
	{ LIBSSH2_KNOWNHOST_KEY_ECDSA_384, LIBSSH2_HOSTKEY_TYPE_ECDSA_384,
	  "ecdsa-sha2-nistp384" },
	{ LIBSSH2_KNOWNHOST_KEY_ECDSA_521, LIBSSH2_HOSTKEY_TYPE_ECDSA_521,
	  "ecdsa-sha2-nistp521" },
	{ LIBSSH2_KNOWNHOST_KEY_SSHRSA, LIBSSH2_HOSTKEY_TYPE_RSA, "ssh-rsa" },
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/*
 * The name as OpenSSH writes it into known_hosts. libssh2's own way with a
 * port also accepts the entry of port 22 for any other port, which OpenSSH
 * does not.
 */
static void entry_name(const struct ssh *ssh, char *name, size_t size)
{
	const struct node_config *config = ssh->config;
	const char *host = config->host ? config->host : config->name;

	if (config->port && config->port != 22)
		snprintf(name, size, "[%s]:%d", host, config->port);
	else
		snprintf(name, size, "%s", host);
	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
}

/* Line by line: libssh2_knownhost_readfile gives up at the first line that it
 * does not understand. A missing file is an empty one. */
static void read_entries(LIBSSH2_KNOWNHOSTS *known, const char *path)
{
	FILE *file = path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;

	if (!file)
		return;
	while ((size = getline(&line, &capacity, file)) > 0) {
		if (line[0] == '@' || line[0] == '#')
			continue;
		libssh2_knownhost_readline(known, line, (size_t)size,
					   LIBSSH2_KNOWNHOST_FILE_OPENSSH);
	}
	free(line);
	fclose(file);
}

static const char *known_hosts_path(const struct ssh *ssh, struct arena *arena)
{
	if (ssh->config->known_hosts)
		return ssh->config->known_hosts;
	return ssh_user_file(arena, "known_hosts");
}

/* To be freed with libssh2_knownhost_free. */
static LIBSSH2_KNOWNHOSTS *load(struct ssh *ssh, struct error *err)
{
	LIBSSH2_KNOWNHOSTS *known = libssh2_knownhost_init(ssh->session);
	struct arena arena = { 0 };

	if (!known) {
		error_set(err, "libssh2 cannot read known hosts");
		return NULL;
	}
	read_entries(known, known_hosts_path(ssh, &arena));
	if (!ssh->config->known_hosts)
		read_entries(known, SYSTEM_KNOWN_HOSTS);
	arena_release(&arena);
	return known;
}

/* Compares with a key that nobody has: a mismatch means that the host has an
 * entry of that kind (also where names are hashed and cannot be listed). */
static bool has_kind(LIBSSH2_KNOWNHOSTS *known, const char *name,
		     const struct kind *kind)
{
	return libssh2_knownhost_check(
		       known, name, "none", 4,
		       LIBSSH2_KNOWNHOST_TYPE_PLAIN |
			       LIBSSH2_KNOWNHOST_KEYENC_RAW | kind->bits,
		       NULL) == LIBSSH2_KNOWNHOST_CHECK_MISMATCH;
}

int ssh_host_prefer(struct ssh *ssh, struct error *err)
{
	LIBSSH2_KNOWNHOSTS *known;
	char name[512], methods[256] = "";

	if (ssh->config->accept_any_host_key)
		return 0;
	known = load(ssh, err);
	if (!known)
		return -1;
	entry_name(ssh, name, sizeof(name));
	for (int wanted = 1; wanted >= 0; wanted--) {
		for (size_t i = 0; i < KIND_COUNT; i++) {
			size_t used = strlen(methods);

			if (has_kind(known, name, &kinds[i]) != wanted)
				continue;
			snprintf(methods + used, sizeof(methods) - used, "%s%s",
				 used ? "," : "", kinds[i].method);
		}
	}
	libssh2_knownhost_free(known);
	libssh2_session_method_pref(ssh->session, LIBSSH2_METHOD_HOSTKEY,
				    methods);
	return 0;
}

static const struct kind *find_kind(int type)
{
	static const struct kind unknown = { LIBSSH2_KNOWNHOST_KEY_UNKNOWN,
					     LIBSSH2_HOSTKEY_TYPE_UNKNOWN,
					     "unknown" };

	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return &unknown;
}

/* SHA256:... as ssh-keygen -l prints it, for a person to compare. */
static void fingerprint(struct ssh *ssh, char *text, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				     "pqrstuvwxyz0123456789+/";
	const char *hash =
		libssh2_hostkey_hash(ssh->session, LIBSSH2_HOSTKEY_HASH_SHA256);
	unsigned int bits = 0, count = 0;
	size_t used;

	snprintf(text, size, "SHA256:");
	used = strlen(text);
	for (size_t i = 0; hash && i < 33 && used + 1 < size; i++) {
		bits = bits << 8 | (i < 32 ? (unsigned char)hash[i] : 0);
		for (count += 8; count >= 6 && used + 1 < size; count -= 6) {
			if (used - 7 == 43)
				break;
			text[used++] = digits[bits >> (count - 6) & 63];
		}
	}
	text[used] = '\0';
}

static int refuse(struct ssh *ssh, int answer, const struct kind *kind,
		  const char *name, struct error *err)
{
	struct arena arena = { 0 };
	const char *path = known_hosts_path(ssh, &arena);
	char print[64];

	if (!path)
		path = "known_hosts";
	fingerprint(ssh, print, sizeof(print));
	if (answer == LIBSSH2_KNOWNHOST_CHECK_MISMATCH)
		error_set(err,
			  "host key mismatch: %s shows the %s key %s, which is "
			  "not the one in %s; someone may be in between; if "
			  "the machine was set up anew, run: ssh-keygen -f %s "
			  "-R '%s'",
			  name, kind->method, print, path, path, name);
	else
		error_set(err,
			  "host key unknown: %s shows the %s key %s and %s "
			  "has no entry for it; compare it on the machine, "
			  "then log in once with ssh or use ssh-keyscan, or "
			  "accept any host key",
			  name, kind->method, print, path);
	arena_release(&arena);
	return -1;
}

int ssh_host_check(struct ssh *ssh, struct error *err)
{
	LIBSSH2_KNOWNHOSTS *known;
	const struct kind *kind;
	const char *key;
	size_t size = 0;
	int type = 0, answer;
	char name[512];

	if (ssh->config->accept_any_host_key)
		return 0;
	key = libssh2_session_hostkey(ssh->session, &size, &type);
	if (!key)
		return error_set(err, "the server shows no host key");
	known = load(ssh, err);
	if (!known)
		return -1;
	kind = find_kind(type);
	entry_name(ssh, name, sizeof(name));
	answer = libssh2_knownhost_check(known, name, key, size,
					 LIBSSH2_KNOWNHOST_TYPE_PLAIN |
						 LIBSSH2_KNOWNHOST_KEYENC_RAW |
						 kind->bits,
					 NULL);
	libssh2_knownhost_free(known);
	if (answer == LIBSSH2_KNOWNHOST_CHECK_MATCH)
		return 0;
	return refuse(ssh, answer, kind, name, err);
}
