"""What the memory bench asks: brief, prediction and presets, every number from track or physics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from physics.memory import tinytl_memory_bytes
from tracks import Again, Brief, Option, Prediction, Route, Term, Track, Truth, Value
from tracks.api.quantities import in_words
from tracks.common.provenance import quantity_text
from tracks.missions.memory.accuracy_gain import gain_kept, gain_target
from tracks.missions.memory.costs import STATE_BYTES, Costs, costs
from tracks.missions.memory.figures import GAIN, WATERFALL
from tracks.missions.memory.networks import Network, network_of
from tracks.missions.memory.readings import count_text
from tracks.missions.memory.setting import OPTIMIZERS, Setting, default_setting, setting_of

ASKED_BLOCKS, ASKED_BATCH, ASKED_OPTIMIZER = 3, 8, "adam"
CLAIM = (4, 8)  # times the memory of inference: a rule of thumb that the bench puts to the test
MULTIPLES = {"four": 4, "six": 6, "eight": 8}  # of inference, which such rules lead to


# --- brief -----------------------------------------------------------------------------------------------------------


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own words where it brings them."""
    network, budget = network_of(track), in_words(track.device.learning_memory_bytes, "iB")
    target = in_words(gain_target(track), "share")
    text = (
        f"Learning may use {budget} of the device. The team wants to train LoRA adapters on {network.name}, and says "
        "that so few trained parameters cannot be a matter of memory. Show me a step that fits and keeps "
        f"{target} of what full fine-tuning gains. What does learning cost beside inference?"
    )
    return Brief(
        speaker=track.texts.get("memory_speaker", "Systems fellow"),
        text=track.texts.get("memory_text", text),
        short=track.texts.get(
            "memory_short", "The Systems fellow asks for a training step that fits beside inference."
        ),
        invariant=(
            "What learns where the data are need not send them; so learning has to fit there. A step holds weights, a "
            "gradient and the optimizer’s states for each trained parameter, and the activations that the backward "
            "pass needs; inference holds weights and the layer it computes. Gain kept: of what full fine-tuning gains "
            "over training the last layer alone, the share that a method keeps; published for TinyTL, a proxy or "
            "assumed elsewhere."
        ),
    )


# --- prediction ------------------------------------------------------------------------------------------------------


def scenario(track: Track) -> dict[str, Value]:
    """Return the state that the question is about: the last blocks with Adam."""
    network = network_of(track)
    start = default_setting(network)
    return {
        "method": "last_k",
        "last_blocks": min(ASKED_BLOCKS, network.last),
        "batch": ASKED_BATCH,
        "optimizer": ASKED_OPTIMIZER,
        "precision": start.precision,
        "runtime": start.runtime,
    }


