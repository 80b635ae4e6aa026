# SPDX-License-Identifier: GPL-2.0
"""
AF_UNIX in policies, for policy_offline: what is read, what is refused with which line, what is shown,
and what explain, check and show --effective say. Functions get tool(), which runs the tool, and
expect().
"""

import json
import os

from policy_names import Files

READ = """\
personality: unix
base: host
unix:
  rights: governed
  connect:
    default: EACCES
    rules:
      - allow: /run/foo/*
      - allow: ["@bus", /run/user/1000/bus, "@", "@*", /*]
      - allow: unnamed
      - allow: {path: /run/db/*, type: [stream, SOCK_DGRAM], peer: /a.slice/b}
      - {deny: /run/docker.sock, errno: EPERM}
      - deny: {type: seqpacket, peer: same}
      - deny: ["/run/my file\\\\x2A", "@\\\\x00b\\\\xff*", /run/\u00fc, {unnamed: true, type: 5}]
      - allow: {peer: /}
  bind:
    rules:
      - deny: {}
      - {deny: {abstract: "@@\\\\x40"}, errno: 13}
      - allow: [{path: /run/...*}, unnamed]
"""
SHOWN = """\
unix:
  rights: governed
  credentials: allow
  connect:
    default: EACCES
    rules:
    - {allow: /run/foo/*}
    - {allow: '@bus'}
    - {allow: /run/user/1000/bus}
    - {allow: '@'}
    - {allow: '@*'}
    - {allow: /*}
    - {allow: unnamed}
    - {allow: {path: /run/db/*, type: stream, peer: /a.slice/b}}
    - {allow: {path: /run/db/*, type: dgram, peer: /a.slice/b}}
    - {deny: /run/docker.sock, errno: EPERM}
    - {deny: {type: seqpacket, peer: same}}
    - {deny: /run/my\\x20file\\x2a}
    - {deny: '@\\x00b\\xff*'}
    - {deny: /run/\\xc3\\xbc}
    - {deny: {unnamed: true, type: seqpacket}}
    - {allow: {peer: /}}
  bind:
    default: allow
    rules:
    - {deny: {}}
    - {deny: '@@@'}
    - {allow: /run/...*}
    - {allow: unnamed}
"""
RULE = "unix:\n  connect:\n    rules:\n      - allow: %s\n"
BIND = "unix:\n  bind:\n    rules:\n      - allow: %s\n"
NO_NAME = '" is no name of an AF_UNIX socket: '
# A file, the line of the error, and what it says.
REFUSED = (
    *((RULE % text, 4, text.strip('"') + NO_NAME + "it is no absolute path")
      for text in ("run/x", "./x", "pairs", "any", '"*"', '""', "10.0.0.0/8")),
    *((RULE % text, 4, text.strip('"') + NO_NAME + 'it has a part ".."')
      for text in ("/run/../x", "/..", "/run/..", "/run/../*")),
    (RULE % "/run/./x", 4, NO_NAME + 'it has a part "."'),
    *((RULE % text, 4, text + NO_NAME + 'it has "//"') for text in ("//run", "/run//x", "/run//*")),
    *((RULE % text, 4, text + NO_NAME + 'no socket has a path that ends with "/"')
      for text in ("/", "/run/")),
    *((RULE % text, 4, text.strip('"') + NO_NAME + '"*" is only allowed at the end')
      for text in ("/run/*/bus", "/run/**", '"@*a"')),
    *((RULE % f"'{text}'", 4, text + NO_NAME + "behind a backslash is x and two hexadecimal digits")
      for text in ("/run/\\n", "/run/\\x2", "/run/\\xg0", "/run/\\", "@\\\\")),
    (RULE % "'/run/\\x00'", 4, NO_NAME + "a path has no zero byte"),
    (RULE % ("/" + "x" * 1023), 4, NO_NAME + "a path has at most 1023 bytes"),
    (RULE % ('"@' + "x" * 108 + '"'), 4, NO_NAME + "an abstract name has at most 107 bytes"),
    (RULE % ('"@' + "x" * 108 + '*"'), 4, NO_NAME + "an abstract name has at most 107 bytes"),
    (RULE % "[]", 4, "a socket, or a list of them, is expected here"),
    (RULE % "[[/x]]", 4, 'a path, "@NAME", unnamed or a mapping is expected here'),
    (RULE % '{path: /x, abstract: "@x"}', 4, "a socket has one kind of name"),
    (RULE % "{unnamed: true, path: /x}", 4, "a socket has one kind of name"),
    (RULE % '{path: "@x"}', 4, "path is an absolute path"),
    (RULE % "{abstract: x}", 4, NO_NAME),
    (RULE % "{abstract: /x}", 4, 'an abstract name begins with "@"'),
    (RULE % "{unnamed: false}", 4, 'unnamed is true, not "false"'),
    (RULE % "{type: tcp}", 4, '"tcp" is not a socket type: it is a protocol'),
    (RULE % "{type: raw}", 4, "AF_UNIX has the types stream, dgram and seqpacket"),
    (RULE % "{type: []}", 4, "a socket type, or a list of up to 3"),
    (RULE % "{type: [stream, dgram, seqpacket, 1]}", 4, "a socket type, or a list of up to 3"),
    *((RULE % f"{{peer: {text}}}", 4, f'"{text}" is no peer: ')
      for text in ("other", "a/b", "/a/", "//a", "/a/../b", "/a/*")),
    (RULE % '{path: /x, pear: same}', 4, 'a socket has no key "pear": did you mean "peer"?'),
    (BIND % "{peer: same}", 4, "a socket that is bound has no peer"),
    (RULE % "/x\n        errno: EPERM", 5, "a rule that allows has no errno"),
    (RULE % "/x\n        deny: /y", 4, "a rule either allows or denies"),
    ("unix:\n  connect:\n    rules: [{errno: EPERM}]\n", 3, "a rule either allows or denies"),
    ("unix:\n  connect:\n    rules: /x\n", 3, "the rules of unix.connect must be a list"),
    ("unix:\n  bind:\n    default: ignore\n", 3, "unix.bind allows or denies, it does not ignore"),
    ("unix:\n  bind:\n    default: governed\n", 3, '"governed" is no verdict (allow or an errno)'),
    ("unix:\n  rights: governs\n", 2, '"governs" is no verdict (allow, governed or an errno): did you '
     'mean "governed"?'.replace('"governed"?', "governed?")),
    ("unix:\n  credentials: governed\n", 2, '"governed" is no verdict'),
    # Section connect is about addresses.
    ("connect:\n  rules:\n    - allow: /run/user/1000/bus\n", 3, "is no address and no prefix"),
)

