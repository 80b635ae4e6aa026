/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host names as people write them: in Unicode, in capital letters, with a final
 * dot. The parser and the commands read them.
 */
#ifndef _PERSOCK_POLICY_FILE_HOST_H
#define _PERSOCK_POLICY_FILE_HOST_H

#include "module/policy/policy.h"

/*
 * Is a text an address or prefix, maybe a mistyped one? Such as 10.0.0.256: no
 * top-level domain is a number.
 */
bool host_is_address(const char *text);

/*
 * Read a host name into @name, of PERSOCK_HOST_LENGTH + 1 bytes, as the module
 * compares it: see host.h there. If @below is not NULL, "*." may be before it.
 * Returns NULL, or why it is no host name.
 */
const char *host_read(const char *text, char *name, bool *below);

/* Is a rule about this name, whatever its ports and protocol? */
bool host_matches(const struct persock_host_rule *rule, const char *name);

/* "name" or "*.name", for messages; valid until the next call. */
const char *host_text(const struct persock_host_rule *rule);

#endif
