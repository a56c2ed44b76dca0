"""import at the command line: the report, the file of errors, and that nothing bad comes in."""
import os
import subprocess

from door import ROOT, Client, Daemon, command, main

ZONES = """{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"number":1,"name":"Запад","color":"#3584e4"},"geometry":{"type":"Polygon","coordinates":
[[[41.8,45],[41.95,45],[41.95,45.1],[41.8,45.1],[41.8,45]]]}},
{"type":"Feature","properties":{"number":2,"name":"Бантик"},"geometry":{"type":"Polygon","coordinates":
[[[41.8,45],[41.9,45.1],[41.9,45],[41.8,45.1],[41.8,45]]]}}]}"""
HOUSES = ("город;улица;дом;широта;долгота\nСтаврополь;Мира;5;45,05;41,9\nСтаврополь;ул. Мира;д. 5;45,05;41,9\n"
          "Ставрополь;Ленина;1;41,9;45,05\nСтаврополь;Дальняя;1;45,5;41,9\nСтаврополь;\"Кривая;2;45;41\nСтаврополь;Пушкина;3\n")


def bad_rows_are_reported_and_good_ones_come_in(folder):
    data, zones, houses, errors = folder / "s", folder / "z.geojson", folder / "h.csv", folder / "e.csv"
    command("init", "--data", data)
    zones.write_text(ZONES)
    houses.write_bytes(HOUSES.encode("cp1251"))
    said = command("import", "zones", zones, "--data", data).stdout
    assert "new: 1," in said and "errors: 1," in said and "crosses itself" in said, said
    trial = command("import", "houses", houses, "--data", data, "--dry-run").stdout
    assert "nothing was written" in trial
    said = command("import", "houses", houses, "--data", data, "--errors", errors).stdout
    assert trial.splitlines()[0] == said.splitlines()[0], "the trial said the same: nothing had been written"
    for part in ("new: 2, changed: 0, the same: 0, duplicates: 1, errors: 3, warnings: 1", "line 3, duplicate",
                 "line 4, error: latitude and longitude look swapped", "line 5, warning: stands outside every zone",
                 "line 6, error: a quotation mark", "line 7, error: cells: 3"):
        assert part in said, (part, said)
    left = errors.read_text(encoding="utf-8-sig")
    assert left.count("\n") == 5 and "Reason" in left and "Ленина" in left, left
    again = command("import", "houses", houses, "--data", data).stdout
    assert "new: 0, changed: 0, the same: 2" in again, again


def files_that_cannot_be_read_are_refused(folder):
    data, path = folder / "s", folder / "f"
    command("init", "--data", data)
    for kind, content, sentence in (("houses", b"", "empty"), ("houses", b"PK\3\4....", "workbook"),
                                    ("houses", b"a;b\n1;2\n", "no column for"), ("zones", "улица;дом", "no GeoJSON"),
                                    ("tickets", b"\x00\x01\x02", "not a text file")):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = command("import", kind, path, "--data", data, status=1)
        assert sentence in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert "cannot be imported" in command("import", "dogs", path, "--data", data, status=2).stderr
    assert command("import", "houses", folder / "nothing", "--data", data, status=1).stderr
    assert command("import", "houses", "--data", data, status=2).stderr
    path.write_text("Strasse;Nr\nМира;5\n")
    said = command("import", "houses", path, "--data", data, "--map", "Strasse=street", "--map", "Nr=number").stdout
    assert "new: 1," in said, said
    assert "no field" in command("import", "houses", path, "--data", data, "--map", "Strasse=dance", status=1).stderr


def people_and_tickets_come_in(folder):
    data = folder / "s"
    daemon = Daemon(data)
    for kind, text, sums in (
            ("centres", "название;широта;долгота\nЗападный;45.05;41.9\n", "new: 1,"),
            ("clients", "ФИО;телефон;адрес\nКим;89627654321;\"Мира, 5, кв. 3\"\n", "new: 1,"),
            ("tickets", "номер;категория;адрес;телефон;описание\nA-1;тв;\"Мира, 5\";89627654321;👩‍🔧 שלום\n"
                        "A-2;тв;\"Нигде, 5\";;\n", "new: 1,")):
        path = folder / kind
        path.write_text(text)
        said = command("import", kind, path, "--data", data).stdout
        assert sums in said, said
    assert "no such house" in said
    anna = Client(daemon, "anna")
    rows = anna.ask("GET", "/v1/snapshot?t=ticket")[1]["rows"]
    assert [row[3]["description"] for row in rows] == ["👩‍🔧 שלום"] and rows[0][3]["number"] > 0, rows
    daemon.stop()


def the_real_town_comes_in(folder):
    places = [os.environ.get("UCHASTOK_DATA"), ROOT.parent / "shared/stavropol"]
    place = next((str(one) for one in places if one and os.path.exists(f"{one}/houses.csv")), None)
    if not place:
        print("# no real data: neither ../shared/stavropol nor $UCHASTOK_DATA has houses.csv")
        return
    data = folder / "s"
    command("init", "--data", data)
    assert "new: 5," in command("import", "zones", f"{place}/zones.geojson", "--data", data).stdout
    assert "new: 6," in command("import", "centres", f"{place}/centres.csv", "--data", data).stdout
    said = command("import", "houses", f"{place}/houses.csv", "--data", data).stdout
    assert "errors: 0, warnings: 0" in said and ("new: 2000," in said or "new: 1998," in said), said
    said = command("import", "houses", f"{place}/houses.csv", "--data", data).stdout
    assert "new: 0, changed: 0," in said, said


main([bad_rows_are_reported_and_good_ones_come_in, files_that_cannot_be_read_are_refused, people_and_tickets_come_in,
      the_real_town_comes_in])
