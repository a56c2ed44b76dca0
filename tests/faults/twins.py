"""Two processes of the store on one PostgreSQL behind a real nginx, with the face of one Store (see office.py): a kill
takes one of them, whoever is connected there goes on with the other."""
import json
import os
import random
import re
import subprocess
from pathlib import Path

from nginx import Nginx
from office import DIGEST, STORE, command
from postgres import Postgres


class Process:
    def __init__(self, folder, log):
        self.folder, self.log, self.port, self.process = folder, log, 0, None

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def spawn(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(STORE), "serve", "--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}", "--plain-http",
                 "--proxy", "127.0.0.1", "--connections-per-address", "1000"],
                stdout=subprocess.PIPE, stderr=log, text=True, errors="replace", env={**os.environ, "G_DEBUG": "fatal-criticals"})
        self.is_ready = False

    def ready(self):
        if self.is_ready:
            return
        line = self.process.stdout.readline()
        match = re.search(r"ready on http://127\.0\.0\.1:(\d+)", line)
        assert match, f"the store does not start: {line}{self.log.read_text(errors='replace')[-3000:]}"
        self.port, self.is_ready = int(match.group(1)), True

    def end(self, signal):
        self.process.send_signal(signal)
        status = self.process.wait(60)
        self.process.stdout.close()
        return status


class Twins:
    def __init__(self, folder, seed=1, n=2):
        self.dice, self.log = random.Random(seed), Path(folder) / "store.log"
        self.postgres = Postgres()
        self.url = self.postgres.add_database()
        self.folder = Path(folder) / "store"
        self.logins = command("demo", "--data", self.folder, "--database", self.url, "--houses", "20", "--tickets", "30")
        self.fingerprint = command("fingerprint", "--data", self.folder).strip()
        self.all, self.nginx, self.place, self.kills = [Process(self.folder, self.log) for _ in range(n)], None, Path(folder), []
        self.process = self  # of Office: whether anything is there

    def poll(self):
        return None if any(one.alive() for one in self.all) else 0

    def spawn(self):
        for one in self.all:
            if not one.alive():
                one.spawn()
        return self

    def start(self):
        self.spawn()
        for one in self.all:
            one.ready()
        if self.nginx is None:
            self.nginx = Nginx(self.place / "nginx", [one.port for one in self.all], self.folder / "certificate.pem",
                               self.folder / "key.pem").start()
        self.port = self.nginx.port
        return self

    def kill(self):
        """Of one of those that are alive."""
        index = self.dice.choice([i for i, one in enumerate(self.all) if one.alive()])
        self.kills.append(index)
        self.all[index].end(9)

    def close(self):
        for one in self.all:
            if one.alive():
                one.end(9)
        if self.nginx:
            self.nginx.stop()
        self.postgres.close()

    def said(self):
        return self.log.read_text(errors="replace")[-4000:]

    def ask(self, sql):
        lines = self.postgres.run(f"SELECT coalesce(json_agg(q), '[]') FROM ({sql}) AS q", self.url.split("/")[3].split("?")[0])
        return [tuple(row.values()) for row in json.loads("".join(lines))]

    def digest(self):
        done = subprocess.run([str(DIGEST), self.url], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
