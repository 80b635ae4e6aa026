// SPDX-License-Identifier: GPL-2.0
/*
 * persock doctor: checks whether this kernel and machine can run persock, and
 * prints a line for each check. The module need not be loaded. main.c calls it.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/persock.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/terminal.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/status.h"

#include "module/hook/point_names.h"

#define LINE_LENGTH	4096

enum state {
	FINE,
	UNKNOWN,	/* the check is not possible */
	NOTE,		/* the user must do something before it can be loaded */
	WRONG,
};

static const char *const states[] = {
	[FINE] = "ok", [UNKNOWN] = "unknown", [NOTE] = "note", [WRONG] = "WRONG",
};

static bool something_wrong;

static void __attribute__((format(printf, 3, 4)))
print_check(enum state state, const char *check, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	something_wrong |= state == WRONG;
	if (!json_wanted) {
		terminal_print(stdout, printf("%-8s %s: ", states[state], check),
			       9, text);
		return;
	}
	json_object(NULL);
	json_string("look", check);
	json_string("state", states[state]);
	json_string("text", text);
	json_object_end();
}

/* The first line of a file, without its end. */
static bool read_line(const char *path, char *line, size_t room)
{
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, room, file);

	if (file)
		fclose(file);
	if (read)
		line[strcspn(line, "\n")] = '\0';

	return read;
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static void look_at_machine(const struct utsname *kernel)
{
	if (strcmp(kernel->machine, "x86_64") &&
	    strcmp(kernel->machine, "aarch64"))
		print_check(WRONG, "architecture",
			    "%s: persock supports x86_64 and aarch64",
			    kernel->machine);
	else
		print_check(FINE, "architecture", "%s", kernel->machine);
}

/* Opens the kernel's configuration as text. Returns NULL if there is none. */
static FILE *open_configuration(const struct utsname *kernel, char *path,
				size_t room, bool *piped)
{
	static const struct {
		const char *before, *behind;
	} places[] = {
		{ "/boot/config-", "" }, { "/lib/modules/", "/config" },
		{ "/lib/modules/", "/build/.config" },
	};
	FILE *file;
	size_t i;

	*piped = exists("/proc/config.gz");
	if (*piped) {
		snprintf(path, room, "/proc/config.gz");
		return popen("gzip -dc /proc/config.gz 2>/dev/null", "re");
	}
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, room, "%s%s%s", places[i].before,
			 kernel->release, places[i].behind);
		file = fopen(path, "re");
		if (file)
			return file;
	}

	return NULL;
}

static void look_at_configuration(const struct utsname *kernel)
{
	static struct {
		const char *name;
		const char *why;
		bool found;
	} options[] = {
		{ .name = "CONFIG_DYNAMIC_FTRACE_WITH_ARGS",
		  .why = "the function tracer passes arguments on" },
		{ .name = "CONFIG_KPROBES",
		  .why = "functions are found by name" },
		{ .name = "CONFIG_SECURITY_NETWORK",
		  .why = "complete sockets pass its hooks" },
		{ .name = "CONFIG_SOCK_CGROUP_DATA",
		  .why = "sockets have a cgroup" },
	};
	char path[256], line[LINE_LENGTH];
	bool piped, complete = true;
	FILE *file;
	size_t i;

	file = open_configuration(kernel, path, sizeof(path), &piped);
	if (!file) {
		print_check(UNKNOWN, "configuration",
			    "neither /proc/config.gz nor /boot/config-%s is there",
			    kernel->release);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		char *value = strchr(line, '=');

		if (line[0] == '#' || !value)
			continue;
		*value = '\0';
		for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
			options[i].found |= !strcmp(line, options[i].name);
	}
	if (piped)
		pclose(file);
	else
		fclose(file);

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].found)
			continue;
		complete = false;
		print_check(WRONG, "configuration", "%s is not set in %s (%s)",
			    options[i].name, path, options[i].why);
	}
	if (complete)
		print_check(FINE, "configuration", "%s has all needed options",
			    path);
}

