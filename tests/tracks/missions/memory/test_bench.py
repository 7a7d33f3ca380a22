"""The memory bench as a whole: how its default fails, what wins, its controls, its fixes, what holds in every state."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import example, given, settings

from tests.states import failures, plain, verdict
from tests.tracks.missions.memory.states import NOMAD, ON, PIONEER, TITAN, any_state
from tracks import BadValue, Slider
from tracks.loading.registry import load_registry
from tracks.missions import edgelab_benches
from tracks.missions.memory.bench import BENCH

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())
MIB, KIB = 2**20, 2**10
KEY = {"out_of_memory": "total", "below_quality": "gain", "update_too_heavy": "payload"}


def numbers(outcome):
    """Return everything a student can read off an outcome, texts included."""
    tables = {name: drawing.table().rows for name, drawing in outcome.panels.items()}
    return outcome.readings, tables, {name: drawing.summary for name, drawing in outcome.panels.items()}


def total(one, **values):
    """Return the training memory of a state [B]."""
    return one.run(**values).reading("total").value


def test_offered_to_every_track_between_the_paradox_and_convergence():
    registry = load_registry(entry_points=True)
    assert [bench.id for bench in edgelab_benches()][:3] == ["paradox", "memory", "convergence"]
    assert all(registry.bench(track, "memory").panels for track in registry.tracks)
    assert not BENCH.exploratory


# --- how it is won ---------------------------------------------------------------------------------------------------


@every_track
def test_the_default_is_an_adapter_that_does_not_fit(one):
    outcome = one.run()
    assert one.state()["method"] == "lora"
    failed = verdict(outcome, "out_of_memory")
    assert failed.level == "fail"
    assert outcome.ranked_verdicts()[0] == failed, "of two failures this one leads"
    assert plain(failed.cause).startswith("Activations are"), "the biggest part is named"


# P7: the trap. An adapter removes gradients and states, and the activations stay.
@every_track
def test_lora_removes_gradients_and_states_and_leaves_the_activations(one):
    parts = {}
    for method in ("full", "lora"):
        rows = one.run(method=method).panels["on_device_memory_waterfall"].table().rows
        parts[method] = {name: value for name, value, *_ in rows}
    for small in ("Gradients", "Optimizer"):
        assert parts["lora"][small] < 0.1 * parts["full"][small]
    assert parts["lora"]["Activations"] > 0.8 * parts["full"]["Activations"]
    assert "out_of_memory" in failures(one.run())


def test_the_trap_on_the_glasses_is_the_runtimes():
    """Rank 8 at batch 16: 849 MiB with what PyTorch keeps, 359 MiB with what must be kept, of 512 MiB."""
    assert total(NOMAD, runtime="stock") / MIB == pytest.approx(849.3, abs=0.1)
    assert total(NOMAD, runtime="ideal") / MIB == pytest.approx(359.2, abs=0.1)
    assert "out_of_memory" in failures(NOMAD.run())
    assert "out_of_memory" not in failures(NOMAD.run(runtime="ideal"))


def test_the_trap_in_the_ear_holds_in_either_runtime():
    """Rank 4 at batch 1 takes 1,134 KiB of 512 even with what must be kept; TinyTL's biases 476 KiB."""
    assert total(PIONEER, rank=4, runtime="ideal") / KIB == pytest.approx(1134, abs=1)
    for runtime in ("ideal", "stock"):
        assert "out_of_memory" in failures(PIONEER.run(rank=4, runtime=runtime))
    bias = {"method": "tinytl_bias", "runtime": "ideal"}
    assert total(PIONEER, **bias) / KIB == pytest.approx(476.4, abs=0.1)
    assert failures(PIONEER.run(**bias)) == set()
    assert total(PIONEER, **bias, batch=2) / KIB == pytest.approx(689.9, abs=0.1)
    assert "out_of_memory" in failures(PIONEER.run(**bias, batch=2))


def test_published_full_fine_tuning_is_almost_all_activations():
    """Cai et al. 2020 at batch 16, 224 pixels: 763 MB = 728 MiB, 97% activations, gradients apart."""
    rows = NOMAD.run(method="full", optimizer="sgd", runtime="ideal").panels["on_device_memory_waterfall"].table().rows
    parts = {name: value for name, value, *_ in rows}
    published = parts["Total"] - parts["Gradients"]
    assert published / 1e6 == pytest.approx(763, abs=1)
    assert published / MIB == pytest.approx(728, abs=1)
    assert parts["Activations"] / published == pytest.approx(0.97, abs=0.006)


