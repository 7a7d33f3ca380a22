"""One hostile request after the other, the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dashboard.ledger.identity import COOKIE, handle
from dashboard.web.page_headers import KEY, STUDENT
from tests.dashboard.web.hostile.renderer import PATH
from tests.dashboard.web.hostile.tampering import ATOMS, FORGED, Seeded, tampered
from tests.http_browser import Browser

JSON = {"Content-Type": "application/json"}
PATHS = (
    "/../../etc/passwd",
    "/assets/../../settings/secret_key.py",
    "/assets/%2e%2e/%2e%2e/app.py",
    "/assets/..%2f..%2fapp.py",
    "/_dash-component-suites/dash/../../../../etc/passwd",
    "/_dash-component-suites/os/path.py",
    "/ledger/%00",
    "/ledger/data/%ff%fe",
    "/edge_guardian/paradox?s=%00%ff",
    "/edge_guardian/paradox?s=" + "A" * 6_000,
    "/edge_guardian/" + "x" * 6_000,
    "/edge_guardian/<script>alert(1)</script>",
    "/" + "a/" * 1_500,
    "//evil.example/",
    "/_dash-layout?" + "&".join(f"a{n}=1" for n in range(500)),
    "/no_such_track/no_such_bench",
    "/ledger/erased/" + "0" * 32,
    "/designer/../ledger",
    "/%c0%ae%c0%ae/",
    "/_metrics",
    "/_ready?" + "x" * 2_000,
)
WRITES = ("/ledger/data/erase", "/ledger/data/resume", "/ledger/data/code", "/ledger/data/import", "/ledger/verify")
METHODS = ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "POST")
TYPES = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json; charset=utf-16",
)


@dataclass(frozen=True)
class Sent:
    """One request, byte by byte, and what it is."""

    kind: str
    method: str = "POST"
    path: str = PATH
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_own: bool = False  # of a student who may store something for themselves

    def __str__(self) -> str:
        return f"{self.kind} {self.method} {self.path[:80]} {self.body[:400]!r}"


class Hostile:
    """Draws requests; ``own`` is the browser of the student who sends them, ``victim`` that of another."""

    def __init__(self, seed: int, bodies: list[dict[str, Any]], victim: Browser) -> None:
        self.choices, self.bodies = Seeded(seed), bodies
        self.victim = self.own = victim
        kinds: list[tuple[int, Callable[[], Sent]]] = [
            (50, self.tampered),
            (8, self.junk),
            (8, self.malformed),
            (6, self.nested),
            (2, self.oversized),
            (10, self.forged),
            (6, self.spoofed),
            (4, self.of_another_student),
            (6, self.elsewhere),
        ]
        self.kinds = [kind for weight, kind in kinds for _ in range(weight)]

    def draw(self) -> Sent:
        """Return the next request."""
        sent: Sent = self.choices.pick(self.kinds)()
        headers = dict(sent.headers)
        if sent.body or sent.method in ("POST", "PUT", "PATCH"):
            headers.setdefault("Content-Length", str(len(sent.body)))
        return Sent(sent.kind, sent.method, sent.path, sent.body, headers, sent.is_own)

    def _cookie(self, browser: Browser) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}

    def _valid(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(json.dumps(self.choices.pick(self.bodies)))
        return body

    def tampered(self) -> Sent:
        """A valid request with parts replaced, left out, doubled or swapped, by a student of the lab."""
        body = tampered(self.bodies, self.choices)
        return Sent("tampered", body=body, headers={**JSON, **self._cookie(self.own)}, is_own=True)

    def junk(self) -> Sent:
        """JSON of other types than an object, or of unknown parts."""
        body = json.dumps(
            self.choices.pick([self.choices.junk(), {self.choices.pick(ATOMS[-11:]): self.choices.junk()}])
        )
        return Sent("junk", body=body.encode("utf-8", "replace"), headers={**JSON, **self._cookie(self.own)})

    def malformed(self) -> Sent:
        """Bytes that are no JSON in UTF-8, of a wrong type, or that announce another length."""
        whole = json.dumps(self._valid()).encode()
        at = self.choices.number(0, len(whole) - 1)
        bodies = [
            whole[:at],
            whole[:at] + b"\xff\xfe\x00" + whole[at:],
            whole.decode().encode("utf-16"),
            b"\xef\xbb\xbf" + whole,
            whole.replace(b'"value": ', b'"value": NaN, "value": ', 1),
            whole.replace(b'"value": ', b'"value": -Infinity, "x": ', 1),
            whole.replace(b'"inputs"', b'"inputs": [], "inputs"', 1),
            whole + whole,
            bytes(self.choices.number(0, 255) for _ in range(200)),
            b"",
        ]
        headers = {**JSON, **self._cookie(self.own)}
        odd = self.choices.number(0, 9)
        if odd == 0:
            headers["Content-Type"] = self.choices.pick(TYPES)
        elif odd == 1:
            headers["Content-Length"] = self.choices.pick(["-1", "1e3", "abc", "9" * 30, "0"])
        elif odd == 2:
            headers |= {"Transfer-Encoding": "chunked", "Content-Length": "5"}
        return Sent("malformed", body=self.choices.pick(bodies), headers=headers, is_own=True)

    def nested(self) -> Sent:
        """Nesting without end, also in a place that holds any value."""
        depth = self.choices.pick([65, 1_000, 20_000, 100_000])
        opened, closed = self.choices.pick([("[", "]"), ('{"a":', "}")])
        deep = opened * depth + "1" + closed * depth
        whole = json.dumps(self._valid()).replace('"value": ', f'"value": {deep}, "x": ', 1)
        body = self.choices.pick([deep, whole, opened * depth])
        return Sent("nested", body=body.encode(), headers={**JSON, **self._cookie(self.own)}, is_own=True)

    def oversized(self) -> Sent:
        """Up to 10 MB, as text, as numbers, or as members."""
        size = self.choices.pick([300_000, 1_000_000, 10_000_000])
        body = self.choices.pick(
            [
                b'{"output": "' + b"x" * size + b'"}',
                b"[" + b"1," * (size // 2) + b"1]",
                b'{"outputs": ' + b"9" * size + b"}",
                b" " * size,
            ]
        )
        return Sent("oversized", body=body, headers={**JSON, **self._cookie(self.own)})

    def forged(self) -> Sent:
        """A valid request with a cookie that nobody signed, another student's number in it, or none."""
        own, others = next(iter(self.own.cookies.values())), next(iter(self.victim.cookies.values()))
        number, _, signature = own.partition(".")
        cookie = self.choices.pick(
            [
                *FORGED,
                f"{others.partition('.')[0]}.{signature}",
                f"{others[:-1]}{'A' if others[-1] != 'A' else 'B'}",
                f"{number}.{others.partition('.')[2]}",
                number,
                own + own,
            ]
        )
        name = self.choices.pick([COOKIE, f"__Host-{COOKIE}", *self.own.cookies])
        safe = "" if cookie is None else cookie.encode("latin-1", "replace").decode("latin-1").replace("\x00", "%00")
        headers = {**JSON, **({"Cookie": f"{name}={safe}"} if cookie is not None else {})}
        return Sent("forged", body=json.dumps(self._valid()).encode(), headers=headers)

    def spoofed(self) -> Sent:
        """Outputs, inputs or triggers of another callback than the one that is named."""
        body, other = self._valid(), self._valid()
        for part in ("output", "outputs", "inputs", "state", "changedPropIds"):
            if self.choices.number(0, 1) and part in other:
                body[part] = other[part]
        return Sent("spoofed", body=json.dumps(body).encode(), headers={**JSON, **self._cookie(self.own)}, is_own=True)

    def of_another_student(self) -> Sent:
        """What names another student: by the header of a page, or by the key of a write."""
        number = next(iter(self.victim.cookies.values())).partition(".")[0]
        claimed = self.choices.pick([handle(number), number, "", "x" * 5_000, "é"])
        key = self.choices.pick(["a" * 16, "x", "k" * 5_000, number, "../../key-of-a-write"])
        headers = {**JSON, **self._cookie(self.own), STUDENT: claimed, KEY: key}
        body = json.dumps(self._valid()).encode()
        return Sent("of another student", body=body, headers=headers, is_own=claimed == "")

    def elsewhere(self) -> Sent:
        """Paths, methods and headers that lead out of the lab."""
        headers = self._cookie(self.own)
        odd = self.choices.number(0, 5)
        more = [
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"},
            {"Range": "bytes=0-18446744073709551615,-1"},
            {"Accept-Encoding": "br;q=nan, gzip;q=1e400, *;q=-1"},
            {"If-None-Match": '"' + "x" * 4_000, "If-Modified-Since": "yesterday"},
        ][odd]
        if self.choices.number(0, 2):
            return Sent("elsewhere", self.choices.pick(METHODS), self.choices.pick(PATHS), b"", {**headers, **more})
        sent = self.choices.pick([b"", b"a=1", b"--x\r\n", b"\xff" * 300])
        more["Content-Type"] = self.choices.pick(["multipart/form-data; boundary=x", "multipart/form-data", *TYPES])
        more["Origin"] = "https://evil.example"  # an own form may erase what is the student's own
        return Sent("elsewhere", "POST", self.choices.pick(WRITES), sent, {**headers, **more})
