"""What phones send, in the forms they send it, through the real door; and the desks that see it."""
import base64
import socket
import sqlite3
import time
from urllib.parse import urlencode

from door import PASSWORD, STORE, TIMEOUT_S, TLS, Client, Daemon, Live, command, main, until

FORM = "application/x-www-form-urlencoded"


def phone_of(daemon, engineer="Ёлкин Пётр Ильич"):
    address = command("token", "--engineer", engineer, "--host", "example.org:8443", "--data", daemon.folder).stdout
    assert address.startswith("https://example.org:8443/track/t?id=") and "interval=60" in address
    return address.split("id=")[1].split("&")[0]


def on_shift(anna, staff):
    now = int(time.time() * 1000)
    pushed = anna.push(anna.op("row.put", {"table": "shift", "id": "shift-1", "fields": {
        "staff_id": staff, "starts_at": now - 3600_000, "ends_at": now + 3600_000}}))[1]
    assert pushed["acks"][0][1] == "ok", pushed


def engineer_of(anna):
    rows = anna.ask("GET", "/v1/snapshot?t=staff")[1]["rows"]
    return next(row[2] for row in rows if row[3]["name"].startswith("Ёлкин"))


def fates(daemon):
    text = Client(daemon).ask("GET", "/metrics", raw=True)[1].decode()
    return {line.split('"')[1]: int(line.split()[-1]) for line in text.splitlines() if "{fate=" in line}


def every_traccar_client_is_understood(folder):
    daemon = Daemon(folder / "s")
    anna, secret = Client(daemon, "anna"), phone_of(daemon)
    engineer = engineer_of(anna)
    on_shift(anna, engineer)
    live, phone, now = Live(anna), Client(daemon), int(time.time())

    def seen(at):
        return live.wait("pos", lambda message: message["positions"] and message["positions"][0]["at"] == at * 1000)

    # 7.9 and older: all in the query, knots
    words = urlencode({"id": secret, "timestamp": now - 90, "lat": 45.05, "lon": 41.95, "speed": 19.438, "bearing": 90,
                       "altitude": 500, "accuracy": 12.5, "batt": 87.0, "charge": "true"})
    assert phone.ask("POST", f"/track/t?{words}", raw=True) == (200, b"")
    one = seen(now - 90)["positions"][0]
    assert one["engineer"] == engineer and abs(one["spd"] - 10) < 0.01 and one["crs"] == 90 and one["bat"] == 87, one
    assert (one["lat"], one["lon"], one["acc"]) == (45.05, 41.95, 12.5)
    # 9.x: JSON, metres per second, ISO time, battery 0 … 1
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now - 60))
    assert phone.ask("POST", "/track/t", {"location": {
        "timestamp": moment, "coords": {"latitude": 45.051, "longitude": 41.951, "accuracy": 5, "speed": 3.5,
                                        "heading": -1, "altitude": 1}, "is_moving": True,
        "battery": {"level": 0.42, "is_charging": False}, "extras": {}}, "device_id": secret}, raw=True) == (200, b"")
    one = seen(now - 60)["positions"][0]
    assert one["spd"] == 3.5 and one["bat"] == 42 and "crs" not in one, one
    # 10.x: a form
    form = urlencode({"id": secret, "timestamp": now - 30, "lat": 45.052, "lon": 41.952, "speed": 0, "batt": 41})
    assert phone.ask("POST", "/track/t", form, {"Content-Type": FORM}, raw=True) == (200, b"")
    assert seen(now - 30)["positions"][0]["lat"] == 45.052
    # … and its heartbeat, without a place
    assert phone.ask("POST", "/track/t", urlencode({"id": secret, "timestamp": now}), {"Content-Type": FORM},
                     raw=True) == (200, b"")
    assert fates(daemon)["shown"] == 3 and secret not in daemon.said()
    live.close()
    daemon.stop()


