"""The check of addresses outside, against a server of this machine that has one page."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools.links import judged, main


class OnePage(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/there" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *what):
        pass


@pytest.fixture
def address():
    server = HTTPServer(("127.0.0.1", 0), OnePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def checked(folder, capsys, *links):
    """Return the exit status and what is printed for a page with these links."""
    (folder / "pages").mkdir()
    text = "\n\n".join(["# A page", *(f"[a link]({link})" for link in links)])
    (folder / "pages" / "index.md").write_text(text, encoding="utf-8")
    return main(folder / "pages", folder / "ä build"), capsys.readouterr().out


def test_an_address_that_is_gone_is_named_with_its_page_and_line(tmp_path, capsys, address):
    status, said = checked(tmp_path, capsys, f"{address}/there", f"{address}/gone")
    named, sentence = said.splitlines()
    assert named.startswith(f"docs/index.md:5: {address}/gone: 404")
    assert (status, sentence) == (1, "1 of 2 addresses outside are broken.")
    found = (tmp_path / "ä build" / "docs-links" / "output.json").read_text(encoding="utf-8").splitlines()
    by_status = {answer["status"]: answer for answer in map(json.loads, found)}
    assert judged([by_status["working"]]) == (0, ["1 of 1 addresses outside answer."])
    assert judged([by_status["broken"]]) == (1, [named, "1 of 1 addresses outside are broken."])  # a refusal: a network


def test_without_a_network_one_sentence_says_so(tmp_path, capsys):
    code, said = checked(tmp_path, capsys, "http://127.0.0.1:1/nobody-listens", "http://no-such-host.invalid/")
    assert code == 2
    assert said.startswith("None of 2 addresses outside answered: without a network")
    assert said.count("\n") == 1
