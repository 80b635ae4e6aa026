# SPDX-License-Identifier: GPL-2.0
"""
Host names in policies, for policy_offline: what is read, what is refused with which line, what is
shown, and what explain and check say. Functions get tool(), which runs the tool, and expect().
"""

import json
import os
import subprocess
import tempfile

READ = """\
personality: names
base: host
connect:
  default: EACCES
  rules:
    - {allow: API.Example.com., ports: 443, protocol: tcp}
    - allow: ["*.debian.org", 10.0.0.0/8, deb.debian.org]
    - {deny: "*.ads.example", errno: EPERM}
    - {deny: x.debian.org, ports: [1-9, 443]}
    - {allow: b\u00fcCHER.example}
    - {allow: "*.bu\u0308cher.example"}
    - {allow: stra\u00dfe.example}
    - {allow: "\uff41\u3002example\u3002"}
    - {allow: _srv.example-1.com}
names: {resolvers: ["::ffff:192.0.2.1", system, 2001:db8::1, 192.0.2.1], queries: any, hold: 90m, max: 7}
"""
SHOWN = """\
connect:
  default: EACCES
  rules:
  - {allow: 10.0.0.0/8}
  - {allow: api.example.com, ports: 443, protocol: tcp}
  - {allow: '*.debian.org'}
  - {allow: deb.debian.org}
  - {deny: '*.ads.example', errno: EPERM}
  - {deny: x.debian.org, ports: 1-9}
  - {deny: x.debian.org, ports: 443}
  - {allow: xn--bcher-kva.example}
  - {allow: '*.xn--bcher-kva.example'}
  - {allow: xn--strae-oqa.example}
  - {allow: a.example}
  - {allow: _srv.example-1.com}
names:
  resolvers: [192.0.2.1, '2001:db8::1', system]
  queries: any
  hold: 90m
  max: 7
"""
DEFAULTS = """\
names:
  resolvers: [system]
  queries: listed
  hold: 10m
  max: 4096
"""
RULE = "connect:\n  rules:\n    - {allow: 10.0.0.1}\n    - {allow: %s}\n"
NAMES = "connect: {default: EACCES, rules: [{allow: a.example}]}\nnames: {%s}\n"
# A file, the line of the error, and what it says.
REFUSED = (
    # Mistyped addresses are no names.
    *((RULE % text, 4, f'"{text}" is no address and no prefix, such as')
      for text in ("10.0.0.256", "1.2.3", "1.2.3.4.5", "10", "10.0.0.0-10.0.0.9", "a.example/24")),
    (RULE % '"a:b"', 4, '"a:b" is no address and no prefix, such as'),
    (RULE % '""', 4, '"" is no address and no prefix, such as'),
    (RULE % '"*"', 4, '"*" is no address, no prefix and no host name: "*" is only allowed'),
    *((RULE % f'"{text}"', 4, f'"{text}" is no address, no prefix and no host name: ')
      for text in ("a..b", ".a", "*..a", "*.", "a.*.b", "*a.example", "x y.example", "a,b", "a%b",
                   "\u2603.example", "*.*.example", "a.example..")),
    (RULE % ("x" * 64 + ".example"), 4, "no host name: a label has at most 63 bytes"),
    (RULE % ('"' + "abcdefghi." * 25 + 'example"'), 4, "no host name: "),
    (RULE % ('"' + "\u00fc" * 200 + '.example"'), 4, "no host name: "),
    (RULE % "*.example", 4, "while scanning an alias: "),
    ("bind:\n  rules:\n    - {allow: a.example}\n", 3, "only the rules of connect may name hosts"),
    ("accept:\n  rules:\n    - {deny: [10.0.0.1, a.example]}\n", 3,
     "only the rules of connect may name hosts"),
    (RULE % "a.example, protocol: mptcp", 4, "MPTCP is judged as tcp"),
    (RULE % "a.example, errno: EPERM", 4, "a rule that allows has no errno"),
    (NAMES % "resolvers: []", 2, "a list of 1 to 16"),
    (NAMES % "resolvers: [192.0.2.1, 192.0.2]", 2, '"192.0.2" is no resolver: an address, or system'),
    (NAMES % f"resolvers: [{', '.join(f'192.0.2.{n}' for n in range(17))}]", 2,
     "a policy has 1 to 16 resolvers"),
    (NAMES % "queries: all", 2, 'queries is listed or any, not "all"'),
    *((NAMES % f"hold: {text}", 2, f'"{text}" is no time') for text in ("-1", "5w", "m", "1.5h", "5 m")),
    *((NAMES % f"hold: {text}", 2, "hold is at most 7d")
      for text in ("8d", "604801", "169h", "99999999999d")),
    *((NAMES % f"max: {text}", 2, "max is a number from 1 to 65536")
      for text in ("0", "65537", "-1", "many")),
    (NAMES % "holds: 1", 2, 'names has no key "holds": did you mean "hold"?'),
    (NAMES % "hold: 1, hold: 2", 2, 'names has "hold" twice'),
)

