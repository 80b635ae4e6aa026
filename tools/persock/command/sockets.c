// SPDX-License-Identifier: GPL-2.0
/*
 * persock sockets: the sockets that processes of a cgroup hold, and what governs
 * each. main.c calls it.
 *
 * /proc says which sockets there are, sock_diag says what they are: one answer
 * for each network namespace of the processes.
 */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/colour.h"
#include "base/error.h"
#include "base/held_socket.h"
#include "base/json.h"
#include "base/text.h"
#include "command/commands.h"
#include "policy_file/names.h"
#include "wire/attachment.h"
#include "wire/netlink.h"
#include "wire/sock_diag.h"

/**
 * struct sockets - a run of the command
 * @all: governed sockets of all processes
 * @held: the sockets
 * @attached: with @all, the processes in attached cgroups
 * @diag: what the kernel says of sockets
 * @hidden: a network namespace could not be entered
 */
struct sockets {
	bool all;
	struct held_sockets held;
	struct held_sockets attached;
	struct diag diag;
	bool hidden;
};

/* What is known of a socket, from /proc and from sock_diag. */
struct known {
	const struct held_socket *held;
	const struct diag_socket *diag;	/* or NULL */
	int family;
	int type;
	int protocol;
	char kind[64];		/* its protocol's name in the kernel, or "" */
	char local[128];
	char peer[128];
};

static void put_address(char *text, size_t room,
			const struct sockaddr_storage *address)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
	char host[INET6_ADDRSTRLEN];

	*text = '\0';
	if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &four->sin_addr, host, sizeof(host));
		snprintf(text, room, "%s:%u", host, ntohs(four->sin_port));
	} else if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof(host));
		snprintf(text, room, "[%s]:%u", host, ntohs(six->sin6_port));
	}
}

/* lsof(8) shows this name, too: TCP, UNIX, NETLINK and so on. */
static void read_kind(const struct held_socket *held, char *kind, size_t room)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", held->holders->pid,
		 held->holders->fd);
	length = getxattr(path, "system.sockprotoname", kind, room - 1);
	kind[length > 0 ? length : 0] = '\0';
}

static void find_paths(const struct sockets *sockets, struct known *known)
{
	const struct diag_socket *peer;

	if (known->diag->path)
		snprintf(known->local, sizeof(known->local), "%s",
			 known->diag->path);
	peer = known->diag->peer_inode ?
	       diag_find(&sockets->diag, known->diag->peer_inode) : NULL;
	if (peer && peer->path)
		snprintf(known->peer, sizeof(known->peer), "%s", peer->path);
	else if (known->diag->peer_inode)
		snprintf(known->peer, sizeof(known->peer), "socket:[%" PRIu64 "]",
			 known->diag->peer_inode);
}

static void find(const struct sockets *sockets, const struct held_socket *held,
		 struct known *known)
{
	*known = (struct known){
		.held = held,
		.diag = diag_find(&sockets->diag, held->inode),
		.family = held->family,
		.type = held->type,
		.protocol = held->protocol,
	};
	if (known->diag && held->family < 0) {
		known->family = known->diag->family;
		known->type = known->diag->type;
		known->protocol = known->diag->protocol;
	}
	if (known->family < 0)
		read_kind(held, known->kind, sizeof(known->kind));
	if (!known->diag)
		return;
	if (known->diag->family == AF_UNIX) {
		find_paths(sockets, known);
		return;
	}
	put_address(known->local, sizeof(known->local), &known->diag->local);
	put_address(known->peer, sizeof(known->peer), &known->diag->peer);
}

static const char *state_of(const struct known *known)
{
	static const char *const states[] = {
		[TCP_ESTABLISHED] = "established", [TCP_SYN_SENT] = "syn-sent",
		[TCP_SYN_RECV] = "syn-received", [TCP_FIN_WAIT1] = "fin-wait-1",
		[TCP_FIN_WAIT2] = "fin-wait-2", [TCP_TIME_WAIT] = "time-wait",
		[TCP_CLOSE] = "closed", [TCP_CLOSE_WAIT] = "close-wait",
		[TCP_LAST_ACK] = "last-ack", [TCP_LISTEN] = "listening",
		[TCP_CLOSING] = "closing",
	};
	/* Those of enum socket_state, from SS_UNCONNECTED. */
	static const char *const own[] = {
		NULL, "unconnected", "connecting", "connected", "disconnecting"
	};
	size_t state = known->diag ? known->diag->state : -1;

	if (known->diag && known->diag->type != SOCK_STREAM &&
	    known->diag->type != SOCK_SEQPACKET)
		return state == TCP_ESTABLISHED ? "connected" : "unconnected";
	if (state < sizeof(states) / sizeof(*states) && states[state])
		return states[state];
	state = known->held->state;

	return state < sizeof(own) / sizeof(*own) ? own[state] : NULL;
}

