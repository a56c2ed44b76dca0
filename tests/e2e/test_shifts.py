"""The week of shifts by pointer and keyboard, and the codes for an engineer's phone, read off the screen."""
import re
import ssl
import subprocess
import urllib.error
import urllib.request

import desk
from acts import ask_store, engineer_row, sync_says, visible_engineer
from desk import wait

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MSK_MS = 3 * HOUR_MS
CELL = re.compile(r"^(?P<who>.+), Mon, .+: (?P<what>.+)$")


def shifts_of(office, staff_id, monday):
    """(day, from hour, to hour, kind, reason) of the shifts that begin in that week."""
    rows = ask_store(office, "SELECT starts_at, ends_at, kind, reason FROM shift WHERE staff_id = ? AND starts_at >= ? "
                             "AND starts_at < ? ORDER BY starts_at, kind", staff_id, monday, monday + 7 * DAY_MS)
    return [((start - monday) // DAY_MS, (start - monday) % DAY_MS / HOUR_MS, (end - start) / HOUR_MS, kind, reason)
            for start, end, kind, reason in rows]


def wait_shifts(office, staff_id, monday, expected, timeout_s=60):
    seen = []

    def same():
        seen[:] = shifts_of(office, staff_id, monday)
        return seen == expected

    try:
        wait(same, f"the shifts {expected}", timeout_s)
    except desk.Timeout as error:
        raise desk.Timeout(f"{error}; there are {seen}") from None


def insist(act, office, staff_id, monday, expected):
    """Acts until it is so: a hand that slipped on a slow screen tries again. For acts that may be done twice."""
    for _ in range(2):
        act()
        try:
            return wait_shifts(office, staff_id, monday, expected, 30)
        except desk.Timeout:
            continue
    act()
    return wait_shifts(office, staff_id, monday, expected)


def monday_of_next_week(office):
    now = ask_store(office, "SELECT unixepoch () * 1000")[0][0] + MSK_MS
    day = now // DAY_MS
    return (day + 7 - (day + 3) % 7) * DAY_MS - MSK_MS  # day 0 of the epoch was a Thursday


def open_next_week(office, **options):
    """A desk that shows the next week's shifts, of which there are none yet, and the first engineer in it."""
    one = office.desk("head-1", language="en", size=(1280, 800), **options)
    sync_says(one, "In sync")
    one.find(name="Registers").click()
    one.find(name="Shifts").click()
    one.find(name="Next week").click()
    monday = monday_of_next_week(office)
    cell = one.find("table cell", CELL)
    who = CELL.match(cell.name).group("who")
    assert cell.name.endswith("day off"), cell.name
    staff_id = next(row[0] for row in ask_store(office, "SELECT id, name FROM staff")
                    if row[1].startswith(who.split()[0]) and row[1].split()[1][0] == who.split()[1][0])
    assert shifts_of(office, staff_id, monday) == []
    return one, who, staff_id, monday


def cell_of(one, who, weekday):
    return one.find("table cell", re.compile(rf"^{re.escape(who)}, {weekday}, "))


def days(numbers, start, length, kind="work", reason=None):
    return [(n, start, length, kind, reason) for n in numbers]


def a_drag_sets_shifts_and_an_edge_stretches_one(office):
    one, who, staff_id, monday = open_next_week(office)
    insist(lambda: one.screen.drag(cell_of(one, who, "Mon").middle, cell_of(one, who, "Fri").middle),
           office, staff_id, monday, days(range(5), 9, 9))
    x, y, width, height = cell_of(one, who, "Tue").box
    insist(lambda: one.screen.drag((x + width * 18 / 24, y + height / 2), (x + width * 21 / 24, y + height / 2)),
           office, staff_id, monday, days([0], 9, 9) + days([1], 9, 12) + days([2, 3, 4], 9, 9))
    one.screen.key("ctrl+z")
    wait_shifts(office, staff_id, monday, days(range(5), 9, 9))
    one.screen.key("ctrl+z")  # five shifts were one stroke
    wait_shifts(office, staff_id, monday, [])


def the_keyboard_plans_a_week_and_copies_it(office):
    one, who, staff_id, monday = open_next_week(office)

    def type_hours():
        cell_of(one, who, "Mon").click()
        one.screen.key("8")  # the first figure opens the entry and stands in it
        entry = one.find("text", "Hours of the chosen days")
        one.screen.key("minus", "1", "2")
        wait(lambda: entry.text == "8-12", "the hours to be typed")
        one.screen.key("Return")

    def choose_two(weekday, key):
        cell_of(one, who, weekday).click()
        one.screen.key("shift+Right", key)

    insist(type_hours, office, staff_id, monday, days([0], 8, 4))
    planned = days([0], 8, 4) + days([1, 2], 9, 9)
    insist(lambda: choose_two("Tue", "space"), office, staff_id, monday, planned)
    insist(lambda: choose_two("Thu", "v"), office, staff_id, monday,
           planned + days([3], 0, 48, "absence", "vacation"))
    wait(lambda: "vacation" in cell_of(one, who, "Fri").name, "Friday to say why")
    one.find("push button", "Copy to the next week").click()
    wait_shifts(office, staff_id, monday + 7 * DAY_MS, planned)
    one.screen.key("ctrl+z")
    wait_shifts(office, staff_id, monday + 7 * DAY_MS, [])


def works_now(office, staff_id):
    return bool(ask_store(office, "SELECT 1 FROM shift WHERE staff_id = ? AND kind = 'work' "
                          "AND starts_at <= unixepoch () * 1000 AND ends_at > unixepoch () * 1000", staff_id))


def the_desk_ends_and_begins_a_shift_and_a_colleague_sees_it(office):
    one, two = office.desk("dispatcher-1", language="en"), office.desk("dispatcher-2", language="en")
    for each in (one, two):
        sync_says(each, "In sync")
    engineer, name = visible_engineer(one, office)
    engineer_row(one, name).click(button=3)
    one.find("menu item", "End the shift now").act()
    wait(lambda: not works_now(office, engineer), f"{name} to be off shift", 60)
    two.find(name="Engineers by zone").gone(name=re.compile(rf"^{re.escape(name)}"))  # "Off shift" is folded
    one.screen.key("ctrl+z")
    wait(lambda: works_now(office, engineer), f"{name} to be on shift again", 60)
    engineer_row(two, name)


def read_codes(one):
    """What a camera would read from the screen."""
    picture = one.screenshot("phone-codes")
    done = subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
                          capture_output=True, text=True)
    return done.stdout.split()


