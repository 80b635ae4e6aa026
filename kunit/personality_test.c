// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the registry of providers and of the list of personalities. KUnit
 * runs the suites against module/provider/registry.c and
 * module/cgroup/personality.c and view.c.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "cgroup/personality.h"
#include "cgroup/view.h"
#include "policy/shortcut.h"
#include "provider.h"
#include "provider/registry.h"
#include "state.h"

static bool serves_all(int family, int type, int protocol)
{
	return true;
}

static bool serves_stream(int family, int type, int protocol)
{
	return type == SOCK_STREAM;
}

static bool serves_raw(int family, int type, int protocol)
{
	return type == SOCK_RAW;
}

static int no_socket(struct socket *sock, int family, int type, int protocol)
{
	return -EOPNOTSUPP;
}

static void no_release(struct socket *sock)
{
}

static const struct persock_provider_ops all_ops = { .serves = serves_all };

static const struct persock_provider_ops stream_ops = {
	.serves = serves_stream,
	.serves_elsewhere = serves_raw,
	.socket = no_socket,
	.release = no_release,
};

static const int inet[] = { AF_INET };

/* These replace the module's own providers, which the presets list. */
static struct persock_provider native = {
	.name = "native", .owner = THIS_MODULE, .ops = &all_ops,
	.interposes = true,
};

static struct persock_provider hostinet = {
	.name = "hostinet", .owner = THIS_MODULE, .ops = &stream_ops,
	.families = inet, .nr_families = 1,
};

static int suite_init(struct kunit *test)
{
	persock_workqueue = alloc_workqueue("persock_kunit", WQ_UNBOUND, 0);
	KUNIT_ASSERT_NOT_NULL(test, persock_workqueue);
	KUNIT_ASSERT_EQ(test, persock_provider_register(&native), 0);
	KUNIT_ASSERT_EQ(test, persock_provider_register(&hostinet), 0);
	KUNIT_ASSERT_EQ(test, persock_personality_init(), 0);

	return 0;
}

static void suite_exit(struct kunit *test)
{
	/*
	 * Replaced versions are freed before the module's code may be
	 * unloaded.
	 */
	rcu_barrier();
	destroy_workqueue(persock_workqueue);
	persock_personality_exit();
	persock_provider_unregister(&hostinet);
	persock_provider_unregister(&native);
}

static void names(struct kunit *test)
{
	char longest[PERSOCK_NAME_MAX + 2];

	KUNIT_EXPECT_TRUE(test, persock_name_valid("a"));
	KUNIT_EXPECT_TRUE(test, persock_name_valid("gvisor-2020"));
	KUNIT_EXPECT_TRUE(test, persock_name_valid("Web_1.x"));
	KUNIT_EXPECT_FALSE(test, persock_name_valid(""));
	KUNIT_EXPECT_FALSE(test, persock_name_valid("-a"));
	KUNIT_EXPECT_FALSE(test, persock_name_valid("a b"));
	KUNIT_EXPECT_FALSE(test, persock_name_valid("a/b"));
	KUNIT_EXPECT_FALSE(test, persock_name_valid("a\n"));
	KUNIT_EXPECT_FALSE(test, persock_name_valid("\xc3\xa9"));

	memset(longest, 'x', sizeof(longest));
	longest[PERSOCK_NAME_MAX] = 0;
	KUNIT_EXPECT_TRUE(test, persock_name_valid(longest));
	longest[PERSOCK_NAME_MAX] = 'x';
	longest[PERSOCK_NAME_MAX + 1] = 0;
	KUNIT_EXPECT_FALSE(test, persock_name_valid(longest));
}

