// SPDX-License-Identifier: GPL-2.0
/*
 * persock monitor: reports denials as they happen, ignored calls and learnt
 * addresses, one for each message that the module multicasts. main.c calls it;
 * monitor_event.c writes.
 *
 * It has two sockets. The one that listens may lose messages at any moment. The
 * other one sends requests (for the path of a cgroup), whose replies must not
 * get lost among these messages.
 */
#include <linux/genetlink.h>

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/ending.h"
#include "base/error.h"
#include "base/json.h"
#include "base/moment.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/journal.h"
#include "command/monitor_event.h"
#include "command/monitor_filter.h"
#include "wire/attachment.h"
#include "wire/cgroup_path.h"
#include "wire/denial.h"
#include "wire/group.h"
#include "wire/name.h"
#include "wire/netlink.h"
#include "wire/status.h"

/* Dropped denials of a cgroup's attachment. */
struct lost {
	uint64_t cgroup;
	uint64_t count;
};

struct monitor {
	struct netlink nl;		/* for requests */
	struct mnl_socket *socket;	/* listens */
	struct groups groups;
	struct monitor_filter filter;	/* what is printed */
	bool ignored;			/* print ignored calls, too */
	bool names;			/* print learnt addresses, too */
	bool journal;			/* into the journal, not to stdout */
	uint64_t left;			/* lines until the end; 0: no end */
	struct lost *lost;		/* as in the last messages */
	size_t nr_lost;
	bool done;
	int status;
};

static int find_groups(struct monitor *monitor)
{
	int status = groups_find(&monitor->nl, &monitor->groups);

	if (status)
		return status;
	if (monitor->ignored && !monitor->groups.ignored)
		return report_error("the persock module does not report what it ignores: it is older than this tool");
	if (monitor->names && !monitor->groups.names)
		return report_error("the persock module does not report host names: it is older than this tool");
	return 0;
}

static int join(struct monitor *monitor)
{
	int notify = GENL_ID_CTRL, status;
	bool elsewhere;

	status = status_elsewhere(&monitor->nl, &elsewhere);
	if (status)
		return status;
	if (elsewhere)
		return report_error("this is not the initial network namespace: events are reported there only");
	monitor->socket = group_socket();
	if (!monitor->socket)
		return EXIT_FAILURE;
	/* The controller reports in its group that the module is unloaded. */
	mnl_socket_setsockopt(monitor->socket, NETLINK_ADD_MEMBERSHIP,
			      &notify, sizeof(notify));
	status = group_join(monitor->socket, PERSOCK_GENL_GROUP_DENIALS,
			    monitor->groups.denials);
	if (!status && monitor->ignored)
		status = group_join(monitor->socket, PERSOCK_GENL_GROUP_IGNORED,
				    monitor->groups.ignored);
	if (!status && monitor->names)
		status = group_join(monitor->socket, PERSOCK_GENL_GROUP_NAMES,
				    monitor->groups.names);
	if (status)
		return status;
	return 0;
}

/* The entry of a cgroup, which is added if needed; NULL: no memory. */
static struct lost *lost_of(struct monitor *monitor, uint64_t cgroup)
{
	struct lost *more;
	size_t i;

	for (i = 0; i < monitor->nr_lost; i++) {
		if (monitor->lost[i].cgroup == cgroup)
			return &monitor->lost[i];
	}
	more = reallocarray(monitor->lost, i + 1, sizeof(*more));
	if (!more)
		return NULL;
	monitor->lost = more;
	monitor->nr_lost++;
	more[i] = (struct lost){ .cgroup = cgroup };

	return &more[i];
}

/* Denials that were dropped before are not reported. */
static void read_lost(struct monitor *monitor)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct replies replies;
	struct lost *lost;

	if (attachment_list(&monitor->nl, &replies))
		return;
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		if (!attachment.lost)
			continue;
		lost = lost_of(monitor, attachment.cgroup_id);
		if (lost)
			lost->count = attachment.lost;
	}
	replies_free(&replies);
}

