"""The law between the rooms: who may include whom, and what no room may do. Prints each breach."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
C_LIBRARY = {"glib", "glib-object", "gobject", "gio", "gmodule", "assert", "ctype", "errno", "float",
             "inttypes", "limits", "locale", "math", "setjmp", "signal", "stdarg", "stdbool", "stddef",
             "stdint", "stdio", "stdlib", "string", "time", "unistd", "fcntl"}
NO_IO = {"stdio", "unistd", "fcntl", "sys"}  # the rooms of pure thought do not even include these
PURE = {"core", "stats", "plan", "roads", "sync"}
NO_CLOCK = {"core", "plan", "stats", "sync", "replica", "store"}
SOURCES = "uch-sources.c"  # where the desk's program gets its clock and randomness from, to hand them in
CLOCK = re.compile(r"\b(g_get_real_time|g_date_time_new_now\w*|g_random_\w+|g_uuid_string_random|time \(NULL\))")
SQL = re.compile(r'"\s*(SELECT\s.+\sFROM\b|INSERT\s+(OR \w+ )?INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b'
                 r'|CREATE\s+(TABLE|INDEX)\b|PRAGMA\b)')
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def read_law():
    law = {}
    for line in (ROOT / ".ci/law").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            room, rooms, headers = (part.strip() for part in line.split("|"))
            law[room] = (set(rooms.split()) | {room}, set(headers.split()))
    return law


def without_comments(text):
    return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def breaches(path, room, law):
    rooms, headers = law[room]
    text = without_comments(path.read_text(encoding="utf-8"))
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        quoted, target = match.group(1) == '"', match.group(2)
        head = re.split(r"[/.]", target)[0]
        if quoted and "/" not in target:
            yield line, f'"{target}" has no room in its name'
        elif quoted and head not in rooms:
            yield line, f"{room}/ may not include {target}"
        elif not quoted and head not in C_LIBRARY | headers:
            yield line, f"{room}/ may not use <{target}>"
        elif not quoted and room in PURE and head in NO_IO:
            yield line, f"{room}/ does no input or output: <{target}>"
    rules = [(CLOCK, NO_CLOCK if path.name != SOURCES else set(), "clock, ids and randomness are arguments"), (SQL, {"app"}, "no SQL")]
    for pattern, where, why in rules:
        for match in pattern.finditer(text) if room in where else ():
            yield text.count("\n", 0, match.start()) + 1, f"{room}/: {why}: {match.group().strip()}"


def main():
    law, found = read_law(), 0
    for path in sorted(ROOT.glob("src/**/*.[ch]")):
        where = path.relative_to(ROOT)
        room = where.parts[1]
        if room not in law:
            print(f"{where}: the law (.ci/law) does not know the room {room}/")
            found += 1
            continue
        for line, what in breaches(path, room, law):
            print(f"{where}:{line}: {what}")
            found += 1
    order = [m for m in re.findall(r"subdir\('src/(\w+)'\)", (ROOT / "meson.build").read_text())]
    for i, room in enumerate(order):
        for other in sorted(law.get(room, (set(), set()))[0] - {room}):
            if other in order[i:]:
                print(f"meson.build: {room}/ stands before {other}/, which it uses")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
