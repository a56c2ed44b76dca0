"""The systemd units: they are good, no less shut in than is written down, and the daemon can live within them."""
import os
import re
import shutil
import socket
import ssl
import subprocess
import time

from door import BUILD, PASSWORD, ROOT, SANITIZED, STORE, Client, Daemon, Live, command, main, until

README = (ROOT / "src/server/README.md").read_text()


def units(folder):
    """As they are installed, but for the program's place."""
    for name in ("uchastok-store.service", "uchastok-store@.service"):
        text = (BUILD / "data" / name).read_text()
        text, n = re.subn(r"^ExecStart=\S+", f"ExecStart={STORE}", text, flags=re.M)
        assert n == 1
        path = folder / name
        path.write_text(text)
        yield path


def systemd_finds_nothing_wrong(folder):
    paths = list(units(folder))
    for drop_in in ("behind-nginx", "own-certificate"):
        place = folder / "uchastok-store.service.d"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        shutil.copy(ROOT / f"data/deploy/systemd/{drop_in}.conf", place)
        for path in paths:
            subject = path.with_name("uchastok-store@8441.service") if "@" in path.name else path
            if subject != path:
                shutil.copy(path, subject)
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--generators=no", str(subject)], capture_output=True, text=True)
            # what is wrong with the machine's own units is not ours
            ours = [line for line in (done.stdout + done.stderr).splitlines() if "uchastok" in line]
            assert not ours, ours


def they_are_as_shut_in_as_is_written_down(folder):
    for path in units(folder):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", str(path)], capture_output=True, text=True)
        figure = float(re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout).group(1))
        written = float(re.search(rf"`{re.escape(path.name)}` ([0-9.]+)", README).group(1))
        assert figure <= written, f"{path.name}: {figure}, written down: {written}"


def calls_in(*sets):
    """The system calls of systemd's sets, sets within sets included."""
    found = set()
    for name in sets:
        text = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
        for word in re.findall(r"^    ([@\w-]+)$", text, re.M):
            found |= calls_in(word) if word.startswith("@") else {word}
    return found


def the_daemon_needs_no_call_that_is_filtered(folder):
    daemon = Daemon(folder / "s")
    daemon.stop()
    filters = re.findall(r"^SystemCallFilter=(.*)$", (BUILD / "data/uchastok-store.service").read_text(), re.M)
    allowed = calls_in(filters[0])
    for line in filters[1:]:
        assert line.startswith("~"), line
        allowed -= calls_in(*line[1:].split())
    trace = folder / "trace"
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-c", "-U", "name", "-o", str(trace), str(STORE), "serve", "--data", str(daemon.folder),
                               "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    Daemon.running.append(tracer)
    daemon.port = int(re.search(r":(\d+)$", tracer.stdout.readline()).group(1))
    anna = Client(daemon, "anna")
    live = Live(anna)
    assert anna.push(anna.note())[0] == 200 and anna.ask("GET", "/v1/snapshot?t=house")[0] == 200
    live.close()
    anna.close()
    child = int(subprocess.run(["pgrep", "-P", str(tracer.pid)], capture_output=True, text=True).stdout)
    os.kill(child, 15)
    assert tracer.wait(60) == 0
    used = set(re.findall(r"^(\w+)$", trace.read_text(), re.M)) - {"syscall", "total"}
    assert {"recvfrom", "fdatasync"} <= used, used
    # SQLite gives a file away only as root; GLib tries its scheduling on itself first, and takes EPERM for an answer
    needed = used - {"fchown", "sched_setattr"}
    assert needed <= allowed, needed - allowed


def systemd_is_told(folder):
    daemon = Daemon(folder / "s")
    daemon.stop()
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(folder / "notify"))
    ear.settimeout(30)
    os.environ.update(NOTIFY_SOCKET=str(folder / "notify"), WATCHDOG_USEC="400000")
    try:
        daemon.start()
    finally:
        del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]
    assert ear.recv(100) == b"READY=1"
    assert [ear.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    # a main loop that stands still says nothing
    os.kill(daemon.process.pid, 19)
    time.sleep(0.5)
    ear.setblocking(False)
    while True:
        try:
            ear.recv(100)
        except BlockingIOError:
            break
    time.sleep(0.6)
    try:
        assert not ear.recv(100)
    except BlockingIOError:
        pass
    os.kill(daemon.process.pid, 18)
    ear.setblocking(True)
    daemon.stop()
    said = []
    while not said or said[-1] != b"STOPPING=1":
        said.append(ear.recv(100))


def fingerprint(port):
    with socket.create_connection(("127.0.0.1", port), 30) as plain:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(plain) as spoken:
            return spoken.getpeercert(binary_form=True)


def a_reload_takes_the_new_certificate_and_keeps_the_desks(folder):
    daemon = Daemon(folder / "s")
    command("init", "--data", folder / "other")
    anna = Client(daemon, "anna")
    live, before = Live(anna), fingerprint(daemon.port)
    shutil.copy(folder / "other/certificate.pem", daemon.folder)  # half of a change: it does not fit the key
    os.kill(daemon.process.pid, 1)
    until(lambda: "the old certificate stays" in daemon.said(), "a refusal")
    assert fingerprint(daemon.port) == before
    shutil.copy(folder / "other/key.pem", daemon.folder)
    os.kill(daemon.process.pid, 1)
    until(lambda: fingerprint(daemon.port) != before, "the new certificate")
    assert anna.push(anna.note())[0] == 200, "the old connection goes on"
    live.wait("poke")
    daemon.stop()


def what_was_asked_is_answered_at_the_end(folder):
    daemon = Daemon(folder / "s")
    anna, late = Client(daemon, "anna"), Client(daemon)
    live = Live(anna)
    late.connection.connect()
    before = daemon.metric("requests_total")
    late.connection.request("POST", "/v1/session", f'{{"login":"head","password":"{PASSWORD}"}}', {"Content-Type": "application/json"})
    until(lambda: daemon.metric("requests_total") > before + 1, "the sign-in has begun")
    daemon.stop()
    assert late.connection.getresponse().status == 200, "the password was still being checked"
    try:
        while True:
            live.receive()
    except ConnectionError as closed:
        assert "1001" in str(closed), closed


main([systemd_finds_nothing_wrong, they_are_as_shut_in_as_is_written_down, systemd_is_told,
      *([] if SANITIZED else [the_daemon_needs_no_call_that_is_filtered]),  # a sanitizer makes calls of its own
      a_reload_takes_the_new_certificate_and_keeps_the_desks, what_was_asked_is_answered_at_the_end])