def other_applications_are_understood(folder):
    """OsmAnd and GPSLogger by the address they are given, OwnTracks by its password; each in its units."""
    daemon = Daemon(folder / "s")
    anna, secret = Client(daemon, "anna"), phone_of(daemon)
    on_shift(anna, engineer_of(anna))
    live, phone, now = Live(anna), Client(daemon), int(time.time())
    basic = {"Authorization": "Basic " + base64.b64encode(f"пётр:{secret}".encode()).decode()}

    def seen(at):
        message = live.wait("pos", lambda message: message["positions"] and message["positions"][0]["at"] == at * 1000)
        return message["positions"][0]

    # OsmAnd: milliseconds, metres per second
    words = urlencode({"lat": 45.05, "lon": 41.95, "timestamp": (now - 90) * 1000, "hdop": 1.5, "altitude": 500, "speed": 4.5,
                       "bearing": 180})
    assert phone.ask("GET", f"/track/osmand/{secret}?{words}", raw=True) == (200, b"")
    one = seen(now - 90)
    assert one["spd"] == 4.5 and one["crs"] == 180 and "acc" not in one and "bat" not in one, one
    # GPSLogger: ISO time, metres per second
    words = urlencode({"lat": 45.051, "lon": 41.951, "time": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now - 60)),
                       "acc": 8, "spd": 2.5, "dir": 10, "batt": 66})
    assert phone.ask("GET", f"/track/gpslogger/{secret}?{words}", raw=True) == (200, b"")
    one = seen(now - 60)
    assert (one["spd"], one["acc"], one["bat"], one["crs"]) == (2.5, 8, 66, 10), one
    # OwnTracks: kilometres per hour, seconds; it wants a list
    said = {"_type": "location", "tst": now - 30, "lat": 45.052, "lon": 41.952, "acc": 9, "vel": 36, "cog": 270, "batt": 55}
    assert phone.ask("POST", "/track/owntracks", said, basic, raw=True) == (200, b"[]")
    one = seen(now - 30)
    assert (one["spd"], one["acc"], one["bat"], one["crs"]) == (10, 9, 55, 270), one
    for other in ({"_type": "waypoint"}, {"_type": "lwt", "tst": 1}, {"_type": "location"}, b"[]", b"5"):
        assert phone.ask("POST", "/track/owntracks", other, basic, raw=True) == (200, b"[]"), other
    assert phone.ask("POST", "/track/owntracks", b"", basic, raw=True) == (200, b"[]")
    # without the secret nobody is anybody
    for path in ("/track/osmand/", "/track/osmand/nobody", "/track/gpslogger/x/y"):
        assert phone.ask("GET", f"{path}?{words}")[1]["code"] == "unknown_secret", path
    for header in ({}, {"Authorization": "Basic !"}, {"Authorization": "Basic bm9jb2xvbg=="}, {"Authorization": f"Bearer {secret}"}):
        assert phone.ask("POST", "/track/owntracks", said, header)[1]["code"] == "unknown_secret", header
    assert fates(daemon)["shown"] == 3 and secret not in daemon.said()
    live.close()
    daemon.stop()


def whatever_a_known_phone_sends_is_answered_200(folder):
    daemon = Daemon(folder / "s")
    anna, secret = Client(daemon, "anna"), phone_of(daemon)
    on_shift(anna, engineer_of(anna))
    phone, now = Client(daemon), int(time.time())
    good = {"id": secret, "timestamp": now - 10, "lat": 45.05, "lon": 41.95}
    for change in ({"lat": "north"}, {"lat": ""}, {"lat": "nan"}, {"lat": 95}, {"lat": 0, "lon": 0}, {"timestamp": "soon"},
                   {"timestamp": now + 3600}, {"timestamp": now - 30 * 86400}, {"timestamp": "9" * 40},
                   {"timestamp": now - 7200}, {"accuracy": 5000}, {"speed": "x"}, {"batt": -5}, {"lat": 46.05}, {}, {}):
        status = phone.ask("POST", f"/track/t?{urlencode({**good, **change})}", raw=True)[0]
        assert status == 200, (change, status)
    for body in ("", "{", "[]", '{"device_id":5}', '{"device_id":"%s"}' % secret, '{"device_id":"%s","location":7}' % secret,
                 '{"device_id":"%s","location":{"coords":{"latitude":"x"}}}' % secret, "\udcff" * 3):
        status = phone.ask("POST", "/track/t", body.encode("utf-8", "surrogateescape"),
                           {"Content-Type": "application/json"}, raw=True)[0]
        assert status == (200 if secret in body else 401), (body, status)
    counted = fates(daemon)
    assert counted["future"] == 1 and counted["old"] == 1 and counted["off_shift"] == 1 and counted["impossible"] >= 2
    assert counted["known"] >= 1 and counted["kept"] >= 1 and daemon.metric("positions_malformed_total") >= 4, counted
    assert phone.ask("POST", "/track/t?id=unknown&lat=45&lon=42")[1]["code"] == "unknown_secret"
    daemon.stop()


