"""The demo town for people: "run" opens the desk on it, "screenshot" takes its pictures."""
import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import desk

# Work "of today" looks strange a day later: then the town is made anew.
FRESH_S = 8 * 3600


def fresh_store(state):
    folder = Path(state) / "store"
    logins = folder / "logins"
    if folder.exists() and (not logins.exists() or time.time() - logins.stat().st_mtime > FRESH_S):
        shutil.rmtree(state)
    Path(state).mkdir(parents=True, exist_ok=True)
    return desk.Store(folder)


def crew(store, options):
    """Engineers and clients who live in the town while somebody looks."""
    return subprocess.Popen([str(desk.STORE), "simulate", "--data", str(store.folder), "--speed", str(options.speed), "--dispatch",
                             "--seed", str(int(time.time()))], stdout=subprocess.DEVNULL)


def run(options):
    """The person's own display, a store and settings that touch nothing of theirs."""
    store = fresh_store(options.state)
    people = crew(store, options) if options.speed else None
    secret = Path(options.state) / "password"
    secret.write_text(store.users[options.login] + "\n")
    secret.chmod(0o600)
    print(f"The store of the demo town: https://127.0.0.1:{store.port}")
    print(f"Signed in as {options.login}; the password of everybody else: {store.folder}/logins")
    try:
        home = Path(options.state) / "desk"
        env = {**desk.os.environ, "GSETTINGS_SCHEMA_DIR": str(desk.BUILD / "data"), "GSETTINGS_BACKEND": "keyfile",
               "UCHASTOK_LOCALEDIR": str(desk.BUILD / "po"), "XDG_CONFIG_HOME": f"{home}/config",
               "XDG_DATA_HOME": f"{home}/data", "XDG_CACHE_HOME": f"{home}/cache"}
        return subprocess.run([str(desk.DESK), "--store", f"https://127.0.0.1:{store.port}", "--login", options.login,
                               "--password-file", str(secret), "--trust", store.fingerprint], env=env).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        if people:
            desk.stop(people, desk.signal.SIGINT)
        store.close()


def screenshot(options):
    """Pictures of a desk on a screen without a monitor; the store is thrown away afterwards."""
    with desk.Office() as office:
        for language in options.language:
            for scheme in options.scheme:
                for size in options.size:
                    width, height = (int(part) for part in size.split("x"))
                    one = office.desk(options.login, size=(width, height), language=language, scheme=scheme)
                    desk.wait(lambda: any(w.role == "list item" for w in one.walk()), "the board to fill")
                    one.settle()
                    for keys in options.key:
                        one.screen.key(keys)
                        one.settle()
                    name = f"{options.name}-{language}-{scheme}-{size}.png"
                    print(one.screenshot((Path(options.out) / name).resolve()), flush=True)
                    one.close()
    return 0


def main():
    parser = argparse.ArgumentParser(prog="./dev run | screenshot", description=__doc__)
    parser.add_argument("verb", choices=("run", "screenshot"))
    parser.add_argument("--state", default="", help="folder of the demo town (run)")
    parser.add_argument("--login", default="dispatcher-1")
    parser.add_argument("--speed", type=float, default=6, help="how fast the town lives, 0: it stands still (run)")
    parser.add_argument("--out", default="screenshots", help="folder of the pictures")
    parser.add_argument("--name", default="board", help="how the pictures' names begin")
    parser.add_argument("--size", nargs="+", default=["1280x720"], metavar="WxH")
    parser.add_argument("--scheme", nargs="+", default=["light", "dark"], choices=("light", "dark"))
    parser.add_argument("--language", nargs="+", default=["ru"], choices=("ru", "en"))
    parser.add_argument("--key", nargs="*", default=[], help="keys to press first, such as alt+2")
    options = parser.parse_args()
    return run(options) if options.verb == "run" else screenshot(options)


if __name__ == "__main__":
    sys.exit(main())
