"""What becomes of a desk when the store, the way to it or its own files fail."""
import random
import signal
import time
from pathlib import Path

from desk_core import until
from office import Office, main

SEED = 7


def spoil(path, seed, n_bytes=40):
    """Flips random bits."""
    dice, data = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(n_bytes):
        data[dice.randrange(100, len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def note(desk, text="слово", **more):
    ticket = desk.ask("tickets")["rows"][0]["id"]
    answer = desk.ask("act", type="note.add", args={"note": f"{random.getrandbits(96):024x}", "ticket": ticket, "text": text}, **more)
    assert answer.get("kind") == "ok", answer
    return answer["id"]


def work_while_away(desk, n=5):
    desk.ask("stop")
    return [note(desk, f"слово {index}") for index in range(n)]


def an_act_that_the_store_cannot_read_does_not_hold_up_the_others(folder):
    office = Office(folder, SEED)
    try:
        desk = office.desk("dispatcher-1", ends_tls=True)
        desk.wait_state("in_sync")
        office.proxies[True].set(answer="непонятное", status=400)
        done = work_while_away(desk, 9)
        bad = [note(desk, "непонятное"), note(desk, "снова непонятное")]
        done += [note(desk, f"дальше {index}") for index in range(9)]
        desk.ask("start")
        desk.wait_state("in_sync")
        assert sorted(name for name, _ in desk.ask("refusals")["refusals"]) == sorted(bad), "I11"
        assert [event["id"] for event in desk.events if event["event"] == "refused"] == bad, "told at once"
        assert desk.ask("refusals")["refusals"][0][1] == "bad_argument"
        done.append(note(desk, "и после"))
        office.settle()
        office.check({desk: done + bad})
        logged = {name for name, in office.store.ask("SELECT id FROM op")}
        assert logged.issuperset(done) and not logged.intersection(bad)
    finally:
        office.close()


def a_push_that_is_too_long_for_the_way_goes_in_pieces(folder):
    office = Office(folder, SEED)
    try:
        desk = office.desk("dispatcher-1")
        desk.wait_state("in_sync")
        # one act of ten long fields is longer than the store takes, and no way of cutting helps
        desk.ask("stop")
        ticket = desk.ask("tickets")["rows"][0]["id"]
        first = note(desk, "до")
        long = desk.ask("act", type="ticket.edit", args={"ticket": ticket, "fields": {
            name: "ж" * 30_000 for name in ("description", "apartment", "entrance", "floor", "client_name", "phone_raw", "source")},
            "was": {"description": "ж" * 30_000, "apartment": "ж" * 30_000, "entrance": "ж" * 30_000}})
        last = note(desk, "после")
        desk.ask("start")
        desk.wait_state("in_sync")
        done = [first, last]
        refused = dict(desk.ask("refusals")["refusals"])
        if long.get("kind") == "ok":
            assert list(refused) == [long["id"]], refused
            done.append(long["id"])
        office.settle()
        office.check({desk: done})
    finally:
        office.close()


def without_websockets_it_polls(folder):
    office = Office(folder, SEED)
    try:
        office.proxies[True].set(no_upgrade=True)
        desk, other = office.desk("dispatcher-1", ends_tls=True), office.desk("dispatcher-2", direct=True)
        desk.wait_state("in_sync")
        other.wait_state("in_sync")
        until(lambda: office.proxies[True].counts().get("answer", 0) >= 2, "two refusals of a WebSocket")
        for _ in range(3):
            done = note(other)
            head = office.store.ask
            until(lambda: other.state["waiting"] == 0, "sent")
            desk.wait(lambda: desk.state["cursor"] >= head("SELECT seq FROM op WHERE id = ?", done)[0][0], "news by a poll")
        office.settle()
        office.check({other: [done]})
    finally:
        office.close()


def a_frozen_store_is_told_and_recovered_from(folder):
    office = Office(folder, SEED)
    try:
        desks = [office.desk("dispatcher-1"), office.desk("dispatcher-2", ends_tls=True)]
        for desk in desks:
            desk.wait_state("in_sync")
        office.store.process.send_signal(signal.SIGSTOP)
        done = {desk: [note(desk)] for desk in desks}
        for desk in desks:
            desk.wait_state("offline", timeout_s=90)
            assert desk.state["reason"], desk.state
        office.store.process.send_signal(signal.SIGCONT)
        office.settle()
        office.check(done)
    finally:
        office.close()


def a_spoiled_copy_is_made_anew_and_the_outbox_kept(folder):
    office = Office(folder, SEED)
    try:
        desk = office.desk("dispatcher-1")
        desk.wait_state("in_sync")
        done = []
        for seed in range(6):
            done += work_while_away(desk, 2)
            assert desk.close() == 0
            spoil(desk.folder / "replica.db", seed, n_bytes=(40, 400, 3)[seed % 3])
            desk.events.clear()
            desk.start()
            desk.wait_state("in_sync")
            office.settle()
        assert (desk.folder / "replica.db.broken").exists(), "it is kept for whoever wants to know why"
        # A bit within a text shows itself to nobody; what counts is that no act was lost by any of it.
        assert desk.close() == 0
        for path in desk.folder.glob("replica.db*"):
            path.unlink()
        desk.events.clear()
        desk.start()
        office.settle()
        office.check({desk: done})
    finally:
        office.close()


def a_spoiled_outbox_is_read_past_its_database(folder):
    """Kept to the byte under a dated name; every act in it reaches the store, once, whatever page of its index is gone."""
    office = Office(folder, SEED)
    try:
        done = {}
        for login, wiped in (("dispatcher-1", 4096), ("dispatcher-2", 100)):
            desk = office.desk(login)
            desk.wait_state("in_sync")
            done[desk] = work_while_away(desk, 5)
            assert desk.close() == 0
            spoiled = b"\0" * wiped + (desk.folder / "outbox.db").read_bytes()[wiped:]
            (desk.folder / "outbox.db").write_bytes(spoiled)
            desk.opened = None
            desk.start()
            until(lambda: desk.opened, "an answer")
            assert "error" not in desk.opened and desk.opened["rescued"] == 5, desk.opened
            aside = Path(desk.opened["outbox_aside"])
            assert aside.read_bytes() == spoiled and "outbox.db.broken-20" in aside.name, aside
            desk.wait_state("in_sync")
        office.settle()
        office.check(done)
    finally:
        office.close()


main([an_act_that_the_store_cannot_read_does_not_hold_up_the_others, a_push_that_is_too_long_for_the_way_goes_in_pieces,
      without_websockets_it_polls, a_frozen_store_is_told_and_recovered_from,
      a_spoiled_copy_is_made_anew_and_the_outbox_kept, a_spoiled_outbox_is_read_past_its_database])
