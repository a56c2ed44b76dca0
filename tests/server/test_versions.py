"""Clients that are not quite of the store's time: an older or newer program, a first sync that takes long, an epoch that
ends in its middle."""
import sqlite3
import uuid

from contract import Checked, CheckedLive, describe
from door import Daemon, command, main


def pushed_as(client, schema, op):
    return client.ask("POST", "/v1/push", {"store": client.store, "client": client.name, "schema": schema, "ops": [op]})


def the_store_speaks_its_version_and_the_one_before(folder):
    daemon = Daemon(folder / "s", "--schema", "5")
    anna, mid = Checked(daemon, "anna"), 0
    assert anna.ask("GET", "/v1/info")[1]["schema"] == {"min": 4, "cur": 5}
    for schema, fine in ((3, False), (4, True), (5, True), (6, False), (0, False)):
        said = {"Uchastok-Schema": str(schema)}
        status, answer = pushed_as(anna, schema, anna.op("note.add", {
            "note": str(uuid.uuid4()), "house": anna.house(), "text": "x"}, mid=mid + 1))
        mid += fine
        for path in ("/v1/changes?since=0", "/v1/snapshot?t=zone", "/v1/info"):
            assert (anna.ask("GET", path, headers=said)[0] == 200) == fine, (schema, path)
        assert status == (200 if fine else 426), answer
        if fine:
            assert answer["acks"][0][1] == "ok", answer
        else:
            assert (answer["schema_min"], answer["schema_cur"]) == (4, 5), answer
            refused = anna.ask("GET", "/v1/info", headers=said)[0], anna.answer.headers
            assert refused[0] == 426 and refused[1]["Upgrade"] == "uchastok/5, uchastok/4", refused
            assert refused[1]["Connection"] == "Upgrade", "the header is for the next hop (RFC 9110 §7.8)"
    newer = pushed_as(anna, 6, {**anna.op("x.y", {}), "of": "tomorrow"})
    assert newer[0] == 426, "a newer client is told so, not that its words are unknown"
    daemon.stop()


class Copy:
    """What a client has of the store; it does what src/sync/PROTOCOL.md says."""

    def __init__(self, client):
        self.client, self.rows, self.h0, self.store = client, {}, None, None

    def page(self, table, after=None, limit=2):
        words = f"/v1/snapshot?t={table}&limit={limit}" + (f"&after={after}" if after else "")
        status, page = self.client.ask("GET", words)
        assert status == 200, page
        if self.store not in (None, page["store"]):
            return None
        self.store = page["store"]
        self.h0 = page["h0"] if self.h0 is None else self.h0
        self.rows.update({(row[0], row[2]): row[1:] for row in page["rows"]})
        return page

    def snapshot(self, between=lambda table, page: None):
        for table in TABLES:
            after = None
            while True:
                page = self.page(table, after)
                if page is None:
                    return False
                between(table, page)
                after = page["next"]
                if after is None:
                    break
        return True

    def catch_up(self):
        cursor = self.h0
        while True:
            status, page = self.client.changes(cursor, limit=3)
            assert status == 200 and page["from"] == cursor, page
            for row in page["rows"]:
                if row[3] is None:
                    self.rows.pop((row[0], row[2]), None)
                else:
                    self.rows[row[0], row[2]] = row[1:]
            cursor = page["to"]
            if not page["more"]:
                return cursor


TABLES = list(describe()["tables"])


def zone(anna, name, number):
    return anna.op("row.put", {"table": "zone", "id": name, "fields": {"name": name, "number": number}})


def prepared(folder):
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    head = Checked(daemon, "head")
    assert {ack[1] for ack in head.push(*(zone(head, f"zone-{i}", i) for i in range(9)))[1]["acks"]} == {"ok"}
    return daemon, head


def a_first_sync_is_whole_whatever_happens_meanwhile(folder):
    """Rows made, changed and removed behind and before the page, and the store killed in the middle."""
    daemon, head = prepared(folder)
    copy, done = Copy(head), []

    def between(table, page):
        if table != "zone" or len(done) == 4:
            return
        done.append(page["next"])
        n = len(done)
        acts = [zone(head, "zone-0", 100 + n), zone(head, "zone-8", 200 + n), zone(head, f"zone-1-{n}", n),
                head.op("row.delete", {"table": "zone", "id": f"zone-{n}"}),
                head.op("row.delete", {"table": "zone", "id": f"zone-{8 - n}"} if n < 3 else {"table": "zone", "id": "zone-1-1"}),
                head.note(f"{n}")]
        acks = head.push(*acts)[1]["acks"]
        assert [ack[1] for ack in acks[:4]] == ["ok"] * 4, acks
        if n == 2:
            daemon.kill()
            daemon.start()
            head.close()

    assert copy.snapshot(between) and len(done) == 4
    cursor = copy.catch_up()
    fresh = Copy(head)
    assert fresh.snapshot() and fresh.h0 == cursor == head.head()
    assert copy.rows == fresh.rows, set(copy.rows) ^ set(fresh.rows)
    assert ("zone", "zone-1-4") in copy.rows and ("zone", "zone-1") not in copy.rows
    daemon.stop()


def an_epoch_that_ends_in_the_middle_is_noticed(folder):
    daemon, head = prepared(folder)
    copy, pages = Copy(head), []

    def between(table, page):
        pages.append(page)
        if table != "zone" or len(pages) > 60 or restored(daemon):
            return
        daemon.stop()
        with sqlite3.connect(daemon.folder / "store.sqlite") as database:
            database.execute("UPDATE epoch SET uuid = uuid || '.restored'")
        daemon.start()
        head.close()

    assert not copy.snapshot(between), "the page after it is of another epoch"
    status, problem = head.push(head.note())
    assert status == 409 and problem["store"] == copy.store + ".restored", problem
    fresh = Copy(head)
    assert fresh.snapshot() and fresh.store == copy.store + ".restored"
    daemon.stop()


def restored(daemon):
    with sqlite3.connect(daemon.folder / "store.sqlite") as database:
        return database.execute("SELECT uuid FROM epoch").fetchone()[0].endswith(".restored")


def a_restored_backup_is_the_same_office(folder):
    daemon, head = prepared(folder)
    office = head.store
    live = CheckedLive(head)
    assert "." not in office and live.wait("poke")
    command("backup", "--data", daemon.folder, "--to", folder / "copy.sqlite")
    daemon.stop()
    command("restore", "--data", daemon.folder, "--from", folder / "copy.sqlite")
    daemon.start()
    again = Checked(daemon, "head")
    assert again.store != office and again.store.split(".")[0] == office, again.store
    daemon.stop()


main([the_store_speaks_its_version_and_the_one_before, a_first_sync_is_whole_whatever_happens_meanwhile,
      an_epoch_that_ends_in_the_middle_is_noticed, a_restored_backup_is_the_same_office])