static void register_refuses(struct kunit *test)
{
	static const struct persock_provider_ops mute = { };
	struct persock_provider provider = native;

	KUNIT_EXPECT_EQ(test, persock_provider_register(&provider), -EEXIST);
	provider.name = "no good";
	KUNIT_EXPECT_EQ(test, persock_provider_register(&provider), -EINVAL);
	provider.name = "good";
	provider.ops = NULL;
	KUNIT_EXPECT_EQ(test, persock_provider_register(&provider), -EINVAL);
	provider.ops = &mute;
	KUNIT_EXPECT_EQ(test, persock_provider_register(&provider), -EINVAL);
	/* A provider that does not interpose must make and release sockets. */
	provider.ops = &all_ops;
	provider.interposes = false;
	KUNIT_EXPECT_EQ(test, persock_provider_register(&provider), -EINVAL);
}

static void registry_order_locked(struct kunit *test)
{
	struct persock_provider *provider = NULL;

	provider = persock_provider_next(provider);
	KUNIT_EXPECT_PTR_EQ(test, provider, &native);
	provider = persock_provider_next(provider);
	KUNIT_EXPECT_PTR_EQ(test, provider, &hostinet);
	KUNIT_EXPECT_NULL(test, persock_provider_next(provider));
	KUNIT_EXPECT_PTR_EQ(test, persock_provider_get("hostinet"), &hostinet);
	persock_provider_put(&hostinet);
	KUNIT_EXPECT_NULL(test, persock_provider_get("nobody"));
}

static bool serves(const struct persock_provider *provider, int family,
		   int type, int protocol)
{
	return persock_provider_serves(provider, family, type, protocol, false);
}

static void serves_by_family(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, serves(&hostinet, AF_INET, SOCK_STREAM, 0));
	KUNIT_EXPECT_FALSE(test, serves(&hostinet, AF_INET, SOCK_DGRAM, 0));
	KUNIT_EXPECT_FALSE(test, serves(&hostinet, AF_INET6, SOCK_STREAM, 0));
	/*
	 * Only native serves a protocol that PERSOCK_PROTOCOL() cannot pack.
	 */
	KUNIT_EXPECT_FALSE(test, serves(&hostinet, AF_INET, SOCK_STREAM,
					0x10006));
	KUNIT_EXPECT_TRUE(test, serves(&native, AF_INET, SOCK_STREAM, 0x10006));
}

/* In another namespace native does not serve, and others may serve more. */
static void serves_elsewhere(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, persock_provider_serves(&native, AF_INET,
							 SOCK_STREAM, 0, true));
	KUNIT_EXPECT_TRUE(test, persock_provider_serves(&hostinet, AF_INET,
							SOCK_STREAM, 0, true));
	KUNIT_EXPECT_FALSE(test, persock_provider_serves(&hostinet, AF_INET,
							 SOCK_DGRAM, 0, true));
	KUNIT_EXPECT_FALSE(test, serves(&hostinet, AF_INET, SOCK_RAW, 1));
	KUNIT_EXPECT_TRUE(test, persock_provider_serves(&hostinet, AF_INET,
							SOCK_RAW, 1, true));
	KUNIT_EXPECT_FALSE(test, persock_provider_serves(&hostinet, AF_INET6,
							 SOCK_RAW, 1, true));
}

/*
 * A store like that of a policy that netlink has loaded, with its own lists.
 */
static struct persock_store *loaded_store(void)
{
	struct persock_store *store = kzalloc(sizeof(*store), GFP_KERNEL);

	if (store)
		refcount_set(&store->ref, 1);

	return store;
}

static void add_and_delete_locked(struct kunit *test)
{
	struct persock_proposal proposal = {
		.base = "host",
		.providers = { "hostinet", "native" },
		.nr_providers = 2,
	};
	struct persock_personality *web;

	KUNIT_EXPECT_EQ(test, persock_personality_add("web", &proposal, NULL),
			0);
	web = persock_personality_find("web");
	KUNIT_EXPECT_NOT_NULL(test, web);
	if (!web)
		return;
	KUNIT_EXPECT_EQ(test, persock_personality_version(web)->nr_providers,
			2);
	KUNIT_EXPECT_STREQ(test, persock_personality_version(web)->base,
			   "host");
	KUNIT_EXPECT_EQ(test, persock_personality_add("web", &proposal, NULL),
			-EEXIST);

	web->attachments = 1;
	KUNIT_EXPECT_EQ(test, persock_personality_del("web", NULL), -EBUSY);
	web->attachments = 0;
	KUNIT_EXPECT_EQ(test, persock_personality_del("web", NULL), 0);
	KUNIT_EXPECT_EQ(test, persock_personality_del("web", NULL), -ENOENT);
	KUNIT_EXPECT_EQ(test, persock_personality_del("host", NULL), -EPERM);
}

