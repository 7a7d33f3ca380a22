"""What ``make run`` says where a Python is too old: one sentence, before anything is made or installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLD = "#!/bin/sh\nexit 1\n"  # what a Python before 3.11 answers when it is asked whether it is new enough


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with what make looks at, in a path with a space and an umlaut."""
    folder = tmp_path / "ä b"
    for name in ("Makefile", "setup.cfg", "pyproject.toml", "requirements/run.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def old_python(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(OLD)
    path.chmod(0o755)
    return path


def said(tree: Path, *arguments: str) -> list[str]:
    """Return the lines that a failed ``make run`` says, without make's own."""
    ended = subprocess.run(["make", "run", *arguments], cwd=tree, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    lines = (ended.stdout + ended.stderr).splitlines()
    return [line for line in lines if not line.startswith("make")]


def test_a_python_that_is_too_old_is_refused_by_name_and_makes_no_environment(tree: Path) -> None:
    old = old_python(tree / "older" / "python3.10")
    (sentence,) = said(tree, f"PYTHON={old}")
    assert sentence.startswith("edgelab needs Python 3.11 or newer")
    assert sentence.endswith(f"; {old} is not that.")
    assert not (tree / ".venv").exists()


def test_an_environment_of_an_older_python_is_not_installed_into(tree: Path) -> None:
    old_python(tree / ".venv" / "bin" / "python")
    (sentence,) = said(tree)
    assert "'make clean' removes it" in sentence
