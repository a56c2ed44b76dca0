"""A program whose disk and wall clock can be told to fail while it runs: see bad-machine.c."""
import errno
import mmap
import struct
from pathlib import Path

from desk_core import BUILD

LAYOUT = "iiiii64s"


class BadMachine:
    def __init__(self, path):
        self.path = Path(path)
        self.path.write_bytes(b"\0" * struct.calcsize(LAYOUT))
        with open(self.path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.environment = {"LD_PRELOAD": str(BUILD / "tests/support/libbad-machine.so"), "UCH_BAD_MACHINE": str(path)}

    def tell(self, match="", sync=0, write=0, after=0, clock_offset_s=0):
        """sync, write: names or numbers of errors that files get whose path contains match."""
        number = lambda error: getattr(errno, error) if isinstance(error, str) else error
        # the counter first, what begins the trouble last
        self.memory[8:] = struct.pack("iii64s", after, 0, clock_offset_s, match.encode())
        self.memory[:8] = struct.pack("ii", number(sync), number(write))

    def mend(self):
        self.memory[:8] = bytes(8)

    @property
    def n_failed(self):
        return struct.unpack(LAYOUT, self.memory[:])[3]
