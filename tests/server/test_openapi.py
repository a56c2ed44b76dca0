"""The description of the protocol and the running server say the same.

--write brings the part that follows from src/core up to date."""
import base64
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
import time
import uuid
from urllib.parse import urlencode

from jsonschema import Draft202012Validator

import malformed
from contract import CONTRACT, MARK, PATH, Checked, CheckedLive, describe, print_schemas, schemas_of
from door import Daemon, PASSWORD, command, main

FACTS = describe()
#: What cannot be brought about on a machine that works: told by a range of statuses.
OF_A_BROKEN_STORE = {"busy", "unavailable", "read_only", "corrupt", "failed"}


def operations():
    for path, item in CONTRACT.document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def is_open(operation):
    return operation.get("security") == []


def concrete(path):
    """A path that can be asked for."""
    return re.sub(r"\{[^}]*\}", "none-such", path)


def the_document_is_sound(folder):
    for name, schema in CONTRACT.document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name), name
    for one in set(re.findall(r"\$ref: '?(#[^'}\s]+)", CONTRACT.text)):
        CONTRACT.resolver.resolve(one)
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names), names

    def walk(thing, where):
        if isinstance(thing, dict):
            if "properties" in thing and thing.get("type") == "object":
                assert thing.get("additionalProperties") is False or thing.get("unevaluatedProperties") is False, where
            for key, value in thing.items():
                walk(value, where + [key])
        elif isinstance(thing, list):
            for value in thing:
                walk(value, where)

    walk(CONTRACT.document, [])


def rows_and_operations_are_those_of_the_programs(folder):
    written = CONTRACT.document["components"]["schemas"]
    for name, schema in schemas_of(FACTS).items():
        assert written.get(name) == schema, f"{name}: run tests/server/test_openapi.py --write"
    known = set(schemas_of(FACTS))
    stale = {name for name in written if name.startswith(("row.", "op.")) and name not in known}
    assert not stale, stale
    assert CONTRACT.text.endswith(print_schemas(FACTS)), "run tests/server/test_openapi.py --write"


def routes_are_those_of_the_server(folder):
    routes = set()
    for route in FACTS["routes"]:
        path = route["path"] + ("{id}" if route["prefix"] else "")
        routes.add((route["method"], path))
        _, operation = CONTRACT.find(route["method"], concrete(path))
        assert operation is not None, f"{route['method']} {path} is not in the document"
        assert is_open(operation) == route["open"], f"{path}: who may ask"
    promised = {(method, path) for method, path, _ in operations()}
    assert promised == routes, promised ^ routes


def what_may_be_done_is_done(folder):
    """Everything that is answered with a success, and the refusals that belong to one route."""
    daemon = Daemon(folder / "s")
    anna, head, stranger = Checked(daemon, "anna"), Checked(daemon, "head"), Checked(daemon)
    live = CheckedLive(head)
    live.send({"type": "at", "seq": live.wait("poke")["head"]})
    assert anna.ask("GET", "/v1/info")[0] == 200 and anna.ask("GET", "/v1/sessions")[0] == 200
    since = anna.head()
    assert anna.push(anna.note("слово"), anna.note("другое"), anna.op("dance", {}), anna.op("ticket.take", {"ticket": "none"}))[0] == 200
    live.wait("chg")
    for table in FACTS["tables"]:
        assert anna.ask("GET", f"/v1/snapshot?t={table}&limit=2")[0] == 200
    assert anna.ask("GET", f"/v1/changes?since=0", headers={"Accept-Encoding": "gzip"})[0] == 200
    assert anna.changes(since, limit=1, wait=1)[1]["more"]
    page = head.ask("GET", "/v1/snapshot?t=house&limit=1")[1]
    assert head.ask("GET", f"/v1/snapshot?t=house&after={page['next']}")[0] == 200
    two_who_disagree(anna, head)
    house = anna.house()
    for field, status in (("access", 200), ("street", 400)):
        assert anna.ask("POST", "/v1/reveal", {"table": "house", "id": house, "field": field})[0] == status
    assert anna.ask("POST", "/v1/reveal", {"table": "house", "id": "none", "field": "access"})[0] == 404
    command("user", "add", "clerk", "--role", "clerk", "--data", daemon.folder, stdin=PASSWORD + "\n")
    clerk = Checked(daemon, "clerk")
    assert clerk.ask("POST", "/v1/reveal", {"table": "house", "id": house, "field": "access"})[0] == 403
    assert clerk.ask("POST", "/v1/positions", {"p": []})[0] == 403
    assert clerk.ask("GET", "/v1/traces?from=0&to=5")[0] == 403 and anna.ask("GET", "/v1/traces?from=0&to=5")[0] == 200
    assert head.ask("POST", "/v1/presence", {"ticket": "t", "act": "open"})[0] == 204
    assert clerk.ask("POST", "/v1/presence", {"ticket": "t", "act": "open"})[0] == 403
    live.wait("presence")
    positions(daemon, anna, live)
    assert head.ask("POST", "/v1/presence", {})[0] == 204
    for path in ("/healthz", "/readyz", "/metrics", "/v1/openapi.yaml"):
        assert stranger.ask("GET", path, raw=True)[0] == 200
    assert stranger.ask("GET", "/v1/openapi.yaml", raw=True)[1].decode() == CONTRACT.text
    wrong = [stranger.ask("POST", "/v1/session", {"login": "nobody", "password": "wrong"})[0] for _ in range(5)]
    assert wrong[0] == 401 and wrong[-1] == 429, wrong
    one_who_says_two_things(stranger)
    assert stranger.ask("GET", "/none-such")[0] == 404
    assert stranger.ask("PATCH", "/v1/session")[0] == 405 and stranger.answer.getheader("Allow") == "POST, DELETE"
    ending(daemon, anna, clerk, head)
    live.close()
    daemon.stop()
    daemon.start()
    anna.close()
    phone_page(daemon, anna)
    daemon.stop()


