#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
policy_mutate.py DIR COUNT [SEED]: write COUNT broken (and a few unharmed) policy files.

Each is one of policy_random.py's with bytes flipped, words swapped for others that mean
something elsewhere, lines cut, repeated or moved, brackets dropped, or the whole nested.
"""

import random
import re
import sys

from policy_random import Generator

WORDS = ["allow", "deny", "ignore", "default", "rules", "errno", "EACCES", "-1", "0", "65536",
         "4294967296", "99999999999999999999", "0x", "~", "null", "", "{}", "[]", "[[]]", "{a: b}",
         "*a", "&a x", "!!binary aa", "|", ">", "---", "...", "%YAML 9.9", "\t", "\0", "\u2028",
         "\ufeff", "AF_INET", "inet", "tcp", "SOL_SOCKET/", "/", "SOL_SOCKET/SO_EROR", "10.0.0.0/33",
         "::/129", "::ffff:1.2.3.4/120", "1-0", "65535-65536", "base: host", "personality: x",
         "/run/*", "/a/../b", "@", "@*", "unnamed", "governed", "same", "/x\\x2", "path: /x",
         "a.example", '"*"', "8d", "system", "names: {}", "x." * 130,
         "\"", "'", "#", "? x", ": :", "<<: {}", "x" * 70, "[" * 40, "{" * 40, "a: " * 30]


def mutate(text, rng):
    data = bytearray(text.encode())
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        kind = rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 8] + [9] * 12)
        at = rng.randrange(len(data) + 1)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at:at] = rng.choice(WORDS).encode()
        elif kind == 2:
            del data[at:at + rng.randrange(1, 30)]
        elif kind == 3:
            data = data[:at]
        elif kind == 4:
            end = min(len(data), at + rng.randrange(1, 200))
            data[at:at] = data[at:end]
        elif kind == 5:
            lines = bytes(data).split(b"\n")
            rng.shuffle(lines)
            data = bytearray(b"\n".join(lines))
        elif kind == 6:
            words = bytes(data).split(b" ")
            words[rng.randrange(len(words))] = rng.choice(WORDS).encode()
            data = bytearray(b" ".join(words))
        elif kind == 7:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 20)))
        elif kind == 8:
            data = bytearray(b"connect: " + data)
        else:
            # Still YAML, most of the time: what is wrong is found by what reads policies.
            words = list(re.finditer(rb"[A-Za-z0-9_./:-]*[A-Za-z0-9]", bytes(data)))
            if words:
                word = rng.choice(words)
                other = rng.choice([rng.choice(words)[0], rng.choice(WORDS).encode(),
                                    word[0][:-1], word[0] + b"0", word[0].swapcase()])
                data[word.start():word.end()] = other
    return bytes(data)


def mutated(number, name, seed=1):
    """The text of one mutation, the same each time."""
    return mutate(Generator(seed * 9000011 + number).policy(name),
                  random.Random(seed * 7000003 + number))


def main():
    directory, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for i in range(count):
        with open(f"{directory}/{i}.yaml", "wb") as file:
            file.write(mutated(i, "mutated", seed))


if __name__ == "__main__":
    main()
