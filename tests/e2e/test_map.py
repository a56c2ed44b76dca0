"""Dragging on the map, with the real pointer: a row to an engineer's marker, a pin to an engineer's row."""
import math

import desk
from acts import agree, ask_store, engineer_row, engineers_on_shift, first_row, sync_says, zone_of

MAP = "Map of houses, tickets and engineers"
TILE_PX = 256


def point_on_screen(one, view, latitude, longitude):
    """Where a place is drawn: Web Mercator around the map's middle."""
    def project(lat, lon):
        scale = TILE_PX * 2 ** view[2]
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return (lon + 180) / 360 * scale, y * scale

    middle = one.find(name=MAP).middle
    at, centre = project(latitude, longitude), project(view[0], view[1])
    return middle[0] + at[0] - centre[0], middle[1] + at[1] - centre[1]


def desk_that_looks_at(office, latitude, longitude, zoom=17.0):
    """A desk whose window was closed with this view."""
    folder = office.folder / f"dispatcher-1-{len(office.desks)}"
    keyfile = folder / "config/glib-2.0/settings/keyfile"
    keyfile.parent.mkdir(parents=True)
    keyfile.write_text(f"[org/uchastok/Desk]\nmap-latitude={latitude}\nmap-longitude={longitude}\nmap-zoom={zoom}\n"
                       "map-source='schematic'\n")
    one = office.desk("dispatcher-1", language="en", size=(1600, 900))
    sync_says(one, "In sync")
    return one, (latitude, longitude, zoom)


def free_engineer_on_the_map(office):
    """(id, short name, latitude, longitude) of an engineer on shift with a position and nobody close by."""
    on_shift = dict(engineers_on_shift(office))
    rows = [dict(zip(("engineer_id", "latitude", "longitude"), row))
            for row in ask_store(office, "SELECT engineer_id, latitude, longitude FROM position WHERE shown")]
    for row in rows:
        near = [other for other in rows if other is not row
                and math.hypot(other["latitude"] - row["latitude"], other["longitude"] - row["longitude"]) < 0.001]
        if row["engineer_id"] in on_shift and not near:
            return row["engineer_id"], on_shift[row["engineer_id"]], row["latitude"], row["longitude"]
    raise AssertionError("no engineer stands alone")


def a_row_dragged_to_a_marker_is_assigned(office):
    engineer, _, latitude, longitude = free_engineer_on_the_map(office)
    one, view = desk_that_looks_at(office, latitude, longitude)
    row, number = first_row(one)
    one.screen.drag(row.middle, point_on_screen(one, view, latitude, longitude))
    agree(one, office, number, engineer)


def a_pin_dragged_to_an_engineer_is_assigned(office):
    number, latitude, longitude = ask_store(office, """
        SELECT t.number, h.latitude, h.longitude FROM ticket t JOIN house h ON h.id = t.house_id
        LEFT JOIN visit v ON v.id = t.visit_id
        WHERE t.state IN ('new', 'in_work') AND (v.id IS NULL OR v.engineer_id IS NULL)
          AND (SELECT count(*) FROM ticket o WHERE o.house_id = h.id) = 1 ORDER BY t.number DESC""")[0]
    one, view = desk_that_looks_at(office, latitude, longitude)
    x, y = point_on_screen(one, view, latitude, longitude)
    shown = [w.name for w in one.find(name="Engineers by zone").walk()]
    engineer, name = next(pair for pair in engineers_on_shift(office, zone_of(office, number))
                          if any(text.startswith(pair[1]) for text in shown))
    one.screen.drag((x, y - 21), engineer_row(one, name).middle)  # the pin stands above its place
    agree(one, office, number, engineer)


if __name__ == "__main__":
    desk.run(a_row_dragged_to_a_marker_is_assigned, a_pin_dragged_to_an_engineer_is_assigned)
