/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_FAMILY_H
#define _PERSOCK_FAMILY_H

/* "AF_INET" for 2; the number itself where there is no name for it. */
const char *family_name(unsigned int family);

#endif
