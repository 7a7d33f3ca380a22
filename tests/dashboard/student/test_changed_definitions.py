"""Answers are read with the definition they were given under, whatever a designer changes between two starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.layouts.bench.predict import CHANGED
from dashboard.ledger.migrations import upgrade
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
    assert "Because the model is large." in shown
    assert CHANGED not in shown
    after = lab(tmp_path, changed)
    after.client._cookies.update(before.client._cookies)
    answer = after.page(f"/{KEY}")
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    again = said(answer)
    assert "Because the model is large." in again
    assert "How long does one device listen?" in again
    assert (CHANGED in again) == (what not in ("a reason's words", "a control"))
    if what == "a unit":
        assert "You locked 1\u00a0s." in again
        assert "so it is not compared" in again
    for path in ("/edge_guardian", "/", f"/{KEY}"):
        assert after.page(path).status_code == 200


OTHERWISE = {
    "the answer to what the figure showed": (
        'Option(id="much", text="by much"', 'Option(id="a_lot", text="by a great deal"'),
    "what the reflection asks": ('prompt="Who should listen?"', 'prompt="Who should not listen?"'),
    "the check question's options": ("CHECK-TEXT", "CHECK-TEXT"),
    "the rubric": ('rubric=("one", "two", "three", "four")', 'rubric=("five", "six", "seven", "eight")'),
}  # fmt: skip


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
