"""What ``make test`` does about programs of the system: it says what it installs, or what is left out and why."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import system_programs

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "system_package.sh"
BASH = shutil.which("bash") or "/bin/bash"
INSTALLS = """
echo "$@" >> "$LOG"
[ "$1" = install ] || exit 0
echo "#!/bin/sh" > "$BIN/chromium"
/bin/chmod +x "$BIN/chromium"
"""
SAYS = "The tests need chromium, which apt-get installs now; to do without, stop and set CHROMIUM="

Ended = subprocess.CompletedProcess[str]


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Ended]:
    """Run the script on a machine whose PATH holds only the given programs, each with its shell text."""

    def run(*needs: str, programs: dict[str, str], user: int = 0, **environment: str) -> Ended:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for name, text in {"id": f"echo {user}", **programs}.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        log = tmp_path / "log"
        log.touch()
        return subprocess.run(
            [BASH, str(SCRIPT), *(needs or ("browser",))],
            env={"PATH": str(folder), "BIN": str(folder), "LOG": str(log), **environment},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


def test_what_is_there_is_not_installed_again(machine, tmp_path: Path) -> None:
    ended = machine(programs={"chromium-browser": "", "apt-get": INSTALLS})
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert (tmp_path / "log").read_text() == ""


def test_it_says_in_one_line_what_it_installs_and_how_to_do_without(machine, tmp_path: Path) -> None:
    ended = machine(programs={"apt-get": INSTALLS})
    assert (ended.returncode, ended.stderr) == (0, "")
    (line,) = ended.stdout.splitlines()
    assert line.startswith(SAYS)
    assert 'WITHOUT="browser"' in line
    assert "install -y -qq chromium" in (tmp_path / "log").read_text()


def test_an_ordinary_user_installs_with_sudo(machine, tmp_path: Path) -> None:
    ended = machine(programs={"apt-get": INSTALLS, "sudo": 'shift; exec "$@"', "true": ""}, user=1000)
    assert ended.returncode == 0
    assert "install -y -qq chromium" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("programs", "user", "why"),
    [
        ({}, 0, "there is no apt-get here"),
        ({"apt-get": INSTALLS}, 1000, "this user may not install system packages"),
        ({"apt-get": INSTALLS, "sudo": "exit 1"}, 1000, "this user may not install system packages"),
        ({"apt-get": "exit 100"}, 0, "apt-get could not install it"),  # no network, no such package
    ],
)
def test_what_cannot_be_installed_is_left_out_and_fails_only_in_ci(machine, programs, user: int, why: str) -> None:
    ended = machine(programs=programs, user=user)
    assert ended.returncode == 0
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"Missing: chromium ({why}). Install it, or set CHROMIUM=")
    assert line.endswith("The tests that need it are left out.")
    for asked, environment in ((("browser",), {"CI": "1"}), (("--required", "browser"), {})):
        ended = machine(*asked, programs=programs, user=user, **environment)
        assert ended.returncode == 1
        assert f"Missing: chromium ({why})" in ended.stderr
        assert "left out" not in ended.stderr


def test_a_program_that_lies_elsewhere_is_taken_and_must_be_one(machine) -> None:
    nothing = {"apt-get": "exit 1"}
    assert machine(programs=nothing, CHROMIUM=sys.executable).stderr == ""
    assert machine(programs=nothing, WITHOUT="browser").stderr == ""
    ended = machine(programs=nothing, CHROMIUM="/no/chromium")
    sentence = "/no/chromium is no program; correct CHROMIUM, POSTGRES_BIN or NGINX.\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


# --- what pytest makes of it -----------------------------------------------------------------------------------------


def collected(**environment: str) -> Ended:
    """Collect a browser test, a test on both databases and one that needs neither."""
    chosen = ["tests/browser/test_access.py", "tests/dashboard/ledger/test_store.py", "tests/physics/test_units.py"]
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "WITHOUT", "CHROMIUM")}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *chosen]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_other_tests_run_and_the_last_lines_say_what_was_left_out() -> None:
    out = collected(WITHOUT="browser database").stdout
    assert "tests/browser" not in out
    assert "[postgresql]" not in out
    assert "[sqlite]" in out
    assert "tests/physics/test_units.py" in out
    assert re.findall(r"^LEFT OUT: the tests that drive the (\w+) \(WITHOUT\)\.$", out, re.MULTILINE)[:2] == [
        "browser",
        "database",
    ]


def test_in_ci_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITHOUT", "browser")
    monkeypatch.delenv("CI", raising=False)
    assert system_programs.left_out()["browser"] == "WITHOUT"
    monkeypatch.setenv("CI", "1")
    assert system_programs.left_out() == {}
