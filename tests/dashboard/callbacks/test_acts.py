"""A crisis in acts over HTTP: which world a try is of, what the world answers, where the next act starts."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from typing import Any

import pytest

from dashboard.student.acts import PostMortem, act_of_try, act_standings, consequence, post_mortem
from dashboard.student.progress import progress, try_from
from dashboard.student.standing import standings
from tests.dashboard.ledger_requests import open_tab
from tests.http_student import Student, said
from tests.sweeps import swept
from tracks.api.bench import Bench
from tracks.api.declared.acts import Act

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")
GUARDIAN = "edge_guardian/crisis"


def answered(response: Any) -> tuple[str, str, dict[str, Any]]:
    """The acts as HTML, the post-mortem with the debrief, and the summary of an answer to a recorded try."""
    assert response.status_code == 200, response.get_data(as_text=True)[:500]
    parts = response.get_json()["response"]
    summary = next(part["data"] for name, part in parts.items() if "progress_summary" in name)
    acts = next((part["children"] for name, part in parts.items() if '"acts"' in name), "")
    debrief = next(part["children"] for name, part in parts.items() if '"debrief"' in name)
    return html.unescape(json.dumps(acts, ensure_ascii=False)), json.dumps(debrief, ensure_ascii=False), summary


def world(bench: Bench, act: Act) -> dict[str, Any]:
    return {name: bench.control_map()[name].read(value) for name, value in act.world.items()}


def starts(acts: str) -> dict[str, dict[str, Any]]:
    """What each button of an act sets, by act."""
    found = {}
    for button in re.findall(r"<button[^>]*data-act=[^>]*>", acts.replace('\\"', '"')):
        values = re.search(r'data-values="(\{.*?\})"', button)
        act = re.search(r'data-act="(\w+)"', button)
        assert values
        assert act
        found[act[1]] = json.loads(values[1])
    return found


@pytest.mark.parametrize("track", swept(TRACKS, kept=["edge_guardian"]))
def test_each_act_is_recorded_with_its_world_and_the_next_starts_from_its_try(
    student: Student, ledger_of: Any, track: str
) -> None:
    key = f"{track}/crisis"
    student.lock_all(key)
    bench = student.bench(key)
    decision = next(c for c in bench.controls if c.role == "decision")
    for number, act in enumerate(bench.acts, start=1):
        moved = decision.positions(7)[number]
        acts, _, summary = answered(student.act(
            key, {"do": "record", "act": act.id,
                  "values": {**bench.defaults(), **world(bench, act), decision.id: moved}}))  # fmt: skip
        assert (summary["message"], summary["tries"]) == ("", f"{number} of 10")  # the tries are shared
        kept = ledger_of(student, "try")[-1].payload
        assert (kept["act"], kept["what_if"]) == (act.id, [])
        assert kept["won"] == all(verdict["level"] != "fail" for verdict in kept["verdicts"])
        assert kept["consequence"] in acts
        assert re.search(r"\d", kept["consequence"])
        if number < len(bench.acts):
            following = starts(acts)[bench.acts[number].id]
            assert following == {**kept["values"], **{
                c.id: world(bench, bench.acts[number]).get(c.id, c.default)
                for c in bench.controls if c.role == "environment"}}  # fmt: skip
    assert len(ledger_of(student, "lock")) == len(bench.predictions)  # and so is the lock


def test_what_the_world_answers_is_of_the_outcome_and_names_its_numbers(student: Student, ledger_of: Any) -> None:
    """The depot mends loop and cap, and the worst city still complains with its own number."""
    student.lock_all(GUARDIAN)
    student.record(GUARDIAN, when="depot")
    kept = ledger_of(student, "try")[-1].payload
    track, bench = student.registry.track("edge_guardian"), student.bench(GUARDIAN)
    before = bench.run(track, bench.defaults())
    after = bench.run(track, {**bench.defaults(), "when": "depot"})
    assert kept["consequence"] == consequence(track, bench, before, after)
    assert "“Loop preempted” is over: Control loop p99 6\u00a0ms, at most 10\u00a0ms." in kept["consequence"]
    worst = after.reading("worst_city").value
    assert f"{100 * worst:.1f}% of its images are right" in kept["consequence"]
    assert [one["code"] for one in kept["open"]] == [
        item.code for item in after.ranked_verdicts() if item.level == "fail"
    ]


class TestRefusals:
    def test_an_act_that_the_crisis_does_not_have(self, student: Student, ledger_of: Any) -> None:
        student.lock_all(GUARDIAN)
        values = student.bench(GUARDIAN).defaults()
        for forged in ("flood", 2, {"id": "storm"}):
            refused = student.act(GUARDIAN, {"do": "record", "values": values, "act": forged})
            assert refused.status_code == 422
            assert "it has: storm, storm_grows, roads_close. Reload the page." in said(refused)
        assert ledger_of(student, "try") == []

    def test_an_act_whose_world_is_not_on_the_page(self, student: Student, ledger_of: Any) -> None:
        student.lock_all(GUARDIAN)
        values = student.bench(GUARDIAN).defaults()
        _, _, summary = answered(student.act(GUARDIAN, {"do": "record", "values": values, "act": "storm_grows"}))
        assert summary["message"] == (
            "The controls have left the world of “The storm grows”. Press that act again, then record."
        )
        assert ledger_of(student, "try") == []

    def test_a_world_of_no_act_is_a_what_if(self, student: Student, ledger_of: Any) -> None:
        student.lock_all(GUARDIAN)
        _, view = student.seen(GUARDIAN, storm=0.3)
        assert view["act"]["title"] == "No act"
        student.record(GUARDIAN, storm=0.3)
        kept = ledger_of(student, "try")[-1].payload
        assert (kept["act"], kept["what_if"], kept["won"]) == ("", ["Storm strength"], False)


def test_a_try_of_before_there_were_acts_is_of_the_first(student: Student, ledger_of: Any) -> None:
    student.lock_all(GUARDIAN)
    student.record(GUARDIAN)
    bench = student.bench(GUARDIAN)
    payload = dict(ledger_of(student, "try")[-1].payload)
    for name in ("act", "consequence", "open"):
        del payload[name]
    assert act_of_try(bench, try_from(payload)) is bench.acts[0]
    assert act_of_try(bench, try_from({**payload, "what_if": ["Storm strength"]})) is None
    assert act_of_try(bench, try_from({**payload, "act": "of_another_version"})) is None


def test_the_first_act_is_what_has_to_be_won(student: Student, ledger_of: Any) -> None:
    """Acts two and three may be declined, so a win of theirs does not stand for the crisis."""
    student.lock_all(GUARDIAN)
    student.record(GUARDIAN)
    events = [*ledger_of(student, "lock"), *ledger_of(student, "try")]
    made = events[-1]
    for act, stands in (("storm_grows", "locked"), ("storm", "won")):
        won = type(made)(**{name: getattr(made, name) for name in made.__slots__} | {
            "payload_text": json.dumps({**made.payload, "act": act, "won": True})})  # fmt: skip
        assert standings(student.registry, [*events[:-1], won])["edge_guardian"]["crisis"] == stands


def test_the_post_mortem_is_made_of_the_students_own_tries(student: Student, ledger_of: Any) -> None:
    student.lock_all(GUARDIAN)
    track, bench = student.registry.track("edge_guardian"), student.bench(GUARDIAN)
    student.record(GUARDIAN)
    student.record(GUARDIAN, when="depot")
    student.record(GUARDIAN, when="depot", storm=0.7, depot_nights=3)
    _, told, _ = answered(student.observe(GUARDIAN))
    events = ledger_of(student, "try")
    made = post_mortem(events, track, bench, progress(events, track, bench), bench.run(track, bench.defaults()))
    assert isinstance(made, PostMortem)
    assert [one.act for one in made.attempts] == ["1. The storm", "1. The storm", "2. The storm grows"]
    assert made.attempts[1].changed == ("When to train driving → in the depot",)
    readings = [event.payload["readings"]["loop_p99"]["value"] for event in events]
    assert readings[1] < readings[0]
    assert any(text.startswith("Loop p99") for text in made.attempts[1].gained)
    assert made.root_cause.startswith("City left behind stood in 3 of 3 tries.")
    assert "Open and not played: act 3." in made.happened
    first = post_mortem(
        events[:1], track, bench, progress(events[:1], track, bench), bench.run(track, bench.defaults())
    )
    assert isinstance(first, PostMortem)
    assert first.happened[-2:] == ("Open and not played: act 2.", "Not opened yet: act 3.")
    assert not any("eclined" in text for text in first.happened), "nobody declined anything"
    assert made.root_cause.split(".")[0] in told
    acts = act_standings(bench, progress(events, track, bench))
    assert [len(one.tries) for one in acts] == [2, 1, 0]
    assert acts[1].message.startswith("Still open after try 3: City left behind, ")


def test_every_table_of_tries_names_the_act_of_a_try(student: Student) -> None:
    """A try of a later act stands in another world: its numbers are none to compare without saying so."""
    student.lock_all(GUARDIAN)
    student.record(GUARDIAN)
    bench = student.bench(GUARDIAN)
    grown = bench.acts[1]
    student.act(GUARDIAN, {"do": "record", "act": grown.id, "values": {**bench.defaults(), **world(bench, grown)}})
    student.record(GUARDIAN, storm=0.2)  # in no act's world: a what-if
    student.act(GUARDIAN, {"do": "carry", "try": 2})
    student.observe(GUARDIAN)
    first, second = (f"act {n}: {act.title}" for n, act in enumerate(bench.acts[:2], start=1))
    debrief = said(student.page(f"/{GUARDIAN}")).partition("What you decided, part by part")[2]
    assert second in debrief.partition("Post-mortem")[0]
    timeline = said(open_tab(student, "timeline"))
    assert all(f"Try {number}, {act}" in timeline for number, act in ((1, first), (2, second)))
    assert "Try 3<" in timeline
    assert all(name in said(open_tab(student, "tries")) for name in ("Try 1, act 1: fails", "Try 2, act 2: fails"))
    assert second in said(open_tab(student, "decisions"))
    page = student.client.get("/ledger/handin.html").get_data(as_text=True)
    assert all(f"<td>{act}</td>" in page for act in (first, second, "none"))
    table = csv.DictReader(io.StringIO(student.client.get("/ledger/handin.csv").get_data().decode("utf-8-sig")))
    assert [row["act"] for row in table] == [first, second, ""]
    markdown = student.client.get("/ledger/handin.md").get_data(as_text=True)
    assert all(f"| {name} |" in markdown for name in ("1, act 1", r"2, act 2 (carried)", "3"))


def test_a_bench_without_acts_has_no_column_for_them(student: Student) -> None:
    student.lock_all("edge_guardian/paradox")
    student.record("edge_guardian/paradox")
    page = student.client.get("/ledger/handin.html").get_data(as_text=True)
    assert '<th scope="col">Act</th>' not in page
