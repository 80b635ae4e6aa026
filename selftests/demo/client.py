# SPDX-License-Identifier: GPL-2.0
#
# client.py PORT PATH...
#
# What selftests/demo/run wants to know from inside a cgroup, as lines "KEY VALUE": the digest of
# each PATH fetched from the server at PORT, then what a few socket calls answer. Last come
# three listening sockets, which stay until standard input ends.

import errno
import hashlib
import socket
import sys
import urllib.request


def answer(key, call):
    try:
        value = call()
    except OSError as error:
        value = errno.errorcode[error.errno]
    print(key, value, flush=True)


def digest(url):
    with urllib.request.urlopen(url, timeout=60) as reply:
        return hashlib.sha256(reply.read()).hexdigest()


def raw():
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP):
        return "created"


def get_congestion():
    with socket.socket() as s:
        s.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)
        return "answered"


def set_keepalive():
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def identity():
    with socket.socket(socket.AF_INET6) as s:
        return ",".join(str(s.getsockopt(socket.SOL_SOCKET, name)) for name in
                        (socket.SO_DOMAIN, socket.SO_TYPE, socket.SO_PROTOCOL))


def listener(backlog):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(backlog)
    listeners.append(s)
    return s.getsockname()[1]


listeners = []
if len(sys.argv) > 1:
    port = sys.argv[1]
    for host in "127.0.0.1", "[::1]":
        for path in sys.argv[2:]:
            url = f"http://{host}:{port}/{path}"
            answer(url, lambda: digest(url))
answer("raw", raw)
answer("get", get_congestion)
answer("set", set_keepalive)
answer("identity", identity)
for backlog in 4096, 1, 0:
    answer(f"listen{backlog}", lambda: listener(backlog))
print("done", flush=True)
sys.stdin.read()