def one_who_says_two_things(stranger):
    stranger.connection.putrequest("GET", "/v1/info")
    for _ in range(2):
        stranger.connection.putheader("Authorization", "Bearer x")
    stranger.connection.endheaders()
    answer = stranger.connection.getresponse()
    body = answer.read()
    CONTRACT.check("GET", "/v1/info", answer.status, answer.getheaders(), body)
    assert answer.status == 400, body


def two_who_disagree(anna, head):
    """An epoch, a gap, a conflict with the row as it stands."""
    row = anna.ask("GET", "/v1/snapshot?t=house&limit=1")[1]["rows"][0]
    put = {"table": "house", "id": row[2], "fields": {"floors": 5}, "was": {"floors": 77}}
    ack = anna.push(anna.op("row.put", put))[1]["acks"][0]
    assert ack[1] == "conflict" and ack[3]["current"][2] == row[2], ack
    status, problem = anna.push(anna.op("note.add", {}, mid=1000))
    assert status == 409 and problem["code"] == "mid_gap" and problem["last_mid"] == anna.mid, problem
    status, problem = anna.ask("POST", "/v1/push", {"store": "other", "client": "c", "schema": 1, "ops": []})
    assert status == 409 and problem["store"] == anna.store, problem
    status, problem = anna.changes(10**9)
    assert status == 409 and problem["store"] == anna.store, problem


def positions(daemon, anna, live):
    address = command("token", "--engineer", "Ёлкин Пётр Ильич", "--data", daemon.folder).stdout
    secret, now = re.search(r"id=([^&\s]+)", address).group(1), int(time.time())
    engineer = next(row[2] for row in anna.ask("GET", "/v1/snapshot?t=staff")[1]["rows"] if row[3]["name"].startswith("Ёлкин"))
    assert anna.push(anna.op("row.put", {"table": "shift", "id": str(uuid.uuid4()), "fields": {
        "staff_id": engineer, "starts_at": (now - 3600) * 1000, "ends_at": (now + 3600) * 1000}}))[1]["acks"][0][1] == "ok"
    phone = Checked(daemon)
    words = f"id={secret}&timestamp={now - 20}&lat=45.05&lon=41.95&accuracy=5&speed=3&bearing=9&batt=50"
    assert phone.ask("POST", f"/track/t?{words}", raw=True)[0] == 200
    assert live.wait("pos", lambda message: message["positions"])["positions"][0]["engineer"] == engineer
    assert phone.ask("GET", f"/track/t?id={secret}&timestamp={now - 10}&lat=45.05&lon=41.95", raw=True)[0] == 200
    for method in ("GET", "POST"):
        assert phone.ask(method, "/track/t?id=nobody")[0] == 401
    for name, at in (("osmand", "timestamp"), ("gpslogger", "time")):
        assert phone.ask("GET", f"/track/{name}/{secret}?{at}={now}&lat=45.05&lon=41.95", raw=True)[0] == 200
        assert phone.ask("GET", f"/track/{name}/nobody?{at}={now}&lat=45.05&lon=41.95")[0] == 401
    for password, status in ((secret, 200), ("nobody", 401)):
        basic = base64.b64encode(f"phone:{password}".encode()).decode()
        assert phone.ask("POST", "/track/owntracks", {"_type": "location", "tst": now, "lat": 45.05, "lon": 41.95},
                         {"Authorization": f"Basic {basic}"})[0] == status
    command("user", "add", "petr", "--role", "engineer", "--staff", engineer, "--data", daemon.folder, stdin=PASSWORD + "\n")
    petr = Checked(daemon, "petr")
    assert petr.ask("POST", "/v1/positions", {"p": [{"t": now * 1000, "lat": 45.05, "lon": 41.95}]})[0] == 204


