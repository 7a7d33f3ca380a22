"""What every test shares: Hypothesis without deadlines, and labs on ledgers of their own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dash import Dash
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests import system_programs
from tests.http_student import Student
from tracks.common.cache import close, open_folder, switched_off
from tracks.loading.registry import Registry, load_registry

# The machine may be busy; a slow example is no failure, nor is a slow draw of the first.
hypothesis_settings.register_profile("edgelab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("edgelab")

PLUGINS = Path(__file__).with_name("plugins")
RESULTS_BYTES = 10**9


def pytest_configure(config: pytest.Config) -> None:
    """Give all processes of a run one folder of results, those of servers included: a state is computed once a run."""
    if "EDGELAB_CACHE_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="edgelab-results-")
        os.environ["EDGELAB_CACHE_DIR"] = folder

        def remove() -> None:
            del os.environ["EDGELAB_CACHE_DIR"]
            shutil.rmtree(folder, ignore_errors=True)

        config.add_cleanup(remove)
    open_folder(Path(os.environ["EDGELAB_CACHE_DIR"]), RESULTS_BYTES)
    config.add_cleanup(close)


@pytest.fixture
def everything_computed() -> Iterator[None]:
    """For tests whose subject is the computation itself: no result is read from disk."""
    with switched_off():
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose browser or database is not there; CI has all of them, and asks each of these twice.

    A browser and a database server work at their own pace, and on a busy machine one step in some ten thousand takes
    longer than a test waits. CI runs such a test once more before it fails; what failed at first is told at the end.
    """
    if system_programs.is_ci():
        for item in items:
            if system_programs.needs(item):
                item.add_marker(pytest.mark.flaky(reruns=1))
    missing = set(system_programs.left_out())
    without = [item for item in items if missing & system_programs.needs(item)]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if not missing & system_programs.needs(item)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was left out; all that the peers are needed for is in the sweep."""
    swept = terminalreporter.config.getoption("markexpr") != "not sweep"
    for name, reason in system_programs.left_out().items():
        if name != "peers" or swept:
            line = f"LEFT OUT: the tests that drive the {name} ({reason})."
            terminalreporter.write_line(line, yellow=True, bold=True)
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.write_line(f"FAILED AT FIRST: {report.nodeid}", yellow=True, bold=True)
        terminalreporter.write_line(report.longreprtext)


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The built-in tracks and benches, and the plugin of tests/plugins."""
    return load_registry(folder=PLUGINS)


@pytest.fixture
def new_app(tmp_path: Path, registry: Registry) -> Callable[[], Dash]:
    """A function that starts a lab on this test's ledger: called twice, it is a restart."""

    def start() -> Dash:
        settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
        upgrade(settings.database_url)
        return create_app(settings, registry)

    return start


@pytest.fixture
def app(new_app: Callable[[], Dash]) -> Dash:
    """One lab."""
    return new_app()


@pytest.fixture
def student(app: Dash, registry: Registry) -> Student:
    """One student of that lab."""
    return Student.of(app, registry)
