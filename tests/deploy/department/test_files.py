"""The files that the page for a department's server writes, in `make test`; `make sweep` runs the whole page."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from dashboard.settings import Settings
from tests import system_programs
from tests.browser.conftest import free_port
from tests.deploy.department.machine import NGINX_CONF, blocks, named

# What the blocks under these headings need is a shell, OpenSSL and nginx.
WRITING = ("Names", "Settings", "The service", "nginx and TLS")
STARTED = ("edgelab-admin", "systemctl", "runuser")


@pytest.fixture
def nginx() -> Path:
    """The proxy, which reads its site."""
    found = system_programs.nginx()
    assert found is not None
    return found


@pytest.fixture
def written(tmp_path: Path, nginx: Path) -> dict[str, Path]:
    """The folders of the page by their names, after the blocks that write files."""
    folders = {name: tmp_path / name.lower() for name in ("RELEASES", "STATE", "CONFIG", "COMMANDS", "UNITS", "NGINX")}
    folders |= {name: tmp_path / name.lower() for name in ("TLS", "PAGES", "SOCKET")}
    for name in ("RELEASES", "STATE", "COMMANDS", "UNITS"):
        folders[name].mkdir()
    for name in ("sites-available", "sites-enabled"):
        (folders["NGINX"] / name).mkdir(parents=True)
    user = "user root;" if os.geteuid() == 0 else ""
    sites = folders["NGINX"] / "sites-enabled"
    (folders["NGINX"] / "nginx.conf").write_text(NGINX_CONF.format(user=user, run=tmp_path, sites=sites))
    stand_ins = tmp_path / "stand-ins"  # of what starts a program: it is run by the whole page
    for command in (stand_ins / name for name in STARTED):
        command.parent.mkdir(exist_ok=True)
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)
    program = folders["RELEASES"] / "current" / "bin" / "edgelab"
    program.parent.mkdir(parents=True)
    shutil.copy(stand_ins / "systemctl", program)
    ports = {name: str(free_port()) for name in ("PORT", "HTTP", "HTTPS")}
    names = {**{name: str(folder) for name, folder in folders.items()}, **ports, "ADDRESS": "127.0.0.1"}
    commands = [
        named(block, names) if heading == "Names" else block for heading, block in blocks() if heading in WRITING
    ]
    path = f"{stand_ins}:{nginx.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        env={**os.environ, "PATH": path}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "test is successful" in done.stderr, "nginx has read its site"
    return folders


def test_the_lab_takes_its_settings_and_only_root_reads_the_keys(written: dict[str, Path]) -> None:
    secrets = (written["CONFIG"] / "environment", written["TLS"] / "private" / "edgelab.key")
    assert {stat.S_IMODE(secret.stat().st_mode) for secret in secrets} == {0o600}
    lines = secrets[0].read_text().splitlines()
    environ = dict(shlex.split(line)[0].split("=", 1) for line in lines)
    settings = Settings.from_environment(environ)
    assert settings.database_url.startswith("postgresql")
    assert str(written["SOCKET"]) in unquote(settings.database_url)


def test_the_unit_is_one_that_systemd_reads(written: dict[str, Path]) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None and not system_programs.is_ci():
        pytest.skip("this system has no systemd, and so no systemd-analyze")
    assert analyze is not None, "in CI it must be there: .ci/run installs it"
    unit = str(written["UNITS"] / "edgelab.service")
    verified = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    said = verified.stdout + verified.stderr
    assert (verified.returncode, unit in said) == (0, False), said


def test_a_shell_reads_every_block_of_the_page() -> None:
    assert len(blocks()) >= 20
    for _, commands in blocks():
        done = subprocess.run(["bash", "-n", "-c", commands], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), commands
