# SPDX-License-Identifier: GPL-2.0
"""
Policies as layers, for policy_offline: questions to them, what they answer together if each of them
answers alone, and questions that a rule matches.
"""

import ipaddress

import policy_random

WITH_PORTS = ("tcp", "udp", "udplite", "sctp", "dccp")


def together(answers):
    """The verdict, the errno and the layer of several answers, the outermost first."""
    ignores = None
    for number, answer in enumerate(answers, 1):
        if answer["mode"] == "audit":
            continue
        if answer["verdict"] == "deny":
            return "deny", answer["errno_name"], number
        if answer["verdict"] == "ignore" and not ignores:
            ignores = "ignore", None, number
    return ignores or ("allow", None, None)


def endpoint(address, protocol, port):
    if protocol not in WITH_PORTS:
        return f"{protocol} {address}"
    return f"{protocol} [{address}]:{port}" if ":" in address else f"{protocol} {address}:{port}"


def address_within(random, prefix):
    """Text of an address that explain judges as it is: no other one stands for it."""
    network = ipaddress.ip_network(prefix)
    for _ in range(20):
        address = network[random.randrange(min(network.num_addresses, 2 ** 62))]
        if not address.is_unspecified and not (address.version == 6 and address.ipv4_mapped):
            return str(address)
    return None


def of_address_rule(random, section, rule):
    """Questions that a rule on addresses matches."""
    first, _, last = str(rule.get("ports", "0-65535")).partition("-")
    ports = [int(first), int(last or first), random.randint(int(first), int(last or first))]
    protocols = [rule["protocol"]] if "protocol" in rule else ["tcp", "udp", "sctp", "icmp", "99"]
    for protocol in protocols:
        for port in ports:
            address = address_within(random, rule.get("allow") or rule["deny"])
            # Without ports, the port is 0.
            if address and (protocol in WITH_PORTS or first == "0"):
                yield f"{section} {endpoint(address, protocol, port)}"
                if section == "connect":
                    yield f"sendto {endpoint(address, protocol, port)}"


def of_vsock_rule(random, section, rule):
    """Addresses of AF_VSOCK that a rule matches."""
    cid = (rule.get("allow") or rule["deny"]).removeprefix("vsock:")
    first, _, last = str(rule.get("ports", "0-any")).partition("-")
    last = last or first
    middle = "any" if "any" in (first, last) else str(random.randint(int(first), int(last)))
    for port in (first, last, middle):
        for number in (["1", "2", "3", "77"] if cid == "any" else [cid]):
            yield f"{section} vsock {number}:{port}"
            if section == "connect":
                yield f"sendto vsock {number}:{port}"
        if cid == "any" and section == "bind":
            yield f"bind vsock any:{port}"


def of_socket_rule(random, rule):
    """Requests that a rule on sockets matches."""
    rule = rule.get("allow", rule.get("deny"))
    for _ in range(10):
        family = rule.get("family") or random.choice(["inet", "inet6", "unix", "netlink", "packet",
                                                      "vsock"])
        kind = rule.get("type") or random.choice(["stream", "dgram", "raw", "seqpacket"])
        protocol = rule.get("protocol", random.choice(["0", "6", "17", "262", "1000"]))
        yield f"socket {family} {kind} {protocol}"


def of_unix_rule(random, section, rule):
    """Sockets of AF_UNIX that a rule matches."""
    socket = rule.get("allow", rule.get("deny"))
    if isinstance(socket, str):
        socket = {"path" if socket[0] == "/" else "abstract": socket} if socket != "unnamed" else \
                 {"unnamed": "true"}
    for _ in range(20):
        name = socket.get("path") or socket.get("abstract") or ("unnamed" if socket.get("unnamed") else
                                                                random.choice(policy_random.SOCKETS))
        if name.endswith("*"):
            name = name[:-1] + random.choice(["docker.sock", "user/1000/bus", "run/x", "b", "\\x2a"])
        options = f" --type {socket.get('type') or random.choice(['stream', 'dgram', 'seqpacket'])}"
        # Without a peer, no rule with one is asked.
        peer = socket.get("peer") or random.choice(["/elsewhere"] + policy_random.PEERS)
        if peer and section == "connect":
            deeper = peer.startswith("/") and random.random() < 0.5
            options += f" --peer {peer.rstrip('/') + '/x' if deeper else peer}"
        yield f"{section} unix {name.replace(' ', chr(92) + 'x20')}{options}"


