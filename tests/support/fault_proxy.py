"""A bad network between real clients and a real store, on loopback, with a lever for each fault.

As TCP it passes bytes on and sees nothing of them. With a certificate of its own it ends TLS and begins it anew
(clients must trust that certificate): only then can it send a request twice or refuse a WebSocket.

    proxy = FaultProxy(store.port)                       # a process of its own; proxy.port is where clients go
    proxy.set(delay_ms=50, hold="up", rate=1)            # from now on, see Faults
    proxy.do("reset", share=0.5)                         # now, to about half of the open connections
    proxy.heal()                                         # nothing is wrong any more; what was held goes on
"""
import argparse
import asyncio
import json
import os
import random
import socket
import ssl
import struct
import subprocess
import sys
import tempfile

CHUNK_LEN = 16384


class Faults:
    """What is wrong from now on. Probabilities are per new connection; "up" is from the client to the store."""
    delay_ms = 0        # of every chunk, each way
    rate = 0            # bytes a second, each way; 0: as fast as it goes
    hold = ""           # "up", "down" or "both": a partition; TCP keeps the bytes and delivers them when it heals
    refuse = False      # new connections are reset at once
    cut = 0.0           # ends after some bytes, in the middle of whatever it is
    vanish = 0.0        # one of the two ends falls silent after some bytes; the other is never told
    cut_len_max = 6000  # that many bytes at most
    replay = 0.0        # TLS only, per request: it comes once more, on another connection
    no_upgrade = False  # TLS only: a WebSocket is refused, as some middleboxes do
    answer = ""         # TLS only: a request that contains this text …
    status = 400        # … never reaches the store; this is its answer


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, client):
        self.proxy, self.client, self.store = proxy, client, None
        self.left = {}  # way → bytes until it is cut or vanishes
        self.tasks, self.request, self.ghost = [], b"", False

    async def run(self):
        proxy, faults, dice = self.proxy, self.proxy.faults, self.proxy.dice
        if faults.refuse:
            self.end(True)
            return
        try:
            self.store = await asyncio.open_connection("127.0.0.1", proxy.target, ssl=proxy.to_store)
        except OSError:
            self.end(True)
            return
        for kind, chance in (("cut", faults.cut), ("vanish", faults.vanish)):
            if dice.random() < chance:
                self.left[dice.choice(("up", "down"))] = (dice.randrange(1, faults.cut_len_max), kind)
                proxy.count(kind)
        self.tasks = [asyncio.ensure_future(self.pump("up", self.client[0], self.store[1])),
                      asyncio.ensure_future(self.pump("down", self.store[0], self.client[1]))]
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def pump(self, way, source, sink):
        faults = self.proxy.faults
        try:
            while data := await source.read(1 if faults.rate else CHUNK_LEN):
                if self.ghost:
                    continue
                while faults.hold in (way, "both"):
                    await asyncio.sleep(0.01)
                if faults.delay_ms:
                    await asyncio.sleep(faults.delay_ms / 1000)
                if faults.rate:
                    await asyncio.sleep(len(data) / faults.rate)
                if self.proxy.to_store and await self.meddle(way, data):
                    continue
                if way in self.left:
                    count, kind = self.left[way]
                    if len(data) >= count:
                        sink.write(data[:count])
                        del self.left[way]
                        await asyncio.sleep(0.005)
                        if kind == "vanish":
                            self.vanish(self.proxy.dice.choice(("client", "store")))
                            continue
                        break
                    self.left[way] = (count - len(data), kind)
                if not self.ghost:
                    sink.write(data)
                    await sink.drain()
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        if not self.ghost:
            self.end(False)

    async def meddle(self, way, data):
        """What needs to read the text. Whether the chunk is done with."""
        faults = self.proxy.faults
        if way == "down":
            if self.request and self.proxy.dice.random() < faults.replay:
                self.proxy.count("replay")
                asyncio.ensure_future(self.proxy.replay(self.request))
            self.request = b""
            return False
        self.request += data
        refusal = (403, b"{}") if faults.no_upgrade and b"websocket" in self.request.lower() else None
        if faults.answer and self.request.startswith(b"POST"):
            head, gap, body = self.request.partition(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            if not gap or (length and len(body) < int(length[0].split(b":")[1])):
                return True  # held back until it is whole
            if faults.answer.encode() in body:
                refusal = (faults.status, json.dumps({"status": faults.status, "code": "malformed", "field": "ops",
                                                      "title": "no", "detail": "told to"}).encode())
        if refusal:
            status, body = refusal
            self.proxy.count("answer")
            self.client[1].write(b"HTTP/1.1 %d No\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n%s"
                                 % (status, len(body), body))
            self.request = b""
            return True
        if faults.answer and self.request != data:
            self.store[1].write(self.request)  # what was held back
            return True
        return False

    def vanish(self, side):
        """One end is gone as after a power cut: the other one hears nothing more, not even that."""
        self.ghost = True
        gone = self.client if side == "client" else self.store
        if gone:
            abort(gone[1], True)

    def end(self, reset):
        for pair in (self.client, self.store):
            if pair:
                abort(pair[1], reset)
        self.proxy.links.discard(self)


def abort(writer, reset):
    plain = writer.get_extra_info("socket")
    try:
        if reset and plain is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    if reset:
        writer.transport.abort()
    else:
        writer.close()


class Proxy:
    def __init__(self, target, seed, certificate, key):
        self.target, self.dice, self.faults, self.links, self.counts = target, random.Random(seed), Faults(), set(), {}
        self.to_client = self.to_store = None
        if certificate:
            self.to_client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.to_client.load_cert_chain(certificate, key)
            self.to_store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.to_store.check_hostname = False
            self.to_store.verify_mode = ssl.CERT_NONE

    def count(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    async def accept(self, reader, writer):
        link = Link(self, (reader, writer))
        self.links.add(link)
        self.count("connections")
        await link.run()

    async def replay(self, request):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target, ssl=self.to_store)
            writer.write(request)
            await asyncio.wait_for(reader.read(CHUNK_LEN), 10)
            writer.close()
        except (OSError, ssl.SSLError, asyncio.TimeoutError):
            pass

    def obey(self, order):
        for name, value in order.get("set", {}).items():
            assert hasattr(Faults, name), name
            setattr(self.faults, name, value)
        if order.get("target"):
            self.target = order["target"]
        chosen = [link for link in self.links if self.dice.random() < order.get("share", 1)]
        done = 0
        for link in chosen if "do" in order else ():
            if order["do"] in ("reset", "close"):
                link.end(order["do"] == "reset")
            elif order["do"] == "vanish" and not link.ghost:
                link.vanish(self.dice.choice(("client", "store")))
            elif order["do"] == "cut":
                link.left[self.dice.choice(("up", "down"))] = (self.dice.randrange(1, self.faults.cut_len_max), "cut")
            elif order["do"] == "forget" and link.ghost:
                link.end(True)
            done += 1
        if "do" in order:
            self.count(order["do"], done)
        return {"done": done, "links": len(self.links), "counts": self.counts}

    async def control(self, reader, writer):
        while line := await reader.readline():
            writer.write(json.dumps(self.obey(json.loads(line))).encode() + b"\n")
            await writer.drain()

    async def serve(self, path, port):
        server = await asyncio.start_server(self.accept, "127.0.0.1", port, ssl=self.to_client)
        await asyncio.start_unix_server(self.control, path)
        print(server.sockets[0].getsockname()[1], flush=True)
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # links die all the time
        await server.serve_forever()


class FaultProxy:
    """The proxy as its own process, and the end of its control socket."""

    def __init__(self, target, seed=1, certificate=None, key=None):
        self.folder = tempfile.TemporaryDirectory(prefix="uchastok-proxy-")
        path = f"{self.folder.name}/control"
        words = [sys.executable, os.path.abspath(__file__), "--to", str(target), "--seed", str(seed), "--control", path]
        if certificate:
            words += ["--certificate", str(certificate), "--key", str(key)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r")

    def order(self, **words):
        self.socket.sendall(json.dumps(words).encode() + b"\n")
        return json.loads(self.lines.readline())

    def set(self, **faults):
        return self.order(set=faults)

    def do(self, what, share=1.0):
        return self.order(do=what, share=share)["done"]

    def heal(self):
        """The network is well again; ends of vanished connections are told so at last."""
        self.order(set={name: getattr(Faults, name) for name in vars(Faults) if not name.startswith("_")})
        return self.order(do="forget")

    def counts(self):
        return self.order()["counts"]

    def close(self):
        self.lines.close()
        self.socket.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    asyncio.run(Proxy(options.to, options.seed, options.certificate, options.key).serve(options.control, options.port))
