# SPDX-License-Identifier: GPL-2.0
"""
The command line, for policy_offline: help on each command, in the manual page and the completions as
well, and the exit status of explain --expect. Functions get tool(), which runs the tool, and expect().
"""

import os
import re
import shutil
import subprocess

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../tools/persock")
EXPECTED = (
    # what is expected, the operation, the exit status
    ("allow", "connect tcp 10.0.0.1:1", 0),
    ("deny", "connect tcp 10.0.0.1:1", 1),
    ("deny", "connect tcp 192.0.2.1:1", 0),
    ("EPERM", "connect tcp 192.0.2.1:1", 0),
    ("1", "connect tcp 192.0.2.1:1", 0),
    ("EACCES", "connect tcp 192.0.2.1:1", 1),
    ("allow", "connect tcp 192.0.2.1:1", 1),
    ("ignore", "setsockopt SOL_SOCKET/SO_MARK", 0),
    ("allow", "setsockopt SOL_SOCKET/SO_MARK", 1),
    ("deny", "setsockopt SOL_SOCKET/SO_MARK", 1),
    # A socket that cannot be created is not used.
    ("allow", "connect udp 10.0.0.1:1", 1),
    ("deny", "connect udp 10.0.0.1:1", 0),
)
POLICY = b"""\
base: host
sockets: {rules: [{deny: {family: inet, type: dgram, errno: EACCES}}]}
connect: {default: EPERM, rules: [{allow: 10.0.0.0/8}]}
options: {set: {ignore: [SOL_SOCKET/SO_MARK]}}
"""


def read(name):
    with open(f"{FOLDER}/{name}", encoding="utf-8") as file:
        return file.read()


def test(tool, expect, program):
    helps(tool, expect)
    bash(tool, expect)
    shells(expect, program)
    for answer, operation, status in EXPECTED:
        done = tool("explain", "--expect", answer, "-", "--", *operation.split(), text=POLICY)
        expect(done.returncode == status and done.stdout, answer, operation, "ends with", done.returncode)
        said = done.stderr.decode().splitlines()[-1:]
        expect(status == 0 or said[0].startswith(f"persock: {operation}: {answer} was expected, not "), said)
    done = tool("explain", "--expect", "no", "-", "--", "mmap", text=POLICY)
    expect(done.returncode == 2, "--expect takes no")


def bash(tool, expect):
    """It offers each command of the help."""
    offered = subprocess.run(["bash", "-c", f"cur=; . {FOLDER}/completion; _persock_commands; echo ${{COMPREPLY[*]}}"],
                             capture_output=True, check=True).stdout.decode().split()
    commands = re.findall(r"^  ([a-z][a-z-]*)\b", tool("help").stdout.decode(), re.M)
    expect(set(offered) == set(commands), "bash offers", offered, "of", commands)


def shells(expect, program):
    """What the completions offer; of a shell that is not installed, nothing is known."""
    environment = dict(os.environ, PATH=f"{os.path.dirname(program)}:{os.environ['PATH']}")
    if shutil.which("fish"):
        for line, wanted in (("persock st", {"status"}), ("persock help di", {"diff"}),
                             ("persock personality ", {"add", "set", "show", "del"}),
                             ("persock explain host -- li", {"listen"}),
                             ("persock explain host -- pair inet se", {"seqpacket"}),
                             ("persock run --provider native -p gvisor-", {"gvisor-2020"}),
                             ("persock monitor --operation mm", {"mmap"}), ("persock sockets --al", {"--all"})):
            said = subprocess.run(["fish", "--no-config", "-c", f"source {FOLDER}/completion.fish; complete -C '{line}'"],
                                  capture_output=True, check=False, env=environment)
            words = {word.split("\t")[0] for word in said.stdout.decode().splitlines()}
            expect(words == wanted and not said.stderr, line, "is completed by", words, said.stderr)
    if shutil.which("zsh"):
        said = subprocess.run(["zsh", "-n", f"{FOLDER}/completion.zsh"], capture_output=True, check=False)
        expect(said.returncode == 0 and not said.stderr, "completion.zsh:", said.stderr)


def helps(tool, expect):
    whole = tool("help").stdout.decode()
    commands = {match[1] for match in re.finditer(r"^  ([a-z][a-z-]*)\b", whole, re.M)}
    expect(len(commands) > 15, commands)
    page = read("persock.8").replace("\\-", "-")
    completions = {name: read(name) for name in ("completion", "completion.zsh", "completion.fish")}
    for command in sorted(commands):
        done = tool("help", command)
        text = done.stdout.decode()
        expect(done.returncode == 0 and text.startswith(f"persock {command}"), command, "has no help:", done)
        expect(max(map(len, (whole + text).splitlines())) <= 80, command, "has a long line of help")
        expect(tool(command, "--help").stdout == done.stdout, command, "--help is another help")
        expect(re.search(rf"\b{command}\b", page), command, "is not in the manual page")
        for name, words in completions.items():
            expect(re.search(rf"\b{command}\b", words), command, "is not in", name)
            for option in set(re.findall(r"--([a-z-]+)", text)):
                expect(f"--{option}" in page, command, option, "is not in the manual page")
                expect(re.search(rf"\b{option}\b", words), command, option, "is not in", name)
    expect(tool("help", "statsu").returncode == 2, "there is a command statsu")
    expect(tool("help", "status", "doctor").returncode == 2, "help takes two commands")
