"""Imports go one way, ``dashboard -> tracks -> physics``, and every hook is documented with an example."""

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

from tracks.api import hookspecs

ROOT = Path(__file__).parents[1]

# What each package may import besides the standard library. physics is numbers; tracks describes figures as plain
# dicts, so it needs no Plotly and no Dash.
MAY_IMPORT = {
    "physics": {"physics", "numpy", "scipy"},
    "tracks": {"tracks", "physics", "numpy", "pluggy"},
    "tracks.certify": {"tracks", "physics", "numpy", "scipy"},
}
FOREIGN_TO_TRACKS = ("dash", "dash_bootstrap_components", "flask", "plotly", "dashboard")

_DYNAMIC = {"import_module", "__import__", "find_spec"}
_DOTTED = re.compile(r"[a-z_]+(\.[a-z_]\w*)+(:\w+)?")


def imports(source: str, package: str) -> set[str]:
    """Return the dotted name of every module that ``source``, a module directly in ``package``, can import.

    Strings count too: what import_module is given, and any text that is the dotted path of a package of ours.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = parts[: len(parts) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} if module else {alias.name for alias in node.names}
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _DYNAMIC:
                found |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            first = node.value.partition(".")[0]
            if first in {"dashboard", *FOREIGN_TO_TRACKS}:
                found.add(node.value.partition(":")[0])
    return found


def forbidden(source: str, package: str) -> set[str]:
    """Return what ``source`` imports and its top package may not."""
    rule = package if package in MAY_IMPORT else package.partition(".")[0]
    allowed = MAY_IMPORT[rule] | sys.stdlib_module_names
    return {name for name in imports(source, package) if name.partition(".")[0] not in allowed}


def modules(top: str) -> list[Path]:
    paths = sorted((ROOT / top).rglob("*.py"))
    assert paths, f"there is no {top} to check"
    return paths


@pytest.mark.parametrize(
    "path", [p for top in ("physics", "tracks") for p in modules(top)], ids=lambda p: str(p.relative_to(ROOT))
)
def test_a_module_imports_only_what_its_package_may(path):
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    assert forbidden(path.read_text(), package) == set()


def test_nothing_but_dashboard_imports_dashboard():
    """Tests, benchmarks and the server's start may import it; nothing else may."""
    outside = {"dashboard", "tests", "benchmarks", "deploy", ".venv", "build"}
    paths = [p for p in ROOT.rglob("*.py") if not outside & set(p.relative_to(ROOT).parts[:-1])]
    assert {ROOT / "tracks" / "loading" / "registry.py", ROOT / "physics" / "units.py"} <= set(paths)
    importers = {
        str(path.relative_to(ROOT)): names
        for path in paths
        if (names := {n for n in imports(path.read_text(), path.parent.name) if n.partition(".")[0] == "dashboard"})
    }
    assert importers == {}


@pytest.mark.parametrize(
    ("source", "package", "caught"),
    [
        ("import dash", "tracks", "dash"),
        ("import dash.dcc as d", "tracks", "dash.dcc"),
        ("from dash import dcc", "tracks", "dash"),
        ("from flask import request", "tracks", "flask"),
        ("import numpy as np, dash_bootstrap_components", "tracks", "dash_bootstrap_components"),
        ("def f():\n    from dashboard import ids", "tracks", "dashboard"),
        ("if TYPE_CHECKING:\n    from dashboard.ids import control", "tracks", "dashboard.ids"),
        ("try:\n    import plotly\nexcept ImportError:\n    pass", "tracks", "plotly"),
        ("importlib.import_module('dash')", "tracks", "dash"),
        ("import_module('dashboard.app')", "tracks", "dashboard.app"),
        ("__import__('flask')", "tracks", "flask"),
        ("MODULES = ('tracks.cloud_titan', 'dashboard.lab')", "tracks", "dashboard.lab"),
        ("POINT = 'dashboard.app:create_app'", "tracks", "dashboard.app"),
        ("from tracks.api.bench import Bench", "physics", "tracks.api.bench"),
        ("import pluggy", "physics", "pluggy"),
        ("import pandas", "physics", "pandas"),
        ("importlib.import_module('tracks.api.bench')", "physics", "tracks.api.bench"),
    ],
)
def test_every_way_round_the_rule_is_caught(source, package, caught):
    assert forbidden(source, package) == {caught}


@pytest.mark.parametrize(
    ("source", "package"),
    [
        ("from __future__ import annotations\nimport math", "physics"),
        ("import numpy as np\nfrom scipy.special import erf", "physics"),
        ("from . import units\nfrom .units import GB\nfrom physics.units import MB", "physics"),
        ("from physics.units import GB\nfrom tracks.api.bench import Bench\nimport pluggy", "tracks"),
        ("STYLE = {'dash': 'dash', 'font': 'flask', 'carried': 'memory.payload_bytes'}", "tracks"),  # names, no modules
    ],
)
def test_what_is_allowed_passes(source, package):
    assert forbidden(source, package) == set()


# --- a hook is a promise: documented with an example, and used by a test

HOOKS = [hook for name, hook in vars(hookspecs).items() if name.startswith("edgelab_")]


def test_there_are_two_hooks():
    assert [hook.__name__ for hook in HOOKS] == ["edgelab_tracks", "edgelab_benches"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_is_documented_with_a_whole_example(hook):
    sentence, marker, example = inspect.getdoc(hook).partition("::")
    assert sentence.strip().endswith(".")
    assert marker
    for needed in ("from tracks import", "hookimpl", f"@hookimpl\n    def {hook.__name__}():", "return ["):
        assert needed in example


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_has_a_test_that_registers_it(hook):
    registered = [
        p.name for p in (ROOT / "tests" / "tracks").rglob("test_*.py") if f"def {hook.__name__}" in p.read_text()
    ]
    assert registered


def test_hooks_give_typed_objects_and_take_nothing():
    for hook in HOOKS:
        signature = inspect.signature(hook)
        assert not signature.parameters, "a hook that is handed the app could take it down"
        assert str(signature.return_annotation).startswith("Iterable[")
