// SPDX-License-Identifier: GPL-2.0
/*
 * persock keys: which keys does a policy file have? main.c calls it; the table
 * is that of key.c, by which files are read. Also prints the JSON Schema.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/terminal.h"
#include "command/commands.h"
#include "policy_file/key.h"
#include "policy_file/schema.h"

static void print_json(void)
{
	const struct key *key;
	unsigned int place;

	json_start(stdout);
	json_array(NULL);
	for (place = 0; place < KEY_NR_PLACES; place++) {
		json_object(NULL);
		json_string("place", key_place_name(place));
		json_string("about", key_place_about(place));
		json_array("keys");
		for (key = key_next(place, NULL); key; key = key_next(place, key)) {
			json_object(NULL);
			json_string("key", key->name);
			json_string("value", key->value);
			json_string("about", key->about);
			json_object_end();
		}
		json_array_end();
		json_object_end();
	}
	json_array_end();
	json_finish();
}

static void print_text(void)
{
	const struct key *key;
	unsigned int place;

	for (place = 0; place < KEY_NR_PLACES; place++) {
		if (place)
			putchar('\n');
		terminal_print(stdout, printf("%s: ", key_place_name(place)),
			       4, key_place_about(place));
		for (key = key_next(place, NULL); key; key = key_next(place, key)) {
			terminal_print(stdout, printf("    %s: ", key->name), 8,
				       key->value);
			terminal_print(stdout, printf("%8s", ""), 8, key->about);
		}
	}
}

int keys_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "schema",	no_argument, NULL, 's' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	bool schema = false;
	int option;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 's':
			schema = true;
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			return option_error(option, argv);
		}
	}
	if (argc > optind)
		return usage_error("keys takes no arguments, not \"%s\"", argv[optind]);
	if (schema)
		schema_print(stdout);
	else if (json_wanted)
		print_json();
	else
		print_text();

	return 0;
}
