"""The ledger's page over HTTP: from every page, on what is there and what is not, and never an answer too early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.layouts.ledger.page import TABS
from dashboard.layouts.ledger.timeline import SHOWN
from dashboard.ledger import Event, Store
from dashboard.ledger import store as ledger_store
from dashboard.web import ids
from tests.dashboard.ledger_requests import answer, chosen, filtered, open_tab, two_tries
from tests.http_student import Student, said
from tracks.loading.registry import Registry

PARADOX = ("cloud_titan/paradox", "edge_guardian/paradox")


@pytest.fixture
def days_ago(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A function that sets the clock of the store back by so many days."""

    def back(days: int) -> None:
        class Earlier(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return datetime.now(tz) - timedelta(days=days)

        monkeypatch.setattr(ledger_store, "datetime", Earlier if days else datetime)

    return back


@pytest.fixture
def played(student: Student) -> Student:
    """Two tracks' paradox: locked, tried twice on one, and the other's reflection not written."""
    for key in PARADOX:
        student.lock_all(key)
        student.try_once(key)
    assert student.record(PARADOX[1], participation=0.1).status_code == 200
    return student


def test_every_page_leads_to_the_ledger(student: Student) -> None:
    for path in ("/", "/edge_guardian", "/edge_guardian/memory", "/designer", "/ledger", "/nowhere"):
        assert f'"href": "{ids.LEDGER_PATH}"' in said(student.page(path)), path
    assert student.client.get("/ledger").status_code == 200


def test_an_empty_ledger_says_what_to_do_next(student: Student) -> None:
    page = said(student.page("/ledger"))
    assert "Nothing stands here yet. Pick a track and lock a first prediction" in page
    assert ids.LEDGER_TABS not in page
    for name in TABS:
        assert open_tab(student, name).status_code == 200


def test_without_a_cookie_it_is_an_empty_page_and_no_tab_is_answered(app: Dash, registry: Registry) -> None:
    nobody = Student(app, registry, app.server.test_client())
    assert "Nothing stands here yet" in said(nobody.page("/ledger"))
    assert open_tab(nobody, "tries").status_code == 403


def test_its_first_screen_is_the_newest_tracks_with_three_sentences_and_the_way_to_hand_in(played: Student) -> None:
    page = said(played.page("/ledger"))
    first = page.index("Predicted")
    assert first < page.index("Learnt") < page.index("Decided") < page.index("Hand in") < page.index(ids.LEDGER_TABS)
    assert f'"href": "{ids.HAND_IN_PATH}"' in page
    benches = [bench for bench in played.registry.benches("edge_guardian") if not bench.case_of]
    assert f"1 of {sum(len(bench.predictions) for bench in benches)} questions locked" in page
    assert "Paradox: the reflection is not written" in page
    other = said(
        played.post(
            {
                "output": f"{ids.LEDGER_SUMMARY}.children",
                "outputs": {"id": ids.LEDGER_SUMMARY, "property": "children"},
                "inputs": [{"id": ids.LEDGER_TRACK, "property": "value", "value": "cloud_titan"}],
                "changedPropIds": [f"{ids.LEDGER_TRACK}.value"],
            }
        )
    )
    assert "1 try on one bench" in other
    assert "2 tries on one bench" in page


def test_each_tab_stands_with_figure_sentence_and_table(played: Student) -> None:
    shown = {name: said(open_tab(played, name)) for name in TABS}
    assert "How far off were your predictions?" in shown["predictions"]
    assert "0 of 2 revealed locks are right" in shown["predictions"]
    assert "2 locks are judged, too few at any confidence for a rate" in shown["predictions"]
    assert "Try 2" in shown["timeline"]
    assert "Locked 1×" in shown["timeline"]
    assert "1 Paradox" in shown["timeline"], "as the stepper counts, which leaves cases out"
    assert "2 tries" in shown["tries"]
    assert "Participating share 1% → 10%" in shown["tries"]
    assert "Offered to" in shown["decisions"]
    assert "No number that you were fairly sure of" in shown["again"]
    for name in ("predictions", "tries", "tracks"):
        assert '"type": "Graph"' in shown[name]
        assert "data-table" in shown[name]
        assert '"displayModeBar": false' in shown[name]


def test_the_paradox_turns_round_side_by_side_once_both_are_locked(student: Student) -> None:  # N8
    student.lock_all(PARADOX[0])
    alone = said(open_tab(student, "tracks"))
    assert "once you have locked it on two tracks" in alone
    student.lock_all(PARADOX[1])
    both = said(open_tab(student, "tracks"))
    assert "The answer turns round: below 1 on Edge Guardian, above 1 on Cloud Titan" in both
    assert "Mobile Nomad" not in both, "what is not locked there is not told"


def test_no_tab_tells_what_is_computed_before_all_questions_are_locked(student: Student) -> None:  # N1
    key = "edge_guardian/downlink"
    first, second = student.bench(key).predictions
    track = student.registry.track("edge_guardian")
    student.lock(key, first, value="1000000", confidence="certain")
    told = [said(student.page("/ledger")), *(said(open_tab(student, name)) for name in TABS)]
    assert "revealed when the other question of the bench is locked, too" in told[0]
    right = next(option.text for option in second.options if option.id == student.bench(key).truth(track, second).value)
    for page in told:
        assert right not in page
        assert "high" not in page.replace("height", "").replace("highlight", "")
    student.lock(key, second)
    assert "high" in said(student.page("/ledger"))


def test_the_gaps_can_be_filtered_by_track_and_bench(played: Student) -> None:
    played.lock_all("edge_guardian/memory")
    everything = said(filtered(played, "all", "all"))
    assert "Cloud Titan, Paradox" in everything
    one = said(filtered(played, "edge_guardian", "all"))
    assert "Cloud Titan" not in one
    assert "Memory" in one
    assert "Memory" not in said(filtered(played, "edge_guardian", "paradox"))
    for odd in (None, 7, [], {"a": 1}, "gone"):
        assert filtered(played, odd, odd).status_code == 200


def test_the_timeline_has_one_track_and_names_all_with_how_much_they_have(played: Student) -> None:
    shown = said(open_tab(played, "timeline"))
    assert "Edge Guardian, 5 events" in shown
    assert "Cloud Titan, 4 events" in shown
    assert f'"data-timeline": "{PARADOX[1]}"' in shown
    assert PARADOX[0] not in shown
    other = said(chosen(played, ids.LEDGER_TIMELINE, ids.LEDGER_TIMELINE_TRACK, "cloud_titan"))
    assert f'"data-timeline": "{PARADOX[0]}"' in other
    assert PARADOX[1] not in other
    for odd in ("gone", None, 7, [], {}):
        assert chosen(played, ids.LEDGER_TIMELINE, ids.LEDGER_TIMELINE_TRACK, odd).status_code == 422


def test_lines_behind_the_first_sixty_of_a_bench_are_folded_and_there(
    played: Student, ledger_of: Callable[[Student, str], list[Any]], tmp_path: Path
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}")
    track, bench = PARADOX[1].split("/")
    for number in range(SHOWN + 5):
        store.append(
            Event(
                student=ledger_of(played, "try")[0].student,
                track=track,
                bench=bench,
                kind="opinion",
                payload={"try": 1, "agrees": True, "seeds": 1, "sentence": f"Run {number}."},
                idempotency_key=f"{number}",
                model_version="1",
            )
        )
    store.close()
    shown = said(open_tab(played, "timeline"))
    assert "9 earlier" in shown, "five of these, a lock, two tries and the reading of the figure"
    assert all(f"Run {number}." in shown for number in range(SHOWN + 5))


def test_two_tries_stand_side_by_side_with_both_figures(played: Student) -> None:
    compared = said(two_tries(played, ids.LEDGER_COMPARED, PARADOX[1], "1", "2"))
    assert "One control differs: Participating share 1% → 10%." in compared
    drawn = said(two_tries(played, ids.LEDGER_DRAWN, PARADOX[1], "1", "2"))
    assert drawn.count('"type": "Graph"') == 2
    for odd in (("edge_guardian/memory", "1", "2"), (PARADOX[1], "1", "9"), (None, None, None), ([], 1, True)):
        for place in (ids.LEDGER_COMPARED, ids.LEDGER_DRAWN):
            assert two_tries(played, place, *odd).status_code == 422


def test_the_decision_its_reflection_and_the_record_stand_together(student: Student) -> None:  # L20
    key = "edge_guardian/privacy"
    student.lock_all(key)
    student.try_once(key)
    check = student.bench(key).reflection.check.options[0].id
    written = {"why": "Locality is not privacy.", "change": "A larger fleet.", "check": check}
    assert student.write(key, "reflect", written).status_code == 200
    shown = said(open_tab(student, "decisions"))
    assert "What did your guarantee cost?" in shown
    assert "Locality is not privacy." in shown
    for label in ("Context", "ε", "Participating share", "Moved by the fleet in a day", "Guarantee", "Constraint hit"):
        assert f">{label}<" in shown
    assert "Prediction, Privacy" in shown


class TestAgainAfterAWeek:
    LOCK = "cloud_titan/paradox/ratio"

    def missed(self, student: Student, days_ago: Callable[[int], None], days: int) -> None:
        days_ago(days)
        key = "cloud_titan/paradox"
        (asked,) = student.bench(key).predictions
        assert student.lock(key, asked, value="0.002", confidence="certain").status_code == 200
        days_ago(0)

    def test_a_confident_miss_waits_a_week(self, student: Student, days_ago: Callable[[int], None]) -> None:
        self.missed(student, days_ago, 6)
        shown = said(open_tab(student, "again"))
        assert "No question is due now." in shown
        assert '"id": {"kind": "review"' not in shown
        assert "it is not due now" in said(answer(student, self.LOCK, "1"))

    def test_it_comes_back_with_other_numbers_until_it_is_right(
        self,
        student: Student,
        days_ago: Callable[[int], None],
        ledger_of: Callable[[Student, str], list[Any]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.missed(student, days_ago, 8)
        assert "Again after a week (1)" in said(student.page("/ledger"))
        shown = said(open_tab(student, "again"))
        assert "How many bytes does a federated day move" in shown
        assert "3\u00a0a day" in shown, "other numbers than the 10 a day of the lock"
        assert "524" not in shown
        for odd, problem in (("", "Enter a number first"), ("many", ""), (None, "Enter a number"), (["1"], "Enter")):
            refused = answer(student, self.LOCK, odd)
            assert refused.status_code == 200
            assert problem in said(refused)
        assert ledger_of(student, "review") == []
        assert "It comes back in a week with other numbers." in said(answer(student, self.LOCK, "0.01"))
        assert "it is not due now" in said(answer(student, self.LOCK, "1573"))
        (first,) = ledger_of(student, "review")
        assert not first.payload["right"]

        import dashboard.callbacks.ledger as ledger_callbacks

        later = ledger_callbacks.now() + timedelta(days=8)
        monkeypatch.setattr(ledger_callbacks, "now", lambda: later)
        track, bench = student.registry.track("cloud_titan"), student.bench("cloud_titan/paradox")
        (asked,) = bench.predictions
        again = asked.again.asked(asked, 1)
        truth = bench.truth(track, again).value
        assert f"{truth:.6g}" != f"{first.payload['computed']}"
        assert "It does not come back." in said(answer(student, self.LOCK, f"{truth:.6g}"))
        assert [event.payload["right"] for event in ledger_of(student, "review")] == [False, True]
        assert "right since" in said(open_tab(student, "again"))
        assert "Asked again after a week" in said(open_tab(student, "timeline"))

    def test_only_a_question_of_ones_own_is_answered(self, student: Student) -> None:
        for lock in (self.LOCK, "gone/gone/gone", "x"):
            assert answer(student, lock, "1").status_code == 403


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(values=st.lists(JSON | st.sampled_from(["1", "2", "all", PARADOX[1], "edge_guardian", "tries"]), min_size=3))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_request_says_it_is_answered_or_refused_in_a_sentence(played: Student, values: list[Any]) -> None:
    one, other, third = values[:3]
    answers = [
        open_tab(played, one),
        filtered(played, one, other),
        two_tries(played, ids.LEDGER_COMPARED, one, other, third),
        answer(played, "cloud_titan/paradox/ratio", one),
    ]
    for found in answers:
        assert found.status_code in (200, 403, 422), found.get_data(as_text=True)[:300]
        assert found.status_code == 200 or found.get_json()["error"].endswith(".")


def test_what_no_tab_or_track_is_is_refused(played: Student) -> None:
    for odd in ("gone", None, 7, [], {}):
        assert open_tab(played, odd).status_code == 422