def test_a_70b_model_never_trains_in_full_and_its_adapters_stop_at_the_activations():
    """Decision 0007: 1,129 GB of states; adapters take 55.5 GB of activations at batch 1 and 443.6 at 8, out at 16."""
    for precision in ("bf16", "mixed", "int8"):
        for batch in (1, 8):
            assert "out_of_memory" in failures(TITAN.run(method="full", precision=precision, batch=batch, tokens=128))
    mixed = TITAN.run(method="full", precision="mixed", batch=1).panels["on_device_memory_waterfall"].table().rows
    assert sum(value for name, value, *_ in mixed[:3]) / 1e9 == pytest.approx(1129, abs=1)
    for batch, activations, fits in ((1, 55.5, True), (8, 443.6, True), (16, 887.2, False)):
        outcome = TITAN.run(batch=batch, runtime="ideal")
        rows = {name: value for name, value, *_ in outcome.panels["on_device_memory_waterfall"].table().rows}
        assert rows["Activations"] / 1e9 == pytest.approx(activations, abs=0.1)
        assert rows["Weights"] / 1e9 == pytest.approx(141, abs=0.5)
        assert ("out_of_memory" not in failures(outcome)) == fits


@pytest.mark.parametrize(
    "design",
    [
        {"method": "tinytl_lite_residual", "runtime": "ideal", "resolution": 320},
        {"method": "full", "batch": 7},
        {"method": "lora", "rank": 16, "runtime": "ideal"},
        {"method": "lora", "rank": 16, "batch": 8},
    ],
    ids=("TinyTL", "small batch", "runtime", "rank"),
)
def test_different_designs_win_on_the_glasses(design):
    assert failures(NOMAD.run(**design)) == set()


def test_the_obvious_change_trades_one_failure_for_another():
    assert failures(NOMAD.run()) == {"out_of_memory", "below_quality"}
    for change in ({"runtime": "ideal"}, {"batch": 8}, {"method": "last_k"}, {"resolution": 160}):
        assert failures(NOMAD.run(**change)) == {"below_quality"}, change
    for change in ({"rank": 16}, {"method": "full"}, {"resolution": 320}):
        assert failures(NOMAD.run(**change)) == {"out_of_memory"}, change


def test_rank_is_a_capacity_decision_where_a_service_sends_adapters():
    """On the node rank hardly changes the memory of a step; it changes what a million tenants send."""
    low, high = TITAN.run(rank=1), TITAN.run(rank=64)
    assert high.reading("total").value / low.reading("total").value < 1.01
    assert high.reading("payload").value == pytest.approx(64 * low.reading("payload").value)
    assert TITAN.run(rank=16).reading("payload").value / 1e6 == pytest.approx(131, abs=0.1)
    heavy = {rank: "update_too_heavy" in failures(TITAN.run(rank=rank)) for rank in (8, 16, 21, 22, 64)}
    assert heavy == {8: False, 16: False, 21: False, 22: True, 64: True}
    assert failures(TITAN.run(rank=16, runtime="ideal")) == set()


# --- controls --------------------------------------------------------------------------------------------------------


# P7
@pytest.mark.parametrize(
    ("name", "methods", "rank", "batch"),
    [
        ("cloud_titan", {"full", "last_k", "lora"}, 64, 8),
        ("edge_guardian", {"full", "last_k", "lora", "tinytl_bias"}, 64, 16),
        ("mobile_nomad", {"full", "last_k", "lora", "tinytl_bias", "tinytl_lite_residual"}, 16, 16),
        ("tiny_pioneer", {"full", "last_k", "lora", "tinytl_bias"}, 64, 1),
    ],
)
def test_instruments_have_the_ranges_of_the_mission(name, methods, rank, batch):
    controls = ON[name].bench.control_map()
    assert {option.id for option in controls["method"].options} == methods
    ranges = {c.id: (c.minimum, c.maximum, c.default) for c in controls.values() if isinstance(c, Slider)}
    assert (ranges["rank"], ranges["batch"]) == ((1, rank, 8), (1, 32, batch))
    assert ranges.get("resolution", (96, 320, 224)) == (96, 320, 224)
    assert ranges.get("tokens", (128, 4096, 2048)) == (128, 4096, 2048)
    open_ones = [control.id for control in controls.values() if control.group == "primary"]
    assert open_ones == ["method", "rank", "batch"]
    assert all(control.source for control in controls.values())  # N4
    worlds = {control.id for control in controls.values() if control.role == "environment"}
    assert worlds == (set() if name == "tiny_pioneer" else {"runtime"})


@every_track
def test_every_control_moves_what_a_student_reads(one):
    needed = {"rank": {"method": "lora"}, "last_blocks": {"method": "last_k"}}
    for control in one.bench.controls:
        seen = [
            numbers(one.run(**{**needed.get(control.id, {}), control.id: value}))
            for value in dict.fromkeys(control.positions(4))
        ]
        assert all(a != b for a, b in pairwise(seen)), control.id


@every_track
def test_later_benches_inherit_the_update_with_its_name(one):  # N5
    outcome = one.run(rank=4)
    assert outcome.decision["payload_bytes"] == outcome.reading("payload").value
    assert outcome.decision["payload_bytes_label"] == "LoRA, rank 4"
    decided = {name: outcome.decision[name] for name in one.state() if name != "last_blocks"}
    assert decided == {name: value for name, value in one.state(rank=4).items() if name != "last_blocks"}
    assert "last_blocks" not in outcome.decision, "LoRA trains no last blocks"
    assert one.run(method="last_k", last_blocks=1).decision["payload_bytes_label"] == "last 1 block"


