"""Thousands of hostile requests against a served lab, and what became of it: ``make hostile``.

Two students do a bench. The second one's browser, browsers with forged cookies and clients with none then send what no
page sends. Counted are server errors, tracebacks in the log, changes of what is stored, and secrets in answers; the
exit code is 0 where all four are 0 and the lab still answers. The same seed sends the same requests.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.app import create_app
from dashboard.ledger.copies.inspection import inspect
from dashboard.ledger.identity import COOKIE
from dashboard.settings import Settings
from tests.browser.conftest import free_port
from tests.dashboard.web.hostile.attacks import Hostile, Sent
from tests.dashboard.web.hostile.renderer import Browser
from tests.dashboard.web.hostile.visit import Lab
from tests.http_browser import Browser as HttpBrowser

WRITTEN = "the heron of gate 4417 saw it"  # what the first student writes, and nobody else may read
OFTEN = 500  # requests of one student, who is then replaced by another: nobody is stopped by a limit alone


@dataclass
class Outcome:
    """What a run found."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    tracebacks: int = 0
    changes: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    is_well: bool = False

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.is_well and not (self.errors or self.tracebacks or self.changes or self.leaks)


class Served:
    """A lab on a ledger of its own, served by ``edgelab serve``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.port = folder, folder / "log", free_port()
        self.ledger = folder / "data" / "ledger.sqlite3"
        self.environ = {"EDGELAB_DATA_DIR": str(folder / "data"), "EDGELAB_DESIGNER": "on", "WEB_CONCURRENCY": "2"}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve until the block ends."""
        command = [sys.executable, "-m", "dashboard", "serve", "--bind", f"127.0.0.1:{self.port}"]
        with self.log.open("wb") as log:
            process = subprocess.Popen(command, env={**os.environ, **self.environ}, stdout=log, stderr=log)
        try:
            while not self.is_ready():
                if process.poll() is not None:
                    raise RuntimeError(self.log.read_text())
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(60)

    def browser(self) -> HttpBrowser:
        """Return a new browser, without a cookie."""
        return HttpBrowser(f"127.0.0.1:{self.port}", self.port, certificate=None)

    def is_ready(self) -> bool:
        """Whether the lab answers and its ledger is ready."""
        try:
            return self.browser().get("/_ready").status_code == 200
        except OSError:
            return False

    def rows(self, student: str = "") -> tuple[int, str]:
        """Return how many rows are stored, and a digest of those of one student."""
        with closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True)) as connection:
            tables = ("events", "resume_codes", "erasures")
            count = sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
            if not student:
                return count, ""
            mine = connection.execute("SELECT * FROM events WHERE student = ? ORDER BY sequence", (student,)).fetchall()
        return count, hashlib.sha256(repr(mine).encode()).hexdigest()


def number_of(browser: HttpBrowser) -> str:
    """Return the student's number in a browser's cookie."""
    (value,) = (value for name, value in browser.cookies.items() if name.endswith(COOKIE))
    return value.partition(".")[0]


def attack(served: Served, number: int, seed: int, *, show: bool = False) -> Outcome:
    """Send the requests to a lab that is running, and return what was found."""
    app = create_app(Settings.from_environment(served.environ))
    first = served.browser()
    victim = Lab(Browser(app, first), served.ledger, text=WRITTEN)
    student = number_of(first)
    before = served.rows(student)[1]
    key = (served.folder / "data" / "secret_key").read_text().strip()
    secrets = {
        "what another student wrote": WRITTEN,
        "another student's number": student,
        "the key": key,
        "a path of the server": str(served.folder),
        "a traceback": "Traceback (most recent call last)",
    }
    found = Outcome()
    hostile = Hostile(seed, victim.bodies, first)
    for count in range(number):
        if count % OFTEN == 0:
            own = served.browser()
            hostile.bodies = Lab(Browser(app, own), served.ledger).bodies
            hostile.own = own
            if show:
                print(f"{count} sent", file=sys.stderr)
        sent = hostile.draw()
        rows = served.rows()[0]
        found.sent += 1
        found.kinds[sent.kind] += 1
        try:
            status, answer = _answer(served, sent)
        except (OSError, http.client.HTTPException) as problem:
            found.unanswered[f"{sent.kind}: {type(problem).__name__}"] += 1
            continue
        found.statuses[status] += 1
        if status >= 500:
            found.errors.append(f"{status} to {sent}: {answer[:300]}")
        if served.rows()[0] != rows and (status >= 300 or not sent.is_own):
            found.changes.append(f"{status} to {sent}")
        found.leaks += [f"{what} in {status} to {sent}" for what, secret in secrets.items() if secret in answer]
        if sent.kind == "forged" and status == 200 and '"figure"' in json.loads(sent.body)["output"]:
            found.leaks.append(f"an instrument without a lock to {sent}")
    if served.rows(student)[1] != before:
        found.changes.append("what another student stored")
    if not inspect(f"sqlite:///{served.ledger}").holds:
        found.changes.append("a chain of hashes")
    found.tracebacks = served.log.read_text(errors="replace").count("Traceback")
    found.is_well = served.is_ready()
    return found


def _answer(served: Served, sent: Sent) -> tuple[int, str]:
    """Send one request as it is on a connection of its own; the status of the answer, and all of it as text."""
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)) as connection:
        connection.putrequest(sent.method, sent.path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": f"127.0.0.1:{served.port}", "Connection": "close", **sent.headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was read: the answer may be there
            connection.send(sent.body)
        response = connection.getresponse()
        head = "\n".join(f"{name}: {value}" for name, value in response.getheaders())
        return response.status, head + "\n\n" + response.read().decode("utf-8", "replace")


def main() -> int:
    """Run it, print the counts, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edgelab-hostile-") as folder:
        served = Served(Path(folder))
        with served.running():
            found = attack(served, given.requests, given.seed, show=True)
    print(f"{found.sent} requests, seed {given.seed}: {json.dumps(found.kinds)}")
    print(f"answers by status: {json.dumps(dict(sorted(found.statuses.items())))}")
    print(f"without an answer: {json.dumps(found.unanswered)}")
    for name in ("errors", "changes", "leaks"):
        listed = getattr(found, name)
        print(f"{name}: {len(listed)}", *listed[:20], sep="\n  ")
    print(f"tracebacks in the log: {found.tracebacks}")
    print(f"the lab answers afterwards: {'yes' if found.is_well else 'no'}")
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