def a_day_is_read_back(folder):
    """Page by page, everybody or one, only by those who may; and each look is in the log first."""
    daemon = Daemon(folder / "s")
    anna, secret = Client(daemon, "anna"), phone_of(daemon)
    engineer, now = engineer_of(anna), int(time.time()) * 1000
    on_shift(anna, engineer)
    phone, sent = Client(daemon), []
    for i, late in enumerate((0, 0, 1, 0, 0)):  # the third one is older than the second: kept, never shown
        at = now - 600_000 + i * 60_000 - late * 90_000
        place = (45.05 + i / 10_000, 41.95)
        words = urlencode({"id": secret, "timestamp": at, "lat": place[0], "lon": place[1], "accuracy": 12.9})
        assert phone.ask("POST", f"/track/t?{words}", raw=True)[0] == 200
        sent.append([at, round(place[0], 6), place[1], 12])
    sent.sort()

    def look(client, after="", **more):
        words = urlencode({"from": now - 3600_000, "to": now + 1, **more})
        return client.ask("GET", f"/v1/traces?{words}{after}")

    status, page = look(anna)
    assert status == 200 and "next" not in page and [one["engineer"] for one in page["traces"]] == [engineer]
    points = page["traces"][0]["points"]
    assert [[at, lat, lon, acc] for at, _, lat, lon, acc in points] == sent, (points, sent)
    assert all(abs(received - now) < 600_000 and received >= at for at, received, *_ in points), points
    # page by page it is the same
    pages, after = [], ""
    for _ in range(10):
        page = look(anna, after, limit=2)[1]
        pages += [point for one in page["traces"] for point in one["points"]]
        if "next" not in page:
            break
        after = "&" + urlencode(page["next"])
    assert pages == points and len(points) == 5, pages
    assert look(anna, engineer="nobody")[1]["traces"] == [] and len(look(anna, engineer=engineer)[1]["traces"][0]["points"]) == 5
    ends = {"from": sent[1][0], "to": sent[3][0]}  # the end is not of the day
    assert [point[0] for point in look(anna, **ends)[1]["traces"][0]["points"]] == [sent[1][0], sent[2][0]]
    for wrong in ({"from": now, "to": now}, {"from": 0, "to": now}):
        assert look(anna, **wrong)[1]["field"] == "to"
    command("user", "add", "clerk", "--role", "clerk", "--data", daemon.folder, stdin=PASSWORD + "\n")
    assert look(Client(daemon, "clerk"))[0] == 403
    daemon.stop()
    with sqlite3.connect(daemon.folder / "store.sqlite") as database:
        looks = database.execute("SELECT row_id, field FROM look WHERE table_name = 'position' ORDER BY id").fetchall()
    assert len(looks) == 7 and looks[0] == ("*", f"{now - 3600_000}/{now + 1}") and looks[-2][0] == engineer, looks


def a_secret_opens_nothing_else(folder):
    daemon = Daemon(folder / "s")
    secret, client = phone_of(daemon), Client(daemon)
    client.token = secret
    assert client.ask("GET", "/v1/info")[0] == 401
    assert "no member of staff" in command("token", "--engineer", "Никто", "--data", daemon.folder, status=1).stderr
    assert "--engineer" in command("token", "--data", daemon.folder, status=2).stderr
    daemon.stop()


def the_phone_page_reports_too(folder):
    daemon = Daemon(folder / "s")
    anna, engineer = Client(daemon, "anna"), None
    engineer = engineer_of(anna)
    command("user", "add", "petr", "--role", "engineer", "--staff", engineer, "--data", daemon.folder,
            stdin="a long secret\n")
    on_shift(anna, engineer)
    petr, live, now = Client(daemon, "petr"), Live(anna), int(time.time() * 1000)
    assert petr.ask("POST", "/v1/positions", {"p": [
        {"t": now - 5000, "lat": 45.05, "lon": 41.95, "acc": 8, "spd": 1.5, "hdg": 10, "bat": 50},
        {"t": now - 1000, "lat": 45.0501, "lon": 41.95}]})[0] == 204
    live.wait("pos", lambda message: message["positions"] and message["positions"][0]["at"] == now - 1000)
    for body, field in (({}, "p"), ({"p": [{"t": now}]}, "p[0].lat"), ({"p": 5}, "p"), ({"p": [7]}, "p[0]")):
        status, problem = petr.ask("POST", "/v1/positions", body)
        assert status == 400 and problem["field"] == field, problem
    assert Client(daemon).ask("POST", "/v1/positions", {"p": []})[0] == 401
    daemon.stop()


