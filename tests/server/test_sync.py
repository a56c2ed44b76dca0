"""Signing in, pushing, following: what a desk does, over real HTTPS."""
import gzip
import json
import socket
import threading
import time

from door import Client, Daemon, Live, PASSWORD, command, main, until


def signing_in_takes_the_right_password_only(folder):
    daemon = Daemon(folder / "s")
    stranger, head = Client(daemon), Client(daemon, "head")
    for login, password in (("anna", "wrong wrong"), ("nobody", PASSWORD), ("", ""), ("anna", "x" * 1024)):
        status, problem = stranger.ask("POST", "/v1/session", {"login": login, "password": password})
        assert status in (401, 429) and problem["title"] in ("Unauthorized", "Too Many Requests"), (status, problem)
    assert stranger.answer.getheader("Content-Type").startswith("application/problem+json")
    status, problem = stranger.ask("POST", "/v1/session", {"login": "anna"})
    assert (status, problem["field"]) == (400, "password"), problem
    status, problem = stranger.ask("POST", "/v1/session", "{broken", {"Content-Type": "application/json"})
    assert (status, problem["code"]) == (400, "malformed"), problem
    assert stranger.ask("GET", "/v1/info")[0] == 401
    status, info = head.ask("GET", "/v1/info")
    assert status == 200 and info["role"] == "head" and info["head"] > 0 and info["schema"]["cur"] >= 1, info
    assert "Retry" not in daemon.said() and PASSWORD not in daemon.said()
    daemon.stop()


def many_wrong_passwords_have_to_wait(folder):
    daemon = Daemon(folder / "s")
    stranger, statuses = Client(daemon), []
    for _ in range(8):
        statuses.append(stranger.ask("POST", "/v1/session", {"login": "anna", "password": "wrong wrong"})[0])
    assert 401 in statuses and statuses[-1] == 429, statuses
    assert int(stranger.answer.getheader("Retry-After")) >= 1
    daemon.stop()


