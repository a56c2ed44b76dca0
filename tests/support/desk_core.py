"""A desk without a window, as a process of its own: see desk-core.c for what it can be told."""
import json
import os
import queue
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("UCHASTOK_BUILD", ROOT / "build"))
DESK_CORE = BUILD / "tests/support/desk-core"
TIMEOUT_S = 60


class Gone(Exception):
    """The process ended before it answered."""


def until(condition, what, timeout_s=TIMEOUT_S):
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"did not come about: {what() if callable(what) else what}")
        time.sleep(0.02)


class DeskCore:
    def __init__(self, folder, port, fingerprint, login, password, environment=None, host="127.0.0.1"):
        self.folder, self.port, self.fingerprint, self.login = Path(folder), port, fingerprint, login
        self.host, self.environment = host, environment or {}
        self.secret = self.folder.parent / f"{self.folder.name}.password"
        self.secret.write_text(password + "\n")
        self.log = self.folder.parent / f"{self.folder.name}.log"
        self.on_event = lambda event: None  # called on the reader's thread
        self.events = []  # of all its lives
        self.start()

    def start(self):
        self.state, self.answers, self.opened, self.number = {}, {}, None, 0
        self.lock = threading.Lock()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(DESK_CORE), "--store", f"https://{self.host}:{self.port}", "--trust", self.fingerprint, "--login",
                 self.login, "--password-file", str(self.secret), "--folder", str(self.folder), "--device",
                 self.folder.name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, errors="replace",
                env={**os.environ, "G_DEBUG": "fatal-warnings", **self.environment})
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process):
        for line in process.stdout:
            try:
                event = json.loads(line)
            except ValueError:  # cut by a kill in the middle
                continue
            if event["event"] == "answer":
                with self.lock:
                    box = self.answers.pop(event.get("tag"), None)
                if box:
                    box.put(event)
                continue
            if event["event"] == "state":
                self.state = event
            elif event["event"] == "opened":
                self.opened = event
            with self.lock:
                self.events.append(event)
            self.on_event(event)
        with self.lock:
            left, self.answers = self.answers, None
        for box in left.values():
            box.put(None)

    def send(self, verb, **words):
        """Asks without waiting: gives the box into which the answer comes (None: the desk is gone)."""
        box = queue.Queue()
        with self.lock:
            if self.answers is None:
                box.put(None)
                return box
            self.number += 1
            tag = self.number
            self.answers[tag] = box
        try:
            self.process.stdin.write(json.dumps({"do": verb, "tag": tag, **words}) + "\n")
            self.process.stdin.flush()
        except (OSError, ValueError):
            box.put(None)
        return box

    def ask(self, verb, timeout_s=TIMEOUT_S, **words):
        try:
            answer = self.send(verb, **words).get(timeout=timeout_s)
        except queue.Empty:
            raise AssertionError(f"{self.folder.name} does not answer {verb}\n{self.said()}") from None
        if answer is None:
            raise Gone(f"{self.folder.name} ended\n{self.said()}")
        return answer

    def wait(self, condition, what, timeout_s=TIMEOUT_S):
        until(lambda: self.process.poll() is not None or condition(),
              lambda: f"{what() if callable(what) else what}: {self.folder.name} {self.state}\n{self.said()}", timeout_s)
        if self.process.poll() is not None:
            raise Gone(f"{self.folder.name} ended with {self.process.returncode}\n{self.said()}")

    def wait_state(self, *states, timeout_s=TIMEOUT_S):
        """In sync also means that the lists are filled."""
        self.wait(lambda: self.state.get("state") in states and (self.state["ready"] or "in_sync" not in states),
                  f"state {states}", timeout_s)

    def said(self):
        return self.log.read_text(errors="replace")[-3000:]

    def rows(self, table):
        return self.ask("list", table=table)["rows"]

    def kill(self):
        self.process.kill()
        self._end()

    def close(self):
        """Ends it as a person would: what is under way is finished."""
        if self.process.poll() is None:
            self.send("quit")
            try:
                self.process.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._end()
        return self.process.returncode

    def _end(self):
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except OSError:
            pass
