"""The page for a department's server: its commands lead to a lab behind TLS that is copied, upgraded and restored."""

from __future__ import annotations

import gzip
import re
import shutil
import stat
import subprocess

import brotli
import pytest

from tests import system_programs
from tests.deploy.department.conftest import KEY, NAME, NEXT, Department
from tests.deploy.department.machine import blocks
from tests.deploy.test_release import version

pytestmark = pytest.mark.sweep  # minutes of starts and stops; what the page writes is read in test_files.py


# N14, N16
def test_every_command_of_the_page_was_run_and_the_lab_is_ready(department: Department) -> None:
    assert department.ran == blocks()
    assert len(department.ran) >= 20
    assert '"status":"ok"' in department.said["The first check/0"]
    assert "is up to date" in department.said["The first check/0"]


def test_a_student_locks_and_tries_over_https_and_the_events_are_in_postgresql(department: Department) -> None:
    assert set(department.statuses) == {200}
    locks = len(department.student.bench(KEY).predictions)
    assert department.events["when it was copied"] >= locks + 1  # each lock, and the try


def test_a_page_over_tls_is_kept_on_tls_and_its_cookie_stays_secret(department: Department) -> None:
    page = department.first_page
    assert page is not None
    assert page.status_code == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert {"Secure", "HttpOnly"} <= set(department.first_cookie.split("; "))
    plain = department.browser()
    plain.tls, plain.port = None, department.machine.http
    moved = plain.get("/edge_guardian")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"https://{NAME}/edge_guardian")


def test_nginx_keeps_the_metrics_to_the_machine_and_what_clients_say_of_themselves_out(department: Department) -> None:
    """A page elsewhere could otherwise pass for one of the lab's by naming its own host as the lab's."""
    browser = department.browser()
    assert browser.get("/_metrics").status_code == 404
    assert "nginx" in browser.get("/_metrics").get_data()
    headers = {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}
    body = {"output": "nonsense"}
    assert browser.post("/_dash-update-component", json=body, headers=headers).status_code == 403
    assert browser.post("/_dash-update-component", json=body).status_code == 422  # of its own origin: read, and refused
    spoofed = browser.get("/", headers={"X-Forwarded-Proto": "http"})
    assert "Strict-Transport-Security" in spoofed.headers


def test_a_script_is_asked_of_the_lab_once_for_each_compression(department: Department) -> None:
    browser = department.browser()
    (address,) = re.findall(r'src="(/assets/[^"]*boot[^"]*)"', browser.get("/").get_data())
    answers = {
        encoding: [browser.get(address, headers={"Accept-Encoding": encoding}) for _ in range(3)]
        for encoding in ("br", "gzip")
    }
    assert {answer.headers["Content-Encoding"] for answer in answers["br"]} == {"br"}
    assert {answer.headers["Content-Encoding"] for answer in answers["gzip"]} == {"gzip"}
    texts = [brotli.decompress(answers["br"][2].body), gzip.decompress(answers["gzip"][2].body)]
    assert texts[0] == texts[1]
    assert "max-age=31536000" in answers["br"][2].headers["Cache-Control"]
    assert department.machine.kept_by_nginx(address, 6) == ["MISS", "HIT", "HIT"] * 2


def test_an_upgrade_and_the_way_back_keep_every_event(department: Department) -> None:
    assert department.versions == {
        "The first check": version(),
        "An upgrade": NEXT,
        "Back to the version before": version(),
    }
    for step in ("An upgrade/2", "Back to the version before/0"):
        assert "is up to date" in department.said[step]


def test_what_is_restored_is_the_copy_and_the_old_database_stays(department: Department) -> None:
    events = department.events
    assert events["restored"] == events["when it was copied"] < events["before the restore"] == events["kept beside it"]
    assert "every chain of hashes holds" in department.said["Restoring a copy/1"]
    copies = sorted((department.machine["STATE"] / "backups").iterdir())
    assert len(copies) == 2  # one by itself, one before the upgrade
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}


def test_a_new_key_keeps_the_student_and_renews_the_cookie(department: Department) -> None:
    """With both keys, and when the old one is taken out; one who stayed away is a new student then."""
    before, both = department.cookies["Restoring a copy/1"], department.cookies["Another key/0"]
    assert before.keys() == both.keys()
    assert before != both
    assert department.cookies["Another key/1"] == both
    ((_, value),) = before.items()
    ((_, renewed),) = both.items()
    assert value.partition(".")[0] == renewed.partition(".")[0], "the same number, signed anew"
    away = department.browser()
    away.cookies = dict(before)
    away.get("/")
    ((_, other),) = away.cookies.items()
    assert other.partition(".")[0] != value.partition(".")[0]


def test_nobody_but_root_reads_the_keys(department: Department) -> None:
    machine = department.machine
    for secret in (machine["CONFIG"] / "environment", machine["TLS"] / "private" / "edgelab.key"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(machine["STATE"].stat().st_mode) == 0o700


def test_the_units_are_ones_that_systemd_reads(department: Department) -> None:
    """systemd cannot run here: it reads the units, and weighs the sandbox; whether the lab runs in it is not tried."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None and not system_programs.is_ci():
        pytest.skip("this system has no systemd, and so no systemd-analyze")
    assert analyze is not None, "in CI it must be there: .ci/run installs it"
    units = department.machine["UNITS"]
    names = ["edgelab.service", "edgelab-backup.service", "edgelab-backup.timer"]
    verified = subprocess.run(
        [analyze, "verify", *(str(units / name) for name in names)], capture_output=True, text=True, check=False
    )
    said = verified.stdout + verified.stderr
    assert verified.returncode == 0, said
    assert not [line for line in said.splitlines() if str(units) in line], said
    exposed = [analyze, "security", "--offline=yes", "--threshold=20", str(units / "edgelab.service")]
    weighed = subprocess.run(exposed, capture_output=True, text=True, check=False)
    assert weighed.returncode == 0, weighed.stdout + weighed.stderr
