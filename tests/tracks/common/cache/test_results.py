"""Results on disk are those that are computed, whatever happens to their folder, which stays within its bound."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.dashboard.test_main import WITHOUT_RIGHTS
from tracks.common.cache import cached_on_disk, opened_folder, switched_off
from tracks.common.cache import results as module
from tracks.common.cache.results import MISSING, Results, Unusable, key_of
from tracks.common.cache.version import digest_of

ROOT = Path(__file__).parents[4]
MB = 10**6


@dataclass(frozen=True)
class Asked:
    start: float
    rounds: int = 3


calls: list[object] = []


@cached_on_disk
def curve(asked: Asked, *, name: str | None = None) -> tuple[np.ndarray, str]:
    calls.append((asked, name))
    found = asked.start + np.arange(asked.rounds) / 3
    found.setflags(write=False)
    return found, f"{name}"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of results that this process uses during the test."""
    with switched_off():
        module.open_folder(tmp_path / "results", 64 * MB)
        calls.clear()
        yield tmp_path / "results"
        module.close()


@pytest.fixture
def anew(folder: Path) -> Callable[[], None]:
    """A function after which the folder is read by what is in effect another process."""

    def reopen() -> None:
        module.close()
        module.open_folder(folder, 64 * MB)

    return reopen


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What the log says of results that cannot be kept."""
    return lambda: [record.getMessage() for record in caplog.records if record.name == module.__name__]


def answer(start: float = 0.1) -> list[float]:
    return curve(Asked(start))[0].tolist()


RIGHT = [0.1, 0.1 + 1 / 3, 0.1 + 2 / 3]


def test_a_result_is_computed_once_and_is_the_same_to_the_last_bit(folder: Path, anew: Callable[[], None]) -> None:
    first = curve(Asked(0.1, 1000), name="a")
    anew()
    second = curve(Asked(0.1, 1000), name="a")
    assert len(calls) == 1
    assert first[0].tobytes() == second[0].tobytes()
    assert second[1] == "a"
    assert not second[0].flags.writeable
    assert folder.stat().st_mode & 0o777 == 0o700


def test_calls_that_differ_in_anything_have_results_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [1, 1.0, True, "1", None, (1,), ((1,),), (1, 1), -0.0, 0.0, 1 + 2**-52, Asked(1.0), Asked(1.0, 4), "a,b",
              ("a", "b"), ("a,b",), np.float64(1.0)]  # fmt: skip
    keys = [key_of("f", (value,), {}) for value in values] + [key_of("g", (1,), {}), key_of("f", (), {"x": 1})]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert key_of("f", (), {"a": 1, "b": 2}) == key_of("f", (), {"b": 2, "a": 1})
    monkeypatch.setattr(module, "model_version", lambda: "another")
    assert key_of("f", (1,), {}) not in keys


def test_arguments_that_are_not_plain_are_computed(folder: Path) -> None:
    for _ in range(2):
        assert curve(Asked([0.1])).__len__() == 2  # type: ignore[arg-type]
    assert len(calls) == 2


def test_a_change_of_any_file_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text("x = 1")
    seen = [digest_of(tmp_path)]
    for change in (
        lambda: (tmp_path / "a" / "one.py").write_text("x = 2"),
        lambda: (tmp_path / "a" / "one.py").rename(tmp_path / "a" / "two.py"),
        lambda: (tmp_path / "table.npz").write_bytes(b""),
    ):
        change()
        seen.append(digest_of(tmp_path))
    assert len(set(seen)) == 4
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "one.pyc").write_bytes(b"compiled")
    assert digest_of(tmp_path) == seen[-1]


# --- a damaged folder -------------------------------------------------------------------------------------------------


def stored(folder: Path) -> list[tuple[int, bytes]]:
    with closing(sqlite3.connect(folder / "cache.db")) as database:
        return database.execute("SELECT rowid, value FROM Cache").fetchall()


def test_a_damaged_result_is_computed_anew(folder: Path, anew: Callable[[], None]) -> None:
    answer(5.0)
    assert answer() == RIGHT
    (_, other), (row, value) = stored(folder)
    turned = bytes([*value[:-9], value[-9] ^ 1, *value[-8:]])  # a bit of a number: it would still be read
    for damaged in (turned, value[:-1], value[:20], b"", b"\x80\x05N.", other, "a text", 7):
        with closing(sqlite3.connect(folder / "cache.db")) as database:
            database.execute("UPDATE Cache SET value = ? WHERE rowid = ?", (damaged, row))
            database.commit()
        anew()
        calls.clear()
        assert answer() == RIGHT
        assert len(calls) == 1
        assert answer() == RIGHT  # and is kept again
        assert len(calls) == 1


def test_a_damaged_database_costs_time_and_one_sentence(
    folder: Path, anew: Callable[[], None], said: Callable[[], list[str]]
) -> None:
    answer()
    module.close()
    for name in ("cache.db-wal", "cache.db-shm"):
        (folder / name).unlink(missing_ok=True)
    whole = (folder / "cache.db").read_bytes()
    for content in (b"no database at all" * 100, whole[: len(whole) // 2], whole[:4096] + b"\x55" * 20000):
        (folder / "cache.db").write_bytes(content)
        anew()
        before = len(said())
        assert answer() == RIGHT
        assert answer() == RIGHT
        assert len(said()) <= before + 1
    assert "results cannot be kept in" in said()[0]
    assert "the lab answers the same" in said()[0]


def test_a_folder_that_is_emptied_under_a_lab_costs_time_alone(folder: Path) -> None:
    answer()
    for path in folder.iterdir():
        path.unlink()
    assert answer() == RIGHT
    assert answer(0.2) != RIGHT


def test_a_folder_that_others_may_write_is_not_read(tmp_path: Path, said: Callable[[], list[str]]) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o770)
    with pytest.raises(Unusable, match="chmod 700"):
        Results(shared, MB)
    if os.geteuid() == 0:
        shared.chmod(0o700)
        os.chown(shared, 12345, -1)
        with pytest.raises(Unusable, match="belongs to another user"):
            Results(shared, MB)
    with switched_off():
        module.open_folder(shared, MB)
        assert opened_folder() is None
        assert answer() == RIGHT
    assert len(said()) == 1


@pytest.mark.parametrize(
    ("made", "unprivileged"),
    [("", True), ("resource.setrlimit(resource.RLIMIT_FSIZE, (98304, 98304))", False)],
    ids=["read-only", "full"],
)
def test_a_folder_that_cannot_be_written_costs_time_and_one_sentence(
    tmp_path: Path, made: str, unprivileged: bool
) -> None:
    """A disk that is full is one on which a file cannot grow."""
    results = Results(tmp_path / "results", 64 * MB)
    results.close()
    code = f"""
