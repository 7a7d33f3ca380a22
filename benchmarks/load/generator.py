"""The load generator: requests that leave at their planned times, whatever the answers do.

    python -m benchmarks.load.generator < plan > report

It is a process of its own, so that its processor time is known and no thread of the measuring program delays it. Plan
and report are pickled. Latency is counted from the planned time: a request that has to wait for its turn has waited.
Each student keeps connections open as a browser does; a request on a kept connection that the server has just closed is
sent again on a new one, which is counted.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import pickle
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import brotli

ROOT = Path(__file__).resolve().parents[2]
UPDATE = "/_dash-update-component"
AT_ONCE = 12  # students who arrive at a time
GRACE_S = 30.0  # for answers that are still due when the last request has left
BROWSER_CONNECTIONS = 6
AGAIN_S = 0.3  # times how often an answer was put off: when the page asks again
PREVIEW = b'"preview":true'
AT_REST = b'"value":false}]}'  # how the body of an update at rest ends


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is sent to ``http://127.0.0.1:port``.

    Attributes:
        cookies: of each student; an empty one has still to arrive. arrivals: of each student the bodies, by number,
            that are sent one after another once the first page has given a cookie. timed: (seconds after the start,
            student, number of the body, label). pages: (seconds after the start, path, body by number): a browser that
            loads a page with all its files, and then asks for its content. files: those of every page. previewed:
            labels whose answers may be previews, which are followed by further requests until the full one is there.
    """

    port: int
    bodies: Sequence[bytes]
    cookies: Sequence[str] = ()
    arrivals: Sequence[Sequence[int]] = ()
    timed: Sequence[tuple[float, int, int, str]] = ()
    pages: Sequence[tuple[float, str, int]] = ()
    files: Sequence[str] = ()
    previewed: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Report:
    """What came of a plan.

    Attributes:
        answers: (planned time, latency [s], status or 0, label); of a page the latency of its last byte. full: the same
            of full answers, where a preview may have been the first. put_off: how often one was. late: how many
            seconds after its planned time each request left. resent: requests sent again on a new connection. received:
            bytes. processor_s, elapsed_s: of the generator. sentences: some answers that were not 200.
    """

    cookies: list[str] = field(default_factory=list)
    answers: list[tuple[float, float, int, str]] = field(default_factory=list)
    full: list[tuple[float, float, int, str]] = field(default_factory=list)
    put_off: int = 0
    late: list[float] = field(default_factory=list)
    resent: int = 0
    received: int = 0
    processor_s: float = 0.0
    elapsed_s: float = 0.0
    sentences: list[str] = field(default_factory=list)


class Broken(Exception):
    """A connection ended before an answer was there; ``is_fresh`` if none of its requests had been answered."""


class Connection:
    """One kept HTTP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.is_fresh = True

    @classmethod
    async def open(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))

    async def send(self, request: bytes) -> tuple[int, bytes, bytes, bool]:
        """Send a request; return status, headers, body, and whether the connection stays open.

        Raises:
            Broken: the connection ended first.
        """
        try:
            self.writer.write(request)
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, lower = int(head[9:12]), head.lower()
            if b"\r\ntransfer-encoding: chunked" in lower:
                body = await self._chunks()
            else:
                start = lower.find(b"\r\ncontent-length:")
                length = int(lower[start + 17 : lower.index(b"\r\n", start + 17)]) if start >= 0 else 0
                body = await self.reader.readexactly(length) if length and status not in (204, 304) else b""
        except (OSError, asyncio.IncompleteReadError) as problem:
            raise Broken from problem
        self.is_fresh = False
        return status, head, body, b"\r\nconnection: close" not in lower

    async def _chunks(self) -> bytes:
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readuntil(b"\r\n")
        return body

    def close(self) -> None:
        self.writer.close()


class Browser:
    """The connections and the cookie of one student."""

    def __init__(self, plan: Plan, report: Report, cookie: str = "") -> None:
        self.plan, self.report, self.cookie = plan, report, cookie
        self.idle: list[Connection] = []

    def request(self, path: str, body: bytes | None = None) -> bytes:
        head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.plan.port}\r\n"
        head += f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        head += "Accept-Encoding: gzip, deflate, br\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + (body or b"")

    async def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Send a request on a free connection or a new one; the status is 0 where none is answered."""
        while True:
            connection = None
            try:
                connection = self.idle.pop() if self.idle else await Connection.open(self.plan.port)
                status, head, body, stays = await connection.send(request)
            except OSError as problem:
                self._note(0, repr(problem).encode())
                return 0, b"", b""
            except Broken as problem:
                assert connection is not None
                connection.close()
                if connection.is_fresh:
                    self._note(0, repr(problem.__cause__).encode())
                    return 0, b"", b""
                self.report.resent += 1
                continue
            if stays:
                self.idle.append(connection)
            else:
                connection.close()
            self.report.received += len(head) + len(body)
            if status != 200:
                self._note(status, body)
            return status, head, body

    def _note(self, status: int, text: bytes) -> None:
        if len(self.report.sentences) < 20:
            self.report.sentences.append(f"{status}: {text[:200]!r}")

    def close(self) -> None:
        for connection in self.idle:
            connection.close()


