"""Tries, what they showed, what is carried: recorded once, in order, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from dashboard.ledger.identity import COOKIE
from tests.http_student import Student, said

KEY = "edge_guardian/downlink"
PARADOX = "edge_guardian/paradox"
CONVERGENCE = "edge_guardian/convergence"


@pytest.fixture
def opened(student: Student) -> Student:
    for key in (KEY, PARADOX, CONVERGENCE):
        student.lock_all(key)
    return student


def summary(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    parts = answer.get_json()["response"]
    return next(part["data"] for name, part in parts.items() if "progress_summary" in name)


class TestRecording:
    def test_a_try_keeps_state_readings_verdicts_and_decision(self, opened: Student, ledger_of) -> None:  # L20
        told = summary(opened.record(PARADOX, moved_bytes=1e9))
        assert (told["tries"], told["message"]) == ("1 of 10", "")
        (kept,) = ledger_of(opened, "try")
        payload = kept.payload
        assert payload["values"]["moved_bytes"] == 1e9
        assert payload["readings"].keys() == {r.id for r in outcome(opened, PARADOX, moved_bytes=1e9).readings}
        assert payload["decision"]["context"] == "federated"
        assert payload["decision"]["participation"] == 0.01
        assert payload["locks"] == {opened.bench(PARADOX).predictions[0].id: False}  # 1 is not 2.6e-6
        assert kept.seed == 0
        assert kept.model_version

    def test_what_was_recorded_is_what_the_page_showed(self, opened: Student, ledger_of) -> None:
        _, view = opened.seen(CONVERGENCE, rounds=50)
        opened.record(CONVERGENCE, rounds=50)
        payload = ledger_of(opened, "try")[-1].payload
        solved = outcome(opened, CONVERGENCE, rounds=50)
        for reading in solved.readings:
            assert payload["readings"][reading.id]["value"] == reading.value
            assert payload["readings"][reading.id]["level"] == view["readings"][reading.id]["level"]
        assert payload["level"] == view["status"]["level"]

    def test_ten_tries_then_the_way_out_then_two_more(self, opened: Student, ledger_of) -> None:
        for n in range(10):
            assert summary(opened.record(KEY, model_bytes=1e7 * (n + 1)))["message"] == ""
        refused = opened.record(KEY, model_bytes=5e9)
        assert "All 10 tries are used" in summary(refused)["message"]
        assert "write what you learnt" in said(refused)
        assert "What did you learn?" in said(refused)
        assert len(ledger_of(opened, "try")) == 10
        earned = opened.act(KEY, {"do": "learnt"}, written={"learnt": "Smaller models."})
        assert summary(earned)["tries"] == "10 of 12"
        for size in (5e9, 6e9):
            assert summary(opened.record(KEY, model_bytes=size))["message"] == ""
        last = summary(opened.record(KEY, model_bytes=7e9))
        assert last["tries"] == "12 of 12"
        assert "write" not in last["message"]
        again = opened.act(KEY, {"do": "learnt"}, written={"learnt": "More."})
        assert summary(again)["tries"] == "12 of 12"

    def test_two_more_are_earned_by_words_and_when_all_are_used(self, opened: Student) -> None:
        opened.record(KEY)
        early = summary(opened.act(KEY, {"do": "learnt"}, written={"learnt": "Early."}))
        assert "tries left" in early["message"]
        for n in range(9):
            opened.record(KEY, model_bytes=1e7 * (n + 1))
        empty = summary(opened.act(KEY, {"do": "learnt"}, written={"learnt": "  "}))
        assert "Write a sentence" in empty["message"]
        assert empty["tries"] == "10 of 10"

    def test_the_same_state_twice_in_a_row_spends_one(self, opened: Student) -> None:
        """A press sent again because its answer was lost must not cost a second try."""
        opened.record(KEY)
        told = summary(opened.record(KEY))
        assert told["tries"] == "1 of 10"
        assert "is try 1 already" in told["message"]
        opened.record(KEY, cached=True)
        assert summary(opened.record(KEY))["tries"] == "3 of 10", "it is no repetition after another state"

    def test_a_try_away_from_the_tracks_world_is_marked_and_cannot_win(self, opened: Student, ledger_of) -> None:
        opened.record(KEY, codec="int8", cached=True, model_bytes=1e8)
        opened.record(KEY, rate_bit_per_s=1e9)
        home, away = (event.payload for event in ledger_of(opened, "try"))
        assert (home["won"], home["what_if"]) == (True, [])
        assert (away["level"], away["won"], away["what_if"]) == ("ok", False, ["Rate"])
        assert "what if: Rate" in said(opened.page(f"/{KEY}"))

    def test_the_paradox_has_nothing_to_win(self, opened: Student, ledger_of) -> None:
        opened.record(PARADOX)
        assert ledger_of(opened, "try")[0].payload["won"] is False

    def test_two_tabs_recording_at_once_lose_nothing(self, opened: Student, ledger_of) -> None:
        sizes = [1e7 * (n + 1) for n in range(8)]

        def tab(size: float) -> int:
            own = Student(opened.app, opened.registry, opened.app.server.test_client())
            own.client.set_cookie(COOKIE, opened.client.get_cookie(COOKIE).value)
            return own.record(KEY, model_bytes=size).status_code

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(tab, sizes)) == {200}
        kept = [event.payload for event in ledger_of(opened, "try")]
        assert sorted(item["values"]["model_bytes"] for item in kept) == sizes
        assert [item["number"] for item in kept] == list(range(1, 9))

    def test_before_the_lock_nothing_is_recorded(self, student: Student, ledger_of) -> None:
        assert student.record(KEY).status_code == 403
        assert ledger_of(student, "try") == []

    @pytest.mark.parametrize(
        "action",
        [
            "record",
            {"do": "win"},
            {"do": "record"},
            {"do": "record", "values": []},
            {"do": "record", "values": {}},
            {"do": "record", "values": {"model_bytes": "large"}},
            {"do": "record", "values": {"nothing": 1}},
            {"do": "carry"},
            {"do": "carry", "try": 7},
            {"do": "carry", "try": True},
            {"do": "observe"},
            [],
        ],
    )
    def test_what_no_page_sends_is_refused_and_keeps_nothing(self, opened: Student, ledger_of, action: Any) -> None:
        answer = opened.act(KEY, action)
        assert answer.status_code in (204, 422)
        assert ledger_of(opened, "try") == []


class TestObserving:
    def test_the_reflection_opens_after_a_try_and_what_it_showed(self, opened: Student) -> None:
        question = opened.bench(CONVERGENCE).observation
        assert "Record a try first" in said(opened.page(f"/{CONVERGENCE}"))
        early = opened.observe(CONVERGENCE)
        assert summary(early)["message"] == "Record a try first."
        recorded = said(opened.record(CONVERGENCE))
        assert question.text in recorded
        assert "Save reflection" not in recorded
        assert "Save reflection" in said(opened.observe(CONVERGENCE))
        assert "Save reflection" in said(opened.page(f"/{CONVERGENCE}"))

    def test_without_an_answer_nothing_opens(self, opened: Student) -> None:
        opened.record(CONVERGENCE)
        for answer in ("x", "", None, 1):
            told = opened.act(CONVERGENCE, {"do": "observe"}, written={"observation": answer})
            assert summary(told)["message"] == "Choose what the figure showed first."
            assert "Save reflection" not in said(told)

    def test_the_first_answer_stands(self, opened: Student, ledger_of) -> None:
        wrong = next(o for o in opened.bench(CONVERGENCE).observation.options if o.id == "much")
        opened.record(CONVERGENCE)
        assert f"Not this one. {wrong.feedback}" in said(opened.observe(CONVERGENCE, "much"))
        opened.observe(CONVERGENCE, "nothing")
        (kept,) = ledger_of(opened, "observation")
        assert (kept.payload["answer"], kept.payload["right"]) == ("much", False)

    def test_the_read_out_counts_locks_and_says_nothing_of_right_and_wrong(self, opened: Student) -> None:  # L21
        """Two of the plugin's, one of the paradox and one of convergence; privacy's one comes when it is locked."""
        assert summary(opened.record(CONVERGENCE))["locks"] == "4 locked"
        opened.lock_all("edge_guardian/privacy")
        assert summary(opened.observe(CONVERGENCE))["locks"] == "5 locked"


class TestCarrying:
    def test_the_newest_is_carried_until_another_is_chosen(self, opened: Student) -> None:
        opened.record(KEY)
        assert "Try 2, the newest" in said(opened.record(KEY, cached=True))
        assert "Try 1, chosen by you" in said(opened.act(KEY, {"do": "carry", "try": 1}))
        assert "Try 1, chosen by you" in said(opened.record(KEY, codec="int8"))
        assert "Try 3, chosen by you" in said(opened.act(KEY, {"do": "carry", "try": 3}))
        assert "Try 1, chosen by you" in said(opened.act(KEY, {"do": "carry", "try": 1}))


class TestComparing:
    def test_a_pinned_try_is_drawn_as_an_earlier_try_with_its_number(self, opened: Student) -> None:
        opened.record(PARADOX, moved_bytes=1e6)
        values = opened.bench(PARADOX).defaults()
        alone = opened.post(opened.update_body(PARADOX, values)).get_json()["response"]
        beside = opened.post(opened.update_body(PARADOX, values, compare=[1])).get_json()["response"]
        for name, part in beside.items():
            if "figure" in part:
                more = len(part["figure"]["data"]) - len(alone[name]["figure"]["data"])
                assert more >= 1, name
                notes = [note["text"] for note in part["figure"]["layout"]["annotations"]]
                assert "<b>1</b>" in notes

    @pytest.mark.parametrize("compare", [[2], ["1"], [True], "1", [1, 1, 1, 1], {"a": 1}, [1.5]])
    def test_only_recorded_tries_can_be_compared(self, opened: Student, compare: Any) -> None:
        opened.record(PARADOX)
        body = opened.update_body(PARADOX, opened.bench(PARADOX).defaults())
        body["inputs"][2]["value"] = compare
        assert opened.post(body).status_code == 422


class TestViews:
    def test_a_panel_draws_the_view_that_was_chosen_with_its_own_table(self, opened: Student) -> None:
        values = opened.bench(KEY).defaults()
        body = opened.update_body(KEY, values, views={"again": "halves"})
        parts = opened.post(body).get_json()["response"]
        drawn = next(part["figure"] for name, part in parts.items() if '"again"' in name)
        assert [trace["name"] for trace in drawn["data"]] == ["half"]
        view = next(part["data"] for name, part in parts.items() if '"texts"' in name)
        assert "for half" in view["summaries"]["again"]
        assert "half the time, s" in said(opened.table(KEY, "again", views={"again": "halves"}))
        assert "half the time, s" not in said(opened.table(KEY, "again"))

    @pytest.mark.parametrize("name", ["nothing", "time", 3, None, ["halves"]])
    def test_what_is_no_view_draws_the_panel_itself(self, opened: Student, name: Any) -> None:
        body = opened.update_body(KEY, opened.bench(KEY).defaults(), views={"again": name})
        parts = opened.post(body).get_json()["response"]
        drawn = next(part["figure"] for key, part in parts.items() if '"again"' in key)
        assert "half" not in [trace["name"] for trace in drawn["data"]]


def outcome(student: Student, key: str, **changes: Any):
    bench = student.bench(key)
    return bench.run(student.registry.track(key.split("/")[0]), {**bench.defaults(), **changes})
