/* SPDX-License-Identifier: MIT */
/* `ordeal-agent disk ...`: a bad disk, and files that it spoils. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_H
#define ORDEAL_NEMESIS_AGENT_DISK_H

/*
 * disk serve FOLDER        the layer (disk_serve.h)
 * disk end MS              its end
 * disk probe FOLDER        tries a file there for a while
 * disk lose FOLDER all|latest|torn SEED
 *                          the power goes, with a proof (disk_probe.h)
 * disk snapshot FOLDER PATTERN
 * disk corrupt bitflip|truncate|copy|restore FOLDER PATTERN COUNT BYTES SEED
 * disk mend                takes corruption back (disk_corrupt.h)
 *
 * Returns the exit status; what is found is one line that begins with "ok" or
 * "error", of names and numbers.
 */
int disk_run(int argc, char **argv);

#endif
