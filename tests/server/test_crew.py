"""The people of a demo town, alive against the real store: each its own client over HTTPS, with losses of connection."""
import json
import signal
import sqlite3
import subprocess
import time

from door import STORE, TIMEOUT_S, Daemon, command, main, os

LIFE = ["visit.assign", "visit.accept", "visit.depart", "visit.arrive", "visit.finish"]
PATIENCE_S = 600  # a loaded machine; it takes about a minute


class Town:
    """A demo store, and whoever lives in it."""

    def __init__(self, folder, *words):
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = command("demo", "--data", folder, "--houses", 120, "--tickets", 90)
        (folder / "logins").write_text(made.stdout)
        self.daemon = Daemon(folder)
        self.began = int(time.time() * 1000)
        self.people = subprocess.Popen([str(STORE), "simulate", "--data", str(folder), *map(str, words)], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        Daemon.running.append(self.people)

    def ask(self, sql, *values):
        with sqlite3.connect(f"file:{self.daemon.folder}/store.sqlite?mode=ro", uri=True) as database:
            return database.execute(sql, values).fetchall()

    def lives(self):
        """Types of what was done with each visit since the people came, in order."""
        lives = {}
        for visit, kind in self.ask("SELECT visit_id, type FROM event WHERE visit_id > '' AND device = 'simulated'"
                                    " AND undone_by IS NULL ORDER BY seq"):
            lives.setdefault(visit, []).append(kind)
        return lives

    def wait(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            assert self.people.poll() is None, self.people.communicate()
            if condition():
                return
            time.sleep(0.5)
        raise AssertionError(f"did not come about: {what}: {self.lives()}")

    def leave(self):
        """Ctrl+C; what they tell of themselves."""
        self.people.send_signal(signal.SIGINT)
        said, complained = self.people.communicate(timeout=4 * TIMEOUT_S)
        assert self.people.returncode == 0 and complained == "", (self.people.returncode, complained)
        return json.loads(said)

    def calls(self):
        return self.ask("SELECT category, house_id, apartment, client_name, description FROM ticket WHERE id NOT LIKE 'demo-%' ORDER BY number")


def a_town_lives_by_itself(folder):
    words = ("--seed", 11, "--speed", 60, "--tickets-per-day", 1500, "--dispatch", "--losses", 25, "--json")
    one, two = Town(folder / "one", *words, "--engineers", 12), Town(folder / "two", *words, "--engineers", 1)

    def has_whole_life():
        return any(sum(step in life for step in LIFE) == len(LIFE) for life in one.lives().values())

    one.wait(has_whole_life, "a visit from its assignment to its end")
    one.wait(lambda: one.ask("SELECT count(*) FROM visit WHERE arrived_geo_at > ?", one.began)[0][0] > 0, "an arrival that a position confirms")
    one.wait(lambda: len(one.calls()) >= 5, "clients who call")
    two.wait(lambda: len(two.calls()) >= 5, "clients who call")
    told, other = one.leave(), two.leave()
    # a connection that died lost nothing and doubled nothing
    assert told["offline"] > 0 and told["points"] > 0, told
    did = {row["what"]: int(row["n"]) for row in told["done"]}
    kept = dict(one.ask("SELECT type, count(*) FROM event WHERE device IN ('simulated', 'simulate') GROUP BY type"))
    for kind, n in kept.items():
        # the answers to the last pushes may have been cut off when they left
        assert 0 <= n - did.get(kind, 0) <= 60, (kind, n, did)
    assert all(kept.get(kind, 0) >= n for kind, n in did.items()), (did, kept)
    # nothing was refused but what somebody else was first with
    for refused in told["refused"] + other["refused"]:
        assert refused["what"] in ("ticket.take illegal_step", "visit.assign changed", "visit.assign illegal_step"), refused
    assert one.ask("SELECT count(*) FROM visit WHERE needs_review")[0][0] == 0
    # the positions came and were believed
    shown = one.ask("SELECT count(*) FROM position WHERE shown AND source = 'traccar'")[0][0]
    assert shown > 0.8 * told["points"], (shown, told)
    # everybody has signed out
    assert one.ask("SELECT count(*) FROM session WHERE ended_at = 0 OR ended_at IS NULL")[0][0] == 0
    # the same seed: the same clients call
    mine, theirs = one.calls(), two.calls()
    n = min(len(mine), len(theirs))
    assert mine[:n] == theirs[:n] and len(set(mine[:n])) > 1
    one.daemon.stop()
    two.daemon.stop()


def nothing_is_invented_in_a_real_office(folder):
    daemon = Daemon(folder / "s")
    staff = daemon_staff(daemon)
    command("user", "add", "petr", "--role", "engineer", "--staff", staff, "--data", daemon.folder, stdin="a long secret\n")
    logins = folder / "logins"
    logins.write_text("petr\ta long secret\tengineer\tЁлкин\n")
    head = command("status", "--data", daemon.folder, "--json").stdout
    done = command("simulate", "--data", daemon.folder, "--logins", logins, status=1)
    assert "no demo town" in done.stderr and done.stdout == "", done
    logins.write_text("petr\twrong\tengineer\tЁлкин\n")
    assert command("simulate", "--data", daemon.folder, "--logins", logins, status=1).stderr.count("\n") == 1
    assert json.loads(command("status", "--data", daemon.folder, "--json").stdout)["head"] == json.loads(head)["head"]
    logins.write_text("anna\tx\tdispatcher\tАнна\n")
    assert "no engineer" in command("simulate", "--data", daemon.folder, "--logins", logins, status=2).stderr
    daemon.stop()
    logins.write_text("petr\ta long secret\tengineer\tЁлкин\n")
    assert "not being served" in command("simulate", "--data", daemon.folder, "--logins", logins, status=2).stderr
    assert command("simulate", "--at", f"https://127.0.0.1:{daemon.port}", "--logins", logins, status=1).stderr.count("\n") == 1


def daemon_staff(daemon):
    with sqlite3.connect(f"file:{daemon.folder}/store.sqlite?mode=ro", uri=True) as database:
        return database.execute("SELECT id FROM staff WHERE name LIKE 'Ёлкин%'").fetchone()[0]


main([a_town_lives_by_itself, nothing_is_invented_in_a_real_office])
