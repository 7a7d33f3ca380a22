"""The files a page loads: named by their content, cached for a year, sent compressed where a twin exists."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

YEAR = 31_536_000
HASHED = r"[.-][0-9a-f]{12}(\.min)?\.js$"  # the content's hash is in the name: never to be asked for again


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

    def url(self, name: str) -> str:
        """Return the URL of an asset, with a fingerprint unless its name has one."""
        plain = self.plain_url(name)
        return plain if re.search(HASHED, name) else f"{plain}?v={_fingerprint(self.folder / name)}"

    def plain_url(self, name: str) -> str:
        """Return the URL of an asset as a style sheet beside it names it."""
        return f"{self.prefix}assets/{name}"


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def install(server: Flask, files: StaticFiles) -> None:
    """Serve the assets before the app sees the request."""
    served = WhiteNoise(server.wsgi_app, max_age=YEAR, charset="utf-8", immutable_file_test=HASHED)
    served.add_files(str(files.folder), prefix=f"{files.prefix}assets/")
    server.wsgi_app = served  # type: ignore[method-assign]
