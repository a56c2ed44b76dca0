"""Words that tell of a workplace instead of the program, in any tracked text. Prints each place."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = re.compile("|".join([
    r"/" + r"work/(?:main|shared|w-)", r"\bISS" + r"UE\d", r"\bHELP" + r"ERS\.md", r"\b[1-6] of 6\b",
    r"\bas an AI\b", r"\bcl" + r"aude\b", r"\blanguage " + r"model\b"]), re.I)


def main():
    found = 0
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, names.stdout.split("\0")):
        path = ROOT / name
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if WORDS.search(line):
                print(f"{name}:{number}: {line.strip()[:100]}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
