"""How long a client waits while others send slowly, say nothing, do not close, or do not read.

    python -m benchmarks.load.slow_clients [--clients 50] [--requests 5] [--worker gthread]

gunicorn runs with the lab's configuration, two workers of four threads, on a small application. For each way of being
slow, that many clients begin; then another client sends requests, one after another, and the longest of their answers
is printed. ``--worker gthread`` measures gunicorn's own threaded worker in place of the lab's.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 12.0  # after which a request counts as not answered
APP = """
def server(environ, start):
    body = b"x" * (64_000_000 if environ["PATH_INFO"] == "/large" else len(environ["wsgi.input"].read()))
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""
HEAD = b" / HTTP/1.1\r\nHost: lab\r\n"
WAYS: dict[str, tuple[bytes, bytes]] = {  # what each client sends at once, and what it sends every second
    "a byte of the body a second": (b"POST" + HEAD + b"Content-Length: 3000\r\n\r\n", b"x"),
    "a byte of a large body a second": (b"POST" + HEAD + b"Content-Length: 300000\r\n\r\n", b"x"),
    "a byte of a chunk a second": (b"POST" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFF\r\n", b"x"),
    "a byte of the headers a second": (b"GET" + HEAD, b"x"),
    "nothing": (b"", b""),
    "a request, and never closes": (b"GET" + HEAD + b"Connection: close\r\n\r\n", b""),
    "a request, and reads no answer": (b"GET /large HTTP/1.1\r\nHost: lab\r\n\r\n", b""),
}


@contextmanager
def small_server(folder: Path, *, worker: str = "") -> Iterator[int]:
    """Serve a small application by the lab's configuration, or with another worker class, and yield its port."""
    (folder / "small.py").write_text(APP, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "EDGELAB_BIND": f"127.0.0.1:{port}",
        "EDGELAB_DATA_DIR": str(folder / "data"),
        "WEB_CONCURRENCY": "2",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.hosting.gunicorn_conf"]
    command += ["--pythonpath", f"{folder},{ROOT}", *(["--worker-class", worker] if worker else []), "small:server"]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=output)
    try:
        while log.read_text().count("Booting worker") < 2:
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.05)
        yield port
    finally:
        process.kill()  # a worker that is held would end after its grace only; workers end with their parent
        process.wait()


@contextmanager
def slow_clients(port: int, number: int, first: bytes, further: bytes) -> Iterator[list[socket.socket]]:
    """Connect that many clients, which send ``first`` at once and ``further`` every second."""
    stopped = threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(number)]

        def send(data: bytes) -> None:
            for client in clients if data else []:
                try:
                    client.sendall(data)
                except OSError:
                    continue  # the server has closed it

        def drip() -> None:
            while not stopped.wait(1.0):
                send(further)

        send(first)
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield clients
        finally:
            stopped.set()
            thread.join()


def longest_wait(port: int, requests: int) -> float:
    """Return the longest time [s] of some requests on new connections; infinite where one is not answered."""
    longest = 0.0
    for _ in range(requests):
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            return float("inf")
        finally:
            connection.close()
        longest = max(longest, time.monotonic() - start)
    return longest


def measure(clients: int, requests: int, worker: str, tell: Callable[[str, float], None]) -> None:
    """Tell the longest wait under each way of being slow, each on a server of its own."""
    for name, (first, further) in WAYS.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            small_server(Path(folder), worker=worker) as port,
            slow_clients(port, clients, first, further),
        ):
            time.sleep(1.0)  # until the server has accepted them
            tell(name, longest_wait(port, requests))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--requests", type=int, default=5)
    parser.add_argument("--worker", default="", help="another worker class of gunicorn, gthread for one")
    options = parser.parse_args()
    print(f"{options.clients} clients send ...; the longest of {options.requests} answers to another client, s")

    def tell(name: str, seconds: float) -> None:
        said = f"{seconds:.3f}" if seconds < PATIENCE_S else f"none within {PATIENCE_S:.0f}"
        print(f"  {name:<36}{said:>16}", flush=True)

    measure(options.clients, options.requests, options.worker, tell)


if __name__ == "__main__":
    main()
