"""Two hosts beside one on the same cores: what the network, nginx, PostgreSQL and Redis cost an update.

    python -m benchmarks.load.hosts [--students 30 100] [--seconds 10] [--rounds 2]

Three labs run on this machine with empty caches, and get the same slider changes of paradox and memory by turns:

* one host: ``edgelab serve`` with two workers and SQLite, asked directly
* one host behind nginx
* two hosts behind nginx, one worker each, with PostgreSQL and Redis (limits, computed results, second opinions)

Processor time is that of all that serves, and told for each part. The load comes from a process of its own. No time is
asserted.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.hall import CLOSED, CLOSED_RATE, Hall, print_heading
from benchmarks.load.serving import Served, free_port, served
from benchmarks.load.students import Bodies, twin
from dashboard.ledger.migrations import upgrade
from tracks.loading.registry import load_registry

UPSTREAM = "upstream edgelab_workers {{ {servers} keepalive 32; }}"
PASSED_ON = """
    client_max_body_size 44m;
    keepalive_requests 100000;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location / { proxy_pass http://edgelab_workers; }
"""


@contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[tuple[int, psutil.Process]]:
    """Share requests among servers of this machine; yield the port and the first process."""
    from tests.nginx_server import nginx_server

    folder.mkdir(parents=True)
    port = free_port()
    servers = " ".join(f"server 127.0.0.1:{one} max_fails=0;" for one in ports)
    with nginx_server(folder, port, server=PASSED_ON, http=UPSTREAM.format(servers=servers)) as process:
        yield port, psutil.Process(process.pid)


@dataclass
class Together(Served):
    """Some labs behind one port, with what they need beside them.

    Attributes:
        labs: the servers. beside: first processes of nginx and the databases, by name.
    """

    labs: list[Served] = field(default_factory=list)
    beside: Mapping[str, psutil.Process] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """What the labs have written so far."""
        return "".join(lab.log for lab in self.labs)

    def workers(self) -> list[psutil.Process]:
        """Return the workers of all labs."""
        return [worker for lab in self.labs for worker in lab.workers()]

    def parts_s(self) -> dict[str, float]:
        """Return the processor time of each part until now [s]."""
        found = {"labs": sum(lab.processor_s() for lab in self.labs)}
        for name, first in self.beside.items():
            found[name] = sum(_used_s(item) for item in [first, *first.children(recursive=True)])
        return found

    def processor_s(self) -> float:
        """Return the processor time of everything until now [s]."""
        return sum(self.parts_s().values())


def _used_s(process: psutil.Process) -> float:
    """Return the processor time of a process with that of its ended children [s]."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


@contextmanager
def one_host(folder: Path, *, behind: bool) -> Iterator[Together]:
    """One host with two workers and SQLite, behind nginx or not."""
    with ExitStack() as stack:
        lab = stack.enter_context(served(folder / "lab", ready="/_ready"))
        port, beside = lab.port, {}
        if behind:
            port, beside["nginx"] = stack.enter_context(nginx(folder / "nginx", [lab.port]))
        yield Together(lab.process, port, folder, [lab], beside)


@contextmanager
def two_hosts(folder: Path) -> Iterator[Together]:
    """Two hosts with a worker each behind nginx, with PostgreSQL and Redis."""
    from tests.dashboard.ledger.conftest import Cluster
    from tests.redis_server import redis_server, url

    cluster = Cluster()
    try:
        with ExitStack() as stack:
            (folder / "redis").mkdir(parents=True)
            redis_port = free_port()
            redis = stack.enter_context(redis_server(folder / "redis", redis_port, appendonly="yes"))
            ledger = cluster.make_database("hall")
            upgrade(ledger)
            shared = {f"EDGELAB_{name}": url(redis_port) for name in ("BROKER_URL", "CACHE_STORE", "LIMITS_STORE")}
            environ = {"EDGELAB_DATABASE_URL": ledger, "EDGELAB_SECRET_KEY": "x" * 48, **shared}
            labs = [
                stack.enter_context(served(folder / name, workers=1, environ=environ, ready="/_ready"))
                for name in ("first", "second")
            ]
            port, proxy = stack.enter_context(nginx(folder / "nginx", [lab.port for lab in labs]))
            beside = {
                "nginx": proxy,
                "PostgreSQL": psutil.Process(cluster.server.pid),
                "Redis": psutil.Process(redis.pid),
            }
            yield Together(labs[0].process, port, folder, labs, beside)
    finally:
        cluster.remove()


def measure(halls: Mapping[str, Hall], students: list[int], seconds: float, rounds: int) -> None:
    """Give each lab the same load by turns, and print a row and the parts of its processor time."""
    print_heading("closed forms")
    for number in students:
        for _ in range(rounds):
            for name, hall in halls.items():
                assert isinstance(hall.lab, Together)
                before = hall.lab.parts_s()
                hall.load(name, CLOSED, number, CLOSED_RATE, seconds)
                updates = number * round(seconds * CLOSED_RATE)
                parts = {part: (now - before[part]) / updates * 1e3 for part, now in hall.lab.parts_s().items()}
                print("| ... " + ", ".join(f"{part} {ms:.2f} ms" for part, ms in parts.items()) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, nargs="+", default=[30, 100])
    parser.add_argument("--seconds", type=float, default=10.0, help="of a load")
    parser.add_argument("--rounds", type=int, default=2, help="how often each lab has its turn")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end, too
    registry = load_registry()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder)
        labs = {
            "one host": stack.enter_context(one_host(place / "direct", behind=False)),
            "one host, nginx": stack.enter_context(one_host(place / "behind", behind=True)),
            "two hosts": stack.enter_context(two_hosts(place / "two")),
        }
        students = sorted(options.students)
        halls = {name: Hall(lab, lab, Bodies(twin(registry), registry), students[-1], 0) for name, lab in labs.items()}
        for hall in halls.values():
            hall.arrive(list(CLOSED))
        measure(halls, students, options.seconds, options.rounds)
        faults = sum(lab.log.count("Traceback") for lab in labs.values())
    print(f"\n{sum(hall.answered for hall in halls.values()):,} requests, {faults} tracebacks", flush=True)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