async def arrive(browser: Browser, bodies: Sequence[int], turns: asyncio.Semaphore, start: float) -> None:
    async with turns:
        requests: list[int | None] = [*([] if browser.cookie else [None]), *bodies]
        for number in requests:
            began = time.monotonic()
            if number is None:
                status, head, _ = await browser.send(browser.request("/"))
                place = head.find(b"\r\nSet-Cookie: ")
                browser.cookie = head[place + 14 :].split(b";")[0].decode() if place >= 0 else ""
            else:
                status, _, _ = await browser.send(browser.request(UPDATE, browser.plan.bodies[number]))
            browser.report.answers.append((began - start, time.monotonic() - began, status, "arrival"))


async def update(browser: Browser, at: float, number: int, label: str, start: float) -> None:
    """Send a change, and ask again for as long as the full answer is put off, as the page does."""
    browser.report.late.append(time.monotonic() - start - at)
    body = browser.plan.bodies[number]
    status, head, answer = await browser.send(browser.request(UPDATE, body))
    browser.report.answers.append((at, time.monotonic() - start - at, status, label))
    times = 0
    while label in browser.plan.previewed and status == 200 and PREVIEW in plain(head, answer):
        times += 1
        browser.report.put_off += 1
        await asyncio.sleep(AGAIN_S * times)
        again = body.removesuffix(AT_REST) + b'"value":{"put_off":%d}}]}' % times
        status, head, answer = await browser.send(browser.request(UPDATE, again))
    if label in browser.plan.previewed:
        browser.report.full.append((at, time.monotonic() - start - at, status, label))


def plain(head: bytes, body: bytes) -> bytes:
    """Return a body as it was before it was compressed."""
    lower = head.lower()
    if b"\r\ncontent-encoding: br" in lower:
        return cast(bytes, brotli.decompress(body))
    return gzip.decompress(body) if b"\r\ncontent-encoding: gzip" in lower else body


async def load_page(browser: Browser, at: float, path: str, number: int, start: float) -> None:
    """Load a page as a browser does that has nothing: the page, its files over six connections, then its content."""
    browser.report.late.append(time.monotonic() - start - at)
    worst, head, _ = await browser.send(browser.request(path))
    place = head.find(b"\r\nSet-Cookie: ")
    browser.cookie = head[place + 14 :].split(b";")[0].decode() if place >= 0 else ""
    paths = list(reversed(browser.plan.files))
    statuses = [worst]

    async def fetch() -> None:
        while paths:
            statuses.append((await browser.send(browser.request(paths.pop())))[0])

    await asyncio.gather(*(fetch() for _ in range(BROWSER_CONNECTIONS)))
    statuses.append((await browser.send(browser.request(UPDATE, browser.plan.bodies[number])))[0])
    wrong = [status for status in statuses if status != 200]
    browser.report.answers.append((at, time.monotonic() - start - at, wrong[0] if wrong else 200, "page"))


async def carry_out(plan: Plan) -> Report:
    """Carry a plan out: who has to arrive does, and then what is timed begins."""
    report = Report()
    browsers = [Browser(plan, report, cookie) for cookie in plan.cookies]
    turns, start = asyncio.Semaphore(AT_ONCE), time.monotonic()
    pairs = zip(browsers, plan.arrivals, strict=False)
    await asyncio.gather(*(arrive(browser, bodies, turns, start) for browser, bodies in pairs))
    gc.collect()
    gc.freeze()
    processor, start = time.process_time(), time.monotonic() + 0.2
    pages = [(at, Browser(plan, report), path, number) for at, path, number in plan.pages]
    timed: list[tuple[float, Browser, int | str, int | str]] = [
        *((at, browsers[student], number, label) for at, student, number, label in plan.timed),
        *((at, browser, path, number) for at, browser, path, number in pages),
    ]
    planned: dict[asyncio.Task[None], tuple[float, str]] = {}
    for at, browser, what, more in sorted(timed, key=lambda item: item[0]):
        wait = start + at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        if isinstance(what, int):
            task = asyncio.create_task(update(browser, at, what, cast(str, more), start))
        else:
            task = asyncio.create_task(load_page(browser, at, what, cast(int, more), start))
        planned[task] = at, str(more) if isinstance(what, int) else "page"
    _, unanswered = await asyncio.wait(planned, timeout=GRACE_S) if planned else (set(), set())
    for task in unanswered:
        task.cancel()
        at, label = planned[task]
        report.answers.append((at, float("inf"), 0, label))
    report.elapsed_s, report.processor_s = time.monotonic() - start, time.process_time() - processor
    for browser in [*browsers, *(page[1] for page in pages)]:
        browser.close()
    report.cookies = [browser.cookie for browser in browsers]
    return report


def run(plan: Plan) -> Report:
    """Carry a plan out in a process of its own, and return what came of it."""
    command = [sys.executable, "-m", "benchmarks.load.generator"]
    ended = subprocess.run(command, cwd=ROOT, input=pickle.dumps(plan), stdout=subprocess.PIPE, check=True)
    report: Report = pickle.loads(ended.stdout)
    return report


if __name__ == "__main__":
    # By its full name: what this module pickles as __main__ nobody else could read.
    from benchmarks.load import generator

    sys.stdout.buffer.write(pickle.dumps(asyncio.run(generator.carry_out(pickle.load(sys.stdin.buffer)))))
