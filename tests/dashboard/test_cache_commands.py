"""``edgelab cache``: what is computed ahead is found by a page, and what is kept is counted and can be forgotten."""

import json
import os
from pathlib import Path

import pytest

from tests.dashboard.conftest import Run
from tests.dashboard.test_main import check_sentence, shell
from tracks.commands.terminal import ExitCode
from tracks.commands.warming import Part, _computed, sweeps
from tracks.common.cache import close, open_folder, switched_off
from tracks.common.cache.results import Results
from tracks.loading.registry import Registry

__all__ = ["shell"]  # a fixture

PREVIEW = Path(__file__).parents[1] / "preview_plugins"
STATES = 3 + 3 + 2 + 3  # of the crane's crisis, rounds, compression and radio: at its start, alone, then each two
BOUND = 16 * 10**6


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """Settings with a folder of results that no other test knows."""
    return {"EDGELAB_CACHE_DIR": str(tmp_path / "results"), "EDGELAB_CACHE_MB": "16"}


def fill(folder: Path, count: int, size: int) -> None:
    results = Results(folder, BOUND)
    for number in range(count):
        results.put(f"key {number}", os.urandom(size))
    results.close()


def test_a_swept_state_is_found_by_the_page(registry: Registry, tmp_path: Path) -> None:
    """Nothing is computed for it any more, neither while a slider moves nor at rest, nor for its figures."""
    track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", "convergence")
    parts = list(sweeps([(track, bench)], places=3, pairs=2))
    states = [dict(state) for part in parts for state in part.states]
    start = bench.defaults()
    moved = [{name for name in start if state[name] != start[name]} for state in states]
    assert {len(names) for names in moved} == {0, 1, 2}
    assert set().union(*moved) == set(start)
    with switched_off():
        open_folder(tmp_path / "results", 10**8)
        one = next(state for state in states if state["local_steps"] != start["local_steps"])
        assert _computed(None, Part(track=track.id, bench=bench.id, states=(tuple(one.items()),))) == 1
        results = Results(tmp_path / "results", 10**8)
        before = results.count()
        _computed(None, Part(track=track.id, bench=bench.id, states=(tuple(one.items()),)))
        assert results.count() == before > 0
        results.close()
        close()


def test_a_bench_is_swept_by_processes_of_its_own(shell: Run, environment: dict[str, str]) -> None:
    command = ["cache", "warm", "harbour_crane/crisis", "--places", "3", "--pairs", "2", "--jobs", "2", "--json"]
    ended = shell(*command, env={"EDGELAB_TRACKS_DIR": str(PREVIEW)})
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["states"] > STATES
    assert told["folder"] == environment["EDGELAB_CACHE_DIR"]
    assert told["results"] > 0
    assert not told["full"]


def test_it_stops_before_one_result_pushes_another_out(edgelab: Run, own: dict[str, str]) -> None:
    fill(Path(own["EDGELAB_CACHE_DIR"]), 155, 100_000)
    ended = edgelab("cache", "warm", env=own)
    assert ended.returncode == 0, ended.stderr
    assert ": 0 states in 0 s, 155 results" in ended.stdout
    assert "It is full: EDGELAB_CACHE_MB sets more." in ended.stdout


def test_what_cannot_be_swept_is_said_in_a_sentence(edgelab: Run) -> None:
    none = edgelab("cache", "warm", env={"EDGELAB_CACHE_MB": "0"})
    check_sentence(none, ExitCode.USAGE, "EDGELAB_CACHE_MB is 0")
    shown = edgelab("cache", "show", env={"EDGELAB_CACHE_MB": "0"})
    assert shown.stdout.endswith(": 0 results, 0.0 MB; EDGELAB_CACHE_MB is 0, so none are kept\n")
    nowhere = edgelab("cache", "warm", env={"EDGELAB_CACHE_DIR": "/dev/null/results", "EDGELAB_CACHE_MB": "16"})
    check_sentence(nowhere, ExitCode.FAILED, "results cannot be kept in /dev/null/results")


