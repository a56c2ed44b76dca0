"""desk.start: from exec to a usable board with 2,000 houses and 200,000 tickets in the replica, the store away."""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import desk  # noqa: E402

FILL = desk.BUILD / "tests/bench/desk-fill"
STORE = "https://127.0.0.1:9"  # nothing listens there: the desk starts with what it has
HOUSES, TICKETS, RUNS = 2000, 200000, 7


def start(env, secret):
    """Until the board is painted with its rows: seconds, seconds of the processor, megabytes."""
    began = time.monotonic()
    process = subprocess.Popen([str(desk.DESK), "--store", STORE, "--login", "bench", "--password-file", str(secret)],
                               env={**env, "G_MESSAGES_DEBUG": "uch-app"}, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    try:
        desk.read_line(process, "the board is usable", 60)
        took = time.monotonic() - began
        status = Path(f"/proc/{process.pid}/status").read_text()
        spent = Path(f"/proc/{process.pid}/stat").read_text().split()
        cpu = (int(spent[13]) + int(spent[14])) / os.sysconf("SC_CLK_TCK")
        return took, cpu, int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
    finally:
        desk.stop(process)


def main():
    desk.need("Xvfb", "dbus-daemon", desk.DESK, FILL)
    with tempfile.TemporaryDirectory(prefix="uchastok-bench-") as home:
        screen = desk.Screen(1280, 720)
        bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
        try:
            env = {**screen.env, "HOME": home, "XDG_CONFIG_HOME": f"{home}/config", "XDG_DATA_HOME": f"{home}/data",
                   "XDG_CACHE_HOME": f"{home}/cache", "XDG_RUNTIME_DIR": home, "GDK_BACKEND": "x11",
                   "GSK_RENDERER": "cairo", "GSETTINGS_BACKEND": "keyfile", "ADW_DISABLE_PORTAL": "1",
                   "GSETTINGS_SCHEMA_DIR": str(desk.BUILD / "data"), "LC_ALL": "C.UTF-8", "LANGUAGE": "ru",
                   "UCHASTOK_LOCALEDIR": str(desk.BUILD / "po"), "TZ": "Europe/Moscow",
                   "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
            os.chmod(home, 0o700)
            secret = Path(home) / "password"
            secret.write_text("nothing\n")
            subprocess.run([str(FILL), STORE, "bench", str(HOUSES), str(TICKETS)], env=env, check=True)
            runs = [start(env, secret) for _ in range(RUNS)]
            took, cpu, rss = zip(*runs)
            print(f"bench: desk.start {statistics.median(took) * 1000:.0f} ms")
            print(f"bench: desk.start.worst {max(took) * 1000:.0f} ms")
            print(f"bench: desk.start.cpu {statistics.median(cpu) * 1000:.0f} ms")
            print(f"bench: desk.memory {max(rss):.0f} MB")
        finally:
            desk.stop(bus)
            screen.close()


if __name__ == "__main__":
    main()