POLICY = """\
base: host
connect:
  default: EACCES
  rules:
    - {allow: api.example.com, ports: 443, protocol: tcp}
    - {allow: "*.debian.org"}
    - {deny: "*.ads.debian.org", errno: EPERM}
    - {allow: [10.0.0.0/8, 192.0.2.54], protocol: tcp}
    - {deny: [192.0.2.0/24, 192.0.2.55]}
names:
  resolvers: [192.0.2.53, 192.0.2.54, 192.0.2.55, "2001:db8::53"]
"""
NO_RULE = "EACCES (FILE:3, default of connect; no rule is about the host, and DNS is not asked for it)"
MAYBE = "EACCES (FILE:3, default of connect; unless DNS answers it for a host that a rule allows)"
REFUSED_QUERY = "EACCES (FILE:3, default of connect; the program gets the answer NXDOMAIN)"
UNLESS = "; unless a rule on addresses matches the answer)"
# Questions, and the answers.
EXPLAINED = (
    ("connect tcp api.example.com:443",
     "allow if DNS answers (FILE:5, host api.example.com" + UNLESS),
    ("connect mptcp API.EXAMPLE.COM.:443",
     "allow if DNS answers (FILE:5, host api.example.com" + UNLESS),
    ("connect tcp api.example.com:80",
     "EACCES (FILE:3, default of connect; no rule is about the host)"),
    ("connect udp [api.example.com]:443",
     "EACCES (FILE:3, default of connect; no rule is about the host)"),
    ("sendto udp deb.debian.org:1",
     "allow if DNS answers (FILE:6, host *.debian.org" + UNLESS),
    ("connect tcp debian.org:443", NO_RULE),
    ("connect tcp b\u00fccher.example:443", NO_RULE),
    ("connect tcp a.b.ads.debian.org:443", "EPERM (FILE:7, host *.ads.debian.org" + UNLESS),
    ("connect tcp ads.debian.org:443", "allow if DNS answers (FILE:6, host *.debian.org" + UNLESS),
    ("connect tcp 10.1.2.3:443", "allow (FILE:8)"),
    ("connect tcp 198.51.100.1:443", MAYBE),
    ("connect udp 198.51.100.1:443", MAYBE),
    ("connect tcp 192.0.2.1:443", "EACCES (FILE:9)"),
    # A resolver is allowed; only a rule on its very address goes before.
    ("connect tcp 192.0.2.53:53", "allow (FILE:11, names.resolvers)"),
    ("sendto udp [2001:db8::53]:53", "allow (FILE:11, names.resolvers)"),
    ("connect udp [::ffff:192.0.2.53]:53", "allow (FILE:11, names.resolvers; judged as the IPv4 address)"),
    ("connect sctp 192.0.2.53:53", "EACCES (FILE:9)"),
    ("sendto udp 192.0.2.53:5353", "EACCES (FILE:9)"),
    ("connect tcp 192.0.2.54:53", "allow (FILE:8)"),
    ("sendto udp 192.0.2.54:53", "allow (FILE:11, names.resolvers)"),
    ("sendto udp 192.0.2.55:53", "EACCES (FILE:9)"),
    ("query api.example.com", "allow (FILE:5, host api.example.com)"),
    ("query x.y.debian.org AAAA", "allow (FILE:6, host *.debian.org)"),
    ("query evil.example 65", REFUSED_QUERY),
    ("query com A", REFUSED_QUERY),
    ("query com DS", "allow (names; it validates answers for hosts that rules allow)"),
    ("query evil.example DNSKEY", REFUSED_QUERY),
    ("query x.ads.debian.org txt",
     "EPERM (FILE:7, host *.ads.debian.org; the program gets the answer NXDOMAIN)"),
)
ANY = "connect: {default: EACCES, rules: [{allow: a.example}]}\nnames: {queries: any}\n"
ALLOWING = "base: host\nconnect: {rules: [{deny: a.example}]}\n"
EXPLAINED_ELSEWHERE = (
    (ANY, "query evil.example", "allow (FILE:2, names.queries)"),
    (ANY, "sendto udp 192.0.2.53:53", MAYBE.replace("FILE:3", "FILE:1")),
    (ALLOWING, "query evil.example", "allow (FILE, default of connect, from base host)"),
    (ALLOWING, "query a.example", "EACCES (FILE:2, host a.example; the program gets the answer NXDOMAIN)"),
    (ALLOWING, "connect tcp 10.0.0.1:1",
     "allow (FILE, default of connect, from base host; unless DNS answers it for a host that a rule denies)"),
    ("base: host\n", "query a.example", "allow (names; the policy names no hosts: queries are not judged)"),
    ("base: none\n", "connect tcp a.example:1",
     "EACCES (FILE, default of connect, from base none; the policy names no hosts, and rules on addresses "
     "go before the default)"),
)
# Of explain: no answer.
USAGE = (
    ("bind tcp a.example:1", "only connect, sendto and query take a host"),
    ("accept tcp a.example", "only connect, sendto and query take a host"),
    ("connect tcp a.example", '"a.example" has no port'),
    ("connect tcp *.example:1", '"*.example" is no address and no host'),
    ("connect tcp 10.0.0.256:1", '"10.0.0.256" is no address'),
    ("query a..example", '"a..example" is no host: '),
    ("query a.example QTYPE", '"QTYPE" is no type of DNS records'),
    ("query a.example 65536", '"65536" is no type of DNS records'),
    ("query", 'query is written "query HOST [TYPE]"'),
)


