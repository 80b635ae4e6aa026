#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
policy_random.py DIR COUNT [SEED]: write COUNT random policy files, all of them valid.

Every key of persock-policy(5) occurs, by name and by number; so do empty lists, every prefix
length, the edges of port ranges, bases, classes of sockets, and lists that a base has already.
"""

import ipaddress
import random
import sys

ERRNOS = ["EACCES", "EPERM", "EINVAL", "ENOPROTOOPT", "EAFNOSUPPORT", "ECONNREFUSED", "EHWPOISON",
          "1", "133", "ENETUNREACH", "EPROTONOSUPPORT"]
FAMILIES = ["inet", "inet6", "unix", "netlink", "packet", "AF_VSOCK", "AF_INET", "17", "40", "99"]
TYPES = ["stream", "dgram", "raw", "seqpacket", "SOCK_RDM", "5", "77"]
PROTOCOLS = ["tcp", "udp", "icmp", "icmpv6", "sctp", "dccp", "IPPROTO_UDPLITE", "0", "132", "9999"]
OPTIONS = ["SOL_SOCKET/SO_ERROR", "SOL_SOCKET/SO_MARK", "SOL_SOCKET/SO_KEEPALIVE",
           "SOL_SOCKET/SO_RCVTIMEO", "SOL_SOCKET/16", "1/7", "IPPROTO_TCP/TCP_NODELAY", "6/2",
           "SOL_TCP/TCP_INFO", "IPPROTO_TCP/TCP_FASTOPEN", "IPPROTO_IP/IP_TOS", "SOL_IP/IP_TTL",
           "IPPROTO_IPV6/IPV6_V6ONLY", "SOL_IPV6/IPV6_UNICAST_HOPS", "SOL_UDP/UDP_SEGMENT",
           "SOL_PACKET/PACKET_AUXDATA", "SOL_NETLINK/NETLINK_EXT_ACK", "12345/6789", "-3/-4"]
MESSAGES = ["SOL_SOCKET/SCM_RIGHTS", "SOL_SOCKET/SCM_CREDENTIALS", "SOL_SOCKET/SCM_TIMESTAMP",
            "IPPROTO_IP/IP_TOS", "IPPROTO_IP/IP_PKTINFO", "IPPROTO_IPV6/IPV6_PKTINFO",
            "SOL_UDP/UDP_SEGMENT", "SOL_SOCKET/77", "0/3"]
FLAGS = ["MSG_OOB", "MSG_PEEK", "MSG_DONTROUTE", "MSG_CTRUNC", "MSG_TRUNC", "MSG_DONTWAIT",
         "MSG_EOR", "MSG_WAITALL", "MSG_CONFIRM", "MSG_ERRQUEUE", "MSG_NOSIGNAL", "MSG_MORE",
         "MSG_WAITFORONE", "MSG_ZEROCOPY", "MSG_FASTOPEN", "MSG_CMSG_CLOEXEC", "0x10",
         "0x800000"]
IOCTLS = ["FIONREAD", "TIOCOUTQ", "SIOCGIFCONF", "SIOCGIFINDEX", "SIOCATMARK", "0x8933", "1", "0",
          "0xffffffff"]

CIDS = ["any", "1", "2", "3", "4294967294"]
HOSTS = ["api.example.com", "*.example.com", "example.com", "API.Example.ORG.", "*.a.example.org",
         "localhost", "b\u00fccher.example", "*.xn--bcher-kva.example", "_dns.resolver.example",
         "a-1.b-2.example", "1.2.3.4.example", "*.net"]
RESOLVERS = ["system", "192.0.2.53", "2001:db8::53", "::ffff:192.0.2.54", "127.0.0.53"]

SOCKETS = ["/run/docker.sock", "/run/*", "/run/user/*", "/run/user/1000/bus", "/*", "/tmp/.X11-unix/X0",
           "/run/my file", "/run/a\\x2Ab", "/run/\u00fc", "@bus", "@*", "@", "@/tmp/x*", "@b\\x00\\xff",
           "unnamed"]
PEERS = ["same", "/", "/a", "/a/b", "/c.slice"]
UNIX_TYPES = ["stream", "dgram", "seqpacket", "SOCK_STREAM", "5"]

IOCTL_ALIASES = {"SIOCGIFINDEX": "0x8933"}


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, items, most=6):
        return self.random.sample(items, self.random.randint(0, min(most, len(items))))

    def maybe(self, likely=0.5):
        return self.random.random() < likely

    def verdict(self, ignores):
        words = ["allow", self.random.choice(ERRNOS)] + (["ignore"] if ignores else [])
        return self.random.choice(words)

    def one_or_list(self, items):
        chosen = self.random.sample(items, self.random.randint(1, 3))
        return chosen[0] if len(chosen) == 1 and self.maybe() else "[" + ", ".join(chosen) + "]"

    def unique(self, items, number_of):
        """A choice of items of which no two are the same thing."""
        seen, chosen = set(), []
        for item in self.some(items, 8):
            if number_of(item) not in seen:
                seen.add(number_of(item))
                chosen.append(item)
        return chosen

    def lists(self, items, number_of, ignores=True, denies=True, sized=None):
        """{default, allow, ignore, deny}"""
        parts = []
        if self.maybe(0.7):
            if denies:
                parts.append("default: " + self.verdict(ignores))
            else:
                parts.append("default: " + self.random.choice(["allow", "ignore"]))
        chosen = self.unique(items, number_of)
        groups = {"allow": [], "ignore": [], "deny": []}
        for item in chosen:
            group = self.random.choice(["allow"] + (["ignore"] if ignores else []) +
                                       (["deny"] if denies else []))
            groups[group].append(item)
        for group in ("allow", "ignore"):
            if not groups[group]:
                continue
            words = []
            for item in groups[group]:
                if sized and self.maybe(0.3):
                    size = self.random.randint(0, 65535)
                    text = f"option: {item}, size: {size}"
                    if sized == "get" and self.maybe():
                        text += f", max: {self.random.randint(max(size, 1), 65535)}"
                    item = "{" + text + "}"
                words.append(item)
            parts.append(f"{group}: [" + ", ".join(words) + "]")
        if groups["deny"]:
            if self.maybe():
                parts.append("deny: [" + ", ".join(groups["deny"]) + "]")
            else:
                parts.append("deny: {" + ", ".join(f"{item}: {self.random.choice(ERRNOS)}"
                                                   for item in groups["deny"]) + "}")
        return parts

    def flow(self, parts):
        return "{" + ", ".join(parts) + "}"

    def prefix(self):
        bits = self.random.choice([32, 128])
        length = self.random.randint(0, bits)
        while True:
            value = self.random.getrandbits(bits) >> (bits - length) << (bits - length)
            if bits == 32:
                address = ipaddress.IPv4Address(value)
                break
            address = ipaddress.IPv6Address(value)
            if not (length >= 96 and address.ipv4_mapped):
                break
        text = str(address)
        return text if length == bits and self.maybe() else f"{text}/{length}"

    def port(self):
        edges = [0, 1, 443, 65534, 65535]
        first = self.random.choice(edges + [self.random.randint(0, 65535)])
        if self.maybe():
            return str(first)
        return f"{first}-{self.random.randint(first, 65535)}"

    def peer_rule(self):
        """A rule of connect: on addresses, hosts or both."""
        return self.address_rule(hosts=True)

    def peer(self, hosts):
        named = hosts and self.maybe(0.3)
        return f'"{self.random.choice(HOSTS) if named else self.prefix()}"'

    def vsock_port(self):
        edges = [0, 1, 1024, 70000, 4294967294]
        first = self.random.choice(edges + [self.random.randint(0, 4294967294)])
        last = self.random.choice(["any", self.random.randint(first, 4294967294)])
        return self.random.choice(["any", str(first), f"{first}-{last}"])

    def vsock_rule(self):
        verdict = self.random.choice(["allow", "deny"])
        parts = [f"{verdict}: " + self.one_or_list([f"vsock:{cid}" for cid in CIDS])]
        if self.maybe(0.8):
            parts.append("ports: [" + ", ".join(self.vsock_port() for _ in range(self.random.randint(1, 2))) + "]")
        if verdict == "deny" and self.maybe():
            parts.append("errno: " + self.random.choice(ERRNOS))
        return self.flow(parts)

    def address_rule(self, hosts=False):
        if self.maybe(0.15):
            return self.vsock_rule()
        verdict = self.random.choice(["allow", "deny"])
        prefixes = [self.peer(hosts) for _ in range(self.random.randint(1, 3))]
        parts = [f"{verdict}: " + (prefixes[0] if len(prefixes) == 1 else
                                   "[" + ", ".join(prefixes) + "]")]
        if self.maybe():
            ports = [self.port() for _ in range(self.random.randint(1, 3))]
            parts.append("ports: " + (ports[0] if len(ports) == 1 and self.maybe() else
                                      "[" + ", ".join(ports) + "]"))
        if self.maybe():
            parts.append("protocol: " + self.one_or_list(PROTOCOLS))
        if verdict == "deny" and self.maybe():
            parts.append("errno: " + self.random.choice(ERRNOS))
        return self.flow(parts)

    def socket_rule(self):
        verdict = self.random.choice(["allow", "deny"])
        parts = []
        if self.maybe(0.8):
            parts.append("family: " + self.one_or_list(FAMILIES))
        if self.maybe():
            parts.append("type: " + self.one_or_list(TYPES))
        if self.maybe():
            parts.append("protocol: " + self.one_or_list(PROTOCOLS))
        if verdict == "deny" and self.maybe():
            parts.append("errno: " + self.random.choice(ERRNOS))
        return self.flow([f"{verdict}: " + self.flow(parts)])

    def rules(self, key, rule, most):
        lines = [f"{key}:"]
        if self.maybe(0.7):
            lines.append("  default: " + self.verdict(False))
        count = self.random.randint(0, most)
        if count:
            lines.append("  rules:")
            lines += ["    - " + rule() for _ in range(count)]
        return lines if len(lines) > 1 else []

    def unix_socket(self, peers):
        """A socket of a rule on AF_UNIX: a name, or a mapping."""
        name = self.random.choice(SOCKETS)
        if self.maybe():
            return f"'{name}'"
        key = {"/": "path", "@": "abstract"}.get(name[0])
        parts = [f"{key}: '{name}'" if key else "unnamed: true"] if self.maybe(0.8) else []
        if self.maybe():
            parts.append("type: " + self.one_or_list(UNIX_TYPES))
        if peers and self.maybe():
            parts.append("peer: " + self.random.choice(PEERS))
        return self.flow(parts)

    def unix_rule(self, peers):
        verdict = self.random.choice(["allow", "deny"])
        sockets = [self.unix_socket(peers) for _ in range(self.random.randint(1, 3))]
        parts = [f"{verdict}: " + (sockets[0] if len(sockets) == 1 and self.maybe() else
                                   "[" + ", ".join(sockets) + "]")]
        if verdict == "deny" and self.maybe():
            parts.append("errno: " + self.random.choice(ERRNOS))
        return self.flow(parts)

    def unix(self):
        lines = []
        for key in self.some(["rights", "credentials"]):
            governs = key == "rights" and self.maybe(0.3)
            lines.append(f"  {key}: " + ("governed" if governs else self.verdict(False)))
        for key in self.some(["connect", "bind"]):
            lines += ["  " + line for line in
                      self.rules(key, lambda: self.unix_rule(key == "connect"), 8)]
        return ["unix:"] + lines if lines else []

    def option_number(self, text):
        level, name = text.split("/")
        level = {"IPPROTO_TCP": "6", "SOL_TCP": "6", "SOL_SOCKET": "1", "IPPROTO_IP": "0",
                 "SOL_IP": "0", "IPPROTO_IPV6": "41", "SOL_IPV6": "41"}.get(level, level)
        name = {"TCP_FASTOPEN": "23", "TCP_NODELAY": "1", "SO_RCVTIMEO": "20",
                "IP_TTL": "2", "IP_TOS": "1"}.get(name, name)
        if level == "1" and name in ("SCM_CREDENTIALS", "2"):
            name = "2"
        return level, name

    def flag_number(self, text):
        return {"0x10": "MSG_PROXY", "MSG_WAITFORONE": "0x10000"}.get(text, text)

    def ioctl_number(self, text):
        return IOCTL_ALIASES.get(text, text)

    def classed(self, inet):
        """What may be specified for one class of sockets."""
        lines = []
        for way in self.some(["get", "set"]):
            parts = self.lists(OPTIONS, self.option_number, way == "set", True, way)
            lines.append((f"options", f"{way}: " + self.flow(parts)))
        for way in self.some(["send", "recv"]):
            parts = self.lists(FLAGS, self.flag_number)
            lines.append(("flags", f"{way}: " + self.flow(parts)))
        result = []
        for section in ("options", "flags"):
            below = [text for key, text in lines if key == section]
            if below:
                result.append(f"{section}: " + self.flow(below))
        if self.maybe():
            parts = self.lists(MESSAGES, self.option_number)
            if inet and self.maybe():
                parts.append("received: " + self.flow(self.lists(MESSAGES, self.option_number,
                                                                 True, False)))
            result.append("control: " + self.flow(parts))
        if self.maybe():
            result.append("ioctls: " + self.flow(self.lists(IOCTLS, self.ioctl_number)))
        for switch in ("listen", "pair", "mmap"):
            if self.maybe(0.3):
                result.append(f"{switch}: " + self.verdict(False))
        return result

    def limits(self, inet, whole):
        parts = []
        if whole and self.maybe():
            most = self.random.choice([0, 1, 4096, 4294967295])
            parts.append(f"sockets: {most}" if self.maybe() else
                         f"sockets: {{max: {most}, errno: {self.random.choice(ERRNOS)}}}")
        if whole and self.maybe():
            floor = self.random.randint(0, 100)
            parts.append(f"backlog: [{floor}, {self.random.choice([0, floor, 2147483647])}]"
                         if floor else "backlog: [0, 128]")
        for key, most in (("option", 4294967295), ("control", 4294967295), ("address", 65535)):
            if self.maybe(0.3):
                parts.append(f"{key}: {self.random.choice([0, 1, 1024, most])}")
        if inet and self.maybe(0.3):
            parts.append(f"received: {self.random.choice([0, 1, 1024, 65535])}")
        return ["limits: " + self.flow(parts)] if parts else []

    def names(self):
        parts = []
        if self.maybe():
            resolvers = [f'"{text}"' for text in self.random.sample(RESOLVERS,
                                                                    self.random.randint(1, 4))]
            parts.append("resolvers: [" + ", ".join(resolvers) + "]")
        if self.maybe():
            parts.append("queries: " + self.random.choice(["listed", "any"]))
        if self.maybe():
            parts.append("hold: " + self.random.choice(["0", "1", "90s", "10m", "36h", "7d",
                                                        "604800"]))
        if self.maybe():
            parts.append(f"max: {self.random.choice([1, 4096, 65536])}")
        return ["names: " + self.flow(parts)] if parts else []

    def policy(self, name):
        lines = [f"personality: {name}"]
        if self.maybe():
            lines.append("base: " + self.random.choice(["host", "none", "gvisor", "gvisor-2020"]))
        if self.maybe():
            lines.append("providers: " + self.random.choice(["native", "[hostinet, native]",
                                                            "[native, hostinet]", "[hostinet]"]))
        if self.maybe(0.3):
            lines.append("mode: " + self.random.choice(["audit", "enforce"]))
        if self.maybe(0.3):
            lines.append("reveal: " + self.random.choice(["none", "denials"]))
        if self.maybe(0.3):
            lines.append("counters: " + self.random.choice(["least", "full"]))
        lines += self.rules("sockets", self.socket_rule, 6)
        lines += self.rules("connect", self.peer_rule, 8)
        lines += self.names() if self.maybe(0.3) else []
        for section in ("bind", "accept"):
            lines += self.rules(section, self.address_rule, 8)
        if self.maybe():
            lines += self.unix()
        lines += self.classed(True)
        lines += self.limits(True, True)
        for key in self.some(["inet", "others"]):
            inner = self.classed(key == "inet") + self.limits(key == "inet", False)
            if inner:
                lines.append(f"{key}:")
                lines += ["  " + line for line in inner]
        return "\n".join(lines) + "\n"


def main():
    directory, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for i in range(count):
        generator = Generator(seed * 1000003 + i)
        with open(f"{directory}/{i}.yaml", "w", encoding="utf-8") as file:
            file.write(generator.policy(f"random-{i}"))


if __name__ == "__main__":
    main()