def phone_page(daemon, anna):
    """Its files, signing in by cookie, the day."""
    phone = Checked(daemon)
    ours = {"X-Uchastok": "1", "Content-Type": "application/json", "Origin": f"https://127.0.0.1:{daemon.port}"}
    assert phone.ask("GET", "/m", raw=True)[0] == 308
    for name in ("", "app.js", "style.css", "icon.svg", "icon-192.png", "app.webmanifest"):
        assert phone.ask("GET", f"/m/{name}", raw=True)[0] == 200
    assert phone.ask("GET", "/m/", headers={"If-None-Match": phone.answer.getheader("ETag")}, raw=True)[0] == 200
    assert phone.ask("GET", "/m/", headers={"If-None-Match": phone.answer.getheader("ETag")}, raw=True)[0] == 304
    assert phone.ask("POST", "/v1/phone/session", {"login": "petr", "password": PASSWORD})[0] == 403
    assert phone.ask("POST", "/v1/phone/session", {"login": "anna", "password": PASSWORD}, ours)[0] == 403
    assert phone.ask("POST", "/v1/phone/session", {"login": "petr", "password": PASSWORD, "device": "d"}, ours)[0] == 204
    cookie = {"Cookie": phone.answer.getheader("Set-Cookie").split(";")[0]}
    assert phone.ask("GET", "/v1/phone/day?since=0", headers=cookie)[0] == 200
    again = {**cookie, "If-None-Match": phone.answer.getheader("ETag")}
    assert phone.ask("GET", "/v1/phone/day?since=0", headers=again, raw=True)[0] == 304
    assert anna.ask("GET", "/v1/phone/day")[0] == 403 and anna.ask("POST", "/v1/phone/tracker", {})[0] == 403
    assert phone.ask("POST", "/v1/phone/tracker", {}, {**cookie, **ours})[0] == 200
    invitations(daemon, anna, phone, {**cookie, **ours}, ours)
    photos(anna, phone, {**cookie, **ours, "Content-Type": "image/png"})
    assert phone.ask("DELETE", "/v1/phone/session", headers=cookie)[0] == 403
    assert phone.ask("DELETE", "/v1/phone/session", headers={**cookie, **ours}, raw=True)[0] == 204
    assert phone.ask("GET", "/m/none-such.js")[0] == 404
    wrong = [phone.ask("POST", "/v1/phone/session", {"login": "stranger", "password": "wrong"}, ours)[0] for _ in range(5)]
    assert wrong[0] == 401 and wrong[-1] == 429, wrong


