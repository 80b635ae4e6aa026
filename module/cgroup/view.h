/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Views: what a stack of layers holds its sockets to at one time. stack.c shows
 * a view to the sockets of each stack; whatever judges a call reads one view,
 * and judges by its versions, the outermost first.
 */
#ifndef _PERSOCK_VIEW_H
#define _PERSOCK_VIEW_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "cgroup/version.h"

/* A cgroup can have this many attached ancestors, itself included. */
#define PERSOCK_MAX_LAYERS 16

/**
 * struct persock_view - versions of the layers of a stack, and what they have
 *			 in common; immutable
 * @rcu: frees it, a grace period after the last stack has shown another one;
 *	 near the beginning, as kfree_rcu() demands
 * @shortcuts: the calls that pass every layer unchanged, by kind of socket
 * @allowed: bits of the requests for sockets that pass every layer, except for
 *	     its limits; see persock_shortcut_request()
 * @requests: those of them that the native provider serves
 * @number: unique number of the view; not 0
 * @address_max: longest address in bytes that is passed on, by class; 0: any
 * @backlog: the smallest floor and the smallest ceiling for listen(2)
 * @restricts_bind: a layer that enforces may deny a bind
 * @names: the smallest number of learnt addresses that a layer with host
 *	   names allows; 0: no layer uses host names
 * @holds_names: a layer that enforces uses host names
 * @names_by: index of the outermost one that does
 * @locals: a layer judges or records names of AF_UNIX sockets
 * @rights: a layer judges received sockets one by one
 * @holds_locals: a layer that enforces does one of both
 * @locals_by: index of the outermost one that does
 * @records: a layer records calls
 * @counts: a layer wants allowed messages and options to be counted
 * @limits: a layer limits its live sockets
 * @limited: index of the outermost one that does; @nr: none does
 * @server: index of the layer whose providers serve sockets: the innermost one
 *	    that names some
 * @network: index of the innermost layer that names a network namespace;
 *	     @nr: none does
 * @node: in the table of views; persock_mutex
 * @users: number of stacks that show it; persock_mutex
 * @nr: number of layers, at least 1
 * @layers: their versions, the outermost first
 *
 * Read under RCU. Stacks with the same versions share a view. A version
 * outlives the views that have it: all stacks show other views before a
 * replaced version is freed, see replace.c.
 */
struct persock_view {
	struct rcu_head rcu;
	struct persock_shortcut shortcuts[PERSOCK_NR_KINDS];
	u64 allowed;
	u64 requests;
	u64 number;
	u16 address_max[PERSOCK_NR_CLASSES];
	struct persock_backlog backlog;
	bool restricts_bind;
	unsigned int names;
	bool holds_names;
	unsigned int names_by;
	bool locals;
	bool rights;
	bool holds_locals;
	unsigned int locals_by;
	bool records;
	bool counts;
	bool limits;
	unsigned int limited;
	unsigned int server;
	unsigned int network;
	struct hlist_node node;
	unsigned int users;
	unsigned int nr;
	const struct persock_version *layers[];
};

struct persock_view *persock_view_get(const struct persock_version *const *layers,
				      unsigned int nr);
void persock_view_put(struct persock_view *view);

/**
 * persock_enforces() - are the verdicts of a version applied?
 * @version: the version that judges
 *
 * Return: false if the policy only audits.
 */
static inline bool persock_enforces(const struct persock_version *version)
{
	return version->policy.mode == PERSOCK_MODE_ENFORCE;
}

/**
 * persock_records() - are calls recorded, and not judged?
 * @version: the version of a layer
 *
 * Return: true in mode record.
 */
static inline bool persock_records(const struct persock_version *version)
{
	return version->policy.mode == PERSOCK_MODE_RECORD;
}

/**
 * persock_reveals() - may governed tasks read the denials of a version?
 * @version: the version of a layer
 *
 * Return: true if its policy says so.
 */
static inline bool persock_reveals(const struct persock_version *version)
{
	return version->policy.reveal == PERSOCK_REVEAL_DENIALS;
}

/**
 * persock_view_net() - the network namespace that a view names for a family
 * @view: the view
 * @family: the family
 *
 * Context: RCU read side, which protects the result.
 * Return: the network namespace, or NULL for the task's.
 * persock_stack_net() decides whether that applies to the task.
 */
static inline struct net *persock_view_net(const struct persock_view *view,
					   int family)
{
	return view->network == view->nr ? NULL :
	       persock_version_net(view->layers[view->network], family);
}

/**
 * persock_view_allows() - does a request for a socket pass every layer?
 * @view: the view
 * @request: the request
 *
 * Context: any; does not sleep.
 * Return: true if it passes, except for limits; false if it must be judged.
 */
static inline bool persock_view_allows(const struct persock_view *view,
				       const struct persock_request *request)
{
	return view->allowed & persock_shortcut_request(request);
}

/**
 * persock_view_provider() - the provider that serves a request for a socket
 * @view: the view
 * @request: the request
 * @elsewhere: the socket must be in the network namespace that the view names
 *
 * Context: any; does not sleep.
 * Return: the provider, or NULL if none serves the request.
 */
static inline const struct persock_provider *
persock_view_provider(const struct persock_view *view,
		      const struct persock_request *request, bool elsewhere)
{
	return persock_version_provider(view->layers[view->server], request,
					elsewhere);
}

#endif /* _PERSOCK_VIEW_H */
