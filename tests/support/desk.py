"""Real desks for end-to-end tests: a screen without a monitor, a store in a temporary folder, real pointer events.

    with Office() as office:
        one = office.desk("dispatcher-1")
        one.find("button", "Назначить").click()

Nothing here waits for a time: wait() waits for a condition and says which one did not come about.
"""
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

from accessibility import Accessibility, Node
from cable import Cable

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("UCHASTOK_BUILD", ROOT / "build"))
DESK = BUILD / "src/app/uchastok"
STORE = BUILD / "src/server/admin/uchastok-store"
TIMEOUT_S = float(os.environ.get("UCHASTOK_TEST_TIMEOUT", "30"))
SKIPPED = 77  # how a test tells meson that it could not run
TEXT_ROLES = ("text", "entry", "password text", "label")


class Timeout(AssertionError):
    """A condition that did not come about."""


def wait(condition, what, timeout_s=TIMEOUT_S):
    """Returns the condition's first true value."""
    end, last = time.monotonic() + timeout_s, None
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except Exception as error:  # what is asked about may be just vanishing
            last = error
        time.sleep(0.03)
    raise Timeout(f"did not come about in {timeout_s:g} s: {what}" + (f" ({last})" if last else ""))


def need(*programs):
    """Ends the test as skipped when a program it needs is not there."""
    for program in programs:
        if not shutil.which(str(program)):
            print(f"1..0 # SKIP {program} is not there")
            sys.exit(SKIPPED)


def stop(process, sig=signal.SIGTERM):
    """Ends a child and its group; a stubborn one is killed."""
    if process.poll() is not None:
        return
    try:
        process.send_signal(sig)
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def read_line(process, pattern, timeout_s=TIMEOUT_S):
    """The first match of the pattern in a child's output; what the child says later is read away."""
    end, seen = time.monotonic() + timeout_s, []
    while time.monotonic() < end:
        ready, _, _ = select.select([process.stdout], [], [], 0.1)
        line = process.stdout.readline() if ready else ""
        if line:
            seen.append(line)
            match = re.search(pattern, line)
            if match:
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return match
        elif process.poll() is not None:
            break
    raise Timeout(f"{process.args[0]} did not say {pattern}: {''.join(seen)}")


