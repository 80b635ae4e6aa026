// SPDX-License-Identifier: GPL-2.0
/*
 * Collects the fields of a journal entry, and sends them by libsystemd. The
 * command monitor calls it.
 *
 * The library is opened when it is needed. It brings five others, and was a
 * third of what the start of any command took.
 */
#include "command/journal.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/error.h"

#define SOCKET		"/run/systemd/journal/socket"
#define LIBRARY		"libsystemd.so.0"
#define FIELDS_MAX	64

/* As sd-journal.h declares sd_journal_sendv(). */
typedef int (*sendv_t)(const struct iovec *fields, int nr);

static struct iovec fields[FIELDS_MAX];
static int nr;
static sendv_t sendv;

int journal_check(void)
{
	void *library;

	if (access(SOCKET, W_OK))
		return report_error("cannot write to the journal: %s: %s",
				    SOCKET, strerror(errno));
	library = dlopen(LIBRARY, RTLD_NOW);
	if (!library)
		return report_error("cannot write to the journal: %s",
				    dlerror());
	sendv = (sendv_t)dlsym(library, "sd_journal_sendv");
	if (!sendv)
		return report_error("cannot write to the journal: %s",
				    dlerror());

	return 0;
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
	int result = sendv(fields, nr);

	while (nr)
		free(fields[--nr].iov_base);

	return result;
}
