"""What a first load takes over the line: files compressed once, large answers as they are sent."""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import dash
from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from whitenoise.compress import Compressor

from dashboard.web import instrumentation

LEAST_BYTES = 8192  # of an answer that is compressed: what a slider asks for is smaller, and would wait for it
# Of two that a browser takes alike, the first is used. The 45 kB of a slider's figures take 0.15 and 0.35 ms at the
# least quality, 0.7 and 0.8 at one that saves an eighth of what is sent; a page is sent once, and is compressed well.
_SLIDER = {"br": partial(brotli.compress, quality=1), "gzip": partial(gzip.compress, compresslevel=1)}
_PAGE = {"br": partial(brotli.compress, quality=5), "gzip": partial(gzip.compress, compresslevel=6)}

_LOG = logging.getLogger(__name__)
_SUITE = re.compile(r'src="[^"]*/_dash-component-suites/([^"?]+)"')
_LATER = ("dash/dcc/async-graph.js",)  # what Dash's scripts ask for when a page has such a component


class _Compressor(Compressor):  # type: ignore[misc] # it has no types
    """WhiteNoise's, with a quality of brotli that takes 1 s for a page's scripts where the best takes 4 for 2% less."""

    compress_brotli = staticmethod(partial(brotli.compress, quality=10))


def page_files(app: dash.Dash, assets: Path) -> dict[str, Path]:
    """Return the files that pages load, by the path of their URLs behind the prefix.

    Parameters
    ----------
    app : Dash
        With all its callbacks, since its page names Dash's own scripts.
    assets : Path
        The folder of our own files.

    Returns
    -------
    dict
        Every file of that folder, and the scripts of Dash and its components.
    """
    own = {f"assets/{path.relative_to(assets).as_posix()}": path for path in assets.rglob("*") if path.is_file()}
    return own | _suites(app)


def keep_compressed(files: Mapping[str, Path], folder: Path) -> Path | None:
    """Return a folder of copies of files, beside each its compressed twins.

    It is made on the first start after a change of any of them, which takes a second or two, and found by later ones.
    Those of other versions stay: a lab that serves them may be running.

    Parameters
    ----------
    files : mapping
        Files by their path in the folder; a twin among them is taken as it is.
    folder : Path
        Where to keep it.

    Returns
    -------
    Path or None
        None where the folder cannot be written: then the files are sent as they are.
    """
    content = hashlib.sha256()
    for name, path in sorted(files.items()):
        content.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    made = folder / content.hexdigest()[:16]
    try:
        if not made.is_dir():
            _make(files, made)
    except OSError as problem:
        _LOG.warning("files are sent uncompressed, since %s cannot be written (%s)", folder, problem.strerror)
        return None
    return made


def _make(files: Mapping[str, Path], made: Path) -> None:
    """Fill a folder beside its place and move it there: no other process sees half of it."""
    made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    compressor = _Compressor(quiet=True)
    with tempfile.TemporaryDirectory(dir=made.parent, ignore_cleanup_errors=True) as draft:
        whole = Path(draft) / "whole"
        for name, path in files.items():
            copy = whole / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            if copy.suffix in (".js", ".css", ".svg") and f"{name}.br" not in files:
                compressor.compress(str(copy))
        try:
            whole.replace(made)
        except OSError:
            if not made.is_dir():  # another process was sooner
                raise


def _suites(app: dash.Dash) -> dict[str, Path]:
    """Return the scripts of Dash and its components that a page loads, by the path of their URLs."""
    with app.server.test_request_context(app.config.requests_pathname_prefix):
        paths = _SUITE.findall(str(app.index()))
    found = {}
    for path in (*paths, *_LATER):
        package, _, name = path.partition("/")
        folder = Path(import_module(package).__file__ or "").parent
        found[f"_dash-component-suites/{path}"] = folder / check_fingerprint(name)[0]
    return found


def encoding() -> str | None:
    """Return how the answer to the current request is compressed if it is large, or None where it may not be."""
    return _best_of(request.headers.get("Accept-Encoding", ""))


@lru_cache(maxsize=64)  # browsers have few spellings, and a slider asks twice for each answer
def _best_of(accepted: str) -> str | None:
    best: str | None = parse_accept_header(accepted, Accept).best_match(_PAGE)
    return best


def is_encoded(response: Response, how: str) -> None:
    """Let a response say how its body is compressed."""
    response.headers["Content-Encoding"] = how
    response.headers.add("Vary", "Accept-Encoding")


def install(server: Flask) -> None:
    """Compress large pages and answers for whoever takes brotli or gzip."""

    @server.after_request
    def compress(response: Response) -> Response:
        how = encoding()
        if (
            how is None
            or response.direct_passthrough
            or response.status_code != 200
            or response.mimetype not in ("application/json", "text/html")
            or (response.content_length or 0) < LEAST_BYTES
            or "Content-Encoding" in response.headers
        ):
            return response
        record = instrumentation.current()
        encoders = _SLIDER if record is not None and record.route == "slider" else _PAGE
        response.set_data(encoders[how](response.get_data()))
        is_encoded(response, how)
        return response
