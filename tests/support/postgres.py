"""A PostgreSQL server of the test's own: made by initdb in a temporary directory, reached over a Unix
socket and, when asked for, a free port on 127.0.0.1; gone with the process. fsync stays on."""
import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

USER = "uchastok"
START_S = 60


def _binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(re.sub(r"\D", "", p.parent.name) or 0))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: ./dev setup")
    return found[-1]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """with Postgres() as server: url = server.add_database()"""

    def __init__(self, tcp=False):
        self.bin = _binaries()
        self.dir = Path(tempfile.mkdtemp(prefix="uch-pg-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
        self.port = _free_port() if tcp else 5432
        self.tcp = tcp
        self.n_databases = 0
        self.process = None
        self.user = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            try:
                self.user = pwd.getpwnam("postgres")
            except KeyError:
                self.user = pwd.getpwnam("nobody")
            os.chown(self.dir, self.user.pw_uid, self.user.pw_gid)
        subprocess.run([self.bin / "initdb", "-D", self.dir / "data", "-U", USER, "-A", "trust", "--encoding=UTF8",
                        "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as_user())
        self.start()

    def _as_user(self):
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def start(self):
        log = open(self.dir / "log", "ab")
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", self.dir / "data", "-k", self.dir, "-h", "127.0.0.1" if self.tcp else "",
             "-p", str(self.port), "-c", "shared_buffers=16MB", "-c", "deadlock_timeout=100ms"],
            stdout=log, stderr=log, cwd="/", **self._as_user(),
            preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGQUIT))  # PR_SET_PDEATHSIG
        log.close()
        deadline = time.monotonic() + START_S
        while subprocess.run([self.bin / "pg_isready", "-q", "-h", self.dir, "-p", str(self.port)]).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server does not come up: " + (self.dir / "log").read_text())
            time.sleep(0.02)

    def stop(self, sig=signal.SIGINT):
        """SIGINT: fast; SIGQUIT: as after a crash."""
        self.process.send_signal(sig)
        self.process.wait()

    def url(self, database="postgres"):
        place = f"host={self.dir}&port={self.port}"
        return f"postgresql://{USER}@/{database}?{place}" if not self.tcp else \
            f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def run(self, sql, database="postgres"):
        """Runs SQL as the superuser; returns the lines of the answer."""
        done = subprocess.run([self.bin / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql,
                               self.url(database)], check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    def add_database(self):
        """A new, empty database; returns its address."""
        self.n_databases += 1
        name = f"d{self.n_databases}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
