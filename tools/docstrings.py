"""Check the docstrings of public names with numpydoc: what 'make lint' runs, by the codes of setup.cfg.

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

# Whose names a student of the physics, a course designer or a host reads.
MODULES = (
    *(f"physics.{name}" for name in ("memory", "traffic", "federation", "privacy", "gossip", "serving", "energy")),
    *("physics.networks", "physics.sources", "tracks", "tracks.testing", "tracks.api.quantities", "tracks.api.fixes"),
    "dashboard.settings",
)
# Its fields are described together, by their shapes; a section of 17 entries would take its module past 400 lines.
LEFT_OUT = {"physics.federation.FederatedProblem"}


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
    codes = {code.strip() for code in config["tool:numpydoc_validation"]["checks"].split(",")}
    names = [name for module in MODULES for name in public_names(module) if name not in LEFT_OUT]
    found = [fault for name in names for fault in faults(name, codes)]
    print("\n".join(found) or f"The docstrings of {len(names)} public names are whole.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
