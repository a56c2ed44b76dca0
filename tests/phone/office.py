"""What the phone page's tests share: a real store over HTTPS, a dispatcher with a desk's rights, a phone."""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import uuid
from pathlib import Path

for room in ("server", "support"):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / room))
from browser import CHROMIUM, Browser  # noqa: E402
from cable import Cable  # noqa: E402
from door import BUILD, Client, Daemon, PASSWORD, command, until  # noqa: E402

PICTURES = BUILD / "pictures"


class Office:
    """One zone, one house with an intercom, one engineer with a shift, and whoever dispatches."""

    shared = None  # one browser for all tests, each phone in a context of its own

    def __init__(self, folder, template=None):
        self.folder, self.phones, self.contexts = Path(folder), [], []
        if template:
            shutil.copytree(template, self.folder / "s")
        self.daemon = Daemon(self.folder / "s")
        self.cable = Cable(self.daemon.port)  # between the phones and the store
        self.desk = Client(self.daemon, "head")
        staff = {row[3]["name"].split()[0]: row[2] for row in self.desk.ask("GET", "/v1/snapshot?t=staff&limit=100")[1]["rows"] if row[3].get("name")}
        self.engineer = staff["Ёлкин"]
        self.house = self.desk.ask("GET", "/v1/snapshot?t=house&limit=10")[1]["rows"][0][2]
        if not template:
            self.furnish()

    def furnish(self):
        self.put("zone", "zone-1", number=1, name="Центр")
        self.put("company", "mc-1", name="УК «Уют»", phones="88652111111", contact="Ольга", hours="9–18")
        self.put("house", self.house, zone_id="zone-1", floors=9, access="ключ у консьержа", company_id="mc-1")
        self.put("entrance", "entrance-1", house_id=self.house, number=1, apartment_from=1, apartment_to=40, intercom="К2580", riser="слева")
        self.put("staff", self.engineer, zones="zone-1")
        self.put("shift", "shift-1", staff_id=self.engineer, starts_at=self.now() - 3600_000, ends_at=self.now() + 6 * 3600_000)
        self.put("shift", "shift-0", staff_id=self.engineer, starts_at=self.now() - 9 * 86400_000, ends_at=self.now() - 8 * 86400_000)
        command("user", "add", "petr", "--role", "engineer", "--staff", self.engineer, "--data", self.daemon.folder, stdin=PASSWORD + "\n")

    def now(self):
        return int(time.time() * 1000)

    def do(self, kind, **args):
        op = self.desk.op(kind, args)
        status, answer = self.desk.push(op)
        assert status == 200 and answer["acks"][0][1] == "ok", (kind, args, answer)
        return op["id"]

    def put(self, table, identity, **fields):
        return self.do("row.put", table=table, id=identity, fields=fields)

    def ticket(self, **more):
        identity = str(uuid.uuid4())
        self.do("ticket.create", ticket=identity, fields={"category": "support.wifi", "house_id": self.house, "apartment": "7", "client_name": "Анна Петровна",
                "phone_raw": "89620001122", "description": "Пропадает Wi-Fi в дальней комнате", **more})
        return identity

    def visit(self, minutes=None, engineer=None, **more):
        """A ticket that somebody has; with `minutes`, its time was agreed for so long from now."""
        ticket, visit = self.ticket(**more), str(uuid.uuid4())
        self.do("visit.assign", ticket=ticket, visit=visit, engineer=engineer or self.engineer)
        if minutes is not None:
            times = {"mode": "now"} if minutes == 0 else {"mode": "time", "from_at": self.now() + minutes * 60_000, "to_at": self.now() + minutes * 60_000}
            self.do("visit.plan", ticket=ticket, visit=visit, **times)
        return ticket, visit

    def row(self, table, identity):
        rows = self.desk.ask("GET", f"/v1/snapshot?t={table}&limit=5000")[1]["rows"]
        return next((row[3] for row in rows if row[2] == identity), None)

    def rows(self, table):
        return [row[3] for row in self.desk.ask("GET", f"/v1/snapshot?t={table}&limit=5000")[1]["rows"]]

    def query(self, sql):
        """What stands in the store's file that it tells nobody."""
        with sqlite3.connect(f"file:{self.daemon.folder}/store.sqlite?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()

    @property
    def url(self):
        return f"https://localhost:{self.cable.port}/m/"

    def browser(self, name="phone"):
        """A browser of this test alone: one that is switched off and on."""
        browser = Browser(self.folder / name, self.daemon.folder / "certificate.pem")
        self.phones.append(browser)
        return browser

    def page(self, browser=None, where=None, **look):
        """A phone that has just opened the page."""
        if browser:
            return browser.page(where or self.url, **look)
        if not Office.shared:
            Office.shared = Browser(self.folder.parent / "shared", self.daemon.folder / "certificate.pem")
        self.contexts.append(Office.shared.context())
        return Office.shared.page(where or self.url, self.contexts[-1], **look)

    def phone(self, login="petr", browser=None, **look):
        """A phone on which somebody has signed in; its list is on the screen."""
        page = self.page(browser, **look)
        self.sign_in(page, login)
        return page

    def sign_in(self, page, login="petr", password=PASSWORD):
        page.enter("#login", login)
        page.enter("#password", password)
        page.tap("button[type=submit]")
        page.wait("Boolean(document.querySelector('.sync'))", "the day")

    def close(self):
        for context in self.contexts:
            Office.shared.drop(context)
        for browser in self.phones:
            browser.stop()
        self.cable.close()
        for process in Daemon.running:
            if process.poll() is None:
                process.kill()
                process.wait()
        Daemon.running.clear()


class Skipped(Exception):
    """Something from elsewhere is not to be had: no fault of the page."""


def main(tests):
    """Runs them one after the other, each with an office and phones of its own, and speaks TAP."""
    if not CHROMIUM:
        print("1..0 # SKIP there is no Chromium here")
        return
    print(f"1..{len(tests)}")
    wanted, failed = sys.argv[1:], 0
    with tempfile.TemporaryDirectory(prefix="uchastok-phone-", ignore_cleanup_errors=True) as place:
        office = Office(Path(place) / "template")
        office.daemon.stop()
        office.close()
        template = office.daemon.folder
        for number, test in enumerate(tests, 1):
            name = test.__name__.replace("_", " ")
            if wanted and test.__name__ not in wanted:
                print(f"ok {number} - {name} # SKIP not asked for")
                continue
            office, began = Office(Path(place) / str(number), template), time.monotonic()
            try:
                test(office)
                print(f"ok {number} - {name} # {time.monotonic() - began:.1f} s", flush=True)
            except Skipped as reason:
                print(f"ok {number} - {name} # SKIP {reason}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                traceback.print_exc()
                print(office.daemon.said()[-3000:], file=sys.stderr)
            finally:
                office.close()
        if Office.shared:
            Office.shared.stop()
    sys.exit(1 if failed else 0)


__all__ = ["BUILD", "Client", "command", "Daemon", "Office", "PASSWORD", "PICTURES", "Skipped", "main", "os", "subprocess", "until"]