def test_the_published_update_is_carried_by_its_name():
    decision = NOMAD.run(method="tinytl_lite_residual").decision
    assert decision["payload_bytes"] / 1e6 == pytest.approx(7.8, abs=0.02)
    assert decision["payload_bytes_label"] == "TinyTL lite residual"


def test_presets_are_what_they_say():
    presets = {preset.id: preset for preset in NOMAD.bench.presets}
    published = NOMAD.run(**presets["published"].values)
    assert plain(presets["published"].note).startswith("Cai et al. 2020 count parameters and activations, 37.1 MB")
    assert f"{published.reading('total').value / 1e6:.1f} MB" in plain(presets["published"].note)
    assert (
        NOMAD.run(**presets["as_asked"].values).reading("total").value
        == NOMAD.bench.truth(NOMAD.track, NOMAD.bench.predictions[0]).value
    )


# --- verdicts --------------------------------------------------------------------------------------------------------


@settings(max_examples=80)
@given(drawn=any_state)
def test_verdicts_and_cards_say_one_number(drawn):
    one, state = drawn
    outcome = one.run(**state)
    for code, reading in KEY.items():
        assert verdict(outcome, code).quantity == outcome.reading(reading).value
        assert verdict(outcome, code).limit == outcome.reading(reading).limit


def test_the_biggest_part_is_named_whatever_it_is():
    causes = {
        "Weights": TITAN.run(batch=1, runtime="ideal"),
        "Optimizer": TITAN.run(method="full", batch=1, runtime="ideal"),
        "Activations": NOMAD.run(),
    }
    for name, outcome in causes.items():
        rows = outcome.panels["on_device_memory_waterfall"].table().rows[:4]
        assert max(rows, key=lambda row: row[1])[0] == name
        assert verdict(outcome, "out_of_memory").cause.startswith(name)


def test_where_the_forward_pass_leads_the_page_says_so():
    states = [NOMAD.state(**{**FORWARD_LEADS, "batch": 16, "last_blocks": last}) for last in (1, 16)]
    leads, trains = (NOMAD.run(**state) for state in states)
    said = "the forward pass’s live layer, more than what the backward pass keeps"
    assert said in leads.reading("total").meaning
    assert said not in trains.reading("total").meaning
    causes = [plain(verdict(one, "out_of_memory").cause) for one in (leads, trains)]
    assert "the forward pass holds its live layer" in causes[0]
    assert "the backward pass still needs them" in causes[1]
    shown = zip((leads, trains), states, strict=True)
    numbers = [NOMAD.bench.peek(NOMAD.track, one, **state).lines[1].numbers for one, state in shown]
    assert [text.rpartition(", ")[2] for text in numbers] == ["the live layer", "in the stock runtime"]


# --- what no state may break -----------------------------------------------------------------------------------------


# Combinations that physics refuses cannot be set, so every position of every control has an answer.
@settings(max_examples=100)
@given(drawn=any_state)
def test_no_state_gives_anything_but_numbers(drawn):
    one, state = drawn
    outcome = one.run(**state)
    assert all(isinstance(r.value, str) or math.isfinite(r.value) for r in outcome.readings)
    for drawing in outcome.panels.values():
        cells = [cell for row in drawing.table().rows for cell in row if not isinstance(cell, str)]
        assert all(math.isfinite(cell) and cell >= 0 for cell in cells)
        drawing.figure()
    texts = [r.formula + r.meaning + r.source + r.note for r in outcome.readings]
    texts += [v.cause for v in outcome.verdicts] + [d.summary for d in outcome.panels.values()]
    texts += [line.numbers for line in one.bench.peek(one.track, outcome, **state).lines]
    assert not any(re.search(r"\b(nan|inf|None)\b", text) for text in texts)


# The backward pass of a last block keeps less than the forward pass's largest layer, which a step needs as well.
FORWARD_LEADS = {"method": "last_k", "last_blocks": 1, "rank": 1, "batch": 1, "optimizer": "sgd", "resolution": 320}


@settings(max_examples=60)
@given(drawn=any_state)
@example(drawn=(NOMAD, NOMAD.state(**FORWARD_LEADS, runtime="stock")))
def test_more_samples_take_more_memory_and_training_more_than_inference(drawn):
    one, state = drawn
    outcome = one.run(**state)
    assert outcome.reading("amplification").value >= 1
    more = one.run(**{**state, "batch": 32})
    assert more.reading("total").value >= outcome.reading("total").value
    assert more.reading("step_energy").value >= outcome.reading("step_energy").value
    assert more.reading("payload").value == outcome.reading("payload").value


def test_what_a_network_does_not_allow_is_refused_by_name():
    with pytest.raises(BadValue, match="'method' must be one of full, last_k, lora"):
        TITAN.state(method="tinytl_bias")
    with pytest.raises(BadValue, match="'method' must be one of"):
        PIONEER.state(method="tinytl_lite_residual")
