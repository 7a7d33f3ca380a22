"""The command ``edgelab`` in the process of a test, in an environment of the test's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.__main__ import main

ROOT = Path(__file__).parents[2]

Ended = subprocess.CompletedProcess[str]
Run = Callable[..., Ended]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The machine's, without settings of its own but the folder of results that a run of the tests shares."""
    left_out = [name for name in os.environ if name.startswith(("EDGELAB_", "COLUMNS")) and name != "EDGELAB_CACHE_DIR"]
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "EDGELAB_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


@pytest.fixture
def edgelab(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Run the command in this process, which has loaded numpy already; a traceback would be the test's own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name not in environment]:
        monkeypatch.delenv(name)

    def run(*arguments: str, env: dict[str, str] | None = None) -> Ended:
        for name, value in {**environment, **(env or {})}.items():
            monkeypatch.setenv(name, value)
        capfd.readouterr()
        before = dict(os.environ)
        code = main(arguments)
        for name in os.environ.keys() - before.keys():  # an option becomes a setting of the process, which is ours here
            del os.environ[name]
        os.environ.update(before)
        return Ended(list(arguments), code, *capfd.readouterr())

    return run
