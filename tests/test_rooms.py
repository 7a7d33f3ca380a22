"""The rules of the tree: small folders, short files, no circular imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_NAMES, MAX_LINES = 14, 400
PACKAGES = ("physics", "tracks", "dashboard")
# What lies beside code and is not searched by name.
LEFT_OUT = {"__pycache__", "data", "vendor", "versions"}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
}


def at_import(tree):
    """Every statement that runs when a module is imported; what only a type checker reads is left out."""
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def needs(name):
    """The modules of ours that a module imports; a package's own list of exports does not count for its members."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    found = set()
    for node in at_import(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
    return {other for other in found if other in MODULES and other != name}


def circle(graph):
    """A list of modules that need each other in a ring, or None."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        path.append(name)
        for other in sorted(graph[name]):
            found = visit(other)
            if found:
                return found
        done.add(path.pop())
        return None

    for name in sorted(graph):
        found = visit(name)
        if found:
            return found
    return None


def test_no_module_needs_itself():
    assert circle({name: needs(name) for name in MODULES}) is None


def test_a_circle_would_be_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


FOLDERS = sorted({path.parent for path in MODULES.values()} - {ROOT})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_is_taken_in_at_a_glance(folder):
    names = {entry.name for entry in folder.iterdir()} - LEFT_OUT - {"__init__.py"}
    assert len(names) <= MAX_NAMES, sorted(names)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_prefix_stands_for_a_folder(folder):
    """Three names with one first word, a_x, a_y and a_z, are a folder a with x, y and z."""
    stems = [path.stem for path in folder.glob("*.py") if "_" in path.stem and not path.stem.startswith("_")]
    first = [stem.split("_")[0] for stem in stems]
    assert {word for word in first if first.count(word) >= 3} == set()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_file_is_one_subject(name):
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= MAX_LINES
