/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of sections. The parser, explain, and the printing of denials and
 * of ignored calls use it.
 */
#ifndef _PERSOCK_POLICY_FILE_SECTION_NAME_H
#define _PERSOCK_POLICY_FILE_SECTION_NAME_H

/*
 * The name of a section in a policy file, with a dot for each nesting;
 * "section-N" for an unknown section, of a newer module.
 */
const char *section_name(unsigned int section);

#endif
