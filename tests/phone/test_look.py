"""How the page looks: narrow, wide, light, dark; what can be tapped, what can be read, what it weighs."""
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

from office import BUILD, PICTURES, Skipped, main

AXE = "4.10.2"
BUDGET_BYTES = 60 * 1024
SIZES = ((360, 740), (412, 915), (768, 1024))

# What sticks out to the side, what is smaller than a thumb, and text of too little contrast on its ground.
FAULTS = """(() => {
  const faults = [], seen = node => node.getClientRects().length && getComputedStyle(node).visibility !== 'hidden';
  const scope = document.querySelector('dialog[open]') ?? document.body;
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  for (const node of scope.querySelectorAll('*')) {
    if (!seen(node) || node.closest('.sr, svg')) continue;
    const box = node.getBoundingClientRect(), name = `${node.tagName}.${node.className} “${node.innerText?.slice(0, 30) ?? ''}”`;
    if (box.right > innerWidth + 0.5 || box.left < -0.5) faults.push(`${name} sticks out: ${box.left}…${box.right}`);
    if (node.matches('button, a, input:not([type=checkbox]), select, textarea, label.switch, label.check') && (box.height < 47.5 || box.width < 47.5)) faults.push(`${name} is ${box.width}×${box.height}`);
    if (node.matches('button, a, input, select, textarea') && !(node.innerText || node.getAttribute('aria-label') || node.labels?.length)) faults.push(`${name} has no name`);
    if (![...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())) continue;
    const parse = color => (color.match(/[\\d.]+/g) ?? []).map(Number);
    let ground = null;
    for (let up = node; up && !ground; up = up.parentElement) { const [r, g, b, a = 1] = parse(getComputedStyle(up).backgroundColor); if (a > 0.5) ground = [r, g, b]; }
    const light = ([r, g, b]) => [0.2126 * r, 0.7152 * g, 0.0722 * b].reduce((sum, _, i) => { const c = [r, g, b][i] / 255; return sum + [0.2126, 0.7152, 0.0722][i] * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); }, 0);
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground ?? [255, 255, 255])].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 7) faults.push(`${name} has a contrast of ${((a + 0.05) / (b + 0.05)).toFixed(1)}`);
  }
  return [...new Set(faults)];
})()"""


def fill(office):
    """A day with every light: late, near, running, later, nothing agreed, one done; long words too."""
    now, ids = office.now(), []
    for number, (minutes, more) in enumerate((
            (-38, {"client_name": "Константинопольский-Вознесенский Александр Александрович", "apartment": "118", "category": "connect.return"}),
            (-33, {"apartment": "24", "category": "support.no_access", "priority": "urgent"}), (-27, {"apartment": "3", "category": "support.tv"}),
            (-4, {"apartment": "61", "description": "Роутер мигает красным.\nСобака во дворе не кусается"}), (95, {"apartment": "9", "category": "connect.new"}), (None, {"apartment": "33"}))):
        ticket, visit = office.ticket(**more), str(uuid.uuid4())
        op = office.desk.op("visit.assign", {"ticket": ticket, "visit": visit, "engineer": office.engineer})
        ops = [op]
        if minutes is not None:
            at = now + minutes * 60_000
            ops.append(office.desk.op("visit.plan", {"ticket": ticket, "visit": visit, "mode": "time", "from_at": at, "to_at": at}))
        if number == 3:
            ops.append(office.desk.op("visit.accept", {"visit": visit}))
            ops.append(office.desk.op("call.log", {"call": str(uuid.uuid4()), "ticket": ticket, "outcome": "no_answer"}))
            ops.append(office.desk.op("note.add", {"note": str(uuid.uuid4()), "house": office.house, "text": "Щит на первом этаже, ключ у консьержа до 20:00"}))
        status, answer = office.desk.push(*ops)
        assert status == 200 and {ack[1] for ack in answer["acks"]} == {"ok"}, answer
        ids.append(ticket)
    for apartment in ("40", "41"):
        office.ticket(apartment=apartment, category="support.slow", client_name="Свободный Клиент")
    done = office.ticket(apartment="61", category="support.tv", description="Не показывала приставка")
    office.do("ticket.resolve", ticket=done, how="remote", code="tv_box")
    return ids


def nothing_sticks_out_and_everything_can_be_read_and_tapped(office):
    ids = fill(office)
    phone, faults = office.phone(), {}
    phone.wait("navigator.serviceWorker.ready.then(() => true)", "the worker at rest")
    views = [("day", "#/", None), ("zone", "#/zone", None), ("more", "#/more", None), ("ticket", f"#/t/{ids[3]}", None), ("late", f"#/t/{ids[0]}", None),
             ("acts", f"#/t/{ids[3]}", ["more"]), ("plan", f"#/t/{ids[5]}", ["more", "visit.plan", "time"]), ("create", f"#/t/{ids[3]}", ["more", "ticket.create"])]
    for scheme in ("light", "dark"):
        phone.scheme(scheme)
        for width, height in SIZES:
            phone.size(width, height)
            for name, place, path in views:
                phone.evaluate(f"document.querySelectorAll('dialog').forEach(one => one.close()), document.getElementById('toast').replaceChildren(), location.hash = '{place}'")
                phone.wait(f"document.querySelector('main').className === '{'t' if '/t/' in place else name}'", name)
                for code in path or []:
                    phone.tap(".bar [data-act=more]" if code == "more" else f"dialog [data-code='{code}']")
                    phone.wait("Boolean(document.querySelector('dialog[open]'))", "the sheet")
                phone.wait("document.getAnimations().length === 0", "the sheet at rest")
                for fault in phone.evaluate(FAULTS):
                    faults[f"{name}: {fault}"] = f"{width} px, {scheme}"
                if width < 768:
                    phone.picture(PICTURES / f"phone-{name}-{scheme}-{width}.png")
    assert not faults, "\n".join(f"{fault} ({where})" for fault, where in faults.items())
    lights = phone.evaluate("(location.hash = '#/', new Promise(done => setTimeout(() => done([...document.querySelectorAll('#visits .clock')].map(one => one.dataset.light)), 300)))")
    assert lights == ["orange", "orange", "yellow", "running", "none", "none"], lights
    assert not phone.failures, phone.failures