static const char *protocol_of(const struct known *known)
{
	if (known->family == AF_INET || known->family == AF_INET6)
		return name_of(NAME_PROTOCOL, 0, known->protocol);

	return NULL;
}

static void print_socket(const struct known *known)
{
	const char *protocol = protocol_of(known), *state = state_of(known);

	if (known->family >= 0) {
		fputs(name_of(NAME_FAMILY, 0, known->family), stdout);
		printf(" %s", name_of(NAME_TYPE, 0, known->type));
	} else {
		text_print(stdout, *known->kind ? known->kind : "unknown");
	}
	if (protocol)
		printf(" %s", protocol);
	if (*known->local) {
		putchar(' ');
		text_print(stdout, known->local);
	}
	if (*known->peer) {
		fputs(" -> ", stdout);
		text_print(stdout, known->peer);
	}
	if (state)
		printf(" (%s)", state);
	putchar('\n');
}

static void print_holder(const struct known *known)
{
	const struct held_socket *held = known->held;
	char *name = held_name(held->holders->pid);

	fputs("  ", stdout);
	text_print(stdout, name ?: "?");
	free(name);
	printf("[%d]", held->holders->pid);
	if (held->nr_holders > 1)
		printf(" and %zu more", held->nr_holders - 1);
	fputs(": ", stdout);
	if (!held->personality) {
		colour_red(stdout, "NOT GOVERNED");
		putchar('\n');
		return;
	}
	fputs("personality ", stdout);
	text_print(stdout, held->personality);
	if (held->layers) {
		fputs(", layers ", stdout);
		text_print(stdout, held->layers);
	}
	fputs(", provider ", stdout);
	text_print(stdout, held->provider ?: "?");
	putchar('\n');
}

static void json_holders(const struct held_socket *held)
{
	size_t i;

	json_array("holders");
	for (i = 0; i < held->nr_holders; i++) {
		char *name = held_name(held->holders[i].pid);

		json_object(NULL);
		json_u64("pid", held->holders[i].pid);
		if (name)
			json_string("comm", name);
		json_u64("fd", held->holders[i].fd);
		json_object_end();
		free(name);
	}
	json_array_end();
}

static void json_layers(const struct held_socket *held)
{
	char *copy = need(strdup(held->layers ?: held->personality));
	char *rest = copy, *word;

	json_array("layers");
	while ((word = strsep(&rest, " ")))
		json_string(NULL, word);
	json_array_end();
	free(copy);
}

static void print_json(const struct known *known)
{
	const char *protocol = protocol_of(known), *state = state_of(known);
	const struct held_socket *held = known->held;

	json_object(NULL);
	json_u64("inode", held->inode);
	if (known->family >= 0) {
		json_string("family", name_of(NAME_FAMILY, 0, known->family));
		json_string("type", name_of(NAME_TYPE, 0, known->type));
	} else if (*known->kind) {
		json_string("kind", known->kind);
	}
	if (protocol)
		json_string("protocol", protocol);
	if (*known->local)
		json_string("local", known->local);
	if (*known->peer)
		json_string("peer", known->peer);
	if (state)
		json_string("state", state);
	json_holders(held);
	json_bool("governed", held->personality);
	if (held->personality) {
		json_string("personality", held->personality);
		json_layers(held);
		json_string("provider", held->provider ?: "");
	}
	json_object_end();
}

/* Outside of attached cgroups only governed sockets are shown. */
static bool is_shown(const struct sockets *sockets,
		     const struct held_socket *held)
{
	size_t i;

	if (!sockets->all || held->personality)
		return true;
	for (i = 0; i < held->nr_holders; i++) {
		if (held_has_pid(&sockets->attached, held->holders[i].pid))
			return true;
	}

	return false;
}

