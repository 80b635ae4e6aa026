#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
explain_calls.py policies SEED NAME DIR COUNT: write COUNT random policies for sockets of UDP to
DIR/0.yaml, ...; their names are NAME-0, ...
explain_calls.py questions SEED COUNT: print questions for persock explain.
explain_calls.py call: make the call of each question on stdin, and print its errno, or "ok".
explain_calls.py compare PLAIN GOVERNED EXPLAINED: print what explain -j foresees wrongly.

For explain_layers_test.sh. All calls but those with a wrong length succeed ungoverned, and what is
ignored changes no other call: each has a socket of its own.
"""

import ctypes
import errno
import fcntl
import json
import random
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)

OPTIONS = {"SOL_IP/IP_TTL": (0, 2), "SOL_IP/IP_TOS": (0, 1), "SOL_IP/IP_OPTIONS": (0, 4),
           "SOL_IP/IP_RECVTTL": (0, 12), "SOL_SOCKET/SO_KEEPALIVE": (1, 9),
           "SOL_SOCKET/SO_PRIORITY": (1, 12), "SOL_SOCKET/SO_RCVBUF": (1, 8),
           "SOL_UDP/UDP_CORK": (17, 1)}
MESSAGES = {"SOL_IP/IP_TTL": (0, 2, struct.pack("i", 9)), "SOL_IP/IP_TOS": (0, 1, struct.pack("i", 8)),
            "SOL_IP/IP_PKTINFO": (0, 8, bytes(12)), "SOL_IP/IP_RETOPTS": (0, 7, bytes(4)),
            "SOL_SOCKET/SO_MARK": (1, 36, struct.pack("i", 0))}
SEND_FLAGS = {"MSG_CONFIRM": 0x800, "MSG_DONTWAIT": 0x40, "MSG_NOSIGNAL": 0x4000, "MSG_EOR": 0x80}
RECEIVE_FLAGS = {"MSG_PEEK": 2, "MSG_TRUNC": 0x20, "MSG_DONTWAIT": 0x40, "MSG_ERRQUEUE": 0x2000}
IOCTLS = {"FIONREAD": 0x541b, "TIOCOUTQ": 0x5411, "SIOCGIFINDEX": 0x8933}
ERRNOS = ["EACCES", "EPERM", "EINVAL", "ENOPROTOOPT", "ENETUNREACH"]
# No rule is about it: it is for calls that are not about the peer.
PEER = ("127.1.1.1", 9)


def listed(generator, items, ignores=True, sized=False):
    groups = {"allow": [], "ignore": [], "deny": []}
    for item in generator.sample(sorted(items), generator.randint(0, len(items))):
        group = generator.choice(["allow"] * 3 + ["deny"] + (["ignore"] if ignores else []))
        if group == "deny":
            item = f"{item}: {generator.choice(ERRNOS)}"
        elif sized and generator.random() < 0.4:
            item = f"{{option: {item}, size: {generator.choice([4, 8])}}}"
        groups[group].append(item)
    default = generator.choice(["allow"] * 8 + ["EPERM"] + (["ignore"] if ignores else []))
    return (f"{{default: {default}, allow: [{', '.join(groups['allow'])}]" +
            (f", ignore: [{', '.join(groups['ignore'])}]" if ignores else "") +
            f", deny: {{{', '.join(groups['deny'])}}}}}")


def addresses(generator, ports):
    rules = []
    for _ in range(generator.randint(0, 4)):
        length = generator.choice([29, 30, 31, 32])
        host = generator.randrange(8) >> (32 - length) << (32 - length)
        rule = f"{generator.choice(['allow', 'deny'])}: 127.0.0.{host}/{length}"
        if ports and generator.random() < 0.3:
            rule += ", ports: 10-20"
        if generator.random() < 0.2:
            rule += f", protocol: {generator.choice(['tcp', 'udp'])}"
        rules.append(f"{{{rule}}}")
    return f"{{default: allow, rules: [{', '.join(rules)}]}}"


def policy(generator, name):
    return "\n".join([
        f"personality: {name}", "base: host",
        f"mode: {generator.choice(['enforce'] * 3 + ['audit'])}",
        f"providers: {generator.choice(['[native]', '[hostinet, native]'])}",
        f"connect: {addresses(generator, True)}", f"bind: {addresses(generator, False)}",
        f"options: {{get: {listed(generator, OPTIONS, False, True)}, "
        f"set: {listed(generator, OPTIONS, True, True)}}}",
        f"flags: {{send: {listed(generator, SEND_FLAGS)}, recv: {listed(generator, RECEIVE_FLAGS)}}}",
        f"control: {listed(generator, MESSAGES)}",
        f"ioctls: {listed(generator, IOCTLS)}",
        f"limits: {{option: {generator.choice([0, 0, 0, 4, 6])}}}", ""])


def question(generator):
    address = f"127.0.0.{generator.randrange(1, 8)}:"
    flags = list(generator.choice([SEND_FLAGS, RECEIVE_FLAGS]))
    chosen = " ".join(generator.sample(flags, generator.randint(1, 2)))
    return generator.choice([
        f"sendto udp {address}{generator.choice([9, 10, 20, 21])}",
        f"connect udp {address}{generator.choice([9, 10, 20, 21])}",
        f"bind udp {address}0",
        f"setsockopt {generator.choice(list(OPTIONS))} {generator.choice([0, 1, 2, 4, 5, 8])}",
        f"getsockopt {generator.choice(list(OPTIONS))} {generator.choice([0, 1, 2, 4, 5, 8])}",
        f"{'send' if 'MSG_EOR' in flags else 'recv'} {chosen}",
        f"control {generator.choice(list(MESSAGES))}",
        f"ioctl {generator.choice(list(IOCTLS))}"])


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


def call(sock, operation, *words):
    if operation in ("sendto", "connect", "bind"):
        host, port = words[1].split(":")
        address = (host, int(port))
        if operation == "sendto":
            sock.sendto(b"x", address)
        else:
            getattr(sock, operation)(address)
    elif operation == "setsockopt":
        value = ctypes.create_string_buffer(b"\x01" + bytes(15) if "IP_OPTIONS" not in words[0] else
                                            bytes(16), 16)
        checked(libc.setsockopt(sock.fileno(), *OPTIONS[words[0]], value, int(words[1])))
    elif operation == "getsockopt":
        length = ctypes.c_uint(int(words[1]))
        checked(libc.getsockopt(sock.fileno(), *OPTIONS[words[0]], ctypes.create_string_buffer(64),
                                ctypes.byref(length)))
    elif operation == "send":
        sock.sendto(b"x", sum(SEND_FLAGS[word] for word in words), PEER)
    elif operation == "recv":
        sock.recv(10, sum(RECEIVE_FLAGS[word] for word in words))
    elif operation == "control":
        sock.sendmsg([b"x"], [MESSAGES[words[0]]], 0, PEER)
    else:
        fcntl.ioctl(sock, IOCTLS[words[0]], bytearray(b"lo" + bytes(62)))


def answer(line):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        # Where a flag is ignored, nothing may block.
        sock.setblocking(False)
        try:
            call(sock, *line.split())
        except OSError as error:
            return errno.errorcode[error.errno]
    return "ok"


def foreseen(explained, plain):
    if explained["verdict"] == "deny":
        return explained["errno_name"]
    # The kernel does not see an ignored call, and of others all but a flag or a message.
    if explained["verdict"] == "ignore" and explained["operation"] in ("setsockopt", "ioctl"):
        return "ok"
    return plain


def compare(plain, governed, explained):
    with open(plain, encoding="ascii") as one, open(governed, encoding="ascii") as other, \
            open(explained, encoding="ascii") as third:
        rows = list(zip(one.read().split(), other.read().split(), map(json.loads, third)))
    for before, now, said in rows:
        if now != foreseen(said, before):
            print(said["operation"], *said["arguments"], "is", now, "and ungoverned", before,
                  "but explained as", said["verdict"], said.get("errno_name", ""),
                  "by layer", said.get("layer"))
    print(len(rows), "calls,", sum(said["verdict"] == "deny" for _, _, said in rows), "denied,",
          sum(said["verdict"] == "ignore" for _, _, said in rows), "ignored", file=sys.stderr)


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "policies":
        seed, name, directory, count = arguments
        for number in range(int(count)):
            generator = random.Random(int(seed) * 100 + number)
            with open(f"{directory}/{number}.yaml", "w", encoding="ascii") as file:
                file.write(policy(generator, f"{name}-{number}"))
    elif command == "questions":
        generator = random.Random(int(arguments[0]))
        for _ in range(int(arguments[1])):
            print(question(generator))
    elif command == "call":
        for line in sys.stdin:
            print(answer(line))
    else:
        compare(*arguments)


if __name__ == "__main__":
    main()
