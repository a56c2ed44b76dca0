"""What the door does to those who are too many, too slow, too long or too fast; what it refuses to start with."""
import os
import socket
import sqlite3
import subprocess
import time

from door import STORE, TLS, Client, Daemon, Live, command, main, until


def raw(daemon):
    return TLS.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port), 30))


def ended(connection, timeout_s):
    """Whether the other side ends the connection in time."""
    connection.settimeout(timeout_s)
    try:
        while connection.recv(65536):
            pass
        return True
    except (ConnectionError, OSError) as error:
        return not isinstance(error, TimeoutError)


def a_body_that_is_too_long_is_not_kept(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    status, problem = anna.ask("POST", "/v1/push", b"x" * (600 * 1024))
    assert status == 413 and problem["code"] == "too_long", problem
    assert anna.ask("GET", "/v1/info")[0] == 200, "the same connection goes on"
    status, problem = Client(daemon).ask("POST", "/v1/session", b"x" * 20000)
    assert status == 413, "a stranger has less"
    before = daemon.n_kilobytes()
    for length in ("Content-Length: 300000000", "Transfer-Encoding: chunked"):
        big = raw(daemon)
        big.sendall(f"POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n{length}\r\n\r\n".encode())
        sent, chunk = 0, b"10000\r\n" + b"x" * 65536 + b"\r\n"
        try:
            for _ in range(4600):
                big.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
        assert sent < 40_000_000, f"{length}: {sent} bytes were taken"
        big.close()
    assert daemon.n_kilobytes() - before < 16_000, "kilobytes"
    anna.connection.close()  # it was idle meanwhile: the daemon may have ended it
    assert anna.push(anna.note())[0] == 200
    daemon.stop()


def too_many_connections_of_one_address_are_refused(folder):
    daemon = Daemon(folder / "s", "--connections-per-address", "8")
    kept = []
    for _ in range(8):
        kept.append(raw(daemon))
        kept[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200" in kept[-1].recv(4096)
    try:
        assert ended(raw(daemon), 5)
    except (OSError, ConnectionError):
        pass
    kept.pop().close()
    until(lambda: answers(daemon), "room for one more")
    for connection in kept:
        connection.close()
    daemon.stop()


def slow_and_silent_peers_are_cut(folder):
    daemon = Daemon(folder / "s")
    began = time.monotonic()
    silent = socket.create_connection(("127.0.0.1", daemon.port))
    without_words = raw(daemon)
    trickling = raw(daemon)
    trickling.sendall(b"GET /healthz HTTP/1.1\r\n")
    half = raw(daemon)
    half.sendall(b"GET /healthz HTTP/1.1\r\nHost:")
    cut = None
    while time.monotonic() - began < 20 and cut is None:
        try:
            trickling.sendall(b"X-A: 1\r\n")
            time.sleep(0.5)
        except OSError:
            cut = time.monotonic() - began
    assert cut is not None and 8 < cut < 16, cut
    for connection in (silent, without_words, half):
        assert ended(connection, 5)
    assert Client(daemon).ask("GET", "/healthz", raw=True)[0] == 200
    daemon.stop()


def descriptors_come_back(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    anna.head()
    before = daemon.n_files()
    for _ in range(60):
        client = Client(daemon)
        client.ask("GET", "/healthz", raw=True)
        client.close()
        half = raw(daemon)
        half.sendall(b"GET /v1/in")
        half.close()
        live = Live(anna)
        assert live.status == 101
        live.close()
    until(lambda: daemon.n_files() <= before + 2, f"{before} descriptors, now {daemon.n_files()}", 20)
    daemon.stop()


def running_out_of_descriptors_is_survived(folder):
    daemon = Daemon(folder / "s", "--connections-per-address", "1000")
    anna = Client(daemon, "anna")
    limit = daemon.n_files() + 20
    subprocess.run(["prlimit", f"--nofile={limit}:{limit}", "--pid", str(daemon.process.pid)], check=True)
    crowd = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(60)]
    time.sleep(1)
    assert anna.ask("GET", "/v1/info")[0] == 200, "who is in stays in"
    for connection in crowd:
        connection.close()
    until(lambda: answers(daemon), "the door opens again", 20)
    assert "cannot take a connection in" in daemon.said()
    daemon.stop()


def answers(daemon):
    try:
        return Client(daemon).ask("GET", "/healthz", raw=True)[0] == 200
    except OSError:
        return False


def who_asks_too_fast_has_to_wait(folder):
    daemon = Daemon(folder / "s")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")
    statuses = [anna.ask("GET", "/v1/info")[0] for _ in range(100)]
    assert 429 in statuses and statuses[:50] == [200] * 50, statuses
    assert anna.answer.getheader("Retry-After") or statuses[-1] == 200
    assert head.ask("GET", "/v1/info")[0] == 200, "others are not held up"
    until(lambda: anna.ask("GET", "/v1/info")[0] == 200, "the right to ask comes back")
    daemon.stop()


def a_live_desk_that_does_not_read_costs_nothing(folder):
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")
    live = Live(head, receive_buffer=4096)
    before = daemon.n_kilobytes()
    for _ in range(600):
        anna.push(anna.note("x" * 500))
    assert daemon.n_kilobytes() - before < 20_000, "kilobytes"
    assert daemon.metric("live_clients") == 1, "its turn to be dropped comes with the silence"
    live.close()
    daemon.stop()


def nonsense_is_refused_and_not_logged(folder):
    daemon = Daemon(folder / "s")
    client = Client(daemon)
    for method, path, status in (("GET", "/", 404), ("GET", "/v1/push", 405), ("PUT", "/v1/session", 405),
                                 ("GET", "/../../etc/passwd", 404), ("GET", "/v1/live", 401)):
        assert client.ask(method, path, raw=True)[0] == status, path
    for junk in (b"\x00" * 200, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 50):
        connection = raw(daemon)
        connection.sendall(junk)
        connection.close()
    client.ask("POST", "/track/t?id=very-secret-word&lat=45", raw=True)
    assert client.ask("GET", "/healthz", raw=True)[0] == 200
    assert "very-secret-word" not in daemon.said()
    daemon.stop()


def a_note_of_ten_megabytes_is_refused(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    status, answer = anna.push(anna.note("ё" * 50_000))
    assert status == 200 and answer["acks"][0][1:2] == ["rejected"] and answer["acks"][0][3]["code"] == "too_long", answer
    assert answer["acks"][0][3]["field"] == "text", answer
    try:
        status, _ = anna.ask("POST", "/v1/push", b"x" * 10_000_000)
        assert status == 413
    except OSError:
        pass  # cut while it was still talking
    anna = Client(daemon, "anna")
    assert anna.push(anna.note("👩‍🔧 שלום ‏مرحبا"))[1]["acks"][0][1] == "ok"
    daemon.stop()


def a_full_disk_loses_nothing(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    first = anna.push(anna.note())[1]["head"]
    limit = max(path.stat().st_size for path in daemon.folder.iterdir() if path.name.startswith("store.sqlite"))

    def may_grow_to(size):
        subprocess.run(["prlimit", f"--fsize={size}:unlimited", "--pid", str(daemon.process.pid)], check=True)

    may_grow_to(limit)
    refused, op = None, None
    for _ in range(50):
        op = anna.note("x" * 20_000)
        status, refused = anna.push(op)
        if status != 200:
            break
    assert status == 503 and anna.answer.getheader("Retry-After"), (status, refused)
    assert anna.ask("GET", "/v1/info")[0] == 200, "it can still be read"
    head = anna.head()
    may_grow_to("unlimited")
    status, answer = anna.push(op)
    assert status == 200 and answer["acks"][0][:3] == [op["mid"], "ok", head + 1] and head >= first, answer
    daemon.stop()


def bad_beginnings_are_refused(folder):
    daemon = Daemon(folder / "s")
    daemon.stop()
    store = daemon.folder

    def refuses(sentence, *words):
        done = subprocess.run([str(STORE), "serve", "--data", str(store), *map(str, words)], capture_output=True,
                              text=True, timeout=30, env={**os.environ, "LC_ALL": "C.UTF-8"})
        assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1, done
        assert "ready" not in done.stdout

    refuses("Plain HTTP", "--plain-http", "--listen", "0.0.0.0:0")
    refuses("no ADDRESS:PORT", "--listen", "127.0.0.1:notaport")
    os.chmod(store / "key.pem", 0o644)
    refuses("Others may read the key", "--listen", "127.0.0.1:0")
    os.chmod(store / "key.pem", 0o600)
    command("init", "--data", folder / "other")
    refuses("does not fit", "--listen", "127.0.0.1:0", "--key", folder / "other/key.pem")
    refuses("cannot be read", "--listen", "127.0.0.1:0", "--key", folder / "nothing.pem")
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    refuses("in use", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    database = sqlite3.connect(store / "store.sqlite")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute("PRAGMA user_version = 9999")
    database.commit()
    refuses("newer", "--listen", "127.0.0.1:0")
    database.execute(f"PRAGMA user_version = {version}")
    database.commit()
    database.close()
    plain = Daemon(store, "--plain-http")
    plain.stop()


main([a_body_that_is_too_long_is_not_kept, too_many_connections_of_one_address_are_refused,
      slow_and_silent_peers_are_cut, descriptors_come_back, running_out_of_descriptors_is_survived,
      who_asks_too_fast_has_to_wait, a_live_desk_that_does_not_read_costs_nothing,
      nonsense_is_refused_and_not_logged, a_note_of_ten_megabytes_is_refused, a_full_disk_loses_nothing,
      bad_beginnings_are_refused])
