"""A network between two programs that a test can break."""
import socket
import threading
import time


class Cable:
    """A network cable between a desk or phone and the store: it can be pulled out, be slow, or break within a message."""

    def __init__(self, port):
        self.target, self.delay_s, self.pairs = port, 0.0, set()
        self.passed = 0  # bytes, both ways
        self.left = self.left_back = None  # so many bytes more, both ways together or from the store, then everything on it ends
        self.lock = threading.Lock()
        self._listen(0)

    def _listen(self, port):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            with self.lock:
                self.pairs.add((near, far))
            for source, sink, counter in ((near, far, "left"), (far, near, "left_back")):
                threading.Thread(target=self._pump, args=(source, sink, (near, far), counter), daemon=True).start()

    def _pump(self, source, sink, pair, counter):
        try:
            while data := source.recv(65536):
                if self.delay_s:
                    time.sleep(self.delay_s)
                data, broken = self._spend(data, counter)
                sink.sendall(data)
                if broken:
                    self.pull()
        except OSError:
            pass
        self._drop(pair)

    def _spend(self, data, counter):
        """What of it still comes through, and whether the cable breaks after it."""
        with self.lock:
            self.passed += len(data)
            for name in {"left", counter}:
                left = getattr(self, name)
                if left is not None and len(data) >= left:
                    self.left = self.left_back = None
                    return data[:left], True
                if left is not None:
                    setattr(self, name, left - len(data))
            return data, False

    def _drop(self, pair):
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
        with self.lock:
            self.pairs.discard(pair)

    def pull(self):
        """Ends what is connected; whoever tries anew is refused."""
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        for pair in list(self.pairs):
            self._drop(pair)

    @property
    def is_out(self):
        """Whether it has been pulled, or has broken, to the end."""
        return self.listener.fileno() < 0

    def plug(self):
        self._listen(self.port)

    close = pull
