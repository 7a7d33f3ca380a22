"""Run the tests on a changed copy of the tree, each change in a process of its own.

The libraries that the tests need are imported once. Each run is a fork of that process, so that it starts with them
and imports only the lab and its tests. A worker has its own copy of the tree; the tree itself is never written to.
"""

from __future__ import annotations

import importlib
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from tools.mutants.sites import Site, mutated
from tools.mutants.suites import further_tests, own_tests

LIBRARIES = (
    "numpy.random", "scipy.integrate", "scipy.optimize", "scipy.stats", "scipy.special", "sklearn.datasets", "orjson",
    "hypothesis.strategies", "_pytest.assertion.rewrite", "_pytest.doctest", "pytest", "plotly.graph_objects", "dash",
    "dash_bootstrap_components", "sqlalchemy", "alembic.command", "diskcache", "waitress", "whitenoise",
)  # fmt: skip
QUIET = (
    "-q", "-x", "--tb=line", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:playwright",
    "-m", "not sweep",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # the libraries are imported already
)  # fmt: skip
OURS = ("physics", "tracks", "dashboard", "tests", "tools")  # read anew from the changed copy
POLL_S = 0.02
MOST_KILLERS = 4
PASSED = (0, 5)  # pytest's exit status: all passed, or there are none, as in a module without examples
MOST_S = 180.0  # of processor time: many times what the longest of these runs takes without a change
PATIENCE = 5  # times as long a run may take by the clock, where others use the machine or it waits for what never comes

Fate = Literal["killed", "killed by the clock", "survived"]
FATES: tuple[Fate, ...] = get_args(Fate)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of a change: killed by which tests, or survived all, and how long that took."""

    fate: Fate
    by: str
    seconds: float


def load_libraries() -> None:
    """Import what the tests need of others, so that every fork has it; and search no smaller example of a failure."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in LIBRARIES:
        importlib.import_module(name)
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutants", phases=(Phase.explicit, Phase.generate), derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    settings.load_profile("mutants")


def copy_of_tree(root: Path, to: Path) -> Path:
    """Copy what git knows of a tree, and what it would add."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    for name in filter(None, listed.split("\0")):
        source, target = root / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return to


class Bench:
    """One worker's copy of the tree, and how long its tests take without a change."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.tree = copy_of_tree(root, folder / "tree")
        self._log = folder / "log.txt"
        self._changes = 0
        self._unchanged: set[tuple[str, ...]] = set()
        self._killers: dict[str, list[str]] = {}  # by folder: tests that have failed before, the newest first

    def run(self, site: Site) -> Result:
        """Plant one change and run the tests until one fails.

        Raises:
            RuntimeError: the tests fail without a change.
        """
        start = time.perf_counter()
        # The tests of the physics need nothing that the tests of the lab share, which would load all of it.
        alone = ["--noconftest"] if site.file.startswith("physics/") else []
        killers = self._killers.setdefault(str(Path(site.file).parent), [])
        examples, own = ["--doctest-modules", site.file], [*own_tests(self.tree, site.file), *alone]
        # What is run, and what must pass without the change if it fails with it.
        for suite, unchanged in (
            (examples, examples),
            ([*killers, *alone] if killers else [], own),
            (own, own),
            (further_tests(self.tree, site.file), further_tests(self.tree, site.file)),
        ):
            with self._planted(site):
                code = self._tests(suite, MOST_S)
            if code is None or code not in PASSED:
                killer = self._failed()
                self._check_unchanged(unchanged)
                if killer.partition("::")[0] in own:
                    killers[:] = list(dict.fromkeys([killer, *killers]))[:MOST_KILLERS]
                fate: Fate = "killed by the clock" if code is None else "killed"
                return Result(fate=fate, by=killer, seconds=time.perf_counter() - start)
        return Result(fate="survived", by="", seconds=time.perf_counter() - start)

    def _check_unchanged(self, suite: Sequence[str]) -> None:
        """Run tests without a change, once."""
        if tuple(suite) not in self._unchanged:
            code = self._tests(suite, 2 * MOST_S)
            if code not in PASSED:
                log = self._log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"the tests fail without a change: {' '.join(suite)}\n{log}")
            self._unchanged.add(tuple(suite))

    @contextmanager
    def _planted(self, site: Site) -> Any:
        path = self.tree / site.file
        source, times = path.read_text(encoding="utf-8"), path.stat()
        self._changes += 1
        path.write_text(mutated(source, site.operator, site.occurrence), encoding="utf-8")
        # Python takes a compiled module as long as the time and the size of its source are the same.
        os.utime(path, (times.st_atime, times.st_mtime + 10 * self._changes))
        try:
            yield
        finally:
            path.write_text(source, encoding="utf-8")
            os.utime(path, (times.st_atime, times.st_mtime))

    def _tests(self, suite: Sequence[str], most_s: float) -> int | None:
        """Return the exit status of pytest, or None if it took too long, by processor time or by the clock."""
        if not suite:
            return 0
        child = os.fork()
        if child == 0:
            self._in_child(suite, most_s)
        deadline = time.monotonic() + PATIENCE * most_s
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(child, signal.SIGKILL)  # what a failing test has left running
                code = os.waitstatus_to_exitcode(status)
                return None if code == -signal.SIGXCPU else code
            time.sleep(POLL_S)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None

    def _in_child(self, suite: Sequence[str], most_s: float) -> None:
        code = 70
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(most_s), math.ceil(most_s) + 10))
            os.chdir(self.tree)
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
                del sys.modules[name]
            sys.path[:] = [str(self.tree), *(path for path in sys.path if path not in ("", str(Path.cwd())))]
            os.environ["PYTHONPATH"] = str(self.tree)
            # What no change has touched is computed once a worker: every file of the models is part of a result's key.
            os.environ["EDGELAB_CACHE_DIR"] = str(self.tree.parent / "results")
            import pytest

            code = int(pytest.main([*QUIET, f"--basetemp={self.tree.parent / 'tmp'}", *suite]))
        except BaseException:  # nothing of the worker may run on in its fork
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _failed(self) -> str:
        """Return the name of the first test that failed, without its parameters."""
        lines = self._log.read_text(errors="replace").splitlines()
        failed = [line.split(" ")[1] for line in lines if line.startswith(("FAILED ", "ERROR "))]
        return failed[0].partition("[")[0] if failed else ""
