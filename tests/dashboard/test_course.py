"""A course that a department wrote: its words on the pages, and what it leaves out is nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings, SettingsError
from tests.dashboard.conftest import Run
from tests.http_student import Student, said
from tracks.loading.course import BUILT_IN
from tracks.loading.registry import Registry, load_registry

SHORT = """
institution = "A university"
course = "Systems"
title = "Two benches"
version = "3"
objectives = ["Say which side is cheaper."]
recap = ["Count bytes."]
[[reading]]
citation = "Somebody 2020, A Book"
section = "Chapter 4"
[[next]]
citation = "Somebody 2021, Another Book"
url = "https://example.org/book"
[uses]
tracks = ["edge_guardian", "mobile_nomad"]
benches = ["paradox", "memory"]
cases = []
"""


@pytest.fixture(scope="module")
def everything() -> Registry:
    return load_registry(entry_points=False)


def student_of(place: Path, registry: Registry, course: str = "") -> Student:
    environment = {"EDGELAB_DATA_DIR": str(place)}
    if course:
        (place / "course.toml").write_text(course, encoding="utf-8")
        environment["EDGELAB_COURSE"] = str(place / "course.toml")
    settings = Settings.from_environment(environment)
    upgrade(settings.database_url)
    return Student.of(create_app(settings, registry), registry)


@pytest.fixture
def student(tmp_path: Path, everything: Registry) -> Student:
    return student_of(tmp_path, everything, SHORT)


def test_picker_and_briefing_say_the_course_and_have_its_benches_alone(student: Student) -> None:  # L1
    picker = said(student.page("/"))
    assert "A university · Systems" in picker
    assert "Two benches" in picker
    assert "version 3 · About 25 minutes a track" in picker  # 10 + 12, rounded up to five
    assert "Say which side is cheaper." in picker
    assert "Somebody 2020, A Book, “Chapter 4”" in picker
    assert picker.count("card-track") == 2
    assert picker.count("0 of 2 benches finished") == 2
    briefing = said(student.page("/edge_guardian"))
    assert "Somebody 2020, A Book, “Chapter 4”" in briefing
    assert briefing.count("wall-card") == 2
    for left_out in ("convergence", "privacy", "crisis", "keyboard", "recommendation"):
        assert f"/edge_guardian/{left_out}" not in briefing
    assert "not yet open" not in briefing


def test_an_address_of_what_is_left_out_says_so_and_nothing_is_recorded_there(student: Student) -> None:
    page = said(student.page("/edge_guardian/privacy"))
    assert "is not part of this course (A university, Systems: Two benches). These pages exist:" in page
    assert "/edge_guardian/memory" in page
    assert student.client.get("/edge_guardian/privacy").status_code == 404
    assert "Tiny Pioneer is not part of this course" in said(student.page("/tiny_pioneer"))
    assert "Tiny Pioneer is not part of this course" in said(student.page("/tiny_pioneer/paradox"))
    assert "leads nowhere" in said(student.page("/edge_guardian/nothing"))
    refused = student.lock("edge_guardian/privacy", student.bench("edge_guardian/privacy").predictions[0])
    assert refused.status_code == 422
    assert "is not part of this course" in refused.get_data(as_text=True)


def test_the_last_bench_of_the_course_has_the_debrief_the_recap_and_what_to_read(student: Student) -> None:
    for bench in ("paradox", "memory"):
        student.lock_all(f"edge_guardian/{bench}")
        student.try_once(f"edge_guardian/{bench}")
    first, last = (said(student.page(f"/edge_guardian/{bench}")) for bench in ("paradox", "memory"))
    for words in ("Debrief", "Count bytes.", "Somebody 2021, Another Book", "https://example.org/book"):
        assert words in last
        assert words not in first
    handed_in = student.client.get("/ledger/handin.md").get_data(as_text=True)
    assert "* A university, Systems: Two benches, version 3." in handed_in
    assert "privacy" not in handed_in.lower()


def test_what_was_recorded_before_the_course_left_it_out_stays(tmp_path: Path, everything: Registry) -> None:
    before = student_of(tmp_path, everything)
    before.lock_all("edge_guardian/convergence")
    before.try_once("edge_guardian/convergence")
    after = student_of(tmp_path, everything, SHORT)
    after.client = after.app.server.test_client()
    cookie = next(iter(before.client._cookies.values()))
    after.client.set_cookie(cookie.key, cookie.value)
    exported = json.loads(after.client.get("/ledger/handin.json").get_data(as_text=True))
    assert {event["bench"] for event in exported["events"]} == {"convergence"}
    assert "convergence" in said(after.page("/ledger")).lower()
    assert after.page("/").status_code == 200


def test_designers_see_all_that_was_found(student: Student) -> None:
    page = said(student.page("/designer"))
    assert "Tiny Pioneer" in page
    assert "recommendation" in page


def test_a_course_that_names_what_is_not_there_is_one_sentence(tmp_path: Path, everything: Registry) -> None:
    with pytest.raises(SettingsError, match=r"EDGELAB_COURSE: .*did you mean privacy") as refused:
        student_of(tmp_path, everything, 'title = "x"\n[uses]\nbenches = ["privcy"]\n')
    assert "\n" not in str(refused.value)


def test_a_setting_chooses_and_orders_tracks_in_place_of_the_course(tmp_path: Path, everything: Registry) -> None:
    """The same reduction as a course file's, whose other lines stay as they are."""
    (tmp_path / "course.toml").write_text(SHORT, encoding="utf-8")
    environment = {
        "EDGELAB_DATA_DIR": str(tmp_path),
        "EDGELAB_COURSE": str(tmp_path / "course.toml"),
        "EDGELAB_TRACKS": " tiny_pioneer, edge_guardian",
    }
    settings = Settings.from_environment(environment)
    upgrade(settings.database_url)
    student = Student.of(create_app(settings, everything), everything)
    picker = said(student.page("/"))
    assert picker.count("card-track") == 2
    assert 0 < picker.index('"/tiny_pioneer') < picker.index('"/edge_guardian')
    assert "Two benches" in picker
    assert student.client.get("/mobile_nomad").status_code == 404
    assert "Mobile Nomad is not part of this course" in said(student.page("/mobile_nomad/paradox"))
    wrong = Settings.from_environment({**environment, "EDGELAB_TRACKS": "tiny_pioner"})
    with pytest.raises(SettingsError) as refused:
        create_app(wrong, everything)
    assert str(refused.value) == "EDGELAB_TRACKS names 'tiny_pioner', which is not there; did you mean tiny_pioneer?"


def test_the_command_writes_a_file_to_begin_with_and_checks_one(edgelab: Run, tmp_path: Path) -> None:
    shown = edgelab("course", "show")
    assert shown.returncode == 0
    assert shown.stdout.rstrip("\n") == BUILT_IN.read_text(encoding="utf-8").rstrip("\n")
    file = tmp_path / "course.toml"
    file.write_text(SHORT, encoding="utf-8")
    checked = edgelab("course", "check", str(file))
    assert checked.returncode == 0
    assert checked.stdout.splitlines() == [
        f"A university, Systems: Two benches ({file})",
        "edge_guardian: paradox, memory; without keyboard, convergence, recommendation, privacy, crisis",
        "mobile_nomad: paradox, memory; without keyboard, convergence, recommendation, privacy, crisis",
        "cloud_titan: left out",
        "tiny_pioneer: left out",
    ]
    file.write_text('title = "x"\n[uses]\ncases = ["keybord"]\n', encoding="utf-8")
    wrong = edgelab("course", "check", str(file))
    assert wrong.returncode == 2
    assert wrong.stderr.splitlines()[-1] == (
        f"edgelab: {file}: cases names 'keybord', which is not there; did you mean keyboard?"
    )
