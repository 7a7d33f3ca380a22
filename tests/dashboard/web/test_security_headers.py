"""What every answer tells the browser: which scripts may run, who may frame the lab, that nothing is to be guessed."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from dashboard.app import create_app
from dashboard.settings import Settings
from tests.http_student import Student


def policy(headers) -> dict[str, list[str]]:
    parts = (part.split() for part in headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", ["/", "/edge_guardian/paradox", "/_dash-layout", "/_health", "/nowhere", "/ledger"])
def test_every_answer_is_protected(student: Student, path: str) -> None:  # N16
    headers = student.client.get(path).headers
    found = policy(headers)
    assert found["default-src"] == ["'self'"]
    assert found["object-src"] == found["base-uri"] == ["'none'"]
    assert found["frame-ancestors"] == ["'self'"]
    assert "'unsafe-inline'" not in found["script-src"]
    assert "'unsafe-eval'" not in found["script-src"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_the_scripts_that_dash_writes_into_the_page_are_allowed_by_their_hashes(student: Student) -> None:
    answer = student.client.get("/")
    page = answer.get_data(as_text=True)
    inline = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.+?)</script>", page, re.DOTALL)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy(answer.headers)["script-src"]


def test_https_is_kept_once_it_was_used_and_never_claimed_without(student: Student) -> None:
    secure = student.client.get("/", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in student.client.get("/").headers


def test_a_file_that_is_handed_in_keeps_its_own_stricter_policy(student: Student) -> None:
    student.client.get("/")
    found = policy(student.client.get("/ledger/handin.html").headers)
    assert found["default-src"] == ["'none'"]


def test_a_site_that_is_named_may_show_the_lab_in_a_frame(registry, tmp_path) -> None:
    asked = {"EDGELAB_DATA_DIR": str(tmp_path / "data"), "EDGELAB_FRAME_ANCESTORS": "https://moodle.example.edu"}
    app = create_app(Settings.from_environment(asked), registry)
    assert policy(app.server.test_client().get("/").headers)["frame-ancestors"] == ["https://moodle.example.edu"]
