"""What the daemon tells of itself: /metrics for Prometheus, and a log that names nobody."""
import os
import re
import subprocess
import threading
import uuid
from urllib.parse import quote

from prometheus_client.parser import text_string_to_metric_families

from door import PASSWORD, STORE, Client, Daemon, Live, command, main, until


def text_of(daemon):
    status, text = Client(daemon).ask("GET", "/metrics", raw=True)
    assert status == 200, text
    return text.decode()


def samples(text):
    """Every sample by name and labels; the text must keep all the rules of the format 0.0.4."""
    seen, helped, typed, current = {}, set(), {}, None
    assert text.endswith("\n") and "\r" not in text
    for line in text.splitlines():
        match = re.fullmatch(r"# (HELP|TYPE) ([a-z_:]+) (.+)", line)
        if match:
            kind, current, rest = match.groups()
            assert current not in typed, f"{current} is described twice or torn apart"
            if kind == "HELP":
                assert current not in helped and rest[-1] == ".", line
                helped.add(current)
            else:
                assert current in helped and rest in ("counter", "gauge", "histogram"), line
                typed[current] = rest
                assert (rest == "counter") == current.endswith("_total"), line
            continue
        match = re.fullmatch(r"([a-z_:]+)(?:\{([^{}]*)\})? (-?[0-9.e+-]+)", line)
        assert match, line
        name, labels, value = match.groups()
        family = re.sub(r"_(bucket|sum|count)$", "", name) if typed.get(current) == "histogram" else name
        assert family == current, f"{name} stands under {current}"
        key = (name, labels or "")
        assert key not in seen, f"{key} is there twice"
        seen[key] = float(value)
    families = list(text_string_to_metric_families(text))  # Prometheus' own parser reads the same
    assert {s.name for f in families for s in f.samples} == {name for name, _ in seen}
    for family in families:
        if family.type == "histogram":
            check_histogram(family)
    return seen


def check_histogram(family):
    groups = {}
    for s in family.samples:
        labels = tuple(sorted((k, v) for k, v in s.labels.items() if k != "le"))
        groups.setdefault(labels, []).append(s)
    for rows in groups.values():
        buckets = [(float(s.labels["le"]), s.value) for s in rows if s.name.endswith("_bucket")]
        count = next(s.value for s in rows if s.name.endswith("_count"))
        total = next(s.value for s in rows if s.name.endswith("_sum"))
        assert [b for b, _ in buckets] == sorted(b for b, _ in buckets) and buckets[-1][0] == float("inf")
        assert [n for _, n in buckets] == sorted(n for _, n in buckets), "each bucket holds the ones below it"
        assert buckets[-1][1] == count and (total > 0) == (count > 0), (family.name, count, total)


def grown(before, after, name, labels=""):
    return after[(name, labels)] - before[(name, labels)]


