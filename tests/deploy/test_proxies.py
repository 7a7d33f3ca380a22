"""The lab under a path behind nginx: with the path kept and taken off, and as behind JupyterHub."""  # N16

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import unquote

import pytest
from waitress.server import create_server

from dashboard.app import create_app
from dashboard.ledger import upgrade
from dashboard.settings import Settings
from tests.browser.conftest import free_port
from tests.http_browser import Browser
from tests.http_student import Student
from tests.nginx_server import nginx_server
from tracks.loading.registry import Registry

KEY = "edge_guardian/paradox"
# The path that a browser sees, and whether the proxy takes it off. JupyterHub does so unless /absolute/ is in it,
# and then sends X-Forwarded-Prefix, as the others have to.
SCHEMES = {
    "nginx keeps the path": ("/courses/lab/", False),
    "nginx takes the path off": ("/lab/", True),
    "JupyterHub with /absolute/": ("/user/ada%40example.edu/proxy/absolute/8050/", False),
    "JupyterHub without": ("/user/ada%40example.edu/proxy/8050/", True),
}


class Front:
    """nginx, and a lab behind it for each of the schemes."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self.folder, self.registry, self.port = folder, registry, free_port()
        self.students: dict[str, Student] = {}
        self.servers = []
        locations = []
        for name, (prefix, taken_off) in SCHEMES.items():
            data = {"EDGELAB_DATA_DIR": str(folder / f"data{len(self.servers)}"), "EDGELAB_URL_PREFIX": prefix}
            settings = Settings.from_environment(data)
            upgrade(settings.database_url)
            app = create_app(settings, registry)
            server = create_server(app.server, host="127.0.0.1", port=0, threads=2)
            threading.Thread(target=server.run, daemon=True).start()
            self.servers.append(server)
            upstream = f"http://127.0.0.1:{server.effective_port}"
            said = f"proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Prefix {prefix.rstrip('/')};"
            where = f"proxy_pass {upstream}/; {said}" if taken_off else f"proxy_pass {upstream};"
            locations.append(f"location {unquote(prefix)} {{ {where} }}")
            browser = Browser(f"127.0.0.1:{self.port}", self.port, certificate=None, prefix=prefix.rstrip("/"))
            self.students[name] = Student(app, registry, browser)  # type: ignore[arg-type]
        locations.append(f"location /silent/ {{ proxy_pass {upstream}/; }}")  # takes the path off, and does not say so
        self.running = ExitStack()
        self.running.enter_context(nginx_server(folder, self.port, server="\n".join(locations)))

    def close(self) -> None:
        self.running.close()
        for server in self.servers:
            server.close()


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Iterator[Front]:
    front = Front(tmp_path_factory.mktemp("front"), registry)
    yield front
    front.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_student_locks_and_tries_under_a_path(nginx: Front, scheme: str) -> None:
    student, prefix = nginx.students[scheme], SCHEMES[scheme][0]
    page = student.client.get("/edge_guardian/paradox")
    assert page.status_code == 200
    assert f"Path={prefix}" in student.client.last_set  # type: ignore[attr-defined]
    files = re.findall(r'(?:src|href)="([^"]+)"', page.get_data())
    assert len(files) > 10
    for address in files:
        assert address.startswith(prefix), "a browser would leave the path"
        assert student.client.get(address.removeprefix(prefix.rstrip("/"))).status_code == 200
    student.lock_all(KEY)
    assert student.record(KEY).status_code == 200
    assert student.page(f"{prefix}edge_guardian/paradox").status_code == 200


def test_a_proxy_that_takes_the_path_off_and_does_not_say_so_is_told(nginx: Front) -> None:
    browser = Browser(f"127.0.0.1:{nginx.port}", nginx.port, certificate=None)
    answer = browser.get("/silent/edge_guardian")
    assert answer.status_code == 404
    assert "takes it off and sends X-Forwarded-Prefix" in answer.get_json()["error"]
