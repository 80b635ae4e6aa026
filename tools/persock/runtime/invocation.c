// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the command line of an OCI runtime: options of the runtime, the
 * command, and for commands that make a container its options. oci_runtime.c
 * calls it.
 */
#include "runtime/invocation.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define OWN	"--persock-"

struct flag {
	const char *name;
	bool has_value;
};

/* Before the command, of runc and crun. */
static const struct flag global_flags[] = {
	{ "--cgroup-manager",	true },
	{ "--criu",		true },
	{ "--debug",		false },
	{ "--help",		false },
	{ "-h",			false },
	{ "--log",		true },
	{ "--log-format",	true },
	{ "--log-level",	true },
	{ OWN "config",		true },
	{ OWN "personality",	true },
	{ "--root",		true },
	{ "--rootless",		true },
	{ "--systemd-cgroup",	false },
	{ "--version",		false },
	{ "-v",			false },
	{ "-V",			false },
	{ }
};

/* Of create and run. crun's --config is not among them: it is another file than the bundle's. */
static const struct flag start_flags[] = {
	{ "--bundle",		true },
	{ "-b",			true },
	{ "--console-socket",	true },
	{ "--detach",		false },
	{ "-d",			false },
	{ "--keep",		false },
	{ "--no-new-keyring",	false },
	{ "--no-pivot",		false },
	{ "--no-subreaper",	false },
	{ "--pid-file",		true },
	{ "--pidfd-socket",	true },
	{ "--preserve-fds",	true },
	{ }
};

/* These make no container. "restore" does, with sockets that nothing has judged. */
static const char *const harmless[] = {
	"checkpoint", "delete", "events", "exec", "features", "help", "kill", "list", "pause", "ps",
	"resume", "spec", "start", "state", "update"
};

static void __attribute__((format(printf, 2, 3)))
set_wrong(struct invocation *invocation, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&invocation->wrong, format, args) < 0)
		invocation->wrong = need(NULL);
	va_end(args);
}

static const struct flag *flag_of(const struct flag *flags, const char *word)
{
	size_t length = strcspn(word, "=");

	for (; flags->name; flags++) {
		if (strlen(flags->name) == length && !strncmp(flags->name, word, length))
			return flags;
	}

	return NULL;
}

/* Where the value of a flag, or NULL, goes. */
static const char **place_of(struct invocation *invocation, const char *name)
{
	if (!strcmp(name, "--bundle") || !strcmp(name, "-b"))
		return &invocation->bundle;
	if (!strcmp(name, OWN "config"))
		return &invocation->configuration;
	if (!strcmp(name, OWN "personality"))
		return &invocation->personality;
	if (!strcmp(name, "--log"))
		return &invocation->log;

	return NULL;
}

/* Read the flags that begin at @argv; returns how many words they are, or -1. */
static int read_flags(char **argv, const struct flag *flags,
		      struct invocation *invocation, char ***words)
{
	int i = 0, first;

	while (argv[i] && argv[i][0] == '-') {
		const struct flag *flag = flag_of(flags, argv[i]);
		const char *value = strchr(argv[i], '=');
		const char **place;

		if (!flag) {
			set_wrong(invocation, "option %s is not known to persock-runtime, which therefore cannot tell what the runtime will do",
				  argv[i]);
			return -1;
		}
		first = i++;
		if (!flag->has_value)
			value = NULL;
		else if (value)
			value++;
		else
			value = argv[i] ? argv[i++] : NULL;
		if (flag->has_value && !value) {
			set_wrong(invocation, "option %s needs a value", flag->name);
			return -1;
		}
		place = place_of(invocation, flag->name);
		if (place)
			*place = value;
		if (!strcmp(flag->name, "--log-format"))
			invocation->log_json = !strcmp(value, "json");
		if (!strncmp(flag->name, OWN, strlen(OWN)))
			continue;
		while (first < i)
			*(*words)++ = argv[first++];
	}

	return i;
}

static bool is_harmless(const char *command)
{
	size_t i;

	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (!strcmp(harmless[i], command))
			return true;
	}

	return false;
}

/* Read from the options of create or run on. */
static bool read_start(char ***argv, struct invocation *invocation,
		       char ***words)
{
	int read;

	invocation->starts = true;
	invocation->bundle = ".";
	read = read_flags(*argv, start_flags, invocation, words);
	if (read < 0)
		return false;
	*argv += read;
	invocation->id = **argv;
	/* crun reads options behind the name, too. */
	if (**argv && (*argv)[1]) {
		set_wrong(invocation, "\"%s\" follows the name of the container",
			  (*argv)[1]);
		return false;
	}

	return true;
}

bool invocation_read(int argc, char **argv, struct invocation *invocation)
{
	char **words;
	int read;

	*invocation = (struct invocation){
		.words = need(calloc(argc + 1, sizeof(*words))),
	};
	words = invocation->words + 1;
	read = read_flags(argv + 1, global_flags, invocation, &words);
	if (read < 0)
		return false;
	argv += 1 + read;
	if (!*argv)
		return true;
	if (!strcmp(*argv, "create") || !strcmp(*argv, "run")) {
		*words++ = *argv++;
		if (!read_start(&argv, invocation, &words))
			return false;
	} else if (!is_harmless(*argv)) {
		set_wrong(invocation, "command \"%s\" is refused: persock-runtime cannot put its hook into what that starts",
			  *argv);
		return false;
	}
	while (*argv)
		*words++ = *argv++;

	return true;
}