def invitations(daemon, anna, phone, petr, ours):
    """A link for a phone: made at a desk, good once; and at the store's own machine."""
    engineer = next(row[2] for row in anna.ask("GET", "/v1/snapshot?t=staff")[1]["rows"] if row[3]["name"].startswith("Ёлкин"))
    for path in ("/v1/phone/invite", "/v1/phone/tracker"):
        assert anna.ask("POST", path, {"staff": "none"})[0] == 404
        status, link = anna.ask("POST", path, {"staff": engineer})
        assert status == 200 and len({len(row) for row in link["modules"]} | {len(link["modules"])}) == 1, link
    assert phone.ask("POST", "/v1/phone/invite", {"staff": engineer}, petr)[0] == 403
    assert phone.ask("POST", "/v1/phone/tracker", {"staff": "another"}, petr)[0] == 403
    earlier, link = (anna.ask("POST", "/v1/phone/invite", {"staff": engineer})[1]["url"] for _ in range(2))
    told = command("token", "--engineer", engineer, "--page", "--host", "h:1", "--data", daemon.folder).stdout.strip()
    assert told.startswith("https://h:1/m/#/in/"), told
    assert "--engineer" in command("token", "--login", "petr", "--page", "--data", daemon.folder, status=2).stderr
    earlier, link, told = (one.split("#/in/")[1] for one in (earlier, link, told))
    with sqlite3.connect(daemon.folder / "store.sqlite") as database:
        kept = str(database.execute("SELECT * FROM invite").fetchall())
    assert all(secret not in kept and secret not in daemon.said() for secret in (earlier, link, told))
    for secret, status in ((earlier, 401), (link, 401), (told, 204), (told, 401), ("x", 401)):
        assert phone.ask("POST", "/v1/phone/entry", {"secret": secret, "device": "d"}, ours)[0] == status, secret
        if status == 204:
            cookie = {"Cookie": phone.answer.getheader("Set-Cookie").split(";")[0]}
            assert phone.ask("GET", "/v1/phone/day?since=0", headers=cookie)[0] == 200
    assert phone.ask("POST", "/v1/phone/entry", {"secret": link})[0] == 403


def photos(anna, phone, petr):
    """A picture goes up before the act that names it; what it is, its bytes say."""
    picture, ticket, photo = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2000, str(uuid.uuid4()), str(uuid.uuid4())
    name = hashlib.sha256(picture).hexdigest()
    assert phone.ask("PUT", f"/v1/pictures/{name}", picture, petr)[0] == 204
    assert phone.ask("PUT", f"/v1/pictures/{name}", picture, petr)[0] == 204
    assert phone.ask("PUT", f"/v1/pictures/{name}", b"x", {**petr, "Content-Type": "text/plain"})[0] == 403
    for body in (b"GIF89a" + picture, picture[:-1], b""):
        assert anna.ask("PUT", f"/v1/pictures/{name}", body)[0] == 400
    assert anna.ask("PUT", "/v1/pictures/x", picture)[0] == 400
    ticket_op = anna.op("ticket.create", {"ticket": ticket, "fields": {"category": "support.tv", "house_id": anna.house()}})
    photo_op = anna.op("photo.add", {"photo": photo, "ticket": ticket, "sha256": name, "mime": "image/png", "size": len(picture),
                                     "width": 640, "height": 480})
    acks = anna.push(ticket_op, photo_op)[1]["acks"]
    assert [ack[1] for ack in acks] == ["ok", "ok"], acks
    assert anna.ask("GET", f"/v1/photos/{photo}", headers={"Accept-Encoding": "gzip"}, raw=True) == (200, picture)
    assert phone.ask("GET", f"/v1/photos/{photo}", headers=petr)[0] == 403  # neither his visit nor his zone
    assert anna.ask("GET", "/v1/photos/none")[0] == 404


def ending(daemon, anna, clerk, head):
    """Sessions that end, and those that one may not end."""
    anothers = clerk.ask("GET", "/v1/sessions")[1]["sessions"][0]["id"]
    assert anna.ask("DELETE", f"/v1/sessions/{anothers}")[0] == 403
    assert anna.ask("DELETE", "/v1/sessions/none-such")[0] == 404
    assert head.ask("DELETE", f"/v1/sessions/{head.ask('GET', '/v1/sessions')[1]['sessions'][0]['id']}")[0] == 204
    assert clerk.ask("DELETE", "/v1/session")[0] == 204
    assert clerk.ask("GET", "/v1/info")[0] == 401


def every_route_refuses_the_same_way(folder):
    """No token, a bad header, another version, a body that is too long: the same at each route."""
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    anna, stranger = Checked(daemon, "anna"), Checked(daemon)
    for method, path, operation in operations():
        who, path = (stranger if is_open(operation) else anna), concrete(path)
        if not is_open(operation):
            assert stranger.ask(method, path)[0] == 401, path
        for said, status in (("x", 400), ("-1", 400), ("0", 426), ("999", 426)):
            assert who.ask(method, path, headers={"Uchastok-Schema": said})[0] == status, (path, said)
        if "101" not in operation["responses"]:  # a connection that is taken over has no body
            limit = 1024 if method == "PUT" else 512 if who is anna else 16
            assert who.ask(method, path, b"x" * (limit * 1024 + 1))[0] == 413, path
    daemon.stop()


