/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of sockets that the native provider serves. native.c asks, and so
 * does the tool's judge.c for "persock explain". Pure function.
 */
#ifndef _PERSOCK_NATIVE_SERVES_H
#define _PERSOCK_NATIVE_SERVES_H

#include <linux/in.h>
#include <linux/socket.h>

#ifndef IPPROTO_SMC
#define IPPROTO_SMC	256	/* since 6.11 (d25a92ccae6b) */
#endif

/**
 * persock_native_serves() - see struct persock_provider_ops
 * @own: the number that AF_PERSOCK has
 * @family: requested family
 * @protocol: requested protocol
 *
 * Native serves every family of the kernel except AF_PERSOCK, and except
 * sockets that replace themselves, so that no router could follow: SMC's
 * fallback points the socket's file at a kernel socket
 * (smc_switch_to_fallback()), and an ioctl of KCM clones a socket with its
 * operations (kcm_clone()).
 *
 * Return: false for these.
 */
static inline bool persock_native_serves(int own, int family, int protocol)
{
	if (family == own || family == AF_SMC || family == AF_KCM)
		return false;

	return (family != AF_INET && family != AF_INET6) ||
	       protocol != IPPROTO_SMC;
}

#endif /* _PERSOCK_NATIVE_SERVES_H */
