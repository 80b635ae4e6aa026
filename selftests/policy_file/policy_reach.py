# SPDX-License-Identifier: GPL-2.0
"""
Rules of one file that never decide, for policy_offline: what check warns of, and that a policy without
such a rule answers as with it. Functions get tool(), which runs the tool, and expect().
"""

import os
import random
import re

from policy_names import Files

SEED = int(os.environ.get("SEED", "1"))
ROUNDS = 60

KINDS = "sockets:\n  rules:\n  - {%s}\n  - {%s}\n"
PEERS = "connect:\n  default: EACCES\n  rules:\n  - {%s}\n  - {%s}\n"
HOST = "base: host\n"  # whose sockets ask DNS
NEVER = "this rule of %s is never reached: line %d decides all that it matches"
BESIDE = "this rule of %s changes nothing beside line %d"

WARNED = (
    (KINDS % ("allow: {family: inet}", "deny: {family: inet, type: stream}"), 4, NEVER % ("sockets", 3)),
    (KINDS % ("deny: {}", "allow: {family: unix}"), 4, NEVER % ("sockets", 3)),
    (KINDS % ("allow: {family: inet, type: stream}", "deny: {family: inet}"), 0, ""),
    (KINDS % ("allow: {family: inet}", "deny: {family: inet6}"), 0, ""),
    # One item of the list has its use.
    (KINDS % ("allow: {family: inet}", "deny: {family: [inet, inet6]}"), 0, ""),
    (KINDS % ("allow: {family: [inet, inet6]}", "deny: {family: [inet, inet6], type: dgram}"), 4,
     NEVER % ("sockets", 3)),
    # Deny goes before allow for the same prefix, wherever it is.
    (PEERS % ("allow: 10.0.0.0/8, ports: 80", "deny: 10.0.0.0/8"), 4, NEVER % ("connect", 5)),
    # The first one decides, and the other one allows as much.
    (PEERS % ("allow: 10.0.0.0/8, ports: 80", "allow: 10.0.0.0/8"), 4, BESIDE % ("connect", 5)),
    (PEERS % ("allow: a.example, ports: 80", "allow: a.example") + HOST, 4, BESIDE % ("connect", 5)),
    ("connect:\n  rules:\n  - {deny: 0.0.0.0/0, ports: 80}\n  - {deny: '::/0', ports: 80}\n"
     "  - {deny: [0.0.0.0/0, '::/0'], ports: 80}\n", 5, BESIDE % ("connect", 4)),
    (PEERS % ("allow: 10.0.0.0/8, ports: 80", "allow: 10.0.0.0/8, ports: http"), 5, NEVER % ("connect", 4)),
    (PEERS % ("allow: 10.0.0.0/8", "deny: 10.0.0.0/8, ports: 80"), 0, ""),
    (PEERS % ("allow: 10.0.0.0/8", "deny: 10.0.0.0/8, protocol: udp"), 0, ""),
    (PEERS % ("allow: 10.0.0.0/8", "deny: 10.0.0.0/9"), 0, ""),
    (PEERS % ("allow: a.example, ports: 80", "deny: a.example"), 4, NEVER % ("connect", 5)),
    (PEERS % ("allow: '*.example', ports: 80", "deny: a.example") + HOST, 0, ""),
    # What the default does.
    (PEERS % ("allow: 10.0.0.0/8", "deny: 192.0.2.0/24"), 5, "denies what the default of connect denies already"),
    (PEERS % ("allow: 10.0.0.0/8", "deny: 192.0.2.0/24, errno: EPERM"), 0, ""),
    (PEERS % ("allow: 0.0.0.0/0, ports: 80", "deny: 192.0.2.0/24, ports: 443"), 5, "denies what the default"),
    (PEERS % ("allow: 0.0.0.0/0, ports: 80", "deny: 192.0.2.0/24"), 0, ""),
    # The default of bind lets the kernel choose a port, which a rule denies.
    ("bind:\n  default: EACCES\n  rules:\n  - {allow: 0.0.0.0/0, ports: 0}\n"
     "  - {deny: 0.0.0.0/0, ports: 40000-50000}\n", 0, ""),
    # A rule on addresses goes before one on hosts.
    (PEERS % ("allow: a.example", "deny: 192.0.2.0/24") + HOST, 0, ""),
)

ADDRESSES = ("10.0.0.0/8", "10.0.0.0/9", "10.1.0.0/16", "192.0.2.1")
ASKED = [f"connect {protocol} {address}:{port}" for address in ("10.1.2.3", "10.2.0.1", "10.200.0.1", "192.0.2.1")
         for port in (1, 80, 81, 443) for protocol in ("tcp", "udp")]
KINDS_ASKED = [f"socket {family} {kind}" for family in ("inet", "inet6", "unix") for kind in ("stream", "dgram")]


def random_peer(rng):
    verdict = rng.choice(("allow: %s", "deny: %s", "deny: %s, errno: EPERM")) % rng.choice(ADDRESSES)
    return (verdict + rng.choice(("", ", ports: 80", ", ports: 80-81", ", ports: [80, 443]")) +
            rng.choice(("", ", protocol: tcp")))


def random_kind(rng):
    items = rng.choice(("", "family: inet", "family: [inet, unix]", "family: inet6"))
    items += rng.choice(("", ", type: stream", ", type: [stream, dgram]")) if items else ""
    return "%s: {%s}" % (rng.choice(("allow", "deny")), items)


def verdicts(files, section, rules, asked):
    """What a policy answers, and the lines of rules that check warns of."""
    files.write(f"{section}:\n  default: {'EACCES' if section == 'connect' else 'EAFNOSUPPORT'}\n  rules:\n" +
                "".join(f"  - {{{rule}}}\n" for rule in rules))
    said = files.tool("check", files.path).stderr.decode()
    lines = re.findall(r":(\d+): warning: (?:this rule of|denies what)", said)
    answers = files.tool("-j", "explain", files.path, "--", "-", text="\n".join(asked).encode()).stdout.decode()
    return re.findall(r'"verdict":"[a-z]*"(?:,"errno":\d+)?', answers), {int(line) for line in lines}


def random_rules(files):
    """Without a rule of which check warns, the answers are the same."""
    rng = random.Random(SEED)
    warned = 0
    for number in range(ROUNDS):
        section, make, asked = (("connect", random_peer, ASKED), ("sockets", random_kind, KINDS_ASKED))[number % 2]
        rules = [make(rng) for _ in range(6)]
        answers, lines = verdicts(files, section, rules, asked)
        files.expect(len(answers) == len(asked), rules, "are not explained")
        for line in lines:
            warned += 1
            left = rules[:line - 4] + rules[line - 3:]
            files.expect(verdicts(files, section, left, asked)[0] == answers, rules, "answer otherwise without", line)
    files.expect(warned > ROUNDS / 2, "only", warned, "rules were warned of")


def test(tool, expect):
    """All of it."""
    with Files(tool, expect) as files:
        files.warns(WARNED)
        random_rules(files)
