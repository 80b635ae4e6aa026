/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy file calls a section. Complaints of the parser, explain, and
 * the printing of denials and of what was ignored call it.
 */
#ifndef _PERSOCK_POLICY_FILE_SECTION_NAME_H
#define _PERSOCK_POLICY_FILE_SECTION_NAME_H

/*
 * What a policy file calls a section, with a dot where it nests; "section-N"
 * where there is no name for it, as a newer module may have.
 */
const char *section_name(unsigned int section);

#endif
