"""A real Chromium without a window, spoken to over a pipe: no driver, no package beside the browser itself."""
import base64
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

TIMEOUT_S = float(os.environ.get("UCHASTOK_TEST_TIMEOUT", "60"))
CHROMIUM = os.environ.get("UCHASTOK_CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-dev-shm-usage", "--disable-default-apps", "--password-store=basic", "--mute-audio", "--hide-scrollbars",
         "--no-default-browser-check", "--disable-features=Translate,OptimizationHints,MediaRouter", "--touch-events=enabled"]


def spki(certificate):
    """What Chromium calls this certificate: the test trusts it, and no other that nobody signed."""
    key = subprocess.run(["openssl", "x509", "-in", str(certificate), "-pubkey", "-noout"], capture_output=True, check=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key, capture_output=True, check=True).stdout
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der, capture_output=True, check=True).stdout
    return base64.b64encode(digest).decode()


class BrowserError(Exception):
    pass


class Browser:
    """One browser with a profile of its own; `stop` and `start` are what a phone does when it is switched off and on."""

    def __init__(self, profile, certificate, language="ru-RU"):
        assert CHROMIUM, "Chromium is not installed"
        self.profile, self.trusted, self.language = Path(profile), spki(certificate), language
        self.start()

    def start(self):
        read_end, chromium_writes = os.pipe()
        chromium_reads, self.write_end = os.pipe()
        arguments = [CHROMIUM, "--headless", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", f"--lang={self.language}",
                     f"--accept-lang={self.language}", f"--ignore-certificate-errors-spki-list={self.trusted}", *QUIET, "about:blank"]

        def place_pipes():  # the browser reads from 3 and writes to 4
            kept_read, kept_write = os.dup(chromium_reads), os.dup(chromium_writes)
            os.dup2(kept_read, 3)
            os.dup2(kept_write, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        self.log = open(self.profile.parent / f"{self.profile.name}.log", "ab")
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, close_fds=False,
                                        preexec_fn=place_pipes, start_new_session=True, env={**os.environ, "TZ": "Europe/Moscow", "LANGUAGE": self.language.replace("-", "_")})
        os.close(chromium_reads)
        os.close(chromium_writes)
        self.numbers, self.answers, self.sessions = itertools.count(1), {}, {}
        threading.Thread(target=self._read, args=(read_end,), daemon=True).start()

    def _read(self, descriptor):
        with os.fdopen(descriptor, "rb") as stream:
            rest = b""
            while data := stream.read1(65536):
                *whole, rest = (rest + data).split(b"\0")
                for text in whole:
                    message = json.loads(text)
                    if "id" in message:
                        self.answers.pop(message["id"]).put(message)
                    elif (page := self.sessions.get(message.get("sessionId"))) is not None:
                        page._event(message["method"], message["params"])
        for answer in list(self.answers.values()):
            answer.put({"error": {"message": "the browser has gone"}})

    def call(self, method, session=None, **params):
        number, answer = next(self.numbers), queue.Queue()
        self.answers[number] = answer
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        try:
            said = answer.get(timeout=TIMEOUT_S)
        except queue.Empty:
            raise BrowserError(f"{method}: no answer") from None
        if "error" in said:
            raise BrowserError(f"{method}: {said['error']['message']}")
        return said["result"]

    def context(self):
        """Another phone in the same browser: nothing of the others' cookies and files."""
        return self.call("Target.createBrowserContext")["browserContextId"]

    def drop(self, context):
        self.call("Target.disposeBrowserContext", browserContextId=context)

    def page(self, url, context=None, **look):
        target = self.call("Target.createTarget", url="about:blank", **({"browserContextId": context} if context else {}))["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, url, context, **look)

    def stop(self, sig=signal.SIGTERM):
        """SIGTERM lets it write down what it holds; SIGKILL is a power cut."""
        if self.process.poll() is None and sig == signal.SIGTERM:
            try:
                self.call("Browser.close")
                self.process.wait(15)
            except (BrowserError, subprocess.TimeoutExpired):
                pass  # the signal follows
        if self.process.poll() is None:
            os.killpg(self.process.pid, sig)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # its helpers
        except ProcessLookupError:
            pass
        os.close(self.write_end)
        self.log.close()

    def kill(self):
        self.stop(signal.SIGKILL)


class Page:
    """A phone's screen: what is tapped is really tapped."""

    def __init__(self, browser, session, url, context=None, width=360, height=740, scheme="light", place=None):
        self.browser, self.session, self.console, self.failures, self.traffic = browser, session, [], [], []
        browser.sessions[session] = self
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.size(width, height)
        self.scheme(scheme)
        if place:
            browser.call("Browser.grantPermissions", permissions=["geolocation", "notifications"], origin="/".join(url.split("/")[:3]),
                         **({"browserContextId": context} if context else {}))
            self.call("Emulation.setGeolocationOverride", latitude=place[0], longitude=place[1], accuracy=12)
        self.go(url)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def _event(self, method, params):
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.failures.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Log.entryAdded":
            self.console.append(params["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(one.get("value", one.get("description"))) for one in params["args"]))
        elif method == "Network.loadingFinished":
            self.traffic.append(params["encodedDataLength"])

    def size(self, width, height, scale=2):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=True)
        self.call("Emulation.setTouchEmulationEnabled", enabled=True)

    def scheme(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def go(self, url):
        self.call("Page.navigate", url=url)

    def reload(self):
        self.call("Page.reload")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def wait(self, expression, what=None, timeout_s=TIMEOUT_S):
        """Waits until the expression is true; returns its value."""
        end, said = time.monotonic() + timeout_s, None
        while time.monotonic() < end:
            try:
                if value := self.evaluate(expression):
                    return value
            except BrowserError as error:  # the page is being loaded
                said = error
            time.sleep(0.05)
        raise AssertionError(f"did not come about: {what or expression} {said or ''}\n{self.text()}\n{self.console[-5:]} {self.failures}")

    def text(self):
        return self.evaluate("document.body?.innerText ?? ''")

    def shows(self, text):
        return self.wait(f"document.body.innerText.replaceAll('\u00a0', ' ').includes({json.dumps(text)})", f"“{text}” on the screen")

    def hides(self, text):
        return self.wait(f"!document.body.innerText.replaceAll('\u00a0', ' ').includes({json.dumps(text)})", f"“{text}” gone from the screen")

    def find(self, selector, text=None):
        """The middle of the last such element that can be seen; scrolls there."""
        return self.wait(f"""(() => {{
            const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
            const fits = node => node.getClientRects().length && ({json.dumps(text)} === null || node.innerText.includes({json.dumps(text)}));
            const node = [...scope.querySelectorAll({json.dumps(selector)})].find(fits);
            if (!node || node.disabled) return null;
            node.scrollIntoView({{ block: 'center', behavior: 'instant' }});
            const box = node.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""", f"{selector} {text or ''}")

    def tap(self, selector, text=None):
        x, y = self.find(selector, text)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def enter(self, selector, text):
        self.tap(selector)
        self.wait(f"document.activeElement?.matches({json.dumps(selector)})", f"the focus in {selector}")
        self.call("Input.insertText", text=text)

    def set(self, selector, value):
        """A native wheel of days or hours: nothing to tap in a browser without a window."""
        self.find(selector)
        self.evaluate(f"""(() => {{ const node = [...document.querySelectorAll('dialog[open]')].at(-1).querySelector({json.dumps(selector)});
            node.value = {json.dumps(value)}; node.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()""")

    def picture(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
        return path