static void add_refuses_locked(struct kunit *test)
{
	struct persock_proposal proposal = {
		.base = "host",
		.providers = { "native", "native" },
		.nr_providers = 1,
	};
	struct persock_personality *p = NULL;
	unsigned int i = 0;

	KUNIT_EXPECT_EQ(test, persock_personality_add("a b", &proposal, NULL),
			-EINVAL);
	proposal.base = "nobody";
	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL),
			-ENOENT);
	proposal.base = "host";
	proposal.nr_providers = 2;
	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL),
			-EINVAL);
	strscpy(proposal.providers[1], "nobody",
		sizeof(proposal.providers[1]));
	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL),
			-ENOENT);

	/* Rejected personalities are not listed. */
	while ((p = persock_personality_next(p)))
		i++;
	KUNIT_EXPECT_EQ(test, i, persock_nr_presets);
}

static void inherits_providers_locked(struct kunit *test)
{
	struct persock_proposal proposal = { .base = "gvisor-2020" };
	const struct persock_version *version;

	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL), 0);
	version = persock_personality_version(persock_personality_find("a"));
	KUNIT_EXPECT_EQ(test, version->nr_providers, 2);
	if (version->nr_providers != 2)
		return;
	KUNIT_EXPECT_PTR_EQ(test, version->providers[0], &hostinet);
	KUNIT_EXPECT_PTR_EQ(test, version->providers[1], &native);
}

/* As persock_personality_set(), for personalities that no stack has. */
static int set_now(const char *name, const struct persock_proposal *proposal)
{
	struct persock_personality *personality =
		persock_personality_propose(name, proposal, NULL);

	if (IS_ERR(personality))
		return PTR_ERR(personality);
	persock_personality_accept(personality);

	return 0;
}

/*
 * A replacement changes policy and providers in one step. An invalid one
 * changes nothing. A provider that was listed once stays pinned.
 */
static void set_locked(struct kunit *test)
{
	static const struct persock_policy policy = { .unix_rights = -EPERM };
	struct persock_proposal proposal = { .base = "host" };
	const struct persock_version *before, *after;
	struct persock_personality *a;

	KUNIT_EXPECT_EQ(test, set_now("a", &proposal),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, set_now("host", &proposal),
			-EPERM);
	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL), 0);
	a = persock_personality_find("a");
	before = persock_personality_version(a);

	proposal.base = "nobody";
	KUNIT_EXPECT_EQ(test, set_now("a", &proposal),
			-ENOENT);
	KUNIT_EXPECT_PTR_EQ(test, persock_personality_version(a), before);

	proposal.base = NULL;
	proposal.policy = &policy;
	proposal.store = loaded_store();
	proposal.nr_providers = 1;
	strscpy(proposal.providers[0], "hostinet",
		sizeof(proposal.providers[0]));
	KUNIT_EXPECT_EQ(test, set_now("a", &proposal), 0);
	after = persock_personality_version(a);
	KUNIT_EXPECT_EQ(test, after->policy.unix_rights, -EPERM);
	KUNIT_EXPECT_EQ(test, after->nr_providers, 1);
	KUNIT_EXPECT_PTR_EQ(test, after->providers[0], &hostinet);
	KUNIT_EXPECT_EQ(test, a->nr_pins, 2);
	KUNIT_EXPECT_STREQ(test, after->base, "");
	KUNIT_EXPECT_EQ(test, refcount_read(&proposal.store->ref), 2);
	persock_store_put(proposal.store);
}

