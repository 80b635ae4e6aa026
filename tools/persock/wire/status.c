// SPDX-License-Identifier: GPL-2.0
/*
 * Asks for the module's report, and parses it. The commands status, metrics,
 * monitor and top call it.
 */
#include <linux/genetlink.h>

#include "wire/status.h"

#include <sys/stat.h>

static void parse(const struct replies *replies, struct status *status)
{
	const struct nlmsghdr *message = replies_next(replies, NULL);
	const struct nlattr *attribute;

	/* Without a report governance does not hold. */
	*status = (struct status){
		.version = "", .reason = "the kernel does not report it"
	};
	if (!message)
		return;
	reply_for_each_attribute(attribute, message) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_VERSION:
			status->version = attribute_string(attribute);
			break;
		case PERSOCK_A_ADDRESS_FAMILY:
			status->address_family = attribute_number(attribute);
			break;
		case PERSOCK_A_HOLDS:
			status->holds = attribute_number(attribute);
			break;
		case PERSOCK_A_REASON:
			status->reason = attribute_string(attribute);
			break;
		case PERSOCK_A_ARMED:
			status->armed = attribute_number(attribute);
			break;
		case PERSOCK_A_SOCKETS_LIVE:
			status->sockets_live = attribute_number(attribute);
			break;
		case PERSOCK_A_LOST:
			status->lost = attribute_number(attribute);
			break;
		case PERSOCK_A_NETWORK_INODE:
			status->network_inode = attribute_number(attribute);
			break;
		}
	}
	if (status->holds)
		status->reason = "";
}

int status_get(struct netlink *nl, struct replies *replies,
	       struct status *status)
{
	*replies = (struct replies){ 0 };
	netlink_request(nl, PERSOCK_CMD_STATUS_GET);
	if (netlink_do(nl, replies))
		return netlink_error(nl);
	parse(replies, status);

	return 0;
}

int status_elsewhere(struct netlink *nl, bool *elsewhere)
{
	struct replies replies;
	struct status status;
	struct stat own;
	int failed = status_get(nl, &replies, &status);

	if (failed)
		return failed;
	*elsewhere = !stat("/proc/self/ns/net", &own) &&
		     status.network_inode && own.st_ino != status.network_inode;
	replies_free(&replies);

	return 0;
}
