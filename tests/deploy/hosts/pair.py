"""Two machines of docs/hosting/second_machine.md, each a folder and an address of the loopback network.

PostgreSQL, Redis, nginx, gunicorn and Celery are the real ones. What ``tests/deploy/department`` plays is played here
too, and beside it ``ssh`` and ``pip``: the program is the tree of the tests, of which the second version differs by its
number.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from tests import system_programs
from tests.browser.conftest import free_port
from tests.deploy.department.machine import ROOT, Machine, blocks
from tests.http_browser import Browser, Reply
from tests.redis_server import until

PAGE = ROOT / "docs" / "hosting" / "second_machine.md"
NAME = "lab.example.edu"
ADDRESSES = ("127.0.0.1", "127.0.0.2")
OLD, NEW = "0.1.0", "99.0.0"
_PROGRAM = """#!/bin/sh
PYTHONPATH={versions}:{root} exec {python} -m dashboard "$@"
"""


class Host(Machine):
    """One of the two machines."""

    def __init__(self, first: Host | None = None) -> None:
        super().__init__(OLD, first.cluster if first else None)
        self.address = ADDRESSES[1 if first else 0]
        self.port = first.port if first else self.port
        self.names |= {
            "PORT": str(self.port),
            "FIRST": ADDRESSES[0],
            "SECOND": ADDRESSES[1],
            "DATABASE": f"postgresql://edgelab@/edgelab?host={self.cluster.folder}",
            "REDIS": str(self.folder / "redis"),
            "QUEUES": first.names["QUEUES"] if first else str(free_port()),
        }
        (self.folder / "redis").mkdir()
        for version in (OLD, NEW):
            self._release(version)
        (self["RELEASES"] / "current").symlink_to(OLD)
        if first:
            (self.bin / "ssh").write_text(f'#!/bin/sh\nexec cat "{first["CONFIG"]}/environment"\n')
            (self.bin / "ssh").chmod(0o755)

    @staticmethod
    def _quick() -> dict[str, str]:
        """The folder of results that a run of the tests shares: this process has filled it."""
        return {"EDGELAB_CACHE_DIR": os.environ["EDGELAB_CACHE_DIR"]}

    def _release(self, version: str) -> None:
        programs = self["RELEASES"] / version / "bin"
        told = self["RELEASES"] / version / "told" / f"edgelab-{version}.dist-info"
        programs.mkdir(parents=True)
        told.mkdir(parents=True)
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: edgelab\nVersion: {version}\n")
        command = _PROGRAM.format(versions=shlex.quote(str(told.parent)), root=ROOT, python=sys.executable)
        for name, text in (("edgelab", command), ("pip", "#!/bin/sh\n")):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)

    def block(self, heading: str, number: int, page: Path | None = None, *, without: str = "") -> str:
        """Run a block of a page, that of the department unless another is named; leave out lines that match."""
        found = [commands for at, commands in (blocks(page) if page else blocks()) if at == heading]
        lines = found[number].splitlines(keepends=True)
        return self.run("".join(line for line in lines if not (without and re.search(without, line))))

    def _start(self, name: str) -> str | None:
        if name != "redis-server":
            return super()._start(name)
        command = [str(system_programs.redis()), str(self.folder / "redis" / "redis.conf"), "--dir", str(self.folder)]
        with self.log.open("ab") as log:
            self.running[name] = subprocess.Popen(command, stdout=log, stderr=log)
        until(lambda: socket.create_connection((ADDRESSES[0], int(self.names["QUEUES"])), timeout=1).close())
        return None

    def kill(self) -> None:
        """End everything of the lab on this machine at once, as a loss of power does."""
        opened = [self.running.pop(name) for name in ("edgelab", "edgelab-worker")]
        found = []
        for one in opened:
            process = psutil.Process(one.pid)
            found += [process, *process.children(recursive=True)]
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for one in opened:
            one.wait(60)
        psutil.wait_procs(found, timeout=60)


class Direct(Browser):
    """A browser as nginx would pass it on to one of the machines, with the cookies of another one."""

    def __init__(self, host: Host, like: Browser) -> None:
        super().__init__(NAME, host.port, certificate=None)
        self.address, self.cookies = host.address, like.cookies

    def connect(self) -> socket.socket:
        """Open a connection to the machine."""
        return socket.create_connection((self.address, self.port), timeout=60)

    def request(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Reply:
        """Send a request with what nginx adds."""
        passed = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": NAME}
        origin = {"Origin": f"https://{NAME}"} if "Origin" in headers else {}
        return super().request(method, path, body, {**headers, **passed, **origin})