/* What a batch holds changes nothing, belongs to it, and can be dropped. */
static void hold_locked(struct kunit *test)
{
	const struct persock_holder one = { 1, 1 }, other = { 1, 2 };
	struct persock_proposal proposal = { .base = "host" };
	const struct persock_version *before;
	struct persock_personality *a;

	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL), 0);
	a = persock_personality_find("a");
	before = persock_personality_version(a);
	KUNIT_EXPECT_PTR_EQ(test,
			    persock_personality_propose("a", &proposal, NULL), a);
	KUNIT_EXPECT_EQ(test, persock_personality_hold(a, &one, NULL), 0);
	KUNIT_EXPECT_PTR_EQ(test, persock_personality_version(a), before);
	KUNIT_EXPECT_NULL(test, a->next);
	KUNIT_EXPECT_NOT_NULL(test, a->held);

	persock_personality_propose("a", &proposal, NULL);
	KUNIT_EXPECT_EQ(test, persock_personality_hold(a, &other, NULL), -EBUSY);
	KUNIT_EXPECT_NULL(test, a->next);
	KUNIT_EXPECT_EQ(test, persock_personality_del("a", NULL), -EBUSY);
	/* The same batch changes its mind. */
	persock_personality_propose("a", &proposal, NULL);
	KUNIT_EXPECT_EQ(test, persock_personality_hold(a, &one, NULL), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&persock_nr_held), 1);

	persock_personality_take(a);
	persock_personality_accept(a);
	KUNIT_EXPECT_PTR_NE(test, persock_personality_version(a), before);
	KUNIT_EXPECT_EQ(test, persock_personality_del("a", NULL), 0);
}

/* A personality that is made from a loaded one shares its lists. */
static void shares_store_locked(struct kunit *test)
{
	static const struct persock_policy policy;
	struct persock_proposal loaded = {
		.policy = &policy,
		.store = loaded_store(),
	};
	struct persock_proposal copy = { .base = "a" };

	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &loaded, NULL), 0);
	KUNIT_EXPECT_EQ(test, persock_personality_add("b", &copy, NULL), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&loaded.store->ref), 3);
	KUNIT_EXPECT_EQ(test, persock_personality_del("a", NULL), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&loaded.store->ref), 2);
	persock_store_put(loaded.store);
}

static int verdict(const struct persock_version *version,
		   const struct persock_request *request, unsigned int *rule)
{
	enum persock_section section;

	return persock_judge_request(&version->policy, request, &section, rule);
}

/* The rule decides, and the providers are tried in order. */
static void judge_locked(struct kunit *test)
{
	struct persock_personality *p = persock_personality_find("gvisor-2020");
	const struct persock_version *version = persock_personality_version(p);
	struct persock_request tcp = { AF_INET, SOCK_STREAM, 0 };
	struct persock_request udp = { AF_INET, SOCK_DGRAM, 0 };
	struct persock_request raw = { AF_INET, SOCK_RAW, 1 };
	struct persock_proposal proposal = {
		.base = "host",
		.providers = { "hostinet" },
		.nr_providers = 1,
	};
	unsigned int rule;

	KUNIT_EXPECT_EQ(test, verdict(version, &tcp, &rule), 0);
	KUNIT_EXPECT_NE(test, rule, 0);
	KUNIT_EXPECT_EQ(test, verdict(version, &raw, &rule), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, rule, 0);
	KUNIT_EXPECT_PTR_EQ(test, persock_version_provider(version, &tcp, false),
			    &hostinet);
	KUNIT_EXPECT_PTR_EQ(test, persock_version_provider(version, &udp, false),
			    &native);

	version = persock_personality_version(persock_personality_find("none"));
	KUNIT_EXPECT_EQ(test, verdict(version, &tcp, &rule), -EAFNOSUPPORT);

	/*
	 * A rule allows it, but no provider serves it: never an ungoverned
	 * socket.
	 */
	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL), 0);
	version = persock_personality_version(persock_personality_find("a"));
	KUNIT_EXPECT_PTR_EQ(test, persock_version_provider(version, &tcp, false),
			    &hostinet);
	KUNIT_EXPECT_NULL(test, persock_version_provider(version, &udp, false));
}