static void report(struct monitor *monitor, const struct monitor_event *event)
{
	if (!monitor->journal) {
		monitor_event_print(event, &monitor->nl);
		return;
	}
	monitor->status = monitor_event_log(event, &monitor->nl);
	if (monitor->status)
		monitor->done = true;
}

static void count(struct monitor *monitor)
{
	if (monitor->left && !--monitor->left)
		monitor->done = true;
}

static void print_denial(struct monitor *monitor, const struct nlattr *nest,
			 uint64_t time)
{
	struct denial denial;

	denial_parse(&denial, nest);
	if (!monitor_filter_denial(&monitor->filter, &monitor->nl, &denial))
		return;
	report(monitor, &(struct monitor_event){
		.time = time, .denial = &denial,
	});
	count(monitor);
}

static void print_learnt(struct monitor *monitor,
			 const struct nlmsghdr *message, uint64_t time)
{
	struct name name;

	name_parse(message, &name);
	if (!name.address ||
	    !monitor_filter_cgroup(&monitor->filter, &monitor->nl,
				   name.cgroup_id))
		return;
	report(monitor, &(struct monitor_event){
		.time = time, .cgroup = name.cgroup_id, .learnt = &name,
	});
	count(monitor);
}

static void print_lost(struct monitor *monitor, uint64_t cgroup,
		       uint64_t count)
{
	struct lost *lost = count ? lost_of(monitor, cgroup) : NULL;
	uint64_t more;

	/*
	 * The count is smaller in a message that was sent before the list of
	 * attachments was read, and after a cgroup has been attached anew.
	 */
	if (!lost || count == lost->count)
		return;
	more = count > lost->count ? count - lost->count : 0;
	lost->count = count;
	if (!more ||
	    !monitor_filter_cgroup(&monitor->filter, &monitor->nl, cgroup))
		return;
	report(monitor, &(struct monitor_event){
		.time = moment_now(), .cgroup = cgroup, .more = more,
		.lost = count,
	});
}

static void overrun(struct monitor *monitor)
{
	report_warning("the reader was too slow: denials were dropped");
	report(monitor, &(struct monitor_event){
		.time = moment_now(), .overrun = true,
	});
}

/* After the family is removed, no message follows. */
static void read_controller(struct monitor *monitor,
			    const struct nlmsghdr *message)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;

	if (genl->cmd != CTRL_CMD_DELFAMILY)
		return;
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID &&
		    attribute_number(attribute) == monitor->nl.family) {
			monitor->status = report_error("the persock module was unloaded");
			monitor->done = true;
		}
	}
}

static void read_denial(struct monitor *monitor, const struct nlmsghdr *message,
			uint64_t time)
{
	const struct nlattr *attribute;
	uint64_t cgroup = 0, lost = 0;

	/* Denials were dropped before the module reported this one. */
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_CGROUP_ID)
			cgroup = attribute_number(attribute);
		if (mnl_attr_get_type(attribute) == PERSOCK_A_ATTACHMENT_LOST)
			lost = attribute_number(attribute);
	}
	print_lost(monitor, cgroup, lost);
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_DENIAL)
			print_denial(monitor, attribute, time);
	}
}

/* When the event was; an older module does not say. */
static uint64_t time_of(const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_TIME)
			return attribute_number(attribute);
	}

	return moment_now();
}

static void read_message(struct monitor *monitor,
			 const struct nlmsghdr *message)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*genl))
		return;
	if (message->nlmsg_type == GENL_ID_CTRL)
		read_controller(monitor, message);
	if (message->nlmsg_type != monitor->nl.family)
		return;
	switch (genl->cmd) {
	case PERSOCK_CMD_NAME_NTF:
		print_learnt(monitor, message, time_of(message));
		break;
	/* A refused query is a denial, too: PERSOCK_CMD_QUERY_NTF repeats it. */
	case PERSOCK_CMD_DENIAL_NTF:
	case PERSOCK_CMD_IGNORED_NTF:
		read_denial(monitor, message, time_of(message));
		break;
	}
}

