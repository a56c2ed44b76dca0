"""The main acts, done by accessible name and the widgets' own actions: as assistive technology does them."""
import re

import desk
from acts import first_row, queue, sync_says

# Icons and drawings that must say what they are; panels and separators need no name.
NAMED_ROLES = ("push button", "toggle button", "check box", "text", "combo box", "slider", "drawing area", "image map")


def everything_that_can_be_pressed_has_a_name(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    nameless = [w for w in one.walk() if w.role in NAMED_ROLES and not w.name and not w.description and not w.text]
    assert not nameless, "\n".join(line for w in nameless for line in w.tree())


def names_are_in_the_persons_language(office):
    one = office.desk("dispatcher-1", language="ru")
    queue_name = re.compile("^Очередь заявок")
    one.find(name=queue_name)
    latin = [w.name for w in one.walk() if w.role in NAMED_ROLES and re.fullmatch(r"[A-Za-z][A-Za-z ,.()+…-]{3,}", w.name)]
    assert not latin, latin


def pages_are_reached_by_name(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    for page, proof in (("Tickets", None), ("Registers", None), ("Board", "Queue of tickets")):
        tab = one.find(name=page)
        tab.click()
        if proof:
            one.find(name=proof)


def a_row_says_number_address_and_matter(office):
    one = office.desk("dispatcher-1", language="en")
    sync_says(one, "In sync")
    row, number = first_row(one)
    assert re.match(rf"№ {number}, .+, .+", row.name), row.name
    assert queue(one)


if __name__ == "__main__":
    desk.run(
        everything_that_can_be_pressed_has_a_name,
        names_are_in_the_persons_language,
        pages_are_reached_by_name,
        a_row_says_number_address_and_matter,
    )