def who_asks_too_fast_waits(folder):
    daemon = Daemon(folder / "s", "--requests-per-second", "1")
    anna, stranger = Checked(daemon, "anna"), Checked(daemon)
    for method, path, operation in operations():
        if is_open(operation):
            continue
        for _ in range(200):
            if anna.ask(method, concrete(path))[0] == 429:
                break
        else:
            raise AssertionError(f"{path} can be asked for ever")
    for _ in range(20):
        if stranger.ask("POST", "/v1/session", {"login": "anna", "password": "wrong"})[0] == 429:
            break
    ours = {"X-Uchastok": "1", "Content-Type": "application/json", "Origin": f"https://127.0.0.1:{daemon.port}"}
    assert any(stranger.ask("POST", "/v1/phone/entry", {"secret": "x"}, ours)[0] == 429 for _ in range(200))
    daemon.stop()


def a_store_that_cannot_write_says_so(folder):
    daemon = Daemon(folder / "s")
    anna = Checked(daemon, "anna")
    limit = max(path.stat().st_size for path in daemon.folder.iterdir() if path.name.startswith("store.sqlite"))
    subprocess.run(["prlimit", f"--fsize={limit}:unlimited", "--pid", str(daemon.process.pid)], check=True)
    for _ in range(50):
        status, problem = anna.push(anna.note("x" * 20_000))
        if status != 200:
            break
    assert status == 503 and problem["code"] == "unavailable", problem
    daemon.stop()


def a_cursor_below_the_floor_is_told_where_it_is(folder):
    daemon = Daemon(folder / "s")
    anna = Checked(daemon, "anna")
    old = anna.head()
    anna.push(anna.note())
    daemon.stop()
    with sqlite3.connect(daemon.folder / "store.sqlite") as database:
        raise_floor(database, old + 1)
    daemon.start()
    anna.close()
    status, problem = anna.changes(old)
    assert status == 410 and problem["floor"] == old + 1, problem
    daemon.stop()


def examples(anna):
    """A good body of every route that takes one; a route that is not here fails the test."""
    return {"/v1/phone/session": {"login": "petr", "password": PASSWORD, "device": "d"}, "/v1/phone/tracker": {"staff": "none"},
            "/v1/phone/invite": {"staff": "none"}, "/v1/phone/entry": {"secret": "x", "device": "d"},
            "/v1/session": {"login": "anna", "password": PASSWORD, "device": {"id": "d", "name": "n", "app": "a"}},
            "/v1/push": {"store": anna.store, "client": anna.name, "schema": 1, "ops": [{
                "mid": 1, "id": str(uuid.uuid4()), "type": "note.add", "at": 5, "args": {}}]},
            "/v1/reveal": {"table": "house", "id": anna.house(), "field": "access"},
            "/v1/presence": {"ticket": "t", "act": "open"},
            "/v1/positions": {"p": [{"t": 5, "lat": 45, "lon": 42, "acc": 5, "spd": 1, "hdg": 1, "bat": 1}]}}


def refused(client, method, path, body, field, statuses=(400,)):
    status, problem = client.ask(method, path, body)
    what = f"{method} {path[:100]} {body[:200] if body else ''!r}: {status} {str(problem)[:400]}"
    assert status in statuses and len(problem["detail"]) < 400, what
    assert field is any or problem.get("field") == field, f"{what}: the field should be {field}"


