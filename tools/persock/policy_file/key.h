/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of policy files, and of a folder's attachments.yaml. One table is
 * used to read the files, to describe the keys and to bring them into their order.
 * The parser, folder.c, format.c, schema.c and the command keys call it.
 */
#ifndef _PERSOCK_POLICY_FILE_KEY_H
#define _PERSOCK_POLICY_FILE_KEY_H

#include "policy_file/yaml.h"

/*
 * The places of keys, each a mapping, with name and description. A name with
 * "[]" stands for each item of a list.
 */
#define KEY_PLACES(place)						\
	place(KEY_POLICY, "a policy file",				\
	      "the whole file")						\
	place(KEY_CLASS, "inet, others",				\
	      "the rules for one class of sockets: AF_INET and AF_INET6, or the rest") \
	place(KEY_NETWORK, "network",					\
	      "another network namespace for the sockets of AF_INET and AF_INET6") \
	place(KEY_SOCKETS, "sockets",					\
	      "the sockets that may be created")			\
	place(KEY_SOCKETS_RULE, "sockets.rules[]",			\
	      "a rule on sockets: one of the two")			\
	place(KEY_REQUEST, "sockets.rules[].allow, sockets.rules[].deny", \
	      "the requests that a rule matches; an item that is left out matches anything") \
	place(KEY_ADDRESSES, "connect, bind, accept",			\
	      "peers that a call specifies, addresses to bind, peers to accept") \
	place(KEY_ADDRESS_RULE, "connect.rules[], bind.rules[], accept.rules[]", \
	      "a rule on addresses: allow or deny, and conditions") \
	place(KEY_NAMES, "names",					\
	      "how addresses of the host names of connect are learnt")	\
	place(KEY_OPTIONS, "options",					\
	      "socket options")						\
	place(KEY_FLAGS, "flags",					\
	      "flags of messages")					\
	place(KEY_LIST, "options.get, options.set, flags.send, flags.recv, ioctls", \
	      "a list of options, flags or ioctls, and the default for the others") \
	place(KEY_CONTROL, "control",					\
	      "control messages that are sent, as LEVEL/NAME")		\
	place(KEY_RECEIVED, "control.received",				\
	      "control messages that are received, for class inet") \
	place(KEY_OPTION_GET, "options.get.allow[] and its like",	\
	      "an item of options.get with sizes")		\
	place(KEY_OPTION_SET, "options.set.allow[] and its like",	\
	      "an item of options.set with a size")		\
	place(KEY_UNIX, "unix",						\
	      "peers and names of AF_UNIX sockets, and what they pass")	\
	place(KEY_UNIX_NAMES, "unix.connect, unix.bind",		\
	      "peers of AF_UNIX sockets that a call specifies, names to bind") \
	place(KEY_UNIX_RULE, "unix.connect.rules[], unix.bind.rules[]", \
	      "a rule on AF_UNIX sockets: allow or deny")		\
	place(KEY_UNIX_NAME, "unix.connect.rules[].allow[] and its like", \
	      "sockets that a rule matches; an item that is left out matches anything") \
	place(KEY_LIMITS, "limits",					\
	      "limits of the whole policy; 0 means no limit, except in received") \
	place(KEY_LIMITS_INET, "inet.limits",				\
	      "limits of the class inet")				\
	place(KEY_LIMITS_OTHERS, "others.limits",			\
	      "limits of the class others")				\
	place(KEY_LIMITS_SOCKETS, "limits.sockets",			\
	      "a limit of sockets with its own errno")		\
	place(KEY_FOLDER, "attachments.yaml",				\
	      "the file of persock apply that lists cgroups")		\
	place(KEY_ATTACHMENT, "attachments[]",				\
	      "an attachment; cgroup and personality are needed")

#define KEY_PLACE(place, name, about) place,
enum key_place {
	KEY_PLACES(KEY_PLACE)
	KEY_NR_PLACES
};

#undef KEY_PLACE

/**
 * struct key - a key, in places where it means the same
 * @places: a bit for each place
 * @name: the key
 * @inside: the place of the keys of its value, or of the items of its value;
 *	KEY_NR_PLACES if it has no keys. Items of options.set are at
 *	KEY_OPTION_SET, and others.limits is KEY_LIMITS_OTHERS
 * @value: the kind of its value
 * @about: its description, in sentences
 */
struct key {
	unsigned int places;
	const char *name;
	enum key_place inside;
	const char *value;
	const char *about;
};

/* The key of a place after @key, or the first one for NULL. */
const struct key *key_next(enum key_place place, const struct key *key);

/* The key of a place by its name, or NULL. */
const struct key *key_find(enum key_place place, const char *name);

const char *key_place_name(enum key_place place);
const char *key_place_about(enum key_place place);

/*
 * Is @node a mapping of keys of the place, each at most once? Errors call it
 * @what. Returns false after an error.
 */
bool key_mapping(struct yaml *yaml, const yaml_node_t *node, const char *what,
		 enum key_place place);

#endif
