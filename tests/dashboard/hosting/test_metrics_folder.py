"""Each server counts in a folder of its own, for as long as one of its processes lives; what is left behind goes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SERVER = """
import os, sys
from pathlib import Path
from dashboard.hosting.metrics_folder import open_metrics_folder
folder = open_metrics_folder(Path(sys.argv[1]), memory=Path(sys.argv[2]))
assert open_metrics_folder(Path(sys.argv[1]), memory=Path(sys.argv[2])) == folder
if sys.argv[3:] == ["forks"] and os.fork() != 0:
    os._exit(0)  # as a first process that is killed: its worker lives on
print(os.environ["PROMETHEUS_MULTIPROC_DIR"], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Start a server that opens its folder, says which, and lives until its standard input closes."""
    started: list[subprocess.Popen[str]] = []
    (tmp_path / "memory").mkdir()

    def make(*arguments: str, memory: str = "memory", **environ: str) -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(tmp_path / "data"), str(tmp_path / memory), *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    yield make
    for process in started:
        process.communicate()  # closes its input, which a fork of it reads too


def test_a_folder_is_kept_while_its_server_lives_and_removed_after(start: Callable[..., Any]) -> None:
    one, first = start()
    (first / "counter_1.db").write_bytes(b"numbers")
    _, second = start()
    assert first.is_dir()
    assert second.is_dir()
    one.kill()
    one.wait()
    assert first.is_dir(), "nobody has looked yet"
    _, third = start()
    assert not first.exists()
    assert {second, third} == set(third.parent.iterdir())


def test_a_worker_that_outlives_its_first_process_keeps_its_numbers(start: Callable[..., Any]) -> None:
    first_process, folder = start("forks")
    first_process.wait()
    start()
    assert folder.is_dir()


def test_a_server_that_takes_over_does_not_count_in_the_folder_it_inherits(start: Callable[..., Any]) -> None:
    """USR2 starts it with the environment of the one that it will replace, which still counts."""
    _, old = start()
    (old / "counter_1.db").write_bytes(b"numbers")
    _, new = start(PROMETHEUS_MULTIPROC_DIR=str(old))
    assert new != old
    assert (old / "counter_1.db").read_bytes() == b"numbers"


def test_without_memory_for_files_it_lies_in_the_data_directory(start: Callable[..., Any], tmp_path: Path) -> None:
    _, folder = start(memory="none")
    assert folder.parent == tmp_path / "data" / "cache"
    assert folder.stat().st_mode & 0o077 == 0