POLICY = """\
base: host
unix:
  connect:
    default: EACCES
    rules:
      - allow: /run/*
      - deny: [/run/docker.sock, /run/dbus/*]
      - {deny: {path: /run/docker.sock, type: dgram}, errno: EPERM}
      - allow: {path: /run/docker.sock, peer: same}
      - allow: {unnamed: true, type: stream}
      - allow: {abstract: "@b*", peer: /a}
      - allow: {type: seqpacket}
  bind:
    default: EPERM
    rules:
      - allow: [/tmp/*, unnamed]
"""
ASK = "; a rule says where the peer was created: --peer specifies it)"
# Questions, and the answers.
EXPLAINED = (
    ("connect unix /run/a", "allow (FILE:6)"),
    ("connect unix /run/a/b/c --type dgram", "allow (FILE:6)"),
    ("connect AF_UNIX /run", "EACCES (FILE:4, default of unix.connect)"),
    ("connect unix /running", "EACCES (FILE:4, default of unix.connect)"),
    ("connect unix /run/docker.sock", "EACCES (FILE:7" + ASK),
    ("connect unix /run/docker.sock --peer /b", "EACCES (FILE:7)"),
    ("connect unix /run/docker.sock --type=dgram --peer=/b", "EPERM (FILE:8)"),
    ("sendto unix /run/docker.sock --type dgram --peer same", "allow (FILE:9)"),
    ("connect unix /run/docker.sock2", "allow (FILE:6)"),
    ("connect unix /run/dbus/system_bus_socket", "EACCES (FILE:7)"),
    ("connect unix /run/dbus", "allow (FILE:6)"),
    ("connect unix @bus", "EACCES (FILE:4, default of unix.connect" + ASK),
    ("connect unix @bus --peer same", "EACCES (FILE:4, default of unix.connect)"),
    ("connect unix @bus --peer /a/b", "allow (FILE:11)"),
    ("connect unix @bus --peer /ab", "EACCES (FILE:4, default of unix.connect)"),
    ("connect unix @c --peer /a --type seqpacket", "allow (FILE:12)"),
    ("connect unix unnamed", "allow (FILE:10)"),
    ("connect unix unnamed --type dgram", "EACCES (FILE:4, default of unix.connect)"),
    ("pair unix stream", "allow (FILE:10)"),
    ("pair unix dgram", "EACCES (FILE:4, default of unix.connect)"),
    ("pair AF_UNIX SOCK_SEQPACKET", "allow (FILE:12)"),
    ("bind unix /tmp/a", "allow (FILE:16)"),
    ("bind unix unnamed --type dgram", "allow (FILE:16)"),
    ("bind unix @a", "EPERM (FILE:14, default of unix.bind)"),
    # A file without a path, as reports have it: any rule that denies a path denies it.
    ("connect unix / --type dgram", "EACCES (FILE:7)"),
    ("connect unix / --peer /a", "EACCES (FILE:7)"),
    ("bind unix /", "EPERM (FILE:14, default of unix.bind)"),
    # What is written with escapes is the same name.
    ("connect unix /run/docker\\x2esock --peer /b", "EACCES (FILE:7)"),
)
EXPLAINED_ELSEWHERE = (
    ("base: none\n", "connect unix /x", "allow (default of unix.connect, from base none)"),
    ("base: host\nunix: {rights: governed}\n", "received-control SOL_SOCKET/SCM_RIGHTS",
     "allow if the policy governs each socket (FILE:2, default of unix.rights)"),
    ("base: host\nunix: {rights: governed}\n", "control SOL_SOCKET/SCM_RIGHTS",
     "allow (default of control, from base host)"),
)
EXPLAINED_BELOW_ROOT = "base: host\nunix: {connect: {rules: [{deny: {peer: /}}]}}\n"
WRITTEN = 'connect is written "connect unix PATH|@NAME|unnamed [--type TYPE] [--peer same|/CGROUP]"'
# Of explain: no answer.
USAGE = (
    ("connect unix", WRITTEN),
    ("connect unix /x stream", WRITTEN),
    ("connect unix /x --type", WRITTEN),
    ("connect unix x", '"x" is no name of an AF_UNIX socket'),
    ("connect unix /x*", "a question is about one of them"),
    ("connect unix /x --type raw", "AF_UNIX has the types stream, dgram and seqpacket"),
    ("connect unix /x --peer x", '"x" is no peer'),
    ("bind unix /x --peer same", "a socket that is bound has no peer"),
    ("bind unix /x /y", 'bind is written "bind unix PATH|@NAME|unnamed [--type TYPE]"'),
    ("accept unix /x", '"unix" is not a protocol'),
)

