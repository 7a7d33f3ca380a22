"""The files a page loads: named by their content, cached for a year, sent compressed where a twin exists."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

YEAR = 31_536_000


class StaticFiles:
    """The asset folder as URLs that change with the content of the file behind them."""

    def __init__(self, folder: Path, *, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix
        self.plotly = next(f"vendor/{path.name}" for path in sorted(folder.glob("vendor/plotly-*.min.js")))

    def url(self, name: str) -> str:
        """Return the URL of an asset, with a fingerprint."""
        return f"{self.plain_url(name)}?v={_fingerprint(self.folder / name)}"

    def plain_url(self, name: str) -> str:
        """Return the URL of an asset as a style sheet beside it names it."""
        return f"{self.prefix}assets/{name}"


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def install(server: Flask, files: StaticFiles) -> None:
    """Serve the assets before the app sees the request."""
    served = WhiteNoise(server.wsgi_app, max_age=YEAR, charset="utf-8")
    served.add_files(str(files.folder), prefix=f"{files.prefix}assets/")
    server.wsgi_app = served  # type: ignore[method-assign]
