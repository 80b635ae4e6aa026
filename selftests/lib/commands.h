/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every command of the control plane, each with what must be there before it is
 * sent, and what undoes it; and all that the control plane lists, to see what
 * has changed. What must succeed and does not aborts.
 */
#ifndef SELFTESTS_COMMANDS_H
#define SELFTESTS_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/netlink.h>

/* Of one reply. */
#define ROOM	262144

struct reply {
	int sent;		/* 0 or a negative errno: of sending, */
	int received;		/* of receiving, */
	bool ended;
	int err;		/* and of the command, when it has ended */
	bool failed;		/* what was to fail has failed */
	size_t length;		/* of the messages, headers cut off */
	char messages[ROOM];
};

struct command {
	const char *name;
	int id;
	int flags;		/* NLM_F_ACK or NLM_F_DUMP */
	void (*put)(struct nlmsghdr *header);
	void (*undo)(void);	/* what was done; NULL: it only reads */
	bool attached;		/* the cgroup is, to the first */
	bool learnt;		/* and it has learnt addresses */
	bool alone;		/* nothing else is attached */
};

struct state {
	size_t length;
	char text[7 * ROOM];
};

extern const struct command commands[];
extern const size_t nr_commands;

/*
 * Make, and remove, the cgroups and personalities that they are about; 0 or
 * -errno.
 */
int commands_open(void);
int commands_close(void);

/* Attach what a command wants attached, and detach it. */
void command_prepare(const struct command *command);
void command_restore(const struct command *command);

/*
 * Send it, while the @nth thing fails, 0: none. Each time on a socket of its
 * own: a list that has failed goes on when the socket is read the next time.
 */
void command_ask(const struct command *command, unsigned int nth,
		 struct reply *reply);

/* Has it succeeded, as far as the reply says? */
bool command_done(const struct reply *reply);

void state_read(struct state *state);
bool state_is(const struct state *state);

#endif /* SELFTESTS_COMMANDS_H */
