"""The real daemon behind its real door: a store in a temporary folder, HTTPS and WebSocket by hand."""
import base64
import http.client
import json
import os
import re
import select
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("UCHASTOK_BUILD", ROOT / "build"))
STORE = BUILD / "src/server/admin/uchastok-store"
PASSWORD = "a long secret"
TIMEOUT_S = 30

SANITIZED = STORE.exists() and b"__asan_init" in STORE.read_bytes()
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE

HOUSES = "улица;дом;широта;долгота\nМира;5;45.05;41.95\nМира;7;45.051;41.951\n"
STAFF = "ФИО;Телефон;Должность\nЁлкин Пётр Ильич;89621234567;инженер\nБарсукова Анна;89621234568;диспетчер\n"


def command(*words, stdin="", status=0):
    """One command of uchastok-store; a sanitizer's complaint counts as a failure too."""
    done = subprocess.run([str(STORE), *map(str, words)], input=stdin, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    assert "CRITICAL" not in done.stderr and "Sanitizer" not in done.stderr, done.stderr
    return done


class Daemon:
    running = []  # whatever becomes of a test, its daemon ends with it

    def __init__(self, folder, *arguments):
        self.folder, self.arguments, self.port = Path(folder), arguments, 0
        if not self.folder.exists():
            command("init", "--data", self.folder, "--login", "head", "--name", "Главная", stdin=PASSWORD + "\n")
            for kind, text in (("houses", HOUSES), ("staff", STAFF)):
                path = self.folder / f"{kind}.csv"
                path.write_text(text)
                command("import", kind, path, "--data", self.folder)
            command("user", "add", "anna", "--data", self.folder, stdin=PASSWORD + "\n")
        self.start()

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [str(STORE), "serve", "--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}", *self.arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env={**os.environ, "G_DEBUG": "fatal-criticals"})
        Daemon.running.append(self.process)
        line = self.process.stdout.readline()
        match = re.search(r"ready on https?://127\.0\.0\.1:(\d+)", line)
        assert match, (line, self.said())
        self.port = int(match.group(1))

    def said(self):
        return (self.folder / "log").read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        status = self.process.wait(TIMEOUT_S)
        self.process.stdout.close()
        self.log.close()
        assert status == 0, (status, self.said())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def n_kilobytes(self):
        """What it holds in memory; a sanitizer keeps the freed for a while too."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) // (4 if SANITIZED else 1)

    def n_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def metric(self, name):
        text = Client(self).ask("GET", "/metrics", raw=True)[1].decode()
        return int(re.search(rf"^uchastok_{name} (\d+)$", text, re.M).group(1))


class Client:
    """Keeps one connection, as a desk does."""

    def __init__(self, daemon, login=None, password=PASSWORD):
        self.daemon, self.token, self.mid = daemon, None, 0
        self.name = str(uuid.uuid4())
        self.connection = http.client.HTTPSConnection("127.0.0.1", daemon.port, timeout=TIMEOUT_S, context=TLS)
        if login:
            status, welcome = self.ask("POST", "/v1/session", {"login": login, "password": password,
                                       "device": {"id": self.name, "name": "test", "app": "test"}})
            assert status == 200, (status, welcome)
            self.token, self.store, self.staff = welcome["token"], welcome["store"], welcome.get("staff")

    def ask(self, method, path, body=None, headers=None, raw=False):
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(body, dict):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        self.connection.request(method, path, body.encode() if isinstance(body, str) else body, headers)
        answer = self.connection.getresponse()
        self.answer, content = answer, answer.read()
        if raw or not content:
            return answer.status, content
        return answer.status, json.loads(content)

    def op(self, kind, args, mid=None):
        if mid is None:
            self.mid += 1
            mid = self.mid
        return {"mid": mid, "id": str(uuid.uuid4()), "type": kind, "args": args, "at": int(time.time() * 1000)}

    def push(self, *ops):
        return self.ask("POST", "/v1/push", {"store": self.store, "client": self.name, "schema": 1, "ops": list(ops)})

    def note(self, text="слово"):
        return self.op("note.add", {"note": str(uuid.uuid4()), "house": self.house(), "text": text})

    def house(self):
        if not hasattr(Client, "a_house"):
            Client.a_house = self.ask("GET", "/v1/snapshot?t=house&limit=1")[1]["rows"][0][2]
        return Client.a_house

    def head(self):
        return self.ask("GET", "/v1/info")[1]["head"]

    def changes(self, since, **more):
        words = "".join(f"&{name}={value}" for name, value in more.items())
        return self.ask("GET", f"/v1/changes?since={since}{words}")

    def close(self):
        self.connection.close()


class Live:
    """A WebSocket (RFC 6455) that reads only when it is told to."""

    def __init__(self, client, receive_buffer=0):
        plain = socket.create_connection(("127.0.0.1", client.daemon.port), TIMEOUT_S)
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket = TLS.wrap_socket(plain)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                             f"Authorization: Bearer {client.token}\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            more = self.socket.recv(4096)
            if not more:
                break
            self.buffer += more
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.status = int(head.split()[1]) if head else 0

    def send(self, message, opcode=1):
        data, mask = json.dumps(message).encode() if opcode == 1 else message, os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xFE]) + struct.pack(">H", len(data))
        self.socket.sendall(bytes([0x80 | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def take(self, count, end):
        while len(self.buffer) < count:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("closed")
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def receive(self, timeout_s=TIMEOUT_S):
        """The next message; a ping is answered; a close raises with its code."""
        end = time.monotonic() + timeout_s
        while True:
            first, size = self.take(2, end)
            if size == 126:
                size = struct.unpack(">H", self.take(2, end))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.take(8, end))[0]
            data, opcode = self.take(size, end), first & 15
            if opcode == 9:
                self.send(data, 10)
            elif opcode == 8:
                raise ConnectionError(f"closed {struct.unpack('>H', data[:2])[0] if data else 0}")
            elif opcode == 1:
                return json.loads(data)

    def wait(self, kind, condition=lambda message: True, timeout_s=TIMEOUT_S):
        end = time.monotonic() + timeout_s
        while True:
            message = self.receive(max(0.01, end - time.monotonic()))
            if message["type"] == kind and condition(message):
                return message

    def wait_news(self, head):
        """The rows themselves, or only that there are some."""
        while True:
            message = self.receive()
            if {"poke": message.get("head"), "chg": message.get("to")}.get(message["type"]) == head:
                self.send({"type": "at", "seq": head})
                return

    def close(self):
        self.socket.close()


def until(condition, what, timeout_s=TIMEOUT_S):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"did not come about: {what}"
        time.sleep(0.02)


def main(tests):
    """Runs them one after the other, each with a folder of its own, and speaks TAP."""
    print(f"1..{len(tests)}")
    wanted, failed = sys.argv[1:], 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        if wanted and test.__name__ not in wanted:
            print(f"ok {number} - {name} # SKIP not asked for")
            continue
        with tempfile.TemporaryDirectory(prefix="uchastok-door-") as folder:
            if hasattr(Client, "a_house"):
                del Client.a_house
            try:
                test(Path(folder))
                print(f"ok {number} - {name}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                traceback.print_exc()
                log = Path(folder) / "s/log"
                if log.exists():
                    print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
            finally:
                for process in Daemon.running:
                    if process.poll() is None:
                        process.kill()
                        process.wait()
                Daemon.running.clear()
    sys.exit(1 if failed else 0)
