#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
openmetrics.py FILE [EXPRESSION]: is it OpenMetrics text?

Checks what a reader of OpenMetrics relies on: a family has HELP and TYPE before its samples and all
of them together, a unit is the end of its name, the samples of a counter end in _total, no two samples
have the same labels, and the text ends with "# EOF". Then EXPRESSION must be true; in it m is a
function of a sample's name and labels, and gives the value, or None.
"""

import re
import sys

SAMPLE = re.compile(r'([a-z_][a-z0-9_]*)(?:\{(.*)\})? ([0-9]+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)')


def read(text):
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""], lines[-2:]
    families, samples, now = {}, {}, None
    for line in lines[:-2]:
        if line.startswith("# "):
            kind, name, rest = line[2:].split(" ", 2)
            if kind == "HELP":
                assert name not in families, f"{name} is in two places"
                now, families[name] = name, {}
            assert name == now and kind not in families[name] and not families[name].get("samples"), line
            assert kind in ("HELP", "TYPE", "UNIT"), line
            families[name][kind] = rest
            assert kind != "TYPE" or rest in ("gauge", "counter"), line
            assert kind != "UNIT" or name.endswith("_" + rest), line
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        family = families[now]
        family["samples"] = True
        assert match[1] == now + ("_total" if family["TYPE"] == "counter" else ""), line
        labels = LABEL.findall(match[2] or "")
        assert ",".join(f'{name}="{value}"' for name, value in labels) == (match[2] or ""), line
        key = match[1], frozenset(labels)
        assert key not in samples, f"{line}: is there twice"
        samples[key] = int(match[3])
    return samples


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        samples = read(file.read())

    def m(name, **labels):
        return samples.get((name, frozenset(labels.items())))

    for expression in sys.argv[2:]:
        assert eval(expression, {"m": m}), expression  # pylint: disable=eval-used


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"{error}")
