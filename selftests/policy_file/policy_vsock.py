# SPDX-License-Identifier: GPL-2.0
"""
AF_VSOCK in policies, for policy_offline: what is read, what is refused with which line, what is shown,
and what explain, check and show --effective say. Functions get tool(), which runs the tool, and
expect().
"""

from policy_names import Files

READ = """\
personality: vsock
base: host
connect:
  default: EACCES
  rules:
    - {allow: vsock:2, ports: [1024, 5000-6000]}
    - {deny: "vsock:any", ports: 70000, errno: EPERM}
    - allow: [10.0.0.0/8, vsock:1]
      ports: 443
bind:
  rules:
    - {deny: vsock:any, ports: any}
    - {deny: vsock:1, ports: 3000-any}
    - {deny: 0.0.0.0/0, ports: 80}
accept:
  rules:
    - {deny: [vsock:4294967294, vsock:0], ports: 0-4294967294}
    - deny: vsock:any
"""
SHOWN = """\
connect:
  default: EACCES
  rules:
  - {allow: 10.0.0.0/8, ports: 443}
  - {allow: 'vsock:2', ports: 1024}
  - {allow: 'vsock:2', ports: 5000-6000}
  - {deny: 'vsock:any', ports: 70000, errno: EPERM}
  - {allow: 'vsock:1', ports: 443}
bind:
  default: allow
  rules:
  - {deny: 0.0.0.0/0, ports: 80}
  - {deny: 'vsock:any', ports: any}
  - {deny: 'vsock:1', ports: 3000-any}
accept:
  default: allow
  rules:
  - {deny: 'vsock:4294967294', ports: 0-4294967294}
  - {deny: 'vsock:0', ports: 0-4294967294}
  - {deny: 'vsock:any'}
"""
RULE = "connect:\n  rules:\n    - allow: %s\n"
PORTS = RULE % "vsock:1" + "      ports: %s\n"
# A file, the line of the error, and what it says.
REFUSED = (
    *((RULE % f'"vsock:{text}"', 3, f'"vsock:{text}" is no address of AF_VSOCK: vsock:2 and vsock:any are')
      for text in ("", "x", "-1", "4294967295", "4294967296", "1:5", "any:5", "1-2", "0x1", "10000000000")),
    *((PORTS % text, 4, f'{text}" is no port of AF_VSOCK and no range of them')
      for text in ("http", "-1", "5-", "1.5", "4294967296", "5-x")),
    (PORTS % "6-5", 4, "the first port is after the last"),
    (PORTS % "any-5", 4, "the first port is after the last"),
    (RULE % "vsock:1" + "      protocol: tcp\n", 3, "AF_VSOCK has no protocols"),
    (RULE % "[vsock:1, 10.0.0.1]" + "      ports: 65536\n", 4, '"65536" is no port and no range of ports'),
    (RULE % "vsock:1" + "      errno: EPERM\n", 4, "a rule that allows has no errno"),
    (RULE % "VSOCK:1", 3, "is no address and no prefix"),
    ("connect:\n  rules:\n    - deny: vsock:any\n      ports: [" +
     ", ".join(str(port) for port in range(1025)) + "]\n", 3, "a section has at most 1024 rules on AF_VSOCK"),
)