class Files:
    """Policy files in a folder of their own."""

    def __init__(self, tool, expect):
        self.tool, self.expect = tool, expect
        self.folder = tempfile.TemporaryDirectory()
        self.path = f"{self.folder.name}/file.yaml"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def shown(self, text):
        self.write(text)
        done = self.tool("show", self.path)
        self.expect(done.returncode == 0, text, "show:", done.stderr)
        return done.stdout.decode()

    def answer(self, question):
        """What explain says, with FILE for the file."""
        done = self.tool("explain", self.path, "--", *question.split())
        self.expect(done.returncode == 0, question, "explain:", done.stderr)
        said = done.stdout.decode().removesuffix("\n").replace(self.path, "FILE")
        self.expect(said.startswith(question + ": "), said)
        return said.removeprefix(question + ": ").replace("(default of", "(FILE, default of")

    def round_trip(self, text, wanted):
        """A policy is shown with these lines, and what is shown is the same policy."""
        said = self.shown(text)
        self.expect(wanted in said, "this is not shown:", said)
        self.expect(self.shown(said) == said, "what is shown is another policy:", said)

    def refuses(self, table):
        """Each file is refused with that line and message, by both programs."""
        for text, line, message in table:
            self.write(text)
            for program in (1, 2):
                done = self.tool("check", self.path, program=program)
                said = done.stderr.decode()
                self.expect(done.returncode == 1 and f"{self.path}:{line}: " in said and message in said,
                            text[:200], "is not refused with", message, "but:", said)

    def warns(self, table):
        """Of each file check warns with that line and message; line 0: it says nothing."""
        for text, line, message in table:
            self.write(text)
            for program in (1, 2):
                done = self.tool("check", self.path, program=program)
                said = done.stderr.decode()
                wanted = f"persock: {self.path}:{line}: warning: " if line else ""
                self.expect(done.returncode == 0 and (wanted in said and message in said if line else not said),
                            text, "is not warned of with", message, "but:", said)

    def explains(self, table, usage):
        """Questions about the file have these answers, or are badly asked."""
        for question, answer in table:
            said = self.answer(question).replace("(FILE, ", "(")
            self.expect(said == answer, question, "is answered by", said, "not", answer)
        for question, message in usage:
            done = self.tool("explain", self.path, "--", *question.split(), program=2)
            self.expect(done.returncode == 2 and message in done.stderr.decode(), question, "says", done.stderr)