def what_was_done_is_counted(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    anna.house()
    before = samples(text_of(daemon))
    for _ in range(7):
        assert anna.push(anna.note(), anna.note(), anna.note())[0] == 200
    for _ in range(5):
        anna.changes(0)
    anna.ask("GET", "/v1/snapshot?t=house")
    assert anna.ask("GET", "/nowhere")[0] == 404
    assert Client(daemon).ask("GET", "/v1/info")[0] == 401
    until(lambda: samples(text_of(daemon))[("uchastok_request_duration_seconds_count", 'group="feed"')] >= 6, "counted")
    after = samples(text_of(daemon))
    assert grown(before, after, "uchastok_pushes_total") == 7
    assert grown(before, after, "uchastok_operations_total") == 21
    assert grown(before, after, "uchastok_feed_pages_total") == 6
    assert grown(before, after, "uchastok_request_duration_seconds_count", 'group="push"') == 7
    assert grown(before, after, "uchastok_answers_total", 'group="push",status="2xx"') == 7
    assert grown(before, after, "uchastok_request_duration_seconds_count", 'group="feed"') == 6
    assert grown(before, after, "uchastok_answers_total", 'group="other",status="4xx"') == 1
    assert grown(before, after, "uchastok_answers_total", 'group="session",status="4xx"') == 1
    assert grown(before, after, "uchastok_store_commit_operations_sum") == 21
    assert grown(before, after, "uchastok_store_commit_operations_count") == 7, "one after the other: seven commits"
    assert grown(before, after, "uchastok_store_commit_seconds_count") >= 7
    spent = grown(before, after, "uchastok_store_commit_seconds_sum")
    assert 0 < spent <= grown(before, after, "uchastok_store_transaction_seconds_sum")
    assert grown(before, after, "uchastok_received_bytes_total") > 21 * 100
    assert grown(before, after, "uchastok_sent_bytes_total") > 1000
    assert after[("uchastok_head", "")] == anna.head()
    assert abs(after[("process_open_fds", "")] - daemon.n_files()) <= 4
    assert after[("process_resident_memory_bytes", "")] > 1 << 20
    daemon.stop()


def who_waits_and_who_listens_is_seen(folder):
    daemon = Daemon(folder / "s")
    anna, boris = Client(daemon, "anna"), Client(daemon, "anna")
    live, head = Live(anna), anna.head()
    until(lambda: samples(text_of(daemon))[("uchastok_live_clients", "")] == 1, "the live connection")
    thread = threading.Thread(target=lambda: boris.changes(head, wait=20))
    thread.start()
    until(lambda: samples(text_of(daemon))[("uchastok_long_polls", "")] == 1, "the long poll")
    anna.push(anna.note())
    thread.join()
    until(lambda: samples(text_of(daemon))[("uchastok_request_duration_seconds_count", 'group="wait"')] == 1,
          "a wait is no slow answer of the feed")
    live.close()
    until(lambda: samples(text_of(daemon))[("uchastok_live_clients", "")] == 0, "the end of the live connection")
    daemon.stop()


def only_an_admin_sees_them_from_elsewhere(folder):
    daemon = Daemon(folder / "s")
    command("user", "add", "root", "--role", "admin", "--data", daemon.folder, stdin=PASSWORD + "\n")
    elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    for who, status in ((None, 403), ("anna", 403), ("root", 200)):
        assert Client(daemon, who).ask("GET", "/metrics", headers=elsewhere, raw=True)[0] == status, who
    made_up = {**elsewhere, "Authorization": "Bearer " + "x" * 43}
    assert Client(daemon).ask("GET", "/metrics", headers=made_up)[0] == 401
    daemon.stop()


SECRETS = ("Пелагея", "Pelageya", "9621112233", "4507123456", "Тверская", PASSWORD, "дом заперт")


def the_log_names_nobody(folder):
    os.environ["G_MESSAGES_DEBUG"] = "all"
    try:
        daemon = Daemon(folder / "s")
    finally:
        del os.environ["G_MESSAGES_DEBUG"]
    anna = Client(daemon, "anna")
    fields = {"name": "Пелагея Pelageya", "phones": "+79621112233", "passport": "4507123456"}
    anna.push(anna.op("put", {"table": "client", "id": str(uuid.uuid4()), "fields": fields}))
    anna.push(anna.note("Пелагея, дом заперт, 9621112233"))
    anna.push(anna.op("ticket.create", {"ticket": "x", "text": "Пелагея Тверская"}))
    anna.ask("GET", "/v1/changes?since=0&who=" + quote("Пелагея"))
    anna.ask("GET", "/track/osmand/9621112233?lat=45&lon=41&name=Pelageya")
    anna.ask("POST", "/v1/push", '{"Пелагея": 9621112233')
    anna.ask("Pelageya", "/" + quote("Пелагея"))
    anna.ask("POST", "/v1/session", {"login": "Pelageya", "password": PASSWORD + "x"})
    token, said = anna.token, ""
    anna.ask("DELETE", "/v1/session")
    daemon.stop()
    said = daemon.said()
    for route in ("/v1/push", "/v1/changes", "/v1/session"):
        assert f"route={route}" in said, "the log tells of requests"
    assert re.search(r"notice uch-server: somebody has signed in \(session=[0-9a-f-]{36} event=signed_in\)", said), said
    assert re.search(r"status=200 duration_ms=[0-9.]+ session=", said), said
    for word in SECRETS + (quote("Пелагея"), token, token[:12], "since=", "lat="):
        assert word not in said, f"{word}: {[line for line in said.splitlines() if word in line]}"


def without_being_asked_it_says_little(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    for _ in range(5):
        anna.push(anna.note())
    daemon.stop()
    lines = daemon.said().splitlines()
    events = [re.search(r"event=(\w+)", line).group(1) for line in lines]
    # a busy machine may be slow, and then says so
    assert [event for event in events if event != "slow"] == ["ready", "signed_in", "stopped"], lines


JOURNAL = r"""
import os, socket, subprocess, sys
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
os.makedirs("/run/systemd/journal")
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind("/run/systemd/journal/socket")
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind("/run/systemd/journal/stdout")
listener.listen()
stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
stream.connect("/run/systemd/journal/stdout")
seen = os.fstat(stream.fileno())
daemon = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=stream, text=True,
                          env={**os.environ, "JOURNAL_STREAM": f"{seen.st_dev}:{seen.st_ino}"})
assert "ready" in daemon.stdout.readline()
journal.settimeout(30)
sys.stdout.buffer.write(journal.recv(65536))
daemon.terminate()
assert daemon.wait(30) == 0
stream.close()
other, _ = listener.accept()
assert other.recv(4096) == b"", "with a journal nothing is written to the stream"
"""


def journald_gets_fields(folder):
    command("init", "--data", folder / "s")
    inside = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    done = subprocess.run([*inside, "/usr/bin/python3", "-c", JOURNAL, str(STORE), "serve", "--data", str(folder / "s"),
                           "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    fields = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert fields["UCHASTOK_EVENT"] == "ready" and fields["SYSLOG_IDENTIFIER"] == "uchastok-store", fields
    assert fields["PRIORITY"] == "5" and re.fullmatch(r"[0-9a-f]{32}", fields["MESSAGE_ID"]), fields


if __name__ == "__main__":
    main([what_was_done_is_counted, who_waits_and_who_listens_is_seen, only_an_admin_sees_them_from_elsewhere,
          the_log_names_nobody, without_being_asked_it_says_little, journald_gets_fields])
