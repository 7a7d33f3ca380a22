"""The audit of the pinned versions, against a service of this machine that answers as OSV does."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.browser.conftest import free_port

ROOT = Path(__file__).parents[2]
MENDED = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.4"}]}]
KNOWN = {
    "id": "PYSEC-2099-1",
    "affected": [{"package": {"name": "flask", "ecosystem": "PyPI"}, "ranges": MENDED}],
}


class Osv(BaseHTTPRequestHandler):
    """What it knows of each package is the server's ``known``; a number there is the status of its answer."""

    def do_POST(self):
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((query["package"]["name"], query["version"]))
        known = self.server.known.get(query["package"]["name"], {})
        body = b"" if isinstance(known, int) else known if isinstance(known, bytes) else json.dumps(known).encode()
        self.send_response(known if isinstance(known, int) else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *what):
        pass


@pytest.fixture
def osv():
    server = HTTPServer(("127.0.0.1", 0), Osv)
    server.known, server.asked = {}, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def audit(folder, port, pins="Flask==3.1.3\nnumpy==2.4.6\n"):
    (folder / "run.txt").write_text(pins)
    command = [sys.executable, ROOT / "tools" / "audit.py", f"--pins={folder / 'run.txt'}"]
    return subprocess.run(
        [*command, f"--osv-url=http://127.0.0.1:{port}/v1/query"], capture_output=True, text=True, timeout=300
    )


def test_every_pinned_version_is_asked_about(tmp_path, osv):
    done = audit(tmp_path, osv.server_port)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2 versions of run.txt audited: no known vulnerabilities.\n"
    assert sorted(osv.asked) == [("flask", "3.1.3"), ("numpy", "2.4.6")]


def test_a_known_vulnerability_is_named_and_fails(tmp_path, osv):
    osv.known["flask"] = {"vulns": [KNOWN]}
    done = audit(tmp_path, osv.server_port)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "flask 3.1.3: PYSEC-2099-1; mended in 3.1.4",
        "2 versions of run.txt audited: 1 known vulnerabilities.",
    ]


@pytest.mark.parametrize("answer", [500, 404, b"not JSON", {"vulns": [{**KNOWN, "affected": None}]}])
def test_an_answer_that_is_none_is_no_clean_audit(tmp_path, osv, answer):
    """Neither a service that fails for one package of several, nor an entry that cannot be read."""
    osv.known["numpy"] = answer
    check_not_audited(audit(tmp_path, osv.server_port))


@pytest.mark.parametrize("pins", ["", "numpy>=2\n", "numpy==2.4.6\n-e .\n"])
def test_what_is_not_pinned_cannot_be_audited(tmp_path, osv, pins):
    check_not_audited(audit(tmp_path, osv.server_port, pins))


def test_a_service_that_cannot_be_reached_is_said_in_one_sentence(tmp_path):
    done = audit(tmp_path, free_port())
    check_not_audited(done)
    assert "could not be asked about run.txt" in done.stderr


def check_not_audited(done):
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("Nothing was audited: ")