def what_was_answered_is_kept_over_a_kill(folder):
    daemon = Daemon(folder / "s")
    anna, secret = Client(daemon, "anna"), phone_of(daemon)
    on_shift(anna, engineer_of(anna))
    phone, now = Client(daemon), int(time.time())
    for second in range(50):
        status = phone.ask("POST", f"/track/t?{urlencode({'id': secret, 'timestamp': now - 100 + second, 'lat': 45.05, 'lon': 41.95})}",
                           raw=True)[0]
        assert status == 200
    daemon.kill()
    daemon.start()
    phone = Client(daemon)
    for second in range(50):
        phone.ask("POST", f"/track/t?{urlencode({'id': secret, 'timestamp': now - 100 + second, 'lat': 45.05, 'lon': 41.95})}",
                  raw=True)
    assert fates(daemon)["known"] == 50, fates(daemon)
    daemon.stop()


class Wire:
    """One connection, byte by byte: what a report shares it with, and how it is cut up, must not matter."""

    def __init__(self, daemon):
        self.socket = TLS.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port), TIMEOUT_S))
        self.rest = b""

    def say(self, text):
        self.socket.sendall(text)

    def hear(self):
        while b"\r\n\r\n" not in self.rest:
            more = self.socket.recv(65536)
            assert more, self.rest
            self.rest += more
        header, self.rest = self.rest.split(b"\r\n\r\n", 1)
        length = int(next((line.split(b":")[1] for line in header.split(b"\r\n")
                           if line.lower().startswith(b"content-length:")), b"0"))
        while len(self.rest) < length:
            self.rest += self.socket.recv(65536)
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(header.split()[1]), header.decode(), body.decode()


def a_report_shares_its_connection_with_everything(folder):
    daemon = Daemon(folder / "s")
    anna, secret = Client(daemon, "anna"), phone_of(daemon)
    on_shift(anna, engineer_of(anna))
    wire, now = Wire(daemon), int(time.time())

    def report(second, end=b"\r\n", who=secret):
        words = urlencode({"id": who, "timestamp": now - 300 + second, "lat": 45.05, "lon": 41.95})
        return f"POST /track/t?{words} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n".encode() + end

    health = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    form = urlencode({"id": secret, "timestamp": now - 290, "lat": 45.05, "lon": 41.95}).encode()
    whole = [report(0), report(1), health, report(2), report(3),
             b"POST /track/t HTTP/1.1\r\nHost: x\r\nContent-Type: " + FORM.encode() + b"; charset=utf-8\r\n"
             b"Content-Length: %d\r\n\r\n" % len(form) + form, health]
    for text in whole:
        wire.say(text)
        status, header, _body = wire.hear()
        assert status == 200 and "nosniff" in header and "Date: " in header, (text, header)
    # two at once, one in pieces, and two one after the other without waiting
    wire.say(report(20) + report(21))
    assert wire.hear()[0] == wire.hear()[0] == 200
    wire.say(report(22, b""))
    time.sleep(0.2)
    wire.say(b"\r\n")
    assert wire.hear()[0] == 200
    for second in range(30, 40):
        wire.say(report(second))
    wire.say(health)
    assert [wire.hear()[0] for _ in range(11)] == [200] * 11
    # refused as elsewhere, and the connection is none the worse
    wire.say(report(50, who="unknown"))
    status, header, body = wire.hear()
    assert status == 401 and '"code":"unknown_secret"' in body and "problem+json" in header, (status, body)
    # what could be read in two ways is not read the short way
    wire.say(report(51, b"Content-Length: 5\r\n\r\nhello"))
    assert wire.hear()[0] == 400
    counted = fates(daemon)
    assert counted["shown"] == 18 and counted["known"] == 0, counted
    daemon.stop()


main([every_traccar_client_is_understood, other_applications_are_understood,
      whatever_a_known_phone_sends_is_answered_200, a_day_is_read_back, a_secret_opens_nothing_else,
      the_phone_page_reports_too, a_report_shares_its_connection_with_everything, what_was_answered_is_kept_over_a_kill])
