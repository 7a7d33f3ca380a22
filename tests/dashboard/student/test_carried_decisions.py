"""Decisions carried from part to part: a bench starts at its own default and offers them, all of one by a press."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.rendering.offers import consequence
from dashboard.student.progress import try_payload
from dashboard.student.summary import fact_text
from tests.http_student import Student, said
from tests.sweeps import swept
from tracks import Fact
from tracks.api.quantities import in_words
from tracks.loading.carried import offers
from tracks.loading.registry import Registry

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")
STEPS = ("paradox", "memory", "convergence", "privacy", "crisis")


def parts(answer: object, **having: str) -> list[dict]:
    """The properties of every component of a page that has these."""
    found: list[dict] = []

    def walk(part: object) -> None:
        if isinstance(part, dict):
            props = part.get("props", {})
            if isinstance(props, dict) and all(props.get(name) == value for name, value in having.items()):
                found.append(props)
            for item in part.values():
                walk(item)
        elif isinstance(part, list):
            for item in part:
                walk(item)

    walk(answer)
    return found


def at_start(student: Student, key: str) -> dict[str, object]:
    """The controls as a bench's page opens them."""
    page = student.page(f"/{key}").get_json()
    stores = [item for item in parts(page) if isinstance(item.get("id"), dict) and item["id"].get("kind") == "control"]
    return {item["id"]["name"]: item["data"] for item in stores if item["id"]["bench"] == key}


def pressed(student: Student, key: str) -> dict[str, object]:
    """What the one press of a bench's page sets; nothing where no press is offered."""
    page = html.unescape(said(student.page(f"/{key}")))
    found = re.search(r'className": "outline offer".*?"data-values": "(\{.*?\})"', page.replace('\\"', '"'))
    return json.loads(found.group(1)) if found else {}


@pytest.mark.parametrize("track", TRACKS)
def test_convergence_starts_at_its_own_payload_and_offers_that_of_memory(student: Student, track: str) -> None:
    memory, convergence = f"{track}/memory", f"{track}/convergence"
    student.lock_all(memory)
    student.lock_all(convergence)
    before = at_start(student, convergence)
    assert pressed(student, convergence) == {}
    student.record(memory)
    bench, physics = student.bench(memory), student.registry.track(track)
    decision = bench.run(physics, bench.defaults()).decision
    assert at_start(student, convergence) == before == student.bench(convergence).defaults()
    assert pressed(student, convergence) == {"payload_bytes": decision["payload_bytes"]}
    page = said(student.page(f"/{convergence}"))
    assert (
        f"Use what you carried from Memory: {decision['payload_bytes_label']}, "
        f"{in_words(decision['payload_bytes'], 'B')}" in page
    )


def test_the_press_says_what_it_does_and_is_recorded_as_any_other_change(student: Student, tmp_path: Path) -> None:
    memory, convergence = "mobile_nomad/memory", "mobile_nomad/convergence"
    student.lock_all(memory)
    student.record(memory, rank=10)
    student.lock_all(convergence)
    track, bench = student.registry.track("mobile_nomad"), student.bench(convergence)
    set_to = pressed(student, convergence)
    sentence = consequence(bench, bench.run(track, bench.defaults()), bench.run(track, bench.defaults() | set_to))
    page = said(student.page(f"/{convergence}"))
    assert f"At the start: {sentence}" in page
    assert "no longer fails: Over the cap" in sentence
    assert "still fails: " in sentence
    student.record(convergence, **set_to)
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as ledger:
        (payload,) = ledger.execute("SELECT payload FROM events ORDER BY sequence DESC LIMIT 1").fetchone()
    stored = json.loads(payload)
    assert stored["values"]["payload_bytes"] == set_to["payload_bytes"]
    assert stored["own"], "it is the student's own decision"


def test_the_offer_follows_the_decision_that_is_carried(student: Student) -> None:
    memory, convergence = "mobile_nomad/memory", "mobile_nomad/convergence"
    student.lock_all(memory)
    student.lock_all(convergence)
    seen = []
    for method in ("full", "lora", "tinytl_bias"):
        student.record(memory, method=method)
        seen.append(pressed(student, convergence)["payload_bytes"])
    assert len(set(seen)) == 3
    student.act(memory, {"do": "carry", "try": 1})
    assert pressed(student, convergence)["payload_bytes"] == seen[0]


