"""uchastok-store at the command line: what it makes, and what it says when something is wrong."""
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from desk import STORE, need


def store(*words, stdin="", language="en"):
    env = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": language,
           "UCHASTOK_LOCALEDIR": str(STORE.parents[3] / "po")}
    return subprocess.run([str(STORE), *map(str, words)], input=stdin, capture_output=True, text=True, env=env)


def fails(done, status, sentence):
    assert done.returncode == status, (done.returncode, done.stderr)
    assert sentence in done.stderr, done.stderr
    assert "CRITICAL" not in done.stderr and "WARNING" not in done.stderr, done.stderr


def an_empty_store_is_made_once(folder):
    done = store("init", "--data", folder / "s")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()[-1]) == 64
    assert (folder / "s/key.pem").stat().st_mode & 0o077 == 0
    before = (folder / "s/certificate.pem").read_bytes()
    fails(store("init", "--data", folder / "s"), 2, "There is a store already")
    assert (folder / "s/certificate.pem").read_bytes() == before


def people_are_added_and_their_passwords_never_shown(folder):
    store("init", "--data", folder / "s")
    assert store("user", "add", "anna", "--data", folder / "s", stdin="a long secret\n").returncode == 0
    listed = store("user", "list", "--data", folder / "s").stdout
    assert "anna\tdispatcher" in listed and "secret" not in listed
    fails(store("user", "add", "Anna", "--data", folder / "s", stdin="a long secret\n"), 1, "is taken")
    fails(store("user", "add", "boris", "--data", folder / "s", stdin="short\n"), 1, "password")
    fails(store("user", "add", "boris", "--data", folder / "s"), 2, "A password is expected")
    fails(store("user", "add", "boris", "--role", "king", "--data", folder / "s"), 2, "is no role")


def mistakes_are_explained(folder):
    fails(store("init"), 2, "--data DIR")
    fails(store("dance"), 2, "no verb")
    fails(store("init", "--data", "/proc/no/such"), 2, "cannot be made")
    fails(store("user", "list", "--data", folder / "nothing"), 2, "uchastok-store:")
    fails(store("fingerprint", "--data", folder / "nothing"), 2, "uchastok-store:")
    fails(store("dance", language="ru"), 2, "нет команды")


def a_newer_database_is_left_alone(folder):
    store("init", "--data", folder / "s")
    database = sqlite3.connect(folder / "s/store.sqlite")
    database.execute("PRAGMA user_version = 9999")
    database.close()
    before = (folder / "s/store.sqlite").read_bytes()
    fails(store("user", "list", "--data", folder / "s"), 2, "newer")
    assert (folder / "s/store.sqlite").read_bytes() == before


def a_damaged_database_is_named(folder):
    store("init", "--data", folder / "s")
    (folder / "s/store.sqlite").write_bytes(b"not a database at all" * 1000)
    fails(store("user", "list", "--data", folder / "s"), 2, "uchastok-store:")


def the_demo_town_prints_its_logins(folder):
    done = store("demo", "--data", folder / "s", "--houses", 20, "--tickets", 10)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(lines) == 27 and all(len(words) == 4 for words in lines)
    assert {"dispatcher", "head", "clerk", "engineer", "admin"} == {words[2] for words in lines}


def said(done):
    """What a program is told: one object on standard output, whatever happened, and nothing beside it."""
    assert done.stderr == "", done.stderr
    assert done.stdout.count("\n") == 1, done.stdout
    return json.loads(done.stdout)


