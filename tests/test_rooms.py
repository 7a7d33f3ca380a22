"""The rules of the tree: small folders and short files. Circular imports are refused by `.importlinter`."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_NAMES, MAX_LINES = 14, 400
PACKAGES = ("physics", "tracks", "dashboard")
# What lies beside code and is not searched by name.
LEFT_OUT = {"__pycache__", "data", "py.typed", "vendor", "versions"}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
}


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
