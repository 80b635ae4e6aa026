#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
policy_file.py HEADER EXAMPLE: policy files and the policies that the module has of them.

Runs as root where persock is loaded and the tool is in the path. HEADER is
<linux/persock_netlink.h>. Prints KTAP. What the module has is read over netlink, by this
program itself, so that the tool is not its own judge.
"""

import os
import re
import socket
import struct
import subprocess
import sys
import tempfile

import policy_mutate
import policy_random

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
# A process costs much in an emulated machine; the tool alone goes through all of them on the host, see
# policy_offline.
SOAK = "PERSOCK_SOAK" in os.environ
ROUND_TRIPS = 1000 if SOAK else 100
MUTATIONS = 500 if SOAK else 100
NAME = "policy-file"


def constants(path):
    """The enumerations of the header."""
    values = {}
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    for body in re.findall(r"enum[^{]*\{([^}]*)\}", text):
        value = -1
        for item in body.split(","):
            words = item.split("=")
            name = words[0].strip()
            if not name:
                continue
            if len(words) > 1 and not re.fullmatch(r"\s*\d+\s*", words[1]):
                continue
            value = int(words[1]) if len(words) > 1 else value + 1
            values[name] = value
    return values


class Module:
    """The module's answers about policies, taken apart."""

    def __init__(self, header):
        self.names = constants(header)
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        self.sequence = 0
        answer = self.ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0,
                          self.attribute(CTRL_ATTR_FAMILY_NAME, b"persock\0"))
        self.family = struct.unpack("=H", dict(self.attributes(answer[0]))[CTRL_ATTR_FAMILY_ID])[0]

    @staticmethod
    def attribute(kind, value):
        return struct.pack("=HH", len(value) + 4, kind) + value + b"\0" * (-len(value) % 4)

    @staticmethod
    def attributes(data):
        at = 0
        while at + 4 <= len(data):
            length, kind = struct.unpack_from("=HH", data, at)
            yield kind & 0x3fff, data[at + 4:at + length]
            at += (length + 3) & ~3

    def ask(self, family, command, flags, attributes):
        """The attributes of each message that answers; an errno is raised."""
        self.sequence += 1
        self.socket.send(struct.pack("=IHHIIBBH", 20 + len(attributes), family,
                                     NLM_F_REQUEST | (flags or NLM_F_ACK), self.sequence, 0,
                                     command, 1, 0) + attributes)
        answers = []
        while True:
            data = self.socket.recv(1 << 20)
            at = 0
            while at < len(data):
                length, kind = struct.unpack_from("=IH", data, at)
                body = data[at + 16:at + length]
                at += (length + 3) & ~3
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    error = struct.unpack_from("=i", body)[0] if len(body) >= 4 else 0
                    if error < 0:
                        raise OSError(-error, os.strerror(-error))
                    return answers
                answers.append(body[4:])

    def policy(self, name):
        """What counts of a policy: not the lines of the file that it was read from."""
        n = self.names
        scalars, flags, lists, fallbacks = [], {}, {}, {}
        for message in self.ask(self.family, n["PERSOCK_CMD_POLICY_GET"], NLM_F_DUMP,
                                self.attribute(n["PERSOCK_A_PERSONALITY"],
                                               name.encode() + b"\0")):
            for kind, value in self.attributes(message):
                if kind in (n["PERSOCK_A_PERSONALITY"], n["PERSOCK_A_BASE"]):
                    continue
                if kind == n["PERSOCK_A_DEFAULT"]:
                    entry = dict(self.attributes(value))
                    key = (entry[n["PERSOCK_A_DEFAULT_SECTION"]],
                           entry.get(n["PERSOCK_A_DEFAULT_CLASS"]))
                    fallbacks[key] = entry[n["PERSOCK_A_DEFAULT_VERDICT"]]
                elif kind == n["PERSOCK_A_RULE"]:
                    entry = dict(self.attributes(value))
                    entry.pop(n["PERSOCK_A_RULE_LINE"], None)
                    key = (entry[n["PERSOCK_A_RULE_SECTION"]],
                           entry.get(n["PERSOCK_A_RULE_CLASS"]))
                    bits = entry.get(n["PERSOCK_A_RULE_FLAGS"])
                    if bits is None:
                        lists.setdefault(key, []).append(sorted(entry.items()))
                        continue
                    for bit in range(32):
                        if struct.unpack("=I", bits)[0] & 1 << bit:
                            flags[key + (bit,)] = entry[n["PERSOCK_A_RULE_VERDICT"]]
                else:
                    scalars.append((kind, value))
        # A flag of which the default says the same may be named or not.
        flags = {key: value for key, value in flags.items() if value != fallbacks[key[:2]]}
        return scalars, flags, lists, fallbacks


def tool(*arguments, text=None):
    return subprocess.run(["persock", *arguments], input=text, stdin=None if text else
                          subprocess.DEVNULL, capture_output=True, check=False)


class Failure(Exception):
    pass


