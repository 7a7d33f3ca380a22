"""The page that verifies: many files at once, each with its word; what is no file is a sentence; nothing is stored."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from dashboard.callbacks.records.answers import MAX_UPLOAD
from dashboard.ledger.exports.document import compose
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from tests.http_student import Student, said


def post(student: Student, *files: tuple[str, bytes]) -> Any:
    sent = [("file", FileStorage(io.BytesIO(content), filename=name)) for name, content in files]
    boundary, body = encode_multipart(MultiDict(sent))
    return student.client.post("/ledger/verify", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_each_file_gets_its_word(
    played: Student, settings: Settings, store: Store, id_of: Callable[[Student], str]
) -> None:
    student = id_of(played)
    fields = {"student": student, "program": "1", "model_version": "physics-1", "name": "<b>Ann</b>"}
    genuine = compose(store.events(student), settings.secret_keys, **fields).encode()
    foreign = compose(store.events(student), ["x" * 40], **fields).encode()
    files = (
        ("a.json", genuine),
        ("b.json", genuine.replace(b"downlink", b"uplink__")),
        ("c.json", genuine[:-300]),
        ("d.json", foreign),
        ("e.pdf", b"%PDF"),
    )
    before = store.events(student)
    rows = post(played, *files).get_json()["files"]
    assert [(row["file"], row["result"]) for row in rows] == [
        ("a.json", "genuine"),
        ("b.json", "altered"),
        ("c.json", "cut"),
        ("d.json", "foreign"),
        ("e.pdf", "unreadable"),
    ]
    assert "<b>Ann</b>" in rows[0]["told"]
    assert store.events(student) == before


def test_what_is_no_upload_is_one_sentence(student: Student) -> None:
    for body, kind, code in (
        (b"", "multipart/form-data; boundary=x", 422),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 422),
        (b"{}", "application/json", 422),
        (b"file=1", "application/x-www-form-urlencoded", 422),
    ):
        answer = student.client.post("/ledger/verify", data=body, content_type=kind)
        assert (answer.status_code, answer.get_json()["error"]) == (code, "Choose a file first.")


def test_too_much_is_refused_and_a_file_that_is_too_large_is_named(student: Student) -> None:
    answer = post(student, ("large.json", b"{" + b" " * (21 * 1024 * 1024)))
    assert answer.get_json()["files"][0]["result"] == "unreadable"
    answer = post(student, ("huge.json", b" " * (MAX_UPLOAD + 10_000_000)))
    assert answer.status_code == 413
    assert "Send fewer files" in answer.get_json()["error"]


def test_another_site_cannot_use_it(student: Student) -> None:
    answer = student.client.post("/ledger/verify", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_page_says_what_a_signature_proves(student: Student) -> None:
    page = said(student.page("/ledger/verify"))
    assert "has no second pseudonym" in page
    assert student.client.get("/ledger/verify").status_code == 200
