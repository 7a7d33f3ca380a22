"""Decisions carried from part to part: adapter, payload, accountant; changeable, and recomputed."""  # N5

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.student.carried_decisions import apply_carried
from dashboard.student.progress import try_payload
from dashboard.student.summary import fact_text
from tests.http_student import Student, said
from tracks import Fact
from tracks.api.controls import Slider, Toggle
from tracks.api.quantities import in_words
from tracks.loading.registry import Registry

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")


def at_start(student: Student, key: str) -> dict[str, object]:
    """The controls as a bench's page opens them."""
    found: dict[str, object] = {}

    def walk(part: object) -> None:
        if isinstance(part, dict):
            props = part.get("props", {})
            name = props.get("id")
            if isinstance(name, dict) and name.get("kind") == "control" and name["bench"] == key:
                found[name["name"]] = props.get("data")
            for item in part.values():
                walk(item)
        elif isinstance(part, list):
            for item in part:
                walk(item)

    walk(student.page(f"/{key}").get_json())
    return found


@pytest.mark.parametrize("track", TRACKS)
def test_the_adapter_chosen_in_memory_is_what_convergence_moves(student: Student, track: str) -> None:
    memory, convergence = f"{track}/memory", f"{track}/convergence"
    student.lock_all(memory)
    student.lock_all(convergence)
    own = at_start(student, convergence)["payload_bytes"]
    assert own == student.bench(convergence).control_map()["payload_bytes"].default
    student.record(memory)
    decision = student.bench(memory).run(
        student.registry.track(track), student.bench(memory).defaults()
    ).decision  # fmt: skip
    control = student.bench(convergence).control_map()["payload_bytes"]
    arrived = at_start(student, convergence)["payload_bytes"]
    assert arrived == control.read(decision["payload_bytes"])
    page = said(student.page(f"/{convergence}"))
    assert f"carried from memory: {decision['payload_bytes_label']}, {in_words(arrived, 'B')}" in page


def test_it_is_recomputed_when_the_earlier_decision_changes(student: Student) -> None:
    memory, convergence = "mobile_nomad/memory", "mobile_nomad/convergence"
    student.lock_all(memory)
    student.lock_all(convergence)
    methods = [option.id for option in student.bench(memory).control_map()["method"].options]
    seen = []
    for method in methods[:3]:
        student.record(memory, method=method)
        seen.append(at_start(student, convergence)["payload_bytes"])
    assert len(set(seen)) == len(seen)
    student.act(memory, {"do": "carry", "try": 1})
    assert at_start(student, convergence)["payload_bytes"] == seen[0]


@pytest.mark.parametrize("track", TRACKS)
def test_cohort_and_rounds_feed_the_accountant(student: Student, track: str) -> None:
    convergence, privacy = f"{track}/convergence", f"{track}/privacy"
    student.lock_all(convergence)
    student.lock_all(privacy)
    student.record(convergence, rounds=50, clients_per_round=10)
    arrived = at_start(student, privacy)
    assert arrived["participating_share"] == pytest.approx(0.2, rel=0.05)
    assert arrived["rounds"] == 50
    assert "carried from convergence" in said(student.page(f"/{privacy}"))


def test_what_arrives_can_be_changed(student: Student) -> None:
    memory, convergence = "edge_guardian/memory", "edge_guardian/convergence"
    student.lock_all(memory)
    student.lock_all(convergence)
    student.record(memory)
    figures, view = student.seen(convergence, payload_bytes=1e6)
    assert figures
    assert view["readings"]["moved"]["value"] != "–"


def test_the_question_is_not_moved_by_what_was_decided(student: Student) -> None:
    """Everybody is asked the same, whatever was carried: the truth is that of the printed scenario."""
    memory, convergence = "mobile_nomad/memory", "mobile_nomad/convergence"
    student.lock_all(memory)
    student.record(memory)
    bench, track = student.bench(convergence), student.registry.track("mobile_nomad")
    before = [bench.truth(track, item).value for item in bench.predictions]
    student.lock_all(convergence)
    student.try_once(convergence)
    other = Student.of(student.app, student.registry)
    other.lock_all(convergence)
    other.try_once(convergence)
    one, two = (said(who.page(f"/{convergence}")).split("gap-sentence")[1][:200] for who in (student, other))
    assert one == two
    assert before == [bench.truth(track, item).value for item in bench.predictions]


