// SPDX-License-Identifier: GPL-2.0
/*
 * Catches the signals that end a command. monitor, top and apply --watch call
 * it.
 */
#include "base/ending.h"

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

void ending_catch(sigset_t *mask, bool hangup)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	size_t nr = sizeof(signals) / sizeof(*signals) - !hangup, i;
	struct sigaction action = { .sa_handler = end };
	sigset_t set;

	sigemptyset(&set);
	for (i = 0; i < nr; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, mask);
	for (i = 0; i < nr; i++) {
		sigaction(signals[i], &action, NULL);
		/* The parent may have blocked it. */
		sigdelset(mask, signals[i]);
	}
}

bool ending(void)
{
	return ended;
}