def expect(truth, *what):
    if not truth:
        raise Failure(" ".join(str(part) for part in what))


def load(path):
    done = tool("personality", "set", path, NAME)
    said = [line for line in done.stderr.decode().splitlines()
            if ": warning: " not in line and ": /etc/hosts has " not in line]
    expect(done.returncode == 0 and not said, path, "is refused:", said)


def round_trips(module, directory, _):
    """What the module has of a file it has of what is shown of it, too."""
    seed = int(os.environ.get("SEED", "1"))
    for i in range(ROUND_TRIPS):
        path, shown = f"{directory}/file.yaml", f"{directory}/shown.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(policy_random.Generator(seed * 1000003 + i).policy(NAME))
        load(path)
        policy = module.policy(NAME)
        show = tool("personality", "show", NAME)
        expect(show.returncode == 0 and not show.stderr, "show:", show.stderr)
        with open(shown, "wb") as file:
            file.write(show.stdout)
        load(shown)
        expect(module.policy(NAME) == policy, f"seed {seed}, policy {i} is another when shown:",
               show.stdout.decode())


def mutations(module, directory, _):
    """A broken file is refused with its name and a line, and changes nothing."""
    load_text = b"personality: policy-file\nbase: gvisor\n"
    path = f"{directory}/mutated.yaml"
    with open(path, "wb") as file:
        file.write(load_text)
    load(path)
    before = module.policy(NAME)
    refused = 0
    for i in range(MUTATIONS):
        with open(path, "wb") as file:
            file.write(policy_mutate.mutated(i, NAME))
        done = tool("personality", "set", path, NAME)
        expect(done.returncode in (0, 1), f"mutation {i}: set ends with", done.returncode,
               done.stderr)
        if done.returncode == 0:    # still a policy
            before = module.policy(NAME)
            continue
        refused += 1
        # What is wrong in the file comes first, but for warnings, of which some are about the whole.
        errors = b"".join(line for line in done.stderr.splitlines(True) if b": warning: " not in line)
        expect(errors.startswith(b"persock: " + path.encode() + b":"),
               f"mutation {i}: no file in", done.stderr)
        expect(re.match(rb":\d+: .", errors[9 + len(path):]) or b": is empty" in errors,
               f"mutation {i}: no line in", done.stderr)
        expect(module.policy(NAME) == before, f"mutation {i} changed the policy")
        if refused % 10 == 0:
            done = tool("personality", "add", path, NAME + "-new")
            expect(done.returncode == 1, f"mutation {i}: add ends with", done.returncode,
                   done.stderr)
    try:
        module.policy(NAME + "-new")
        raise Failure("a broken file made a personality")
    except OSError:
        pass
    expect(refused > MUTATIONS / 2, "only", refused, "mutations are broken")


def presets(module, directory, _):
    """A preset is shown as a file that makes the same policy."""
    for name in ("host", "none", "gvisor", "gvisor-2020"):
        show = tool("personality", "show", name)
        expect(show.returncode == 0, "show:", show.stderr)
        path = f"{directory}/preset.yaml"
        with open(path, "wb") as file:
            file.write(show.stdout)
        load(path)
        policy, preset = module.policy(NAME), module.policy(name)
        if name == "none":	# it has no providers, and a file without any has native
            policy, preset = policy[1:], preset[1:]
        expect(policy == preset, name, "is another when shown:", show.stdout.decode())


def example(_module, _directory, path):
    """The example of the documentation is valid, and is what it says."""
    done = tool("check", path)
    expect(done.returncode == 0, done.stderr)
    load(path)
    for words, answer in (("connect tcp 10.1.2.3:443", "allow"),
                          ("connect tcp 10.1.2.3:8099", "allow"),
                          ("connect tcp 10.1.2.3:8100", "EACCES"),
                          ("connect tcp 169.254.169.254:443", "EACCES"),
                          ("setsockopt SOL_SOCKET/SO_MARK", "EPERM"),
                          ("socket inet stream mptcp", "EPROTONOSUPPORT"),
                          ("socket inet dgram", "EAFNOSUPPORT"),
                          ("recv MSG_OOB", "ignore")):
        for policy in (path, NAME):
            done = tool("explain", policy, "--", *words.split())
            expect(done.stdout.startswith(f"{words}: {answer} (".encode()), policy, words,
                   "is answered by", done.stdout, done.stderr)


def main():
    module = Module(sys.argv[1])
    tests = (presets, example, round_trips, mutations)
    failures = 0
    print("TAP version 13", flush=True)
    print(f"1..{len(tests)}", flush=True)
    done = tool("personality", "add", NAME, "--base", "none")
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as directory:
            try:
                expect(done.returncode == 0, done.stderr)
                test(module, directory, sys.argv[2])
                print(f"ok {number} {test.__name__}", flush=True)
            except Failure as failure:
                failures += 1
                print("# " + str(failure).replace("\n", "\n# "))
                print(f"not ok {number} {test.__name__}", flush=True)
    tool("personality", "del", NAME)
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
