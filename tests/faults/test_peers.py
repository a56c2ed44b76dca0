"""Peers that are slow, silent, broken or bad: who behaves is served meanwhile, and what they took is given back."""
import os
import socket
import ssl
import struct
import time

from door import TLS, Client, Daemon, Live, main, until

ATTACKER = "127.0.0.2"  # an address of its own, so that the caps per address are not what is tested


def plain(daemon, source="127.0.0.1"):
    return socket.create_connection(("127.0.0.1", daemon.port), 30, source_address=(source, 0))


def tls(daemon, source="127.0.0.1"):
    return TLS.wrap_socket(plain(daemon, source))


def below(connection):
    """The bytes under TLS."""
    return socket.socket(fileno=os.dup(connection.fileno()))


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def is_open(connection):
    """Whether the other side has not ended it yet; what it said is read away."""
    connection.settimeout(0)
    try:
        while connection.recv(65536):
            pass
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def client_hello():
    """What a client says first, and nothing after it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    begun = TLS.wrap_bio(incoming, outgoing)
    try:
        begun.do_handshake()
    except OSError:
        pass
    return outgoing.read()


def gives_everything_back(daemon, trouble, kilobytes=8_000):
    """I13: after the trouble descriptors are back where they were, and when it comes again memory does not grow (what
    it needs the first time the allocator may keep for the next)."""
    assert works(daemon)
    files, first = daemon.n_files(), daemon.n_kilobytes()
    trouble()
    until(lambda: daemon.n_files() <= files, f"{files} descriptors again", 40)
    memory = daemon.n_kilobytes()
    assert memory < first + 24_000, f"{first} kB before, {memory} kB now"
    trouble()
    until(lambda: daemon.n_files() <= files, f"{files} descriptors again", 40)
    assert daemon.n_kilobytes() <= memory + kilobytes, f"{memory} kB before, {daemon.n_kilobytes()} kB now"


def works(daemon):
    client = Client(daemon)
    status = client.ask("GET", "/healthz", raw=True)[0]
    client.close()
    return status == 200


def who_says_nothing_keeps_nobody_waiting(folder):
    daemon = Daemon(folder / "s", "--connections-per-address", "400")
    hello = client_hello()

    def trouble():
        crowd = [plain(daemon, ATTACKER) for _ in range(300)]
        for index, one in enumerate(crowd):
            one.sendall((b"", hello[:3], hello[:9], hello[:-1], hello)[index % 5])
        for _ in range(5):
            assert works(daemon)
        left = [sum(is_open(one) for one in crowd[kind::5]) for kind in range(5)]
        assert left == [60] * 5, f"served only after others were sent away: {left}"
        until(lambda: not any(map(is_open, crowd)), "the crowd is sent away")
        for one in crowd:
            one.close()

    gives_everything_back(daemon, trouble)
    daemon.stop()


def broken_tls_leaves_nothing_behind(folder):
    """Also between two requests, where libsoup would forget the connection."""
    daemon = Daemon(folder / "s", "--connections-per-address", "400")
    record = b"\x17\x03\x03\x00\x20" + b"\xaa" * 32
    ends = (b"", b"\x17", b"\x17\x03\x03", record[:-5], record, b"\x15\x03\x03\x00\x02\x02\x28", b"\x00" * 300,
            b"\x16\x03\x03\xff\xff" + b"\x01" * 100)

    def trouble():
        for end in ends * 4:
            for hang_up in (socket.socket.close, reset):
                connection = tls(daemon)
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert b"200" in connection.recv(4096)
                under = below(connection)
                under.sendall(end)
                connection.close()
                hang_up(under)
        for junk in (b"\x00" * 200, b"\x16\x03\x01\x00\x05hello", client_hello()[:60], b"GET / HTTP/1.1\r\n\r\n",
                     os.urandom(3000), b"\x16\x03\x01\x40\x00" + b"\x01" * 16384):
            for _ in range(4):
                connection = plain(daemon)
                connection.sendall(junk)
                connection.close()

    gives_everything_back(daemon, trouble)
    assert works(daemon)
    daemon.stop()


def broken_http_leaves_nothing_behind(folder):
    daemon = Daemon(folder / "s", "--connections-per-address", "400")
    good = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

    def trouble():
        for junk in (b"\x00" * 200, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 50, b"GET /healthz HTTP/1.1\r\nHost",
                     b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{", b"A" * 5000,
                     b"POST /v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                     b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"):
            for before in (b"", good):
                for hang_up in (socket.socket.close, reset):
                    connection = tls(daemon)
                    if before:
                        connection.sendall(before)
                        assert b"200" in connection.recv(4096)
                    connection.sendall(junk)
                    if hang_up is reset:
                        reset(below(connection))
                    connection.close()

    gives_everything_back(daemon, trouble)
    assert works(daemon)
    daemon.stop()


def two_lengths_of_one_body_are_refused(folder):
    daemon = Daemon(folder / "s")
    both = tls(daemon)
    both.sendall(b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n"
                 b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    answers = b""
    while more := both.recv(4096):
        answers += more
    assert answers.startswith(b"HTTP/1.1 400"), answers
    assert answers.count(b"HTTP/1.1 ") == 1, "what may be a second request is not looked at"
    daemon.stop()


def endless_headers_are_cut(folder):
    daemon = Daemon(folder / "s")

    def trouble():
        many = tls(daemon)
        sent = 0
        try:
            many.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            for index in range(40_000):
                many.sendall(b"X-%d: %s\r\n" % (index, b"y" * 1000))
                sent += 1000
        except OSError:
            pass
        assert sent < 30_000_000, sent
        many.close()
        long = tls(daemon)
        try:
            for _ in range(40_000):
                long.sendall(b"G" * 1000)
        except OSError:
            pass
        long.close()

    gives_everything_back(daemon, trouble)
    assert works(daemon)
    daemon.stop()


def requests_in_a_row_are_answered_in_order(folder):
    daemon = Daemon(folder / "s")

    def trouble():
        row = tls(daemon)
        row.sendall(b"".join(b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"healthz" if i % 2 else b"nowhere") for i in range(60)))
        text, statuses = b"", []
        while len(statuses) < 60:
            more = row.recv(65536)
            assert more, statuses
            text += more
            statuses = [int(piece[:3]) for piece in text.split(b"HTTP/1.1 ")[1:]]
        assert statuses == [404, 200] * 30, statuses
        row.close()
        for _ in range(10):  # asks for much and reads none of it
            greedy = tls(daemon)
            try:
                greedy.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2000)
            except OSError:
                pass
            greedy.close()

    gives_everything_back(daemon, trouble)
    assert works(daemon)
    daemon.stop()


def trickling_bodies_and_readers_are_cut(folder):
    """A body that comes byte by byte, an answer that nobody fetches: others do not notice."""
    daemon = Daemon(folder / "s", "--connections-per-address", "400")
    anna = Client(daemon, "anna")
    for _ in range(8):
        assert anna.push(anna.note("x" * 60_000))[0] == 200

    def trouble():
        slow = []
        for _ in range(20):
            body = tls(daemon, ATTACKER)
            body.sendall(f"POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n"
                         "Content-Length: 400000\r\n\r\n{".encode())
            slow.append(body)
            reader = plain(daemon, ATTACKER)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            reader = TLS.wrap_socket(reader)
            reader.sendall(f"GET /v1/changes?since=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n\r\n".encode())
            slow.append(reader)
        for _ in range(5):
            for one in slow[::2]:
                one.sendall(b" ")
            assert anna.ask("GET", "/v1/info")[0] == 200
        assert anna.push(anna.note())[0] == 200
        for one in slow:
            one.close()

    gives_everything_back(daemon, trouble)
    daemon.stop()


def a_body_of_300_megabytes_is_not_kept(folder):
    daemon = Daemon(folder / "s")
    anna = Client(daemon, "anna")

    def trouble():
        for length in ("Content-Length: 300000000", "Transfer-Encoding: chunked"):
            big, peak = tls(daemon), 0
            big.sendall(f"POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n{length}\r\n\r\n".encode())
            try:
                for _ in range(4600):
                    big.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                    peak = max(peak, daemon.n_kilobytes())
            except OSError:
                pass
            big.close()
            assert peak < daemon.n_kilobytes() + 16_000, peak
        anna.close()

    gives_everything_back(daemon, trouble)
    daemon.stop()


def a_live_desk_that_floods_is_bounded(folder):
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")

    def trouble():
        flood = Live(head)
        flood.socket.settimeout(0.5)
        sent = 0
        try:
            for index in range(20_000):
                flood.send({"type": "presence", "ticket": f"t{index}", "act": "open"})
                sent += 1
        except OSError:
            pass
        assert anna.push(anna.note())[0] == 200, f"others are served, after {sent} messages"
        flood.close()
        for junk in (b"\xff" * 50, b"\x81\xff" + b"\xff" * 8 + b"\0" * 100, b"\x81\x05hello", b"\xc1\x80\0\0\0\0"):
            live = Live(head)
            live.socket.sendall(junk)
            live.close()
        anna.close()
        head.close()

    gives_everything_back(daemon, trouble)
    daemon.stop()


def a_live_desk_that_does_not_read_is_dropped(folder):
    daemon = Daemon(folder / "s", "--requests-per-second", "100000")
    anna, head = Client(daemon, "anna"), Client(daemon, "head")

    def trouble():
        deaf = [Live(head, receive_buffer=4096) for _ in range(5)]
        watching = Live(anna)
        for index in range(1500):
            watching.send({"type": "presence", "ticket": f"t{index}" + "x" * 60, "act": "open"})
        for _ in range(200):
            anna.push(anna.note("x" * 500))
        assert anna.ask("GET", "/v1/info")[0] == 200
        for live in deaf + [watching]:
            reset(below(live.socket))
            live.close()
        until(lambda: daemon.metric("live_clients") == 0, "they are gone")
        anna.close()
        head.close()

    gives_everything_back(daemon, trouble)
    daemon.stop()


main([who_says_nothing_keeps_nobody_waiting, broken_tls_leaves_nothing_behind, broken_http_leaves_nothing_behind,
      two_lengths_of_one_body_are_refused, endless_headers_are_cut, requests_in_a_row_are_answered_in_order,
      trickling_bodies_and_readers_are_cut, a_body_of_300_megabytes_is_not_kept, a_live_desk_that_floods_is_bounded,
      a_live_desk_that_does_not_read_is_dropped])
