/* SPDX-License-Identifier: MIT */
/* Files below a folder, and nowhere else. */
#ifndef ORDEAL_REPORT_BENEATH_H
#define ORDEAL_REPORT_BENEATH_H

#include <dirent.h>
#include <jansson.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * A path here is relative, its parts separated by single slashes. None of
 * them may be "", "." or "..", and a part that is a symbolic link is not
 * followed, so that nothing outside of the folder can be named, whatever
 * others do to the folder meanwhile. "" is the folder itself. Any thread.
 */

/*
 * Opens a regular file or a folder for reading, without waiting (as for a
 * pipe), and tells what it is. `folder` is an open folder. -1 with errno:
 * ELOOP where a part is a link, EINVAL for what is no such path, EACCES for
 * what is neither file nor folder.
 */
int beneath_open(int folder, const char *path, struct stat *status);

/* The entries of a folder, to be closed with closedir; NULL where there is
 * none. */
DIR *beneath_opendir(int folder, const char *path);

/* The JSON object in a file of at most `bytes_max`; NULL where there is none.
 * To be released with json_decref. */
json_t *beneath_json(int folder, const char *path, size_t bytes_max);

#endif