OPEN = "base: host\nunix:\n  connect:\n"
WARNED = (
    (OPEN + "    rules: [{allow: /x}]\n", 4, "allows what the default of unix.connect allows already"),
    (OPEN + '    rules: [{allow: /x}, {deny: "@*"}]\n', 4, "allows what the default"),
    (OPEN + "    rules: [{allow: /x}, {deny: /*}]\n", 0, ""),
    (OPEN + "    rules: [{allow: /x}, {deny: {type: dgram}}]\n", 0, ""),
    (OPEN + "    rules: [{deny: /run/docker.sock}]\n", 0, ""),
    (OPEN + "    default: EACCES\n    rules: [{allow: /x}]\n", 4, "unix.connect does not allow unnamed"),
    (OPEN + "    default: EACCES\n    rules: [{allow: {peer: same}}]\n", 0, ""),
    (OPEN + "    default: EACCES\n    rules: [{deny: unnamed}]\n", 0, ""),
    (OPEN + "    default: EACCES\nothers: {pair: EPERM}\n", 0, ""),
    ("base: host\nsockets: {rules: [{deny: {family: unix}}]}\nunix:\n  bind:\n"
     "    rules: [{deny: /y}, {allow: /x}]\n", 5, "the rules of unix.bind are never asked"),
)

BASELINE = """\
base: host
unix:
  connect:
    default: EACCES
    rules:
      - allow: [/run/foo/*, unnamed]
      - deny: /run/foo/x
      - allow: {type: dgram}
      - allow: {peer: /a}
  bind: {rules: [{deny: "@*"}]}
"""
INNER = """\
base: host
unix:
  connect:
    rules:
      - allow: /run/foo/x
      - allow: /run/foo/y
      - allow: /run/*
      - allow: {path: /run/foo/x*, type: stream}
      - allow: {abstract: "@x", type: stream, peer: /b}
      - allow: {abstract: "@x", type: stream}
      - deny: "@x"
      - allow: {path: /run/foo/x, type: stream, peer: same}
      - allow: {path: /run/b, type: stream, peer: same}
  bind: {rules: [{allow: "@a"}, {allow: /a}]}
"""
# A peer that was created in the cgroup of the inner layer may have been in /a.
UNREACHED = """\
# never reached: rule 1 of unix.connect (line 5): denied by layer 1, rule 3 of unix.connect (line 7)
# never reached: rule 5 of unix.connect (line 9): denied by layer 1, default of unix.connect (line 4)
# never reached: rule 8 of unix.connect (line 12): denied by layer 1, rule 3 of unix.connect (line 7)
# never reached: rule 1 of unix.bind (line 14): denied by layer 1, rule 1 of unix.bind (line 10)
"""