def a_push_is_decided_once_however_often_it_comes(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    op = anna.note()
    status, first = anna.push(op)
    assert status == 200 and first["acks"][0][:2] == [1, "ok"] and first["last_mid"] == 1, first
    status, again = anna.push(op)
    assert status == 200 and again["acks"] == first["acks"] and again["head"] == first["head"], again
    status, gap = anna.push(anna.op("note.add", {}, mid=7))
    assert status == 409 and gap["code"] == "mid_gap" and gap["last_mid"] == 1, gap
    status, refused = anna.push(anna.op("visit.assign", {"ticket": "t", "visit": "v", "engineer": "e"}))
    assert status == 200 and refused["acks"][0][1] == "rejected" and refused["acks"][0][3]["code"], refused
    status, unknown = anna.push(anna.op("dance", {}))
    assert unknown["acks"][0][3]["code"] == "unknown_operation", unknown
    anna.store = "another"
    status, epoch = anna.push(anna.note())
    assert status == 409 and epoch["code"] == "epoch", epoch
    daemon.stop()


def bad_pushes_name_what_is_wrong(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    base = {"store": anna.store, "client": anna.name, "schema": 1}
    for body, status, word in (
            ("[]", 400, ""), ('{"store":1}', 400, "store"), ("{}", 400, "schema"),
            (json.dumps({**base, "ops": 5}), 400, "ops"),
            (json.dumps({**base, "ops": [{"mid": "x"}]}), 400, "mid"),
            (json.dumps({**base, "schema": 999, "ops": []}), 426, ""),
            (json.dumps({**base, "ops": [anna.op("note.add", {}, mid=i + 1) for i in range(300)]}), 413, ""),
            ('{"store":' * 3000, 400, "")):
        got, problem = anna.ask("POST", "/v1/push", body, {"Content-Type": "application/json"})
        assert got == status and word in problem["detail"], (body[:60], got, problem)
    assert anna.push(anna.note())[0] == 200
    daemon.stop()


def two_desks_see_each_other(folder):
    daemon = Daemon(folder / "s")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")
    since = head.head()
    _, pushed = anna.push(anna.note("одно"), anna.note("другое"))
    status, page = head.changes(since)
    assert status == 200 and page["to"] == page["head"] == pushed["head"] and not page["more"], page
    notes = [row[3]["text"] for row in page["rows"] if row[0] == "note"]
    assert notes == ["одно", "другое"], notes
    status, page = head.changes(since, limit=1)
    assert page["more"] and page["to"] == since + 1 and {row[1] for row in page["rows"]} == {since + 1}, page
    status, problem = head.changes(pushed["head"] + 100)
    assert status == 409 and problem["code"] == "epoch", problem
    assert head.ask("GET", "/v1/changes?since=x")[0] == 400
    assert head.ask("GET", "/v1/snapshot?t=nothing")[0] == 400
    daemon.stop()


def a_long_poll_answers_when_there_is_news(folder):
    daemon = Daemon(folder / "s")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")
    since, got = head.head(), []
    began = time.monotonic()
    assert head.changes(since, wait=1)[1]["rows"] == [] and 0.9 < time.monotonic() - began < 5
    waiter = threading.Thread(target=lambda: got.append((head.changes(since, wait=25), time.monotonic())))
    waiter.start()
    until(lambda: daemon.metric("long_polls") == 1, "a long poll")
    pushed = anna.push(anna.note())[1]["head"]
    committed = time.monotonic()
    waiter.join(10)
    assert got and got[0][0][1]["to"] == pushed and got[0][1] - committed < 2, got
    assert daemon.metric("long_polls") == 0
    daemon.stop()


def presence_is_shown_and_ends_with_the_connection(folder):
    daemon = Daemon(folder / "s")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")
    hers, watching = Live(head), Live(anna)
    assert head.ask("POST", "/v1/presence", {"ticket": "t1", "act": "open"})[0] == 204
    hers.send({"type": "presence", "ticket": "t2", "act": "drag"})
    seen = watching.wait("presence", lambda message: len(message["present"]) == 2)["present"]
    assert {(one["ticket"], one["act"]) for one in seen} == {("t1", "open"), ("t2", "drag")}, seen
    assert {one["staff"] for one in seen} == {head.staff}
    hers.send({"type": "presence", "act": "drag"})
    watching.wait("presence", lambda message: [one["ticket"] for one in message["present"]] == ["t1"])
    hers.close()
    watching.wait("presence", lambda message: message["present"] == [])
    watching.close()
    daemon.stop()


def who_is_shown_out_stays_out(folder):
    daemon = Daemon(folder / "s")
    anna, again = Client(daemon, "anna"), Client(daemon, "anna")
    live = Live(anna)
    live.wait("poke")
    assert anna.ask("DELETE", "/v1/session")[0] == 204
    try:
        live.wait("nothing", timeout_s=10)
    except ConnectionError as error:
        assert "4401" in str(error), error
    assert anna.ask("GET", "/v1/info")[0] == 401 and Live(anna).status == 401
    assert again.push(again.note())[0] == 200
    command("user", "disable", "anna", "--data", daemon.folder)
    status, problem = again.push(again.note())
    assert status == 401 and problem["code"] == "signed_out", problem
    daemon.stop()


def sensitive_fields_are_masked_until_asked_for(folder):
    daemon = Daemon(folder / "s")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")
    house = anna.house()
    pushed = anna.push(anna.op("row.put", {"table": "house", "id": house, "fields": {"access": "ключ у консьержа"}}))[1]
    assert pushed["acks"][0][1] == "ok", pushed
    rows = [row[3] for row in head.ask("GET", "/v1/snapshot?t=house")[1]["rows"] if row[2] == house]
    assert rows[0]["access"] != "ключ у консьержа"
    status, shown = head.ask("POST", "/v1/reveal", {"table": "house", "id": house, "field": "access"})
    assert (status, shown["value"]) == (200, "ключ у консьержа"), shown
    assert head.ask("POST", "/v1/reveal", {"table": "house", "id": house, "field": "street"})[0] == 400
    assert head.ask("POST", "/v1/reveal", {"table": "house", "id": "no", "field": "access"})[0] == 404
    assert head.ask("POST", "/v1/reveal", {"table": "house"})[1]["field"] == "id"
    assert "консьержа" not in daemon.said()
    daemon.stop()


def long_answers_are_compressed_for_who_can_read_them(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    since = anna.head()
    for _ in range(20):
        anna.push(anna.note("слово " * 1000))
    plain = anna.ask("GET", f"/v1/changes?since={since}", raw=True)[1]
    assert anna.answer.getheader("Content-Encoding") is None
    packed = anna.ask("GET", f"/v1/changes?since={since}", headers={"Accept-Encoding": "gzip"}, raw=True)[1]
    assert anna.answer.getheader("Content-Encoding") == "gzip" and len(packed) < len(plain) / 10
    assert gzip.decompress(packed) == plain
    daemon.stop()


def a_restart_keeps_everything(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    head = anna.push(anna.note("до"))[1]["head"]
    daemon.stop()
    daemon.start()
    anna.close()
    assert anna.head() == head, "the token is still good, the order goes on"
    assert anna.push(anna.note("после"))[1]["head"] == head + 1
    assert len([row for row in anna.changes(head - 1)[1]["rows"] if row[0] == "note"]) == 2
    daemon.stop()


def what_was_acknowledged_survives_a_kill(folder):
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    for _ in range(5):
        acked, stop, clients = {}, threading.Event(), [Client(daemon, "anna") for _ in range(4)]

        def write(client):
            while not stop.is_set():
                op = client.note(client.name)
                try:
                    status, answer = client.push(op)
                except OSError:
                    return
                except Exception:
                    return
                if status == 200:
                    acked[answer["acks"][0][2]] = op["args"]["note"]

        threads = [threading.Thread(target=write, args=[client]) for client in clients]
        for thread in threads:
            thread.start()
        until(lambda: len(acked) > 40, "some pushes")
        daemon.kill()
        stop.set()
        for thread in threads:
            thread.join()
        daemon.start()
        reader, found, cursor = Client(daemon, "anna"), {}, min(acked) - 1
        while True:
            page = reader.changes(cursor)[1]
            found.update({row[1]: row[2] for row in page["rows"] if row[0] == "note"})
            cursor = page["to"]
            if not page["more"]:
                break
        lost = {seq for seq, note in acked.items() if found.get(seq) != note}
        assert not lost, lost
    daemon.stop()


def a_copy_is_made_while_the_store_works(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")
    anna.push(anna.note())
    command("backup", "--data", daemon.folder, "--to", folder / "copy.sqlite")
    assert (folder / "copy.sqlite").stat().st_size > 4096
    command("backup", "--data", daemon.folder, "--to", "/proc/nowhere", status=1)
    path = folder / "more.csv"
    path.write_text("улица;дом;широта;долгота\nПушкина;1;45.05;41.95\n")
    head = anna.head()
    command("import", "houses", path, "--data", daemon.folder)
    live = Live(anna)
    live.send({"type": "at", "seq": head})
    live.wait("chg", lambda message: message["to"] > head)
    daemon.stop()


main([signing_in_takes_the_right_password_only, many_wrong_passwords_have_to_wait,
      a_push_is_decided_once_however_often_it_comes, bad_pushes_name_what_is_wrong, two_desks_see_each_other,
      a_long_poll_answers_when_there_is_news,
      presence_is_shown_and_ends_with_the_connection, who_is_shown_out_stays_out,
      sensitive_fields_are_masked_until_asked_for, long_answers_are_compressed_for_who_can_read_them,
      a_restart_keeps_everything, what_was_acknowledged_survives_a_kill, a_copy_is_made_while_the_store_works])
