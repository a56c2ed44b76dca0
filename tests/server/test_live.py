"""The live connection: what is told to whom, at most one thing at a time, and what is wrong in what clients say."""
import json

import malformed
from contract import Checked, CheckedLive
from door import Daemon, PASSWORD, command, main, until


def at(live, seq):
    live.send({"type": "at", "seq": seq})


def listen(client):
    """A connection that has said how far it is."""
    live = CheckedLive(client)
    live.seq = live.wait("poke")["head"]
    at(live, live.seq)
    return live


def small_news_comes_by_itself_one_page_at_a_time(folder):
    daemon = Daemon(folder / "s")
    anna, head = Checked(daemon, "anna"), Checked(daemon, "head")
    live, since = listen(head), head.head()
    pushed = [anna.push(anna.note(str(i)))[1]["head"] for i in range(5)]
    first = live.wait("chg")
    assert (first["from"], first["to"], first["head"]) == (since, pushed[0], pushed[0]), first
    assert [row[3]["text"] for row in first["rows"] if row[0] == "note"] == ["0"]
    at(live, first["to"])
    rest = live.wait("chg")
    assert (rest["from"], rest["to"]) == (pushed[0], pushed[-1]), "the four others came as one"
    assert rest == {"type": "chg", **head.changes(pushed[0])[1]}, "the same as by asking"
    anna.push(anna.note("unanswered"))
    live.send({"type": "presence", "ticket": "t", "act": "open"})
    kinds = []
    while not kinds or kinds[-1] != "presence":
        kinds.append(live.receive()["type"])
    assert not {"chg", "poke"} & set(kinds), "nothing comes while the last page is not answered"
    at(live, pushed[-1])
    assert live.wait("chg")["to"] == pushed[-1] + 1
    live.close()
    until(lambda: daemon.metric("live_clients") == 0, "the live desk is gone")
    daemon.stop()


def who_is_far_away_is_poked(folder):
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    anna, head = Checked(daemon, "anna"), Checked(daemon, "head")
    live = listen(head)
    for count, size, kind in ((1, 10, "chg"), (65, 10, "poke"), (2, 20_000, "poke"), (40, 10, "chg")):
        now = anna.push(*(anna.note("x" * size) for _ in range(count)))[1]["head"]
        told = live.receive()
        while told["type"] not in ("chg", "poke"):
            told = live.receive()
        assert told["type"] == kind and told["head"] == now, (count, size, told["type"])
        at(live, now)
    silent = CheckedLive(head)
    assert silent.wait("poke")["head"] == now
    at(silent, now + 1000)  # of another history: it is told where the store stands when there is news
    anna.push(anna.note())
    assert silent.wait("poke")["head"] == now + 1
    daemon.stop()


def everybody_is_told_what_he_may_see(folder):
    daemon = Daemon(folder / "s")
    anna, head = Checked(daemon, "anna"), Checked(daemon, "head")
    for role in ("engineer", "clerk"):
        command("user", "add", role, "--role", role, "--data", daemon.folder, stdin=PASSWORD + "\n")
    lives = {name: listen(client) for name, client in (
        ("head", head), ("anna", anna), ("clerk", Checked(daemon, "clerk")), ("engineer", Checked(daemon, "engineer")))}
    house = anna.house()
    anna.push(anna.note("о клиенте"), anna.op("row.put", {"table": "house", "id": house, "fields": {"access": "ключ под ковриком"}}))
    pages = {name: live.wait("chg") for name, live in lives.items()}
    assert pages["head"] == pages["anna"] == pages["clerk"]
    assert {row[0] for row in pages["head"]["rows"]} == {"note", "house", "event"}
    assert {row[0] for row in pages["engineer"]["rows"]} == {"house"} and pages["engineer"]["to"] == pages["head"]["to"]
    assert "ковриком" not in json.dumps(pages, ensure_ascii=False), "sensitive texts are masked here too"
    daemon.stop()


def what_is_wrong_in_a_message_is_named(folder):
    daemon = Daemon(folder / "s")
    head = Checked(daemon, "head")
    live = listen(head)
    cases = [({}, "type"), ({"type": 5}, "type"), ({"type": "dance"}, "type"), ({"type": "at"}, "seq"),
             ({"type": "at", "seq": 1, "dance": 1}, "dance"), ({"type": "presence", "ticket": "x" * 65}, "ticket")]
    cases += [({"type": "at", "seq": value}, "seq") for value in malformed.WRONG["integer"]]
    cases += [({"type": "presence", "act": value}, "act") for value in malformed.WRONG["string"]]
    for message, field in cases:
        live.send(message)
        told = live.wait("error")
        assert told["field"] == field, (message, told)
    live.send({"type": "presence", "ticket": "t", "act": "open"})
    assert live.wait("presence")["present"][0]["ticket"] == "t", "the connection goes on"
    for body in malformed.NO_OBJECTS:
        if len(body) > 120:
            continue
        broken = CheckedLive(head)
        broken.wait("poke")
        broken.send_raw(body)
        try:
            while broken.receive()["type"] != "error":
                pass
            closed = None
        except ConnectionError as error:
            closed = str(error)
        assert closed in ("closed 1007", "closed 1002", None), (body, closed)
        broken.close()
    assert head.ask("GET", "/v1/info")[0] == 200
    daemon.stop()


main([small_news_comes_by_itself_one_page_at_a_time, who_is_far_away_is_poked, everybody_is_told_what_he_may_see,
      what_is_wrong_in_a_message_is_named])
