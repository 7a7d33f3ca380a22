"""Heavy work in processes and on a cluster of Dask: the same bits; what a lost worker had is done again."""

# N17

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.dashboard.second_opinions.conftest import wait_for
from tests.tracks import cluster_parts
from tools.certificates import certificate
from tracks.commands import places as module
from tracks.commands.places import places
from tracks.commands.terminal import CommandError

ROOT = Path(__file__).parents[2]


@dataclass
class Cluster:
    """A scheduler and two workers, processes of their own on this machine."""

    address: str
    workers: list[subprocess.Popen[bytes]]
    log: Path


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    log = folder / "log"
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "1m",
    }

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments], env=environ, cwd=folder, stdout=output, stderr=output
            )

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
    found = wait_for(lambda: re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text()))
    made = Cluster(found[0], [], log)
    try:
        for _ in range(2):
            made.workers.append(
                start("worker", made.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
                      "--local-directory", str(folder))
            )  # fmt: skip
        wait_for(lambda: len(re.findall(r"Registered to:", log.read_text())) == 2)
        yield made
    finally:
        for process in (*made.workers, scheduler):
            process.terminate()
        for process in (*made.workers, scheduler):
            process.wait(60)


def test_a_cluster_has_the_bits_of_processes_and_of_this_one(cluster: Cluster) -> None:
    seeds = range(4)
    expected = [cluster_parts.accuracy(seed) for seed in seeds]
    for scheduler, said in (("", "2 processes"), (cluster.address, f"2 workers of {cluster.address}")):
        with places(scheduler, 2) as (pool, where):
            assert where == said
            assert [one.result() for one in [pool.submit(cluster_parts.accuracy, seed) for seed in seeds]] == expected


def test_a_certificate_of_a_cluster_is_that_of_this_process(cluster: Cluster) -> None:
    name = "edge_guardian/paradox"
    here = certificate(name, 16)
    with places(cluster.address, 2) as (pool, _):
        there = pool.submit(certificate, name, 16).result()
    assert replace(there, seconds=0.0) == replace(here, seconds=0.0)


def test_a_worker_with_other_files_computes_nothing(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "model_version", lambda: "another")
    with (
        places(cluster.address, 2) as (pool, _),
        pytest.raises(Exception, match="other files, libraries or another kind"),
    ):
        pool.submit(cluster_parts.accuracy, 1).result()


def test_a_part_of_a_lost_worker_is_done_again_and_an_end_takes_back_the_rest(cluster: Cluster, tmp_path: Path) -> None:
    """Last of this file: afterwards the cluster has one worker."""

    def begun() -> list[list[str]]:
        file = tmp_path / "begun"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    marks = str(tmp_path)
    with places(cluster.address, 2, begin=(cluster_parts.begin, (marks,))) as (pool, _):
        waiting = [pool.submit(cluster_parts.marked, marks, number) for number in range(6)]
        wait_for(lambda: len(begun()) == 2)
        lost = cluster.workers[0]
        (number,) = [number for number, process in begun() if int(process) == lost.pid]
        lost.send_signal(signal.SIGKILL)
        (tmp_path / "go").touch()
        assert sorted(done.result() for done in as_completed(waiting)) == [n * n for n in range(6)]
        assert [one.result() for one in waiting] == [n * n for n in range(6)]
    assert [one for one, _ in begun()].count(number) == 2
    assert sorted((tmp_path / "prepared").read_text().split()) == sorted(str(one.pid) for one in cluster.workers)

    (tmp_path / "go").unlink()
    before = len(begun())

    def stop() -> None:
        with places(cluster.address, 2) as (pool, _):
            for number in range(6):
                pool.submit(cluster_parts.marked, marks, number)
            wait_for(lambda: len(begun()) > before)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    (tmp_path / "go").touch()
    with places(cluster.address, 2) as (pool, _):
        assert pool.submit(cluster_parts.accuracy, 1).result() == cluster_parts.accuracy(1), "it comes after what ran"
    assert len(begun()) == before + 1, "what had not begun is not begun"


def test_a_wrong_address_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense:nonsense", "tcp://"):
        with (
            pytest.raises(CommandError, match=r"no scheduler answers there \(.*\); start one with"),
            places(address, 2),
        ):
            pass
