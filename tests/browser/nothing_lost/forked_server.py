"""A lab that is made once and forks the process that serves, as gunicorn does: to kill and start it takes no time.

    python -m tests.browser.nothing_lost.forked_server PORT

Each line of the input is a command, ``start``, ``stop`` or ``kill``; ``done`` is written when it was carried out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

ROOT = Path(__file__).parents[3]


class ForkedServer:
    """The lab on a port, on a ledger that outlives every start."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "EDGELAB_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", __name__, str(port)]
        self.process = subprocess.Popen(
            command, env=environment, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._answered()

    def _answered(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "done\n"

    def tell(self, command: str) -> None:
        """Start, stop or kill the process that serves; a started one answers when this returns."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        self._answered()
        while command == "start":
            try:
                urllib.request.urlopen(f"{self.url}/_health", timeout=5).read()
                return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)


@contextmanager
def forked_server(data: Path, port: int) -> Iterator[ForkedServer]:
    """A started lab, ended with the block."""
    server = ForkedServer(data, port)
    server.tell("start")
    yield server
    server.tell("kill")
    server.process.communicate(timeout=30)


def main(port: int) -> None:
    import waitress

    from dashboard.app import create_app
    from dashboard.ledger.migrations import upgrade
    from dashboard.settings import Settings

    settings = Settings.from_environment()
    upgrade(settings.database_url)
    app = create_app(settings)
    print("done", flush=True)
    child = 0
    for line in sys.stdin:
        if line == "start\n":
            child = os.fork()
            if child == 0:
                waitress.serve(app.server, host="127.0.0.1", port=port, threads=8, _quiet=True)
                os._exit(0)
        else:
            os.kill(child, signal.SIGTERM if line == "stop\n" else signal.SIGKILL)
            os.waitpid(child, 0)
        print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
