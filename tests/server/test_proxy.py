"""Behind a real nginx with the rules that are shipped: TLS, news at once, who asks, what is refused on the way."""
import gzip
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from door import PASSWORD, ROOT, TLS, Client, Daemon, Live, command, main, until
from nginx import SHIPPED, Nginx


class Front:
    """A store behind nginx; Client and Live see it as a daemon with nginx's port."""

    def __init__(self, folder, *arguments):
        self.daemon = Daemon(folder / "s", "--plain-http", "--proxy", "127.0.0.1", *arguments)
        self.nginx = Nginx(folder / "nginx", [self.daemon.port], folder / "s/certificate.pem", folder / "s/key.pem").start()
        Daemon.running.append(self.nginx.process)
        self.port = self.nginx.port

    def stop(self):
        self.nginx.stop()
        self.daemon.stop()


def direct(daemon, method, path, headers=None, body=None):
    """Past nginx, as nginx itself would ask."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content, answer


def the_shipped_files_are_good(folder):
    etc = folder / "etc"
    shutil.copytree(SHIPPED, etc)
    for name in ("certificate", "key"):
        (etc / f"uchastok/{name}.pem").touch()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=store.example",
                    "-keyout", etc / "uchastok/key.pem", "-out", etc / "uchastok/certificate.pem"], check=True, capture_output=True)
    address = (etc / "uchastok/address.conf").read_text()
    address = address.replace("/var/log/nginx", str(folder))
    if os.geteuid() != 0:
        address = address.replace("443", "8443")
    (etc / "uchastok/address.conf").write_text(address)
    (etc / "nginx.conf").write_text(f"pid {folder}/pid; events {{}} http {{ include uchastok.conf; }}")
    checked = subprocess.run(["nginx", "-t", "-p", str(etc), "-c", str(etc / "nginx.conf"), "-e", str(folder / "e")],
                             capture_output=True, text=True)
    assert checked.returncode == 0 and "[warn]" not in checked.stderr, checked.stderr
    assert (etc / "uchastok.conf").read_bytes() == (ROOT / "data/deploy/nginx/uchastok.conf").read_bytes()


def a_desk_notices_nothing(folder):
    front = Front(folder)
    anna, head = Client(front, "anna"), Client(front, "head")
    live = Live(head)
    assert live.status == 101
    live.send({"type": "at", "seq": live.wait("poke")["head"]})
    since = head.head()
    pushed = anna.push(anna.note())[1]["head"]
    live.wait_news(pushed)
    assert head.changes(since)[1]["to"] == pushed
    got = []
    waiter = threading.Thread(target=lambda: got.append(head.changes(pushed, wait=25)))
    waiter.start()
    until(lambda: b"long_polls 1\n" in direct(front.daemon, "GET", "/metrics")[1], "a long poll")
    assert anna.push(anna.note())[0] == 200
    waiter.join(20)
    assert got and got[0][1]["to"] == pushed + 1, got
    big = anna.ask("GET", "/v1/snapshot?t=reason", headers={"Accept-Encoding": "gzip"}, raw=True)
    assert big[0] == 200
    assert anna.ask("DELETE", "/v1/session")[0] == 204
    # the engineers' page: its cookie, and an Origin that nginx must not change
    page, own = Client(front), f"https://127.0.0.1:{front.port}"
    assert page.ask("GET", "/m/", raw=True)[0] == 200
    command("user", "add", "petr", "--role", "engineer", "--data", front.daemon.folder, stdin=PASSWORD + "\n")
    words = {"login": "petr", "password": PASSWORD}
    status, _ = page.ask("POST", "/v1/phone/session", words, {"X-Uchastok": "1", "Origin": own}, raw=True)
    cookie = page.answer.getheader("Set-Cookie")
    assert status == 204 and cookie.startswith("__Host-") and "Secure" in cookie, (status, cookie)
    for origin, status in (("https://elsewhere.example", 403), (own, 204)):
        headers = {"Cookie": cookie.split(";")[0], "X-Uchastok": "1", "Origin": origin}
        assert page.ask("DELETE", "/v1/phone/session", headers=headers, raw=True)[0] == status, origin
    front.stop()


def the_outside_speaks_new_tls_and_http_2(folder):
    front = Front(folder)
    for version, good in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        try:
            with context.wrap_socket(socket.create_connection(("127.0.0.1", front.port))) as spoken:
                assert good and spoken.selected_alpn_protocol() == "h2", version
        except ssl.SSLError:
            assert not good, version
    done = subprocess.run(["curl", "-sk", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", f"https://127.0.0.1:{front.port}/healthz"],
                          capture_output=True, text=True)
    assert done.stdout == "2 200", done
    front.stop()


def limits_count_for_whom_the_proxy_names(folder):
    front = Front(folder)
    bad = {"login": "anna", "password": "wrong wrong"}

    def sign_in(address, login="nobody"):
        status, content, answer = direct(front.daemon, "POST", "/v1/session", {"X-Forwarded-For": address, "Content-Type": "application/json"},
                                         json.dumps({**bad, "login": login}))
        return status

    statuses = [sign_in("203.0.113.9", f"guess{n}") for n in range(14)]
    assert statuses[:10] == [401] * 10 and statuses[-1] == 429, statuses
    # (what is said, whether it is the address that has to wait)
    for said, waits in (("198.51.100.1", False), ("198.51.100.1, 203.0.113.9", True), ("203.0.113.9, 198.51.100.1", False),
                        ("203.0.113.9, 127.0.0.1", True), ("::ffff:203.0.113.9", True), ("nonsense, 203.0.113.9", True),
                        ("203.0.113.9, nonsense", False), ("2001:db8::1", False)):
        until(lambda: sign_in("203.0.113.9", "again") == 429, "it has to wait")
        assert (sign_in(said, "other" + said) == 429) == waits, said
    for n in range(11):
        sign_in(f"2001:db8:0:1::{n + 1}", f"six{n}")
    assert sign_in("2001:db8:0:1:ffff::1", "sixth") == 429, "a network of IPv6 is one address"
    # through nginx the client's own word counts nothing
    client = Client(front)
    client.ask("POST", "/v1/session", bad, headers={"X-Forwarded-For": "203.0.113.9"})
    assert client.answer.status == 401, "it is not the one who has to wait"
    front.stop()
    # nobody said that there is a proxy: then its header counts nothing
    alone = Daemon(folder / "s")
    guess = Client(alone)
    for n in range(12):
        guess.ask("POST", "/v1/session", {**bad, "login": f"l{n}"}, headers={"X-Forwarded-For": f"203.0.113.{n}"})
    assert guess.answer.status == 429
    alone.stop()


def what_is_for_this_machine_stays_here(folder):
    front = Front(folder)
    client = Client(front)
    for path in ("/metrics", "/readyz", "/%6detrics", "//metrics", "/v1/../metrics"):
        assert client.ask("GET", path, raw=True)[0] == 404, path
    assert client.ask("GET", "/healthz", raw=True)[0] == 200
    assert direct(front.daemon, "GET", "/metrics")[0] == 200
    for headers in ({"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}):
        assert direct(front.daemon, "GET", "/metrics", headers)[0] in (401, 403), headers
    client.ask("POST", "/track/t?id=very-secret-word&lat=45&lon=41&timestamp=1", raw=True)
    client.ask("GET", "/v1/changes?since=secret-too", raw=True)
    for text in (front.nginx.accessed(), front.nginx.said(), front.daemon.said()):
        assert "very-secret-word" not in text and "secret-too" not in text
    front.stop()
    # a proxy that nobody told of is noticed by what it adds
    alone = Daemon(folder / "s")
    for name in ("X-Forwarded-For", "Forwarded", "Via"):
        assert Client(alone).ask("GET", "/metrics", headers={name: "127.0.0.1"}, raw=True)[0] in (401, 403), name
    alone.stop()


def requests_cannot_hide_in_each_other(folder):
    front = Front(folder)
    hidden = b"GET /v1/hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    cases = [b"POST /v1/push HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n" + body for headers, body in (
        (b"Content-Length: 0\r\nTransfer-Encoding: chunked", b"0\r\n\r\n" + hidden),
        (b"Content-Length: 6\r\nContent-Length: 0", hidden), (b"Content-Length: 0\r\nContent-Length: %d" % len(hidden), hidden),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"0\r\n\r\n" + hidden),
        (b"Host: y\r\nContent-Length: 0", hidden))]

    def speak(connection, data):
        connection.sendall(data)
        connection.settimeout(10)
        got = b""
        try:
            while more := connection.recv(65536):
                got += more
        except OSError:
            pass
        connection.close()
        return got

    for case in cases:
        for place, connect in (("nginx", lambda: TLS.wrap_socket(socket.create_connection(("127.0.0.1", front.port)))),
                               ("the store", lambda: socket.create_connection(("127.0.0.1", front.daemon.port)))):
            got = speak(connect(), case)
            assert got.count(b"HTTP/1.1 ") <= 1 and (not got or b"400" in got.split(b"\r\n")[0]), (place, case[:120], got)
    assert "hidden" not in front.nginx.accessed()
    for name in ("Authorization", "Content-Type"):
        got = speak(socket.create_connection(("127.0.0.1", front.daemon.port)), f"GET /v1/info HTTP/1.1\r\nHost: x\r\n{name}: a\r\n{name}: b\r\n\r\n".encode())
        assert b"400" in got.split(b"\r\n")[0] and name.encode() in got, got
    front.stop()


def refusals_on_the_way_look_like_the_stores(folder):
    front = Front(folder)
    client = Client(front, "anna")
    for path, size in (("/v1/push", 600_000), ("/v1/session", 20_000)):
        status, problem = client.ask("POST", path, b"x" * size)
        assert status == 413 and problem["code"] == "too_long" and problem["status"] == 413, (path, status, problem)
        assert client.answer.getheader("Content-Type") == "application/problem+json"
        client.connection.close()
    front.daemon.kill()
    status, problem = client.ask("GET", "/v1/info")
    assert status == 503 and problem["code"] == "unavailable" and client.answer.getheader("Retry-After"), (status, problem)
    front.daemon.start()
    until(lambda: client.ask("GET", "/v1/info", raw=True)[0] == 200, "the store is back")
    head, crowd = client.head(), []
    for _ in range(70):
        crowd.append(TLS.wrap_socket(socket.create_connection(("127.0.0.1", front.port))))
        crowd[-1].sendall(f"GET /v1/changes?since={head}&wait=20 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\n\r\n".encode())
    time.sleep(0.2)
    stranger = Client(front)
    until(lambda: stranger.ask("GET", "/healthz", raw=True)[0] == 429 if not stranger.connection.close() else False, "the cap of connections")
    for connection in crowd:
        connection.close()
    front.stop()


main([the_shipped_files_are_good, a_desk_notices_nothing, the_outside_speaks_new_tls_and_http_2, limits_count_for_whom_the_proxy_names,
      what_is_for_this_machine_stays_here, requests_cannot_hide_in_each_other, refusals_on_the_way_look_like_the_stores])
