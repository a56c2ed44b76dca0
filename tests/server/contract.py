"""What src/server/openapi.yaml promises, held against every answer that passes by.

A test that asks through Checked (instead of Client) and listens through CheckedLive fails as soon as the server says
what is not written there. What was asked and answered is counted: missing() tells what nobody asked for yet."""
import json
import re
import subprocess
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator, RefResolver

from door import BUILD, ROOT, Client, Live

PATH = ROOT / "src/server/openapi.yaml"
MARK = "    # From the descriptions in src/core: written by tests/server/test_openapi.py --write.\n"
OF_HTTP = {"date", "server", "connection", "content-length", "transfer-encoding", "content-type", "keep-alive"}
KINDS = {"text": {"type": "string"}, "int": {"type": "integer"}, "real": {"type": "number"}, "bool": {"type": "boolean"},
         "time": {"$ref": "#/components/schemas/Time"}}
ARGS = {"s": {"type": "string", "maxLength": 65536}, "i": {"$ref": "#/components/schemas/Id"}, "x": {"type": "integer"},
        "b": {"type": "boolean"}, "v": {"$ref": "#/components/schemas/Fields"}}


def describe():
    """What the programs know of themselves."""
    return json.loads(subprocess.run([BUILD / "tests/server/describe"], capture_output=True, check=True).stdout)


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def schemas_of(facts):
    """The schemas of rows and operations, as they follow from the descriptions in src/core."""
    made = {"Role": {"enum": facts["roles"]}, "Table": {"enum": list(facts["tables"])},
            "RefusalCode": {"enum": facts["refusals"]},
            "Fields": {"type": "object", "description": "Values by the names of a row's fields.",
                       "additionalProperties": {"type": ["string", "number", "boolean"]}}}
    made["Row"] = {"description": "[table, seq, id, fields]; no fields: it is gone.", "type": "array", "minItems": 4,
                   "items": False, "prefixItems": [ref("Table"), ref("Seq"), ref("Id"), {"type": ["object", "null"]}],
                   "oneOf": [{"prefixItems": [{"const": name}, True, True, {"anyOf": [{"type": "null"}, ref(f"row.{name}")]}]}
                             for name in facts["tables"]]}
    for name, fields in facts["tables"].items():
        properties = {"rev": ref("Id")}
        for field, about in fields.items():
            properties[field] = {"enum": about["words"]} if about["kind"] == "enum" else dict(KINDS[about["kind"]])
            if about["sensitive"]:
                properties[field]["description"] = "Sensitive: masked."
        made[f"row.{name}"] = {"type": "object", "additionalProperties": False, "properties": properties}
    made["Operation"] = {"oneOf": [ref(f"op.{kind}") for kind in facts["operations"]],
                         "discriminator": {"propertyName": "type", "mapping": {
                             kind: f"#/components/schemas/op.{kind}" for kind in facts["operations"]}}}
    for kind, about in facts["operations"].items():
        args = {**about["args"], **facts["common_args"]}
        made[f"op.{kind}"] = {
            "type": "object", "description": "By: " + ", ".join(about["roles"]) + ".", "additionalProperties": False,
            "required": ["mid", "id", "type"],
            "properties": {"mid": ref("Mid"), "id": ref("Id"), "type": {"const": kind}, "at": ref("Time"),
                           "args": {"type": "object", "additionalProperties": False,
                                    "required": [name for name, arg in args.items() if arg["required"]],
                                    "properties": {name: ARGS[arg["kind"]] for name, arg in args.items()}}}}
    return made


class Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def print_value(name, value, indent):
    """A member on one line where it fits, else each of its own members on one."""
    flow = yaml.dump(value, Dumper=Plain, default_flow_style=True, sort_keys=False, width=10000, allow_unicode=True)
    flow = flow.removesuffix("\n").removesuffix("\n...").strip()
    if len(flow) + len(name) + len(indent) < 108 or not isinstance(value, (dict, list)):
        return f"{indent}{name}{flow}\n"
    inner = indent + "  "
    if isinstance(value, list):
        return f"{indent}{name.rstrip()}\n" + "".join(print_value("- ", item, inner) for item in value)
    if name == "- ":
        return f"{indent}- {flow}\n"
    return f"{indent}{name.rstrip()}\n" + "".join(print_value(f"{key}: ", item, inner) for key, item in value.items())


def print_schemas(facts):
    return MARK + "".join(print_value(f"{name}: ", schema, "    ") for name, schema in schemas_of(facts).items())


