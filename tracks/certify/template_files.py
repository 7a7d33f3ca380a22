"""A plugin's file: written to start from, and loaded without the other files of its folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracks.api.checks import check_id
from tracks.certify.template import HARBOUR_CRANE
from tracks.certify.template import __file__ as _EXAMPLE
from tracks.loading.registry import PluginRecord, Registry, load_registry


def write_plugin(name: str, folder: Path) -> Path:
    """Write a whole track with a crisis of its own as ``folder/name.py`` and return its path.

    Raises:
        SpecError: the name is no id. FileExistsError: there is such a file; it stays as it is.
        OSError: the folder is missing or cannot be written.
    """
    check_id("Track", name)
    text = Path(_EXAMPLE).read_text(encoding="utf-8")
    title = name.replace("_", " ").title()
    for old, new in (
        (HARBOUR_CRANE.id.upper(), name.upper()),
        (HARBOUR_CRANE.id, name),
        (HARBOUR_CRANE.name, title),
    ):
        text = text.replace(old, new)
    path = folder / f"{name}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise FileExistsError(f"{path} exists already and stays as it is; choose another name or folder") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"{folder} does not exist; create it or name another folder") from None
    return path


@contextmanager
def plugin_alone(path: Path) -> Iterator[tuple[Registry, PluginRecord]]:
    """Load the built-ins and one plugin's file, wherever it lies; yield the registry and what became of the file.

    It is loaded from a temporary folder with a link to it, so that no other file of its own folder is executed.
    """
    with tempfile.TemporaryDirectory(prefix="edgelab-") as folder:
        name = path.name if path.name[0] not in "_." else f"plugin{path.name}"
        link = Path(folder) / name
        link.symlink_to(path.resolve())
        registry = load_registry(folder=folder)
        yield registry, next(found for found in registry.found if found.origin == str(link))


def pairs_of(registry: Registry, found: PluginRecord) -> list[str]:
    """Return ``track/bench`` for all of a plugin's file: its tracks with all benches, its benches on every track."""
    return [
        f"{track_id}/{bench_id}"
        for track_id, benches in registry.missions.items()
        for bench_id in benches
        if track_id in found.tracks or bench_id in found.benches
    ]
