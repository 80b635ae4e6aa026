/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of AF_VSOCK as policy files, commands and reports have them:
 * "vsock:" and a CID, or "any"; behind another colon a port. The parser and the
 * commands read and print them.
 */
#ifndef _PERSOCK_POLICY_FILE_VSOCK_NAME_H
#define _PERSOCK_POLICY_FILE_VSOCK_NAME_H

/* Is a peer of a rule one of AF_VSOCK? */
bool vsock_is_name(const char *text);

/* Read a CID or a port: "any" or a number. False: it is neither. */
bool vsock_number(const char *text, size_t length, u32 *number);

/* "any" or the number; valid until the next but one call. */
const char *vsock_text(u32 number);

#endif