static const struct persock_version *version_named(const char *name)
{
	return persock_personality_version(persock_personality_find(name));
}

/* Add a personality with a policy of its own; the caller puts the store. */
static const struct persock_version *
add_policy(const char *name, const struct persock_policy *policy,
	   struct persock_store *store)
{
	struct persock_proposal proposal = { .policy = policy, .store = store };

	return persock_personality_add(name, &proposal, NULL) ?
	       NULL : version_named(name);
}

/* A view has the tightest of its layers, of those that enforce. */
static void view_locked(struct kunit *test)
{
	static const struct persock_policy wide = {
		.backlog = { .floor = 7, .ceiling = 50 },
		.rules[PERSOCK_CLASS_INET].address_max = 40,
	};
	static const struct persock_policy tight = {
		.bind = { .fallback = -EACCES },
		.backlog = { .floor = 2, .ceiling = 10 },
		.max_sockets = 3,
		.max_sockets_verdict = -ENFILE,
		.rules[PERSOCK_CLASS_INET].address_max = 30,
		.rules[PERSOCK_CLASS_OTHER].address_max = 20,
	};
	static const struct persock_policy watching = {
		.mode = PERSOCK_MODE_AUDIT,
		.bind = { .fallback = -EACCES },
		.backlog = { .ceiling = 1 },
		.rules[PERSOCK_CLASS_INET].address_max = 4,
	};
	struct persock_store *store = loaded_store();
	const struct persock_version *layers[3];
	struct persock_view *view;

	layers[0] = add_policy("wide", &wide, store);
	layers[1] = add_policy("tight", &tight, store);
	layers[2] = add_policy("watching", &watching, store);
	view = persock_view_get(layers, 3);
	KUNIT_EXPECT_NOT_NULL(test, view);
	if (!view)
		return;
	KUNIT_EXPECT_EQ(test, view->address_max[PERSOCK_CLASS_INET], 30);
	KUNIT_EXPECT_EQ(test, view->address_max[PERSOCK_CLASS_OTHER], 20);
	KUNIT_EXPECT_EQ(test, view->backlog.floor, 2);
	KUNIT_EXPECT_EQ(test, view->backlog.ceiling, 10);
	KUNIT_EXPECT_TRUE(test, view->restricts_bind);
	KUNIT_EXPECT_TRUE(test, view->limits);
	KUNIT_EXPECT_EQ(test, view->limited, 1);
	KUNIT_EXPECT_EQ(test, view->network, 3);

	/* The same layers share it. */
	KUNIT_EXPECT_PTR_EQ(test, persock_view_get(layers, 3), view);
	KUNIT_EXPECT_EQ(test, view->users, 2);
	persock_view_put(view);
	persock_view_put(view);

	view = persock_view_get(layers + 2, 1);
	KUNIT_EXPECT_FALSE(test, view->restricts_bind);
	KUNIT_EXPECT_FALSE(test, view->limits);
	KUNIT_EXPECT_EQ(test, view->address_max[PERSOCK_CLASS_INET], 0);
	persock_view_put(view);
	persock_store_put(store);
}

/*
 * A request passes natively if it passes each layer, and no provider before the
 * native one knows its family.
 */
