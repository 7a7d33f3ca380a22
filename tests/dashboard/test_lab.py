"""What the lab knows: which addresses are pages, the steps of a track, what is locked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from dashboard.lab import Lab, is_unlocked, locked_from
from dashboard.ledger.events import Event, StoredEvent
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.second_opinions.service import SecondOpinions
from dashboard.settings import Settings
from dashboard.student.mission import steps_of
from dashboard.student.predictions import Locked
from dashboard.student.standing import standings
from dashboard.web.rate_limits import RateLimits
from dashboard.web.request_checks import RequestRefused
from tracks.api.track import Track
from tracks.loading.registry import Registry

STUDENT, OTHER = "a" * 32, "b" * 32


def lab_of(place: Path, registry: Registry, **environment: str) -> Lab:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(place), **environment})
    upgrade(settings.database_url)
    opinions = SecondOpinions(settings.cache_dir, settings.secret_keys, limit_s=60, tracks_dir=None)
    store = Store(settings.database_url)
    return Lab(settings=settings, loaded=registry, store=store, second_opinions=opinions, limits=RateLimits(None))


@pytest.fixture
def lab(tmp_path: Path, registry: Registry) -> Lab:
    return lab_of(tmp_path, registry)


@pytest.fixture
def track(registry: Registry) -> Track:
    return registry.track("edge_guardian")


def lock(lab: Lab, bench: str, prediction: str, *, track: str = "edge_guardian", student: str = STUDENT) -> StoredEvent:
    return lab.store.append(
        Event(
            student=student,
            track=track,
            bench=bench,
            kind="lock",
            payload={"value": "3", "mechanism": "size", "confidence": "guess"},
            idempotency_key=f"{track}/{bench}/{prediction}",
            model_version="test-1",
            prediction=prediction,
        )
    )


class TestKnows:
    @pytest.mark.parametrize(
        "path",
        ["", "/", "/edge_guardian", "/edge_guardian/", "/edge_guardian/paradox", "/tiny_pioneer/downlink", "/designer"],
    )
    def test_a_page(self, lab: Lab, path: str) -> None:
        assert lab.knows(path)

    @pytest.mark.parametrize(
        "path",
        [
            "/paradox",  # a bench without its track
            "/edge_guardian/nothing",
            "/edge_guardian/paradox/1",
            "/edge_guardian/designer",
            "/designer/1",
            "/Edge_Guardian",
            "/..",
            "/%00",
            "/é",
        ],
    )
    def test_no_page(self, lab: Lab, path: str) -> None:
        assert not lab.knows(path)

    def test_the_designers_page_can_be_switched_off(self, tmp_path: Path, registry: Registry) -> None:
        assert not lab_of(tmp_path, registry, EDGELAB_DESIGNER="off").knows("/designer")

    def test_every_bench_it_knows_it_finds_and_no_other(self, lab: Lab) -> None:
        for track in lab.registry.tracks.values():
            for bench in lab.registry.benches(track.id):
                assert lab.bench(f"{track.id}/{bench.id}") == (track, bench)
        for key in ("edge_guardian/nothing", "nobody/paradox", "edge_guardian", "", None, 7):
            with pytest.raises(RequestRefused):
                lab.bench(key)


class TestSteps:
    def test_the_mission_stands_in_its_order_with_its_labels_and_minutes(self, lab: Lab, track: Track) -> None:
        steps = [(step.id, step.label, step.minutes) for step in steps_of(lab.registry, track)]
        assert steps == [
            ("keyboard", "Keyboard fleet", 6),
            ("paradox", "Paradox", 10),
            ("memory", "Memory", 12),
            ("convergence", "Convergence", 14),
            ("recommendation", "Recommendation fleet", 8),
            ("privacy", "Privacy", 12),
            ("crisis", "Crisis", 10),
            ("downlink", "Downlink", 0),
        ]

    def test_a_title_is_the_benchs_own_or_the_crisis_name(self, lab: Lab, track: Track) -> None:
        titles = {step.id: step.title for step in steps_of(lab.registry, track)}
        assert titles["downlink"] == "Downlink: who waits for the broadcast?"
        assert titles["crisis"] == "the Fleet Learning Drift"

    def test_a_bench_that_a_lab_leaves_out_is_no_step(self, tmp_path: Path, registry: Registry, track: Track) -> None:
        missions = {
            name: MappingProxyType({key: bench for key, bench in own.items() if key != "memory"})
            for name, own in registry.missions.items()
        }
        lab = lab_of(tmp_path, replace(registry, missions=MappingProxyType(missions)))
        assert "memory" not in {step.id for step in steps_of(lab.registry, track)}
        assert not lab.knows("/edge_guardian/memory")

    def test_a_crisis_that_is_not_written_yet_is_a_step_by_name(self, lab: Lab, track: Track) -> None:
        steps = [step for step in steps_of(lab.registry, replace(track, crisis=None)) if step.bench is None]
        assert [(step.id, step.title) for step in steps] == [(None, "the Fleet Learning Drift")]

    def test_every_bench_is_a_step_once(self, lab: Lab) -> None:
        for track in lab.registry.tracks.values():
            served = [step.id for step in steps_of(lab.registry, track) if step.bench]
            assert sorted(served) == sorted(bench.id for bench in lab.registry.benches(track.id))


class TestStandings:
    """Of a bench that asks two questions; what is reached beyond the locks is tested beside ``standings``."""

    def test_a_bench_counts_as_locked_when_its_every_prediction_is(self, lab: Lab) -> None:
        events = [lock(lab, "downlink", "wait")]
        assert standings(lab.registry, events)["edge_guardian"] == {}
        events.append(lock(lab, "downlink", "who"))
        assert standings(lab.registry, events)["edge_guardian"] == {"downlink": "locked"}

    def test_locks_of_another_track_bench_or_kind_do_not_count(self, lab: Lab) -> None:
        events = [lock(lab, "downlink", "wait"), lock(lab, "downlink", "who", track="tiny_pioneer")]
        events.append(lock(lab, "paradox", "who"))
        assert not any(standings(lab.registry, events).values())
        assert not any(standings(lab.registry, []).values())

    def test_locks_on_what_no_longer_exists_are_overlooked(self, lab: Lab) -> None:
        """A plugin that was taken away leaves its events in the ledger."""
        gone = [lock(lab, "gone", "wait"), lock(lab, "paradox", "gone", track="nobody")]
        assert not any(standings(lab.registry, gone).values())


class TestLocks:  # N1
    def test_they_are_the_students_own(self, lab: Lab, track: Track) -> None:
        bench = lab.registry.bench(track.id, "downlink")
        stored = lock(lab, "downlink", "wait")
        assert lab.locks(STUDENT, track, bench) == {"wait": locked_from(stored)}
        assert lab.locks(OTHER, track, bench) == {}
        assert lab.locks(None, track, bench) == {}

    def test_a_bench_is_open_when_none_is_missing(self, lab: Lab, track: Track) -> None:
        bench = lab.registry.bench(track.id, "downlink")
        assert not is_unlocked(bench, {})
        lock(lab, "downlink", "wait")
        assert not is_unlocked(bench, lab.locks(STUDENT, track, bench))
        lock(lab, "downlink", "who")
        assert is_unlocked(bench, lab.locks(STUDENT, track, bench))

    def test_a_stored_lock_is_what_was_entered(self, lab: Lab) -> None:
        found = locked_from(lock(lab, "downlink", "wait"))
        assert isinstance(found, Locked)
        assert found.draft.as_dict() == {"value": "3", "mechanism": "size", "confidence": "guess"}
        assert found.time.endswith("+00:00")
