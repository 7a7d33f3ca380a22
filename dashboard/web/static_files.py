"""The files a page loads: named by their content, cached for a year, sent compressed where a twin exists."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from wsgiref.headers import Headers
    from wsgiref.types import StartResponse, WSGIEnvironment

YEAR = 31_536_000
UPDATED = (
    "The lab was updated while it was running: reload the page. If this sentence stays, whoever runs the lab has to "
    "restart it."
)
# The content's hash, or Dash's version and time of a file, is in the name: never to be asked for again.
HASHED = r"[.-][0-9a-f]{12}(\.min)?\.js$|\.v\w+m\d+\."
_SERVED = "edgelab_files"  # where a server keeps what serves its files


class StaticFiles:
    """The asset folder as URLs that change with the content of the file behind them.

    Raises:
        FileNotFoundError: plotly or the bundle of our scripts is missing, or there twice.
    """

    def __init__(self, folder: Path, *, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix
        self.plotly = self._only("vendor/plotly-*.min.js")
        self.bundle = self._only("bundle/edgelab-*.js")

    def _only(self, pattern: str) -> str:
        found = [path.relative_to(self.folder).as_posix() for path in sorted(self.folder.glob(pattern))]
        if len(found) != 1:
            raise FileNotFoundError(f"{self.folder} must hold one {pattern} and holds {', '.join(found) or 'none'}.")
        return found[0]

    def are_current(self) -> bool:
        """Whether the scripts that this process names are still there; an update in place brings others."""
        return (self.folder / self.bundle).is_file()

    def is_of_another_version(self, path: str, query: str) -> bool:
        """Whether a URL has the fingerprint of other content than this process has, as a page of another version asks.

        A host of the other version has it; what is here would be kept by browsers and proxies under its name for good.
        """
        name, asked = path.removeprefix(f"{self.prefix}assets/"), _VERSION.fullmatch(query)
        if name == path or asked is None or re.search(HASHED, name) or ".." in name:
            return False
        file = self.folder / name
        return file.is_file() and _fingerprint(file) != asked[1]

    def url(self, name: str) -> str:
        """Return the URL of an asset, with a fingerprint unless its name has one."""
        plain = self.plain_url(name)
        return plain if re.search(HASHED, name) else f"{plain}?v={_fingerprint(self.folder / name)}"

    def plain_url(self, name: str) -> str:
        """Return the URL of an asset as a style sheet beside it names it."""
        return f"{self.prefix}assets/{name}"


_VERSION = re.compile(r"v=([0-9a-f]{12})")


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def install(server: Flask, files: StaticFiles) -> None:
    """Serve the assets before the app sees the request; a file that an update took away is said to be so."""
    served = WhiteNoise(
        server.wsgi_app, max_age=YEAR, charset="utf-8", immutable_file_test=HASHED, add_headers_function=_no_guessing
    )
    served.add_files(str(files.folder), prefix=f"{files.prefix}assets/")
    server.extensions[_SERVED] = served

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if files.is_of_another_version(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")):
            start_response(
                "404 Not Found", [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
            )
            return [b"This file is of another version of the lab."]
        try:
            return served(environ, start_response)  # type: ignore[no-any-return]
        except FileNotFoundError:  # of an asset, before its answer began; the app answers its own faults
            start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
            return [UPDATED.encode()]

    server.wsgi_app = answer  # type: ignore[method-assign]


def serve_compressed(server: Flask, folder: Path, *, prefix: str) -> None:
    """Serve the files of a folder, as `keep_compressed` makes it, in place of the assets and of Dash's own."""
    served: WhiteNoise = server.extensions[_SERVED]
    served.add_files(str(folder), prefix=prefix)


def _no_guessing(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