def test_a_folder_that_cannot_be_made_is_said_before_a_lab_starts_with_it(edgelab: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shown = edgelab("cache", "show", env={"EDGELAB_CACHE_DIR": str(tmp_path / "file/a/b"), "EDGELAB_CACHE_MB": "16"})
    check_sentence(shown, ExitCode.FAILED, f"results cannot be kept in {tmp_path / 'file/a/b'}")
    assert "file is not a folder" in shown.stderr


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("edge_guardian/privcay", "did you mean edge_guardian/privacy"),
        ("edge_gardian/privacy", "did you mean edge_guardian/privacy"),
        ("edge_guardian/", "edge_guardian has keyboard, paradox, memory"),
        ("edge_gardian/harbour", "did you mean edge_guardian?"),
        *((target, "the tracks are cloud_titan, edge_guardian") for target in ("", "//", "../x", "a\nb\x1b[2J")),
    ],
)
def test_a_target_that_is_no_bench_is_said_in_a_sentence(edgelab: Run, target: str, said: str) -> None:
    check_sentence(edgelab("cache", "warm", target), ExitCode.USAGE, said)


@pytest.mark.parametrize(
    ("option", "value"), [("--places", "1"), ("--places", "abc"), ("--pairs", "1"), ("--jobs", "0"), ("--jobs", "nan")]
)
def test_an_option_that_cannot_work_is_said_before_anything_is_loaded(edgelab: Run, option: str, value: str) -> None:
    ended = edgelab("cache", "warm", option, value)
    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert f"'{value}'" in ended.stderr.splitlines()[-1]


def test_results_are_counted_and_forgotten(edgelab: Run, own: dict[str, str]) -> None:
    folder = Path(own["EDGELAB_CACHE_DIR"])
    assert json.loads(edgelab("cache", "show", "--json", env=own).stdout)["results"] == 0
    assert not folder.exists(), "nothing is made by looking"
    fill(folder, 5, 1_500_000)
    told = json.loads(edgelab("cache", "show", "--json", env=own).stdout)
    assert (told["results"], told["folder"], told["most_bytes"]) == (5, str(folder), BOUND)
    assert 5 * 1_500_000 < told["bytes"] < 6 * 1_500_000
    assert "5 results, 7.5 MB of 16.0 MB at most" in edgelab("cache", "show", env=own).stdout
    fill(folder / "answers", 1, 1_500_000)
    assert edgelab("cache", "clear", env=own).returncode == 0
    assert json.loads(edgelab("cache", "show", "--json", env=own).stdout)["results"] == 0
    assert Results(folder / "answers", BOUND).count() == 0, "the answers that the lab keeps go too"


def test_a_damaged_file_can_be_forgotten_too(edgelab: Run, own: dict[str, str]) -> None:
    folder = Path(own["EDGELAB_CACHE_DIR"])
    fill(folder, 3, 1_500_000)
    (folder / "cache.db").write_bytes(b"no database" * 1000)
    check_sentence(edgelab("cache", "show", env=own), ExitCode.FAILED, "results cannot be kept in")
    assert edgelab("cache", "clear", env=own).returncode == 0
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 100_000
    assert json.loads(edgelab("cache", "show", "--json", env=own).stdout)["results"] == 0


def test_what_is_no_result_stays_where_results_are_forgotten(edgelab: Run, own: dict[str, str]) -> None:
    """EDGELAB_CACHE_DIR may name a folder by mistake, and one that others may write is as unusable as a damaged one."""
    folder = Path(own["EDGELAB_CACHE_DIR"])
    fill(folder, 3, 1_500_000)
    kept = [folder / "go" / "main.go", folder / "ab" / "notes.txt", folder / "ab" / "cd" / "thesis.tex"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("work of years")
    folder.chmod(0o775)
    assert edgelab("cache", "clear", env=own).returncode == 0
    assert [path.read_text() for path in kept] == ["work of years"] * 3
    left = [path for path in folder.rglob("*") if path.is_file() and path not in kept]
    assert left == []
