"""Imports go one way, ``dashboard -> tracks -> physics``, and every hook is documented with an example.

What import-linter can hold stands in ``.importlinter``; imports by name and those of ``tools`` are looked for here.
"""

import ast
import inspect
import logging
import re
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

from tools.import_contracts import AllowedContract
from tracks.api import hookspecs

ROOT = Path(__file__).parents[1]
_DYNAMIC = {"import_module", "__import__", "find_spec"}
_DOTTED = re.compile(r"([a-z_]+)(?:\.[a-z_]\w*)+(?::\w+)?")


@pytest.fixture
def logs_heard(monkeypatch):
    """Let every log be heard afterwards: import-linter configures its own and disables all others of the process."""
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            monkeypatch.setattr(logger, "disabled", logger.disabled)


@pytest.mark.usefixtures("logs_heard")
def test_every_import_contract_is_kept(monkeypatch):
    """The same as `lint-imports`; what is broken is printed."""
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True, no_logo=True) == 0


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("tracks.api.bench", "numpy", True),
        ("tracks.api.bench", "json", True),
        ("tracks.api.bench", "tracks.api.track", True),
        ("tracks.api.bench", "dash", False),
        ("tracks.certify.sobol", "scipy", True),  # left to a contract of its own
        ("other.api", "dash", True),
    ],
)
def test_a_package_that_is_not_listed_is_caught(importer, imported, kept):
    graph = grimp.ImportGraph()
    for module in {"tracks", "tracks.api", "tracks.certify", "other", importer} | {imported} & {"tracks.api.track"}:
        graph.add_module(module)
    if imported not in graph.modules:
        graph.add_module(imported, is_squashed=True)
    graph.add_import(importer=importer, imported=imported)
    options = {"modules": "tracks", "except_modules": "tracks.certify", "allowed": ["numpy"]}
    contract = AllowedContract(name="", session_options={}, contract_options=options)
    found = contract.check(graph, verbose=False)
    assert (found.kept, found.metadata["forbidden"]) == (kept, [] if kept else [(importer, imported)])


def named_imports(source: str) -> set[str]:
    """Return the top-level packages that a module can import by name.

    These are what import_module and its like are given, and any text that is the dotted path of a module.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            found |= {text.partition(".")[0] for text in given if name in _DYNAMIC}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if dotted := _DOTTED.fullmatch(node.value):
                found.add(dotted[1])
    return found


@pytest.mark.parametrize(
    ("package", "foreign"),
    [
        ("physics", {"tracks", "dashboard", "pluggy", "dash", "flask", "plotly"}),
        ("tracks", {"dashboard", "dash", "dash_bootstrap_components", "flask", "plotly"}),
        ("tools", {"dashboard"}),
    ],
)
def test_nothing_above_is_imported_by_its_name(package, foreign):
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    caught = {str(path.relative_to(ROOT)): named_imports(path.read_text()) & foreign for path in paths}
    assert {path: names for path, names in caught.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("importlib.import_module('dash')", {"dash"}),
        ("import_module('dashboard.app')", {"dashboard"}),
        ("__import__('flask')", {"flask"}),
        ("MODULES = ('tracks.cloud_titan', 'dashboard.lab')", {"tracks", "dashboard"}),
        ("POINT = 'dashboard.app:create_app'", {"dashboard"}),
        ("STYLE = {'dash': 'dash', 'font': 'flask'}", set()),  # names, no modules
    ],
)
def test_an_import_by_name_is_caught(source, caught):
    assert named_imports(source) == caught


def test_tools_do_not_import_the_dashboard():
    """They are run on a clone that installed nothing of the web."""
    for path in sorted((ROOT / "tools").glob("*.py")):
        assert not re.search(r"^\s*(from|import) dashboard", path.read_text(), re.MULTILINE), path


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
