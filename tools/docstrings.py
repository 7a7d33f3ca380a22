"""Check the docstrings of public names with numpydoc, as setup.cfg says: what 'make lint' runs.

python tools/docstrings.py
"""

from __future__ import annotations

import configparser
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from numpydoc.validate import validate

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def public_names(module: str) -> Iterator[str]:
    """Yield the full names of a module's public functions and classes."""
    loaded = importlib.import_module(module)
    names = getattr(loaded, "__all__", None) or [name for name in vars(loaded) if not name.startswith("_")]
    for name in names:
        thing = inspect.unwrap(getattr(loaded, name)) if callable(getattr(loaded, name)) else None
        home = getattr(thing, "__module__", "")
        is_ours = home.split(".")[0] in ("physics", "tracks", "dashboard")
        is_here = hasattr(loaded, "__all__") or home == module
        if (inspect.isfunction(thing) or inspect.isclass(thing)) and is_ours and is_here:
            yield f"{module}.{name}"


def faults(name: str, codes: set[str]) -> list[str]:
    """Return what numpydoc finds in one docstring, a sentence each."""
    found = validate(name)
    where = f"{Path(found['file']).resolve().relative_to(ROOT)}:{found['file_line']}" if found["file"] else name
    return [f"{where}: {name}: {code} {text}" for code, text in found["errors"] if code in codes]


def main() -> int:
    """Print every fault and return 1 if there is one."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    section = config["tool:numpydoc_validation"]
    codes = {code.strip() for code in section["checks"].split(",")}
    left_out = section["left_out"].split()
    names = [name for module in section["modules"].split() for name in public_names(module) if name not in left_out]
    found = [fault for name in names for fault in faults(name, codes)]
    print("\n".join(found) or f"The docstrings of {len(names)} public names are whole.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
