"""Disks that are full or broken, clocks that are wrong, under the real programs: nothing that was said to be done is
lost, nothing that was refused was half done, and what is mended goes on without a restart."""
import random

from bad_machine import BadMachine
from desk_core import until
from office import Office, main

SEED = 11
TROUBLES = ({"sync": "EIO"}, {"write": "ENOSPC"}, {"write": "EIO"})


def note(desk, text="слово"):
    ticket = desk.ask("tickets")["rows"][0]["id"]
    return desk.ask("act", type="note.add", args={"note": f"{random.getrandbits(96):024x}", "ticket": ticket, "text": text})


def sick_office(folder):
    machine = BadMachine(folder / "store.trouble")
    office = Office(folder, SEED, environment=machine.environment)
    desks = [office.desk("dispatcher-1", direct=True), office.desk("dispatcher-2", direct=True)]
    for desk in desks:
        desk.wait_state("in_sync")
    return office, machine, desks


def a_store_whose_disk_fails_acknowledges_nothing(folder):
    office, machine, desks = sick_office(folder)
    done = {desk: [] for desk in desks}
    try:
        for index in range(9):
            trouble, dies = TROUBLES[index % 3], index >= 6
            head = office.store.ask("SELECT max(seq) FROM op")[0][0]
            machine.tell("store.sqlite", after=index % 4, **trouble)
            for desk in desks:
                done[desk] += [note(desk, "о" * 3000)["id"] for _ in range(3)]
            until(lambda: machine.n_failed > 0, f"trouble {trouble}")
            until(lambda: any(desk.state["waiting"] > 0 and desk.state["reason"] for desk in desks), "that a desk says so")
            # who reads is served; nobody is told of what is not durable
            assert office.store.process.poll() is None, office.store.said()
            told = max(desk.state["cursor"] for desk in desks)
            assert told <= max(head, office.store.ask("SELECT max(seq) FROM op")[0][0])
            if dies:  # and then the power goes
                office.store.kill()
            machine.mend()
            if dies:
                office.store.start()
            office.settle()
            assert told <= office.store.ask("SELECT max(seq) FROM op")[0][0], "what was shown is still there"
        office.check(done)
    finally:
        office.close()


def a_desk_whose_disk_fails_says_that_nothing_was_done(folder):
    office = Office(folder, SEED)
    try:
        machine = BadMachine(folder / "desk.trouble")
        desk = office.desk("dispatcher-1", direct=True, environment=machine.environment)
        desk.wait_state("in_sync")
        done, n_refused = [], 0
        for index in range(12):
            desk.ask("stop")
            before = {op[0] for op in desk.ask("pending")["ops"]}
            machine.tell("outbox.db", after=index % 3, **TROUBLES[index % 3])
            answers = [note(desk) for _ in range(4)]
            machine.mend()
            told = [answer["id"] for answer in answers if answer.get("kind") == "ok"]
            n_refused += sum("error" in answer for answer in answers)
            kept = {op[0] for op in desk.ask("pending")["ops"]} - before
            assert kept == set(told), "what was said to be done, and nothing else"
            done += told
            answer = note(desk, "снова можно")
            assert answer.get("kind") == "ok", answer
            done.append(answer["id"])
            if index % 4 == 3:
                desk.kill()
                desk.start()
            else:
                desk.ask("start")
            desk.wait_state("in_sync")
        assert n_refused > 10, n_refused
        office.settle()
        office.check({desk: done})
    finally:
        office.close()


def a_copy_that_cannot_be_written_is_told_and_caught_up(folder):
    office = Office(folder, SEED)
    try:
        machine = BadMachine(folder / "desk.trouble")
        desk = office.desk("dispatcher-1", direct=True, environment=machine.environment)
        other = office.desk("dispatcher-2", direct=True)
        for one in office.desks:
            one.wait_state("in_sync")
        done = []
        for trouble in ({"write": "ENOSPC"}, {"write": "EIO"}):
            machine.tell("replica.db", **trouble)
            done.append(note(other)["id"])
            until(lambda: machine.n_failed > 0, "trouble")
            desk.wait(lambda: desk.state["reason"], "that the desk says so")
            machine.mend()
            office.settle()
        office.check({other: done})
    finally:
        office.close()


def a_store_with_a_wrong_clock_is_lived_with(folder):
    office, machine, desks = sick_office(folder)
    try:
        done = {desk: [] for desk in desks}
        for hours in (3, -3, 0):
            machine.tell(clock_offset_s=hours * 3600)
            for desk in desks:
                done[desk] += [desk.ask("create")["id"], note(desk)["id"]]
            office.settle()
            for desk in desks:
                desk.wait(lambda: abs(desk.state["clock_offset"] - hours * 3600_000) < 60_000, f"{hours} hours", 60)
        office.check(done)
    finally:
        office.close()


main([a_store_whose_disk_fails_acknowledges_nothing, a_desk_whose_disk_fails_says_that_nothing_was_done,
      a_copy_that_cannot_be_written_is_told_and_caught_up, a_store_with_a_wrong_clock_is_lived_with])
