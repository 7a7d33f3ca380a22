"""What a first load takes: every file of a page has compressed twins, large answers are compressed as they are sent."""

from __future__ import annotations

import gzip
import re
import stat
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from dash import Dash

from dashboard.app import ASSETS
from dashboard.web.compression import LEAST_BYTES, keep_compressed, page_files
from dashboard.web.static_files import serve_compressed
from tests.http_student import Student
from tracks.loading.registry import Registry


@pytest.fixture
def student(app: Dash, registry: Registry, tmp_path: Path) -> Student:
    """One student of a lab as it is served."""
    folder = keep_compressed(page_files(app, ASSETS), tmp_path / "files")
    assert folder is not None
    serve_compressed(app.server, folder, prefix="/")
    return Student.of(app, registry)


READERS = {"br": brotli.decompress, "gzip": gzip.decompress}


def sent(student: Student, path: str, encoding: str) -> tuple[bytes, str | None]:
    """Return the body as it goes over the line, and how it is encoded."""
    with student.client.get(path, headers={"Accept-Encoding": encoding}) as answer:
        assert answer.status_code == 200
        return answer.data, answer.headers.get("Content-Encoding")


def files_of(student: Student, path: str) -> list[str]:
    page = student.client.get(path).get_data(as_text=True)
    return [link for link in re.findall(r'(?:src|href)="([^"]+)"', page) if not link.endswith(".woff2")]


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_every_file_of_a_page_is_the_same_compressed(student: Student, encoding: str) -> None:
    """A picture of 217 bytes is no shorter with it."""
    for path in files_of(student, "/edge_guardian/memory"):
        plain, none = sent(student, path, "identity")
        body, used = sent(student, path, encoding)
        assert none is None
        assert used == (encoding if len(plain) > 250 else used)
        assert (READERS[used](body) if used else body) == plain


def test_a_bench_loads_in_less_than_750_kb(student: Student) -> None:
    """The page, its files, its font, Dash's layout and callbacks, the bench, and what Dash loads for a figure."""
    key = "edge_guardian/memory"
    font = ASSETS / "vendor" / "source-sans-3-latin-wght-normal.woff2"
    later = "/_dash-component-suites/dash/dcc/async-graph.js"
    for encoding, most in (("br", 750_000), ("gzip", 900_000)):
        paths = (f"/{key}", "/_dash-layout", "/_dash-dependencies", later, *files_of(student, f"/{key}"))
        answers = sum(len(sent(student, path, encoding)[0]) for path in paths)
        student.client.environ_base["HTTP_ACCEPT_ENCODING"] = encoding
        bench = len(student.page(f"/{key}").data)
        del student.client.environ_base["HTTP_ACCEPT_ENCODING"]
        headers = 250 * (len(paths) + 2)
        assert answers + bench + font.stat().st_size + headers < most, encoding


def test_a_small_answer_and_one_to_who_takes_none_stay_as_they_are(student: Student) -> None:
    assert sent(student, "/_health", "br")[1] is None
    body, used = sent(student, "/_dash-dependencies", "identity")
    assert used is None
    assert len(body) > LEAST_BYTES
    packed, used = sent(student, "/_dash-dependencies", "br")
    assert used == "br"
    assert brotli.decompress(packed) == body


def test_the_folder_is_made_once_and_another_for_other_files(tmp_path: Path) -> None:
    sheet, place = tmp_path / "a.css", tmp_path / "files"
    sheet.write_text("p{color:red}" * 100)
    first = keep_compressed({"css/a.css": sheet}, place)
    assert first is not None
    made = (first / "css/a.css.br").stat().st_mtime_ns
    assert keep_compressed({"css/a.css": sheet}, place) == first
    assert (first / "css/a.css.br").stat().st_mtime_ns == made
    sheet.write_text("p{color:blue}" * 100)
    second = keep_compressed({"css/a.css": sheet}, place)
    assert second is not None
    assert {entry.name for entry in place.iterdir()} == {first.name, second.name}, "a lab may still serve the first"
    assert brotli.decompress((second / "css/a.css.br").read_bytes()) == b"p{color:blue}" * 100
    assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0


def test_where_it_cannot_be_written_files_are_sent_as_they_are_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "files"
    taken.write_text("no folder")
    assert keep_compressed({"a.css": taken}, taken) is None
    assert f"files are sent uncompressed, since {taken} cannot be written" in caplog.text
    assert taken.read_text() == "no folder"
