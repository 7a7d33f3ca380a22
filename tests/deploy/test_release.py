"""What is shipped is whole: the wheel and the source distribution, built and installed as a release is."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

from tests.deploy.conftest import ROOT, run

PACKAGES = ("dashboard", "physics", "tracks")
SCRIPTS = ROOT / "dashboard" / "scripts"  # what the shipped bundle is made from

IMPORT_ALL = """
import importlib, pkgutil, sys
for top in ("physics", "tracks", "dashboard"):
    package = importlib.import_module(top)
    assert package.__file__.startswith(sys.prefix), package.__file__
    for module in pkgutil.walk_packages(package.__path__, top + "."):
        if not module.name.endswith(("__main__", "migrations.env", "wsgi", "build_client_updates")):
            importlib.import_module(module.name)
"""


def version() -> str:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    return settings["metadata"]["version"]


def test_the_wheel_holds_every_file_of_the_three_packages_and_no_other(shipped: Path) -> None:
    """It was made from the source distribution, so that one is whole, too."""
    (path,) = shipped.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        found = {name: wheel.read(name) for name in wheel.namelist()}
    about = {name for name in found if name.startswith(f"edgelab-{version()}.dist-info/")}
    files = {
        str(path.relative_to(ROOT)): path.read_bytes()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and SCRIPTS not in path.parents
    }
    assert found.keys() - about == files.keys()
    assert {name for name, held in files.items() if found[name] != held} == set()
    assert {"physics/py.typed", "tracks/py.typed", "dashboard/py.typed"} <= files.keys()
    assert "dashboard/ledger/migrations/script.py.mako" in files


def test_the_source_distribution_holds_the_packages_and_no_tools(shipped: Path) -> None:
    with tarfile.open(shipped / f"edgelab-{version()}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tops = {name.partition("/")[0] for name in names}
    assert {str(path.relative_to(ROOT)) for path in SCRIPTS.rglob("*.js")} <= names
    assert {"setup.cfg", "pyproject.toml", "README.md", "LICENSE", *PACKAGES} <= tops
    assert not tops & {"tools", "benchmarks", ".venv", "build"}


def test_the_installed_wheel_runs_without_the_source_tree(installed: Path, tmp_path: Path) -> None:
    python, command = str(installed / "bin" / "python"), str(installed / "bin" / "edgelab")
    assert run(command, "--version", cwd=tmp_path) == f"edgelab {version()}\n"
    listed = json.loads(run(command, "tracks", "list", "--json", cwd=tmp_path))
    assert (listed["edgelab"], listed["used"], listed["left_out"]) == (version(), 5, 0)
    run(python, "-W", "ignore", "-c", IMPORT_ALL, cwd=tmp_path)


# --- the rule of docs/contributing/release.md ---


def test_the_version_has_its_heading_below_what_is_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1].split()[0] == version()


def test_the_version_is_written_once() -> None:
    """In setup.cfg; programs ask the installed distribution."""
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert [path for path in modules if f'"{version()}"' in path.read_text(encoding="utf-8")] == []


def test_a_tag_of_this_commit_is_its_version() -> None:
    """A clone without tags, or one that is no clone, has none to contradict."""
    tags = subprocess.run(
        ["git", "tag", "--points-at", "HEAD", "v*"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert set(tags.stdout.split()) <= {f"v{version()}"}