def test_a_decision_too_large_comes_onto_the_scale_and_is_a_verdict(registry: Registry) -> None:
    track, bench = registry.track("tiny_pioneer"), registry.bench("tiny_pioneer", "convergence")
    moved, carried = apply_carried(
        registry, track, bench, {"memory": {"payload_bytes": 1e15, "payload_bytes_label": "All"}}
    )
    control = moved.control_map()["payload_bytes"]
    assert isinstance(control, Slider)
    assert control.default == control.maximum
    assert carried["payload_bytes"].text.startswith("All, ")
    outcome = moved.run(track, moved.defaults())
    assert outcome.ranked_verdicts()[0].level == "fail"


@pytest.mark.parametrize("value", ["a word", None, True])
def test_a_plugins_word_where_a_number_is_needed_is_left_out(registry: Registry, value: object) -> None:
    track, bench = registry.track("tiny_pioneer"), registry.bench("tiny_pioneer", "convergence")
    moved, carried = apply_carried(registry, track, bench, {"memory": {"payload_bytes": value}})
    assert carried == {}
    assert moved.defaults() == bench.defaults()


@pytest.mark.parametrize("value", [0, 0.0, -0.0])
def test_nothing_is_a_decision_too_and_is_carried(registry: Registry, value: float) -> None:
    """To send nothing is what the earlier bench decided: it comes onto the scale as its least, not as the default."""
    track, bench = registry.track("tiny_pioneer"), registry.bench("tiny_pioneer", "convergence")
    moved, carried = apply_carried(registry, track, bench, {"memory": {"payload_bytes": value}})
    control = moved.control_map()["payload_bytes"]
    assert isinstance(control, Slider)
    assert control.default == control.minimum != bench.control_map()["payload_bytes"].default
    assert carried["payload_bytes"].text == control.text(control.minimum)


@pytest.mark.parametrize("value", [False, True])
def test_a_switch_that_was_left_off_arrives_off(registry: Registry, value: bool) -> None:
    track, bench = registry.track("tiny_pioneer"), registry.bench("tiny_pioneer", "convergence")
    switch = Toggle(id="secret", label="Secure sums", default=not value, carried="memory.secret")
    other = replace(bench, controls=(*bench.controls, switch))
    moved, carried = apply_carried(registry, track, other, {"memory": {"secret": value}})
    assert moved.control_map()["secret"].default is value
    assert carried["secret"].text == ("on" if value else "off")


def test_a_decision_of_zero_is_a_fact_and_none_is_not() -> None:
    """The read-out says 0 rounds; a dash stands for what was not decided or for what means nothing there."""
    fact = Fact(decision="rounds", label="Rounds", unit="")
    assert fact_text(fact, {"rounds": 0}) == in_words(0.0, "")
    assert fact_text(fact, {"rounds": 0.0}) != ""
    assert fact_text(fact, {"rounds": None}) == ""  # type: ignore[dict-item]
    assert fact_text(fact, {}) == ""


def test_of_a_try_that_decided_nothing_its_zeros_are_carried(registry: Registry) -> None:
    """From the ledger's event to the next bench: no step on the way takes 0 or False for nothing."""
    track = registry.track("tiny_pioneer")
    memory, convergence = (registry.bench("tiny_pioneer", name) for name in ("memory", "convergence"))
    outcome = replace(memory.run(track, memory.defaults()), decision={"payload_bytes": 0.0, "on": False})
    payload = try_payload(1, memory, memory.defaults(), outcome, {}, own=True, helped=False)
    assert payload["decision"] == {"payload_bytes": 0.0, "on": False}
    moved, carried = apply_carried(registry, track, convergence, {"memory": payload["decision"]})
    assert set(carried) == {"payload_bytes"}
    assert moved.defaults() != convergence.defaults()


def test_every_carried_control_names_a_decision_that_is_offered(registry: Registry) -> None:
    """Else it would be carried from nowhere, on some track, for ever."""
    carried = 0
    for track in registry.tracks.values():
        benches = {bench.id: bench for bench in registry.benches(track.id)}
        for bench in benches.values():
            for control in bench.controls:
                if control.carried:
                    source, name = control.carried.split(".")
                    decision = benches[source].run(track, benches[source].defaults()).decision
                    assert name in decision, (track.id, bench.id, control.id)
                    replace(control, default=control.read(decision[name]))
                    carried += 1
    assert carried >= 8
