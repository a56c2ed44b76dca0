"""Two processes of the store serve one PostgreSQL behind a real nginx: see twins.py."""
import atexit
import http.client
import json
import sys
import tempfile
import time
import uuid

import storm
from door import Client, Live
from office import PASSWORD, command, main
from twins import Twins


class Plain(Client):
    """At one of the two, past nginx."""

    def __init__(self, process, login=None):
        self.daemon, self.token, self.mid, self.name = process, None, 0, str(uuid.uuid4())
        self.connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=30)
        if login:
            status, welcome = self.sign_in(login)
            assert status == 200, (status, welcome)
            self.token, self.store, self.staff = welcome["token"], welcome["store"], welcome.get("staff")

    def sign_in(self, login, password=PASSWORD):
        return self.ask("POST", "/v1/session", {"login": login, "password": password, "device": {"id": self.name, "name": "test"}})

    def moved_to(self, process):
        other = Plain(process)
        other.token, other.store, other.staff, other.name, other.mid = self.token, self.store, self.staff, self.name, self.mid
        return other


class PlainLive(Live):
    def __init__(self, client):
        import door
        kept, door.TLS = door.TLS, self
        try:
            super().__init__(client)
        finally:
            door.TLS = kept
        assert self.status == 101, self.status

    @staticmethod
    def wrap_socket(plain):
        return plain

    def caught_up(self):
        """Answers the first poke; what comes next is news."""
        self.send({"type": "at", "seq": self.wait("poke")["head"]})
        return self


class shared:
    """One pair for the tests that kill nobody: making it takes longer than any of them."""
    both, folder = None, None

    def __init__(self, folder):
        if shared.both is None:
            shared.folder = tempfile.TemporaryDirectory(prefix="uchastok-twins-")
            shared.both = Twins(shared.folder.name)
            atexit.register(shared.both.close)

    def __enter__(self):
        return shared.both.start()

    def __exit__(self, kind, *_):
        if kind:
            print(shared.both.said(), file=sys.stderr)


def until(condition, what, timeout_s=60):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"did not come about: {what}"
        time.sleep(0.02)


def news_reaches_who_is_at_the_other(folder):
    with shared(folder) as both:
        here, there = both.all
        anna, head = Plain(here, "dispatcher-1"), Plain(there, "head-1")
        near, far = PlainLive(anna).caught_up(), PlainLive(head).caught_up()
        took = {"within": [], "across": []}
        for n in range(10):
            pushed = anna.push(anna.note())[1]["head"]
            began = time.monotonic()
            for name, live in (("within", near), ("across", far)):
                live.wait_news(pushed)
                took[name].append(time.monotonic() - began)
            assert head.changes(pushed - 1)[1]["to"] == pushed
        print("# news: " + ", ".join(f"{name} {sorted(all_of)[5] * 1000:.0f} ms" for name, all_of in took.items()), flush=True)
        # the line between them is cut in the middle of it all: a look finds what was said meanwhile
        both.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND pid <> pg_backend_pid()")
        pushed = anna.push(anna.note())[1]["head"]
        far.wait_news(pushed)
        # a long poll at the other
        head.connection.request("GET", f"/v1/changes?since={pushed}&wait=25", headers={"Authorization": f"Bearer {head.token}"})
        pushed = anna.push(anna.note())[1]["head"]
        assert json.loads(head.connection.getresponse().read())["to"] == pushed


def engineers_and_onlookers_are_seen_at_the_other(folder):
    with shared(folder) as both:
        here, there = both.all
        anna, head, dasha = Plain(here, "dispatcher-1"), Plain(there, "head-1"), Plain(here, "dispatcher-2")
        near, far = PlainLive(anna).caught_up(), PlainLive(head).caught_up()
        ticket = head.ask("GET", "/v1/snapshot?t=ticket&limit=1")[1]["rows"][0]
        sees = lambda *who: lambda message: sorted(one["staff"] for one in message["present"]) == sorted(who)
        near.send({"type": "presence", "ticket": ticket[2], "act": "open"})
        far.wait("presence", sees(anna.staff))
        assert dasha.ask("POST", "/v1/presence", {"ticket": ticket[2], "act": "drag"})[0] == 204
        far.wait("presence", sees(anna.staff, dasha.staff))
        # who comes later is told, too, and so is a process that comes later
        late = PlainLive(head)
        late.wait("presence", sees(anna.staff, dasha.staff))
        there.end(15)
        there.spawn()
        there.ready()
        late = PlainLive(head.moved_to(there))
        late.wait("presence", sees(anna.staff, dasha.staff))
        assert dasha.ask("POST", "/v1/presence", {})[0] == 204
        late.wait("presence", sees(anna.staff))
        near.close()
        late.wait("presence", sees())
        # an engineer reports here, who looks there sees him move
        engineer = Plain(here, "engineer-1")
        at = {"t": int(time.time() * 1000), "lat": 45.0421, "lon": 41.9691, "acc": 10}
        assert engineer.ask("POST", "/v1/positions", {"p": [at]})[0] == 204
        late.wait("pos", lambda message: any(one["engineer"] == engineer.staff and one["at"] == at["t"] for one in message["positions"]))


