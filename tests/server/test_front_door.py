"""The bar of the front door, point by point: who may come in, for how long, how fast, and what is left of it on paper."""
import concurrent.futures
import datetime
import hashlib
import json
import os
import re
import socket
import sqlite3
import ssl
import subprocess
import time
from pathlib import Path

from door import PASSWORD, SANITIZED, STORE, TLS, Client, Daemon, Live, command, main, until

HOUR_MS, DAY_MS = 3600_000, 86400_000


def ask(daemon, sql, *values, write=False):
    database = sqlite3.connect(daemon.folder / "store.sqlite", timeout=30)
    with database:
        rows = database.execute(sql, values).fetchall()
    database.close()
    return rows


def sign_in(daemon, login, password=PASSWORD, **device):
    client = Client(daemon)
    status, answer = client.ask("POST", "/v1/session", {"login": login, "password": password, "device": device})
    retry = client.answer.getheader("Retry-After")
    client.close()
    return status, answer, retry


def secrets_are_kept_as_hashes(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    assert len(anna.token) == 43, "32 random bytes"
    hashes = {row[0] for row in ask(daemon, "SELECT token_hash FROM session")}
    assert hashes == {hashlib.blake2b(anna.token.encode(), digest_size=32).hexdigest()}, hashes
    for (password,) in ask(daemon, "SELECT password FROM account"):
        assert password.startswith("$argon2id$v=19$m=65536,t=2,p=1$"), password
    daemon.stop()
    for path in daemon.folder.iterdir():
        content = path.read_bytes() if path.is_file() else b""
        assert anna.token.encode() not in content and PASSWORD.encode() not in content, path


def sessions_live_as_long_as_they_may(folder):
    daemon = Daemon(folder / "s")
    # kind, since it was used, since it began, whether it still opens
    for kind, used_ms, began_ms, opens in (
            ("desk", 0, 0, True), ("desk", 12 * HOUR_MS - 60_000, DAY_MS, True), ("desk", 12 * HOUR_MS, DAY_MS, False),
            ("desk", 0, 30 * DAY_MS - 60_000, True), ("desk", 0, 30 * DAY_MS, False),
            ("phone", 30 * DAY_MS - 60_000, 31 * DAY_MS, True), ("phone", 30 * DAY_MS, 31 * DAY_MS, False),
            ("phone", 0, 90 * DAY_MS - 60_000, True), ("phone", 0, 90 * DAY_MS, False)):
        anna = Client(daemon, "anna")
        now = int(time.time() * 1000)
        ask(daemon, "UPDATE session SET kind = ?, used_at = ?, created_at = ? WHERE token_hash = ?", kind, now - used_ms, now - began_ms,
            hashlib.blake2b(anna.token.encode(), digest_size=32).hexdigest())
        assert (anna.ask("GET", "/v1/info")[0] == 200) == opens, (kind, used_ms, began_ms)
        anna.close()
    daemon.stop()


def refusals_tell_nothing_apart(folder):
    daemon = Daemon(folder / "s")
    command("user", "add", "gone", "--data", daemon.folder, stdin=PASSWORD + "\n")
    command("user", "disable", "gone", "--data", daemon.folder)
    answers = [sign_in(daemon, login, password)[:2] for login, password in
               (("anna", "wrong wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("gone", "wrong wrong"))]
    assert all(answer == answers[0] for answer in answers) and answers[0][0] == 401, answers
    tokens = []
    for token in ("made up", "A" * 43, "", "A" * 300):
        client = Client(daemon)
        client.token = token
        tokens.append(client.ask("GET", "/v1/info")[0])
    assert set(tokens) == {401}, tokens
    daemon.stop()


def guesses_cost_time_however_they_come(folder):
    daemon = Daemon(folder / "s")
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        statuses = list(pool.map(lambda n: sign_in(daemon, "anna", f"wrong wrong {n}")[0], range(30)))
    assert statuses.count(401) <= 4 and set(statuses) == {401, 429}, statuses
    # each further failure doubles the wait, until it is long enough to be looked at
    until(lambda: int(sign_in(daemon, "anna", "wrong wrong")[2] or 0) >= 4, "a longer wait")
    status, problem, retry = sign_in(daemon, "anna")
    assert status == 429 and problem["code"] == "wait" and 1 <= int(retry) <= 900, (status, problem, retry)
    assert sign_in(daemon, "head")[0] == 200, "others come in, also from there"
    until(lambda: sign_in(daemon, "anna")[0] == 200, "never a hard lock")
    daemon.stop()


def passwords_are_checked_a_few_at_a_time(folder):
    daemon = Daemon(folder / "s")
    before = daemon.n_kilobytes()
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda n: sign_in(daemon, "head" if n % 2 else "anna")[0], range(12)))
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{daemon.process.pid}/status").read_text()).group(1))
    assert statuses == [200] * 12, statuses
    assert SANITIZED or peak - before < 2 * 65536 + 16384, f"{peak - before} KiB: more than two at once"
    daemon.stop()


def what_somebody_may_is_asked_at_each_operation(folder):
    daemon = Daemon(folder / "s")
    for how, status in (("disable", 401), ("demote", 200), ("end", 401)):
        login = f"one-{how}"
        command("user", "add", login, "--data", daemon.folder, stdin=PASSWORD + "\n")
        one = Client(daemon, login)
        live = Live(one)
        assert one.push(one.note())[1]["acks"][0][1] == "ok"
        if how == "disable":
            command("user", "disable", login, "--data", daemon.folder)
        elif how == "demote":
            ask(daemon, "UPDATE account SET role = 'admin' WHERE login = ?", login)
        else:
            ask(daemon, "UPDATE session SET ended_at = 1 WHERE account_id = (SELECT id FROM account WHERE login = ?)", login)
        got, answer = one.push(one.op("ticket.create", {"ticket": "00000000-0000-7000-8000-000000000001", "fields": {
            "category": "support.no_access", "house_id": one.house(), "phone_raw": "8 962 123-45-67", "description": "x"}}))
        assert got == status, (how, got, answer)
        if status == 200:
            assert answer["acks"][0][1] == "rejected" and answer["acks"][0][3]["code"] == "not_allowed", answer
            live.close()
            continue
        try:
            while True:
                live.receive()
        except ConnectionError as closed:
            assert "4401" in str(closed), (how, closed)
    daemon.stop()


def everybody_sees_and_ends_his_own_sessions(folder):
    daemon = Daemon(folder / "s")
    anna, phone, head = Client(daemon, "anna"), Client(daemon, "anna"), Client(daemon, "head")
    mine = anna.ask("GET", "/v1/sessions")[1]["sessions"]
    assert len(mine) == 2 and all(one["device"] == "test" and one["created_at"] and one["used_at"] for one in mine), mine
    live, poll = Live(phone), Client(daemon)
    poll.token = phone.token
    since = phone.head()
    poll.connection.request("GET", f"/v1/changes?since={since}&wait=25", headers={"Authorization": f"Bearer {phone.token}"})
    until(lambda: daemon.metric("long_polls") == 1, "a long poll")
    other = max(mine, key=lambda one: one["created_at"])["id"]
    for client, name, status in ((head, other, 403), (anna, "nonsense", 404), (anna, other, 204), (phone, other, 401)):
        assert client.ask("DELETE", f"/v1/sessions/{name}", raw=True)[0] == status, (name, status)
    try:
        while True:
            live.receive()
    except ConnectionError as closed:
        assert "4401" in str(closed), closed
    assert poll.connection.getresponse().status == 401, "what waits is refused, too"
    assert anna.ask("DELETE", "/v1/session", raw=True)[0] == 204 and anna.ask("GET", "/v1/sessions")[0] == 401
    daemon.stop()


def a_look_at_what_is_masked_is_written_down(folder):
    daemon = Daemon(folder / "s")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")
    house = anna.house()
    status, answer = head.push(head.op("row.put", {"table": "house", "id": house, "fields": {"access": "ключ у вахтёра"}}))
    assert answer["acks"][0][1] == "ok", answer
    seen = [row for row in anna.ask("GET", "/v1/snapshot?t=house")[1]["rows"] if row[2] == house][0][3]["access"]
    assert "вахт" not in seen, seen
    command("user", "add", "clerk", "--role", "clerk", "--data", daemon.folder, stdin=PASSWORD + "\n")
    clerk = Client(daemon, "clerk")
    what = {"table": "house", "id": house, "field": "access"}
    for client, words, status in ((anna, what, 200), (clerk, what, 403), (anna, {**what, "field": "street"}, 400),
                                  (anna, {**what, "id": "nothing"}, 404), (anna, {**what, "field": 1}, 400)):
        assert client.ask("POST", "/v1/reveal", words)[0] == status, (words, status)
    looks = ask(daemon, "SELECT a.login, l.table_name, l.row_id, l.field, l.at > 0 FROM look l JOIN account a ON a.id = l.account_id")
    assert looks == [("anna", "house", house, "access", 1)], looks
    for sql in ("DELETE FROM look", "UPDATE look SET field = 'x'", "DELETE FROM op", "UPDATE op SET type = 'x'"):
        try:
            ask(daemon, sql)
            raise AssertionError(sql)
        except sqlite3.IntegrityError:
            pass
    assert "вахт" not in daemon.said()
    daemon.stop()


def made_up_tokens_fill_nothing_and_hold_up_nobody(folder):
    daemon = Daemon(folder / "s")
    anna, stranger = Client(daemon, "anna"), Client(daemon)
    assert anna.ask("GET", "/v1/info")[0] == 200
    before, statuses = daemon.n_kilobytes(), []
    for n in range(300):
        stranger.token = f"{n:0200d}"
        statuses.append(stranger.ask("GET", "/v1/info", raw=True)[0])
    assert statuses[:60] == [401] * 60 and 429 in statuses and set(statuses) == {401, 429}, statuses
    assert stranger.answer.getheader("Retry-After") or statuses[-1] == 401
    assert anna.ask("GET", "/v1/info")[0] == 200, "who is known is not held up"
    assert daemon.n_kilobytes() - before < 4096
    reads = [anna.ask("GET", f"/v1/changes?since={2**40}", raw=True)[0] for _ in range(200)]
    assert 429 not in reads, "reads that follow pokes cost little"
    daemon.stop()


def every_answer_has_its_headers(folder):
    daemon = Daemon(folder / "s")
    anna, stranger = Client(daemon, "anna"), Client(daemon)
    for client, method, path in ((anna, "GET", "/v1/info"), (stranger, "GET", "/v1/info"), (stranger, "GET", "/nothing"), (anna, "GET", "/healthz"),
                                 (anna, "DELETE", "/v1/session")):
        client.ask(method, path, raw=True)
        headers = {name.lower(): value for name, value in client.answer.getheaders()}
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store", headers
        assert "max-age=31536000" in headers["strict-transport-security"] and not re.search(r"\d", headers.get("server", "")), headers
        if client.answer.status == 401:
            assert headers["www-authenticate"] == "Bearer", headers
    daemon.stop()


def the_door_itself_is_narrow(folder):
    daemon = Daemon(folder / "s")
    for version, good in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1, False)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            context.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port))).close()
            assert good, version
        except (ssl.SSLError, ConnectionError):
            assert not good, version
    big = TLS.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port)))
    got = b""
    try:
        big.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-Pad: " + b"x" * 300_000 + b"\r\n\r\n")
        got = big.recv(4096)
    except OSError:
        pass
    assert b" 200 " not in got, "a header without an end"
    until(lambda: daemon.metric("connections") <= 2, "all gone")
    kept = []
    for _ in range(64):
        kept.append(TLS.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port))))
        kept[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in kept[-1].recv(4096)
    try:
        TLS.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port)))
        raise AssertionError("the 65th connection of one address was taken in")
    except (ssl.SSLError, ConnectionError, OSError):
        pass
    for connection in kept:
        connection.close()
    daemon.stop()


