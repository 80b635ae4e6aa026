# SPDX-License-Identifier: GPL-2.0
"""
persock fmt, for policy_offline: the canonical text of a file, what it keeps, and what it refuses.
Functions get tool(), which runs the tool, and expect().
"""

import os
import random
import re
import tempfile

import policy_random

ROUNDS = 200

FILE = """\
# The file.

# of connect
connect: {default: EACCES, rules: [{ports: 443, allow: 10.0.0.0/8}, # one
   {allow: ["a.example.com", 'b.example.com'],   # two
    ports: [1,2,3]}]}  # end
# of the base


base:   'host'    # the base
personality: "x"


options:
  set:
    deny: {SOL_SOCKET/SO_MARK: EPERM}
    default: ENOPROTOOPT
    allow: [SOL_SOCKET/SO_ERROR, SOL_SOCKET/SO_TYPE, SOL_SOCKET/SO_RCVBUF, SOL_SOCKET/SO_SNDBUF, \
IPPROTO_TCP/TCP_NODELAY]
  # get:
  #   allow: []
limits: {backlog: [8, 1024],
  sockets: 10}
sockets:
    rules:
    # first
    - allow:
        type: stream
        family: inet
    # second
    -   # also
        deny: {family: unix}
#    - allow: {family: inet6}
# The end.
"""
FORMATTED = """\
# The file.

personality: "x"
# of the base

base: "host"      # the base
sockets:
  rules:
    # first
    - allow:
        family: inet
        type: stream
    # second
    # also
    - deny: {family: unix}

options:
  set:
    default: ENOPROTOOPT
    allow: [SOL_SOCKET/SO_ERROR, SOL_SOCKET/SO_TYPE, SOL_SOCKET/SO_RCVBUF, SOL_SOCKET/SO_SNDBUF,
      IPPROTO_TCP/TCP_NODELAY]
    deny: {SOL_SOCKET/SO_MARK: EPERM}
  # get:
  #   allow: []

# of connect
connect:               # end
  default: EACCES
  rules:
    - {allow: 10.0.0.0/8, ports: 443}  # one
    - allow: ["a.example.com", "b.example.com"]  # two
      ports: [1, 2, 3]

limits: {sockets: 10, backlog: [8, 1024]}
#    - allow: {family: inet6}
# The end.
"""
REFUSED = (
    ("a: |\n  b\n", ":1: a text of several lines cannot be formatted"),
    ("[a]\n", ":1: a policy is a mapping of keys to values"),
    ("{}\n", ":1: a policy is a mapping of keys to values"),
    ("? [a]\n: b\n", ":1: a key is expected here, not a list"),
    ("a: *b\n", ":1: anchors and aliases are not supported"),
)


def with_comments(text, generator):
    """The same policy, with comments and blank lines between its lines, and behind them."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        for _ in range(generator.choice((0, 0, 0, 1, 2))):
            lines.append(" " * generator.randrange(9) + f"# above {number} {len(lines)}")
        if not generator.randrange(6):
            lines += [""] * generator.randrange(1, 3)
        # Not within a text in quotes that goes on in the next line.
        if not generator.randrange(4) and "'" not in line and '"' not in line:
            line += " " * generator.randrange(1, 40) + f"# beside {number}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def shown(tool, text):
    """What a policy is, without the lines that have numbers of lines."""
    done = tool("-j", "show", "-", text=text.encode())
    return done.returncode, done.stdout


def test(tool, expect):
    done = tool("fmt", "-", text=FILE.encode())
    expect(done.returncode == 0 and done.stdout.decode() == FORMATTED, done.stdout.decode(), done.stderr)
    for number in range(ROUNDS):
        generator = random.Random(number)
        text = with_comments(policy_random.Generator(number).policy("format"), generator)
        first = tool("fmt", "-", text=text.encode())
        expect(first.returncode == 0, number, first.stderr, text)
        formatted = first.stdout.decode()
        expect(tool("fmt", "-", text=first.stdout).stdout == first.stdout, number,
               "is another when formatted again:", formatted)
        expect(shown(tool, text) == shown(tool, formatted), number, "is another policy:", text, formatted)
        comments = [sorted(re.findall(r"# (?:above|beside) [0-9 ]*[0-9]", one)) for one in (text, formatted)]
        expect(comments[0] == comments[1], number, "has other comments")
    for text, why in REFUSED:
        done = tool("fmt", "-", text=text.encode())
        expect(done.returncode == 1 and why in done.stderr.decode() and not done.stdout, text,
               "is formatted:", done.stdout, done.stderr)
    files(tool, expect)


def files(tool, expect):
    """Files are replaced only if they change, and keep their mode."""
    with tempfile.TemporaryDirectory() as directory:
        path, other, link = (f"{directory}/{name}" for name in ("a.yaml", "b.yaml", "link"))
        for name, text in ((path, FILE), (other, FORMATTED)):
            with open(name, "w", encoding="ascii") as file:
                file.write(text)
        os.chmod(path, 0o640)
        os.symlink("a.yaml", link)
        before = os.stat(other)
        done = tool("fmt", "--check", other, link)
        expect(done.returncode == 1 and done.stdout.decode() == f"{link}: is not formatted\n", done)
        done = tool("fmt", other, link)
        expect(done.returncode == 0 and not done.stdout + done.stderr, done)
        with open(path, encoding="ascii") as file:
            expect(file.read() == FORMATTED, "the file is not formatted")
        expect(os.path.islink(link) and os.stat(path).st_mode & 0o7777 == 0o640, "link or mode has changed")
        expect(os.stat(other).st_ino == before.st_ino, "a file was replaced that is formatted")
        expect(tool("fmt", "--check", path, other).returncode == 0, "what was formatted is not")
        done = tool("fmt", f"{directory}/c.json")
        expect(done.returncode == 1 and b"is JSON, and would be YAML" in done.stderr, done)
        expect(tool("fmt").returncode == 2, "fmt needs no file")
        expect(sorted(os.listdir(directory)) == ["a.yaml", "b.yaml", "link"], "a file is left")
