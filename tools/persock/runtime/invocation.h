/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line of an OCI runtime, as runc and crun read it. oci_runtime.c
 * calls it.
 */
#ifndef _PERSOCK_RUNTIME_INVOCATION_H
#define _PERSOCK_RUNTIME_INVOCATION_H

#include <stdbool.h>

/**
 * struct invocation - a command line
 * @words: what goes to the runtime: all but persock's own options; [0] is free
 *	for the runtime's path, and NULL is behind the last one
 * @starts: does the command make a container?
 * @bundle: then the folder with its config.json
 * @id: then the container's name, or NULL
 * @configuration: --persock-config, or NULL
 * @personality: --persock-personality, or NULL
 * @log: --log, or NULL
 * @log_json: is the log in JSON?
 * @wrong: the error, or NULL; the caller reports it when it knows the log
 */
struct invocation {
	char **words;
	bool starts;
	const char *bundle;
	const char *id;
	const char *configuration;
	const char *personality;
	const char *log;
	bool log_json;
	char *wrong;
};

/*
 * Read it. False after an error: an option that is not known could hide the
 * command or the bundle, and the container would not be governed. What has been
 * read by then, the log above all, is in @invocation.
 */
bool invocation_read(int argc, char **argv, struct invocation *invocation);

#endif