def certificate(folder, name, first_day, last_day):
    """Self-signed, good between two days, counted from today."""
    day = lambda n: (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=n)).strftime("%Y%m%d%H%M%SZ")
    place = folder / name
    place.mkdir()
    (place / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={place}/index\nnew_certs_dir={place}\nserial={place}/serial\n"
                                  "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
    (place / "index").touch()
    (place / "serial").write_text("01\n")
    run = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
    run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=store", "-keyout", place / "key.pem",
        "-out", place / "request")
    run("ca", "-batch", "-selfsign", "-config", place / "ca.cnf", "-keyfile", place / "key.pem", "-in", place / "request", "-notext",
        "-startdate", day(first_day), "-enddate", day(last_day), "-out", place / "certificate.pem")
    os.chmod(place / "key.pem", 0o600)
    return "--certificate", place / "certificate.pem", "--key", place / "key.pem"


def bad_beginnings_are_refused_in_one_sentence(folder):
    daemon = Daemon(folder / "s")
    daemon.stop()
    command("init", "--data", folder / "other")
    address = daemon.folder / "database.url"
    address.write_text("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2\n")
    cases = (
        ("ran out on", None, certificate(folder, "old", -400, -2)),
        ("only good from", None, certificate(folder, "early", 2, 400)),
        ("does not fit", None, ("--key", folder / "other/key.pem")),
        ("cannot be read", None, ("--certificate", folder / "nothing.pem")),
        ("Plain HTTP", None, ("--plain-http", "--listen", "0.0.0.0:0")),
        ("Plain HTTP", None, ("--plain-http", "--listen", "[::]:0")),
        ("nonsense", None, ("--proxy", "nonsense")),
        ("Others may read", 0o644, ()),
        ("", 0o600, ()),  # a database that does not answer
    )
    for sentence, mode, words in cases:
        if mode is None:
            address.rename(folder / "aside")
        else:
            os.chmod(address, mode)
        listen = () if "--listen" in words else ("--listen", "127.0.0.1:0")
        done = subprocess.run([str(STORE), "serve", "--data", str(daemon.folder), *listen, *map(str, words)], capture_output=True, text=True,
                              timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"})
        if mode is None:
            (folder / "aside").rename(address)
        assert done.returncode == 2 and sentence in done.stderr and done.stderr.strip().count("\n") == 0, (sentence, done)
        assert done.stderr.startswith("uchastok-store: ") and "ready" not in done.stdout, done


main([secrets_are_kept_as_hashes, sessions_live_as_long_as_they_may, refusals_tell_nothing_apart, guesses_cost_time_however_they_come,
      passwords_are_checked_a_few_at_a_time, what_somebody_may_is_asked_at_each_operation, everybody_sees_and_ends_his_own_sessions,
      a_look_at_what_is_masked_is_written_down, made_up_tokens_fill_nothing_and_hold_up_nobody, every_answer_has_its_headers,
      the_door_itself_is_narrow, bad_beginnings_are_refused_in_one_sentence])