class Served:
    """A real daemon at work on the folder."""

    def __init__(self, folder):
        self.process = subprocess.Popen([str(STORE), "serve", "--data", str(folder), "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert "ready on https://127.0.0.1:" in line, line
        self.address = line.split("ready on ")[1].strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


def town(folder, **numbers):
    words = [word for name, value in numbers.items() for word in (f"--{name}", value)]
    done = store("demo", "--data", folder, *words)
    assert done.returncode == 0, done.stderr
    return folder


def a_copy_is_made_beside_the_daemon(folder):
    data, copy = town(folder / "s", houses=20, tickets=30), folder / "copy.sqlite"
    with Served(data):
        first = said(store("backup", "--to", copy, "--data", data, "--json"))
        assert copy.stat().st_mode & 0o777 == 0o600 and copy.stat().st_size == first["bytes"]
        assert list(folder.glob("copy*")) == [copy], "nothing is left beside it"
        before = copy.read_bytes()
        refused = store("backup", "--to", copy, "--data", data, "--json")
        assert refused.returncode == 2 and said(refused)["status"] == 2 and "--replace" in said(refused)["error"]
        assert copy.read_bytes() == before
        again = said(store("backup", "--to", copy, "--data", data, "--replace", "--json"))
        assert (again["head"], again["digest"]) == (first["head"], first["digest"])
    fails(store("backup", "--to", folder / "no/such/copy", "--data", data), 1, "no/such/copy")
    fails(store("backup", "--data", data), 2, "--to FILE")
    fails(store("backup", "surplus", "--to", copy, "--data", data), 2, "surplus")


def a_backup_takes_the_place_of_the_store_as_a_new_epoch(folder):
    data, copy = town(folder / "s", houses=20, tickets=30), folder / "copy.sqlite"
    saved = said(store("backup", "--to", copy, "--data", data, "--json"))
    (folder / "c.csv").write_text("название;широта;долгота\nНовый;45.04;41.96\n")
    assert store("import", "centres", folder / "c.csv", "--data", data).returncode == 0
    with Served(data):
        fails(store("restore", "--from", copy, "--data", data), 2, "is being served")
    before = (data / "store.sqlite").read_bytes()
    restored = said(store("restore", "--from", copy, "--data", data, "--json"))
    assert restored["head"] == saved["head"] and not restored["new_certificate"]
    assert Path(restored["kept"]).read_bytes() == before, "what was there is kept, byte for byte"
    uuids = [sqlite3.connect(path).execute("SELECT uuid FROM epoch").fetchone()[0]
             for path in (copy, data / "store.sqlite")]
    assert uuids[0] != uuids[1] == restored["store"]
    assert said(store("verify", "--data", data, "--json"))["sound"]
    told = store("restore", "--from", copy, "--data", folder / "elsewhere")
    assert told.returncode == 0 and "sends again" in told.stdout and "New certificate" in told.stdout, told
    with Served(folder / "elsewhere"):
        pass


def sql(path, text):
    """Changes what the program itself never would, past the triggers that guard the log."""
    database = sqlite3.connect(path)
    for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    assert database.execute(text).rowcount > 0, text
    database.commit()
    database.close()


def a_bad_backup_changes_nothing(folder):
    data, copy = town(folder / "s", houses=20, tickets=30), folder / "copy.sqlite"
    store("backup", "--to", copy, "--data", data)
    before, names = (data / "store.sqlite").read_bytes(), sorted(data.iterdir())
    sql(copy, "DELETE FROM op WHERE seq = 5")
    fails(store("restore", "--from", copy, "--data", data), 1, "The log has gaps")
    copy.write_bytes(b"no database" * 1000)
    fails(store("restore", "--from", copy, "--data", data), 1, "not a database")
    fails(store("restore", "--from", folder / "none", "--data", data), 2, "There is no backup")
    fails(store("restore", "--data", data), 2, "--from FILE")
    assert (data / "store.sqlite").read_bytes() == before
    assert sorted(set(data.iterdir()) - {data / "serve.lock"}) == [name for name in names if name.name != "serve.lock"]


FAULTS = [
    ("DELETE FROM op WHERE seq = 7", "The log has gaps"),
    ("UPDATE number SET value = value + 1 WHERE name = 'head'", "The log does not end at the head"),
    ("UPDATE number SET value = 1000000 WHERE name = 'floor'", "lies above the head"),
    ("UPDATE ticket SET rev = 'never' WHERE id = (SELECT max (id) FROM ticket)", "of an operation that never was"),
    ("UPDATE house SET seq = seq + 1 WHERE id = (SELECT min (id) FROM house)", "its operation at"),
    ("UPDATE peer SET last_mid = 1 WHERE last_mid > 1", "forgot how far"),
    ("UPDATE op SET mid = CASE mid WHEN 3 THEN 900000 ELSE mid END WHERE mid = 3", "before the one ahead of it"),
]


def every_kind_of_fault_is_found_and_named(folder):
    data = town(folder / "s", houses=20, tickets=30)
    sound = (data / "store.sqlite").read_bytes()
    assert "All is well" in store("verify", "--data", data).stdout
    for text, sentence in FAULTS:
        sql(data / "store.sqlite", text)
        done = store("verify", "--data", data, "--json")
        faults = [row["fault"] for row in said(done)["faults"]]
        assert done.returncode == 1 and any(sentence in fault for fault in faults), (text, faults)
        (data / "store.sqlite").write_bytes(sound)
        for name in ("store.sqlite-wal", "store.sqlite-shm"):
            (data / name).unlink(missing_ok=True)
    page = 4096
    for at in (5 * page, 20 * page, 40 * page):
        broken = bytearray(sound)
        broken[at:at + page] = os.urandom(page)
        (data / "store.sqlite").write_bytes(broken)
        done = store("verify", "--data", data)
        assert done.returncode == 1 and "damaged" in done.stdout + done.stderr, (at, done)


def what_grew_old_is_forgotten(folder):
    data = town(folder / "s", houses=200, tickets=30)
    old = "INSERT INTO deletion (table_name, id, seq, made_at) VALUES ('note', 'x', 3, 1000)"
    sql(data / "store.sqlite", old)
    with Served(data):
        beside = said(store("compact", "--data", data, "--json"))
        assert beside["floor_after"] == 3 and not beside["rewritten"]
    sql(data / "store.sqlite", old.replace("'x', 3", "'y', 4"))
    ballast = sqlite3.connect(data / "store.sqlite")
    ballast.execute("CREATE TABLE ballast AS SELECT randomblob (1000) FROM op LIMIT 1000")
    ballast.execute("DROP TABLE ballast")
    ballast.close()
    alone = said(store("compact", "--data", data, "--json"))
    assert alone["floor_after"] == 4 and alone["rewritten"] and alone["bytes_after"] < alone["bytes_before"], alone
    assert said(store("verify", "--data", data, "--json"))["sound"]


def at_a_terminal(*words):
    """What a person sees: standard error is a terminal, standard output a pipe."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(STORE), *map(str, words)], stdout=subprocess.PIPE, stderr=theirs, text=True,
                               env={**os.environ, "LC_ALL": "C.UTF-8"})
    os.close(theirs)
    seen = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:
            break
        seen += more
    os.close(ours)
    out = process.stdout.read()
    process.stdout.close()
    return process.wait(60), out, seen.decode()


def progress_is_for_terminals_only(folder):
    data = town(folder / "s", houses=50, tickets=30)
    status, out, seen = at_a_terminal("backup", "--to", folder / "a", "--data", data)
    assert status == 0 and re.search(r"Copying: [0-9.]+.[kM]B / [0-9.]+.[kM]B \(100 %\)", seen), seen
    assert "Copying" not in out and seen.endswith("\r\x1b[K"), "the line is taken away again"
    done = store("backup", "--to", folder / "b", "--data", data)
    assert "Copying" not in done.stdout + done.stderr and "\x1b" not in done.stdout + done.stderr


def main():
    need(STORE)
    tests = [an_empty_store_is_made_once, people_are_added_and_their_passwords_never_shown, mistakes_are_explained,
             a_newer_database_is_left_alone, a_damaged_database_is_named, the_demo_town_prints_its_logins,
             a_copy_is_made_beside_the_daemon, a_backup_takes_the_place_of_the_store_as_a_new_epoch,
             a_bad_backup_changes_nothing, every_kind_of_fault_is_found_and_named, what_grew_old_is_forgotten,
             progress_is_for_terminals_only]
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory(prefix="uchastok-cli-") as folder:
            try:
                test(Path(folder))
                print(f"ok {number} - {test.__name__.replace('_', ' ')}")
            except Exception:
                failed += 1
                print(f"not ok {number} - {test.__name__.replace('_', ' ')}")
                traceback.print_exc()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