class Contract:
    def __init__(self):
        self.text = PATH.read_text()
        self.document = yaml.load(self.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.resolver = RefResolver("", self.document)
        self.validators, self.seen, self.codes = {}, set(), set()
        self.paths = [(re.compile(re.sub(r"\{[^}]*\}", "[^/]*", path) + "$"), path) for path in self.document["paths"]]
        self.always = {name.lower(): value for name, value in self.document["x-headers-of-every-answer"].items()}
        self.sometimes = {name.lower() for name in self.document["x-headers-of-long-answers"]}

    def follow(self, thing):
        while "$ref" in thing:
            thing = self.resolver.resolve(thing["$ref"])[1]
        return thing

    def validate(self, schema, value, what):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            self.validators[key] = Draft202012Validator(schema, resolver=self.resolver)
        wrong = next(self.validators[key].iter_errors(value), None)
        assert wrong is None, f"{what}: {wrong.message[:400]} at {list(wrong.absolute_path)} ({wrong.json_path})"

    def find(self, method, path):
        path = urlsplit(path).path
        for pattern, template in self.paths:
            if pattern.match(path) and method.lower() in self.document["paths"][template]:
                return template, self.document["paths"][template][method.lower()]
        return None, None

    def check(self, method, path, status, headers, body):
        """One answer; @headers are pairs, @body bytes."""
        template, operation = self.find(method, path)
        names = {name.lower(): value for name, value in headers}
        what = f"{method} {path[:80]} → {status}"
        otherwise = self.promised_headers(operation, status)
        for name, value in self.always.items():
            if status != 101 and name not in otherwise:
                assert names.get(name) == value, f"{what}: {name} is {names.get(name)!r}"
        if operation is None:
            assert status in (404, 405), f"{what}: it is not in the document"
            self.check_problem(what, {"$ref": "#/components/schemas/Problem"}, names, body)
            return
        promised = operation["responses"]
        key = str(status) if str(status) in promised else f"{status // 100}XX"
        assert key in promised, f"{what}: the status is not in the document: {body[:300]!r}"
        self.seen.add((method, template, key))
        response = self.follow(promised[key])
        self.check_headers(what, response, names, status)
        content = response.get("content")
        if content is None:
            assert body == b"", f"{what}: no body is in the document, but {body[:100]!r} came"
            return
        kind = names.get("content-type", "").split(";")[0]
        assert kind in content, f"{what}: the type {kind!r} is not in the document"
        if kind == "application/problem+json":
            self.check_problem(what, content[kind]["schema"], names, body, status)
        elif kind == "application/json":
            self.validate(content[kind]["schema"], json.loads(body), what)

    def promised_headers(self, operation, status):
        """Names of headers that the answer says something of itself about."""
        response = operation["responses"].get(str(status), {}) if operation else {}
        return {name.lower() for name in self.follow(response).get("headers", {})}

    def check_headers(self, what, response, names, status):
        promised = {name.lower(): value for name, value in response.get("headers", {}).items()}
        for name, about in promised.items():
            assert name in names or not about.get("required"), f"{what}: {name} is missing"
            if name in names:
                self.validate(about["schema"], names[name], f"{what}: {name}")
        extra = set(names) - OF_HTTP - set(self.always) - self.sometimes - set(promised)
        assert not extra or status == 101, f"{what}: headers that are not in the document: {extra}"

    def check_problem(self, what, schema, names, body, status=None):
        assert names["content-type"].startswith("application/problem+json"), what
        problem = json.loads(body)
        self.validate(schema, problem, what)
        assert status in (None, problem["status"]), what
        self.codes.add(problem["code"])

    def missing(self):
        """The methods and statuses that are promised and were not seen."""
        promised = {(method.upper(), path, status) for path, item in self.document["paths"].items()
                    for method, operation in item.items() for status in operation["responses"]}
        ranges = {status for _, _, status in promised if status.endswith("XX")}
        lacking = {one for one in promised - self.seen if not one[2].endswith("XX")}
        return lacking | {("any", "any", status) for status in ranges if not any(one[2] == status for one in self.seen)}


CONTRACT = Contract()


class Checked(Client):
    """A client whose every answer is held against the document."""

    def ask(self, method, path, body=None, headers=None, raw=False):
        status, content = super().ask(method, path, body, headers, raw=True)
        plain = content
        if self.answer.getheader("Content-Encoding") == "gzip":
            import gzip
            plain = gzip.decompress(content)
        CONTRACT.check(method, path, status, self.answer.getheaders(), plain)
        return (status, content) if raw or not content else (status, json.loads(plain))


class CheckedLive(Live):
    """A live connection whose every message is held against the document."""

    def __init__(self, client, **more):
        super().__init__(client, **more)
        CONTRACT.check("GET", "/v1/live", self.status, [], b"")

    def receive(self, *arguments, **more):
        message = super().receive(*arguments, **more)
        CONTRACT.validate(ref("LiveFromStore"), message, "a message of the store")
        return message

    def send_raw(self, data):
        """A text frame of any bytes."""
        super().send(data, opcode=129)
