"""Real databases for the ledger's tests: SQLite files, and a PostgreSQL server of the tests' own."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from dashboard.ledger import Event, Store, upgrade
from tests import system_programs

ROOT = Path(__file__).parents[3]
BOTH = ("sqlite", "postgresql")


def programs_of_postgresql() -> Path:
    """Return the folder of initdb, or fail."""
    if (folder := system_programs.postgresql()) is not None:
        return folder
    pytest.fail("there is no PostgreSQL server to test with; install it: apt-get install postgresql", pytrace=False)


class Cluster:
    """A PostgreSQL server in a temporary folder, on a Unix socket, run by an ordinary user even when root tests."""

    def __init__(self, *settings: str, superuser: str = "edgelab") -> None:
        self.settings, self.superuser = settings, superuser
        self.programs = programs_of_postgresql()
        self.folder = Path(tempfile.mkdtemp(prefix="edgelab-pg-"))
        self.user: str | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            names = {entry.pw_name for entry in pwd.getpwall()}
            self.user = "postgres" if "postgres" in names else "nobody"
            shutil.chown(self.folder, self.user)
        self.log = self.folder / "log"
        options = ["-D", "data", "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        assert self._open("initdb", *options).wait(60) == 0, self.log.read_text()
        self.start()

    def _open(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [str(self.programs / program), *arguments]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, user=self.user, stdout=log, stderr=log)

    def start(self) -> None:
        """Start the server and wait until it answers; after a crash it first waits for its old children."""
        options = ("listen_addresses=", f"unix_socket_directories={self.folder}", "shared_buffers=16MB", *self.settings)
        command = ["postgres", "-D", "data", *(word for option in options for word in ("-c", option))]
        self.server = self._open(*command)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.server.poll() is not None:
                time.sleep(0.1)
                self.server = self._open(*command)
            try:
                psycopg.connect(host=str(self.folder), user=self.superuser, dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        pytest.fail(f"PostgreSQL did not start:\n{self.log.read_text()}", pytrace=False)

    def kill(self) -> None:
        """End the server as a power cut would, with the processes that answer: alone they would answer once more."""
        answering = psutil.Process(self.server.pid).children()
        self.server.kill()
        for process in answering:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.server.wait()
        psutil.wait_procs(answering, timeout=10)

    def remove(self) -> None:
        self.server.send_signal(signal.SIGQUIT)  # its word for "now": the data are thrown away anyway
        self.server.wait()
        shutil.rmtree(self.folder)

    def make_database(self, name: str) -> str:
        with psycopg.connect(
            host=str(self.folder), user=self.superuser, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://{self.superuser}@/{name}?host={self.folder}"


@pytest.fixture
def new_cluster() -> Iterator[Callable[[], Cluster]]:
    """A server that the test may kill."""
    made: list[Cluster] = []

    def make() -> Cluster:
        made.append(Cluster())
        return made[-1]

    yield make
    for cluster in made:
        cluster.remove()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster("fsync=off")  # nobody cuts its power
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def shared_postgresql_url(cluster: Cluster) -> str:
    url = cluster.make_database("shared")
    upgrade(url)
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An upgraded SQLite ledger of the test's own."""
    path = tmp_path / "ledger.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """An upgraded ledger on either database; the students in it are the test's own."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "shared_postgresql_url")
    return url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own, without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    url: str = request.getfixturevalue("cluster").make_database(f"own_{uuid.uuid4().hex}")
    return url


@pytest.fixture
def new_store() -> Iterator[Callable[..., Store]]:
    """Stores that are closed after the test."""
    made: list[Store] = []

    def make(url: str, **options: Any) -> Store:
        made.append(Store(url, **options))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(database_url: str, new_store: Callable[..., Store]) -> Store:
    return new_store(database_url)


@pytest.fixture
def student() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Events:
    """Events of one student, complete but for what a test is about."""

    student: str

    def attempt(self, key: str = "try-1", **changes: Any) -> Event:
        fields: dict[str, Any] = {
            "student": self.student,
            "track": "edge_guardian",
            "bench": "paradox",
            "kind": "try",
            "payload": {"participation": 0.01},
            "idempotency_key": key,
            "model_version": "1",
            "seed": 7,
        }
        return Event(**{**fields, **changes})

    def lock(self, key: str = "lock-1", prediction: str = "ratio", **changes: Any) -> Event:
        return self.attempt(key, **{"kind": "lock", "prediction": prediction, "payload": {"value": 3.0}, **changes})


@pytest.fixture
def events(student: str) -> Events:
    return Events(student)


@pytest.fixture
def start_python() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start Python processes that can import the lab; whatever still runs after the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