def shown(files):
    files.round_trip(READ, SHOWN)
    policy = json.loads(files.tool("-j", "show", files.path).stdout)["policy"]
    files.expect(policy["names"] == {"resolvers": ["192.0.2.1", "2001:db8::1", "system"],
                                     "queries": "any", "hold": "90m", "max": 7}, policy["names"])
    files.expect(DEFAULTS in files.shown(RULE % "a.example"), "host names have no defaults")
    files.expect("names:" not in files.shown(RULE % "10.0.0.2"), "names without host names")
    # A policy without rules on hosts may have names, too.
    files.expect(DEFAULTS in files.shown("names: {queries: listed}\n"), "names alone are not shown")
    for text, printed in (("0", "0s"), ("59", "59s"), ("60s", "1m"), ("3660", "61m"), ("24h", "1d"),
                          ("7d", "7d")):
        files.expect(f"  hold: {printed}\n" in files.shown(NAMES % f"hold: {text}"), text,
                     "is not printed as", printed)


def many(files):
    """Rules on hosts count."""
    rules = ", ".join("{allow: [%s], ports: [%s]}" % (", ".join(f"h{n}.example" for n in range(256)),
                                                      ", ".join(map(str, range(256))))
                      for _ in range(1))
    files.write("connect: {rules: [%s]}\n" % rules)
    done = files.tool("check", files.path)
    files.expect(done.returncode == 0 and b"65536 rules" in done.stdout, done.stdout, done.stderr)
    files.write("connect: {rules: [%s, {allow: b.example}]}\n" % rules)
    done = files.tool("check", files.path)
    files.expect(b"a policy has at most 65536 rules" in done.stderr, done.stdout, done.stderr)


def explained(files):
    files.write(POLICY)
    for question, answer in EXPLAINED:
        said = files.answer(question)
        files.expect(said == answer, question, "is answered by", said, "not", answer)
    for text, question, answer in EXPLAINED_ELSEWHERE:
        files.write(text)
        said = files.answer(question)
        wanted = answer if "FILE:" in answer else answer.replace("FILE, ", "")
        files.expect(said.replace("(FILE, ", "(") == wanted, text, question, "is answered by", said,
                     "not", wanted)
    files.write(POLICY)
    for question, message in USAGE:
        done = files.tool("explain", files.path, "--", *question.split())
        files.expect(done.returncode == 2 and message in done.stderr.decode(), question, "says",
                     done.stderr)
    done = files.tool("-j", "explain", files.path, "--", "connect", "tcp", "deb.debian.org:443")
    said = json.loads(done.stdout)
    files.expect(said["verdict"] == "allow" and said["host"] == "*.debian.org" and
                 said["rule"] == 6 and said["line"] == 6 and said["condition"] == "if DNS answers" and
                 not said["default"], said)


