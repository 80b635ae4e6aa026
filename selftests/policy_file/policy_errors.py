# SPDX-License-Identifier: GPL-2.0
"""
Errors of policy files, for policy_offline: all of a file are reported, each with its line, and say what
was probably meant; services are ports. Functions get tool(), which runs the tool, and expect().
"""

import os

FILE = """\
personality: -x
bas: host
conect: {}
sockets: {rules: [{allow: {family: tcp}}, {allow: {type: strem}}, {}]}
connect: {default: perhaps, rules: [{allow: 10.0.0.1, ports: htps}]}
bind: {rules: [{allow: 10.0.0.1, ports: 70000}, {allow: a.example.com}]}
options: {get: {allow: [a, SOL_SOCKET/SO_ERORR], deny: [b]}, set: {deny: [x]}}
ioctls: {deny: [FIO], allow: 5}
names: {hold: 8d}
inet: {listen: perhaps, limits: {sockets: 4}}
"""
# The line of each error.
LINES = [1, 2, 3, 4, 4, 4, 5, 5, 6, 6, 7, 7, 7, 7, 8, 9, 10, 10]

HINTS = (
    ("{family: tcp}", '"tcp" is not a family: it is a protocol'),
    ("{family: ipv4}", '"ipv4" is not a family: did you mean inet?'),
    ("{family: IPv6}", '"IPv6" is not a family: did you mean inet6?'),
    ("{family: stream}", '"stream" is not a family: it is a type'),
    ("{type: udp}", '"udp" is not a socket type: it is a protocol'),
    ("{protocol: NETLINK_ROUTE}", '"NETLINK_ROUTE" is not a protocol: of family netlink that is protocol 0'),
    ("{protocol: tpc}", '"tpc" is not a protocol: did you mean tcp?'),
    ("{protocol: unheard-of}", '"unheard-of" is not a protocol'),
)

MISTAKES = (
    ("providers: []", "a personality has 1 to 8 providers"),
    ("flags: {recv: {allow: [0]}}", "a flag has at least one bit"),
    ("options: {set: {allow: [SO_MARK]}}", '"SO_MARK" is not LEVEL/NAME, such as SOL_SOCKET/SO_ERROR'),
    ("options: {get: {allow: [{max: 4}]}}", 'the key "option" is missing'),
    ("control: {allow: [{option: SOL_SOCKET/1}]}", "a control message is LEVEL/NAME"),
    ("ioctls: {allow: {FIONREAD: EPERM}}", "a list is expected here"),
    ("ioctls: {deny: {FIONREAD: allow}}", "an errno is expected here"),
    ("ioctls: {deny: {[a]: EPERM}}", "a name is expected here"),
    ("limits: {sockets: {errno: EPERM}}", 'the key "max" is missing'),
    ("names: {hold: soon}", '"soon" is no time: a number of seconds, or one with s, m, h or d, such as 10m'),
    ("bind: {rules: [{allow: 10.1.0.0/8}]}", "10.1.0.0/8 has bits that its prefix does not cover: did you mean 10.0.0.0/8?"),
    ('bind: {rules: [{allow: "::ffff:1.2.3.4"}]}', "an IPv4-mapped address is judged as IPv4: write it as IPv4"),
    ('connect: {rules: [{deny: "vsock:2", protocol: tcp}]}',
     "AF_VSOCK has no protocols: a rule with a protocol is about other addresses"),
)


def test(tool, expect):
    for text, message in MISTAKES:
        done = tool("check", text=text.encode())
        expect(done.returncode == 1 and done.stderr.decode() == f"persock: stdin:1: {message}\n", text, "is refused with",
               done.stderr.decode())
    done = tool("check", text=FILE.encode())
    said = done.stderr.decode().splitlines()
    lines = [int(line.split(":")[2]) for line in said if line.startswith("persock: stdin:")]
    expect(done.returncode == 1 and not done.stdout, done)
    expect(lines == LINES, lines, "\n".join(said))
    # Neither a wrong base nor a wrong key hides what comes after it.
    said = tool("check", text=b"base: hosst\nconnect:\n  defalt: EACCES\n  rules: [{alow: 10.0.0.1}]\n").stderr.decode()
    expect([line.split(":")[2] for line in said.splitlines()] == ["1", "3", "4"], said)
    # Not more than one can read.
    many = "ioctls: {deny: [%s]}" % ", ".join(f"X{number}" for number in range(100))
    said = tool("check", text=many.encode()).stderr.decode().splitlines()
    expect(len(said) == 20, len(said), "errors of a hundred")
    for request, hint in HINTS:
        said = tool("check", text=b"sockets: {rules: [{allow: %s}]}" % request.encode()).stderr.decode()
        expect(said == f"persock: stdin:1: {hint}\n", request, "is refused with", said)
    said = tool("explain", "host", "--", "socket", "ipv4", "stream").stderr.decode()
    expect(said == 'persock: "ipv4" is not a family: did you mean inet?\n', said)
    if os.path.exists("/etc/services"):
        services(tool, expect)


def services(tool, expect):
    form = b"connect: {default: EACCES, rules: [{allow: 10.0.0.1, protocol: tcp, ports: %s}]}"
    shown = tool("show", "-", text=form % b"[https, domain, 8000-8099]").stdout.decode()
    ports = [line.split("ports: ")[1].split(",")[0] for line in shown.splitlines() if "ports: " in line]
    expect(ports == ["443", "53", "8000-8099"], ports, shown)
    said = tool("check", text=form % b"htps").stderr.decode()
    expect('"htps" is no port and no service: /etc/services has none of that name: did you mean https?'
           in said, said)
    said = tool("explain", "host", "--", "connect", "tcp", "10.0.0.1:https").stdout.decode()
    expect(said.startswith("connect tcp 10.0.0.1:https: allow"), said)
    said = tool("explain", "host", "--", "connect", "tcp", "10.0.0.1:htps").stderr.decode()
    expect('"htps" is no port and no service' in said, said)
