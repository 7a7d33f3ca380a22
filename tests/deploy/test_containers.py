"""The files of deploy/ are what their tools read, and name settings of the lab; no container is built here."""

# N16

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dashboard.settings import NAMES
from tests import system_programs

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def checked(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_container_file_passes_hadolint() -> None:
    checked(str(Path(sys.executable).with_name("hadolint")), "--no-color", str(DEPLOY / "Containerfile"))


def test_the_compose_file_is_one_and_names_settings_alone() -> None:
    file = DEPLOY / "compose.yaml"
    checked(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file))
    services = yaml.safe_load(file.read_text(encoding="utf-8"))["services"]
    assert {"lab-1", "lab-2", "worker", "nginx", "database", "redis"} == set(services)
    for name in ("lab-1", "lab-2", "worker"):
        assert set(services[name]["environment"]) <= set(NAMES)
    assert "EDGELAB_SECRET_KEY=%s" in file.read_text(encoding="utf-8")


@pytest.fixture
def nginx() -> Path:
    """The program; tests with this fixture need it."""
    found = system_programs.nginx()
    assert found is not None
    return found


def test_nginx_reads_its_file(nginx: Path, tmp_path: Path) -> None:
    """With names that are known here, and a certificate."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "lab-1:": "127.0.0.1:",
        "lab-2:": "127.0.0.2:",
        "/var/cache/nginx": str(tmp_path),
        "pid /tmp/": f"pid {tmp_path}/",
        "include mime.types": "include /etc/nginx/mime.types",
        "/dev/stdout": f"{tmp_path}/log",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    text, count = re.subn(r"listen (80|443)", r"listen 127.0.0.1:4\1", text)
    assert count == 2
    (tmp_path / "nginx.conf").write_text(text)
    (tmp_path / "tls").mkdir()
    openssl = shutil.which("openssl")
    assert openssl
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x")
    key, certificate = tmp_path / "tls" / "edgelab.key", tmp_path / "tls" / "edgelab.pem"
    checked(openssl, "req", "-x509", *kind, "-keyout", str(key), "-out", str(certificate))
    conf, error = tmp_path / "nginx.conf", tmp_path / "error"
    checked(str(nginx), "-t", "-q", "-p", str(tmp_path), "-c", str(conf), "-e", str(error))
