"""What is handed in: one page with everything and the signed events, and the same as data; never blocked, all escaped.

N11: the ledger can be exported. N1: nothing that is computed stands in it before the bench's questions are locked.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from dashboard.callbacks.records.handin import typed_name
from dashboard.ledger.exports.verification import verify
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from tests.attacks.hostile import ATTACKS
from tests.dashboard.callbacks.records.conftest import KEY
from tests.http_student import Student, said
from tracks.loading.registry import Registry

KINDS = ("html", "json", "csv", "md")


def taken(student: Student, kind: str, name: str = "") -> bytes:
    answer = student.client.post(f"/ledger/handin.{kind}?download", data={"name": name})
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer.data


@pytest.mark.parametrize("kind", ["html", "json"])
def test_what_is_taken_is_genuine_and_ends_with_the_last_event(
    played: Student, settings: Settings, store: Store, id_of: Callable[[Student], str], kind: str
) -> None:
    found = verify(taken(played, kind, "Ann Lee"), settings.secret_keys)
    events = store.events(id_of(played))
    assert (found.result, found.events, found.signed) == ("genuine", events, len(events))
    assert found.text("name") == "Ann Lee"


def test_the_preview_is_the_file_to_the_byte(played: Student) -> None:
    shown = played.client.get("/ledger/handin.html")
    assert shown.headers.get("Content-Disposition") is None
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert shown.data == taken(played, "html")
    frame = re.search(r'src="([^"]+)"', re.search(r"<iframe.+?>", played_page(played))[0])  # type: ignore[index]
    assert frame is not None
    assert frame[1] == "/ledger/handin.html"


def played_page(student: Student) -> str:
    return said(student.page("/ledger/handin")).replace('\\"', '"')


def test_a_name_stands_only_where_it_was_typed(played: Student, store: Store, id_of: Callable[[Student], str]) -> None:
    before = store.events(id_of(played))
    assert b"Ann Lee" in taken(played, "html", "Ann Lee")
    assert b"Ann Lee" not in taken(played, "html")
    assert store.events(id_of(played)) == before
    assert typed_name("x" * 200) == "x" * 80
    assert typed_name(" \u202e a\0\nb ") == "a b"


class Loads(HTMLParser):
    """What a page would load or run, and the texts that stand in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "script":
            self.scripts.append(dict(attrs).get("type"))


def test_the_page_needs_nothing_else_and_runs_nothing(played: Student) -> None:
    page = taken(played, "html").decode()
    found = Loads()
    found.feed(page)
    assert found.scripts == ["application/json"]
    assert found.attributes.isdisjoint({"src", "href", "action", "srcset", "onload", "onclick"})
    assert {"svg", "table", "figure"} <= found.tags
    assert set(re.findall(r"url\((.{5})", page)) <= {"data:", *re.findall(r"url\((#.{4})", page)}
    assert "default-src &#39;none&#39;" in page


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_student_becomes_an_element(student: Student, settings: Settings, attack: str) -> None:
    def tags(name: str, text: str) -> tuple[list[str], Student]:
        someone = Student.of(student.app, student.registry)
        someone.lock_all(KEY)
        someone.try_once(KEY)
        written = {"why": text, "change": text, "check": "smaller"}
        assert someone.write(KEY, "reflect", written).status_code == 200
        found = re.findall(r"<(/?[a-z0-9]+)", taken(someone, "html", name).decode())
        return found, someone

    plain, _ = tags("plain", "plain")
    found, someone = tags(attack, attack)
    assert found == plain
    assert verify(taken(someone, "html", attack), settings.secret_keys).result == "genuine"
    markdown = taken(someone, "md", attack).decode()
    assert not re.search(r"(?<!\\)<", markdown)


def test_nothing_computed_is_in_it_before_the_questions_are_locked(student: Student) -> None:
    key = KEY
    first, *others = student.bench(key).predictions
    assert others
    assert student.lock(key, first).status_code == 200
    prediction = json.loads(taken(student, "json"))["summary"][0]["predictions"][0]
    assert [prediction[name] for name in ("computed", "truth", "right", "gap", "route")] == [None] * 5
    page = taken(student, "html")
    assert b"not revealed before all questions here are locked" in page
    assert b"<svg" not in page
    for item in others:
        assert student.lock(key, item).status_code == 200
    assert json.loads(taken(student, "json"))["summary"][0]["predictions"][0]["truth"] is not None


def test_a_bench_s_figure_is_in_it_with_the_lock_a_text_and_a_table(student: Student) -> None:
    key = "cloud_titan/paradox"
    student.lock_all(key)
    student.try_once(key)
    page = taken(student, "html").decode()
    labels = re.findall(r'<svg [^>]*aria-label="([^"]+)"', page)
    (lock,) = [label for label in labels if "You locked" in label]
    assert lock.startswith(student.bench(key).panels[0].question)
    assert any("Try 1, carried:" in label for label in labels)
    assert "your lock: 1×" in re.sub(r"<[^>]+>", "", page)
    assert page.count("<summary>As a table</summary>") == 2


def test_an_empty_ledger_is_handed_in_too_and_says_so(student: Student, settings: Settings) -> None:
    assert verify(taken(student, "html"), settings.secret_keys).sentences == ("It is genuine. It holds no event.",)
    assert b"No event is recorded yet." in taken(student, "html")
    assert taken(student, "csv")
    for told in (played_page(student), *(taken(student, kind).decode() for kind in ("html", "md"))):
        assert "Nothing is recorded yet" in told
        assert "Nothing is missing" not in told


def test_what_is_incomplete_is_listed_on_the_page_and_in_every_text(played: Student) -> None:
    sentence = "the reflection is not marked."
    assert sentence in played_page(played)
    assert sentence.encode() in taken(played, "html")
    assert sentence in taken(played, "md").decode()
    assert any("not marked" in item for item in json.loads(taken(played, "json"))["summary"][0]["missing"])


def test_every_try_is_a_row_with_units_in_the_head(played: Student, registry: Registry) -> None:
    text = taken(played, "csv").decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == 1
    row = dict(zip(head, rows[0], strict=True))
    assert (row["track"], row["bench"], row["try"], row["carried"]) == ("edge_guardian", "downlink", "1", "yes")
    bench = registry.bench("edge_guardian", "downlink")
    for control in bench.controls:
        unit = getattr(control, "unit", "") or "1"
        default, written = bench.defaults()[control.id], row[f"downlink: {control.label} ({unit})"]
        assert written == str(default) if isinstance(default, (str, bool)) else float(written) == default
    assert all(re.search(r"\(.+\)$", name) for name in head[11:])


def test_the_summary_has_what_the_lab_of_origin_kept(played: Student) -> None:
    (track,) = json.loads(taken(played, "json"))["summary"]
    assert {
        "context",
        "epsilon",
        "participating_share",
        "compression",
        "daily_bytes",
        "accuracy_gap",
        "guarantee",
        "predictions",
        "result",
        "decisions",
        "constraints",
    } <= set(track)
    assert all("right" in item for item in track["predictions"])


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_identity_there_is_nothing_to_hand_in(student: Student, kind: str) -> None:
    nobody = student.app.server.test_client(use_cookies=False)
    answer = nobody.get(f"/ledger/handin.{kind}")
    assert answer.status_code == 403
    assert "sends no identity" in answer.get_json()["error"]


def test_two_students_take_their_own(played: Student, id_of: Callable[[Student], str]) -> None:
    other = Student.of(played.app, played.registry)
    assert json.loads(taken(other, "json"))["count"] == 0
    assert id_of(played).encode() not in taken(other, "html")
