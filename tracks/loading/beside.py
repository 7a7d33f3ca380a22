"""What an author's file imports from its own folder: modules beside it, loaded for that file alone."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

_HOOKS = ("edgelab_tracks", "edgelab_benches")


class _Finder(MetaPathFinder):
    """Finds modules of a folder, and those within the packages that it found."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.found: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is that nothing else has found."""
        parent, _, own = name.rpartition(".")
        if parent and parent not in self.found:
            return None
        folder = Path(path[0]) if path else self._folder
        for file, places in ((folder / own / "__init__.py", [str(folder / own)]), (folder / f"{own}.py", None)):
            if file.is_file():
                self.found.append(name)
                return importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
        return None


@contextmanager
def modules_beside(file: Path | None) -> Iterator[None]:
    """Let what is imported within also be found beside a file, unless it is found elsewhere.

    Afterwards those modules are known to nobody else: another file that imports one of the same name gets its own.
    """
    if file is None:
        yield
        return
    finder, wrote = _Finder(file.parent), sys.dont_write_bytecode
    sys.meta_path.append(finder)
    sys.dont_write_bytecode = True  # no __pycache__ in the author's folder
    try:
        yield
    finally:
        sys.dont_write_bytecode = wrote
        sys.meta_path.remove(finder)
        for name in finder.found:
            sys.modules.pop(name, None)


def helpers(paths: Sequence[Path]) -> frozenset[Path]:
    """Return those of a folder's files that others of them import, and that offer nothing themselves."""
    texts = {path: _text(path) for path in paths}
    imported = {name for path, text in texts.items() for name in _imports(text) if name != _stem(path)}
    return frozenset(
        path for path, text in texts.items() if _stem(path) in imported and not any(hook in text for hook in _HOOKS)
    )


def _stem(path: Path) -> str:
    return path.parent.name if path.name == "__init__.py" else path.stem


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


def _imports(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
