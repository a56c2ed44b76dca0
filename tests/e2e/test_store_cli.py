"""uchastok-store at the command line: what it makes, and what it says when something is wrong."""
import json
import os
import pty
import re
import signal
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
    return subprocess.run([str(STORE), *map(str, words)], input=stdin, capture_output=True, text=True, env=env, timeout=300)


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


ROOT = Path(__file__).resolve().parents[2]
MAN = ROOT / "data/man/uchastok-store.8"
COMMON = {"--help", "--data", "--json"}


def verbs():
    return re.findall(r"^  ([a-z]+) ", store("--help").stdout, re.M)


def options(verb):
    return set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", store(verb, "--help").stdout, re.M))


def the_manual_and_the_help_say_the_same(folder):
    text = MAN.read_text().replace("\\-", "-")
    head, *sections = re.split(r"^\.SS ", text.split(".SH VERBS")[1].split(".SH EXIT STATUS")[0], flags=re.M)
    told = {section.split()[0]: set(re.findall(r"^\.BI? (--[a-z-]+)", section, re.M)) for section in sections}
    assert list(told) == [verb for verb in verbs() if verb in told] and set(told) == set(verbs())
    general = text.split(".SH OPTIONS")[1].split(".SH VERBS")[0]
    assert COMMON == set(re.findall(r"--[a-z]+", general.split(".PP")[0])) - {"--version"}
    for verb in verbs():
        assert options(verb) == told[verb] | COMMON, verb
        said_by_help = store(verb, "--help").stdout
        assert f"uchastok-store {verb}" in said_by_help.split("Example:")[1], "an example"
        assert "Exit status: 0" in said_by_help
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", str(MAN)], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr


def every_verb_refuses_what_it_does_not_know(folder):
    for verb in verbs():
        for words, word in ((["--nonsense"], "nonsense"), (["--data"], "--data"), (["--data", folder / "none"], None)):
            if verb in ("init", "demo") and word is None:
                continue  # these make what is not there
            done = store(verb, *words, stdin="")
            assert done.returncode == 2 and done.stdout == "", (verb, words, done)
            fails(done, 2, word or "")
            assert done.stderr.startswith("uchastok-store: ") and done.stderr.count("\n") == 1, done.stderr
            told = said(store(verb, "--json", *words))
            assert told["status"] == 2 and (word or "") in told["error"], (verb, words, told)


def each_verb_answers_a_program_with_one_object(folder):
    data = folder / "s"
    made = said(store("init", "--data", data, "--login", "head", "--json", stdin="a long secret\n"))
    assert made["fingerprint"] == said(store("fingerprint", "--data", data, "--json"))["fingerprint"]
    assert said(store("user", "add", "Anna", "--data", data, "--json", stdin="a long secret\n")) == {"done": True, "login": "anna"}
    assert said(store("user", "disable", "anna", "--data", data, "--json"))["done"]
    users = said(store("user", "list", "--data", data, "--json"))["users"]
    assert {(user["login"], user["role"], user["state"]) for user in users} == {("anna", "dispatcher", "disabled"), ("head", "head", None)}
    refused = store("user", "add", "anna", "--data", data, "--json", stdin="a long secret\n")
    assert refused.returncode == 1 and said(refused)["status"] == 1 and "is taken" in said(refused)["error"]
    (folder / "staff.csv").write_text("ФИО;Телефон;Должность\nЁлкин Пётр;89621234567;инженер\n;89621234568;инженер\n")
    read = said(store("import", "staff", folder / "staff.csv", "--data", data, "--json"))
    assert (read["new"], read["errors"], read["issues"][0]["line"]) == (1, 1, 3), read
    phone = said(store("token", "--engineer", "Ёлкин Пётр", "--host", "h:1", "--data", data, "--json"))
    assert phone["secret"] in phone["address"] and phone["address"].startswith("https://h:1/track/t?id=")
    listed = said(store("token", "list", "--data", data, "--json"))["phones"]
    assert len(listed) == 1 and listed[0]["name"] == "phone" and phone["secret"] not in json.dumps(listed)
    assert said(store("token", "end", listed[0]["id"], "--data", data, "--json"))["done"]
    assert said(store("token", "list", "--data", data, "--json"))["phones"] == []
    fails(store("token", "end", "nobody", "--data", data), 1, "")
    fails(store("token", "--data", data), 2, "--engineer NAME")