def of_item(random, policy, item):
    """Pairs of a family and a question that a rule matches, which show --effective remarks on."""
    section = item["section"]
    families = ["inet", "netlink"]
    for prefix, family in (("inet.", "inet"), ("others.", "netlink")):
        if section.startswith(prefix):
            section = section.removeprefix(prefix)
            families = [family]
    name = item.get("item")
    if section in ("connect", "bind", "accept"):
        rule = policy[section]["rules"][item["rule"] - 1]
        vsock = str(rule.get("allow") or rule["deny"]).startswith("vsock:")
        questions = (of_vsock_rule if vsock else of_address_rule)(random, section, rule)
        families = ["inet"]
    elif section == "sockets":
        questions = of_socket_rule(random, policy["sockets"]["rules"][item["rule"] - 1])
        families = ["inet"]
    elif section == "unix.rights":
        questions, families = ["control SOL_SOCKET/SCM_RIGHTS"], ["unix"]
    elif section == "unix.credentials":
        questions, families = ["control SOL_SOCKET/SCM_CREDENTIALS"], ["unix"]
    elif section in ("unix.connect", "unix.bind"):
        section = section.removeprefix("unix.")
        rule = policy["unix"][section]["rules"][item["rule"] - 1]
        questions, families = of_unix_rule(random, section, rule), ["unix"]
    elif section == "pair":
        questions = [f"pair {family} stream" for family in families]
        families = families[:1]
    elif section.startswith("options."):
        operation = section.removeprefix("options.") + "sockopt"
        questions = [f"{operation} {name}", f"{operation} {name} 0", f"{operation} {name} 9"]
    elif section.startswith("flags."):
        operation = section.removeprefix("flags.")
        questions = [f"{operation} {name}", f"{operation} {name} MSG_WAITALL MSG_MORE"]
    else:
        operation = {"ioctls": "ioctl"}.get(section, section)
        questions = [f"{operation} {name or ''}"]
    return [(family, question) for question in list(questions) for family in families]


def anything(random, number):
    """Questions about whatever the random policies are about."""
    for _ in range(number):
        address = random.choice(["10.1.2.3", "127.0.0.1", "224.0.0.1", "::1", "ff02::1",
                                 str(ipaddress.IPv4Address(random.getrandbits(32))),
                                 str(ipaddress.IPv6Address(random.getrandbits(128)))])
        protocol = random.choice(["tcp", "udp", "sctp", "icmp"])
        host = random.choice(policy_random.HOSTS).replace("*", "x.y")
        unix = list(of_unix_rule(random, random.choice(["connect", "bind"]), {"allow": {}}))
        yield random.choice([
            *unix[:2],
            f"connect {endpoint(address, protocol, 443)}",
            f"sendto {endpoint(address, protocol, 1)}",
            f"bind {endpoint(address, protocol, 0)}",
            f"accept {endpoint(address, protocol, 65535)}",
            f"connect {protocol} {host}" + (":443" if protocol in WITH_PORTS else ""),
            f"query {host}",
            f"{random.choice(['connect', 'sendto', 'bind', 'accept'])} vsock "
            f"{random.choice([1, 2, 3])}:{random.choice([0, 1024, 70000, 4294967294])}",
            "listen", "mmap",
            f"getsockopt {random.choice(policy_random.OPTIONS)}",
            f"getsockopt {random.choice(policy_random.OPTIONS)} {random.randint(0, 65535)}",
            f"setsockopt {random.choice(policy_random.OPTIONS)}",
            f"setsockopt {random.choice(policy_random.OPTIONS)} {random.randint(0, 65535)}",
            f"send {random.choice(policy_random.FLAGS)} {random.choice(policy_random.FLAGS)}",
            f"recv {random.choice(policy_random.FLAGS)} {random.choice(policy_random.FLAGS)}",
            f"control {random.choice(policy_random.MESSAGES)}",
            f"ioctl {random.choice(policy_random.IOCTLS)}",
            f"socket {random.choice(['inet', 'inet6', 'unix', 'netlink', 'packet'])} "
            f"{random.choice(['stream', 'dgram', 'raw', 'seqpacket'])} "
            f"{random.choice(['0', '6', '17', '132'])}",
        ])
