"""The strategy of a track is defended once, after its last bench, beside the student's own numbers."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.layouts.bench.reflect import DEFENCE_SLOTS, SLOTS
from dashboard.ledger.events import Event
from dashboard.ledger.store import Store
from dashboard.student.mission import defended, mission
from tests.dashboard.ledger_requests import open_tab
from tests.http_student import HOLDS, Student, said
from tracks.api.quantities import in_words
from tracks.loading.course import Course
from tracks.loading.registry import Registry

TRACK = "mobile_nomad"
STEPS = ("paradox", "memory", "convergence", "privacy", "crisis")
CRISIS = f"{TRACK}/crisis"
TEXTS = {"choice": "Noise on the sum; I rejected noise by each.", "locality": "No second copy; a smaller fleet."}


def reflect(student: Student, key: str) -> str:
    check = student.bench(key).reflection.check
    fields = {name: f"{name} of {key}" for name, _ in SLOTS} | ({"check": check.answer} if check else {})
    answer = student.write(key, "reflect", fields)
    assert answer.status_code == 200
    return said(answer)


def finish(student: Student, *steps: str) -> str:
    """Lock, record, observe and reflect on benches; return what the last reflection answers."""
    shown = ""
    for step in steps:
        key = f"{TRACK}/{step}"
        student.lock_all(key)
        student.try_once(key, **(HOLDS if key == CRISIS else {}))
        shown = reflect(student, key)
    return shown


@pytest.fixture
def finished(student: Student) -> Student:
    finish(student, *STEPS)
    return student


def textareas(page: str) -> int:
    return page.count('"type": "Textarea"')


def test_it_opens_with_the_reflection_of_the_last_bench_once_every_other_is_finished(student: Student) -> None:  # P18
    finish(student, "paradox", "memory", "convergence")
    waiting = finish(student, "crisis")
    assert "Opens once Privacy is finished." in waiting
    refused = student.write(CRISIS, "defend", TEXTS)
    assert refused.status_code == 403
    assert "Opens once Privacy" not in finish(student, "privacy"), "it stands on the track's last bench alone"
    page = said(student.page(f"/{CRISIS}"))
    assert "Opens once" not in page
    assert all(label in page for _, label in DEFENCE_SLOTS)


def test_a_page_never_asks_for_more_than_two_texts(student: Student) -> None:
    finish(student, "paradox", "memory", "convergence", "privacy")
    student.lock_all(CRISIS)
    student.try_once(CRISIS, **HOLDS)
    page = said(student.page(f"/{CRISIS}"))
    assert textareas(page) == len(SLOTS) == 2
    assert "Opens once the reflection above is saved." in page
    reflect(student, CRISIS)
    assert textareas(said(student.page(f"/{CRISIS}"))) == len(DEFENCE_SLOTS) == 2


def test_own_numbers_stand_beside_and_the_rubric_comes_after(finished: Student) -> None:
    asked = finished.bench(f"{TRACK}/privacy").reflection.defence
    before = said(finished.page(f"/{CRISIS}"))
    assert asked.prompt in before
    table = before.partition("own-numbers")[2]
    for step in STEPS:
        bench = finished.bench(f"{TRACK}/{step}")
        assert f'scope=\\"row\\">{bench.step_label}<' in table
        assert bench.run(finished.registry.track(TRACK), bench.defaults()).reading(bench.hud[0]).label in table
    assert not any(text in before for text in (asked.model_answer, *asked.rubric)), "the student's own come first"
    after = said(finished.write(CRISIS, "defend", TEXTS))
    assert all(text in after for text in (asked.model_answer, *asked.rubric, *TEXTS.values()))
    assert "4 of 8 saved" in said(finished.write(CRISIS, "mark_defence", {f"defence_mark{n}": "m1" for n in range(4)}))
    page = said(finished.page(f"/{CRISIS}"))
    assert "4 of 8 saved" in page
    assert TEXTS["choice"] in page


def test_what_is_missing_is_said_and_nothing_is_lost(finished: Student) -> None:
    half = said(finished.write(CRISIS, "defend", {**TEXTS, "locality": "  "}))
    assert "Not saved yet" in half
    assert TEXTS["choice"] in half
    assert finished.write(CRISIS, "mark_defence", {}).status_code == 422, "there is nothing to mark yet"
    finished.write(CRISIS, "defend", TEXTS)
    unmarked = said(finished.write(CRISIS, "mark_defence", {"defence_mark0": "m2"}))
    assert "1 of 4 points have a mark" in unmarked
    assert TEXTS["choice"] in unmarked
    assert finished.write(f"{TRACK}/paradox", "defend", TEXTS).status_code == 422


def test_the_way_on_leads_to_it_until_it_is_saved(finished: Student) -> None:
    assert "Defend your strategy" in said(finished.page(f"/{TRACK}/paradox"))
    finished.write(CRISIS, "defend", TEXTS)
    paradox = said(finished.page(f"/{TRACK}/paradox"))
    assert "Defend your strategy" not in paradox
    assert "Read the debrief" in paradox


def test_ledger_hand_in_and_export_hold_it_in_the_words_of_then(finished: Student) -> None:
    html_before = finished.client.get("/ledger/handin.html").get_data(as_text=True)
    assert "the strategy is not defended" in html_before
    finished.write(CRISIS, "defend", TEXTS)
    prompt = finished.bench(f"{TRACK}/privacy").reflection.defence.prompt
    numbers = "Privacy · "
    for kind in ("html", "md"):
        text = finished.client.get(f"/ledger/handin.{kind}").get_data(as_text=True)
        plain = re.sub(r"\\(.)", r"\1", text)
        assert "Defence of the strategy" in plain
        assert all(part in plain for part in (prompt, *TEXTS.values(), *(label for _, label in DEFENCE_SLOTS))), kind
        assert numbers in plain, kind
        assert "the strategy is not defended" not in plain
        assert "the defence is not marked" in plain
    (track,) = json.loads(finished.client.get("/ledger/handin.json").get_data(as_text=True))["summary"]
    assert [item["answer"] for item in track["defence"]["answers"]] == [*TEXTS.values()]
    assert len(track["defence"]["numbers"]) == len(STEPS)
    assert "Defended the strategy" in said(open_tab(finished, "timeline"))
    decided = said(open_tab(finished, "decisions"))
    assert all(part in decided for part in ("How you defend your strategy", prompt, *TEXTS.values()))


def test_a_defence_that_was_written_on_privacy_keeps_its_words(student: Student, tmp_path: Path) -> None:
    """Privacy asked for it once: the answer stands there as it was asked then, and the end puts the question anew."""
    key = f"{TRACK}/privacy"
    student.lock_all(key)
    student.try_once(key)
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as connection:
        ((name,),) = connection.execute("SELECT DISTINCT student FROM events")
    store = Store(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}")
    asked = "Personalisation or privacy: which deployment would you defend before the officer on this track?"
    words = {"why": "Noise on the sum.", "change": "A smaller fleet.", "check": "bound"}
    payload = {**words, "shown": {"prompt": asked, "why": "Why?", "change": "What would?", "check": None}}
    store.append(
        Event(student=name, track=TRACK, bench="privacy", kind="reflection", payload=payload,
              idempotency_key="before", model_version="1")
    )  # fmt: skip
    store.close()
    for page in (student.page(f"/{key}"), open_tab(student, "decisions")):
        told = said(page)
        assert asked in told
        assert "Noise on the sum." in told
    finish(student, "paradox", "memory", "convergence", "crisis")
    assert student.bench(key).reflection.defence.prompt in said(student.page(f"/{CRISIS}"))


def test_privacys_reflection_asks_for_the_price_beside_the_same_design_without_noise(student: Student) -> None:
    key = f"{TRACK}/privacy"
    track, bench = student.registry.track(TRACK), student.bench(key)
    student.lock_all(key)
    private = {**bench.defaults(), "deployment": "federated_dp", "clip_norm": 3.0}
    student.act(key, {"do": "record", "values": private})
    table = said(student.observe(key)).partition("own-numbers")[2]
    own, without = (bench.run(track, {**private, "deployment": name}) for name in ("federated_dp", "federated"))
    assert own.reading("accuracy").value < without.reading("accuracy").value
    for one in (own, without):
        for name in ("accuracy", "moved"):
            assert in_words(one.reading(name).value, one.reading(name).unit) in table
    assert table.count(own.reading("compute").note) == 2, "the client updates are the same: noise weighs nothing"
    student.act(key, {"do": "record", "values": {**private, "deployment": "federated"}})
    assert "has nothing to take away" in said(student.page(f"/{key}"))


@pytest.mark.parametrize(
    ("benches", "closes"),
    [(("paradox", "privacy"), "privacy"), (("privacy", "crisis"), "crisis"), (("paradox", "memory"), None)],
)
def test_a_course_that_leaves_benches_out_is_defended_on_its_own_last_one(
    registry: Registry, benches: tuple[str, ...], closes: str | None
) -> None:
    used = Course(title="Short", benches=benches).used(registry)
    track = used.track(TRACK)
    asked = registry.bench(TRACK, "privacy").reflection.defence
    assert defended(used, track) == (asked if closes else None), "without privacy nobody asks for a defence of it"
    assert mission(used, track)[-1].id == (closes or "memory")