def post(url):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with urllib.request.urlopen(urllib.request.Request(url, method="POST"), context=context, timeout=60) as answer:
        return answer.status


def the_codes_for_a_phone_can_be_read_off_a_dark_screen(office):
    one = office.desk("dispatcher-1", language="en", scheme="dark", size=(1280, 1400))
    sync_says(one, "In sync")
    window = max(one.windows(), key=lambda w: w[3] * w[4])[0]
    one.screen.xdotool("windowmove", window, 0, 0, "windowsize", "--sync", window, 1280, 1400)  # both codes in sight
    one.find(name="Registers").click()
    one.find(name="Staff").click()
    engineer = ask_store(office, "SELECT name FROM staff WHERE role = 'engineer' ORDER BY name")[0][0]
    one.find("label", engineer).click()
    one.find("push button", "Phone").click()
    for button, pattern in (("Make a sign-in code", r"^https://\S+/m/\S+$"),
                            ("Make a code for Traccar Client", r"^https://\S+/track/t\?id=\S+&interval=60\S+$")):
        one.find("push button", button).click()
        label = one.find("label", re.compile(pattern))
        one.settle(0.3)
        wait(lambda: label.text in read_codes(one), f"the code of {button!r} to be read", 60)
        if "track" in label.text:
            assert post(label.text) == 200
            # Another one takes its place: the lost phone's opens nothing any more.
            first = label.text
            one.find("push button", button).click()
            wait(lambda: any(w.text not in ("", first) for w in one.all("label", re.compile(pattern))), "another code")
            try:
                post(first)
                raise AssertionError("the code before still opens the door")
            except urllib.error.HTTPError as refusal:
                assert refusal.code in (401, 403, 404), refusal.code


if __name__ == "__main__":
    desk.need("zbarimg")
    desk.run(
        a_drag_sets_shifts_and_an_edge_stretches_one,
        the_keyboard_plans_a_week_and_copies_it,
        the_desk_ends_and_begins_a_shift_and_a_colleague_sees_it,
        the_codes_for_a_phone_can_be_read_off_a_dark_screen,
    )
