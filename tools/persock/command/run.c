// SPDX-License-Identifier: GPL-2.0
/*
 * persock run: runs a command in a new cgroup, which is attached before the
 * command starts and removed after it. main.c calls it.
 *
 * The end undoes each step of the beginning, in reverse. The order matters: the
 * cgroup is emptied before it is detached, so that no process of the command
 * continues ungoverned. If this process is killed, nothing is undone: the
 * command stays governed.
 */
#include <linux/genetlink.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/run.h"
#include "command/run_report.h"
#include "wire/attachment.h"
#include "wire/ignored.h"
#include "wire/netlink.h"
#include "wire/personality.h"

#define EXIT_CANNOT_EXECUTE	126
#define EXIT_NOT_FOUND		127
#define EXIT_SIGNAL		128

#define SUFFIX_TRIES		100

struct run {
	const char *personality;
	struct provider_names providers;
	bool counters;
	bool wants_report;
	char **command;
	int (*ended)(struct netlink *nl, uint64_t cgroup, void *data);
	void *data;			/* of it; both may be NULL */

	struct netlink nl;
	struct run_report report;
	sigset_t signals;		/* blocked, and waited for */
	sigset_t old_signals;
	struct sigaction old_child;	/* of SIGCHLD */
	char *path;			/* of the cgroup */
	int directory;			/* the same, open */
	char transient[PERSOCK_NAME_MAX + 1];	/* new personality, or "" */
};

/* What stopped the child on its way to the command. */
struct failure {
	enum { ENTER, EXECUTE } step;
	int error;
};

/*
 * The cgroup and the new personality, if any, have the process id as a suffix.
 * The names may exist already, from a run that was killed, or from a process
 * with the same id in another PID namespace. Then a number is appended.
 */
static int make_names(struct run *run, const char *parent, int try)
{
	char suffix[32];
	int length;

	if (try)
		snprintf(suffix, sizeof(suffix), "run-%d-%d", getpid(), try);
	else
		snprintf(suffix, sizeof(suffix), "run-%d", getpid());
	free(run->path);
	if (asprintf(&run->path, "%s/persock-%s", parent, suffix) < 0) {
		run->path = NULL;
		return report_error("out of memory");
	}
	if (!run->providers.count)
		return 0;
	length = snprintf(run->transient, sizeof(run->transient), "%s.%s",
			  run->personality, suffix);
	if (length > PERSOCK_NAME_MAX)
		return report_error("the name of a personality has at most %d characters: there is no room for \".%s\" behind \"%s\"",
				    PERSOCK_NAME_MAX, suffix, run->personality);
	return 0;
}

/* Make the cgroup and the new personality, if any; both or none. */
static int make_cgroup(struct run *run, const char *parent)
{
	int try, status;

	for (try = 0; try < SUFFIX_TRIES; try++) {
		status = make_names(run, parent, try);
		if (status)
			return status;
		if (mkdir(run->path, 0755)) {
			if (errno == EEXIST)
				continue;
			return report_error("cannot make the cgroup %s (%s)",
					    run->path, strerror(errno));
		}
		if (!run->transient[0] ||
		    !personality_from_base(&run->nl, PERSOCK_CMD_PERSONALITY_NEW,
					   run->transient, run->personality,
					   run->providers.name,
					   run->providers.count))
			return 0;
		rmdir(run->path);
		if (run->nl.error != EEXIST)
			return personality_error(&run->nl, run->personality);
	}
	return report_error("every name for a cgroup below %s is taken, up to %s",
			    parent, run->path);
}

static void block_signals(struct run *run)
{
	struct sigaction child = { .sa_handler = SIG_DFL };

	sigemptyset(&run->signals);
	sigaddset(&run->signals, SIGINT);
	sigaddset(&run->signals, SIGTERM);
	sigaddset(&run->signals, SIGHUP);
	sigaddset(&run->signals, SIGQUIT);
	sigaddset(&run->signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &run->signals, &run->old_signals);
	/* If SIGCHLD is ignored, there is no exit status to wait for. */
	sigaction(SIGCHLD, &child, &run->old_child);
}