def an_export_masks_who_a_client_is(folder):
    data = town(folder / "s", houses=20, tickets=30)
    names = [name for name, in sqlite3.connect(data / "store.sqlite").execute("SELECT name FROM client WHERE name > ''")]
    codes = [code for code, in sqlite3.connect(data / "store.sqlite").execute("SELECT intercom FROM entrance WHERE intercom > ''")]
    phones = [phone for phone, in sqlite3.connect(data / "store.sqlite").execute("SELECT phone FROM client WHERE phone > ''")]
    assert names and codes and phones

    def looks():
        return sqlite3.connect(data / "store.sqlite").execute("SELECT table_name, row_id FROM look").fetchall()

    told = said(store("export", "--to", folder / "all", "--data", data, "--json"))
    counts = {row["table"]: row["rows"] for row in told["files"]}
    assert counts["house"] == 20 and len(told["files"]) == len(list((folder / "all").iterdir()))
    everything = "".join(path.read_text() for path in (folder / "all").iterdir())
    assert not [word for word in names + phones + codes if word in everything] and looks() == []
    assert all(path.stat().st_mode & 0o77 == 0 for path in (folder / "all").iterdir())
    zones = json.loads((folder / "all/zone.geojson").read_text())
    assert zones["type"] == "FeatureCollection" and len(zones["features"]) == counts["zone"]
    fails(store("export", "--to", folder / "all", "--data", data), 1, "--replace")
    assert store("export", "--to", folder / "all", "--data", data, "--personal", "--replace").returncode == 0
    everything = "".join(path.read_text() for path in (folder / "all").iterdir())
    assert all(name in everything for name in names) and not [code for code in codes if f";{code};" in everything]
    assert ("client", "*") in looks() and ("zone", "*") not in looks()
    assert store("export", "--table", "house", "--to", folder / "h.csv", "--data", data).returncode == 0
    again = store("import", "houses", folder / "h.csv", "--dry-run", "--data", data)
    assert "new: 0" in again.stdout, again.stdout
    fails(store("export", "--table", "nothing", "--to", folder / "x", "--data", data), 2, "no table")


def how_the_store_is_stands_on_one_page(folder):
    data = town(folder / "s", houses=20, tickets=30)
    still = said(store("status", "--data", data, "--json"))
    assert not still["running"] and still["head"] > 0 and still["backup_at"] is None
    assert "does not run" in store("status", "--data", data).stdout
    store("backup", "--to", folder / "copy", "--data", data)
    with Served(data) as served:
        now = said(store("status", "--data", data, "--json"))
        assert now["running"] and now["answers"] and now["address"] == served.address
        assert (now["head"], now["accounts"], now["live_clients"]) == (still["head"], still["accounts"], 0)
        assert 0 <= now["backup_age_s"] < 3600 and now["backup_file"] == str(folder / "copy")
        commit = next(row for row in now["latency"] if row["what"] == "commit")
        assert commit["n"] > 0 and 0 < commit["p50_ms"] <= commit["p99_ms"]
        page = store("status", "--data", data).stdout
        assert f"runs at {served.address}" in page and "Desks connected" in page and "p99, ms" in page
        watching = subprocess.Popen([str(STORE), "status", "--data", str(data), "--watch", "--interval", "1", "--json"],
                                    stdout=subprocess.PIPE, text=True)
        pages = [json.loads(watching.stdout.readline()) for _ in range(2)]
        watching.terminate()
        watching.wait(30)
        watching.stdout.close()
        assert all(page["answers"] for page in pages) and pages[0]["uptime_s"] <= pages[1]["uptime_s"]
        served.process.send_signal(signal.SIGSTOP)
        try:
            silent = store("status", "--data", data, "--json")
        finally:
            served.process.send_signal(signal.SIGCONT)
        assert silent.returncode == 1 and said(silent)["running"] and not said(silent)["answers"] and said(silent)["head"] > 0
    fails(store("status"), 2, "--data DIR")


def bash_completes_verbs_and_options(folder):
    (folder / "uchastok-store").symlink_to(STORE)
    for words, expected in ((["ver"], {"verify"}), (["backup", "--re"], {"--replace"}), (["user", "en"], {"enable"}),
                            (["status", "--w"], {"--watch"})):
        script = (f". {ROOT}/data/uchastok-store.bash; COMP_WORDS=(uchastok-store {' '.join(words)}); "
                  f"COMP_CWORD={len(words)}; _uchastok_store; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "PATH": f"{folder}:{os.environ['PATH']}"})
        assert set(done.stdout.split()) == expected, (words, done)


def main():
    need(STORE)
    tests = [an_empty_store_is_made_once, people_are_added_and_their_passwords_never_shown, mistakes_are_explained,
             a_newer_database_is_left_alone, a_damaged_database_is_named, the_demo_town_prints_its_logins,
             a_copy_is_made_beside_the_daemon, a_backup_takes_the_place_of_the_store_as_a_new_epoch,
             a_bad_backup_changes_nothing, every_kind_of_fault_is_found_and_named, what_grew_old_is_forgotten,
             progress_is_for_terminals_only, the_manual_and_the_help_say_the_same,
             every_verb_refuses_what_it_does_not_know, each_verb_answers_a_program_with_one_object,
             an_export_masks_who_a_client_is, how_the_store_is_stands_on_one_page, bash_completes_verbs_and_options]
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
