"""An office that moves from one database to another, and the real daemon on each of them."""
import json
import os
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
        command("migrate", "--from", f"sqlite:{folder}/b.sqlite", "--to", server.add_database())


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
          a_backup_of_postgresql_is_a_file, a_password_is_not_in_the_command_line])
