"""An engineer's day on the phone page: a real Chromium, the real store, real HTTPS between them."""
import hashlib
import json
import re
import sqlite3
import uuid

from office import Client, PASSWORD, PICTURES, command, main, until

OUTBOX = """new Promise(resolve => { const open = indexedDB.open('uchastok'); open.onsuccess = () => {
    const all = open.result.transaction('ops').objectStore('ops').getAll(); all.onsuccess = () => { open.result.close(); resolve(all.result); }; }; })"""


def step(phone, command):
    phone.tap(f".bar [data-act='{command}']")


def choose(phone, code):
    phone.tap(f"dialog [data-code='{code}']")
    phone.wait(f"!document.querySelector(\"dialog[open] [data-code='{code}']\")", f"the sheet with {code} gone")


def open_ticket(phone, ticket):
    phone.tap(f"[data-ticket='{ticket}']")
    phone.wait("Boolean(document.querySelector('.hero'))", "the ticket")


def the_day_from_sign_in_to_done(office):
    ticket, visit = office.visit(0)
    phone = office.phone()
    phone.shows("Мира, 7, кв. 7")
    phone.wait("/^3\\d:\\d\\d$/.test(document.querySelector('.clock-big').innerText)", "the promise's clock counting")
    open_ticket(phone, ticket)
    phone.shows("Пропадает Wi-Fi")
    assert phone.evaluate("document.querySelector('[data-act=tel]').getAttribute('href')") == "tel:+79620001122"
    assert phone.evaluate("document.querySelector('[data-act=geo]').getAttribute('href')").startswith("geo:45.05")
    step(phone, "visit.accept")
    until(lambda: office.row("visit", visit)["state"] == "accepted", "the visit accepted")
    step(phone, "more")
    choose(phone, "call.log")
    choose(phone, "no_answer")
    phone.shows("Нет ответа")
    step(phone, "visit.depart")
    phone.shows("В пути")
    until(lambda: office.row("visit", visit)["state"] == "en_route", "the desk seeing him on his way")
    step(phone, "visit.arrive")
    phone.shows("прибыли вовремя")
    step(phone, "visit.finish")
    choose(phone, "done")
    choose(phone, "wifi_channel")
    phone.enter("dialog textarea", "Сменил канал на 11")
    phone.tap("dialog button[type=submit]")
    until(lambda: office.row("visit", visit)["state"] == "done", "the visit done")
    row = office.row("ticket", ticket)
    assert (row["state"], row["resolution"], row["resolution_code"]) == ("resolved", "on_site", "wifi_channel"), row
    visit = office.row("visit", visit)
    assert visit["en_route_at"] <= visit["arrived_at"] <= visit["ended_at"] <= visit["due_at"] and not visit.get("needs_review"), visit
    calls = office.rows("call")
    assert [call["outcome"] for call in calls] == ["no_answer"] and calls[0]["created_by"] == office.engineer, calls
    phone.tap("#top .round")
    phone.shows("Завершены сегодня")
    assert not phone.failures, phone.failures


def a_new_visit_appears_by_itself(office):
    phone = office.phone(place=(45.05, 41.95))
    phone.shows("Выездов пока нет")
    ticket, visit = office.visit(30, apartment="11")
    phone.shows("кв. 11")
    phone.shows("Новый выезд")
    rev = office.row("visit", visit)["rev"]
    office.do("visit.move", visit=visit, next=str(uuid.uuid4()), by="client", mode="time", from_at=office.now() + 3600_000, base=rev)
    phone.shows("Выезд изменился")
    moved = office.row("ticket", ticket)["visit_id"]
    office.do("visit.unassign", visit=moved, base=office.row("visit", moved)["rev"])
    phone.shows("Выезд сняли")
    phone.hides("кв. 11")
    phone.tap("#nav a", "Участок")
    phone.shows("кв. 11")