def shown(files):
    files.round_trip(READ, SHOWN)
    policy = json.loads(files.tool("-j", "show", files.path).stdout)["policy"]
    files.expect(policy["unix"]["connect"]["rules"][7] ==
                 {"allow": {"path": "/run/db/*", "type": "stream", "peer": "/a.slice/b"}}, policy["unix"])
    for base in ("none", "host", "gvisor"):
        said = files.shown(f"base: {base}\n")
        files.expect("unix: {rights:" in said, base, "has rules on AF_UNIX:", said)
    # The longest names are read, and shown as they are.
    for name in ("/" + "x" * 1022, "/" + "x" * 1022 + "*", "'@" + "x" * 107 + "'"):
        files.expect(f"{{allow: {name}}}" in files.shown(RULE % name), name, "is not shown")


def inherited(files):
    """A default replaces what a base says; without it rules are added. Without a module no base has any."""
    for rules, line in (("    default: EACCES\n    rules: [{allow: /a}]\n", "    - {allow: /a}\n"),
                        ("    rules: [{deny: /a}]\n", "    default: allow\n    rules:\n    - {deny: /a}\n")):
        said = files.shown(OPEN + rules)
        files.expect(line in said, rules, "is shown as", said)


def explained(files):
    files.write(POLICY)
    files.explains(EXPLAINED, USAGE)
    # The options of the command, and those behind the name.
    for options, words, verdict in ((["--type", "dgram"], [], "deny"), ([], ["--type", "dgram"], "deny"),
                                    (["--peer", "same"], [], "allow"),
                                    (["--peer", "same"], ["--peer", "/b"], "deny")):
        done = files.tool("-j", "explain", *options, files.path, "--", "connect", "unix",
                          "/run/docker.sock", *words)
        said = json.loads(done.stdout)
        files.expect(said["verdict"] == verdict and said["section"] == "unix.connect", options, words, said)
    for text, question, answer in EXPLAINED_ELSEWHERE:
        files.write(text)
        done = files.tool("explain", "--family", "unix", files.path, "--", *question.split())
        said = done.stdout.decode().replace(files.path, "FILE")
        files.expect(said == f"{question}: {answer}\n", said, "not", answer)
    # Each cgroup is below the root.
    files.write(EXPLAINED_BELOW_ROOT)
    for peer in ("same", "/", "/a"):
        said = files.answer(f"connect unix /x --peer {peer}")
        files.expect(said.startswith("EACCES ("), peer, said)
    # A socket that cannot be created reaches nothing.
    files.write("base: host\nsockets: {rules: [{deny: {family: unix, type: stream, errno: EPERM}}]}\n")
    for words, note in (([], "note: a stream socket of unix cannot be created: EPERM"), (["--type", "dgram"], "")):
        done = files.tool("explain", files.path, "--", "connect", "unix", "/x", *words)
        files.expect(done.stderr.decode().strip() == f"persock: {note}".removesuffix("persock: "), done.stderr)


def links(files):
    """A socket has the path without links: explain says so, and check of a rule."""
    folder = os.path.realpath(files.folder.name)
    os.mkdir(f"{folder}/real")
    os.symlink("real", f"{folder}/link")
    files.write(OPEN + "    default: EACCES\n    rules:\n      - allow: unnamed\n"
                f"      - allow: {folder}/link/a\n      - allow: {folder}/real/a\n"
                f"      - allow: {folder}/link/*\n      - allow: {folder}/li*\n")
    said = files.tool("check", files.path).stderr.decode()
    files.expect(f":7: warning: {folder}/link/a is a symbolic link here, or below one: sockets have the path "
                 f"{folder}/real/a" in said and f":9: warning: {folder}/link is" in said and
                 said.count("warning") == 2, said)
    said = files.tool("explain", files.path, "--", "connect", "unix", f"{folder}/link/b").stdout.decode()
    files.expect(f"judged is the path without links, here {folder}/real/b: ask for that" in said, said)
    said = files.tool("explain", files.path, "--", "connect", "unix", f"{folder}/real/b").stdout.decode()
    files.expect("links" not in said, said)


def unreached(files):
    paths = [f"{files.folder.name}/{name}.yaml" for name in ("baseline", "inner")]
    for path, text in zip(paths, (BASELINE, INNER)):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    for program in (1, 2):
        said = files.tool("show", "--effective", *paths, program=program).stdout.decode()
        lines = [line for line in said.splitlines() if line.startswith("# never")]
        files.expect(lines == UNREACHED.splitlines(), "\n".join(lines))
    # A pair is judged by the layers one by one.
    said = files.tool("-j", "explain", *paths, "--", "pair", "unix", "stream")
    files.expect(json.loads(said.stdout)["verdict"] == "allow", said.stdout)


def test(tool, expect):
    with Files(tool, expect) as files:
        files.refuses(REFUSED)
        shown(files)
        inherited(files)
        explained(files)
        links(files)
        files.warns(WARNED)
        unreached(files)
