"""People work, the network is bad, and the store and the desks are killed at random moments: nothing is lost.

    storm.py [--kills N] [--seed N] [--desks N] [--postgres]     one long run; prints its figures
"""
import argparse
import random
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from desk_core import Gone
from office import Office, PostgresStore

LOGINS = ("dispatcher-1", "dispatcher-2", "dispatcher-3", "head-1")
# How bad the network is from now on; "well" comes often, so that work goes on.
WEATHER = ({}, {}, {}, {"delay_ms": 15}, {"cut": 0.5}, {"vanish": 0.3}, {"hold": "up"}, {"hold": "down"}, {"hold": "both"},
           {"refuse": True}, {"rate": 400}, {"replay": 0.5}, {"cut": 0.2, "delay_ms": 5, "replay": 0.3})
WELL = {"delay_ms": 0, "rate": 0, "hold": "", "refuse": False, "cut": 0.0, "vanish": 0.0, "replay": 0.0}


class Person(threading.Thread):
    """Does something at a desk again and again, by what the desk shows."""

    def __init__(self, storm, desk, seed):
        super().__init__(daemon=True)
        self.storm, self.desk, self.dice = storm, desk, random.Random(seed)
        self.submitted, self.counts, self.error = [], Counter(), None

    def run(self):
        while not self.storm.over.is_set():
            time.sleep(self.dice.uniform(0.005, 0.06))
            try:
                self.act()
            except Gone:
                self.storm.over.wait(0.05)  # somebody brings the desk back
            except Exception as error:
                self.error = error
                return

    def act(self):
        desk, dice = self.desk, self.dice
        tickets = desk.ask("tickets")
        if "rows" not in tickets or not tickets["rows"]:
            return
        ticket = dice.choice(tickets["rows"][-12:])  # the same ones for all: people get into each other's way
        kind = dice.choices(("create", "assign", "note", "step", "call", "edit", "undo", "redo"),
                            (10, 30, 20, 15, 8, 10, 5, 2))[0]
        if kind == "create":
            self.took(desk.ask("create"), must_see=dice.random() < 0.3)
        elif kind == "assign":
            engineers = [row["id"] for row in desk.rows("staff") if row.get("role") == "engineer"]
            if engineers:  # the lists may not be filled yet
                self.took(desk.ask("assign", ticket=ticket["id"], engineer=dice.choice(engineers)))
        elif kind == "undo" or kind == "redo":
            for outcome in desk.ask(kind).get("outcomes", ()):
                self.took(outcome)
        else:
            self.took(desk.ask("act", **self.words(kind, ticket)))

    def words(self, kind, ticket):
        name, fresh = ticket["id"], str(uuid.uuid4())
        if kind == "note":
            return {"type": "note.add", "args": {"note": fresh, "ticket": name, "text": "заметка " * self.dice.randrange(1, 60)}}
        if kind == "call":
            return {"type": "call.log", "args": {"call": fresh, "ticket": name, "outcome": "talked"}}
        if kind == "edit":
            return {"type": "ticket.edit", "args": {"ticket": name, "fields": {"apartment": fresh[:4]}}}
        return self.dice.choice((
            {"type": "ticket.take", "args": {"ticket": name}},
            {"type": "visit.plan", "args": {"ticket": name, "visit": fresh, "mode": "now"}},
            {"type": "visit.accept", "args": {"visit": ticket.get("visit_id", fresh)}},
            {"type": "visit.depart", "args": {"visit": ticket.get("visit_id", fresh)}},
            {"type": "ticket.hold", "args": {"ticket": name, "reason": "client_away",
                                             "wake_at": int(time.time() * 1000) + 3600_000}}))

    def took(self, outcome, must_see=False):
        if "error" in outcome:
            self.counts["nothing to do"] += 1
            return
        self.counts[outcome["kind"]] += 1
        if outcome["kind"] != "ok":
            return
        self.submitted.append(outcome["id"])
        if must_see and not any(row["id"] == outcome["ticket"] for row in self.desk.ask("tickets")["rows"]):
            raise AssertionError(f"I8: {outcome['ticket']} is not to be seen at the desk that made it")