class Screen:
    """An X server without a monitor."""

    def __init__(self, width=1280, height=720):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            self.display = ":" + answer.readline().strip()
        self.env = {**os.environ, "DISPLAY": self.display}

    def xdotool(self, *words):
        done = subprocess.run(["xdotool", *map(str, words)], env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"xdotool {words}: {done.stderr}")
        return done.stdout.strip()

    def move(self, x, y, pause_ms=20):
        self.xdotool("mousemove", round(x), round(y), "sleep", pause_ms / 1000)

    def click(self, x, y, button=1, modifiers=()):
        self.move(x, y, 50)
        held = [word for key in modifiers for word in ("keydown", key)]
        let_go = [word for key in modifiers for word in ("keyup", key)]
        self.xdotool(*held, "click", button, *let_go)

    def drag(self, source, target, before_drop=None):
        """What makes a toolkit believe in a drag: small first moves, a path, a moment over the target."""
        (x, y), (to_x, to_y) = source, target
        self.move(x, y, 50)
        self.xdotool("mousedown", 1, "sleep", 0.05)
        step = 4 if to_x >= x else -4
        for _ in range(3):
            x += step
            self.move(x, y)
        for i in range(1, 13):
            self.move(x + (to_x - x) * i / 12, y + (to_y - y) * i / 12)
        self.move(to_x + 1, to_y, 80)
        self.move(to_x, to_y, 100)
        if before_drop:
            before_drop()
        self.xdotool("mouseup", 1)

    def key(self, *keys):
        self.xdotool("key", "--clearmodifiers", "--delay", 20, *keys)

    def type(self, text, delay_ms=15):
        self.xdotool("type", "--delay", delay_ms, text)

    def screenshot(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-silent", "-window", "root", "-depth", "8", str(path)], env=self.env, check=True)

    def close(self):
        stop(self.server)


class Widget:
    """Something accessible of a desk, as it was when it was found; its place and its text are asked anew."""

    def __init__(self, desk, node):
        self.desk, self.node = desk, node

    @property
    def bus(self):
        return self.desk.office.accessibility

    @property
    def name(self):
        return self.node.name

    @property
    def role(self):
        return self.node.role

    @property
    def description(self):
        return self.node.description

    @property
    def text(self):
        """What stands in an entry or on a label."""
        return self.bus.text_of(self.node.ref) or self.name

    def has_state(self, state):
        return state in self.node.states

    @property
    def shows(self):
        return self.bus.shows(self.node)

    def walk(self):
        """This one and all that shows below it, read anew."""
        pending = [self.bus.read(self.node.ref, self.node.parent)]
        while pending:
            node = pending.pop()
            if node.role:
                yield Widget(self.desk, node)
            pending += [child for child in reversed(node.children) if self.bus.shows(child)]

    def all(self, role=None, name=None, text=None):
        """What shows below this one: role and name equal (or match, if name is a pattern), text contained."""
        for widget in self.walk():
            if role and widget.role != role:
                continue
            if name and not (name.search(widget.name) if hasattr(name, "search") else widget.name == name):
                continue
            if text and text not in widget.name and not (widget.role in TEXT_ROLES and text in widget.text):
                continue
            yield widget

    def find(self, role=None, name=None, text=None, timeout_s=TIMEOUT_S):
        what = f"{role or 'something'} {name or ''} {text or ''} of {self.desk.login}"
        try:
            return wait(lambda: next(self.all(role, name, text), None), what, timeout_s)
        except Timeout:
            self.desk.blame()
            raise

    def gone(self, role=None, name=None, text=None):
        wait(lambda: not any(True for _ in self.all(role, name, text)), f"{role} {name} {text} to vanish")

    def frame(self):
        above = self.node
        while above.role not in ("frame", "window", "dialog") and above.parent:
            above = above.parent
        return Widget(self.desk, above)

    @property
    def box(self):
        """x, y, width, height on the screen."""
        left, top, width, height = self.bus.extents_of(self.node.ref)
        x, y = self.desk.origin(self.frame())
        return x + left, y + top, width, height

    @property
    def middle(self):
        x, y, width, height = self.box
        return x + width / 2, y + height / 2

    def click(self, button=1, modifiers=()):
        self.desk.screen.click(*self.middle, button, modifiers)

    def act(self, index=0):
        """Does what assistive technology does: the widget's own action."""
        assert self.bus.act(self.node.ref, index), f"{self.role} {self.name} has no action {index}"

    def enter(self, text):
        """Replaces what stands in an entry, by keyboard; letters of a far layout may get lost under load."""
        for delay_ms in (15, 60, 150):
            self.click()
            self.desk.screen.key("ctrl+a")
            self.desk.screen.type(text, delay_ms)
            try:
                return wait(lambda: self.text == text, f"«{text}» to be typed", 3)
            except Timeout:
                continue
        raise Timeout(f"«{text}» could not be typed: «{self.text}»")

    def tree(self):
        """The lines of an outline, hidden ones with them."""
        lines, pending = [], [(self.bus.read(self.node.ref, hidden=True), 0)]
        while pending:
            node, depth = pending.pop()
            lines.append(f"{'  ' * depth}{node.role} «{node.name}»{'' if self.bus.shows(node) else ' (hidden)'}")
            pending += [(child, depth + 1) for child in reversed(node.children)]
        return lines


class Desk(Widget):
    """A process of the desk with its own settings, replica and screen."""

    def __init__(self, office, login, *, folder, size=(1280, 720), language="ru", scheme="light", arguments=None):
        self.desk = self
        self.office, self.login, self.folder = office, login, Path(folder)
        self.language, self.scheme, self.size = language, scheme, size
        self.arguments = arguments
        self.screen = Screen(*size)
        self.process = None
        self.start()

    def environment(self):
        home = self.folder
        for name in ("config", "data", "cache", "state", "run"):
            (home / name).mkdir(parents=True, exist_ok=True)
        os.chmod(home / "run", 0o700)
        locale = {"ru": "ru_RU:ru", "en": "en"}[self.language]
        return {
            **self.screen.env, "HOME": str(home), "XDG_CONFIG_HOME": f"{home}/config", "XDG_DATA_HOME": f"{home}/data",
            "XDG_CACHE_HOME": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state", "XDG_RUNTIME_DIR": f"{home}/run",
            "AT_SPI_BUS_ADDRESS": self.office.accessibility.address, "LANGUAGE": locale, "LC_ALL": "C.UTF-8",
            "TZ": "Europe/Moscow", "GDK_BACKEND": "x11", "GSK_RENDERER": os.environ.get("GSK_RENDERER", "cairo"),
            "GSETTINGS_BACKEND": "keyfile", "GSETTINGS_SCHEMA_DIR": str(BUILD / "data"), "ADW_DISABLE_PORTAL": "1",
            "ADW_DEBUG_COLOR_SCHEME": f"prefer-{self.scheme}" if self.scheme == "dark" else "default",
            "UCHASTOK_LOCALEDIR": str(BUILD / "po"), "NO_AT_BRIDGE": "0", "GTK_A11Y": "atspi",
            "GTK_USE_PORTAL": "0",
        }

    def start(self):
        """Also again, after kill() or quit(); a session bus of its own keeps desks from finding each other."""
        words = ["dbus-run-session", "--", str(DESK), *(self.office.sign_in(self.login) if self.arguments is None else self.arguments)]
        self.log = open(self.folder.parent / f"{self.folder.name}.log", "ab")
        self.process = subprocess.Popen(words, env=self.environment(), stdout=self.log, stderr=self.log,
                                        start_new_session=True)
        try:
            self.node = Node(wait(self._application, f"the desk of {self.login} to appear", 2 * TIMEOUT_S), None)
        except Timeout:
            print(f"screenshot: {self.screenshot(f'absent-{self.login}')}\n{self.log_tail()}", file=sys.stderr)
            self.close()
            raise
        self.node.role = "application"
        wait(lambda: self.screen.xdotool("search", "--onlyvisible", "--class", "uchastok"), "its window")
        self.focus()

    def pid(self):
        """The desk itself, not the session bus around it."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            if Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[0].endswith(b"uchastok"):
                return int(child)
        return None

    def _application(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the desk ended with {self.process.returncode}: {self.log_tail()}")
        pid = self.pid()
        return pid and self.office.accessibility.application(pid)

    def windows(self):
        """The desk's X windows as (id, x, y, width, height); xdotool's own positions are wrong under a manager."""
        for window in self.screen.xdotool("search", "--onlyvisible", "--class", "uchastok").split():
            told = subprocess.run(["xwininfo", "-id", window], env=self.screen.env, capture_output=True, text=True).stdout
            yield (window, *(int(re.search(rf"{what}:\s+(-?\d+)", told).group(1)) for what in (
                "Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")))

    def focus(self):
        widest = max(self.windows(), key=lambda w: w[3] * w[4])
        self.screen.xdotool("windowfocus", "--sync", widest[0])

    def origin(self, frame):
        """Where a frame's content lies: inside the X window of about its size, whose border the toolkit draws."""
        _, _, wide, high = self.bus.extents_of(frame.node.ref)
        _, x, y, width, height = min(self.windows(), key=lambda w: abs(w[3] - wide) + abs(w[4] - high))
        return x + (width - wide) // 2, y + (height - high) // 2

    def settle(self, quiet_s=1.0, timeout_s=TIMEOUT_S):
        """Waits until the picture has not changed for a while: for screenshots only, never for a test."""
        last, since, end = None, time.monotonic(), time.monotonic() + timeout_s
        while time.monotonic() - since < quiet_s and time.monotonic() < end:
            now = subprocess.run(["import", "-silent", "-window", "root", "rgb:-"], env=self.screen.env,
                                 capture_output=True).stdout
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.2)

    def screenshot(self, name):
        path = Path(name) if "/" in str(name) else self.office.pictures / f"{name}.png"
        self.screen.screenshot(path)
        return path

    def kill(self):
        """As a power cut: no chance to save anything."""
        os.kill(self.pid(), signal.SIGKILL)
        self.process.wait(10)

    def quit(self):
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
            try:
                self.process.wait(10)  # the session around it then ends by itself, its bus with it
            except subprocess.TimeoutExpired:
                pass
        stop(self.process)

    def log_tail(self):
        path = Path(self.log.name)
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def blame(self):
        """What a failed test leaves behind to be looked at."""
        path = self.screenshot(f"failed-{self.login}-{os.getpid()}")
        print(f"screenshot: {path}\n" + "\n".join(self.tree()) + "\n" + self.log_tail(), file=sys.stderr)

    def close(self):
        if self.process and self.process.poll() is None:
            self.quit()
        self.log.close()
        self.screen.close()


