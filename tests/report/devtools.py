"""A headless browser steered through its DevTools pipe: pages at any width, scripts on or off, what was complained."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
DOMAINS = ("Page", "Runtime", "Log", "Network")
COMPLAINTS = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

Message = dict[str, Any]


class Tab:
    """One page; every event that the browser tells is kept."""

    def __init__(self, read: int, write: int) -> None:
        self._in, self._out = os.fdopen(read, "rb", buffering=0), os.fdopen(write, "wb", buffering=0)
        self._left, self._count, self._session = b"", 0, ""
        self.events: list[Message] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in DOMAINS:
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **params: Any) -> Message:
        """Result of a DevTools command; raises AssertionError, with the browser's words, where it is refused."""
        self._count += 1
        sent: Message = {"id": self._count, "method": method, "params": params}
        self._out.write(json.dumps(sent | ({"sessionId": self._session} if self._session else {})).encode() + b"\0")
        while (told := self._next()).get("id") != self._count:
            self.events.append(told)
        assert "error" not in told, told
        return told["result"]

    def open(self, page: Path, width: int, height: int, *, scripts: bool = True) -> None:
        """Loads a file in a window of that many CSS pixels and waits for its load event; events start afresh."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url="about:blank")
        self.events.clear()
        loader = self.call("Page.navigate", url=page.as_uri())["loaderId"]
        while not any(_is_loaded(event, loader) for event in self.events):
            self.events.append(self._next())

    def resize(self, width: int, height: int) -> None:
        """Gives the page another window and waits until it is laid out."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        self.run(FRAMES)

    def run(self, script: str) -> Any:
        """Value of an expression in the page; a promise is waited for."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait_for(self, method: str) -> None:
        """Waits until the browser tells an event of that kind, unless it has done so since the page was opened."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._next())

    def complaints(self) -> list[Message]:
        """What the console was told since the page was opened: errors, violations of the policy, warnings."""
        return [event["params"] for event in self.events if event.get("method") in COMPLAINTS]

    def requests(self) -> list[str]:
        """Addresses that the page asked for since it was opened."""
        sent = (event for event in self.events if event.get("method") == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in sent]

    def picture(self) -> bytes:
        """The window as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def _next(self) -> Message:
        while b"\0" not in self._left:
            more = os.read(self._in.fileno(), 1 << 20)
            assert more, "the browser closed its pipe"
            self._left += more
        told, _, self._left = self._left.partition(b"\0")
        found: Message = json.loads(told)
        return found


def _is_loaded(event: Message, loader: str) -> bool:
    told = event.get("params", {})
    return event.get("method") == "Page.lifecycleEvent" and (told["loaderId"], told["name"]) == (loader, "load")


@contextmanager
def browser(path: str, profile: Path) -> Iterator[Tab]:
    """A tab of a browser of its own, which is ended with the block."""
    to_read, to_write = os.pipe(), os.pipe()  # the browser reads its commands from 3 and answers on 4
    script = f'exec "$@" 3<&{to_read[0]} 4>&{to_write[1]}'
    command = ["bash", "-c", script, "bash", path, *FLAGS, f"--user-data-dir={profile}"]
    process = subprocess.Popen(command, pass_fds=(to_read[0], to_write[1]), stderr=subprocess.DEVNULL)
    os.close(to_read[0])
    os.close(to_write[1])
    try:
        yield Tab(to_write[0], to_read[1])
    finally:
        process.terminate()
        process.wait(20)
