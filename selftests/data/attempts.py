#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""attempts.py [STATEMENTS]: run Python statements that use sockets, and print "ok" or the errno's name.

s(TYPE) makes an IPv4 socket. Without STATEMENTS they are read, and run in a process of their own each. A request is a line "CGROUP<TAB>NAMESPACE<TAB>STATEMENTS": the cgroup that the process joins and the
file of the network namespace that it enters, each of which may be empty. The answer is what it
prints, then a line "ok" or the name of the errno, then an empty line. An emulated machine takes a
second to start an interpreter, and a few hundredths to fork one.
"""

import ctypes
import errno
import fcntl      # statements use it, as what follows
import os
import struct
import sys
import traceback
from socket import *

libc = ctypes.CDLL(None, use_errno=True)


def s(type=SOCK_STREAM, family=AF_INET):
    return socket(family, type)


def enter(path):
    fd = os.open(path, os.O_RDONLY)
    if libc.setns(fd, 0x40000000):      # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)


def attempt(cgroup, namespace, statements):
    if cgroup:
        with open(os.path.join(cgroup, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write(str(os.getpid()))
    if namespace:
        enter(namespace)
    setdefaulttimeout(30)
    try:
        exec(statements, globals())
        print("ok")
    except OSError as error:
        print(errno.errorcode[error.errno])


if len(sys.argv) > 1:
    attempt("", "", sys.argv[1])
    sys.exit()
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            attempt(*line.rstrip("\n").split("\t"))
        except BaseException:
            print(traceback.format_exc().replace("\n\n", "\n"))
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
    print(flush=True)
