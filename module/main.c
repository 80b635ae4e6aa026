// SPDX-License-Identifier: GPL-2.0
/*
 * persock, socket personalities for cgroups: this file is the module's entry.
 * The kernel calls persock_init() and persock_exit() when it loads and unloads
 * the module.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "cgroup/attach.h"
#include "cgroup/attachment.h"
#include "cgroup/personality.h"
#include "cgroup/stack.h"
#include "control/netlink.h"
#include "control/netlink_denial.h"
#include "control/proc.h"
#include "hook/arm.h"
#include "hook/local.h"
#include "hook/lsm.h"
#include "hook/probe.h"
#include "hostinet/hostinet.h"
#include "native/native.h"
#include "socket/af_persock.h"
#include "socket/exchange.h"
#include "socket/local_call.h"
#include "socket/operations.h"
#include "socket/router.h"
#include "socket/straight.h"
#include "state.h"

#define CREATE_TRACE_POINTS
#include "report/trace.h"

static int family = AF_PERSOCK_DEFAULT;
module_param(family, int, 0444);
MODULE_PARM_DESC(family, "address family number that AF_PERSOCK borrows (default 19)");

/* Lower layers do not include higher ones: they get their functions here. */
static const struct persock_attachment_hooks attachment_hooks = {
	.arm = persock_arm,
	.disarm = persock_disarm,
	.reserve = persock_router_reserve,
};

static int __init probe_once(void)
{
	const char *failed;
	int err;

	mutex_lock(&persock_mutex);
	err = persock_probe(&failed);
	mutex_unlock(&persock_mutex);
	if (err)
		pr_err("not loaded, since governance would not hold: %s\n",
		       failed);

	return err;
}

static int __init persock_init(void)
{
	int err;

	err = persock_state_init();
	if (err)
		return err;
	err = persock_intercept_init();
	if (err)
		goto state;
	err = persock_exchange_init();
	if (err)
		goto intercept;
	persock_local_init(persock_local_arm);
	err = persock_router_init(persock_router_fill,
				  persock_straight_choose);
	if (err)
		goto exchange;
	persock_attachment_init(&attachment_hooks);
	persock_stack_init(persock_routers_free, persock_routers_choose);
	err = persock_attach_init();
	if (err)
		goto router;
	err = persock_provider_register(&persock_native);
	if (err)
		goto attachment;
	err = persock_hostinet_init();
	if (err)
		goto native;
	err = persock_provider_register(&persock_hostinet);
	if (err)
		goto native;
	err = persock_personality_init();
	if (err)
		goto hostinet;
	err = persock_family_init(family, persock_lsm_arm);
	if (err)
		goto personality;
	err = probe_once();
	if (err)
		goto family;
	/* Last: from here on user space can use the module. */
	err = persock_proc_init();
	if (err)
		goto family;
	err = persock_netlink_init();
	if (err)
		goto proc;
	persock_denial_init(&persock_netlink_denials);

	return 0;

proc:
	persock_proc_exit();
family:
	persock_family_exit();
personality:
	persock_personality_exit();
hostinet:
	persock_provider_unregister(&persock_hostinet);
native:
	persock_provider_unregister(&persock_native);
attachment:
	persock_attach_exit();
router:
	persock_router_exit();
exchange:
	persock_exchange_exit();
intercept:
	persock_intercept_exit();
state:
	persock_state_exit();
	return err;
}

/*
 * Every attachment and every governed socket holds a reference to the module,
 * so none exists unless the removal is forced. First wait for attachment
 * objects that are still being freed, as they use the rest. The steps of init
 * are undone in reverse, except that persock_attach_exit() comes earlier: the
 * frees that it finishes use personalities and providers.
 */
static void __exit persock_exit(void)
{
	persock_attachment_wait();
	persock_denial_exit();
	persock_netlink_exit();
	persock_proc_exit();
	persock_family_exit();
	persock_attach_exit();
	persock_personality_exit();
	persock_provider_unregister(&persock_hostinet);
	persock_provider_unregister(&persock_native);
	persock_router_exit();
	persock_exchange_exit();
	persock_intercept_exit();
	persock_state_exit();
}

module_init(persock_init);
module_exit(persock_exit);

MODULE_DESCRIPTION("Socket personalities: per-cgroup socket policy and providers");
MODULE_AUTHOR("The persock authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(PERSOCK_VERSION);
