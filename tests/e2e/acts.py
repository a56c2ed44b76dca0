"""What people do at a desk, in words. What came of it is read from the store's own file."""
import re
import sqlite3

from desk import wait

NUMBER = re.compile(r"№ (\d+)")


def ask_store(office, sql, *values):
    """Rows of the store's database, read beside the running daemon."""
    file = next(path for path in sorted(office.store.folder.iterdir())
                if path.suffix in (".sqlite", ".db", ".sqlite3"))
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def assignee(office, number):
    """The engineer's id of a ticket's visit in the store, or None."""
    rows = ask_store(office, "SELECT v.engineer_id FROM ticket t JOIN visit v ON v.id = t.visit_id WHERE t.number = ?",
                     number)
    return rows[0][0] if rows else None


def wait_assigned(office, number, engineer_id):
    wait(lambda: assignee(office, number) == engineer_id, f"№ {number} to be assigned to {engineer_id} in the store")


def short_name(name):
    family, *others = name.split()
    return " ".join([family, *(f"{other[0]}." for other in others)])


def engineers_on_shift(office, zone=None):
    """(id, short name) of those who work now, in zone's first; as the office's own tables say."""
    rows = ask_store(office, """
        SELECT s.id, s.name FROM staff s
        WHERE s.role = 'engineer' AND NOT s.dismissed
          AND EXISTS (SELECT 1 FROM shift h WHERE h.staff_id = s.id AND h.kind = 'work'
                      AND h.starts_at <= unixepoch () * 1000 AND h.ends_at > unixepoch () * 1000)
          AND NOT EXISTS (SELECT 1 FROM shift h WHERE h.staff_id = s.id AND h.kind = 'absence'
                          AND h.starts_at <= unixepoch () * 1000 AND h.ends_at > unixepoch () * 1000)
        ORDER BY s.zones IS NOT ?, s.id""", zone)
    return [(row[0], short_name(row[1])) for row in rows]


def unassigned_numbers(office):
    """Numbers of open tickets that nobody has."""
    return [row[0] for row in ask_store(office, """
        SELECT t.number FROM ticket t LEFT JOIN visit v ON v.id = t.visit_id
        WHERE t.state IN ('new', 'in_work') AND (v.id IS NULL OR v.engineer_id IS NULL) ORDER BY t.number DESC""")]


def queue(desk):
    return desk.find(name="Queue of tickets")


def row_of(desk, number):
    return queue(desk).find(name=re.compile(rf"^№ {number}\b"))


def first_row(desk):
    """The queue's first row and its number."""
    row = queue(desk).find(name=NUMBER)
    return row, int(NUMBER.search(row.name).group(1))


def zone_of(office, number):
    return ask_store(office, "SELECT zone_id FROM ticket WHERE number = ?", number)[0][0]


def engineer_row(desk, short):
    """The row of an engineer in the right pane."""
    return desk.find(name="Engineers by zone").find(name=re.compile(rf"^{re.escape(short)}"))


def visible_engineer(desk, office, zone=None):
    """An engineer on shift whose row can be seen, of the zone when there is one."""
    candidates = engineers_on_shift(office, zone)

    def look():
        rows = [w.name for w in desk.find(name="Engineers by zone").walk()]
        return next(((i, s) for i, s in candidates if any(r.startswith(s) for r in rows)), None)

    return wait(look, "an engineer's row to be shown")


def answer(desk):
    """Says yes to the question that warnings raise, if there is one."""
    dialog = next(desk.all("dialog"), None)
    button = dialog and next(dialog.all("label", "Assign"), None)
    if button:
        button.click()


def agree(desk, office, number, engineer_id):
    """Waits until the engineer has the ticket; says yes when the drop raises warnings."""
    wait(lambda: assignee(office, number) == engineer_id or answer(desk), f"№ {number} to be given to {engineer_id}")


def shown_numbers(desk):
    """Numbers of the tickets in the queue."""
    return {int(match.group(1)) for w in queue(desk).walk() if (match := NUMBER.match(w.name))}


def wait_gone_from_queue(desk, number):
    """For a desk that cannot ask the store: its own queue tells. Nothing moves under the pointer: it goes away."""
    def left():
        answer(desk)
        desk.screen.move(*desk.find(name="Map of houses, tickets and engineers").middle)
        return number not in shown_numbers(desk)

    wait(left, f"№ {number} to leave the queue")


def sync_says(desk, pattern):
    """Waits until the header's one honest state matches."""
    return desk.find(name=re.compile(pattern))
