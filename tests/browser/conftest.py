"""A real Chromium in front of a real server: pages that fail on any console error and any foreign request."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlparse

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from tests import system_programs

expect.set_options(timeout=12_000)
PLUGINS = Path(__file__).parents[1] / "plugins"
CHROMIUM = str(system_programs.chromium() or "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """The system's Chromium; a machine without it fails, it does not skip."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The lab as one command starts it, on a ledger that outlives a restart."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.settings = settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "EDGELAB_DATA_DIR": str(self.data),
            "EDGELAB_TRACKS_DIR": str(PLUGINS),
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }
        command = [sys.executable, "-m", "dashboard", "--port", str(self.port)]
        with (self.data.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self.data.parent)
        for _ in range(2400):  # two minutes: a start runs every bench once, and the machine may be busy
            try:
                urllib.request.urlopen(f"{self.url}/_health", timeout=2).read()
                return
            except (URLError, ConnectionError, TimeoutError):
                assert self.process.poll() is None, (self.data.parent / "server.log").read_text()[-3000:]
                time.sleep(0.05)
        raise AssertionError("the lab did not start")

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running lab for all tests of a process: each opens browsers of its own, so each is another student."""
    running = Server(tmp_path_factory.mktemp("lab") / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """What pytest-playwright puts before a path."""
    return server.url


class Watch:
    """What a page did that it must not: console errors, exceptions, requests to other hosts."""

    def __init__(self, page: Page, host: str) -> None:
        self.trouble: list[str] = []
        self.requests: list[str] = []
        self.solved = 0

        def on_console(message) -> None:
            if message.type in ("error", "warning"):
                self.trouble.append(f"{message.type}: {message.text}")

        def on_request(request) -> None:
            self.requests.append(request.url)
            self.solved += '"property":"figure"' in (request.post_data or "")
            parts = urlparse(request.url)
            if parts.scheme not in ("data", "blob") and parts.netloc != host:
                self.trouble.append(f"foreign request: {request.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.trouble.append(f"exception: {error.stack or error}"))
        page.on("request", on_request)

    def updates(self) -> int:
        """How many requests for a state's figures went out."""
        return self.solved


class Profiles:
    """Chromium's profiles, each for one student of a lab at a time.

    A private window compiles the page's scripts anew at every load, which takes as long as all else; a profile keeps
    what it has compiled. Between two students it forgets all that a page can store.
    """

    def __init__(self, browser_type: BrowserType, arguments: dict, folder: Path) -> None:
        self.browser_type = browser_type
        self.arguments = arguments
        self.folder = folder
        self.kinds: dict[BrowserContext, tuple[str, bool]] = {}
        self.free: list[BrowserContext] = []

    def take(self, url: str, *, has_touch: bool) -> BrowserContext:
        kind = (url, has_touch)
        for context in self.free:
            if self.kinds[context] == kind:
                self.free.remove(context)
                return context
        context = self.browser_type.launch_persistent_context(
            self.folder / f"{len(self.kinds)}",
            **self.arguments,
            base_url=url,
            has_touch=has_touch,
            accept_downloads=True,
        )
        self.kinds[context] = kind
        return context

    def give_back(self, context: BrowserContext) -> None:
        stays, *others = context.pages  # Chromium ends with its last page
        for page in others:
            page.close()
        session = context.new_cdp_session(stays)
        session.send("Storage.clearDataForOrigin", {"origin": self.kinds[context][0], "storageTypes": "all"})
        session.detach()
        self.free.append(context)

    def close(self) -> None:
        for context in self.kinds:
            context.close()


@pytest.fixture(scope="session")
def profiles(
    browser_type: BrowserType, browser_type_launch_args: dict, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Profiles]:
    """The profiles that the tests of a process share."""
    shared = Profiles(browser_type, browser_type_launch_args, tmp_path_factory.mktemp("profiles"))
    yield shared
    shared.close()


@pytest.fixture
def student_page(profiles: Profiles, server: Server) -> Iterator[Callable[..., tuple[Page, Watch]]]:
    """A function that opens a new student's page; afterwards nothing forbidden may have happened on any.

    Its ``context`` is that of a page whose student opens a second one. Without ``again`` no other student gets the
    profile: for a test that changes what a profile cannot forget, as its clock.
    """
    screens: dict[BrowserContext, tuple[int, int, str]] = {}
    spent: list[BrowserContext] = []
    watches: list[Watch] = []

    def open_page(
        *,
        width: int = 1440,
        height: int = 900,
        theme: str = "light",
        context: BrowserContext | None = None,
        again: bool = True,
    ) -> tuple[Page, Watch]:
        if context is None:
            context = profiles.take(server.url, has_touch=width < 800)
            screens[context] = (width, height, theme)
            if not again:
                spent.append(context)
        width, height, theme = screens[context]
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        page.set_default_timeout(12_000)
        watch = Watch(page, f"127.0.0.1:{server.port}")
        watches.append(watch)
        return page, watch

    yield open_page
    for context in screens:
        if context not in spent:
            profiles.give_back(context)
    assert [line for watch in watches for line in watch.trouble] == []
