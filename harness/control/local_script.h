/* SPDX-License-Identifier: MIT */
/* What runs as the first process of a box; for the local_* files. */
#ifndef ORDEAL_CONTROL_LOCAL_SCRIPT_H
#define ORDEAL_CONTROL_LOCAL_SCRIPT_H

/* sh INIT FOLDER DISK NODE IPV4 IPV6: becomes a node. */
extern const char local_node_script[];

/* sh INIT: holds the namespace of the bridge. */
extern const char local_switch_script[];

/* sshd's configuration within a node. */
extern const char local_sshd_config[];

#endif
