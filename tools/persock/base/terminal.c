// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the kernel for the size of a terminal. The command status calls it.
 */
#include "base/terminal.h"

#include <sys/ioctl.h>

int terminal_width(FILE *stream)
{
	struct winsize size;

	return ioctl(fileno(stream), TIOCGWINSZ, &size) ? 0 : size.ws_col;
}
