#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""on_terminal.py [--wide FILE] COLUMNS COMMAND [ARGUMENT]...

Run a command on a terminal of so many columns, and write what it writes there. The exit status is
that of the command. A line that is wider is added to FILE, behind what was run. Its input is ours."""

import fcntl
import os
import re
import struct
import sys
import termios
import unicodedata

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def width(line):
    return sum(not unicodedata.combining(c) for c in COLOUR.sub("", line))


def run(columns, command):
    """Copy what the command writes to our output. Returns that, and the exit status."""
    ours, its = os.openpty()
    # No carriage returns.
    modes = termios.tcgetattr(its)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(its, termios.TCSANOW, modes)
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    pid = os.fork()
    if not pid:
        os.setsid()
        os.close(ours)
        for fd in 1, 2:
            os.dup2(its, fd)
        os.close(its)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        os._exit(127)
    os.close(its)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # its last descriptor was closed
            break
        written += part
        sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return written.decode(errors="replace"), status


def main(arguments):
    wide = None
    if arguments[0] == "--wide":
        wide = arguments[1]
        arguments = arguments[2:]
    columns = int(arguments[0])
    text, status = run(columns, arguments[1:])
    if wide:
        with open(wide, "a", encoding="utf-8") as file:
            for line in text.split("\n"):
                if width(line) > columns:
                    print(f"{' '.join(arguments[1:])}: {line}", file=file)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