static void __attribute__((noreturn)) child(const struct run *run, int report)
{
	struct failure failure = { .step = ENTER };

	failure.error = cgroup_enter(run->directory);
	if (!failure.error) {
		failure.step = EXECUTE;
		sigaction(SIGCHLD, &run->old_child, NULL);
		sigprocmask(SIG_SETMASK, &run->old_signals, NULL);
		execvp(run->command[0], run->command);
		failure.error = errno;
	}
	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_CANNOT_EXECUTE);
}

/*
 * The terminal sends signals to its whole foreground process group: the command
 * has received the signal already, unless it moved to another group.
 */
static void forward(pid_t pid, const siginfo_t *info)
{
	bool both = info->si_code == SI_KERNEL && getpgid(pid) == getpgrp();

	if (!both || info->si_signo == SIGHUP)
		kill(pid, info->si_signo);
}

/* Count denials until a signal arrives. */
static void read_report(struct run *run)
{
	struct pollfd wait[] = {
		{ .fd = run_report_fd(&run->report), .events = POLLIN },
		{ .fd = signalfd(-1, &run->signals, SFD_CLOEXEC),
		  .events = POLLIN },
	};

	while (wait[1].fd >= 0 && poll(wait, 2, -1) > 0 && !wait[1].revents)
		run_report_read(&run->report);
	close(wait[1].fd);
}

static int wait_for(struct run *run, pid_t pid)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (run->wants_report)
			read_report(run);
		if (sigwaitinfo(&run->signals, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD) {
			forward(pid, &info);
			continue;
		}
		if (waitpid(pid, &status, WNOHANG) != pid)
			continue;
		if (WIFSIGNALED(status))
			return EXIT_SIGNAL + WTERMSIG(status);
		return WEXITSTATUS(status);
	}
}

static int execute(struct run *run)
{
	struct failure failure;
	int report[2], status;
	ssize_t length;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return report_error("cannot make a pipe (%s)", strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		status = report_error("cannot fork (%s)", strerror(errno));
		close(report[0]);
		close(report[1]);
		return status;
	}
	if (!pid)
		child(run, report[1]);
	close(report[1]);
	status = wait_for(run, pid);
	/* exec or exit has closed the other end: this does not wait. */
	length = read(report[0], &failure, sizeof(failure));
	close(report[0]);
	if (length != sizeof(failure))
		return status;

	if (failure.step == ENTER)
		return report_error("cannot move a process into the cgroup %s (%s)",
				    run->path, strerror(failure.error));
	report_error("cannot run \"%s\" (%s)", run->command[0],
		     strerror(failure.error));
	return failure.error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

static void show_counters(struct run *run)
{
	struct replies replies, ignored;
	const struct nlmsghdr *message;
	struct attachment attachment;

	if (attachment_get_fd(&run->nl, run->directory, &replies)) {
		netlink_error(&run->nl);
		return;
	}
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		if (ignored_list(&run->nl, attachment.cgroup_id, &ignored))
			break;
		if (json_wanted) {
			json_start(stderr);
			attachment_json(&attachment, &ignored);
			json_finish();
		} else {
			attachment_print(stderr, &attachment, &ignored);
		}
		replies_free(&ignored);
	}
	replies_free(&replies);
}

/* The cgroup is attached: it must be empty before it is detached. */
static int run_attached(struct run *run)
{
	sigset_t signals = run->signals;
	int status;

	status = execute(run);
	sigdelset(&signals, SIGCHLD);
	if (cgroup_empty(run->directory, run->path, &signals)) {
		report_error("the cgroup %s stays, and stays attached", run->path);
		return status ? status : EXIT_FAILURE;
	}
	if (run->ended && run->ended(&run->nl, cgroup_id(run->directory),
				     run->data))
		status = status ? status : EXIT_FAILURE;
	if (run->counters)
		show_counters(run);
	if (run->wants_report)
		run_report_print(&run->report);
	/* Another process may have detached it: this is no error. */
	if (attachment_end(&run->nl, run->directory) &&
	    run->nl.error != ENOENT) {
		netlink_error(&run->nl);
		status = status ? status : EXIT_FAILURE;
	}
	return status;
}

