// SPDX-License-Identifier: GPL-2.0
/*
 * The owner of a code address, the kernel or a module, by the kernel's
 * symbols. arch_arm64.h calls it; x86 has a cheaper way.
 */
#include <linux/kallsyms.h>
#include <linux/string.h>

#include "hook/caller.h"

/**
 * persock_in_module() - does an address belong to a module's code?
 * @ip: an address in the kernel's code
 *
 * The name of its symbol shows the module. Addresses of built-in code do not
 * change, so the last two are cached: socket(2) always comes from the same
 * two.
 *
 * Context: any; does not sleep.
 * Return: true for code of a module.
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