@pytest.mark.parametrize("track", swept(TRACKS, kept=["edge_guardian"]))
def test_cohort_rounds_and_steps_feed_the_accountant_together(student: Student, track: str) -> None:
    convergence, privacy = f"{track}/convergence", f"{track}/privacy"
    student.lock_all(convergence)
    student.lock_all(privacy)
    student.record(convergence, rounds=50, clients_per_round=10, local_steps=4)
    payload = student.bench(convergence).defaults()["payload_bytes"]
    whole = {"participating_share": 0.2, "rounds": 50, "local_steps": 4, "payload_bytes": payload}
    assert pressed(student, privacy) == whole
    student.record(convergence, rounds=50, clients_per_round=10, local_steps=40)
    assert pressed(student, privacy) == {}, "all of it or nothing"
    page = said(student.page(f"/{privacy}"))
    assert "What you carried from Convergence is not taken over. Local steps 40" in page


def test_before_the_lock_no_press_tells_what_it_does(student: Student) -> None:
    """Its consequence is made of readings that are to be predicted first."""
    memory, convergence = "edge_guardian/memory", "edge_guardian/convergence"
    student.lock_all(memory)
    student.record(memory)
    page = said(student.page(f"/{convergence}"))
    assert "At the start: " not in page
    assert "Use what you carried" not in page


@pytest.mark.parametrize("track", swept(TRACKS, kept=["mobile_nomad"]))
def test_questions_truths_and_observations_are_the_same_whatever_was_carried(student: Student, track: str) -> None:
    """Who carries much and who carries nothing read the same words, before the lock and after it."""
    both = (student, Student.of(student.app, student.registry))
    for step in STEPS:
        key = f"{track}/{step}"
        asked = [json.dumps(parts(who.page(f"/{key}").get_json(), className="predict")) for who in both]
        revealed = [revealed_to(who, key) for who in both]
        happened = [after_a_try(who, key) for who in both]
        assert "question" in asked[0]
        assert "computed" in revealed[0]
        assert student.bench(key).observation.text in happened[0]
        for one, other in (asked, revealed, happened):
            assert timeless(one) == timeless(other)
        carried = {"memory": {"method": "lora", "batch": 2}, "convergence": {"rounds": 40, "local_steps": 3}}
        student.record(key, **carried.get(step, {}))


def revealed_to(student: Student, key: str) -> str:
    """All that the last lock is answered by; the instruments are opened after it."""
    for prediction in student.bench(key).predictions:
        answer = said(student.lock(key, prediction))
    student.open(key)
    return answer[answer.index("reveal-title") : answer.index("Open the instruments")]


def after_a_try(student: Student, key: str) -> str:
    """The section in which a student says what the figure showed."""
    student.record(key)
    return json.dumps(parts(student.page(f"/{key}").get_json(), className="happened"), ensure_ascii=False)


def timeless(text: str) -> str:
    """A text without the moments at which it was locked."""
    return re.sub(r"\d{4}-\d\d-\d\dT[^\"\\\\]*", "", text)


def test_of_a_try_that_decided_nothing_its_zeros_are_a_decision(registry: Registry) -> None:
    """From the ledger's event to the next bench: no step on the way takes 0 or False for nothing."""
    track = registry.track("tiny_pioneer")
    memory, convergence = (registry.bench("tiny_pioneer", name) for name in ("memory", "convergence"))
    outcome = replace(memory.run(track, memory.defaults()), decision={"payload_bytes": 0.0, "on": False})
    payload = try_payload(1, memory, memory.defaults(), outcome, {}, own=True, helped=False)
    assert payload["decision"] == {"payload_bytes": 0.0, "on": False}
    (offer,) = offers(registry.benches(track.id), convergence, {"memory": payload["decision"]})
    assert offer.misfit.startswith("Payload 0\u00a0B, here ")


def test_a_decision_of_zero_is_a_fact_and_none_is_not() -> None:
    """The read-out says 0 rounds; a dash stands for what was not decided or for what means nothing there."""
    fact = Fact(decision="rounds", label="Rounds", unit="")
    assert fact_text(fact, {"rounds": 0}) == in_words(0.0, "")
    assert fact_text(fact, {"rounds": 0.0}) != ""
    assert fact_text(fact, {"rounds": None}) == ""  # type: ignore[dict-item]
    assert fact_text(fact, {}) == ""


def test_the_guarantee_of_a_run_stands_on_the_other_benches_under_its_name(student: Student) -> None:
    """On privacy the readings speak of the state on the page; beside them no other run's pair stands."""
    privacy, crisis = "edge_guardian/privacy", "mobile_nomad/crisis"
    for key in (privacy, "mobile_nomad/privacy", crisis):
        student.lock_all(key)
    private = {"deployment": "federated_dp", "noise": "central", "epsilon": 0.5}
    student.record("mobile_nomad/privacy", **private)
    own, later = (said(student.page(f"/{key}")) for key in ("mobile_nomad/privacy", crisis))
    assert "Guarantee of the privacy run" not in own
    assert "Guarantee of the privacy run" in later
    leaves = student.seen(crisis)[1]["readings"]["leaves"]
    assert "guarantee" not in leaves["note"]
    assert "does not cover this one" in leaves["meaning"]
