"""A headless Chromium driven over WebDriver with the standard library only."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
]  # fmt: skip


class Browser:
    """One window."""

    def __init__(self, base: str, profile: str) -> None:
        """Start the browser with the empty directory `profile`."""
        self._base = base
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        made = self._call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self._base += f"/{made['sessionId']}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the driver on this machine
            return json.load(answer)["value"]

    def open(self, url: str) -> None:
        """Go to `url` and wait until it is loaded."""
        self._call("POST", "/url", {"url": url})

    def js(self, script: str) -> Any:
        """What `script`, a function's body, returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": []})

    def cdp(self, command: str, **params: Any) -> Any:
        """Run a DevTools command."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What was logged since the last time: `browser` (console) or `performance` (DevTools events)."""
        return self._call("POST", "/se/log", {"type": kind})

    def look(self, width: int, height: int, *, dark: bool = False, print_: bool = False) -> bytes:
        """A PNG of the whole page at a width, with the wanted colour scheme or as on paper."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.cdp("Emulation.setEmulatedMedia", media="print" if print_ else "screen", features=scheme)
        return base64.b64decode(self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"])

    def close(self) -> None:
        """End the browser."""
        self._call("DELETE", "")


@contextmanager
def browser(profile: str):
    """A browser, ended with its driver whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen([DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    window = None
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        window = Browser(f"http://127.0.0.1:{port}/session", profile)
        yield window
    finally:
        if window:
            window.close()
        driver.terminate()
        driver.wait(20)