def acts_wait_for_the_network_through_a_restart(office):
    ticket, visit = office.visit(0)
    browser = office.browser()
    phone = office.phone(browser=browser)
    open_ticket(phone, ticket)
    phone.wait("navigator.serviceWorker.ready.then(() => true)", "the files kept for later")
    office.daemon.stop()
    for command in ("visit.accept", "visit.depart", "visit.arrive"):
        step(phone, command)
    phone.shows("На месте")
    phone.shows("Ждут отправки: 3")
    browser.stop()
    browser.start()
    phone = browser.page(office.url)
    phone.shows("Ждут отправки: 3")
    open_ticket(phone, ticket)
    phone.shows("Пропадает Wi-Fi")
    step(phone, "more")
    choose(phone, "note.add")
    phone.enter("dialog textarea", "Записано в подвале")
    phone.tap("dialog button[type=submit]")
    phone.shows("Ждут отправки: 4")
    phone.picture(PICTURES / "phone-offline.png")
    office.daemon.start()
    office.desk.close()
    phone.shows("На связи")
    until(lambda: office.row("visit", visit)["state"] == "on_site", "the acts at the store")
    events = [event for event in office.rows("event") if event.get("actor_id") == office.engineer]
    assert [event["type"] for event in sorted(events, key=lambda event: event["received_at"])] == ["visit.accept", "visit.depart", "visit.arrive", "note.add"], events
    row = office.row("visit", visit)
    assert row["accepted_at"] <= row["en_route_at"] <= row["arrived_at"] and not row.get("needs_review"), row
    assert [note["text"] for note in office.rows("note")] == ["Записано в подвале"]


def note(phone, text):
    step(phone, "more")
    choose(phone, "note.add")
    phone.enter("dialog textarea", text)
    phone.tap("dialog button[type=submit]")
    phone.shows(text)


def at_rest(phone, n):
    """All acts decided, and a day shown that was read after it."""
    phone.wait(f"({OUTBOX}).then(ops => ops.length >= {n} && ops.every(op => op.state === 'ok' && op.settled))", f"{n} acts decided")
    phone.shows("На связи")


