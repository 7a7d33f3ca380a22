"""A lab under a path: behind proxies that keep it, that take it off, and that say nothing."""  # N16

from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.settings import Settings
from tests.http_student import Student
from tracks.loading.registry import Registry


def lab(tmp_path: Path, registry: Registry, prefix: str) -> Student:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path), "EDGELAB_URL_PREFIX": prefix})
    return Student(app := create_app(settings, registry), registry, app.server.test_client())


@pytest.mark.parametrize("prefix", ["/lab/", "/user/ada%40example.edu/proxy/8050/"])
def test_a_request_reaches_the_lab_with_its_path_and_without(tmp_path: Path, registry: Registry, prefix: str) -> None:
    """A name with an @ stands in the path as %40, and WSGI has it decoded."""
    client = lab(tmp_path, registry, prefix).client
    for path in ("_health", "_dash-layout", "_dash-dependencies", "edge_guardian/paradox"):
        kept = client.get(prefix + path)
        assert kept.status_code == 200, path
        stripped = client.get(f"/{path}", headers={"X-Forwarded-Prefix": prefix.rstrip("/")})
        assert stripped.status_code == 200, path
    page = client.get(f"{prefix}edge_guardian")
    assert f'src="{prefix}assets/' in page.get_data(as_text=True)


@pytest.mark.parametrize("said", ["", "/", "/other", "/lab/..", "/lab/,/other", "x" * 10_000])
def test_a_request_of_which_nobody_says_where_it_belongs_is_told_in_a_sentence(
    tmp_path: Path, registry: Registry, said: str
) -> None:
    client = lab(tmp_path, registry, "/lab/").client
    for path in ("/", "/edge_guardian", "/_health", "/assets/boot.js", "/labyrinth/", "/_dash-layout"):
        answer = client.get(path, headers={"X-Forwarded-Prefix": said} if said else {})
        assert answer.status_code == 404, path
        assert answer.get_json()["error"].startswith("This lab is served under /lab/ (EDGELAB_URL_PREFIX).")
        assert "Set-Cookie" not in answer.headers
    assert client.get("/lab", follow_redirects=True).status_code == 200
