"""What a bench offers of earlier decisions: all of one or nothing of it, as it was decided, and never as a default."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tracks.api.controls import Toggle
from tracks.loading.carried import offers, sources
from tracks.loading.registry import load_registry

LAB = load_registry()


def offered(track: str, bench: str, source: str, **decision: object):
    """The one offer of a decision on another bench."""
    benches = LAB.benches(track)
    (offer,) = offers(benches, LAB.bench(track, bench), {source: decision})
    return offer


def test_a_bench_starts_at_its_default_whatever_was_decided():
    """What is offered is a press; no rule moves a default."""
    bench = LAB.bench("mobile_nomad", "convergence")
    offer = offered("mobile_nomad", "convergence", "memory", payload_bytes=770e3, payload_bytes_label="LoRA, rank 10")
    assert offer.values == {"payload_bytes": 770e3}
    assert (offer.text, offer.title, offer.misfit) == ("LoRA, rank 10, 770\u00a0kB", "Memory", "")
    assert bench.defaults()["payload_bytes"] == pytest.approx(18.46e6, rel=1e-3)


def test_all_of_a_decision_is_offered_or_nothing():
    decision = {"participating_share": 0.5, "rounds": 48, "local_steps": 4, "payload_bytes": 1e6}
    whole = offered("mobile_nomad", "privacy", "convergence", **decision)
    assert whole.values == decision
    beyond = offered("mobile_nomad", "privacy", "convergence", **{**decision, "local_steps": 39})
    assert beyond.values == {}
    assert beyond.text == ""
    assert beyond.misfit == "Local steps 39\u00a0steps, here 1\u00a0step to 20\u00a0steps"


@pytest.mark.parametrize("value", [1e15, 0, 0.0, -3.0])
def test_what_lies_off_the_scale_is_not_moved_onto_it(value):
    """A full model of 140 GB is no payload of 1.31 GB, and nothing is not the least that a slider has."""
    offer = offered("tiny_pioneer", "convergence", "memory", payload_bytes=value)
    assert (offer.values, bool(offer.misfit)) == ({}, True)


@pytest.mark.parametrize("value", ["a word", True])
def test_a_plugins_word_where_a_number_is_needed_fits_nowhere(value):
    offer = offered("tiny_pioneer", "convergence", "memory", payload_bytes=value)
    assert offer.values == {}
    assert "'payload_bytes' must be a number" in offer.misfit


def test_what_was_not_decided_is_left_alone():
    bench = LAB.bench("mobile_nomad", "convergence")
    for decided in ({}, {"memory": {}}, {"memory": {"payload_bytes": None}}, {"nowhere": {"payload_bytes": 1.0}}):
        assert offers(LAB.benches("mobile_nomad"), bench, decided) == ()


@pytest.mark.parametrize("value", [False, True])
def test_a_switch_that_was_left_off_arrives_off(value):
    bench = LAB.bench("tiny_pioneer", "convergence")
    switch = Toggle(id="secret", label="Secure sums", default=not value, carried="memory.secret")
    other = replace(bench, controls=(*bench.controls, switch))
    (offer,) = offers(LAB.benches("tiny_pioneer"), other, {"memory": {"secret": value}})
    assert offer.values == {"secret": value}
    assert offer.text == f"Secure sums {'on' if value else 'off'}"


def test_where_the_bench_starts_there_already_nothing_is_changed():
    bench = LAB.bench("cloud_titan", "crisis")
    offer = offered("cloud_titan", "crisis", "memory", rank=bench.defaults()["rank"])
    assert offer.text == ""
    assert offer.values == {"rank": bench.defaults()["rank"]}


@pytest.mark.parametrize(
    ("method", "named"),
    [("full", set()), ("tinytl_bias", set()), ("lora", {"rank"}), ("last_k", {"last_blocks"})],
)
def test_a_rank_is_decided_with_what_has_adapters_alone(method, named):
    """Else the slider's rank would be carried with a full model, and blocks with LoRA."""
    track, bench = LAB.track("mobile_nomad"), LAB.bench("mobile_nomad", "memory")
    decision = bench.run(track, bench.defaults() | {"method": method}).decision
    assert {"rank", "last_blocks"} & decision.keys() == named
    (offer,) = offers(LAB.benches(track.id), LAB.bench(track.id, "crisis"), {"memory": decision})
    assert offer.values.keys() == {"method", "batch", "optimizer", "precision", "runtime", *named}


def test_the_crisis_sends_the_update_of_the_rank_that_was_carried():
    """The rank and the bytes stand together: what memory moves at rank 10 is what leaves the glasses."""
    track = LAB.track("mobile_nomad")
    memory, crisis = LAB.bench(track.id, "memory"), LAB.bench(track.id, "crisis")
    decision = memory.run(track, memory.defaults() | {"rank": 10, "batch": 2}).decision
    (offer,) = offers(LAB.benches(track.id), crisis, {"memory": decision})
    outcome = crisis.run(track, crisis.defaults() | dict(offer.values))
    assert outcome.decision["payload_bytes"] == pytest.approx(decision["payload_bytes"])
    other = crisis.run(track, crisis.defaults() | dict(offer.values) | {"rank": 8})
    assert other.decision["payload_bytes"] < outcome.decision["payload_bytes"]


def test_every_carried_control_names_a_decision_and_every_shared_one_is_carried():
    """Else it would be carried from nowhere, or a bench would show one part of a decision beside its own other part."""
    carried = 0
    own = {("memory", "batch"), ("memory", "resolution")}  # requests in a batch; the side of a spectrogram
    for track in LAB.tracks.values():
        benches = {bench.id: bench for bench in LAB.benches(track.id)}
        for bench in benches.values():
            for source, controls in sources(bench).items():
                decision = benches[source].run(track, benches[source].defaults()).decision
                optional = {"last_blocks"}  # decided where the last blocks train
                assert {control.carried.split(".")[1] for control in controls} <= decision.keys() | optional
                carried += len(controls)
                shared = benches[source].control_map().keys() & bench.control_map().keys()
                alone = {
                    name
                    for name in shared
                    if not bench.control_map()[name].carried
                    and bench.control_map()[name].role == "decision"
                    and (source, name) not in own
                }
                assert alone == set(), (track.id, bench.id, source)
    assert carried >= 30
