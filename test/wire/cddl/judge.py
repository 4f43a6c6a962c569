"""Asks other people's CDDL libraries what they make of protocol.cddl and of bytes.

`judge.py` alone prints the names of the libraries that are there, as a JSON list. `judge.py NAME`
reads {"cddl": TEXT, "asks": [[RULE, HEX], ...]} and prints a JSON list: true where the bytes fit.
"""

import json
import sys


def cddl_verifier(cddl, asks):
    """Strict: it also refuses members that the shape does not name."""
    import cddl_verifier as library

    found = library.schema_diagnostics(cddl)
    if found:
        raise SystemExit("\n".join(str(one) for one in found))
    validator = library.Validator(cddl)
    return [bool(validator.validate(bytes.fromhex(data), rule)) for rule, data in asks]


def pycddl(cddl, asks):
    """The Rust crate: it lets more members pass in an empty map and in a choice of maps."""
    import pycddl as library

    schemas = {rule: library.Schema(f"root = {rule}\n{cddl}") for rule, _ in asks}

    def fits(rule, data):
        try:
            schemas[rule].validate_cbor(bytes.fromhex(data))
            return True
        except library.ValidationError:
            return False

    return [fits(rule, data) for rule, data in asks]


JUDGES = {"cddl_verifier": cddl_verifier, "pycddl": pycddl}


def is_there(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False


if len(sys.argv) == 1:
    print(json.dumps([name for name in JUDGES if is_there(name)]))
else:
    work = json.load(sys.stdin)
    print(json.dumps(JUDGES[sys.argv[1]](work["cddl"], work["asks"])))
