"""A real store, real desks without windows, and bad networks between them; what must hold whatever happens."""
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from desk_core import BUILD, DeskCore
from fault_proxy import FaultProxy
from postgres import Postgres

STORE = BUILD / "src/server/admin/uchastok-store"
DIGEST = BUILD / "tests/support/store-digest"
PASSWORD = "demo-uchastok"
VERDICTS_OK = ("ok",)


def command(*words, **more):
    done = subprocess.run([str(STORE), *map(str, words)], capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, **more)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def argument(text, name):
    """Of a command as the log keeps it: JSON or GVariant's text."""
    found = re.search(rf"""["']{name}["']: ?<?["']([^"']*)["']""", text)
    return found and found.group(1)


class Store:
    """uchastok-store serve, on one port for all its lives."""

    def __init__(self, folder, *arguments, environment=None):
        self.folder, self.arguments, self.port, self.process = Path(folder), arguments, 0, None
        self.environment = environment or {}
        self.fingerprint = command("fingerprint", "--data", self.folder).strip()
        self.url = f"sqlite:{self.folder / 'store.sqlite'}"

    def spawn(self):
        self.log = open(self.folder.parent / "store.log", "ab")
        self.process = subprocess.Popen(
            [str(STORE), "serve", "--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}",
             "--connections-per-address", "1000", *self.arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True, errors="replace",
            env={**os.environ, "G_DEBUG": "fatal-criticals", **self.environment})
        return self

    def ready(self):
        line = self.process.stdout.readline()
        match = re.search(r"ready on https://127\.0\.0\.1:(\d+)", line)
        assert match, f"the store does not start: {line}{self.said()}"
        self.port = int(match.group(1))
        return self

    def start(self):
        return self.spawn().ready()

    def kill(self):
        self.process.kill()
        self._end()

    def stop(self):
        self.process.terminate()
        status = self.process.wait(60)
        self._end()
        assert status == 0, (status, self.said())

    def _end(self):
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def close(self):
        pass

    def said(self):
        return (self.folder.parent / "store.log").read_text(errors="replace")[-4000:]

    def n_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def n_kilobytes(self):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text()).group(1))

    def ask(self, sql, *values):
        """Of the database itself, while nobody writes or beside who does."""
        database = sqlite3.connect(f"file:{self.folder / 'store.sqlite'}?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def digest(self):
        done = subprocess.run([str(DIGEST), self.url], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


class PostgresStore(Store):
    """The same on a PostgreSQL server of its own, which can be killed too."""

    def __init__(self, folder):
        self.server = Postgres()
        self.database = self.server.add_database()
        command("demo", "--data", folder, "--database", self.database, "--houses", "20", "--tickets", "30")
        super().__init__(folder)
        self.url = self.database

    def psql(self, sql):
        return subprocess.run([self.server.bin / "psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-c",
                               sql, self.database], capture_output=True, text=True)

    def ask(self, sql, *values):
        for value in values:
            sql = sql.replace("?", "'%s'" % value.replace("'", "''"), 1)
        done = self.psql(sql)
        assert done.returncode == 0, done.stderr
        return [tuple(int(word) if word.isdigit() else word for word in line.split("\x1f")) for line in done.stdout.splitlines()]

    def close(self):
        self.server.close()

    def restart_server(self):
        """As after a crash, in the middle of whatever it is doing."""
        self.server.stop(signal.SIGQUIT)
        self.server.start()

    def stand_in_the_way(self):
        """Takes what the store takes, in the other order: one of the two is the victim of a deadlock."""
        done = self.psql("BEGIN; LOCK TABLE op IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(0.05); "
                         "SELECT value FROM number WHERE name = 'head' FOR UPDATE; ROLLBACK")
        return "deadlock" in done.stderr


class Office:
    """One store, and as many desks as are asked for, each behind one of two bad networks."""
    template = None

    def __init__(self, folder, seed=1, store=None, environment=None):
        self.folder, self.seed = Path(folder), seed
        if store is None:
            if Office.template is None:
                Office.template = Path(tempfile.mkdtemp(prefix="uchastok-office-"))
                command("demo", "--data", Office.template / "s", "--houses", "20", "--tickets", "30")
            shutil.copytree(Office.template / "s", self.folder / "store")
            store = Store(self.folder / "store", environment=environment)
        self.store = store.start()
        # the one that ends TLS has a certificate of its own
        command("init", "--data", self.folder / "middle")
        self.desks, self.proxies = [], {
            False: FaultProxy(self.store.port, seed),
            True: FaultProxy(self.store.port, seed + 1, self.folder / "middle/certificate.pem",
                             self.folder / "middle/key.pem")}
        self.middle_fingerprint = command("fingerprint", "--data", self.folder / "middle").strip()

    def desk(self, login, ends_tls=False, direct=False, **more):
        proxy = self.proxies[ends_tls]
        desk = DeskCore(self.folder / f"desk-{len(self.desks)}", self.store.port if direct else proxy.port,
                        self.middle_fingerprint if ends_tls else self.store.fingerprint, login, PASSWORD, **more)
        self.desks.append(desk)
        return desk

    def heal(self):
        for proxy in self.proxies.values():
            proxy.heal()

    def settle(self, timeout_s=120):
        """Waits until every desk has sent and seen everything; those who wait for their turn are told to look now, as
        a change of the network does."""
        head = lambda: self.store.ask("SELECT max(seq) FROM op")[0][0]

        def is_settled(desk):
            if desk.state.get("state") != "in_sync" or desk.state["waiting"] > 0:
                return False
            return desk.ask("status")["cursor"] >= head()  # a refusal moves the cursor and shows nothing

        for desk in self.desks:
            def nudge_and_look(desk=desk, last=[time.monotonic()]):
                if desk.state.get("state") == "offline" and time.monotonic() - last[0] > 2:
                    last[0] = time.monotonic()
                    desk.ask("stop")
                    desk.ask("start")
                return is_settled(desk)
            desk.wait(nudge_and_look, lambda: f"a desk that has sent and seen everything (head {head()})", timeout_s)
        for desk in self.desks:  # the last one's acts have come to the first one too
            desk.wait(lambda: is_settled(desk), "the end of the others", timeout_s)

    def close(self):
        for desk in self.desks:
            if desk.process.poll() is None:
                desk.kill()
        for proxy in self.proxies.values():
            proxy.close()
        if self.store.process.poll() is None:
            self.store.kill()
        self.store.close()

    def check(self, submitted):
        """The invariants, from the logs of both sides. submitted: desk → ids that were durable when it said so."""
        log = self.store.ask("SELECT seq, id, client, mid, verdict, type, args FROM op ORDER BY seq")
        by_id = {}
        for seq, name, *rest in log:
            assert name not in by_id, f"I2: {name} is in the log twice"
            by_id[name] = (seq, *rest)
        first, head = log[0][0], log[-1][0]
        assert [row[0] for row in log] == list(range(first, head + 1)), "I4: the log has gaps"
        self._check_order(log)
        want = self.store.digest()
        for desk in self.desks:
            ops = {op[0]: op for op in desk.ask("pending")["ops"]}
            refusals = {name for name, _ in desk.ask("refusals")["refusals"]}
            lost = set(submitted.get(desk, ())) - set(ops)
            assert not lost, f"I1: {desk.folder.name} forgot {lost}"
            for name, mid, state, seq in ops.values():
                entry = by_id.get(name)
                assert state in (2, 3), f"I1: {name} is still in state {state} at {desk.folder.name}"
                if entry is None:  # set aside by the desk itself: the store never understood it
                    assert state == 3 and seq == 0 and name in refusals, f"I1: {name} is not in the log"
                    continue
                assert seq == entry[0], f"I1: {name} was acknowledged as {seq}, the log says {entry[0]}"
                assert (entry[3] in VERDICTS_OK) == (state == 2), f"{name}: {entry[3]} here, state {state} there"
                assert state != 3 or name in refusals, f"I11: the refusal of {name} is not shown at {desk.folder.name}"
            self._check_cursors(desk)
            digest = desk.ask("digest")
            assert (digest["store"], digest["cursor"], digest["digest"]) == \
                (want["store"], want["head"], want["digest"]), f"I7: {desk.folder.name}: {digest}, the store {want}"
        self._check_visits(log)
        return len(log)

    @staticmethod
    def _check_order(log):
        clients = {}
        for seq, name, client, mid, *_ in log:
            last = clients.get(client, 0)
            assert mid == last + 1, f"I3: {client} has {mid} after {last}"
            clients[client] = mid

    def _check_cursors(self, desk):
        cursors = {}
        for event in desk.events:
            if event.get("cursor", -1) >= 0 and event.get("store"):
                last = cursors.get(event["store"], -1)
                assert event["cursor"] >= last, f"I6: {desk.folder.name} went from {last} to {event['cursor']}"
                cursors[event["store"]] = event["cursor"]

    def _check_visits(self, log):
        took, what = {}, {}  # (visit, the version that was seen) → who took it; act → what it did
        for seq, name, client, mid, verdict, kind, args in log:
            if verdict not in VERDICTS_OK:
                continue
            if kind == "visit.assign":
                key = argument(args, "visit"), argument(args, "base")
                what[name] = (key, True)
                assert key not in took, f"I9: {name} and {took[key]} both assigned {key}"
                took[key] = name
            elif kind == "act.undo":  # the version before it stands again
                key, was_taken = what.get(argument(args, "event"), (None, False))
                what[name] = (key, not was_taken)
                if key and was_taken:
                    took.pop(key, None)
                elif key:
                    took[key] = name
        twice = self.store.ask("SELECT ticket_id, count(*) FROM visit WHERE state IN ('planned', 'assigned', 'accepted', "
                               "'en_route', 'on_site') GROUP BY ticket_id HAVING count(*) > 1")
        assert not twice, f"I9: open visits of one ticket: {twice}"


def main(tests):
    """Runs them one after the other, each in a folder of its own; speaks TAP. Arguments choose among them."""
    wanted, failed = sys.argv[1:], 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        if wanted and not any(word in test.__name__ for word in wanted):
            print(f"ok {number} - {name} # SKIP not asked for", flush=True)
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="uchastok-faults-") as folder:
            try:
                test(Path(folder))
                print(f"ok {number} - {name}\n# {time.monotonic() - began:.1f} s", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                traceback.print_exc()
                log = Path(folder) / "store.log"
                if log.exists():
                    print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
            finally:
                if Office.template and number == len(tests):
                    shutil.rmtree(Office.template, ignore_errors=True)
    sys.exit(1 if failed else 0)
