# SPDX-License-Identifier: GPL-2.0
"""
The messages of the tool, for policy_offline: a test names each of them. Functions get expect().

A message is the format of an error or a warning in the sources of the tool. A test names it if the test has four
words of it that follow each other, or all of a shorter one.
"""

import os
import re
import subprocess

REPOSITORY = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../..")
CALL = re.compile(r'\b(?:report_error|report_warning|usage_error|yaml_error|warn_line)'
                  r'\(((?:[^;"]|"(?:[^"\\]|\\.)*")*?)\)\s*[;,)]')
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
# Strings that stand together, perhaps with a constant between them.
FORMAT = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s*[A-Z][A-Za-z0-9_]*\s*"(?:[^"\\]|\\.)*"|\s*"(?:[^"\\]|\\.)*")*')
WORDS = 4

# What no test can provoke, and why.
EXCEPTIONS = {
    "the policy cannot be loaded:": "a record is smaller than a policy may be",
    "out of memory": "an allocation of some bytes does not fail",
    "it is older than this tool": "there is no older module with this interface",
    "the kernel's reply for the netlink family": "the kernel's replies have it",
    "/proc/self/exe:": "what runs has an executable file",
    "the schema knows no value": "a kind of value without a schema; policy_schema.py has all keys",
    "cannot be formatted without a change": "a mistake of the tool; policy_format.py has random files",
    "cannot kill the processes left in": "cgroup.kill is written by root",
    "note: the sockets of": "root reads the descriptors of each process",
    "denials were dropped: more names": "of one command, faster than they are read",
}


def read(name):
    with open(os.path.join(REPOSITORY, name), encoding="utf-8", errors="replace") as file:
        return file.read()


def files(*paths):
    listed = subprocess.run(["git", "-C", REPOSITORY, "ls-files", *paths], capture_output=True, check=True)
    return listed.stdout.decode().split()


def flat(text):
    """As it is said: without the escapes of strings, patterns and quotes."""
    return re.sub(r"\s+", " ", text.replace("\\", ""))


def messages():
    """Pairs of the file and the message."""
    for name in files("tools/persock"):
        if not name.endswith(".c"):
            continue
        for call in CALL.finditer(read(name)):
            # The formats of both cases, if there are two; of short strings, the first.
            for number, form in enumerate(FORMAT.findall(call[1])):
                text = "".join(TEXT.findall(re.sub(r'"\s*(PRI\w+)\s*"', "d", re.sub(
                    r'"\s*[A-Z]+_?[A-Z]*\s*"', "%s", form))))
                words = re.findall("[a-z]+", re.sub(r"%[-0-9.*]*[a-z]+", "", text))
                if len(words) > (4 if number else 1) and re.search("[a-z]{3}", text):
                    yield name, text


def is_named(message, tests):
    for piece in re.split(r"%[-0-9.*]*[a-z]+", message):
        words = flat(piece).split()
        if len(words) < 2 and len(flat(message).split()) > 2:
            continue
        for first in range(max(1, len(words) - WORDS + 1)):
            if " ".join(words[first:first + WORDS]) in tests:
                return True
    return False


def test(expect):
    own = os.path.basename(__file__)
    tests = flat("\n".join(read(name) for name in files("selftests", "kunit") if not name.endswith(own)))
    unnamed = [f"{name}: {message}" for name, message in messages()
               if not any(flat(exception) in flat(message) for exception in EXCEPTIONS)
               and not is_named(message, tests)]
    expect(not unnamed, "no test has", *(f"\n{line}" for line in unnamed))