static void look_at_tracer(void)
{
	char line[16];

	if (!read_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line)))
		print_check(WRONG, "function tracer", "the kernel has none");
	else if (line[0] == '0')
		print_check(WRONG, "function tracer",
			    "kernel.ftrace_enabled is 0: set it to 1");
	else
		print_check(FINE, "function tracer", "on");
}

/* Functions of other architectures and older kernels may be missing. */
#define POINT(id, function) { .name = #function, .always = true },
#define PERHAPS(id, function) { .name = #function },
#define LOCAL(id, function) { .name = #function, .local = true },

static struct function {
	const char *name;
	bool always;
	bool local;		/* needed by rules on AF_UNIX alone */
	bool found;
} functions[] = {
	PERSOCK_POINTS(POINT)
	PERSOCK_LSM_POINTS(POINT)
	PERSOCK_COMPAT_POINTS(PERHAPS)
	PERSOCK_URING_POINTS(PERHAPS)
	PERSOCK_LOCAL_POINTS(LOCAL)
};

#define ONE(id, function) + 1
#define NR_LOCAL	((size_t)(0 PERSOCK_LOCAL_POINTS(ONE)))

#define NAMED(id, function) " " #function "()"
#define LOCAL_NAMES	"" PERSOCK_LOCAL_POINTS(NAMED)

#define REFUSES		"a policy with rules on AF_UNIX, or rights: governed, refuses what they would judge"

#define NR_FUNCTIONS	(sizeof(functions) / sizeof(functions[0]))

static struct function *function_called(const char *name)
{
	size_t i;

	for (i = 0; i < NR_FUNCTIONS; i++) {
		if (!strcmp(functions[i].name, name))
			return &functions[i];
	}

	return NULL;
}

static FILE *open_traceable(void)
{
	FILE *file = fopen("/sys/kernel/tracing/available_filter_functions",
			   "re");

	return file ? file :
	       fopen("/sys/kernel/debug/tracing/available_filter_functions",
		     "re");
}

static void look_at_functions(void)
{
	FILE *file = open_traceable();
	char line[LINE_LENGTH];
	size_t i, missing = 0, there = 0, local = 0;

	if (!file) {
		print_check(UNKNOWN, "functions",
			    "only root can see which ones can be traced, where tracefs is mounted (%s)",
			    strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		struct function *function;

		line[strcspn(line, " \n")] = '\0';
		function = function_called(line);
		if (function)
			function->found = true;
	}
	fclose(file);
	for (i = 0; i < NR_FUNCTIONS; i++) {
		there += functions[i].found && !functions[i].local;
		local += functions[i].found && functions[i].local;
		if (functions[i].found ||
		    (!functions[i].always && !functions[i].local))
			continue;
		if (functions[i].local) {
			print_check(WRONG, "functions of AF_UNIX",
				    "%s() is missing, or cannot be traced: " REFUSES,
				    functions[i].name);
			continue;
		}
		missing++;
		print_check(WRONG, "functions",
			    "%s() is missing, or cannot be traced",
			    functions[i].name);
	}
	if (!missing)
		print_check(FINE, "functions",
			    "all %zu intercepted functions can be traced",
			    there);
	if (local == NR_LOCAL)
		print_check(FINE, "functions of AF_UNIX",
			    "all %zu that its rules need can be traced: " LOCAL_NAMES,
			    local);
}

/* The intercepted function that a livepatch redirects, or NULL. */
static const struct function *patched_function(const char *patch)
{
	const struct function *found = NULL;
	struct dirent *entry;
	char path[512];
	DIR *folder;

	snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/vmlinux", patch);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		const struct function *function;

		/* FUNCTION,NUMBER */
		entry->d_name[strcspn(entry->d_name, ",")] = '\0';
		function = function_called(entry->d_name);
		/* Without those of AF_UNIX the rest is intercepted. */
		if (function && (!found || found->local))
			found = function;
	}
	if (folder)
		closedir(folder);

	return found;
}

