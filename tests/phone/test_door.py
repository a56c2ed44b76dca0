"""What protects the phone page: headers, cookie, origin, and who sees what. By hand, without a browser."""
import base64
import hashlib
import json
import re
from pathlib import Path

from office import Client, PASSWORD, command, main

PHONE = Path(__file__).resolve().parent.parent.parent / "resources/phone"
OURS = {"X-Uchastok": "1", "Content-Type": "application/json"}


def own(office):
    return {**OURS, "Origin": f"https://127.0.0.1:{office.daemon.port}"}


def sign_in(office, login="petr", password=PASSWORD, headers=None):
    stranger = Client(office.daemon)
    status, problem = stranger.ask("POST", "/v1/phone/session", {"login": login, "password": password, "device": "test"}, headers or own(office))
    return stranger, status, problem, stranger.answer.getheader("Set-Cookie") or ""


def the_page_may_load_nothing_from_elsewhere(office):
    client = Client(office.daemon)
    for name in ("", "app.js", "style.css", "sw.js", "app.webmanifest", "icon.svg", "icon-192.png"):
        status, content = client.ask("GET", f"/m/{name}", raw=True)
        said = client.answer.getheader
        assert status == 200 and content, name
        policy = said("Content-Security-Policy")
        assert all(rule in policy for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")) and "unsafe" not in policy, policy
        assert said("X-Content-Type-Options") == "nosniff" and said("Strict-Transport-Security").startswith("max-age=31536000"), name
        assert said("Referrer-Policy") == "no-referrer" and said("Cache-Control") == "no-cache", name
        assert client.ask("GET", f"/m/{name}", headers={"If-None-Match": said("ETag")}, raw=True)[0] == 304
        assert b"http://" not in content.replace(b"http://www.w3.org/", b""), name
    assert client.ask("GET", "/m/../v1/info", raw=True)[0] in (401, 404)
    assert client.ask("GET", "/m/nothing.js", raw=True)[0] == 404
    assert client.ask("GET", "/m", raw=True)[0] == 308 and client.answer.getheader("Location") == "/m/"


def the_worker_knows_every_file_and_their_version(office):
    client = Client(office.daemon)
    worker = client.ask("GET", "/m/sw.js", raw=True)[1].decode()
    assert "@" not in worker, worker[:400]
    for path in set(PHONE.iterdir()) - {PHONE / "README.md"}:
        # The modules, the style and the symbols stand in the page itself; the icons are the launcher's.
        assert (f"'{path.name}'" in worker) == (path.name in ("app.webmanifest", "icon.svg")), path.name
    assert "'./'" in worker


def the_page_is_one_document_of_little_weight(office):
    """All that a first visit loads, as it goes over the wire: the page says what it needs."""
    client = Client(office.daemon)
    page = client.ask("GET", "/m/", raw=True)[1].decode()
    policy = client.answer.getheader("Content-Security-Policy")
    for element in ("style", "script"):
        (text,) = re.findall(rf"<{element}[^>]*>(.*?)</{element}>", page, re.S)
        assert f"{element}-src 'self' 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy, policy
    assert not re.search(r"^(import|export) ", page, re.M) and "import(" not in page
    needed = [""] + [name for name in re.findall(r'(?:href|src)="([\w.-]+)"', page) if not name.endswith(".png")] + ["sw.js"]
    weight = sum(len(client.ask("GET", f"/m/{name}", headers={"Accept-Encoding": "gzip"}, raw=True)[1]) for name in needed)
    assert 10_000 < weight <= 100 * 1024, (weight, needed)
    texts = {name: set(re.findall(r"(?:^|[{,\s])'?([a-z_]+(?:\.[a-z_.]+)?)'?: ['`]", (PHONE / name).read_text())) for name in ("ru.js", "en.js")}
    assert texts["ru.js"] == texts["en.js"] and len(texts["en.js"]) > 250, texts["ru.js"] ^ texts["en.js"]


def the_cookie_is_for_this_host_and_no_script(office):
    client, status, _, cookie = sign_in(office)
    parts = [part.strip() for part in cookie.split(";")]
    assert status == 204 and parts[0].startswith("__Host-sid=") and len(parts[0]) > 50, cookie
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(parts) and "Domain" not in cookie, cookie
    assert client.ask("GET", "/v1/phone/day", headers={"Cookie": parts[0]})[0] == 200
    assert client.answer.getheader("Cache-Control") == "no-store"
    etag = client.answer.getheader("ETag")
    assert client.ask("GET", "/v1/phone/day", headers={"Cookie": parts[0], "If-None-Match": etag}, raw=True) == (304, b"")
    status, _ = client.ask("DELETE", "/v1/phone/session", headers={"Cookie": parts[0], **own(office)}, raw=True)
    assert status == 204 and "Max-Age=0" in client.answer.getheader("Set-Cookie")
    assert client.ask("GET", "/v1/phone/day", headers={"Cookie": parts[0]})[0] == 401


def a_foreign_page_is_refused_whatever_it_sends(office):
    client, _, _, cookie = sign_in(office)
    cookie = cookie.split(";")[0]
    good = {**own(office), "Cookie": cookie}
    store = json.loads(client.ask("GET", "/v1/phone/day", headers={"Cookie": cookie}, raw=True)[1])["store"]
    body = {"store": store, "client": "c1", "schema": 1, "ops": [client.op("note.add", {"note": "n1", "house": office.house, "text": "слово"})]}
    for change in ({"Origin": "https://evil.example"}, {"Origin": None}, {"Origin": "null"}, {"X-Uchastok": None}, {"X-Uchastok": "0"}, {"Content-Type": "text/plain"},
                   {"Content-Type": "application/x-www-form-urlencoded"}, {"Origin": f"http://127.0.0.1:{office.daemon.port}"},
                   {"Origin": f"https://127.0.0.1:{office.daemon.port}.evil.example"}):
        headers = {name: value for name, value in {**good, **change}.items() if value is not None}
        status, problem = client.ask("POST", "/v1/push", body, headers)
        assert (status, problem["code"]) == (403, "foreign"), (change, status, problem)
        client.close()  # what was refused before its body was read leaves nothing behind
        headers.pop("Cookie")
        status, problem = client.ask("POST", "/v1/phone/session", {"login": "petr", "password": PASSWORD}, headers)
        assert (status, problem["code"]) == (403, "foreign"), (change, status, problem)
    assert office.rows("note") == []
    status, answer = client.ask("POST", "/v1/push", body, good)
    assert status == 200 and answer["acks"][0][1] == "ok", answer


def a_socket_opens_for_our_own_page_only(office):
    client, _, _, cookie = sign_in(office)
    ask = {"Cookie": cookie.split(";")[0], "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    for origin, expected in ((f"https://127.0.0.1:{office.daemon.port}", 101), ("https://evil.example", 403), (None, 403)):
        client.close()
        client.connection.request("GET", "/v1/live", headers={**ask, **({"Origin": origin} if origin else {})})
        answer = client.connection.getresponse()
        assert answer.status == expected, (origin, answer.status)


def only_engineers_come_in_and_see_only_their_own(office):
    for login, password, expected in (("head", PASSWORD, 403), ("petr", "wrong wrong", 401), ("nobody", PASSWORD, 401)):
        client, status, problem, cookie = sign_in(office, login, password)
        assert status == expected and ("Max-Age=0" in cookie or not cookie), (login, status, problem, cookie)
    assert office.desk.ask("GET", "/v1/phone/day")[1]["code"] == "not_allowed"
    office.put("staff", "olga", name="Вторая Ольга", role="engineer", zones="zone-2")
    command("user", "add", "olga", "--role", "engineer", "--staff", "olga", "--data", office.daemon.folder, stdin=PASSWORD + "\n")
    mine, _ = office.visit(0, apartment="5")
    hers, _ = office.visit(0, engineer="olga", apartment="6", client_name="Чужой клиент")
    free = office.ticket(apartment="8")
    old = office.ticket(apartment="9", client_name="Бывший клиент", phone_raw="89629999999")
    office.do("ticket.resolve", ticket=old, how="phone", code="settings")
    for login, seen, unseen in (("petr", {mine, free}, {hers}), ("olga", {hers}, {mine, free})):
        client, _, _, cookie = sign_in(office, login)
        text = client.ask("GET", "/v1/phone/day", headers={"Cookie": cookie.split(";")[0]}, raw=True)[1].decode()
        day = json.loads(text)
        ids = {row[2] for row in day["rows"] + day["free"] if row[0] == "ticket"}
        assert seen <= ids and not unseen & ids, (login, ids)
        assert [row[2] for row in day["history"]] == [old] and "Бывший клиент" not in text and "9629999999" not in text, day["history"]
        assert "К2580" not in text and "консьержа" not in text
        assert ("Чужой клиент" in text) == (login == "olga")


if __name__ == "__main__":
    main([the_page_may_load_nothing_from_elsewhere, the_worker_knows_every_file_and_their_version, the_page_is_one_document_of_little_weight, the_cookie_is_for_this_host_and_no_script,
          a_foreign_page_is_refused_whatever_it_sends, a_socket_opens_for_our_own_page_only, only_engineers_come_in_and_see_only_their_own])