class Store:
    """The real daemon on a demo town of its own."""

    def __init__(self, folder, seed=1, arguments=(), state=None):
        self.folder = Path(folder)
        self.users = {}
        if not self.folder.exists():
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            made = subprocess.run([str(STORE), "demo", "--data", str(self.folder), "--seed", str(seed), *arguments],
                                  capture_output=True, text=True)
            if made.returncode:
                raise RuntimeError(f"uchastok-store demo: {made.stderr}")
            (self.folder / "logins").write_text(made.stdout)
        for line in (self.folder / "logins").read_text().splitlines():
            words = line.split("\t")
            if len(words) >= 2:
                self.users[words[0]] = words[1]
        self.fingerprint = subprocess.run([str(STORE), "fingerprint", "--data", str(self.folder)],
                                          capture_output=True, text=True, check=True).stdout.strip()
        self.port, self.process = 0, None
        self.start()

    def start(self):
        """Also again, on the same port."""
        self.log = open(self.folder.parent / f"{self.folder.name}.log", "ab")
        self.process = subprocess.Popen(
            [str(STORE), "serve", "--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.port = int(read_line(self.process, r"ready on https://127\.0\.0\.1:(\d+)").group(1))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        stop(self.process)
        self.log.close()


class Office:
    """A store and the desks around it, all in one temporary folder that vanishes."""

    def __init__(self, seed=1, store_folder=None, store_arguments=()):
        need("Xvfb", "xdotool", "dbus-daemon", "import", "xwininfo", STORE, DESK)
        self.folder = Path(tempfile.mkdtemp(prefix="uchastok-e2e-"))
        self.pictures = Path(os.environ.get("UCHASTOK_PICTURES", BUILD / "pictures"))
        self.accessibility = Accessibility()
        if store_folder:  # made once, copied for every test
            shutil.copytree(store_folder, self.folder / "store")
        self.store = Store(self.folder / "store", seed, store_arguments)
        self.desks, self.cables = [], {}

    def sign_in(self, login):
        cable = self.cables.setdefault(login, Cable(self.store.port))
        secret = self.folder / f"{login}.password"
        secret.write_text(self.store.users[login] + "\n")
        return ["--store", f"https://127.0.0.1:{cable.port}", "--login", login, "--password-file", str(secret),
                "--trust", self.store.fingerprint]

    def desk(self, login="dispatcher-1", **options):
        desk = Desk(self, login, folder=self.folder / f"{login}-{len(self.desks)}", **options)
        self.desks.append(desk)
        return desk

    def pull_cable(self, login):
        self.cables[login].pull()

    def plug_cable(self, login):
        self.cables[login].plug()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for desk in self.desks:
            if error and desk.process.poll() is None:
                try:
                    desk.blame()
                except Exception as trouble:
                    print(f"no picture of {desk.login}: {trouble}", file=sys.stderr)
            desk.close()
        for cable in self.cables.values():
            cable.close()
        self.store.close()
        self.accessibility.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def run(*tests):
    """Runs the named functions, each with an office of its own, and reports in TAP; arguments choose among them."""
    need(STORE, DESK)
    chosen = [test for test in tests if len(sys.argv) < 2 or any(word in test.__name__ for word in sys.argv[1:])]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="uchastok-e2e-") as scratch:
        template = Store(Path(scratch) / "store")
        template.close()
        for number, test in enumerate(chosen, 1):
            name = test.__name__.replace("_", " ")
            try:
                with Office(store_folder=template.folder) as office:
                    test(office)
                print(f"ok {number} - {name}", flush=True)
            except Exception as error:
                failed += 1
                first = str(error).splitlines()[0] if str(error) else ""
                print(f"not ok {number} - {name}\n# {type(error).__name__}: {first}", flush=True)
                traceback.print_exc()
    sys.exit(1 if failed else 0)
