"""An office that moves from one database to another, and the real daemon on each of them."""
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from door import Client, Daemon, STORE, command, main  # noqa: E402
from postgres import Postgres  # noqa: E402


def goes_on(daemon, client, since, head):
    """The same desk after the move: its token, its cursor, its outbox."""
    client.close()
    status, page = client.changes(since)
    assert status == 200 and page["store"] == client.store and page["head"] == head, (status, page)
    assert page["rows"], page
    status, pushed = client.push(client.note("после переезда"))
    assert status == 200 and pushed["acks"][0][:2] == [client.mid, "ok"] and pushed["head"] == head + 1, pushed


def an_office_moves_there_and_back(folder):
    with Postgres() as server:
        daemon = Daemon(folder / "s")
        anna = Client(daemon, "anna")
        since = anna.head()
        for _ in range(20):
            assert anna.push(anna.note())[0] == 200
        url, file = server.add_database(), folder / "s/store.sqlite"

        # not while it is served
        command("migrate", "--data", folder / "s", "--to", url, status=2)
        daemon.stop()
        done = json.loads(command("migrate", "--data", folder / "s", "--to", url, "--json").stdout)
        assert done["head"] == since + 20 and done["store"] == anna.store, done
        rows = {row["table"]: row["rows"] for row in done["tables"]}
        assert rows["op"] == since + 20 and rows["house"] == 2 and rows["session"] >= 1, rows
        assert (folder / "s/database.url").stat().st_mode & 0o077 == 0
        daemon.start()
        goes_on(daemon, anna, since, since + 20)
        assert int(server.run("SELECT value FROM number WHERE name = 'head'", "d1")[0]) == since + 21
        daemon.stop()
        assert command("verify", "--data", folder / "s").returncode == 0

        # a full target is refused, a wrong address too, and nothing changes
        command("migrate", "--from", f"sqlite:{file}", "--to", url, status=1)
        wrong = command("migrate", "--from", f"sqlite:{file}", "--to",
                        "postgresql://uchastok:geheim@127.0.0.1:1/none", status=2)
        assert "geheim" not in wrong.stderr and "geheim" not in wrong.stdout, wrong

        # and back, into another file
        back = json.loads(command("migrate", "--data", folder / "s", "--to", f"sqlite:{folder}/back.sqlite",
                                  "--json").stdout)
        assert {row["table"]: row["rows"] for row in back["tables"]}["op"] == since + 21, back
        daemon.start()
        goes_on(daemon, anna, since, since + 21)
        daemon.stop()


def a_store_that_was_moved_away_accepts_nothing(folder):
    """Somebody forgot to stop the daemon and named the file instead of the folder."""
    with Postgres() as server:
        daemon = Daemon(folder / "s")
        anna = Client(daemon, "anna")
        assert anna.push(anna.note())[0] == 200
        command("migrate", "--from", f"sqlite:{folder}/s/store.sqlite", "--to", server.add_database())
        note = anna.note()
        status, problem = anna.push(note)
        assert status == 503, (status, problem)
        assert int(server.run(f"SELECT count(*) FROM op WHERE id = '{note['id']}'", "d1")[0]) == 0
        daemon.stop()


def a_backup_of_postgresql_is_a_file(folder):
    with Postgres() as server:
        url = server.add_database()
        command("init", "--data", folder / "s", "--database", url)
        told = json.loads(command("backup", "--data", folder / "s", "--to", folder / "b.sqlite", "--json").stdout)
        assert told["head"] > 0, told
        names = sorted(os.listdir(folder))
        assert "b.sqlite" in names and not any(name.startswith("b.sqlite.") for name in names), names


