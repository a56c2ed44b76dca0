"""Translations are complete: POTFILES lists every file with messages, ru.po has all of them, none fuzzy."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MESSAGE = re.compile(r'(?<![\w])(?:_|N_|C_|NC_|gettext|ngettext|g_dngettext)\s*\(\s*"|translatable="yes"')


def run(*args):
    return subprocess.run(args, cwd=ROOT, capture_output=True, text=True)


def sources_with_messages():
    for pattern in ("src/**/*.c", "src/**/*.h", "src/**/*.ui", "resources/**/*.ui", "data/*.desktop.in", "data/*.xml.in"):
        for path in ROOT.glob(pattern):
            if path.suffix == ".in" or MESSAGE.search(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(ROOT))


def main():
    problems = []
    lines = (ROOT / "po/POTFILES.in").read_text().split("\n")
    listed = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    problems += [f"po/POTFILES.in lacks {name}" for name in sorted(set(sources_with_messages()) - set(listed))]
    problems += [f"po/POTFILES.in names {name}, which is not there" for name in listed if not (ROOT / name).exists()]
    present = [name for name in listed if (ROOT / name).exists()]
    if problems or not present:
        print("\n".join(problems))
        return 1 if problems else 0
    with tempfile.TemporaryDirectory() as scratch:
        pot, merged = f"{scratch}/uchastok.pot", f"{scratch}/ru.po"
        done = run(".ci/po", "template", pot)
        if done.returncode:
            print(done.stderr)
            return 1
        for language in (ROOT / "po/LINGUAS").read_text().split():
            po = f"po/{language}.po"
            bad = run("msgfmt", "--check", "-o", "/dev/null", po)
            if bad.returncode:
                problems.append(bad.stderr.strip())
            run("msgmerge", "--no-fuzzy-matching", "-q", "-o", merged, po, pot)
            for what, option in (("not translated", "--untranslated"), ("fuzzy", "--only-fuzzy")):
                left = run("msgattrib", option, "--no-obsolete", "--no-wrap", merged).stdout
                problems += [f"{po}: {what}: {text}" for text in re.findall(r'^msgid (".+")', left, re.M)
                             if text != '""']
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