class Storm:
    def __init__(self, folder, seed, n_desks=4, store=None):
        self.dice, self.over = random.Random(seed), threading.Event()
        self.office = Office(folder, seed, store=store)
        self.kills, self.deadlocks = Counter(), Counter()
        for index in range(n_desks):
            self.office.desk(LOGINS[index % len(LOGINS)], ends_tls=index % 2 == 1)
        for desk in self.office.desks:
            desk.wait_state("in_sync")
        self.people = [Person(self, desk, seed * 1000 + index) for index, desk in enumerate(self.office.desks)]

    def run(self, n_kills):
        for person in self.people:
            person.start()
        while sum(self.kills.values()) < n_kills:
            self.change_weather()
            time.sleep(self.dice.uniform(0.0, 0.35))
            if isinstance(self.office.store, PostgresStore) and self.dice.random() < 0.4:
                self.trouble_postgres()
            elif self.dice.random() < 0.45:
                self.kill_store()
            else:
                self.kill_desk(self.dice.choice(self.office.desks))
            for person in self.people:
                if person.error:
                    raise person.error
        self.office.heal()
        self.over.set()
        for person in self.people:
            person.join()
            if person.error:
                raise person.error
        self.office.settle()

    def change_weather(self):
        proxy = self.office.proxies[self.dice.random() < 0.5]
        proxy.set(**{**WELL, **self.dice.choice(WEATHER)})
        if self.dice.random() < 0.3:
            proxy.do(self.dice.choice(("reset", "close", "vanish", "cut", "forget")), self.dice.random())

    def kill_store(self):
        store, dice = self.office.store, self.dice
        store.kill()
        self.kills["store at work"] += 1
        if dice.random() < 0.25:  # a second one in the middle of getting up
            store.spawn()
            time.sleep(dice.uniform(0.0, 0.15))
            store.kill()
            self.kills["store while it gets up"] += 1
        time.sleep(dice.choice((0, 0, 0, 0.3)))
        store.start()

    def trouble_postgres(self):
        if self.dice.random() < 0.5:
            self.kills["PostgreSQL"] += 1
            self.office.store.restart_server()
        else:
            self.deadlocks["we lost" if self.office.store.stand_in_the_way() else "the store lost, or nobody"] += 1

    def kill_desk(self, desk):
        dice, state = self.dice, desk.state.get("state", "opening")
        desk.kill()
        self.kills[f"desk {state}"] += 1
        if dice.random() < 0.25:
            desk.start()
            time.sleep(dice.uniform(0.0, 0.12))
            desk.kill()
            self.kills["desk while it gets up"] += 1
        if dice.random() < 0.1:  # its copy is lost too: a first sync begins, the outbox stays
            for path in desk.folder.glob("replica.db*"):
                path.unlink()
            desk.events.clear()
            desk.start()
            time.sleep(dice.uniform(0.0, 0.3))
            desk.kill()
            self.kills["desk in its first sync"] += 1
            desk.events.clear()
        desk.start()

    def check(self):
        n_log = self.office.check({person.desk: person.submitted for person in self.people})
        acts = Counter()
        for person in self.people:
            acts.update(person.counts)
        faults = Counter()
        for proxy in self.office.proxies.values():
            faults.update(proxy.counts())
        return {"kills": dict(self.kills), "deadlocks": dict(self.deadlocks), "acts": dict(acts), "operations in the log": n_log, "network": dict(faults),
                "refusals": sum(len(desk.ask("refusals")["refusals"]) for desk in self.office.desks)}

    def close(self):
        self.over.set()
        self.office.close()


def run(folder, n_kills, seed, n_desks=4, postgres=False, store=None):
    storm = Storm(Path(folder), seed, n_desks, PostgresStore(Path(folder) / "store") if postgres else store)
    try:
        began = time.monotonic()
        storm.run(n_kills)
        figures = storm.check()
        print(f"# seed {seed}: {sum(storm.kills.values())} kills in {time.monotonic() - began:.0f} s", flush=True)
        for name, value in figures.items():
            print(f"# {name}: {value}", flush=True)
        return figures
    finally:
        storm.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--desks", type=int, default=4)
    parser.add_argument("--postgres", action="store_true", help="the store's database is a PostgreSQL server, killed too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="uchastok-storm-") as folder:
        run(folder, options.kills, options.seed, options.desks, options.postgres)
