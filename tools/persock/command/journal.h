/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of systemd's journal with structured fields. The command monitor
 * writes them.
 */
#ifndef _PERSOCK_COMMAND_JOURNAL_H
#define _PERSOCK_COMMAND_JOURNAL_H

/* Is there a journal? Returns 0, or an exit status after an error. */
int journal_check(void);

/* Add a field. NAME is in capitals; the text may have any bytes. */
void journal_field(const char *name, const char *text);

/* Add the field of a JSON key: PERSOCK_ and the key in capitals. */
void journal_json(const char *key, const char *value);

/* Send the entry, and begin the next one. Returns 0 or a negative errno. */
int journal_send(void);

#endif