static void print(const struct sockets *sockets)
{
	size_t i, nr = 0, ungoverned = 0;
	struct known known;

	if (json_wanted) {
		json_start(stdout);
		json_array(NULL);
	}
	for (i = 0; i < sockets->held.nr; i++) {
		if (!is_shown(sockets, &sockets->held.of[i]))
			continue;
		find(sockets, &sockets->held.of[i], &known);
		nr++;
		ungoverned += !known.held->personality;
		if (json_wanted) {
			print_json(&known);
		} else {
			print_socket(&known);
			print_holder(&known);
		}
	}
	if (json_wanted) {
		json_array_end();
		json_finish();
	} else {
		printf("%zu %s, %zu not governed\n", nr,
		       nr == 1 ? "socket" : "sockets", ungoverned);
	}
	if (sockets->held.unread)
		report_warning("note: the sockets of %u %s cannot be read",
			       sockets->held.unread,
			       sockets->held.unread == 1 ? "process" :
							   "processes");
	if (sockets->hidden)
		report_warning("note: the addresses of a network namespace cannot be read");
}

/* Ask in each network namespace of the processes, and come back. */
static void ask_kernel(struct sockets *sockets)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	const struct held_sockets *held = &sockets->held;
	ino_t *done = need(calloc(held->nr_pids + 1, sizeof(*done)));
	size_t i, j, nr = 0;
	char path[64];
	struct stat status;
	int fd;

	for (i = 0; own >= 0 && i < held->nr_pids; i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", held->pids[i]);
		if (stat(path, &status))
			continue;
		for (j = 0; j < nr && done[j] != status.st_ino; j++)
			;
		if (j < nr)
			continue;
		done[nr++] = status.st_ino;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (setns(fd, CLONE_NEWNET))
			sockets->hidden = true;
		else
			diag_add(&sockets->diag);
		close(fd);
	}
	if (own < 0 || (nr && setns(own, CLONE_NEWNET) && errno != EPERM))
		sockets->hidden = true;
	if (own >= 0)
		close(own);
	free(done);
	diag_sort(&sockets->diag);
}

/* A cgroup may have been removed since. */
static int add_attached(struct netlink *nl, struct held_sockets *held)
{
	char *point = cgroup_mount_point(), *path;
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct replies replies;
	int fd, status;

	if (!point)
		return report_error("no cgroup v2 hierarchy is mounted");
	status = attachment_list(nl, &replies);
	if (status) {
		free(point);
		return status;
	}
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		if (asprintf(&path, "%s%s", point, attachment.path) < 0)
			path = NULL;
		fd = open(need(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		free(path);
		if (fd < 0)
			continue;
		held_add_cgroup(held, fd);
		close(fd);
	}
	replies_free(&replies);
	free(point);

	return 0;
}

/* The processes of a cgroup, of all attached ones (NULL), or all. */
static int add_processes(struct sockets *sockets, const char *cgroup)
{
	struct netlink nl;
	int fd, status;

	/* Without the module all would look as if they were not governed. */
	status = netlink_open(&nl);
	if (status)
		return status;
	if (cgroup) {
		fd = cgroup_open(cgroup);
		status = fd < 0 ? EXIT_FAILURE : 0;
		if (!status) {
			held_add_cgroup(&sockets->held, fd);
			close(fd);
		}
	} else {
		status = add_attached(&nl, sockets->all ? &sockets->attached :
							  &sockets->held);
		if (!status && sockets->all)
			held_add_all(&sockets->held);
	}
	netlink_close(&nl);

	return status;
}

int sockets_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all",	no_argument, NULL, 'a' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	struct sockets sockets = { 0 };
	int option, status;

	while ((option = getopt_long(argc, argv, ":aj", options, NULL)) >= 0) {
		switch (option) {
		case 'a':
			sockets.all = true;
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			return option_error(option, argv);
		}
	}
	if (sockets.all && optind < argc)
		return usage_error("sockets takes --all or a cgroup, not both");
	if (argc - optind > 1)
		return usage_error("sockets takes one cgroup, not also \"%s\"",
				   argv[optind + 1]);

	status = add_processes(&sockets, argv[optind]);
	if (!status) {
		held_find(&sockets.held);
		held_find(&sockets.attached);
		ask_kernel(&sockets);
		print(&sockets);
	}
	held_free(&sockets.held);
	held_free(&sockets.attached);
	diag_free(&sockets.diag);

	return status;
}
