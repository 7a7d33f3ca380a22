"""An nginx of the tests' own on a port of this machine; needs its program, which ``make test-programs`` installs."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import system_programs
from tests.redis_server import until

CONF = """
{user}
worker_processes 1;
pid {run}/pid;
error_log {run}/log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {run}/body;
    proxy_temp_path {run}/proxy;
    fastcgi_temp_path {run}/fastcgi;
    uwsgi_temp_path {run}/uwsgi;
    scgi_temp_path {run}/scgi;
    {http}
    server {{
        listen 127.0.0.1:{port};
        proxy_set_header Host $http_host;
        {server}
    }}
}}
"""


@contextmanager
def nginx_server(folder: Path, port: int, *, server: str, http: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run nginx until the end of the block, with further lines for its one server and for all of ``http``."""
    program = system_programs.nginx()
    assert program, "make test-programs installs nginx"
    user = "user root;" if os.geteuid() == 0 else ""
    conf, log = folder / "nginx.conf", folder / "log"
    conf.write_text(CONF.format(user=user, run=folder, port=port, http=http, server=server))
    command = [str(program), "-p", str(folder), "-c", str(conf), "-e", str(log), "-g", "daemon off;"]
    process = subprocess.Popen(command)
    try:

        def connect() -> None:
            assert process.poll() is None, log.read_text()
            socket.create_connection(("127.0.0.1", port), timeout=1).close()

        until(connect)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)
