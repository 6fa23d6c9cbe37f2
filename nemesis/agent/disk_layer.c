/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_layer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nemesis/agent/disk_undo.h"

static DIR *open_list(int parent, const char *name)
{
	int fd = openat(parent, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream && fd >= 0)
		close(fd);
	return stream;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A folder that was lost may hold what was synced in it: that comes beside it,
 * so that both can be removed. False if nothing did. */
static bool spill(int kept, const char *name)
{
	DIR *stream = open_list(kept, name);
	const struct dirent *entry;
	unsigned int count = 0;
	bool is_good = false;

	while (stream && (entry = readdir(stream))) {
		char beside[256];

		snprintf(beside, sizeof(beside), "%s.%u", name, count++);
		if (!is_dots(entry->d_name) &&
		    renameat(dirfd(stream), entry->d_name, kept, beside) == 0)
			is_good = true;
	}
	if (stream)
		closedir(stream);
	return is_good;
}

/* Once through all; true if there may be something left to remove. */
static bool remove_kept(int kept)
{
	DIR *stream = open_list(kept, ".");
	const struct dirent *entry;
	bool has_spilt = false;

	while (stream && (entry = readdir(stream))) {
		if (!is_dots(entry->d_name) &&
		    unlinkat(kept, entry->d_name, 0) &&
		    unlinkat(kept, entry->d_name, AT_REMOVEDIR))
			has_spilt = spill(kept, entry->d_name) || has_spilt;
	}
	if (stream)
		closedir(stream);
	return has_spilt;
}

static void empty_kept(int kept)
{
	while (remove_kept(kept))
		;
}

static const char *open_beneath(struct layer *layer, const char *folder)
{
	int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0 || !realpath(folder, layer->folder))
		return "there is no such folder";
	layer->root = nodes_add_root(&layer->nodes, root);
	if (!layer->root)
		return "out of memory";
	if (mkdirat(root, LAYER_KEPT, 0700) && errno != EEXIST)
		return "its folder cannot be written to";
	layer->kept = openat(root, LAYER_KEPT,
			     O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (layer->kept < 0)
		return "its folder cannot be written to";
	empty_kept(layer->kept);
	return NULL;
}

const char *layer_open(struct layer *layer, const char *folder)
{
	struct fuse_request request;
	const char *trouble;
	char *buffer;

	pthread_mutex_init(&layer->lock, NULL);
	pthread_rwlock_init(&layer->gate, NULL);
	rules_init(&layer->rules);
	log_init(&layer->log, LOG_OFF);
	trouble = open_beneath(layer, folder);
	if (trouble)
		return trouble;
	buffer = malloc(FUSE_REQUEST_MAX);
	if (!buffer)
		return "out of memory";
	layer->fuse = fuse_mount(layer->folder);
	if (layer->fuse < 0)
		trouble = errno == ENOENT || errno == ENODEV || errno == ENXIO ?
				  "this kernel has no FUSE (modprobe fuse)" :
				  strerror(errno);
	else if (fuse_read(layer->fuse, buffer, &request) == 1 &&
		 request.header->opcode == FUSE_INIT)
		fuse_reply_init(&request);
	else
		trouble = "the kernel does not speak FUSE";
	free(buffer);
	return trouble;
}

struct fuse_node *layer_node(struct layer *layer, uint64_t id)
{
	struct fuse_node *node;

	pthread_mutex_lock(&layer->lock);
	node = nodes_find(&layer->nodes, id);
	pthread_mutex_unlock(&layer->lock);
	return node;
}

struct fuse_node *layer_take_name(struct layer *layer,
				   const struct fuse_node *folder,
				   const char *name)
{
	struct fuse_node *node;
	int code;
	int fd = openat(folder->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	pthread_mutex_lock(&layer->lock);
	node = nodes_take(&layer->nodes, fd);
	code = errno;
	pthread_mutex_unlock(&layer->lock);
	errno = code;
	return node;
}

void layer_give_back(struct layer *layer, struct fuse_node *node)
{
	pthread_mutex_lock(&layer->lock);
	nodes_forget(&layer->nodes, node, 1);
	pthread_mutex_unlock(&layer->lock);
}

/* Where it is below the folder. */
static void path_of(const struct layer *layer, const struct fuse_node *node,
		    const char *name, char *path, size_t size)
{
	char link[64];
	char whole[LAYER_FOLDER_MAX];
	const char *below = "";
	size_t length = strlen(layer->folder);
	ssize_t got;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", node->fd);
	got = readlink(link, whole, sizeof(whole) - 1);
	whole[got > 0 ? got : 0] = '\0';
	if (strncmp(whole, layer->folder, length) == 0 && whole[length] == '/')
		below = whole + length + 1;
	snprintf(path, size, "%s%s%s", below, *below && name ? "/" : "",
		 name ? name : "");
}

int layer_rule(struct layer *layer, const struct fuse_node *node,
	       const char *name, enum disk_call call, int64_t grows)
{
	char path[LAYER_FOLDER_MAX + 256];

	if (atomic_load(&layer->rules.is_quiet))
		return 0;
	path_of(layer, node, name, path, sizeof(path));
	return rules_apply(&layer->rules, call, grows,
			   strncmp(path, LAYER_PROBE, strlen(LAYER_PROBE)) == 0
				   ? NULL
				   : path);
}

bool layer_hides(const struct layer *layer, const struct fuse_node *folder,
		 const char *name, bool is_listing)
{
	if (folder != layer->root)
		return false;
	return strcmp(name, LAYER_KEPT) == 0 ||
	       (is_listing &&
		strncmp(name, LAYER_PROBE, strlen(LAYER_PROBE)) == 0);
}

/* The kernel does not need it any more; FORGET has no reply. */
static void forget(struct layer *layer, uint64_t id, uint64_t lookups)
{
	struct fuse_node *node;

	pthread_mutex_lock(&layer->lock);
	node = nodes_find(&layer->nodes, id);
	if (node && node != layer->root)
		nodes_forget(&layer->nodes, node, lookups);
	pthread_mutex_unlock(&layer->lock);
}

static void forget_many(struct layer *layer, const struct fuse_request *request)
{
	const struct fuse_batch_forget_in *in = (void *)request->body;
	const struct fuse_forget_one *one =
		(void *)(request->body + sizeof(*in));

	for (uint32_t i = 0; i < in->count; i++)
		forget(layer, one[i].nodeid, one[i].nlookup);
}

static bool find_answer(struct layer *layer, const struct fuse_request *request)
{
	const struct layer_answer *const tables[] = {
		files_answers, names_answers, moves_answers, folders_answers
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct layer_answer *a = tables[i]; a->answer; a++) {
			if (a->opcode == request->header->opcode) {
				a->answer(layer, request);
				return true;
			}
		}
	}
	return false;
}

static void answer(struct layer *layer, const struct fuse_request *request)
{
	switch (request->header->opcode) {
	case FUSE_FORGET:
		forget(layer, request->header->nodeid,
		       ((struct fuse_forget_in *)(void *)request->body)
			       ->nlookup);
		break;
	case FUSE_BATCH_FORGET:
		forget_many(layer, request);
		break;
	case FUSE_INTERRUPT:
		/* Every call ends soon; it is not cut short. */
		break;
	default:
		if (!layer_node(layer, request->header->nodeid))
			fuse_reply_error(request, ESTALE);
		else if (!find_answer(layer, request))
			fuse_reply_error(request, ENOSYS);
	}
}

void layer_serve(struct layer *layer)
{
	char *buffer = malloc(FUSE_REQUEST_MAX);
	struct fuse_request request;

	while (buffer && fuse_read(layer->fuse, buffer, &request) == 1)
		answer(layer, &request);
	free(buffer);
	atomic_store(&layer->is_over, true);
}

int layer_detach(struct layer *layer)
{
	rules_set(&layer->rules, "none");
	pthread_mutex_lock(&layer->lock);
	log_sync_all(&layer->log, undo_drop, layer);
	layer->log.rules = LOG_OFF;
	pthread_mutex_unlock(&layer->lock);
	if (umount2(layer->folder, UMOUNT_NOFOLLOW) == 0)
		return 0;
	return umount2(layer->folder, MNT_DETACH | UMOUNT_NOFOLLOW);
}

void layer_clear(int folder)
{
	int kept = openat(folder, LAYER_KEPT,
			  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (kept >= 0) {
		empty_kept(kept);
		close(kept);
	}
	unlinkat(folder, LAYER_KEPT, AT_REMOVEDIR);
	unlinkat(folder, LAYER_PROBE, 0);
	unlinkat(folder, LAYER_PROBE "-unsynced", 0);
}
