/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands: each gets its arguments, with its own name first, and returns
 * the exit status. main.c calls them by the name on the command line.
 */
#ifndef _PERSOCK_COMMAND_COMMANDS_H
#define _PERSOCK_COMMAND_COMMANDS_H

int apply_command(int argc, char **argv);
int attach_command(int argc, char **argv);
int check_command(int argc, char **argv);
int counters_command(int argc, char **argv);
int detach_command(int argc, char **argv);
int diff_command(int argc, char **argv);
int doctor_command(int argc, char **argv);
int explain_command(int argc, char **argv);
int fmt_command(int argc, char **argv);
int keys_command(int argc, char **argv);
int metrics_command(int argc, char **argv);
int monitor_command(int argc, char **argv);
int names_command(int argc, char **argv);
int oci_hook_command(int argc, char **argv);
int oci_runtime_command(int argc, char **argv);
int personality_command(int argc, char **argv);
int record_command(int argc, char **argv);
int run_command(int argc, char **argv);
int show_command(int argc, char **argv);
int sockets_command(int argc, char **argv);
int status_command(int argc, char **argv);
int top_command(int argc, char **argv);
int why_command(int argc, char **argv);

#endif