def axe_core():
    """The checker of Deque, fetched once; where there is no npm or no network it cannot be."""
    place = BUILD / "node"
    script = place / f"axe-core-{AXE}.js"
    if not script.exists():
        with tempfile.TemporaryDirectory() as folder:
            wanted = ["npm", "install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--fetch-timeout=60000", f"axe-core@{AXE}"]
            try:
                done = subprocess.run(wanted, capture_output=True, text=True, timeout=180)  # npm tries thrice by itself
            except (FileNotFoundError, subprocess.TimeoutExpired) as error:
                raise Skipped(f"no axe-core: {error}") from None
            if done.returncode != 0:
                raise Skipped("no axe-core: the registry does not answer")
            place.mkdir(exist_ok=True)
            shutil.copy(Path(folder) / "node_modules/axe-core/axe.min.js", script)
    return script.read_text()


def no_one_is_shut_out(office):
    """axe-core finds nothing serious in any view, light and dark."""
    axe, ids, faults = axe_core(), fill(office), {}
    phone = office.page()
    phone.wait("Boolean(document.querySelector('#login'))", "the sign-in page")

    def look(name, scheme):
        phone.evaluate(axe + "; undefined")
        found = phone.evaluate("axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => [id, impact, nodes[0].html.slice(0, 120)]))")
        faults.update({f"{name}, {scheme}: {rule}": place for rule, impact, place in found if impact in ("serious", "critical")})

    look("sign-in", "light")
    office.sign_in(phone)
    for scheme in ("light", "dark"):
        phone.scheme(scheme)
        for name, place, opens in (("day", "#/", None), ("zone", "#/zone", None), ("more", "#/more", None), ("t", f"#/t/{ids[3]}", "more")):
            phone.evaluate(f"location.hash = '{place}'")
            phone.wait(f"document.querySelector('main').className === '{name}'", name)
            look(name, scheme)
            if opens:
                phone.tap(".bar [data-act=more]")
                phone.wait("document.querySelector('dialog[open]') && document.getAnimations().length === 0", "the sheet at rest")
                look("acts", scheme)
                phone.tap("dialog .round")
                phone.wait("!document.querySelector('dialog')", "the sheet gone")
    assert not faults, faults


def signing_in_looks_right_and_weighs_little(office):
    phone = office.page()
    phone.wait("Boolean(document.querySelector('#login'))", "the sign-in page")
    weight = sum(phone.traffic)
    print(f"# the sign-in page is drawn after {weight} bytes")
    assert 0 < weight <= BUDGET_BYTES, weight
    for scheme in ("light", "dark"):
        phone.scheme(scheme)
        assert phone.evaluate(FAULTS) == []
        phone.picture(PICTURES / f"phone-sign-in-{scheme}-360.png")
    phone.enter("#login", "petr")
    phone.enter("#password", "wrong wrong")
    phone.tap("button[type=submit]")
    phone.shows("Логин и пароль не подходят друг к другу.")
    assert phone.evaluate("[document.querySelector('[role=alert]').innerText.length > 0, document.documentElement.lang].join()") == "true,ru"


def a_keyboard_reaches_everything(office):
    ids = fill(office)
    phone = office.phone()

    def press(key, code):
        for kind in ("rawKeyDown", "keyUp"):
            phone.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)
        if key == "Enter":
            phone.call("Input.dispatchKeyEvent", type="char", key=key, text="\r", windowsVirtualKeyCode=code)

    phone.evaluate(f"document.querySelector(\"[data-ticket='{ids[3]}']\").focus()")
    phone.evaluate(f"document.activeElement.click()")
    phone.wait("document.activeElement.id === 'main'", "the focus on the ticket")
    phone.evaluate("document.querySelector('.bar [data-act=more]').focus(), document.activeElement.click()")
    phone.wait("document.activeElement.closest('dialog') !== null", "the focus in the sheet")
    press("Escape", 27)
    phone.wait("!document.querySelector('dialog') && document.activeElement.dataset.act === 'more'", "the focus back where it came from")


if __name__ == "__main__":
    main([nothing_sticks_out_and_everything_can_be_read_and_tapped, signing_in_looks_right_and_weighs_little, a_keyboard_reaches_everything, no_one_is_shut_out])
