"""uchastok-store at the command line: what it makes, and what it says when something is wrong."""
import os
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


def main():
    need(STORE)
    tests = [an_empty_store_is_made_once, people_are_added_and_their_passwords_never_shown, mistakes_are_explained,
             a_newer_database_is_left_alone, a_damaged_database_is_named, the_demo_town_prints_its_logins]
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
