// SPDX-License-Identifier: GPL-2.0
/*
 * Prints verdicts and protocols. draft_print.c and print_peers.c call it.
 */
#include "module/policy/policy.h"
#include "policy_file/print_value.h"

#include "policy_file/document.h"
#include "policy_file/names.h"

int print_verdict(yaml_document_t *document, int value, unsigned int line)
{
	if (value == PERSOCK_ALLOW)
		return document_text_of(document, "allow", line);
	if (value == PERSOCK_IGNORE)
		return document_text(document, "ignore");

	return document_text(document, name_of(NAME_ERRNO, 0, -value));
}

/* Only protocols of inet have names; that of 0 does not say which one it is. */
int print_protocol(yaml_document_t *document, int family, int value)
{
	bool inet = family == PERSOCK_ANY || family == AF_INET ||
		    family == AF_INET6;

	if (!inet || !value)
		return document_number(document, value);

	return document_text(document, name_of(NAME_PROTOCOL, 0, value));
}
