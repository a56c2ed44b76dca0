"""The board with real windows: dragging, the keyboard, undo."""
import re

import desk
from acts import (agree, answer, assignee, engineer_row, engineers_on_shift, first_row, row_of, shown_numbers, sync_says,
                  unassigned_numbers, visible_engineer, wait_assigned, wait_gone_from_queue, zone_of)
from desk import wait


def a_row_dragged_to_an_engineer_is_assigned(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    row, number = first_row(one)
    engineer, name = visible_engineer(one, office, zone_of(office, number))
    one.screen.drag(row.middle, engineer_row(one, name).middle)
    agree(one, office, number, engineer)
    assert number not in unassigned_numbers(office)


def a_colleague_sees_an_assignment_at_once(office):
    one, two = office.desk("dispatcher-1", language="en"), office.desk("dispatcher-2", language="en")
    for each in (one, two):
        sync_says(each, "In sync")
    row, number = first_row(one)
    row_of(two, number)
    engineer, name = visible_engineer(one, office, zone_of(office, number))
    one.screen.drag(row.middle, engineer_row(one, name).middle)
    agree(one, office, number, engineer)
    # It leaves the colleague's tab of unassigned tickets.
    two.gone(name=row.name)


def the_keyboard_assigns(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    row, number = first_row(one)
    row.click()
    one.screen.key("a")
    one.find(name=re.compile("^Assign"))
    one.screen.key("Down", "Return")
    wait(lambda: assignee(office, number) or answer(one), f"№ {number} to be assigned by keyboard")


def undo_takes_an_assignment_back(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    row, number = first_row(one)
    before = assignee(office, number)
    engineer, name = visible_engineer(one, office, zone_of(office, number))
    one.screen.drag(row.middle, engineer_row(one, name).middle)
    agree(one, office, number, engineer)
    one.screen.key("ctrl+z")
    wait(lambda: assignee(office, number) == before, f"№ {number} to be as it was")
    row_of(one, number)


def undo_survives_a_restart(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    row, number = first_row(one)
    engineer, name = visible_engineer(one, office, zone_of(office, number))
    one.screen.drag(row.middle, engineer_row(one, name).middle)
    agree(one, office, number, engineer)
    one.kill()
    one.start()
    sync_says(one, "In sync")
    one.screen.key("ctrl+z")
    wait(lambda: assignee(office, number) is None, f"№ {number} to be nobody's again")


def goes_on_without_network(one):
    """A desk that starts without its store asks whether to work on with its own copy."""
    said = one.find(name=re.compile("^(No connection since|Work without connection)"))
    if said.name.startswith("Work"):
        said.click()
    sync_says(one, "No connection since")


def work_done_without_network_arrives_after_a_power_cut(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    row, number = first_row(one)
    engineer, name = visible_engineer(one, office, zone_of(office, number))
    office.pull_cable("dispatcher-1")
    sync_says(one, "No connection since")
    one.screen.drag(row.middle, engineer_row(one, name).middle)
    wait_gone_from_queue(one, number)
    assert assignee(office, number) is None
    one.kill()
    one.start()
    goes_on_without_network(one)
    assert number not in shown_numbers(one)
    office.plug_cable("dispatcher-1")
    wait_assigned(office, number, engineer)
    sync_says(one, "In sync")


def two_desks_one_visit_the_first_wins_and_the_second_is_told(office):
    one, two = office.desk("dispatcher-1", language="en"), office.desk("dispatcher-2", language="en")
    for each in (one, two):
        sync_says(each, "In sync")
    row, number = first_row(one)
    first, first_name = visible_engineer(one, office, zone_of(office, number))
    others = [pair for pair in engineers_on_shift(office) if pair[0] != first]
    shown = [w.name for w in two.find(name="Engineers by zone").walk()]
    second, second_name = next(pair for pair in others if any(s.startswith(pair[1]) for s in shown))
    office.pull_cable("dispatcher-2")
    sync_says(two, "No connection since")
    one.screen.drag(row.middle, engineer_row(one, first_name).middle)
    agree(one, office, number, first)
    two.screen.drag(row_of(two, number).middle, engineer_row(two, second_name).middle)
    wait_gone_from_queue(two, number)
    office.plug_cable("dispatcher-2")
    two.find(text=first_name.split()[0])
    two.find("push button", "Reassign")
    assert assignee(office, number) == first
    two.find("push button", "Reassign").click()
    wait_assigned(office, number, second)


if __name__ == "__main__":
    desk.run(
        a_row_dragged_to_an_engineer_is_assigned,
        undo_takes_an_assignment_back,
        a_colleague_sees_an_assignment_at_once,
        the_keyboard_assigns,
        undo_survives_a_restart,
        work_done_without_network_arrives_after_a_power_cut,
        two_desks_one_visit_the_first_wins_and_the_second_is_told,
    )
