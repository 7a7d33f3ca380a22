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

_PACKAGE = {
    "pyproject.toml": """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "edgelab-{dashed}"
version = "0.1"
description = "{title}: a track of the lab on edge intelligence."
requires-python = ">=3.11"
dependencies = ["edgelab>=0.1"]

[project.optional-dependencies]
test = ["pytest>=8.3"]

# How the lab finds the track: the group, a name of your own, and the module with the hook.
[project.entry-points.edgelab]
{name} = "{name}"

[tool.setuptools]
py-modules = ["{name}"]

[tool.ruff]
line-length = 120
""",
    "README.md": """# {title}

A track of edgelab. Install it beside the lab, and the lab has it at its next start:

    pip install .
    edgelab tracks list
    edgelab tracks check {name}
""",
    "tests/test_{name}.py": """import pytest
from tracks.loading.registry import load_registry
from tracks.testing import cases

LAB = load_registry()


def test_the_lab_finds_the_package():
    (found,) = [row for row in LAB.found if row.name == "{name}"]
    assert (found.kind, found.tracks, found.reason) == ("package", ("{name}",), "")


@pytest.mark.parametrize("case", cases(LAB, only=["{name}/crisis"]), ids=str)
def test_the_crisis_is_a_good_bench(case):
    case()
""",
    ".github/workflows/ci.yml": """name: ci
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install ".[test]"  # and edgelab itself, from where your course has it
      - run: pytest
      - run: edgelab tracks check {name} --quick
""",
}


def _title(name: str) -> str:
    return name.replace("_", " ").title()


def plugin_text(name: str, *, crisis: bool = True) -> str:
    """Return the text of a whole track under another name, with a crisis of its own or without one."""
    text = Path(_EXAMPLE).read_text(encoding="utf-8")
    if not crisis:
        begin, end = text.index("SHIFT_S = "), text.index(f"{HARBOUR_CRANE.id.upper()} = ")
        text = text[:begin] + text[end:].replace("    crisis=CRISIS,\n", "").replace("; its crisis comes with it", "")
        text = text.replace("; the bench is the track's crisis.", ".")
    for old, new in (
        (HARBOUR_CRANE.id.upper(), name.upper()),
        (HARBOUR_CRANE.id, name),
        (HARBOUR_CRANE.name, _title(name)),
    ):
        text = text.replace(old, new)
    return text


def write_plugin(name: str, folder: Path, *, crisis: bool = True) -> Path:
    """Write a whole track as ``folder/name.py`` and return its path.

    Raises:
        SpecError: the name is no id. FileExistsError: there is such a file; it stays as it is.
        OSError: the folder is missing or cannot be written.
    """
    check_id("Track", name)
    path = folder / f"{name}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(plugin_text(name, crisis=crisis))
    except FileExistsError:
        raise FileExistsError(f"{path} exists already and stays as it is; choose another name or folder") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"{folder} does not exist; create it or name another folder") from None
    return path


def write_package(name: str, folder: Path) -> Path:
    """Write a track as a package that can be installed, ``folder/name/``: project, entry point, test and CI.

    Raises:
        As ``write_plugin``; nothing is written where there is a folder or a file of that name.
    """
    check_id("Track", name)
    root = folder / name
    try:
        root.mkdir()
    except FileExistsError:
        raise FileExistsError(f"{root} exists already and stays as it is; choose another name or folder") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"{folder} does not exist; create it or name another folder") from None
    for path, text in {f"{name}.py": plugin_text(name), **_PACKAGE}.items():
        file = root / path.replace("{name}", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        if path in _PACKAGE:
            for word, value in (("{name}", name), ("{dashed}", name.replace("_", "-")), ("{title}", _title(name))):
                text = text.replace(word, value)
        file.write_text(text, encoding="utf-8")
    return root


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
