// SPDX-License-Identifier: GPL-2.0
/*
 * Collects the fields of a journal entry, and sends them by libsystemd. The
 * command monitor calls it.
 */
#include "command/journal.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/error.h"

#define SOCKET		"/run/systemd/journal/socket"
#define FIELDS_MAX	64

static struct iovec fields[FIELDS_MAX];
static int nr;

int journal_check(void)
{
	if (!access(SOCKET, W_OK))
		return 0;

	return report_error("cannot write to the journal: %s: %s", SOCKET,
			    strerror(errno));
}

void journal_field(const char *name, const char *text)
{
	char *field = NULL;

	if (nr == FIELDS_MAX)
		return;
	need(asprintf(&field, "%s=%s", name, text) < 0 ? NULL : field);
	fields[nr].iov_base = field;
	fields[nr++].iov_len = strlen(field);
}

void journal_json(const char *key, const char *value)
{
	char name[64] = "PERSOCK_";
	size_t i = strlen(name);

	while (*key && i < sizeof(name) - 1)
		name[i++] = toupper((unsigned char)*key++);
	name[i] = '\0';
	journal_field(name, value);
}

int journal_send(void)
{
	int result = sd_journal_sendv(fields, nr);

	while (nr)
		free(fields[--nr].iov_base);

	return result;
}