POLICY = """\
base: host
connect:
  default: EACCES
  rules:
    - {allow: vsock:any, ports: [10-20, 30]}
    - {deny: vsock:5, ports: 15-40, errno: EPERM}
    - {deny: vsock:1, ports: 30}
    - {allow: vsock:5, ports: 16}
bind:
  rules:
    - {deny: vsock:1, ports: 2000-3000}
    - {deny: vsock:any, ports: 4000-5000}
"""
CHOSEN = "; rules on particular ports judge the port that the kernel chooses)"
OWN = "; if the CID is this machine's own, a rule that denies CID 1 denies it)"
EXPLAINED = (
    ("connect vsock 1:10", "allow (FILE:5)"),
    ("connect AF_VSOCK 7:10", "allow (FILE:5" + OWN),
    ("connect vsock 7:9", "EACCES (FILE:3, default of connect)"),
    ("sendto vsock 5:14", "allow (FILE:5" + OWN),
    ("connect vsock 5:15", "EPERM (FILE:6)"),
    ("connect vsock 5:16", "EPERM (FILE:6)"),
    ("connect vsock 1:30", "EACCES (FILE:7)"),
    # This host, or the one of a guest.
    ("connect vsock 2:30", "EACCES (FILE:7)"),
    ("connect vsock 2:20", "allow (FILE:5)"),
    ("connect vsock 7:30", "allow (FILE:5" + OWN),
    ("bind vsock 1:2000", "EACCES (FILE:11)"),
    ("bind vsock any:2000", "EACCES (FILE:11)"),
    ("bind vsock 2:2000", "allow (default of bind, from base host)"),
    ("bind vsock 2:4000", "EACCES (FILE:12)"),
    ("bind vsock any:any", "allow (default of bind, from base host" + CHOSEN),
    ("accept vsock 1:1", "allow (default of accept, from base host; the section has no rules on AF_VSOCK, and so "
     "does not judge it)"),
    # What a section cannot judge is no socket, unless it has rules.
    ("socket vsock stream", "allow (default of sockets, from base host)"),
    ("socket packet raw", "EACCES (FILE:3, default of connect; its rules cannot judge such a socket, and no rule of "
     "sockets lists it)"),
)
UNRULED = "base: host\nconnect: {default: EACCES, rules: [{allow: vsock:2}]}\nbind: {default: EPERM}\n"
WRITTEN = 'connect is written "connect vsock CID:PORT"'
USAGE = (
    ("connect vsock", WRITTEN),
    ("connect vsock 1", WRITTEN),
    ("connect vsock any:5", WRITTEN),
    ("connect vsock x:5", WRITTEN),
    ("connect vsock 1:5 2", WRITTEN),
    ("bind vsock 1", 'bind is written "bind vsock CID:PORT"; CID and PORT may be any'),
)
WARNED = (
    ("base: host\nconnect:\n  rules: [{allow: vsock:2}]\n", 3, "allows what the default of connect allows already"),
    ("base: host\nconnect:\n  rules: [{allow: vsock:2}, {deny: vsock:3}]\n", 3, "allows what the default of connect"),
    ("base: host\nconnect:\n  rules: [{allow: vsock:2}, {deny: vsock:any}]\n", 0, ""),
    ("base: host\nconnect:\n  default: EACCES\n  rules: [{allow: vsock:2}]\n", 0, ""),
)
# Policies as layers, the outer one first, and the rules of the inner one that are never reached.
OUTER = "base: host\nconnect:\n  default: EACCES\n  rules: [{allow: vsock:2, ports: 10-20}]\n"
OWN_DENIED = "base: host\nconnect: {rules: [{deny: vsock:1, ports: 10-20}]}\naccept: {rules: [{deny: vsock:1}]}\n"
UNREACHED = (
    (OUTER, "connect", "{allow: vsock:2, ports: 15-30}", False),
    (OUTER, "connect", "{allow: vsock:2, ports: 21-30}", True),
    (OUTER, "connect", "{allow: vsock:3, ports: 15}", True),
    (OUTER, "connect", "{allow: vsock:any, ports: 5-10}", False),
    (OUTER, "connect", "{allow: vsock:any, ports: [5-9]}", True),
    # The host may be this machine; who is accepted has one CID.
    (OWN_DENIED, "connect", "{allow: vsock:2, ports: 15}", True),
    (OWN_DENIED, "connect", "{allow: vsock:2, ports: 15-30}", False),
    (OWN_DENIED, "connect", "{allow: vsock:any, ports: 15}", False),
    (OWN_DENIED, "accept", "{allow: vsock:2}", False),
    (OWN_DENIED, "accept", "{allow: vsock:1}", True),
)


def explained(files):
    files.write(POLICY)
    files.explains(EXPLAINED, USAGE)
    files.write(UNRULED)
    said = files.answer("socket vsock stream")
    files.expect(said.startswith("EPERM (") and "default of bind" in said, "bind judges it:", said)


def unreached(files):
    outer = f"{files.folder.name}/outer.yaml"
    for policy, section, rule, never in UNREACHED:
        with open(outer, "w", encoding="utf-8") as file:
            file.write(policy)
        files.write(f"base: host\n{section}:\n  rules: [{rule}]\n")
        said = files.tool("show", "--effective", outer, files.path, program=2).stdout.decode()
        files.expect((f"never reached: rule 1 of {section}" in said) == never, rule, "is reached or not:", said)


def test(tool, expect):
    """All of it."""
    with Files(tool, expect) as files:
        files.round_trip(READ, SHOWN)
        files.refuses(REFUSED)
        explained(files)
        files.warns(WARNED)
        unreached(files)
