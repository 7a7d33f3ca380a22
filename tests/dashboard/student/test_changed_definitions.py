"""Answers are read with the definition they were given under, whatever a designer changes between two starts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.layouts.bench.predict import CHANGED
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from tests.http_student import Student, said
from tracks.loading.registry import load_registry

PLUGIN = (Path(__file__).parents[2] / "plugins" / "downlink.py").read_text(encoding="utf-8")
KEY = "edge_guardian/downlink"
CHANGES = {
    "a unit": ('question="How long does one device listen?",\n            unit="s"',
               'question="How long does one device listen?",\n            unit="B"'),
    "a reason\'s id": ('Option(id="size", text="the model is large"', 'Option(id="bytes", text="the model is large"'),
    "a reason\'s words": ('text="the model is large"', 'text="the model has many parameters"'),
    "the question": ("How long does one device listen?", "For how long does one device listen?"),
    "an option": ('"slowest"', '"poorest"'),
    "a control": ('id="cached", label="Half is cached"', 'id="stored", label="Half is cached"'),
}  # fmt: skip


def lab(place: Path, plugin: str) -> Student:
    folder = place / "plugins"
    folder.mkdir(exist_ok=True)
    (folder / "downlink.py").write_text(plugin, encoding="utf-8")
    registry = load_registry(folder=folder)
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(place / "data")})
    upgrade(settings.database_url)
    return Student.of(create_app(settings, registry), registry)


@pytest.mark.parametrize("what", CHANGES)
def test_a_page_shows_what_was_answered_and_says_that_the_question_has_changed(tmp_path: Path, what: str) -> None:
    old, new = CHANGES[what]
    everywhere = ("cached", "stored") if what == "a control" else ("", "")
    changed = PLUGIN.replace(old, new).replace(*everywhere)
    assert changed != PLUGIN, "the plugin has what is to be changed"
    before = lab(tmp_path, PLUGIN)
    before.lock_all(KEY)
    before.try_once(KEY)
    shown = said(before.page(f"/{KEY}"))
    assert "Because: the model is large." in shown
    assert CHANGED not in shown
    after = lab(tmp_path, changed)
    after.client._cookies.update(before.client._cookies)
    answer = after.page(f"/{KEY}")
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    again = said(answer)
    assert "Because: the model is large." in again
    assert "How long does one device listen?" in again
    assert (CHANGED in again) == (what not in ("a reason's words", "a control"))
    if what == "a unit":
        assert "You locked 1\u00a0s." in again
        assert "so it is not compared" in again
    for path in ("/edge_guardian", "/", f"/{KEY}"):
        assert after.page(path).status_code == 200


WITH_OBSERVATION = PLUGIN.replace("    reflection=Reflection(", """    observation=Question(
        id="fell",
        text="Did the time fall?",
        options=(
            Option(id="much", text="by much", feedback="WAS-MUCH"),
            Option(id="none", text="not at all", feedback="WAS-NONE"),
        ),
        answer="much",
    ),
    reflection=Reflection(""", 1)  # fmt: skip
LATER = {
    "an observation's option": (
        'Option(id="much", text="by much", feedback="WAS-MUCH")',
        'Option(id="lots", text="by a lot", feedback="IS-LOTS")',
        'answer="much"', 'answer="lots"',
    ),
    "an observation's words": ("Did the time fall?", "Did it fall?", "", ""),
    "no observation": ("    observation=Question(", "    observation=None and Question(", "", ""),
    "a reflection's prompt": ("Who should listen?", "Who should rather not listen?", "", ""),
    "a check's option": (
        'Option(id="smaller", text="a smaller model", feedback="CHECK-SMALLER")',
        'Option(id="less", text="less of it", feedback="CHECK-LESS")',
        'answer="smaller"', 'answer="less"',
    ),
    "the rubric": ('("one", "two", "three", "four")', '("five", "six", "seven", "eight")', "", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", LATER)
def test_what_was_said_after_the_lock_stands_in_the_words_of_then(tmp_path: Path, what: str) -> None:
    old, new, old_answer, new_answer = LATER[what]
    changed = WITH_OBSERVATION.replace(old, new).replace(old_answer, new_answer)
    assert changed != WITH_OBSERVATION, "the plugin has what is to be changed"
    before = lab(tmp_path, WITH_OBSERVATION)
    before.lock_all(KEY)
    before.record(KEY)
    before.observe(KEY, "much")
    before.write(KEY, "reflect", {"why": "The phone.", "change": "A cable.", "check": "smaller"})
    before.write(KEY, "mark", {f"mark{n}": f"m{n % 3}" for n in range(4)})
    assert CHANGED not in said(before.page(f"/{KEY}"))
    after = lab(tmp_path, changed)
    after.client._cookies.update(before.client._cookies)
    answer = after.page(f"/{KEY}")
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    again = said(answer)
    assert CHANGED in again
    for words in ("by much. ", "Yes. WAS-MUCH", "a smaller model", "Yes. CHECK-SMALLER", "The phone."):
        assert words in again, words
    if what == "the rubric":
        assert "2: three" in again, "each mark beside the point that it was given for"
        assert " of 8 saved" not in again
    for path in ("/edge_guardian", "/", "/ledger", "/edge_guardian/crisis"):
        assert after.page(path).status_code == 200, path


def test_every_kind_of_event_holds_the_words_that_were_shown(tmp_path: Path) -> None:
    student = lab(tmp_path, WITH_OBSERVATION)
    student.lock_all(KEY)
    for state in ({}, {"model_bytes": 2e8}, {"model_bytes": 1e9, "cached": True}):
        assert student.record(KEY, **state).status_code == 200
    student.hint(KEY, 3, model_bytes=1e9)
    student.observe(KEY, "none")
    student.act(KEY, {"do": "carry", "try": 1})
    student.write(KEY, "reflect", {"why": "The phone.", "change": "A cable.", "check": "louder"})
    student.write(KEY, "mark", {f"mark{n}": "m1" for n in range(4)})
    path = tmp_path / "data" / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        ((name,),) = connection.execute("SELECT DISTINCT student FROM events")
    store = Store(f"sqlite:///{path}")
    held = {event.kind: event.payload for event in store.events(name)}
    store.close()
    seen = held["observation"]
    assert (seen["question"], seen["answered"]) == ("Did the time fall?", "not at all")
    assert seen["feedback"] == "Not this one. WAS-NONE"
    assert held["reflection"]["shown"]["prompt"] == "Who should listen?"
    assert held["reflection"]["shown"]["check"]["answered"] == "a louder radio"
    assert held["revision"]["rubric"] == ["one", "two", "three", "four"]
    assert "Codec none" in held["decision"]["decided"]
    assert held["try"]["readings"]["time"]["unit"] == "s"
    assert "hint" not in held or all(item["label"] and item["text"] for item in held["hint"]["values"])


AS_SLIDER = (
    ("""        Choice(
            id="codec",
            label="Codec",
            options=(Option(id="none", text="none"), Option(id="int8", text="int8")),
            default="none",
        ),
""", '        Slider(id="codec", label="Codec", unit="", minimum=1, maximum=8, step=1, default=1),\n'),
    ('ratio = {"none": 1.0, "int8": 4.0}[codec]', "ratio = codec"),
    ('Fix(control="codec", value="int8")', 'Fix(control="codec", value=4)'),
)  # fmt: skip
AS_OPTION = (
    ('Option(id="none", text="none"), Option(id="int8", text="int8")',
     'Option(id="raw", text="raw"), Option(id="int8", text="int8")'),
    ('default="none"', 'default="raw"'),
    ('{"none": 1.0,', '{"raw": 1.0,'),
)  # fmt: skip


def test_a_try_that_the_controls_no_longer_take_is_not_drawn_and_says_why(tmp_path: Path) -> None:
    before = lab(tmp_path, PLUGIN)
    before.lock_all(KEY)
    before.try_once(KEY)
    changed = PLUGIN
    for old, new in AS_OPTION:
        changed = changed.replace(old, new)
    after = lab(tmp_path, changed)
    after.client._cookies.update(before.client._cookies)
    answer = after.post(after.update_body(KEY, after.bench(KEY).defaults(), compare=[1]))
    assert answer.status_code == 422
    assert "controls have changed since this try was recorded" in said(answer)


@pytest.mark.parametrize("changes", [AS_OPTION, AS_SLIDER], ids=["an option is gone", "a choice has become a slider"])
def test_tries_and_the_debrief_stand_where_a_control_no_longer_takes_what_was_recorded(tmp_path: Path, changes) -> None:
    crisis = "edge_guardian/crisis"
    before = lab(tmp_path, PLUGIN)
    for key in (KEY, crisis):
        before.lock_all(key)
        before.try_once(key)
    assert "Codec none" in said(before.page(f"/{crisis}")), "in the debrief"
    changed = PLUGIN
    for old, new in changes:
        assert old in changed
        changed = changed.replace(old, new)
    after = lab(tmp_path, changed)
    after.client._cookies.update(before.client._cookies)
    assert "Codec none" in said(after.page(f"/{crisis}")), "as it was recorded"
    assert "data-try" in said(after.page(f"/{KEY}"))
    again = after.record(KEY, model_bytes=1e7)
    assert again.status_code == 200, again.get_data(as_text=True)[:400]
    assert after.hint(KEY, 2)["text"]
