// SPDX-License-Identifier: GPL-2.0
/*
 * persock top: what attachments do each second, on the screen, or as text. main.c
 * calls it.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ending.h"
#include "base/error.h"
#include "base/json.h"
#include "base/terminal.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/top_sample.h"
#include "command/top_screen.h"
#include "command/top_table.h"

#define NSEC_PER_SEC	UINT64_C(1000000000)
/* Of text that is no terminal's. */
#define WIDTH		80
#define LONGEST		3600

/**
 * struct top - the command line
 * @batch: print text
 * @left: samples until the end; 0: no end
 * @delay: length of an interval in ns
 * @order: by what rows are sorted
 */
struct top {
	bool batch;
	uint64_t left;
	uint64_t delay;
	enum top_order order;
	struct top_sample sample;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);

	return time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

static void draw(struct top *top)
{
	if (!top->batch)
		top_screen_draw(&top->sample, top->order);
}

/* Wait for the end of the interval, denials, and keys. True: go on. */
static bool wait_for_end(struct top *top, const sigset_t *before)
{
	struct pollfd wait[] = {
		{ .fd = top->batch ? -1 : STDIN_FILENO, .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};
	uint64_t until = top->sample.begun + top->delay, time;
	enum top_key key;

	if (top->sample.events)
		wait[1].fd = mnl_socket_get_fd(top->sample.events);
	while (!ending() && (time = now()) < until) {
		const struct timespec rest = {
			.tv_sec = (until - time) / NSEC_PER_SEC,
			.tv_nsec = (until - time) % NSEC_PER_SEC,
		};

		wait[0].revents = 0;
		/* SIGWINCH interrupts it, too, and is a key then. */
		ppoll(wait, 2, &rest, before);
		top_sample_denials(&top->sample);
		if (top->batch)
			continue;
		key = top_screen_key(&top->order);
		if (key == TOP_KEY_QUIT || wait[0].revents & POLLHUP)
			return false;
		if (key == TOP_KEY_DRAW)
			draw(top);
	}

	return !ending();
}

static void print_text(struct top *top)
{
	const char *columns = getenv("COLUMNS");
	int width = columns ? atoi(columns) : 0;
	struct top_table table;
	size_t i;

	if (width <= 0)
		width = terminal_width(stdout);
	top_table_make(&table, &top->sample, width > 0 ? width : WIDTH);
	for (i = 0; i < table.nr; i++)
		puts(table.lines[i]);
	putchar('\n');
	top_table_free(&table);
}

/* Returns 0, or an exit status after an error. */
static int print(struct top *top)
{
	top_sample_sort(&top->sample, top->order);
	if (json_wanted)
		top_sample_json(&top->sample);
	else
		print_text(top);
	if (fflush(stdout) || ferror(stdout))
		return report_error("cannot write the output (%s)",
				    strerror(errno));

	return 0;
}

static int watch(struct top *top)
{
	sigset_t before;
	int status = 0;

	ending_catch(&before, true);
	draw(top);
	while (!status && wait_for_end(top, &before)) {
		status = top_sample_read(&top->sample);
		if (!status && top->batch)
			status = print(top);
		else if (!status)
			draw(top);
		if (top->left && !--top->left)
			break;
	}

	return status;
}

/* An error is printed when the screen is a terminal again. */
static int watch_screen(struct top *top)
{
	char *errors = NULL, *line, *rest;
	size_t length;
	FILE *stream;
	int status;

	status = top_screen_open();
	if (status)
		return status;
	stream = need(open_memstream(&errors, &length));
	collect_errors(stream);
	status = watch(top);
	collect_errors(NULL);
	top_screen_close();
	if (fclose(stream))
		need(NULL);
	for (line = strtok_r(errors, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		report_error("%s", line);
	free(errors);

	return status;
}

static int parse_delay(const char *text, uint64_t *delay)
{
	char *rest;
	double seconds = strtod(text, &rest);

	/* NaN is in no range. */
	if (*rest || rest == text || !(seconds >= 0.1 && seconds <= LONGEST))
		return usage_error("--delay takes a number of seconds from 0.1 to %d, not \"%s\"",
				   LONGEST, text);
	*delay = seconds * NSEC_PER_SEC;

	return 0;
}

static int parse_order(const char *text, enum top_order *order)
{
	static const char *const words[] = {
		[TOP_DENIALS]	= "denials",
		[TOP_VERDICTS]	= "verdicts",
		[TOP_SOCKETS]	= "sockets",
		[TOP_CGROUP]	= "cgroup",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!strcmp(words[i], text)) {
			*order = i;
			return 0;
		}
	}

	return usage_error("--sort takes denials, verdicts, sockets or cgroup, not \"%s\"",
			   text);
}

static int parse_options(struct top *top, int argc, char **argv)
{
	static const struct option options[] = {
		{ "batch",	no_argument, NULL, 'b' },
		{ "count",	required_argument, NULL, 'n' },
		{ "delay",	required_argument, NULL, 'd' },
		{ "sort",	required_argument, NULL, 's' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option, status = 0;

	while ((option = getopt_long(argc, argv, ":bn:d:j", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'b':
			top->batch = true;
			break;
		case 'n':
			status = count_option(optarg, &top->left);
			break;
		case 'd':
			status = parse_delay(optarg, &top->delay);
			break;
		case 's':
			status = parse_order(optarg, &top->order);
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			status = option_error(option, argv);
		}
		if (status)
			return status;
	}
	if (optind < argc)
		return usage_error("top takes no arguments, not \"%s\"",
				   argv[optind]);
	top->batch |= json_wanted;
	if (!top->batch && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return usage_error("top needs a terminal: \"persock top --batch\" prints text");

	return 0;
}

int top_command(int argc, char **argv)
{
	struct top top = { .delay = 2 * NSEC_PER_SEC };
	int status;

	status = parse_options(&top, argc, argv);
	if (!status)
		status = top_sample_open(&top.sample);
	if (status)
		return status;
	status = top.batch ? watch(&top) : watch_screen(&top);
	top_sample_close(&top.sample);

	return status;
}