def asked(track: Track) -> Setting:
    """Return the same as the bench's own object."""
    network = network_of(track)
    start = default_setting(network)
    last = min(ASKED_BLOCKS, network.last)
    return start._replace(method="last_k", last=last, batch=ASKED_BATCH, optimizer=ASKED_OPTIMIZER)


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: the memory of training the last blocks."""
    network, setting = network_of(track), asked(track)
    spent = costs(network, setting)
    blocks = f"last {setting.last} blocks" if setting.last > 1 else "last block"
    served = in_words(spent.inference, "iB")
    share = in_words(spent.trained / network.parameters, "share")
    return (
        Prediction(
            id="last_blocks",
            question=f"Inference of {network.name} at batch {setting.batch} takes {served}. What does training its "
            f"{blocks} take, with {OPTIMIZERS[setting.optimizer]} at batch {setting.batch}?",
            unit="iB",
            low=1.0,
            high=2.0**100,
            reference=(f"inference takes, {served}", spent.inference, 1000.0),
            scenario=scenario(track),
            given=(
                ("Inference, same batch", served),
                ("Trained share", f"{share} of {count_text(network.parameters)} parameters"),
                ("Adam", f"{STATE_BYTES[setting.optimizer]} B of states for each of these"),
            ),
            truth=truth,
            mechanisms=_mechanisms(network, setting, spent),
            right="factor",
            tolerance=2,
            marks=marks,
            routes=_routes(network, setting, spent),
            reason=_largest(spent),
            again=Again(
                values={"batch": tuple(n for n in (2, 4, 16, 32) if n != setting.batch), "optimizer": ("sgd", "adam")},
                question=f"What does training the {blocks} of {network.name} take?",
                given=(("Trained share", f"{share} of {count_text(network.parameters)} parameters"),),
            ),
        ),
    )


def truth(track: Track, **controls: Value) -> Truth:
    """Return the training memory of a state, with the four terms that add up to it."""
    network = network_of(track)
    spent = costs(network, setting_of(network, controls))
    return Truth(
        value=spent.total,
        terms=tuple(Term(name=name.capitalize(), value=value) for name, value in spent.parts),
        combine="sum",
    )


def marks(track: Track, value: float) -> Mapping[str, tuple[float, float]]:
    """Return where a predicted memory stands: at the total of the waterfall, and over the gain of the question."""
    return {WATERFALL: (4.0, value), GAIN: (value, gain_kept(network_of(track), asked(track)))}


def _inference_times(times: int) -> Callable[..., float]:
    def value(track: Track, **controls: Value) -> float:
        network = network_of(track)
        return times * costs(network, setting_of(network, controls)).inference

    return value


def _all_train(track: Track, **controls: Value) -> float:
    network = network_of(track)
    return costs(network, setting_of(network, {**controls, "method": "full"})).total


def _share_of_inference(track: Track, **controls: Value) -> float:
    network = network_of(track)
    spent = costs(network, setting_of(network, controls))
    return spent.inference * spent.trained / network.parameters


def _share_on_top(track: Track, **controls: Value) -> float:
    network = network_of(track)
    spent = costs(network, setting_of(network, controls))
    return spent.inference * (1 + spent.trained / network.parameters)


def _routes(network: Network, setting: Setting, spent: Costs) -> tuple[Route, ...]:
    """Return the tempting ways to another memory."""
    served, share = in_words(spent.inference, "iB"), in_words(spent.trained / network.parameters, "share")
    states = in_words(spent.gradients + spent.optimizer, "iB")
    return (
        *(
            Route(
                name=f"inference multiplied by {word}",
                value=_inference_times(times),
                why=f"{times} × {served} multiplies inference, its weights and its live layer; {share} of the "
                f"weights train, so gradients and states are {states}.",
            )
            for word, times in MULTIPLES.items()
        ),
        Route(
            name="gradients and states for every parameter",
            value=_all_train,
            why=f"That is full fine-tuning; in the question {share} of {count_text(network.parameters)} train.",
        ),
        Route(
            name="the trained share of inference",
            value=_share_of_inference,
            why=f"{share} × {served} leaves out the frozen weights, which stay in memory, and the activations.",
        ),
        Route(
            name="inference and the trained share once more",
            value=_share_on_top,
            why=f"{served} × (1 + {share}) counts a copy of what trains; a gradient and "
            f"{setting.optimizer.capitalize()}’s two states are {states}, and activations come to "
            f"{in_words(spent.activations, 'iB')}.",
        ),
    )


def _largest(spent: Costs) -> str:
    """Return the mechanism that names the largest part of the step."""
    parts = {
        "weights": spent.weights,
        "trained": spent.gradients + spent.optimizer,
        "activations": spent.activations,
    }
    return max(parts, key=lambda name: parts[name])


def _mechanisms(network: Network, setting: Setting, spent: Costs) -> tuple[Option, ...]:
    total, share = spent.total, in_words(spent.trained / network.parameters, "share")
    states = spent.gradients + spent.optimizer
    others = {"here": setting, "alone": setting._replace(batch=1), "all": setting._replace(method="full")}
    ratio = {name: in_words(costs(network, one).amplification, "x") for name, one in others.items()}
    kept = "Only the blocks that train keep them, so early blocks with large maps are spared"
    if spent.forward_leads:
        kept = "The blocks that train keep less than the forward pass’s live layer, so that layer counts"
    return (
        Option(
            id="range",
            text=f"A parameter comes with gradient and two states: {CLAIM[0]} to {CLAIM[1]} times inference",
            feedback=f"That range counts parameter states, for all parameters at once. Here {share} of them train, and "
            f"gradients and states are {in_words(states / total, 'share')} of the step; what the rest takes depends on "
            f"batch and network. It comes to {ratio['here']} here, to {ratio['alone']} with a batch of 1 and to "
            f"{ratio['all']} where all parameters train: batch and method set the factor.",
        ),
        Option(
            id="trained",
            text="Gradients and states, of what trains",
            feedback=f"Gradients take {in_words(spent.gradients, 'iB')} and Adam’s states "
            f"{in_words(spent.optimizer, 'iB')}: {in_words(states / total, 'share')} of the step. They go with the "
            f"trained share, {share} here.",
        ),
        Option(
            id="activations",
            text="Activations that the backward pass needs",
            feedback=f"They take {in_words(spent.activations, 'iB')}, {in_words(spent.activations / total, 'share')} "
            f"of the step. {kept}; they grow with the batch, which the other three do not.",
        ),
        Option(
            id="weights",
            text="The weights, which have to be there anyway",
            feedback=f"They take {in_words(spent.weights, 'iB')}, {in_words(spent.weights / total, 'share')} of the "
            f"step, against {in_words(spent.inference_weights, 'iB')} in inference: what trains is held at the width "
            "that training needs.",
        ),
    )


# --- presets ---------------------------------------------------------------------------------------------------------


def published_note(track: Track) -> str:
    """Return what the published state takes by the authors' count, and by this one."""
    network = network_of(track)
    start = default_setting(network)
    own = costs(network, start._replace(method="tinytl_lite_residual", runtime="ideal", batch=ASKED_BATCH)).total
    paper = tinytl_memory_bytes(method="lite_residual", resolution=start.size, batch=ASKED_BATCH)
    return (
        f"Cai et al. 2020 count parameters and activations, {quantity_text(float(paper), 'B')}; with gradients and "
        "Adam’s "
        f"states it is {quantity_text(own, 'B')}."
    )
