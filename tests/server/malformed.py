"""Wrong input made from the document: of every body and parameter, every way to be wrong, and how it should be named."""
import copy
import json

WRONG = {"string": [5, 1.5, True, None, [], {}], "integer": ["5", 1.5, True, None, [], {}],
         "number": ["5", True, None, [], {}], "boolean": ["true", 1, None, [], {}],
         "object": ["x", 5, True, None, []], "array": ["x", 5, True, None, {}]}

#: Bodies that are wrong whatever they are for; there may be no member to point at.
NO_OBJECTS = [b"", b" ", b"{", b"}", b"[]", b"null", b"5", b'"x"', b"{}}", b"{}{}", b"NaN", b'{"a":NaN}', b'{"a":Infinity}',
              b'{"a":1e999}', b'{"a":' + b"9" * 400 + b"}", b'{"a":-9223372036854775809}', b'{"a":0x10}', b'{"a":01}',
              b"{'a':1}", b'{"a":1,}', b'{a:1}', b'{"a":1} // no', b"/* no */{}", b"\xef\xbb\xbf{}", b'{"a":"\xff"}',
              b'{"a":"\xc0\xaf"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\\ud800"}', b'{"a":"\\udc00\\ud800"}', b'{"a":"\\ud800x"}',
              b'{"a":"\\u0000"}', b'{"a\\u0000":1}', b'{"a":"\\x41"}', b'{"a":"\n"}', b"\x00" * 20, b"[" * 50000,
              b'{"a":' * 8000, b"[" * 23 + b"]" * 23, b'{"a":' * 30 + b"1" + b"}" * 30]


def follow(contract, schema):
    schema = contract.follow(schema)
    if "oneOf" in schema and "properties" not in schema:
        schema = contract.follow(schema["oneOf"][0])
    return schema


def put(body, path, value):
    """A copy of @body with something else at @path."""
    made = copy.deepcopy(body)
    place = made
    for step in path[:-1]:
        place = place[step]
    if value is dropped:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made


def dropped():
    """Stands for a member that is not there."""


def name(path):
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def bodies(contract, schema, body, path=(), place=None):
    """Pairs: a body with one thing wrong, and the field that should be named."""
    schema, place = follow(contract, schema), body if place is None else place
    if schema.get("type") == "array":
        yield from bodies(contract, schema["items"], body, path + (0,), place[0])
        yield from ((put(body, path + (0,), value), name(path + (0,))) for value in ("x", 5, None, []))
        return
    yield put(body, path + ("dance",), 1), name(path + ("dance",))
    for member, about in schema["properties"].items():
        here, about = path + (member,), follow(contract, about)
        if member in schema.get("required", []):
            yield put(body, here, dropped), name(here)
        for value in WRONG.get(about.get("type"), []):
            yield put(body, here, value), name(here)
        if "maxLength" in about:
            yield put(body, here, "x" * (about["maxLength"] + 1)), name(here)
        if member in place and about.get("type") in ("object", "array") and member not in ("args", "fields"):
            yield from bodies(contract, about, body, here, place[member])


def doubles(body):
    """Texts in which one member stands twice, and which."""
    for member in body:
        text = json.dumps(body)
        yield "{" + f'"{member}":{json.dumps(body[member])},' + text[1:], member


def parameters(contract, operation):
    """Pairs: a parameter's bad value, or None for its absence; and the parameter."""
    for parameter in operation.get("parameters", []):
        parameter = contract.follow(parameter)
        if parameter["in"] != "query":
            continue
        about = follow(contract, parameter["schema"])
        if parameter.get("required"):
            yield None, parameter
        if about.get("type") == "integer":
            values = ["x", "", "1.5", "0x1", "9" * 30, "-" + "9" * 30, str(about["minimum"] - 1)]
            values += [str(about["maximum"] + 1)]
        elif "enum" in about:
            values = ["", "nothing", about["enum"][0].upper()]
        else:
            values = ["", "a b", "x" * 65, "'; DROP TABLE ticket --"]
        yield from ((value, parameter) for value in values)
