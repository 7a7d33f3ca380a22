"""What is shipped, built and installed as a release is; and the command in the process of a test."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.dashboard.conftest import edgelab, environment

__all__ = ["edgelab", "environment"]

ROOT = Path(__file__).parents[2]
UNSHIPPED = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*", "build", "dist", "node_modules", "*.sqlite3")


def run(*command: str, cwd: Path) -> str:
    process = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
    return process.stdout


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel that was made from it."""
    place = tmp_path_factory.mktemp("release")
    tree = place / "tree"  # a copy: what an earlier build left in ours must not get into this one
    shutil.copytree(ROOT, tree, ignore=UNSHIPPED)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place), str(tree), cwd=place)
    return place


@pytest.fixture(scope="session")
def installed(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; its dependencies are those of this one, and nothing is fetched."""
    (wheel,) = shipped.glob("*.whl")
    place = tmp_path_factory.mktemp("installed")
    venv.create(place, with_pip=False)
    python = str(place / "bin" / "python")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", str(wheel), cwd=place)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place
