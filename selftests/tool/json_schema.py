#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
json_schema.py FOLDER [FILE...]: are the outputs in the files as the schemas in FOLDER say?

A file is called NAME.ANYTHING for the schema NAME. It has a JSON value, or one in each line. A member that
the schema does not know is an error here, although readers have to expect new ones. Errors are written a
line each, and make the exit status 1. The schemas themselves are checked, too.
"""

import json
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)

import jsonschema  # pylint: disable=wrong-import-position

SCHEMA = ".schema.json"
ID = "https://persock.example/json/1/"


def strict(schema):
    """The same schema, which allows no other members."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: strict(value) if key != "enum" else value for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        schema["additionalProperties"] = False
    return schema


def values(text):
    """One value, or one in each line."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def errors(schemas, path):
    name = path.name.split(".")[0]
    text = path.read_text()
    if not text.strip():
        yield "there is no output"
        return
    schema = schemas[ID + name + SCHEMA]
    resolver = jsonschema.RefResolver(base_uri=schema["$id"], referrer=schema, store=schemas)
    validator = jsonschema.Draft7Validator(schema, resolver=resolver)
    for value in values(text):
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        if error:
            yield f"{'.'.join(map(str, error.absolute_path))}: {error.message}"


def main():
    schemas, status = {}, 0
    for path in pathlib.Path(sys.argv[1]).glob("*" + SCHEMA):
        schema = json.loads(path.read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        assert schema["$id"] == ID + path.name, schema["$id"]
        schemas[schema["$id"]] = strict(schema)
    for path in map(pathlib.Path, sys.argv[2:]):
        for error in errors(schemas, path):
            status = 1
            print(f"{path.name}: {error}"[:300])
    sys.exit(status)


if __name__ == "__main__":
    main()
