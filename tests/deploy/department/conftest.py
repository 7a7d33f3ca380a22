"""docs/hosting/department.md from its first command to its last, once, with a student who is there all the while."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from dashboard.app import create_app
from dashboard.settings import Settings
from tests.deploy.department.machine import ROOT, Machine, blocks
from tests.deploy.test_release import version
from tests.http_browser import Browser, Reply
from tests.http_student import Student
from tracks.loading.registry import Registry

KEY = "edge_guardian/paradox"
NAME = "lab.example.edu"
NEXT = "99.0.0"


@dataclass
class Department:
    """The machine at the end of the page, and what was seen on the way."""

    machine: Machine
    student: Student
    ran: list[tuple[str, str]] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    first_page: Reply | None = None
    first_cookie: str = ""
    statuses: list[int] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def browser(self) -> Browser:
        """Return a new browser that trusts the department's certificate."""
        return Browser(NAME, self.machine.https, certificate=self.machine["TLS"] / "certs" / "edgelab.pem")

    def stored(self, database: str = "edgelab") -> int:
        """Return how many events a database of the department holds."""
        with psycopg.connect(host=str(self.machine.cluster.folder), user="postgres", dbname=database) as connection:
            (count,) = connection.execute("SELECT count(*) FROM events").fetchone() or (0,)
        return int(count)


def relabelled(wheel: Path, version: str, folder: Path) -> None:
    """Write a wheel with the same files under another version, as a release that changes nothing."""
    old = wheel.name.split("-")[1]
    with zipfile.ZipFile(wheel) as there, zipfile.ZipFile(folder / wheel.name.replace(old, version), "w") as new:
        for name in there.namelist():
            data = there.read(name)
            if name.endswith(".dist-info/METADATA"):
                data = data.replace(f"\nVersion: {old}\n".encode(), f"\nVersion: {version}\n".encode())
            new.writestr(name.replace(f"edgelab-{old}.dist-info", f"edgelab-{version}.dist-info"), data)


def after(seen: Department, heading: str, number: int) -> None:
    """Do what a student does and look at what a host looks at, after one block of the page."""
    student = seen.student
    match heading, number:
        case "The first check", 0:
            student.client = seen.browser()  # type: ignore[assignment]
            seen.first_page = student.client.get("/")  # type: ignore[assignment]
            seen.first_cookie = student.client.last_set  # type: ignore[attr-defined]
            seen.statuses = [
                *(student.lock(KEY, prediction).status_code for prediction in student.bench(KEY).predictions),
                student.open(KEY).status_code,
                student.record(KEY).status_code,
            ]
        case "An upgrade", 2:
            seen.events["when it was copied"] = seen.stored()
            assert student.observe(KEY).status_code == 200
            seen.events["before the restore"] = seen.stored()
        case "Restoring a copy", 1:
            seen.events["restored"] = seen.stored("edgelab_restored")
            seen.events["kept beside it"] = seen.stored()
        case "Another key", _:
            student.client.get("/edge_guardian")
            seen.statuses.append(student.update(KEY, student.bench(KEY).defaults()).status_code)
    if heading in ("The first check", "An upgrade", "Back to the version before"):
        seen.versions[heading] = (seen.machine["RELEASES"] / "current").readlink().name
    if student.client:
        seen.cookies[f"{heading}/{number}"] = dict(student.client.cookies)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def department(shipped: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """The whole page, run once; every block of it must end well."""
    (wheel,) = shipped.glob("*.whl")
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path_factory.mktemp("unused"))})
    machine = Machine(version())
    try:
        shutil.copy(wheel, machine.work)
        relabelled(wheel, NEXT, machine.work)
        shutil.copy(ROOT / "requirements" / "test.txt", machine.work)
        seen = Department(machine, Student(create_app(settings, registry), registry, None))  # type: ignore[arg-type]
        last, number = "", 0
        for heading, commands in blocks():
            number = number + 1 if heading == last else 0
            last = heading
            said = machine.run(commands, names={"NEW": NEXT})
            seen.ran.append((heading, commands))
            seen.said[f"{heading}/{number}"] = said
            after(seen, heading, number)
        yield seen
    finally:
        machine.remove()