def steps_over(length, n):
    """From nothing to the end of an exchange, in n equal steps."""
    return [length * i // n for i in range(n)]


def no_act_is_lost_or_doubled_wherever_the_connection_dies(office):
    """The cable breaks after k bytes of an act's exchange, k over the whole of it: of one on a connection that stands (the
    request, the verdict, the day), of one that begins with a handshake, and of one with a photo. Both ways count together,
    so that each k is another moment."""
    ticket, _ = office.visit(0)
    phone, cable = office.phone(), office.cable
    open_ticket(phone, ticket)
    phone.shows("На связи")
    texts, photos, taken = [], 0, office.daemon.metric("operations_total")

    def online():
        phone.evaluate("dispatchEvent(new Event('online'))")  # what the phone's radio says

    def cut(left, act, cold=False, counter="left"):
        """One act with the cable broken after so many bytes, or whole; how long its exchange was."""
        if cold:
            cable.pull()
            phone.shows("Нет связи")
            act()
        before = cable.passed
        setattr(cable, counter, left)
        if cold:
            cable.plug()
            online()
        else:
            act()
        until(lambda: getattr(cable, counter) is None or phone.evaluate(f"({OUTBOX}).then(ops => ops.every(op => op.state === 'ok' && op.settled))"), f"the cable broken after {left} bytes")
        broken = left is not None and getattr(cable, counter) is None
        cable.left = cable.left_back = None
        if broken:
            until(lambda: cable.is_out, "the cable broken")
            cable.plug()
            online()
        at_rest(phone, len(texts) + photos)
        return cable.passed - before, broken

    def write():
        texts.append(f"заметка {len(texts)}")
        note(phone, texts[-1])

    def shoot():
        nonlocal photos
        take_photo(phone, f"фото {photos}")
        photos += 1
        phone.wait(f"({OUTBOX}).then(ops => ops.filter(op => op.type === 'photo.add').length === {photos})", "the photo noted")

    # Of the answers alone, too: the store has decided then, and the phone does not know it.
    n_broken = sum(cut(left, write, counter="left_back")[1] for left in (0, 1, 30, 120, 400))
    for act, cold, n in ((write, False, 16), (write, True, 10), (shoot, False, 6)):
        length, _ = cut(None, act, cold)
        for left in steps_over(length, n):
            n_broken += cut(left, act, cold)[1]
    assert n_broken >= 28, n_broken
    office.desk.close()  # the store has closed a connection that lay idle so long
    stored = sorted(one["text"] for one in office.rows("note"))
    assert stored == sorted(texts), (stored, [(op["mid"], op["state"], op["args"].get("text")) for op in phone.evaluate(OUTBOX)])
    assert sorted(one["text"] for one in office.rows("photo")) == sorted(f"фото {n}" for n in range(photos))
    assert office.query("SELECT count(*) FROM photo WHERE sha256 NOT IN (SELECT id FROM picture)") == [(0,)]
    assert office.daemon.metric("operations_total") - taken > len(texts) + photos, "no answer was ever lost: nothing was sent twice"


def somebody_was_faster_and_the_phone_says_so(office):
    ticket = office.ticket(apartment="21")
    phone = office.phone()
    phone.tap("#nav a", "Участок")
    open_ticket(phone, ticket)
    office.cable.pull()
    phone.shows("Нет связи")
    step(phone, "more")
    choose(phone, "visit.plan")
    choose(phone, "now")
    phone.shows("Ждут отправки: 1")
    office.do("visit.plan", ticket=ticket, visit=str(uuid.uuid4()), mode="time", from_at=office.now() + 3600_000)
    office.cable.plug()
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.shows("Не принято: Согласовать время")
    phone.shows("Тем временем запись изменил коллега.")
    phone.picture(PICTURES / "phone-conflict.png")
    phone.tap(".refusal button")
    phone.hides("Не принято")
    assert [visit["mode"] for visit in office.rows("visit")] == ["time"]
    assert [op["state"] for op in phone.evaluate(OUTBOX)] == ["refused"]


def nothing_of_a_client_stays_after_signing_out(office):
    office.visit(0)
    phone = office.phone()
    phone.shows("Анна Петровна")
    phone.wait("navigator.serviceWorker.ready.then(() => true)", "the files kept for later")
    phone.tap("#nav a", "Ещё")
    phone.tap("[data-act=out]")
    phone.tap("dialog .primary", "Выйти")
    phone.shows("Вход для сервисных инженеров")
    left = json.loads(phone.evaluate("""(async () => JSON.stringify({ text: document.documentElement.outerHTML,
        databases: (await indexedDB.databases()).map(one => one.name), local: { ...localStorage }, session: { ...sessionStorage } }))()"""))
    rows = phone.evaluate("""(async () => { const all = []; for (const { name } of await indexedDB.databases()) { const db = await new Promise(resolve => { const open = indexedDB.open(name);
        open.onsuccess = () => resolve(open.result); }); for (const store of db.objectStoreNames) all.push(...await new Promise(resolve => { const asked = db.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => resolve(asked.result); })); db.close(); } return all; })()""")
    kept = phone.evaluate("""(async () => { const all = []; for (const name of await caches.keys()) for (const one of await (await caches.open(name)).keys()) all.push(new URL(one.url).pathname);
        return all; })()""")
    assert all(path.startswith("/m/") for path in kept), kept  # the sign-in page's own files come back
    assert rows == [] and left["local"] == {} and left["session"] == {}, (left, rows)
    assert "Анна" not in left["text"] and "Мира" not in left["text"]
    assert phone.evaluate("fetch('/v1/phone/day').then(answer => answer.status)") == 401
    phone.reload()
    phone.shows("Вход для сервисных инженеров")


def signing_out_without_a_network_ends_the_session_later(office):
    office.visit(0)
    phone = office.phone()
    phone.wait("navigator.serviceWorker.ready.then(() => true)", "the files kept for later")
    phone.tap("#nav a", "Ещё")
    office.cable.pull()
    phone.tap("[data-act=out]")
    phone.tap("dialog .primary", "Выйти")
    phone.shows("Вход для сервисных инженеров")
    office.cable.plug()
    phone.reload()
    phone.shows("Вход для сервисных инженеров")
    phone.wait("fetch('/v1/phone/day').then(answer => answer.status === 401)", "the session ended")


def another_person_sends_nothing_of_the_one_before(office):
    ticket, visit = office.visit(0)
    office.put("staff", "olga", name="Вторая Ольга", role="engineer", zones="zone-1")
    command("user", "add", "olga", "--role", "engineer", "--staff", "olga", "--data", office.daemon.folder, stdin=PASSWORD + "\n")
    phone = office.phone()
    open_ticket(phone, ticket)
    office.cable.pull()
    phone.shows("Нет связи")
    step(phone, "visit.accept")
    phone.shows("Ждут отправки: 1")
    command("user", "disable", "petr", "--data", office.daemon.folder)
    office.cable.plug()
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.shows("Сеанс закончился")
    assert "Анна" not in phone.text()
    office.sign_in(phone, "olga")
    phone.shows("На связи")
    assert phone.evaluate(OUTBOX) == []
    assert office.row("visit", visit)["state"] == "assigned"


def an_intercom_is_shown_to_who_asks_and_the_look_is_logged(office):
    ticket, _ = office.visit(0)
    phone = office.phone()
    open_ticket(phone, ticket)
    assert "К2580" not in phone.evaluate("JSON.stringify(document.documentElement.outerHTML)")
    assert "К2580" not in json.dumps(phone.evaluate("fetch('/v1/phone/day').then(answer => answer.json())"), ensure_ascii=False)
    phone.tap("[data-reveal=intercom]")
    phone.shows("К2580")
    looks = office.query("SELECT table_name, row_id, field FROM look")
    assert looks == [("entrance", "entrance-1", "intercom")], looks


def a_free_ticket_is_solved_from_afar_and_a_neighbour_asks(office):
    ticket = office.ticket(apartment="30")
    phone = office.phone()
    phone.tap("#nav a", "Участок")
    open_ticket(phone, ticket)
    step(phone, "more")
    choose(phone, "ticket.create")
    phone.set("dialog select", "connect.new")
    phone.enter("dialog input[inputmode=numeric]", "31")
    phone.enter("dialog input[type=tel]", "89620003344")
    phone.tap("dialog button[type=submit]")
    until(lambda: any(row.get("apartment") == "31" for row in office.rows("ticket")), "the neighbour's ticket")
    fresh = next(row for row in office.rows("ticket") if row.get("apartment") == "31")
    assert (fresh["category"], fresh["phone"], fresh["linked_id"], fresh["source"]) == ("connect.new", "+79620003344", ticket, "engineer"), fresh
    step(phone, "more")
    choose(phone, "ticket.resolve")
    choose(phone, "remote")
    choose(phone, "settings")
    until(lambda: office.row("ticket", ticket).get("state") == "resolved", "the ticket resolved")
    row = office.row("ticket", ticket)
    assert (row["resolution"], row["resolved_by"]) == ("remote", office.engineer), row
    phone.tap(".toast button", "Отменить")
    until(lambda: office.row("ticket", ticket).get("state", "new") != "resolved", "the step taken back")


def a_free_ticket_is_his_who_takes_it_first(office):
    ticket, late = office.ticket(apartment="22"), office.ticket(apartment="23")
    phone = office.phone()
    phone.tap("#nav a", "Участок")
    open_ticket(phone, ticket)
    step(phone, "visit.assign")
    phone.shows("Принят")
    until(lambda: office.rows("visit"), "the visit")
    (visit,) = office.rows("visit")
    assert (visit["engineer_id"], visit["state"]) == (office.engineer, "accepted"), visit
    phone.tap("#top .round")
    phone.tap("#nav a", "Выезды")
    phone.shows("кв. 22")
    phone.tap("#nav a", "Участок")
    open_ticket(phone, late)
    office.cable.pull()
    phone.shows("Нет связи")
    step(phone, "visit.assign")
    phone.shows("Ждут отправки: 1")
    office.put("staff", "olga", name="Вторая Ольга", role="engineer", zones="zone-1")
    office.do("visit.assign", ticket=late, visit="visit-of-olga", engineer="olga")
    office.cable.plug()
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.shows("Не принято: Взять себе")
    assert office.row("visit", "visit-of-olga")["engineer_id"] == "olga"


PHOTO = """(async () => { const canvas = document.createElement('canvas'); canvas.width = 3000; canvas.height = 2000; const context = canvas.getContext('2d');
    for (let i = 0; i < 4000; i++) { context.fillStyle = `hsl(${i * 7 % 360} 80% 50%)`; context.fillRect(i * 31 % 3000, i * 17 % 2000, 60, 40); }
    const blob = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.98));
    const exif = new TextEncoder().encode('Exif\\0\\0GPSLatitude 45.05'), bytes = new Uint8Array(await blob.arrayBuffer());
    const file = new File([bytes.slice(0, 2), new Uint8Array([0xff, 0xe1, 0, exif.length + 2]), exif, bytes.slice(2)], 'photo.jpg', { type: 'image/jpeg' });
    HTMLInputElement.prototype.click = function () { const chosen = new DataTransfer(); chosen.items.add(file); this.files = chosen.files; this.dispatchEvent(new Event('change')); };
    return file.size; })()"""


def take_photo(phone, text):
    """What the camera gives, chosen in its place: a large picture that says where it was taken."""
    assert phone.evaluate(PHOTO) > 1024 * 1024
    step(phone, "more")
    choose(phone, "photo.add")
    phone.wait("document.querySelector('dialog .preview')?.naturalWidth > 0", "the picture made small")
    phone.enter("dialog input", text)
    phone.tap("dialog button[type=submit]")


def a_photo_waits_for_the_network_and_the_desk_sees_it(office):
    ticket, _ = office.visit(0)
    phone = office.phone()
    open_ticket(phone, ticket)
    office.cable.pull()
    phone.shows("Нет связи")
    take_photo(phone, "щит в подъезде")
    phone.shows("Ждут отправки: 1")
    phone.wait("document.querySelector('.photo img')?.naturalWidth > 0", "the photo on the phone")
    phone.picture(PICTURES / "phone-photo.png")
    office.cable.plug()
    phone.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: office.rows("photo"), "the photo at the store")
    (photo,) = office.rows("photo")
    assert (photo["ticket_id"], photo["text"], photo["width"], photo["created_by"]) == (ticket, "щит в подъезде", 1600, office.engineer), photo
    identity = office.query("SELECT id FROM photo")[0][0]
    status, picture = office.desk.ask("GET", f"/v1/photos/{identity}", raw=True)
    assert status == 200 and office.desk.answer.getheader("Content-Type") == "image/jpeg" and len(picture) == photo["size"] <= 1024 * 1024
    assert hashlib.sha256(picture).hexdigest() == photo["sha256"] and b"GPS" not in picture and b"Exif" not in picture
    assert office.query("SELECT row_id, field FROM look") == [(identity, "picture")]
    phone.tap(".photo")
    phone.wait("document.querySelector('dialog .preview')?.naturalWidth === 1600", "the photo large")
    phone.tap("dialog .round")
    another = office.phone()
    open_ticket(another, ticket)
    another.tap(".photo")
    another.wait("document.querySelector('dialog .preview')?.naturalWidth === 1600", "the photo on another phone, from the store")
    assert len(office.query("SELECT row_id FROM look")) == 2