static void view_requests_locked(struct kunit *test)
{
	const struct persock_version *layers[2];
	struct persock_request tcp = { AF_INET, SOCK_STREAM, 0 };
	struct persock_request udp = { AF_INET, SOCK_DGRAM, 0 };
	struct persock_request local = { AF_UNIX, SOCK_STREAM, 0 };
	struct persock_proposal proposal = {
		.base = "host",
		.providers = { "hostinet", "native" },
		.nr_providers = 2,
	};
	struct persock_view *view;

	layers[0] = version_named("host");
	layers[1] = version_named("host");
	view = persock_view_get(layers, 2);
	KUNIT_EXPECT_TRUE(test, view->requests & persock_shortcut_request(&tcp));
	KUNIT_EXPECT_EQ(test, view->server, 1);
	persock_view_put(view);

	layers[1] = version_named("none");
	view = persock_view_get(layers, 2);
	KUNIT_EXPECT_EQ(test, view->allowed, 0);
	KUNIT_EXPECT_EQ(test, view->requests, 0);
	persock_view_put(view);

	/* The providers of an outer layer hold where an inner names none. */
	KUNIT_EXPECT_EQ(test, persock_personality_add("a", &proposal, NULL), 0);
	layers[0] = version_named("a");
	layers[1] = version_named("host");
	view = persock_view_get(layers, 2);
	KUNIT_EXPECT_EQ(test, view->server, 0);
	KUNIT_EXPECT_TRUE(test, view->allowed & persock_shortcut_request(&tcp));
	KUNIT_EXPECT_TRUE(test, view->allowed & persock_shortcut_request(&udp));
	KUNIT_EXPECT_FALSE(test, view->requests & persock_shortcut_request(&tcp));
	KUNIT_EXPECT_FALSE(test, view->requests & persock_shortcut_request(&udp));
	KUNIT_EXPECT_TRUE(test, view->requests & persock_shortcut_request(&local));
	KUNIT_EXPECT_PTR_EQ(test, persock_view_provider(view, &tcp, false),
			    &hostinet);
	KUNIT_EXPECT_PTR_EQ(test, persock_view_provider(view, &udp, false),
			    &native);
	persock_view_put(view);
	layers[0] = version_named("host");
	layers[1] = version_named("a");
	view = persock_view_get(layers, 2);
	KUNIT_EXPECT_EQ(test, view->server, 1);
	persock_view_put(view);
}

/* No provider of explicit AF_PERSOCK sockets interposes. */
static void open_personality_locked(struct kunit *test)
{
	struct persock_personality *p = persock_personality_open();

	KUNIT_EXPECT_FALSE(test, IS_ERR(p));
	if (IS_ERR(p))
		return;
	KUNIT_EXPECT_EQ(test, persock_personality_version(p)->nr_providers, 1);
	KUNIT_EXPECT_PTR_EQ(test, persock_personality_version(p)->providers[0],
			    &hostinet);
	persock_personality_put(p);
}

/*
 * An assertion ends the test's thread, but the thread that has taken a mutex
 * must release it. So these tests use expectations: a failure is reported, and
 * the test goes on.
 */
#define LOCKED(name)				\
	static void name(struct kunit *test)	\
	{					\
		mutex_lock(&persock_mutex);	\
		name##_locked(test);		\
		mutex_unlock(&persock_mutex);	\
	}

LOCKED(registry_order)
LOCKED(add_and_delete)
LOCKED(add_refuses)
LOCKED(inherits_providers)
LOCKED(set)
LOCKED(hold)
LOCKED(shares_store)
LOCKED(judge)
LOCKED(view)
LOCKED(view_requests)
LOCKED(open_personality)

static struct kunit_case cases[] = {
	KUNIT_CASE(names),
	KUNIT_CASE(register_refuses),
	KUNIT_CASE(registry_order),
	KUNIT_CASE(serves_by_family),
	KUNIT_CASE(serves_elsewhere),
	KUNIT_CASE(add_and_delete),
	KUNIT_CASE(add_refuses),
	KUNIT_CASE(inherits_providers),
	KUNIT_CASE(set),
	KUNIT_CASE(hold),
	KUNIT_CASE(shares_store),
	KUNIT_CASE(judge),
	KUNIT_CASE(view),
	KUNIT_CASE(view_requests),
	KUNIT_CASE(open_personality),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_personality",
	.init = suite_init,
	.exit = suite_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