static int run_in_cgroup(struct run *run)
{
	const char *personality = run->transient[0] ? run->transient :
						      run->personality;
	int status;

	run->directory = open(run->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->directory < 0)
		return report_error("cannot open the cgroup %s (%s)", run->path,
				    strerror(errno));
	status = run->wants_report ?
		 run_report_open(&run->report, &run->nl,
				 cgroup_id(run->directory)) : 0;
	if (!status && attachment_new(&run->nl, run->directory, personality,
				      false))
		status = run->nl.error == E2BIG ?
			 attachment_error(&run->nl, run->path) :
			 personality_error(&run->nl, personality);
	else if (!status)
		status = run_attached(run);
	run_report_close(&run->report);
	close(run->directory);
	return status;
}

static int run(struct run *run)
{
	char *parent;
	int status;

	parent = cgroup_of("self");
	if (!parent)
		return EXIT_FAILURE;
	/* From here on a signal could leave something behind. */
	block_signals(run);
	status = make_cgroup(run, parent);
	free(parent);
	if (status)
		return status;

	status = run_in_cgroup(run);
	if (cgroup_remove(run->path))
		status = status ? status : EXIT_FAILURE;
	if (run->transient[0] && personality_del(&run->nl, run->transient) &&
	    run->nl.error != ENOENT) {
		netlink_error(&run->nl);
		status = status ? status : EXIT_FAILURE;
	}
	return status;
}

static int parse(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		{ "personality", required_argument, NULL, 'p' },
		{ "provider",	 required_argument, NULL, 'P' },
		{ "counters",	 no_argument, NULL, 'c' },
		{ "report",	 no_argument, NULL, 'r' },
		{ "json",	 no_argument, NULL, 'j' },
		{ "pretty",	 no_argument, NULL, 'y' },
		{ }
	};
	int option, status = 0;

	/* '+': arguments after the command's name belong to the command. */
	while ((option = getopt_long(argc, argv, "+:p:j", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'p':
			if (run->personality)
				status = usage_error("run takes one personality, not also \"%s\"",
						     optarg);
			else
				status = command_check_name("personality",
							    optarg);
			run->personality = optarg;
			break;
		case 'P':
			status = provider_names_add(&run->providers, optarg);
			break;
		case 'c':
			run->counters = true;
			break;
		case 'r':
			run->wants_report = true;
			break;
		case 'y':
			json_pretty = true;
			json_wanted = true;
			break;
		case 'j':
			json_wanted = true;
			break;
		default:
			status = option_error(option, argv);
		}
		if (status)
			return status;
	}
	if (!run->personality)
		return usage_error("run needs a personality: persock run -p PERSONALITY -- COMMAND [ARGUMENT]...");
	if (optind == argc)
		return usage_error("run needs a command: persock run -p PERSONALITY -- COMMAND [ARGUMENT]...");
	run->command = argv + optind;
	return 0;
}

int run_attached_command(struct netlink *nl, const char *personality,
			 char **command,
			 int (*ended)(struct netlink *nl, uint64_t cgroup,
				      void *data), void *data)
{
	struct run state = {
		.personality = personality,
		.command = command,
		.ended = ended,
		.data = data,
		.nl = *nl,
		.directory = -1,
	};
	int status = run(&state);

	*nl = state.nl;
	free(state.path);

	return status;
}

int run_command(int argc, char **argv)
{
	struct run state = { .directory = -1 };
	int status;

	status = parse(&state, argc, argv);
	if (!status) {
		status = netlink_open(&state.nl);
		if (!status) {
			status = run(&state);
			netlink_close(&state.nl);
		}
	}
	free(state.path);
	free(state.providers.name);
	return status;
}