def on_machine(files, *arguments, **texts):
    """Run the tool where files of /etc have other texts. None: this process must not mount."""
    script = ""
    for name, text in texts.items():
        path = f"{files.folder.name}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        script += f"mount --bind {path} /etc/{name.replace('_', '.')} && "
    return subprocess.run(["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"]),
                           "sh", "-c", script + 'exec "$@"', "sh", *arguments],
                          capture_output=True, check=False)


def machine(files, program):
    """What /etc says counts: resolv.conf for explain, nsswitch.conf for check."""
    if on_machine(files, "true").returncode:
        print("# this process must not mount: /etc is not tested", flush=True)
        return

    def asks(resolv_conf, address):
        files.write(NAMES % "resolvers: [192.0.2.9, system]")
        done = on_machine(files, program, "explain", files.path, "--", "sendto", "udp", address,
                          resolv_conf=resolv_conf)
        files.expect(done.returncode == 0, done.stderr)
        return b"names.resolvers" in done.stdout

    conf = ("# nameserver 192.0.2.4\nnameserver 192.0.2.1\nsearch example\nnameserver\tfe80::1%eth0 # x\n"
            "nameserver ::ffff:192.0.2.2\nnameserver 0.0.0.0\nnameserver x\nnameserver 192.0.2.3")
    for address in ("192.0.2.9", "192.0.2.1", "[fe80::1]", "192.0.2.2", "127.0.0.1", "192.0.2.3"):
        files.expect(asks(conf, address + ":53"), address, "is no resolver")
    files.expect(not asks(conf, "192.0.2.4:53"), "a comment is a resolver")
    files.expect(asks("", "127.0.0.1:53"), "127.0.0.1 is no resolver")
    files.expect(not asks("nameserver 192.0.2.1\n", "127.0.0.1:53"), "127.0.0.1 is a resolver")

    def warns(nsswitch_conf, text):
        files.write(text)
        done = on_machine(files, program, "check", files.path, nsswitch_conf=nsswitch_conf)
        files.expect(done.returncode == 0, done.stderr)
        return done.stderr.decode()

    dns = "hosts: files dns\n"
    resolve = "passwd: resolve\nhosts:\tfiles resolve [!UNAVAIL=return] mdns4_minimal dns # x\n"
    host = "base: host\n" + RULE.replace("rules", "default: EACCES\n  rules") % "a.example"
    local = host.replace("a.example", "printer.local")
    no_udp = host + "sockets: {default: EPERM, rules: [{allow: {family: inet, type: stream}}]}\n"
    files.expect("the policy has host names, but allows no UDP sockets: programs cannot ask DNS" in warns(dns, no_udp),
                 "a policy without UDP is not warned of")
    files.expect(not warns(dns, host), "a warning without a reason")
    files.expect('programs look names up by nss-resolve (/etc/nsswitch.conf), over AF_UNIX: persock does not see the answers; '
                 'deny AF_UNIX sockets, or remove "resolve"' in warns(resolve, host), "nss-resolve is not warned of")
    files.expect("mdns" not in warns(resolve, host), "multicast DNS is for .local only")
    files.expect("programs look names below .local up by mdns4_minimal" in warns(resolve, local), "multicast DNS is not warned of")
    files.expect("no UDP" in warns(dns, no_udp), "sockets without UDP are not warned of")
    files.expect("nss-resolve" not in warns(resolve, no_udp), "AF_UNIX is denied")
    files.expect(not warns(resolve, "base: host\n"), "a policy without names is warned of")


def test(tool, expect, program):
    with Files(tool, expect) as files:
        files.refuses(REFUSED)
        shown(files)
        many(files)
        explained(files)
        machine(files, program)