def a_link_opens_the_page_once(office):
    office.visit(0)
    link = office.desk.ask("POST", "/v1/phone/invite", {"staff": office.engineer})[1]["url"]
    where = office.url + "#" + link.split("#")[1]
    phone = office.page(where=where)
    phone.shows("Мира, 7, кв. 7")
    assert phone.evaluate("location.hash") == "#/"
    assert link.split("/in/")[1] not in office.daemon.said()
    another = office.page(where=where)
    another.shows("Ссылка уже использована")
    assert another.evaluate("location.hash") == "#/" and "Анна" not in another.text()


def english_is_whole_and_chosen_by_hand(office):
    ticket, _ = office.visit(0)
    phone = office.page()
    phone.shows("Вход для сервисных инженеров")
    phone.tap("[data-language=other]")
    phone.shows("Sign in, service engineers")
    office.sign_in(phone)
    phone.shows("Online")
    known = phone.evaluate("document.body.innerText")
    for tab in ("Zone", "More", "Visits"):
        phone.tap("#nav a", tab)
        known += phone.text()
    open_ticket(phone, ticket)
    step(phone, "more")
    known += phone.text()
    names = ("Русский", "Мира", "кв", "ул", "Анна", "Петровна", "Пропадает", "дальней", "комнате", "УК", "Уют", "Ольга", "слева", "Ёлкин", "Пётр", "Ильич", "в", "П", "И")
    left = set(re.findall(r"[А-Яа-яЁё]+", known)) - set(names)
    assert not left, left
    assert phone.evaluate("document.documentElement.lang") == "en"