def tables_of(server, schema, database="d1"):
    return set(server.run(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'", database))


def a_backup_goes_back_into_postgresql(folder):
    """One command; what the desks did since, they send again; what stood there is kept."""
    with Postgres() as server:
        url = server.add_database()
        daemon = Daemon(folder / "s")
        daemon.stop()
        command("migrate", "--data", folder / "s", "--to", url)
        daemon.start()
        anna = Client(daemon, "anna")
        old = anna.store
        assert anna.push(anna.note("до копии"))[0] == 200
        saved = json.loads(command("backup", "--data", folder / "s", "--to", folder / "b.sqlite", "--json").stdout)
        late = anna.note("после копии")
        assert anna.push(late)[0] == 200
        command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", status=2)  # it is served
        daemon.stop()

        # somebody else at the same database, from another folder
        command("init", "--data", folder / "other", "--database", server.add_database())
        (folder / "other/database.url").write_text(url + "\n")
        other = Daemon(folder / "other")
        refused = command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", status=1)
        assert "is in use" in refused.stderr, refused
        other.stop()
        assert tables_of(server, "public") and server.run("SELECT count(*) FROM op WHERE id = '%s'" % late["id"], "d1") == ["1"]

        before, bytes_before = tables_of(server, "public"), (folder / "b.sqlite").read_bytes()
        done = json.loads(command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", "--json").stdout)
        assert done["head"] == saved["head"] and done["digest"] == saved["digest"], (done, saved)
        assert done["store"].startswith(old.split(".")[0] + ".") and done["store"] != old, done
        assert (folder / "b.sqlite").read_bytes() == bytes_before, "the backup stays as it was"
        assert tables_of(server, "public") == before == tables_of(server, done["kept"]), done
        assert server.run(f"SELECT count(*) FROM {done['kept']}.op WHERE id = '{late['id']}'", "d1") == ["1"]
        assert server.run("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%restored%'", "d1") == []
        assert sorted(p.name for p in (folder / "s").glob("*restored*")) == []
        assert command("verify", "--data", folder / "s").returncode == 0

        daemon.start()
        anna.close()
        status, problem = anna.push(anna.note())
        assert status == 409 and problem["store"] == done["store"], (status, problem)
        anna.store, anna.name, anna.mid = done["store"], anna.name + "-2", 0
        status, pushed = anna.push({**late, "mid": 1})
        assert status == 200 and pushed["acks"][0][:2] == [1, "ok"] and pushed["head"] == saved["head"] + 1, pushed
        daemon.stop()

        # a second time, and from a damaged file nothing happens at all
        again = json.loads(command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", "--json").stdout)
        assert again["store"] not in (done["store"], old) and again["kept"] != done["kept"], again
        with sqlite3.connect(folder / "b.sqlite") as database:
            for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f"DROP TRIGGER {name}")
            database.execute("DELETE FROM op WHERE seq = 2")
        database.close()
        command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", status=1)
        assert server.run("SELECT uuid FROM epoch", "d1") == [again["store"]]


def a_restore_that_fails_on_the_way_changes_nothing(folder):
    """The database refuses the new schema, and refuses a row; an office of another program stays untouched."""
    with Postgres() as server:
        url = server.add_database()
        command("init", "--data", folder / "s", "--database", url)
        command("backup", "--data", folder / "s", "--to", folder / "b.sqlite")
        epoch = server.run("SELECT uuid FROM epoch", "d1")
        server.run("CREATE ROLE small LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO small", "d1")
        address = folder / "s/database.url"
        address.write_text(url.replace("uchastok@", "small@") + "\n")
        refused = command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", status=1)
        assert "permission denied" in refused.stderr, refused
        address.write_text(url + "\n")
        server.run("""CREATE FUNCTION away () RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                      IF EXISTS (SELECT FROM pg_tables WHERE schemaname LIKE '%restored' AND tablename = 'op') THEN
                      ALTER TABLE public_restored.op DROP COLUMN IF EXISTS field; END IF; END $$;
                      CREATE EVENT TRIGGER away ON ddl_command_end WHEN TAG IN ('CREATE TRIGGER')
                      EXECUTE FUNCTION away ()""", "d1")
        command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", status=1)
        server.run("DROP EVENT TRIGGER away", "d1")
        assert server.run("SELECT uuid FROM epoch", "d1") == epoch
        assert server.run("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%\\_%' AND nspname NOT LIKE 'pg_%'"
                          " AND nspname <> 'information_schema'", "d1") == []
        address.write_text(server.add_database() + "\n")
        server.run("CREATE TABLE invoice (id int)", "d2")
        refused = command("restore", "--data", folder / "s", "--from", folder / "b.sqlite", status=1)
        assert "another program" in refused.stderr and tables_of(server, "public", "d2") == {"invoice"}, refused


def a_backup_that_is_moved_becomes_a_new_epoch(folder):
    """Whoever copied a file without "restore": two stores must never share an epoch and differ."""
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    old = anna.store
    command("backup", "--data", folder / "s", "--to", folder / "b.sqlite")
    daemon.stop()
    before, epochs = (folder / "b.sqlite").read_bytes(), {old}
    for target in ("one", "two"):
        done = json.loads(command("migrate", "--from", f"sqlite:{folder}/b.sqlite",
                                  "--to", f"sqlite:{folder}/{target}.sqlite", "--json").stdout)
        assert done["new_epoch"] and done["store"].split(".")[0] == old.split(".")[0], done
        epochs.add(done["store"])
        assert (folder / "b.sqlite").read_bytes() == before, "the backup stays as it was"
    assert len(epochs) == 3 and not any("backup" in epoch for epoch in epochs), epochs

    # the living store moves without one
    moved = json.loads(command("migrate", "--data", folder / "s", "--to", f"sqlite:{folder}/m.sqlite", "--json").stdout)
    assert not moved["new_epoch"] and moved["store"] == old, moved

    # a backup that was copied into place by hand and served
    (folder / "m.sqlite").write_bytes(before)
    daemon.start()
    fresh = Client(daemon, "anna")
    assert fresh.store.split(".")[0] == old.split(".")[0] and fresh.store not in epochs, fresh.store
    daemon.stop()


def a_password_is_not_in_the_command_line(folder):
    """libpq's own ways work: here a password file."""
    with Postgres(tcp=True) as server:
        server.run("ALTER USER uchastok PASSWORD 'geheim'")
        database = server.add_database()
        hba = server.dir / "data/pg_hba.conf"
        hba.write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        server.stop()
        os.environ["PGPASSFILE"] = str(folder / "pass")
        (folder / "pass").write_text("127.0.0.1:*:*:uchastok:geheim\n")
        (folder / "pass").chmod(0o600)
        server.start()
        try:
            command("init", "--data", folder / "s", "--database", database)
            (folder / "pass").write_text("127.0.0.1:*:*:uchastok:other\n")
            refused = subprocess.run([str(STORE), "verify", "--data", str(folder / "s")], capture_output=True, text=True)
            assert refused.returncode == 2 and "other" not in refused.stderr, refused
            assert "geheim" not in (folder / "s/database.url").read_text()
        finally:
            del os.environ["PGPASSFILE"]


if __name__ == "__main__":
    main([an_office_moves_there_and_back, a_store_that_was_moved_away_accepts_nothing,
          a_backup_of_postgresql_is_a_file, a_backup_goes_back_into_postgresql,
          a_restore_that_fails_on_the_way_changes_nothing, a_backup_that_is_moved_becomes_a_new_epoch,
          a_password_is_not_in_the_command_line])