/* Read all messages that have arrived. Returns false after an error. */
static bool drain(struct monitor *monitor)
{
	char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct sockaddr_nl from;
	const struct nlmsghdr *message;
	socklen_t from_length;
	ssize_t length;
	int rest;

	while (!monitor->done && !ending()) {
		from_length = sizeof(from);
		length = recvfrom(mnl_socket_get_fd(monitor->socket), buffer,
				  sizeof(buffer), 0, (struct sockaddr *)&from,
				  &from_length);
		if (length < 0 && errno == ENOBUFS) {
			overrun(monitor);
			continue;
		}
		if (length < 0)
			return errno == EAGAIN || errno == EINTR;
		/* Ignore what processes with CAP_NET_ADMIN send here. */
		if (from.nl_pid)
			continue;
		rest = length;
		for (message = (struct nlmsghdr *)buffer;
		     !monitor->done && mnl_nlmsg_ok(message, rest);
		     message = mnl_nlmsg_next(message, &rest))
			read_message(monitor, message);
		if (fflush(stdout) || ferror(stdout)) {
			monitor->status = report_error("cannot write the output (%s)",
						       strerror(errno));
			monitor->done = true;
		}
	}
	return true;
}

static int watch(struct monitor *monitor)
{
	struct pollfd wait = { .events = POLLIN };
	sigset_t before;

	ending_catch(&before, false);
	wait.fd = mnl_socket_get_fd(monitor->socket);
	fputs("persock: monitoring\n", stderr);
	while (!monitor->done && !ending()) {
		if (ppoll(&wait, 1, NULL, &before) < 0) {
			if (errno == EINTR)
				continue;
			return report_error("cannot wait for denials (%s)",
					    strerror(errno));
		}
		if (!drain(monitor))
			return report_error("cannot read denials (%s)",
					    strerror(errno));
	}
	return monitor->status;
}

static int parse_options(int argc, char **argv, struct monitor *monitor)
{
	static const struct option options[] = {
		{ "cgroup",	required_argument, NULL, 'C' },
		{ "count",	required_argument, NULL, 'c' },
		{ "ignored",	no_argument, NULL, 'i' },
		{ "journal",	no_argument, NULL, 'J' },
		{ "names",	no_argument, NULL, 'n' },
		{ "operation",	required_argument, NULL, 'o' },
		{ "personality", required_argument, NULL, 'P' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option, status = 0;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 'C':
			monitor->filter.cgroup = optarg;
			break;
		case 'c':
			status = count_option(optarg, &monitor->left);
			break;
		case 'i':
			monitor->ignored = true;
			break;
		case 'J':
			monitor->journal = true;
			break;
		case 'n':
			monitor->names = true;
			break;
		case 'o':
			monitor->filter.operation = optarg;
			break;
		case 'P':
			monitor->filter.personality = optarg;
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			status = option_error(option, argv);
		}
		if (status)
			return status;
	}
	if (optind < argc)
		return usage_error("monitor takes no arguments, not \"%s\"",
				   argv[optind]);
	if (monitor->journal && json_wanted)
		return usage_error("--journal and --json exclude each other");
	return monitor_filter_check(&monitor->filter);
}

int monitor_command(int argc, char **argv)
{
	static struct monitor monitor;
	int status;

	status = parse_options(argc, argv, &monitor);
	if (!status && monitor.journal)
		status = journal_check();
	if (status)
		return status;
	status = netlink_open(&monitor.nl);
	if (status)
		return status;
	status = find_groups(&monitor);
	if (!status)
		status = monitor_filter_open(&monitor.filter, &monitor.nl);
	if (!status)
		status = join(&monitor);
	if (!status) {
		read_lost(&monitor);
		status = watch(&monitor);
	}
	if (monitor.socket)
		mnl_socket_close(monitor.socket);
	free(monitor.lost);
	monitor_filter_close(&monitor.filter);
	cgroup_path_forget();
	netlink_close(&monitor.nl);
	return status;
}