def two_phones_and_a_desk_act_at_once(office):
    """Everybody acts as fast as he can on what all of them see; each act is there once, each visit is one person's."""
    office.put("staff", "olga", name="Вторая Ольга", role="engineer", zones="zone-1")
    command("user", "add", "olga", "--role", "engineer", "--staff", "olga", "--data", office.daemon.folder, stdin=PASSWORD + "\n")
    tickets = [office.ticket(apartment=str(60 + n)) for n in range(4)]
    phones = {office.engineer: office.phone(), "olga": office.phone("olga")}
    for phone in phones.values():
        phone.tap("#nav a", "Участок")
        phone.shows("кв. 63")
    for n, ticket in enumerate(tickets):
        for phone in phones.values():
            phone.evaluate(f"location.hash = '#/t/{ticket}'")
            phone.wait("Boolean(document.querySelector('.bar [data-act=\"visit.assign\"]'))", "the free ticket")
        # Both tap in the same moment; the desk writes meanwhile.
        for phone in phones.values() if n % 2 else reversed(phones.values()):
            phone.evaluate("document.querySelector('.bar [data-act=\"visit.assign\"]').click()")
        office.do("note.add", note=str(uuid.uuid4()), ticket=ticket, text=f"от диспетчера {n}")
        until(lambda: sum(visit["ticket_id"] == ticket for visit in office.rows("visit")) == 1, "one visit")
        until(lambda: all(not phone.evaluate(f"({OUTBOX}).then(ops => ops.some(op => ['waiting', 'sent'].includes(op.state)))") for phone in phones.values()), "both decided")
    visits = office.rows("visit")
    assert len(visits) == len(tickets) and all(visit["state"] == "accepted" for visit in visits), visits
    decided = {engineer: [op["state"] for op in phone.evaluate(OUTBOX)] for engineer, phone in phones.items()}
    for engineer, states in decided.items():
        assert states.count("ok") == sum(visit["engineer_id"] == engineer for visit in visits) and len(states) == len(tickets), decided
    for engineer, phone in phones.items():
        phone.evaluate("location.hash = '#/'")
        mine = {visit["ticket_id"] for visit in visits if visit["engineer_id"] == engineer}
        phone.wait(f"document.querySelectorAll('#visits [data-ticket]').length === {len(mine)}" if mine else "true", "his visits alone")
        assert set(phone.evaluate("[...document.querySelectorAll('#visits [data-ticket]')].map(node => node.dataset.ticket)")) == mine
        assert not phone.failures, phone.failures


