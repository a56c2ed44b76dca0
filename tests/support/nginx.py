"""A real nginx with the very rules that are shipped, before stores of a test."""
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent.parent / "data/deploy/nginx"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
# One process, so that whoever kills it has killed all of it.
MAIN = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log info; {user}
events {{ worker_connections 4096; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/x;
  uwsgi_temp_path {folder}/x; scgi_temp_path {folder}/x; access_log off;
  include uchastok.conf;
}}
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Nginx:
    def __init__(self, folder, ports, certificate, key):
        self.folder, self.port, self.process = Path(folder), free_port(), None
        (self.folder / "uchastok").mkdir(parents=True)
        shutil.copy(SHIPPED / "uchastok.conf", self.folder)
        shutil.copy(certificate, self.folder / "uchastok/certificate.pem")
        shutil.copy(key, self.folder / "uchastok/key.pem")
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, user=user))
        (self.folder / "uchastok/processes.conf").write_text(
            "".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;\n" for port in ports))
        (self.folder / "uchastok/address.conf").write_text(
            f"listen 127.0.0.1:{self.port} ssl http2;\nserver_name localhost;\nssl_certificate uchastok/certificate.pem;\n"
            f"ssl_certificate_key uchastok/key.pem;\naccess_log {self.folder}/access.log uchastok;\n")

    def command(self, *words):
        return [NGINX, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log"), *words]

    def check(self):
        return subprocess.run(self.command("-t"), capture_output=True, text=True)

    def start(self):
        self.process = subprocess.Popen(self.command(), stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert self.process.poll() is None and time.monotonic() < end, self.said()
                time.sleep(0.02)

    def said(self):
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def accessed(self):
        return (self.folder / "access.log").read_text(errors="replace")

    def upstreams(self):
        """How many requests each process got."""
        found = re.findall(r"127\.0\.0\.1:(\d+)$", self.accessed(), re.M)
        return {int(port): found.count(port) for port in set(found)}

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
