"""A ledger read as a whole: nothing is told too early, order between benches does not matter, nothing fails on it."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.ledger.events import REPLACED, StoredEvent
from dashboard.student.analytics.decisions import DefenceRecord
from dashboard.student.analytics.locks import LEAST, calibration, lock_records, misconceptions
from dashboard.student.analytics.overview import Overview, overview
from dashboard.student.analytics.side_by_side import side_by_side
from dashboard.student.analytics.timeline import timelines
from dashboard.student.analytics.tries import compare
from tests.dashboard.student.analytics.conftest import Deed, chain
from tracks.api.teaching import CONFIDENCE
from tracks.loading.registry import Registry

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")
QUICK = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(data=st.data())
@QUICK
def test_nothing_computed_is_told_before_every_question_of_a_bench_is_locked(registry, deeds, data) -> None:  # N1
    """Any part of the locks of all tracks: where one is missing, nothing computed stands in any word of the ledger."""
    every = [deed for track in TRACKS for bench in registry.benches(track) for deed in deeds.locks(track, bench.id)]
    made = data.draw(st.lists(st.sampled_from(every), unique_by=lambda d: (d.track, d.bench, d.prediction)))
    found = overview(registry, chain(made))
    locked = {(deed.track, deed.bench, deed.prediction) for deed in made}
    for record in found.locks:
        asked = registry.bench(record.place.track, record.place.bench).predictions
        is_complete = all((record.place.track, record.place.bench, item.id) in locked for item in asked)
        assert record.is_revealed == is_complete
        told = (record.computed, record.truth, record.right, record.gap, record.factor, record.route, record.sentence)
        assert is_complete or told == ("", None, None, "", None, "", "")
    for row in side_by_side(found.locks):
        assert all(item.is_revealed for item in row.locks)


@given(st.randoms(use_true_random=False))
@QUICK
def test_the_order_between_benches_changes_nothing(registry, deeds, random) -> None:
    benches = [("edge_guardian", "paradox"), ("cloud_titan", "paradox"), ("edge_guardian", "memory")]
    queues = [
        [*deeds.locks(*place), deeds.opening(*place), deeds.tried(*place, 1), Deed(*place, "decision", {"try": 1})]
        for place in benches
    ]
    straight = _said(registry, chain([deed for queue in queues for deed in queue]))
    mixed = []
    while any(queues):
        mixed.append(random.choice([queue for queue in queues if queue]).pop(0))
    assert _said(registry, chain(mixed)) == straight


def _said(registry: Registry, events: tuple[StoredEvent, ...]) -> object:
    found = overview(registry, events)
    locks = [(item.place, item.prediction, item.answer, item.computed, item.gap) for item in found.locks]
    tries = [(item.place, record.number, record.outcome) for item in found.tries for record in item.tries]
    lines = {item.place: ([e.title for e in item.entries], item.missing) for item in timelines(registry, events)}
    return locks, tries, lines, sorted(track.sentences for track in found.tracks)


@given(st.lists(st.sampled_from(REPLACED), max_size=30))
@QUICK
def test_the_newest_of_what_is_written_again_and_how_often_say_the_same(registry, deeds, kinds) -> None:
    """A page reads the newest of these events and their number instead of all of them."""
    payloads = {"reflection": {"why": "a"}, "decision": {"try": 1}, "revision": {"marks": [1, 2, 0, 1]}}
    payloads["defence"] = {"choice": "a"}
    place = ("edge_guardian", "memory")
    written = [Deed(*place, kind, payloads[kind]) for kind in kinds]
    learnt = [Deed(*place, "revision", {"learnt": "that"})]
    events = chain([*deeds.locks(*place), deeds.tried(*place, 1), *learnt, *written])
    counts = Counter((event.track, event.bench, event.kind) for event in events)
    newest = {(event.kind, "learnt" in event.payload): event.sequence for event in events}
    standing = [
        event
        for event in events
        if event.kind not in REPLACED or newest[event.kind, "learnt" in event.payload] == event.sequence
    ]
    assert overview(registry, standing) == overview(registry, events)
    assert timelines(registry, standing, counts) == timelines(registry, events)


def test_confidence_has_a_rate_from_five_locks_on(registry, deeds, ledger) -> None:
    made = [deed for track in TRACKS for deed in deeds.locks(track, "paradox", sure="certain")]
    records = lock_records(registry, ledger(made))
    assert len(records) == LEAST - 1
    (certain,) = [item for item in calibration(records) if item.id == "certain"]
    assert (len(certain.locks), certain.share) == (LEAST - 1, None)
    more = lock_records(registry, ledger([*made, *deeds.locks("edge_guardian", "memory", sure="certain")]))
    (certain,) = [item for item in calibration(more) if item.id == "certain"]
    assert certain.share == certain.right / LEAST
    assert [item.id for item in calibration(more)] == [option.id for option in CONFIDENCE]
    assert sum(len(item.locks) for item in calibration(more)) == sum(item.right is not None for item in more)


def test_a_gap_is_a_factor_and_a_tempting_way_is_named_where_it_was_gone(registry, deeds, ledger) -> None:
    track = registry.track("cloud_titan")
    (asked,) = registry.bench("cloud_titan", "paradox").predictions
    ways = registry.bench("cloud_titan", "paradox").routes(track, asked)
    route, value = next(way for way in ways if way[0].name == "the ratio upside down")
    made = deeds.locks("cloud_titan", "paradox", sure="certain", ratio=f"{value:.6g}")
    (record,) = lock_records(registry, ledger(made))
    truth = registry.bench("cloud_titan", "paradox").truth(track, asked).value
    assert record.factor == pytest.approx(value / truth, rel=1e-4)
    assert record.is_sure_miss
    assert [(way.name, len(way.locks)) for way in misconceptions([record])] == [(route.name, 1)]


def test_the_paradox_turns_round_between_tracks(registry, deeds, ledger) -> None:  # N8
    made = [deed for track in TRACKS for deed in deeds.locks(track, "paradox")]
    (row,) = side_by_side(lock_records(registry, ledger(made)))
    assert row.is_reversed
    assert "above 1 on Cloud Titan" in row.sentence
    assert "below 1 on Tiny Pioneer, Edge Guardian and Mobile Nomad" in row.sentence.replace(
        "Edge Guardian, Tiny Pioneer", "Tiny Pioneer, Edge Guardian"
    )
    assert side_by_side(lock_records(registry, ledger(deeds.locks("cloud_titan", "paradox")))) == ()


def test_two_tries_are_told_apart_by_what_was_moved_and_what_it_did(registry, deeds, ledger) -> None:
    place = ("edge_guardian", "memory")
    events = ledger([*deeds.locks(*place), deeds.tried(*place, 1), deeds.tried(*place, 2, batch=4)])
    ((one, other),) = [item.tries for item in overview(registry, events).tries]
    found = compare(one, other)
    assert [(item.label, item.change) for item in found.controls] == [("Batch", "0.25×")]
    by_label = {item.label: item for item in found.readings}
    assert by_label["Training memory"].levels == ("fail", "ok")
    assert "Gain kept" not in by_label, "what stayed the same is left out"
    assert all(0 <= item.position <= 1 for item in one.controls if item.position is not None)
    assert one.reading("total").limit == registry.track("edge_guardian").device.learning_memory_bytes


def test_the_record_holds_what_a_later_lab_reads(registry, deeds, ledger) -> None:  # L20
    made = []
    for bench in ("paradox", "privacy"):
        place = ("edge_guardian", bench)
        changes = {"deployment": "federated_dp", "epsilon": 1.0} if bench == "privacy" else {"compression": 10.0}
        made += [*deeds.locks(*place), deeds.tried(*place, 1, **changes)]
    (track,) = overview(registry, ledger(made)).tracks
    fields = {item.id: item for item in track.record.fields}
    assert list(fields) == [
        "context", "participating_share", "compression", "daily_bytes", "epsilon", "accuracy_gap", "guarantee",
    ]  # fmt: skip
    assert fields["epsilon"].value == 1.0
    assert fields["compression"].value == 10.0
    assert fields["guarantee"].text != "–"
    assert math.isfinite(fields["daily_bytes"].value)
    assert [item.prediction for item in track.record.predictions] == ["ratio", "client_updates"]
    assert [item.right is None for item in track.record.predictions] == [False, False]
    assert [place.bench for place, _ in track.record.decision] == ["paradox", "privacy"]


def test_a_reflection_stands_with_its_decision_and_the_defence_with_the_track(registry, deeds, ledger) -> None:  # P18
    place = ("mobile_nomad", "privacy")
    said = {"why": "Locality alone is no guarantee.", "change": "A smaller fleet.", "check": "bound"}
    shown = {"prompt": "What do you defend?", "choice": "Which?", "locality": "What for?", "numbers": ["Privacy · 1"]}
    defended = {"choice": "Noise.", "locality": "No copy.", "shown": shown, "marks": [1, 2, 0, 1], "rubric": ["a"] * 4}
    before = Deed("mobile_nomad", "gone", "defence", {**defended, "choice": "Nothing."})
    newest = Deed("mobile_nomad", "crisis", "defence", defended)
    events = ledger([*deeds.locks(*place), deeds.tried(*place, 1), Deed(*place, "reflection", said), before, newest])
    found = overview(registry, events)
    (track,) = found.tracks
    assert track.defence == DefenceRecord(
        prompt="What do you defend?", answers=(("Which?", "Noise."), ("What for?", "No copy.")),
        numbers=("Privacy · 1",), marks=(1, 2, 0, 1),
    )  # fmt: skip
    part = next(item for item in found.parts if item.place.bench == "privacy")
    assert part.prompt.startswith("What did your guarantee cost?")
    assert part.reflection == said
    assert part.tried.is_carried


@pytest.mark.parametrize("what", ["a track", "a bench", "a control", "a value", "a prediction", "an option"])
def test_what_is_no_longer_installed_is_shown_as_it_was(registry: Registry, deeds, ledger, what: str) -> None:
    place = ("edge_guardian", "memory")
    lock, tried = deeds.locks(*place)[0], deeds.tried(*place, 1)
    told = {"prediction": lock.prediction, "computed": "323 MiB", "gap": "2× low", "right": False, "route": "",
            "said": "", "reason": ""}  # fmt: skip
    opened = Deed(*place, "opening", {"revealed": [told]})
    made = [lock, opened, tried, Deed(*place, "hint", {"after": 1, "values": [{"control": "gone", "value": 3}]})]
    if what == "a track":
        made = [Deed("gone", d.bench, d.kind, d.payload, d.prediction) for d in made]
    elif what == "a bench":
        made = [Deed(d.track, "gone", d.kind, d.payload, d.prediction) for d in made]
    elif what == "a control":
        made[2] = Deed(*place, "try", {**tried.payload, "values": {**tried.payload["values"], "gone": 3}})
    elif what == "a value":
        made[2] = Deed(*place, "try", {**tried.payload, "values": dict.fromkeys(tried.payload["values"], "gone")})
    elif what == "a prediction":
        made[0] = Deed(*place, "lock", lock.payload, "gone")
    else:
        made[0] = Deed(*place, "lock", {**lock.payload, "mechanism": "gone", "confidence": "gone"}, lock.prediction)
    found = overview(registry, ledger(made))
    (record,) = found.locks
    assert record.answer == lock.payload["answer"]
    assert record.question == lock.payload["question"]
    if what in ("a track", "a bench"):
        assert (record.computed, record.gap, record.right) == ("323 MiB", "2× low", False)
        assert not record.place.is_installed
    (line,) = timelines(registry, ledger(made))
    assert [entry.kind for entry in line.entries] == ["hint", "try", "lock"]
    assert len(found.tracks[0].sentences) == 3


def test_an_empty_ledger_says_nothing(registry: Registry) -> None:
    none: tuple[StoredEvent, ...] = ()
    assert overview(registry, none) == Overview(locks=(), tries=(), parts=(), tracks=())
    assert timelines(registry, none) == ()
