"""``edgelab tracks preview``: the lab with an author's files, which are loaded anew as soon as one is saved.

The page asks every second whether something has changed, and loads itself again when it has: at the same address, with
the same identity and so the same locks, its sliders where they were. A file that does not work leaves the version that
was there in use, and what is wrong stands above the page until it is mended.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from dash import Dash
from flask import Flask, Response, jsonify

from dashboard.lab import Lab
from dashboard.settings import SettingsError
from tracks.loading.registry import Registry, load_registry

_SCRIPT = """(() => {
  let now = null;
  const box = document.createElement("div");
  box.setAttribute("role", "alert");
  box.className = "preview-problem";
  box.style.cssText = "position:fixed;inset:auto 0 0 0;z-index:2000;padding:.75rem 1rem;" +
    "font:1rem/1.4 system-ui,sans-serif;background:#7a1020;color:#fff;white-space:pre-wrap;" +
    "max-height:40vh;overflow:auto";
  async function ask() {
    try {
      const answer = await fetch(ADDRESS, { cache: "no-store" });
      const { version, problems } = await answer.json();
      if (now !== null && version !== now) { window.location.reload(); return; }
      now = version;
      const said = problems.map(({ name, reason }) => `${name}: ${reason}`).join("\\n");
      if (box.textContent !== said) box.textContent = said;
      if (said && !box.isConnected) document.body.append(box);
      if (!said) box.remove();
    } catch { /* the lab is being started again */ }
    setTimeout(ask, 1000);
  }
  ask();
})();
"""


class Preview:
    """One lab whose plugins' files are looked at whenever a page asks.

    Args:
        lab: whose registry is replaced. folder: of the files.
    """

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab = lab
        self._folder = folder
        self._lock = threading.Lock()
        self._seen = files_of(folder)
        self._version = 0
        self._problems = problems_of(lab.loaded)

    def look(self) -> tuple[int, tuple[dict[str, str], ...]]:
        """Return the number of the version in use and what is wrong with files, after loading what was saved.

        A second page that asks meanwhile is told how it was.
        """
        if self._lock.acquire(blocking=False):
            try:
                now = files_of(self._folder)
                if now != self._seen:
                    self._load()
                    self._seen = now
            finally:
                self._lock.release()
        return self._version, self._problems

    def _load(self) -> None:
        registry = load_registry(folder=self._folder, earlier=self._lab.loaded)
        problems = problems_of(registry)
        used = {item.name for item in self._lab.loaded.found if not item.reason}
        broken = used & {item.name for item in registry.found if item.reason}
        if not broken:
            try:
                self._lab.use(registry)
            except SettingsError as refusal:
                problems = ({"name": "The course", "reason": str(refusal)},)
            else:
                self._version += 1
        self._problems = problems


def files_of(folder: Path) -> Mapping[str, tuple[int, int]]:
    """Return when each Python file of a folder, or of its packages, was written, and its size."""
    found = {}
    for path in folder.rglob("*.py"):
        try:
            state = path.stat()
        except OSError:  # an editor is just replacing it
            continue
        found[str(path)] = (state.st_mtime_ns, state.st_size)
    return found


def problems_of(registry: Registry) -> tuple[dict[str, str], ...]:
    """Return what was left out, and why."""
    return tuple({"name": item.name, "reason": item.reason} for item in registry.found if item.reason)


def install(app: Dash, lab: Lab) -> None:
    """Answer ``/_preview`` and its script, which every page loads; nothing is watched before a page asks."""
    server: Flask = app.server
    app.index_string = app.index_string.replace(
        "</footer>", f'<script src="{lab.settings.url_prefix}_preview.js"></script></footer>'
    )
    assert lab.settings.tracks_dir is not None  # settings refuse a preview without it
    preview, prefix = Preview(lab, lab.settings.tracks_dir), lab.settings.url_prefix

    @server.get(f"{prefix}_preview")
    def look() -> Response:
        version, problems = preview.look()
        answer = jsonify(version=version, problems=problems)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @server.get(f"{prefix}_preview.js")
    def script() -> Response:
        answer = Response(_SCRIPT.replace("ADDRESS", f'"{prefix}_preview"'), mimetype="text/javascript")
        answer.headers["Cache-Control"] = "no-store"
        return answer
