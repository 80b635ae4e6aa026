# SPDX-License-Identifier: GPL-2.0
"""
The JSON Schema of policy files, for policy_offline: what the tool reads is valid, and what no key takes
is not. Functions get tool(), which runs the tool, and expect().
"""

import json

import jsonschema
import yaml

import policy_random

POLICIES = 100

VALID = (
    "reveal: denials",
    "sockets: {rules: [{allow: {family: inet, type: [stream, 2], protocol: 6}}]}",
    "connect: {rules: [{allow: [10.0.0.1, a.example.com], ports: [443, 8000-8099]}]}",
    "options: {get: {allow: [{option: SOL_SOCKET/SO_ERROR, size: 4, max: 4}, 1/2]}}",
    "options: {set: {deny: {SOL_SOCKET/SO_MARK: EPERM, SOL_SOCKET/SO_ERROR: 1}}}",
    "names: {resolvers: system, hold: 10m, queries: any}",
    "limits: {sockets: {max: 4, errno: ENFILE}, backlog: [8, 1024]}",
    "others: {limits: {option: 3}}",
    "unix: {rights: governed, connect: {rules: [{allow: [/x, {unnamed: true, type: [stream, 5], peer: same}]}]}}",
    "unix: {bind: {default: EACCES, rules: [{deny: {abstract: '@x*'}, errno: EPERM}, {allow: unnamed}]}}",
    "ioctls: {deny: [FIONREAD, {SIOCGSTAMP: EPERM}]}",
)
INVALID = (
    "mode: loose",
    "reveal: all",
    "counters: all",
    "sockets: {default: perhaps}",
    "sockets: {rules: [{allow: {family: inet}, deny: {family: inet}}]}",
    "connect: {rules: [{ports: 1}]}",
    "connect: {rules: [{allow: 10.0.0.1, ports: 4294967296}]}",
    "options: {set: {allow: [{option: SOL_SOCKET/SO_ERROR, max: 4}]}}",
    "options: {get: {allow: [{size: 4}]}}",
    "others: {limits: {received: 3}}",
    "inet: {limits: {sockets: 3}}",
    "network: {from: /proc/1/ns/net}",
    "limits: {backlog: [8]}",
    "unix: {credentials: governed}",
    "unix: {connect: {rules: [{allow: x}]}}",
    "unix: {connect: {rules: [{allow: {unnamed: false}}]}}",
    "unix: {connect: {rules: [{allow: {peer: other}}]}}",
    "personality: -a",
)


def test(tool, expect, places, examples):
    schema = json.loads(tool("keys", "--schema").stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)

    def problem(text):
        return jsonschema.exceptions.best_match(validator.iter_errors(yaml.safe_load(text)))

    for path in examples:
        with open(path, encoding="utf-8") as file:
            wrong = problem(file.read())
        expect(wrong is None, path, "is not valid:", wrong)
    for number in range(POLICIES):
        text = policy_random.Generator(number).policy("schema")
        wrong = problem(text)
        expect(wrong is None, number, "is not valid:", wrong, text)
    for text in VALID:
        expect(problem(text) is None and tool("check", text=text.encode()).returncode == 0, text, problem(text))
    for text in INVALID:
        expect(problem(text) and tool("check", text=text.encode()).returncode == 1, text, "is valid")
    # All keys are in it: a key that no place has is not valid, and each key of a place has a schema.
    for place in json.loads(tool("-j", "keys").stdout):
        form = places.get(place["place"])
        if not form:
            continue
        expect("'unheard-of' was unexpected" in str(list(deep(validator.iter_errors(
            yaml.safe_load(form % "unheard-of: 1"))))), place["place"], "takes any key")
        for key in place["keys"]:
            said = str(list(deep(validator.iter_errors(yaml.safe_load(form % f"{key['key']}: [[x]]")))))
            expect(said != "[]" and f"'{key['key']}' was unexpected" not in said, key, "has no schema:", said)


def deep(errors):
    """The messages of errors, and of those in alternatives."""
    for error in errors:
        yield error.message
        yield from deep(error.context)