import resource, sys
from pathlib import Path
import numpy as np
from tracks.common.cache import cached_on_disk, open_folder
{made}
open_folder(Path(sys.argv[1]), {64 * MB})
@cached_on_disk
def wide(start):
    return start + np.arange(4000.0)
assert all(wide(n)[0] == n and wide(n)[-1] == n + 3999 for n in range(40))
"""
    if unprivileged:
        for path in (*results.folder.iterdir(), results.folder):
            path.chmod(0o500)
    before = WITHOUT_RIGHTS if unprivileged and os.geteuid() == 0 else []
    ended = subprocess.run(
        [*before, sys.executable, "-c", code, str(results.folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("results cannot be kept") == 1, ended.stderr


# --- many processes, and a bound --------------------------------------------------------------------------------------


def test_processes_that_begin_at_once_share_one_folder(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from tracks.common.cache import cached_on_disk, open_folder, opened_folder
computed = 0
open_folder(Path(sys.argv[1]), {64 * MB})
@cached_on_disk
def square(n):
    global computed
    computed += 1
    return n * n, "x" * 2000
assert all(square(n) == (n * n, "x" * 2000) for turn in range(2) for n in range(200))
assert opened_folder() is not None
print(computed)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "results")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ended = [process.communicate() for process in running]
    assert all(process.returncode == 0 for process in running), ended
    assert all(problem == "" for _, problem in ended)
    after = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert after.stdout == "0\n"


def test_a_fork_opens_the_folder_for_itself(folder: Path) -> None:
    answer()
    child = os.fork()
    if child == 0:
        os._exit(0 if answer() == RIGHT and answer(7.0)[0] == 7.0 and len(calls) == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert answer(7.0)[0] == 7.0
    assert len(calls) == 1  # of the child's state this process has only its result
    with closing(sqlite3.connect(folder / "cache.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_folder_stays_within_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    results = Results(tmp_path / "results", 4 * MB)
    for number in range(200):
        results.put(f"key {number}", os.urandom(100_000))
    with closing(sqlite3.connect(results.folder / "cache.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    results.close()
    assert sum(path.stat().st_size for path in results.folder.rglob("*")) < 4 * MB + 200_000
    found = [number for number in range(200) if results.get(f"key {number}") is not MISSING]
    results.close()
    assert found == list(range(found[0], 200))
    assert len(found) >= 20


def test_without_a_bound_nothing_is_kept(tmp_path: Path) -> None:
    with switched_off():
        module.open_folder(tmp_path / "results", 0)
        assert answer() == RIGHT
    assert not (tmp_path / "results").exists()
