"""Hints, not answers: three levels, opened by own tries; every value that is given is in the ledger and on the try."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboard.web import ids
from tests.http_student import Student, said
from tests.states import own_changes
from tests.sweeps import swept
from tracks.api.controls import Value
from tracks.common.federated_runs import final_scores
from tracks.loading.registry import load_registry

MEMORY, PRIVACY, CONVERGENCE = "edge_guardian/memory", "edge_guardian/privacy", "mobile_nomad/convergence"
LAB = load_registry()
BENCHES = [ids.bench_key(track, bench.id) for track in LAB.tracks for bench in LAB.benches(track)]
QUICK = ["cloud_titan/paradox", MEMORY, "mobile_nomad/memory", "tiny_pioneer/memory", "mobile_nomad/crisis"]
MOST_PRESSES = 12


@pytest.fixture
def payloads(tmp_path: Path) -> Any:
    """A function that returns the stored payloads of one kind, oldest first."""

    def of(kind: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as ledger:
            rows = ledger.execute("SELECT payload FROM events WHERE kind = ? ORDER BY sequence", (kind,))
            return [json.loads(payload) for (payload,) in rows]

    return of


def two_own_tries(student: Student, key: str) -> None:
    """Record two tries that nothing but the student made."""
    states = own_changes(student.bench(key))
    for change in (next(states), next(states)):
        assert student.record(key, **change).status_code == 200


def told(answer: Any) -> str:
    """What the student is told after recording."""
    parts = answer.get_json()["response"]
    return str(next(part["data"] for name, part in parts.items() if "progress_summary" in name)["message"])


def by_the_first_fix(student: Student, key: str) -> tuple[dict[str, Value], int]:
    """Ask for the value and set the first, again and again; returns where that ends and after how many presses."""
    values: dict[str, Value] = dict(student.bench(key).defaults())
    for presses in range(MOST_PRESSES):
        given = student.hint(key, 3, **values)
        if not given["fixes"]:
            return values, presses
        values[given["fixes"][0]["control"]] = given["fixes"][0]["value"]
    return values, MOST_PRESSES


def failing(student: Student, key: str, values: dict[str, Value]) -> bool:
    return bool(student.seen(key, **values)[1]["status"]["fails"])


@pytest.mark.parametrize("key", BENCHES)
def test_no_page_holds_a_value_before_it_is_asked_for(student: Student, key: str) -> None:
    """Neither the page nor the answer to a moved control has a place for what a fix would set."""
    student.lock_all(key)
    _, texts = student.seen(key)
    assert texts["status"].keys() == {
        "level", "title", "facts", "cause", "fails", "is_limit", "met", "also", "also_level",
    }  # fmt: skip
    page = said(student.page(f"/{key}"))
    track, bench = student.registry.track(ids.split_bench_key(key)[0]), student.bench(key)
    for verdict in bench.run(track, bench.defaults()).verdicts:
        for fix in verdict.fixes:
            assert f'"control": "{fix.control}", "value"' not in page


def test_no_change_is_tried_before_a_hint_may_give_it(student: Student) -> None:
    """A trial is three runs: the answer at rest, a hint before its tries and recording a try do without."""
    student.lock_all(CONVERGENCE)
    final_scores.cache_clear()
    light = {"payload_bytes": 4e6}  # within the cap, so that the accuracy is what fails
    assert student.seen(CONVERGENCE, **light)[1]["status"]["title"] == "Below target"
    assert student.hint(CONVERGENCE, 3, **light)["text"].startswith("After two tries")
    two_own_tries(student, CONVERGENCE)
    assert final_scores.cache_info().misses == 0
    assert student.hint(CONVERGENCE, 3, **light)["fixes"]
    assert final_scores.cache_info().misses > 0


class TestLevels:
    def test_what_is_wrong_and_why_is_always_said(self, student: Student) -> None:
        student.lock_all(MEMORY)
        _, texts = student.seen(MEMORY)
        assert texts["status"]["title"] == "Out of memory"
        assert texts["status"]["cause"].startswith("Activations are ")

    def test_the_untouched_start_opens_nothing_however_often_it_is_recorded(self, student: Student, payloads) -> None:
        student.lock_all(MEMORY)
        student.record(MEMORY)
        assert "is try 1 already" in told(student.record(MEMORY))
        student.record(MEMORY, batch=15)  # less than a tenth of the slider from the start
        student.record(MEMORY)
        student.record(MEMORY, runtime="ideal")  # the world's, which is no decision
        assert [payload["own"] for payload in payloads("try")] == [False] * 4
        for level in (2, 3):
            given = student.hint(MEMORY, level)
            assert (given["level"], given["fixes"], given["eased"]) == (1, [], "")
            assert given["text"].startswith(f"After {['one try', 'two tries'][level - 2]} of your own")
        assert payloads("hint") == []

    def test_one_own_try_names_control_and_direction_and_two_the_value(self, student: Student, payloads) -> None:
        student.lock_all(MEMORY)
        student.record(MEMORY, batch=2)
        given = student.hint(MEMORY, 2)
        assert "Batch, lower" in given["text"]
        assert given["fixes"] == []
        assert student.hint(MEMORY, 3)["fixes"] == []
        student.record(MEMORY, batch=2, method="full")
        given = student.hint(MEMORY, 3)
        batch = next(fix for fix in given["fixes"] if fix["control"] == "batch")
        assert (batch["label"], batch["old"], batch["new"]) == (
            "Batch",
            "16\u00a0a step",
            f"{batch['value']}\u00a0a step",
        )
        assert [item["after"] for item in payloads("hint")] == [2]

    def test_a_try_like_an_earlier_one_is_not_another_own_try(self, student: Student, payloads) -> None:
        student.lock_all(MEMORY)
        for changes in ({"batch": 2}, {"method": "full"}, {"batch": 2, "rank": 9}, {"method": "full"}):
            student.record(MEMORY, **changes)
        assert [payload["own"] for payload in payloads("try")] == [True, True, False, False]

    def test_a_value_that_is_the_limit_itself_is_given_at_once(self, student: Student, payloads) -> None:
        student.lock_all(PRIVACY)
        state = {"deployment": "federated_dp", "noise": "central", "clip_norm": 1.0, "epsilon": 0.98, "delta": 1e-3}
        status = student.seen(PRIVACY, **state)[1]["status"]
        assert (status["title"], status["is_limit"]) == ("δ too large", True)
        given = student.hint(PRIVACY, 3, **state)
        assert [fix["control"] for fix in given["fixes"]] == ["delta"]
        assert payloads("hint")[0]["verdict"] == "delta_too_large"
        student.record(PRIVACY, **{**state, "delta": given["fixes"][0]["value"]})
        assert payloads("try")[0]["helped"]


class TestHelp:
    @pytest.fixture
    def helped(self, student: Student) -> tuple[Student, dict[str, Any]]:
        """A student who was given the values of the memory bench after two own tries, and the first of them."""
        student.lock_all(MEMORY)
        student.record(MEMORY, batch=30)
        student.record(MEMORY, method="full")
        return student, student.hint(MEMORY, 3)["fixes"][0]

    def test_the_try_that_follows_is_marked_and_so_is_each_that_keeps_the_value(self, helped, payloads) -> None:
        student, fix = helped
        student.record(MEMORY, **{fix["control"]: fix["value"]})
        student.record(MEMORY, batch=30, optimizer="sgd")
        student.record(MEMORY, **{fix["control"]: fix["value"]}, optimizer="sgd")
        tries = payloads("try")
        assert [payload["helped"] for payload in tries] == [False, False, True, False, True]
        assert [payload["own"] for payload in tries] == [True, True, False, True, False]

    def test_a_value_that_was_the_students_own_before_stays_theirs(self, student: Student, payloads) -> None:
        student.lock_all(MEMORY)
        student.record(MEMORY, method="last_k")
        student.record(MEMORY, method="full")
        given = student.hint(MEMORY, 3)["fixes"]
        assert "last_k" in [fix["value"] for fix in given]
        student.record(MEMORY, optimizer="sgd")  # the one that follows
        student.record(MEMORY, method="last_k", optimizer="sgd")
        assert [payload["helped"] for payload in payloads("try")][2:] == [True, False]

    def test_it_is_said_in_tries_and_debrief(self, helped) -> None:
        student, _ = helped
        values, _ = by_the_first_fix(student, MEMORY)
        table = said(student.record(MEMORY, **values))
        assert "won, with help" in table
        assert 'data-helped=\\"true\\"' in table
        crisis = "edge_guardian/crisis"
        student.lock_all(crisis)
        student.record(crisis)
        student.observe(crisis)
        page = said(student.page(f"/{crisis}"))
        assert "</span> won, with help" in page
        assert "1 of 2 recorded designs hold in this track’s own environment, 1 of them with help." in page

    def test_asking_ten_times_is_noted_once(self, helped, payloads) -> None:
        student, _ = helped
        for _ in range(10):
            student.hint(MEMORY, 3)
        assert len(payloads("hint")) == 1


@pytest.mark.parametrize("key", swept(BENCHES, kept=QUICK))
def test_by_the_first_fix_alone_no_bench_is_won_without_two_own_tries_and_help(
    student: Student, payloads, key: str
) -> None:
    """First pressed at once, then after the untouched start was recorded twice, then after two own tries."""
    student.lock_all(key)
    for _ in range(2):
        assert student.hint(key, 3)["fixes"] == []
        student.record(key)
        assert [payload["own"] for payload in payloads("try")] == [False]
    if not failing(student, key, {}):
        return  # a paradox that starts in the green: there is nothing to win
    two_own_tries(student, key)
    values, _ = by_the_first_fix(student, key)
    if not failing(student, key, values):
        student.record(key, **values)
        newest = payloads("try")[-1]
        assert newest["helped"]
        assert newest["won"] == (not student.bench(key).exploratory)
        assert sum(payload["own"] for payload in payloads("try")) == 2


class TestWhatIsOffered:
    @pytest.mark.parametrize("key", swept(BENCHES, kept=[*QUICK, CONVERGENCE]))
    def test_each_value_says_what_would_fail_after_it_and_is_a_decision(self, student: Student, key: str) -> None:
        student.lock_all(key)
        two_own_tries(student, key)
        status, bench = student.seen(key)[1]["status"], student.bench(key)
        track = student.registry.track(ids.split_bench_key(key)[0])
        given = student.hint(key, 3)
        assert bool(given["fixes"]) <= status["fails"]
        before = {v.code for v in bench.run(track, bench.defaults()).verdicts if v.level == "fail"}
        for fix in given["fixes"]:
            assert bench.control_map()[fix["control"]].role == "decision"
            after = bench.run(track, {**bench.defaults(), fix["control"]: fix["value"]}).verdicts
            broken = [v.title for v in after if v.level == "fail" and v.code not in before]
            assert fix["harm"] == (f"then fails: {', '.join(broken)}" if broken else "")
        harms = [bool(fix["harm"]) for fix in given["fixes"]]
        assert harms == sorted(harms), "what breaks nothing comes first"

    @pytest.mark.parametrize("key", swept(BENCHES, kept=[*QUICK, CONVERGENCE]))
    def test_strip_and_read_out_name_the_same_control(self, student: Student, key: str) -> None:  # N7
        student.lock_all(key)
        two_own_tries(student, key)
        if not student.seen(key)[1]["status"]["fails"]:
            return
        named, valued = student.hint(key, 2), student.hint(key, 3)
        if valued["fixes"]:
            first = valued["fixes"][0]
            assert named["eased"].startswith(f"eased most by {first['label']}, ")
            assert named["text"].startswith(f"{first['label']}, ")
            assert valued["eased"] == f"eased most by {first['label']} {first['old']} → {first['new']}"

    def test_nothing_is_advised_where_nothing_fails(self, student: Student) -> None:
        """On this fleet, all green, the read-out advised the reliable links first, which leaves a city behind."""
        student.lock_all(CONVERGENCE)
        two_own_tries(student, CONVERGENCE)
        green = {"rounds": 60, "local_steps": 5, "payload_bytes": 770_000.0}
        assert not student.seen(CONVERGENCE, **green)[1]["status"]["fails"]
        given = student.hint(CONVERGENCE, 3, **green)
        assert (given["fixes"], given["eased"], given["text"]) == ([], "", "Nothing fails here.")


@pytest.mark.parametrize(
    "asked",
    [
        "x",
        1,
        [],
        {"level": 2},
        {"level": 2, "values": []},
        {"level": 1, "values": {}},
        {"level": 4, "values": {}},
        {"level": True, "values": {}},
        {"level": 3, "values": {"nothing": 1}},
        {"level": 3, "values": {"batch": None}},
    ],
)
def test_what_asks_for_no_hint_is_refused(student: Student, asked: Any) -> None:
    student.lock_all(MEMORY)
    assert student.ask_hint(MEMORY, asked).status_code in (204, 422)


def test_no_hint_before_the_lock(student: Student) -> None:
    asked = {"level": 3, "values": student.bench(MEMORY).defaults()}
    assert student.ask_hint(MEMORY, asked).status_code == 403


def test_a_setting_that_came_with_an_address_is_help_until_a_try_of_ones_own_had_it(student, payloads) -> None:
    """Else one message to the class would win every bench."""
    student.lock_all(MEMORY)
    linked = {**student.bench(MEMORY).defaults(), "method": "last_k", "batch": 1}
    first = said(student.ask_hint(MEMORY, {"at": 1, "level": "link", "values": linked}))
    assert "with help" in first
    assert [item["control"] for item in payloads("hint")[0]["values"]] == ["method", "batch"]
    student.record(MEMORY, method="tinytl_bias")
    student.record(MEMORY, method="last_k", batch=1)
    student.record(MEMORY, method="last_k")
    assert [item["helped"] for item in payloads("try")] == [False, True, True]
    student.ask_hint(MEMORY, {"at": 2, "level": "link", "values": {**linked, "method": "tinytl_bias", "batch": 16}})
    assert len(payloads("hint")) == 1, "the student's own, or the start"
