/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports by the names of services in /etc/services. The parser and the command
 * explain call it.
 */
#ifndef _PERSOCK_POLICY_FILE_SERVICE_H
#define _PERSOCK_POLICY_FILE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/* Has the text a letter? Then it is no number. */
bool service_is_name(const char *text);

/*
 * The port of a service. @protocol is that of the rule; PERSOCK_ANY: any, and the
 * service has the same port for all. Returns NULL, or what is wrong with the name
 * as the end of a sentence, which is valid until the next call.
 */
const char *service_port(const char *name, int protocol, uint16_t *port);

#endif