def what_is_wrong_is_named(folder):
    """Of every body and every parameter every way to be wrong; and nothing is taken by the way."""
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    head = Checked(daemon, "head")  # a member of staff, so that nothing is refused for another reason
    before, good, n = head.head(), examples(head), 0
    for method, path, operation in operations():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None and not operation.get("x-open-query"):
            for body in malformed.NO_OBJECTS:
                refused(head, method, path, body, any, (400, 413))
            for body, field in malformed.bodies(CONTRACT, content["schema"], good[path]):
                n += 1
                other = (426,) if field == "schema" else ()
                refused(head, method, path, json.dumps(body), field, (400,) + other)
            for text, field in malformed.doubles(good[path]):
                refused(head, method, path, text, field)
        if operation.get("x-open-query"):
            continue
        fine = {"since": "0", "t": "house", "from": "0", "to": "5"}
        for value, parameter in malformed.parameters(CONTRACT, operation):
            rest = {name: word for name, word in fine.items() if name != parameter["name"] and any(
                CONTRACT.follow(one)["name"] == name for one in operation["parameters"])}
            if value is not None:
                rest[parameter["name"]] = value
            refused(head, method, f"{path}?{urlencode(rest)}", None, parameter["name"])
            refused(head, method, f"{path}?{parameter['name']}=1&{parameter['name']}=1", None, parameter["name"])
            n += 1
        if any(CONTRACT.follow(one)["in"] == "query" for one in operation["parameters"]):
            refused(head, method, f"{path}?dance=1", None, "dance")
            refused(head, method, f"{path}?dance", None, None)
    assert n > 150, n
    for count, status, field in ((257, 413, "ops"), (256, 200, None)):
        ops = [head.op("dance", {}, mid=i + 1) for i in range(count)]
        got, answer = head.push(*ops)
        assert got == status and answer.get("field") == field, (got, answer)
        head.mid = 256
    status, answer = head.ask("POST", "/v1/positions", {"p": [good["/v1/positions"]["p"][0]] * 1001})
    assert status == 413 and answer["field"] == "p", answer
    for size, statuses in ((513 * 1024, (413,)), (512 * 1024, (400,))):
        refused(head, "POST", "/v1/push", b" " * size, None, statuses)
    assert head.head() == before + 256 and head.push(head.note())[1]["acks"][0][1] == "ok"
    daemon.stop()


def what_decide_does_not_know_is_refused_by_name(folder):
    """Of every operation every argument that is missing, of the wrong type, too long or not known."""
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    head, cases = Checked(daemon, "head"), []
    values = {"s": "x", "i": "none-such", "x": 5, "b": True, "v": {}}
    wrong = {"s": [5, True, {}], "i": [5, "a b", "x" * 65, {}], "x": ["5", 1.5, True], "b": [1, "true"], "v": ["x", 5]}
    for kind, about in FACTS["operations"].items():
        args = {**about["args"], **FACTS["common_args"]}
        good = {name: values[arg["kind"]] for name, arg in about["args"].items()}
        if "head" not in about["roles"]:
            cases.append((kind, good, "not_allowed", None))  # the store's own
            continue
        cases.append((kind, {**good, "dance": 1}, "unknown_argument", "dance"))
        for name, arg in args.items():
            if arg["required"]:
                cases.append((kind, {key: value for key, value in good.items() if key != name}, "missing_argument", name))
            cases += [(kind, {**good, name: value}, "bad_argument", name) for value in wrong[arg["kind"]]]
            if arg["kind"] == "s":
                cases.append((kind, {**good, name: "ё" * 40_000}, "too_long", name))
    cases += [("dance", {}, "unknown_operation", "dance"), ("", {}, None, None)][:1]
    for first in range(0, len(cases), 50):
        batch = cases[first:first + 50]
        for part in ([case for case in batch if case[2] != "too_long"], *([case] for case in batch if case[2] == "too_long")):
            if not part:
                continue
            status, answer = head.push(*(head.op(kind, args) for kind, args, _, _ in part))
            assert status == 200, answer
            for (kind, args, code, field), ack in zip(part, answer["acks"], strict=True):
                assert ack[1] == "rejected" and ack[3] == {"code": code, **({"field": field} if field else {})}, (kind, str(args)[:200], ack)
    assert len(cases) > 300, len(cases)
    daemon.stop()


def raise_floor(database, floor):
    database.execute("UPDATE number SET value = ? WHERE name = 'floor'", [floor])


def everything_that_is_promised_was_seen(folder):
    if len(sys.argv) > 1:
        return
    assert not CONTRACT.missing(), sorted(CONTRACT.missing())
    codes = set(CONTRACT.document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    assert codes - OF_A_BROKEN_STORE <= CONTRACT.codes, codes - CONTRACT.codes


if sys.argv[1:] == ["--write"]:
    PATH.write_text(CONTRACT.text.split(MARK)[0] + print_schemas(FACTS))
    sys.exit()

main([the_document_is_sound, rows_and_operations_are_those_of_the_programs, routes_are_those_of_the_server,
      what_may_be_done_is_done, every_route_refuses_the_same_way, who_asks_too_fast_waits,
      a_store_that_cannot_write_says_so, a_cursor_below_the_floor_is_told_where_it_is,
      what_is_wrong_is_named, what_decide_does_not_know_is_refused_by_name,
      everything_that_is_promised_was_seen])