def the_weeks_call_is_one_tap(office):
    """Work of five days ago: the store owes its client a call, the engineer makes it."""
    tickets = [office.ticket(apartment=str(70 + n)) for n in range(2)]
    for ticket in tickets:
        visit = str(uuid.uuid4())
        office.do("visit.assign", ticket=ticket, visit=visit, engineer=office.engineer)
        for step_name, more in (("visit.accept", {}), ("visit.depart", {}), ("visit.arrive", {}), ("visit.finish", {"result": "done", "code": "cable"})):
            office.do(step_name, visit=visit, **more)
    long_ago = office.now() - 5 * 86400_000
    office.daemon.stop()
    with sqlite3.connect(office.daemon.folder / "store.sqlite") as db:
        db.execute("UPDATE ticket SET resolved_at = ?", [long_ago])
    office.daemon.start()
    office.desk.close()
    until(lambda: len([row for row in office.rows("followup") if row.get("kind") == "week"]) == 2, "the calls that are owed")
    office.daemon.stop()
    with sqlite3.connect(office.daemon.folder / "store.sqlite") as db:  # whatever hour it is now
        db.execute("UPDATE followup SET next_at = not_before_at")
    office.daemon.start()
    office.desk.close()
    phone = office.phone()
    phone.shows("Всё ли работает?")
    phone.wait("document.querySelectorAll('[data-check]').length === 2", "both calls")
    assert phone.evaluate("document.querySelector('[data-check] [data-act=tel]').getAttribute('href')") == "tel:+79620001122"
    phone.picture(PICTURES / "phone-checks.png")
    phone.tap("[data-check] [data-outcome=satisfied]")
    phone.wait("document.querySelectorAll('[data-check]').length === 1", "one call left")
    phone.tap("[data-check] [data-outcome=others]")
    choose(phone, "refused")
    phone.hides("Всё ли работает?")
    until(lambda: sorted(row["outcome"] for row in office.rows("followup") if row.get("kind") == "week" and row.get("state") == "done") == ["refused", "satisfied"], "both outcomes")
    assert not phone.failures, phone.failures