static void look_at_livepatches(void)
{
	DIR *folder = opendir("/sys/kernel/livepatch");
	struct dirent *entry;
	size_t others = 0;
	bool wrong = false;

	while (folder && (entry = readdir(folder))) {
		const struct function *function;

		if (entry->d_name[0] == '.')
			continue;
		function = patched_function(entry->d_name);
		if (!function) {
			others++;
			continue;
		}
		wrong = true;
		print_check(WRONG, "livepatch",
			    "%s redirects %s(), which persock must intercept%s",
			    entry->d_name, function->name,
			    function->local ? " to judge AF_UNIX: " REFUSES : "");
	}
	if (folder)
		closedir(folder);
	if (!wrong && others)
		print_check(FINE, "livepatch",
			    "%zu, which redirect other functions", others);
	else if (!wrong)
		print_check(FINE, "livepatch", "none");
}

static void look_at_cgroups(void)
{
	char *path = cgroup_mount_point();

	if (path)
		print_check(FINE, "cgroup v2", "%s", path);
	else
		print_check(WRONG, "cgroup v2",
			    "the hierarchy is not mounted: mount -t cgroup2 cgroup2 /sys/fs/cgroup");
	free(path);
}

static void look_at_signatures(void)
{
	char enforced[8] = "", lockdown[128] = "";
	const char *why = NULL;

	if (read_line("/sys/module/module/parameters/sig_enforce", enforced,
		      sizeof(enforced)) && enforced[0] == 'Y')
		why = "module.sig_enforce is set";
	/* With Secure Boot the kernels of most distributions are locked down. */
	if (read_line("/sys/kernel/security/lockdown", lockdown,
		      sizeof(lockdown)) && !strstr(lockdown, "[none]"))
		why = "the kernel is locked down (Secure Boot)";
	if (why)
		print_check(NOTE, "signature",
			    "%s: persock.ko must be signed with a key that the kernel knows",
			    why);
	else
		print_check(FINE, "signature", "not required");
}

/* If another module has the family, socket() has another errno, or succeeds. */
static void look_at_family(void)
{
	int fd;

	if (exists("/sys/module/persock"))
		return;
	fd = socket(AF_PERSOCK_DEFAULT, SOCK_STREAM, 0);
	if (fd < 0 && errno == EAFNOSUPPORT) {
		print_check(FINE, "address family", "%d is free",
			    AF_PERSOCK_DEFAULT);
		return;
	}
	if (fd >= 0)
		close(fd);
	print_check(WRONG, "address family",
		    "%d is taken: load the module with another one, family=N",
		    AF_PERSOCK_DEFAULT);
}

static void look_at_module(const struct utsname *kernel)
{
	char version[64] = "?", reason[512];
	bool holds;

	if (!exists("/sys/module/persock")) {
		print_check(NOTE, "module", "persock is not loaded: modprobe persock (built for %s by DKMS, or by make modules)",
			    kernel->release);
		return;
	}
	read_line("/sys/module/persock/version", version, sizeof(version));
	if (status_holds(&holds, reason, sizeof(reason)))
		print_check(UNKNOWN, "module",
			    "%s is loaded, and does not answer", version);
	else if (holds)
		print_check(FINE, "module", "%s is loaded, and governance holds",
			    version);
	else
		print_check(WRONG, "module",
			    "%s is loaded, and GOVERNANCE DOES NOT HOLD: %s",
			    version, reason);
}

int doctor_command(int argc, char **argv)
{
	struct utsname kernel;
	int status;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (optind < argc)
		return usage_error("doctor takes no arguments, not \"%s\"",
				   argv[optind]);
	if (uname(&kernel))
		return report_error("cannot identify the kernel (%s)",
				    strerror(errno));

	if (json_wanted) {
		json_start(stdout);
		json_array(NULL);
	}
	look_at_machine(&kernel);
	print_check(FINE, "kernel", "%s", kernel.release);
	look_at_configuration(&kernel);
	look_at_tracer();
	look_at_functions();
	look_at_livepatches();
	look_at_cgroups();
	look_at_signatures();
	look_at_family();
	look_at_module(&kernel);
	if (json_wanted) {
		json_array_end();
		json_finish();
	}

	return something_wrong ? EXIT_FAILURE : 0;
}