def who_is_shown_out_at_one_is_out_at_the_other(folder):
    with shared(folder) as both:
        here, there = both.all
        anna = Plain(here, "dispatcher-1")
        for how in ("by himself", "by an administrator"):
            again = Plain(there, "dispatcher-1")
            live = PlainLive(anna)
            poll = anna.moved_to(here)
            poll.connection.request("GET", f"/v1/changes?since={again.head()}&wait=25", headers={"Authorization": f"Bearer {anna.token}"})
            ended = time.monotonic()
            if how == "by himself":
                mine = again.ask("GET", "/v1/sessions")[1]["sessions"]
                older = [one["id"] for one in mine if one["id"] != max(mine, key=lambda one: one["created_at"])["id"]]
                assert older and all(again.ask("DELETE", f"/v1/sessions/{one}")[0] == 204 for one in older), mine
            else:
                command("user", "disable", "dispatcher-1", "--data", both.folder)
            try:
                while True:
                    live.receive()
            except ConnectionError as closed:
                assert "4401" in str(closed), (how, closed)
            print(f"# shown out {how}: {(time.monotonic() - ended) * 1000:.0f} ms", flush=True)
            assert poll.connection.getresponse().status == 401, "its long poll as well"
            assert anna.ask("GET", "/v1/info")[0] == 401 and anna.moved_to(there).ask("GET", "/v1/info")[0] == 401
            anna = again
        assert again.ask("GET", "/v1/info")[0] == 401


def wrong_passwords_count_at_both(folder):
    with shared(folder) as both:
        here, there = (Plain(one) for one in both.all)
        statuses = [(here, there)[n % 2].sign_in("dispatcher-3", "wrong wrong")[0] for n in range(4)]
        assert statuses == [401] * 4, statuses
        # neither of them alone has seen more than it forgives; the wait doubles until it is long enough to be looked at

        def wait_s():
            here.sign_in("dispatcher-3", "wrong wrong")
            return int(here.answer.getheader("Retry-After") or 0)
        until(lambda: wait_s() >= 8, "a longer wait")
        assert there.sign_in("dispatcher-3")[0] == 429, "also the right one has to wait now, at both"
        until(lambda: there.sign_in("dispatcher-3")[0] == 200, "never a hard lock")


def what_the_store_does_by_itself_is_done_once(folder):
    with shared(folder) as both:
        anna, tickets = Plain(both.all[0], "dispatcher-1"), [str(uuid.uuid4()) for _ in range(30)]
        house = anna.house()
        done = anna.push(*(anna.op("ticket.create", {"ticket": one, "fields": {
            "category": "support.no_access", "house_id": house, "phone_raw": "8 962 123-45-67", "description": "нет связи"}}) for one in tickets))
        assert all(ack[1] == "ok" for ack in done[1]["acks"]), done
        wake_at = int(time.time() * 1000) + 3000
        done = anna.push(*(anna.op("ticket.hold", {"ticket": one, "reason": "client_away", "wake_at": wake_at}) for one in tickets))
        assert all(ack[1] == "ok" for ack in done[1]["acks"]), done
        asleep = lambda: both.ask("SELECT count(*) FROM ticket WHERE state = 'on_hold' AND id IN ('" + "', '".join(tickets) + "')")[0][0]
        until(lambda: asleep() == 0, "all awake")
        # both clocks strike a few times more
        strikes = [lambda one=one: Plain(one).ask("GET", "/readyz", raw=True)[0] == 200 for one in both.all]
        for _ in range(3):
            time.sleep(2)
            assert all(strike() for strike in strikes)
        by_itself = both.ask("SELECT type, verdict, count(*) FROM op WHERE client = 'store' GROUP BY type, verdict")
        woken = {(kind, verdict): n for kind, verdict, n in by_itself if "wake" in kind}
        assert woken == {("ticket.wake", "ok"): len(tickets)}, by_itself


def desks_that_move_between_two_processes_lose_nothing(folder):
    both = Twins(folder, seed=7)
    try:
        figures = storm.run(folder, 16, 7, n_desks=4, store=both)
        assert set(both.kills) == {0, 1}, both.kills
        served = both.nginx.upstreams()
        assert len(served) >= 2 and min(served.values()) > 10, served
        print(f"# requests at each process: {served}; killed: {both.kills}", flush=True)
    finally:
        both.close()


main([news_reaches_who_is_at_the_other, engineers_and_onlookers_are_seen_at_the_other, wrong_passwords_count_at_both,
      what_the_store_does_by_itself_is_done_once, who_is_shown_out_at_one_is_out_at_the_other, desks_that_move_between_two_processes_lose_nothing])
