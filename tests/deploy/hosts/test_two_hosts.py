"""Two machines serve one lab: the database fails, a machine is lost, both are updated, and students lose nothing."""

# N16, N17

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.load.drills import grown, until
from benchmarks.load.students import Bodies, twin
from benchmarks.load.writers import Work, compared, writing
from dashboard.app import create_app
from dashboard.settings import Settings
from tests.browser.conftest import free_port
from tests.dashboard.second_opinions.conftest import KEY, LONG, PLUGINS, asked, finished, wait_for
from tests.deploy.department.machine import blocks
from tests.deploy.hosts.pair import NAME, NEW, PAGE, Direct, Host
from tests.http_browser import Browser
from tests.http_student import Student
from tracks.loading.registry import Registry, load_registry

WITHOUT_TLS = """
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://edgelab_workers;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header X-Forwarded-For 127.0.0.1;
        proxy_set_header X-Forwarded-Proto http;
        proxy_set_header X-Forwarded-Host $http_host;
    }}
}}
"""


@pytest.fixture
def two_machines(registry: Registry, tmp_path: Path) -> Iterator[tuple[Host, Host]]:
    """Both machines as the page leaves them, but for its last heading, the update."""
    one = Host()
    two = Host(one)
    try:
        for host in (one, two):
            host.block("Names", 0)
            host.block("Names", 0, PAGE)
            host.run(f'mkdir -p "{host["STATE"]}"')
        one.block("The database", 0)
        one.block("Settings", 0)
        settings = one["CONFIG"] / "environment"
        own = f'EDGELAB_TRACKS_DIR="{PLUGINS}"\nOPINION_MARKS="{tmp_path}/marks"\n'
        settings.write_text(settings.read_text() + own)
        one.block("Settings", 1)
        two.block("Settings", 1, without="^edgelab-admin")
        for host in (one, two):
            host.block("The service", 0, without="^systemctl enable")
        one.block("nginx and TLS", 0)
        one.block("nginx and TLS", 1)
        one.block("The first machine: Redis", 0, PAGE)
        one.block("The first machine: Redis", 1, PAGE)
        one.block("Workers for second opinions", 0, PAGE)
        two.block("Workers for second opinions", 0, PAGE, without="^systemctl (restart|enable)")
        assert '"hosts":"ok"' in two.block("The second machine", 0, PAGE)
        one.block("nginx shares the students", 0, PAGE)
        yield one, two
    finally:
        two.remove()
        one.remove()


@pytest.mark.sweep
def test_two_hosts_are_one_lab_through_a_loss_and_an_update(
    registry: Registry, two_machines: tuple[Host, Host], tmp_path: Path
) -> None:
    one, two = two_machines
    ran = [commands for heading, commands in blocks(PAGE) if not heading.startswith("An update")]
    assert len(ran) == 6, "a block was added to the page: run it above"
    port = free_port()
    (one["NGINX"] / "sites-enabled" / "writers").write_text(WITHOUT_TLS.format(port=port))
    one.run("systemctl reload-or-restart nginx\n")
    environ = {"EDGELAB_DATA_DIR": str(tmp_path / "unused"), "EDGELAB_TRACKS_DIR": str(PLUGINS)}
    patient = load_registry(folder=PLUGINS)
    app = create_app(Settings.from_environment({**environ, "EDGELAB_DESIGNER": "off"}), patient)
    browser = Browser(NAME, one.https, certificate=one["TLS"] / "certs" / "edgelab.pem")
    ada = Student(app, patient, browser)  # type: ignore[arg-type]
    ada.client.get("/")
    ada.lock_all(KEY)
    elsewhere = [Student(app, patient, Direct(host, browser)) for host in (one, two)]  # type: ignore[arg-type]
    jobs = Work.of(Bodies(twin(registry), registry))
    told = asked(elsewhere[0], model_bytes=LONG)
    with writing(port, jobs, 3) as seen:
        assert finished(elsewhere[1], told)["stage"] == "done"
        assert marks(tmp_path).count("end") == 1, "asked on one, polled on the other, computed once"
        more = [asked(elsewhere[n % 2], model_bytes=LONG * (1.1 + n / 10)) for n in range(3)]
        wait_for(lambda: len([mark for mark in marks(tmp_path) if mark != "end"]) >= 3)
        until(grown(seen), "no write is acknowledged")
        one.cluster.kill()
        until(lambda: sum(seen.sentences.values()) > 0, "no student is told that the ledger is away")
        one.cluster.start()
        until(grown(seen, 20), "no write is acknowledged after the database failed and came back")
        two.kill()
        until(grown(seen, 20), "no write is acknowledged without the second machine")
        for one_more in more:
            assert finished(ada, one_more)["stage"] == "done", "what ran on the lost machine is run by the other"
        said = [two.run(f"NEW={NEW}\n"), two.block("An update of both, one after the other", 0, PAGE)]
        assert "is up to date" in said[1]
        until(grown(seen), "no write is acknowledged with two versions")
        assert elsewhere[0].client.get("/_ready").get_json()["hosts"] == "another host has another version"
        assert {version(host) for host in (one, two)} == {"0.1.0", NEW}
        one.run(f"NEW={NEW}\n")
        one.block("An update of both, one after the other", 0, PAGE)
        until(grown(seen), "no write is acknowledged with the new version")
        assert {version(host) for host in (one, two)} == {NEW}
        assert elsewhere[0].client.get("/_ready").get_json()["hosts"] == "ok"
        wait_for(lambda: asked(ada, model_bytes=LONG * 2)["stage"] != "failed")
        assert ada.record(KEY, model_bytes=LONG).status_code == 200
    url = f"postgresql://edgelab@/edgelab?host={one.cluster.folder}"
    key = re.search('^EDGELAB_SECRET_KEY="(.*)"$', (one["CONFIG"] / "environment").read_text(), re.MULTILINE)
    assert key is not None
    found = compared(seen, url, key[1].split(","))
    stored = found["acknowledged"] - found["lost"]
    print(f"acknowledged {found['acknowledged']}, stored {stored}, duplicated {found['duplicated']}; "
          f"answered by no one {seen.failed}, longest wait {seen.longest_s:.1f} s, {dict(seen.sentences)}")  # fmt: skip
    assert found["acknowledged"] >= 50
    assert (found["lost"], found["duplicated"], found["broken chains"]) == (0, 0, 0)
    for host in (one, two):
        assert "Traceback" not in host.log.read_text(), host.logs()


def marks(folder: Path) -> list[str]:
    """Return what runs of the second engine have told: begin20 or end."""
    file = folder / "marks"
    return [line.split()[0] for line in file.read_text().splitlines()] if file.exists() else []


def version(host: Host) -> str:
    """Return the version that answers on a machine."""
    with urllib.request.urlopen(f"http://{host.address}:{host.port}/_metrics", timeout=60) as answer:
        found = re.search(r'edgelab_info\{.*version="([^"]+)"', answer.read().decode())
    assert found
    return found[1]