def the_shift_is_his_own_to_begin_and_end(office):
    phone = office.phone(place=(45.0501, 41.9502))
    phone.tap("#nav a", "Ещё")
    phone.tap("label.switch")
    seen = f"SELECT DISTINCT latitude FROM position WHERE engineer_id = '{office.engineer}'"
    until(lambda: office.query(seen) == [(45.0501,)], "his position at the store")
    phone.tap("[data-act=shift]", "Закончить")
    phone.tap("dialog .primary")
    until(lambda: office.row("shift", "shift-1")["ends_at"] <= office.now(), "the shift ended")
    phone.shows("Не на смене")
    phone.tap("[data-act=shift]", "Начать")
    until(lambda: sum(row["ends_at"] > office.now() for row in office.rows("shift")) == 1, "a new shift")
    phone.shows("На смене")


def the_qr_code_opens_the_way_for_traccar(office):
    phone = office.phone()
    phone.tap("#nav a", "Ещё")
    phone.tap("[data-act=tracker]")
    phone.wait("document.querySelector('img.qr')?.naturalWidth > 0", "the QR code")
    first, second = (phone.evaluate("""fetch('/v1/phone/tracker', { method: 'POST', body: '{}', headers: { 'X-Uchastok': '1', 'Content-Type': 'application/json' } })
        .then(answer => answer.json())""")["url"] for _ in range(2))
    point = f"&lat=45.05&lon=41.95&timestamp={office.now() // 1000}&accuracy=10"
    asked = [office.desk.ask("POST", url.split(str(office.cable.port))[1] + point, raw=True)[0] for url in (first, second)]
    assert asked == [401, 200], asked


if __name__ == "__main__":
    main([the_day_from_sign_in_to_done, a_new_visit_appears_by_itself, acts_wait_for_the_network_through_a_restart,
          no_act_is_lost_or_doubled_wherever_the_connection_dies, somebody_was_faster_and_the_phone_says_so,
          nothing_of_a_client_stays_after_signing_out, signing_out_without_a_network_ends_the_session_later,
          another_person_sends_nothing_of_the_one_before, an_intercom_is_shown_to_who_asks_and_the_look_is_logged,
          a_free_ticket_is_solved_from_afar_and_a_neighbour_asks, a_free_ticket_is_his_who_takes_it_first,
          a_photo_waits_for_the_network_and_the_desk_sees_it, a_link_opens_the_page_once, english_is_whole_and_chosen_by_hand,
          two_phones_and_a_desk_act_at_once, the_weeks_call_is_one_tap, the_shift_is_his_own_to_begin_and_end, the_qr_code_opens_the_way_for_traccar])
