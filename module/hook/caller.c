// SPDX-License-Identifier: GPL-2.0
/*
 * The owner of a code address, the kernel or a module, by the kernel's
 * symbols. arch_arm64.h calls it; x86 has a cheaper way.
 */
#include <linux/kallsyms.h>
#include <linux/string.h>

#include "hook/caller.h"

/**
 * persock_in_module() - is it code of a module?
 * @ip: an address in the kernel's code
 *
 * By its symbol's name, which tells the module. Code that is built in does not
 * move: two addresses are asked about again and again, those from which
 * socket(2) comes.
 *
 * Context: any; does not sleep.
 * Return: true for a module's.
 */
bool persock_in_module(unsigned long ip)
{
	static unsigned long built_in[2];
	char name[KSYM_SYMBOL_LEN];

	if (ip == READ_ONCE(built_in[0]) || ip == READ_ONCE(built_in[1]))
		return false;
	sprint_symbol_no_offset(name, ip);
	if (strchr(name, '['))
		return true;
	WRITE_ONCE(built_in[1], READ_ONCE(built_in[0]));
	WRITE_ONCE(built_in[0], ip);

	return false;
}
