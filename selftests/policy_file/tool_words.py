# SPDX-License-Identifier: GPL-2.0
"""
The command line, for policy_offline: help on each command, in the manual page and the completions as
well, and the exit status of explain --expect. Functions get tool(), which runs the tool, and expect().
"""

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import termios

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
    options(tool, expect, program)
    terminal(tool, expect, program)
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


# How the words that a shell offers for the last one of $LINE are printed. zsh has no terminal: what it would
# hand to its own functions is printed.
OFFERS = {
    "bash": ("-c", """. "$1/completion" || exit; COMP_WORDS=($LINE); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _persock
             printf '%s\\n' "${COMPREPLY[@]}" """, "bash"),
    "fish": ("--no-config", "-c", "source $argv[1]/completion.fish; complete -C $LINE"),
    "zsh": ("-f", "-c", """_arguments() {
        [[ $1 == -C ]] && { state=arguments words=($words[2,-1]) CURRENT=$((CURRENT - 1)); return 1; }
        print -rl -- $@
    }
    words=(${=LINE}) CURRENT=$#words
    for name in _describe _wanted _alternative _path_files _files compadd; do eval "$name() { :; }"; done
    source <(sed '$d' $1/completion.zsh); _persock""", "zsh"),
}


def offered(shell, line, program):
    environment = dict(os.environ, LINE=line, PATH=f"{os.path.dirname(program)}:{os.environ['PATH']}")
    done = subprocess.run([shell, *OFFERS[shell], FOLDER], capture_output=True, check=False, env=environment)
    words = re.findall(r"--[a-z-]+[a-z]", done.stdout.decode())
    return set(words), done.stderr.decode()


def options(tool, expect, program):
    """Each shell that is installed offers each option of a command's help, and no other one."""
    whole = tool("help").stdout.decode()
    everywhere = {"--json", "--pretty", "--help"}
    for shell in filter(shutil.which, OFFERS):
        for command in sorted(set(re.findall(r"^  ([a-z][a-z-]*)\b", whole, re.M))):
            wanted = set(re.findall(r"--[a-z-]+[a-z]", tool("help", command).stdout.decode()))
            verb = "add " if command == "personality" else ""
            words, said = offered(shell, f"persock {command} {verb}--", program)
            expect(words - everywhere == wanted - everywhere and not said, shell, "offers", sorted(words),
                   "for", command, "whose help has", sorted(wanted), said)


def on_terminal(program, *arguments):
    """What the tool prints on a terminal of 80 columns."""
    own, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    with subprocess.Popen([program, *arguments], stdout=its) as process:
        os.close(its)
        said = b""
        while True:
            try:
                said += os.read(own, 65536)
            except OSError:     # it has ended
                break
        os.close(own)
        process.wait()
    return said.decode().replace("\r", "")


def terminal(tool, expect, program):
    """Lines are broken for a terminal, and for nothing else; the words are the same."""
    for command in ("keys",):
        whole, broken = tool(command).stdout.decode(), on_terminal(program, command)
        expect(whole.split() == broken.split(), command, "says something else on a terminal:", broken)
        expect(max(map(len, broken.splitlines())) <= 80 < max(map(len, whole.splitlines())), command, "prints", broken)


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
