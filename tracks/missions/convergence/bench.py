"""The third bench of every mission: more rounds, or more thought between them?"""

from __future__ import annotations

from tracks import Bench, Choice, Control, Option, Outcome, Preset, Slider, Track, Value
from tracks.api.declared import brief_texts
from tracks.common import declared
from tracks.common.proxy_fleet import CLIENTS
from tracks.missions.convergence import texts
from tracks.missions.convergence.costs import found
from tracks.missions.convergence.figures import (
    COMMUNICATION,
    CONVERGENCE,
    communication_drawing,
    convergence_drawing,
    panels,
)
from tracks.missions.convergence.readings import HUD, SOURCES, readings
from tracks.missions.convergence.second_opinion import second_opinion
from tracks.missions.convergence.setting import (
    ALGORITHMS,
    ALPHA,
    ATTEMPTS,
    CLIENTS_PER_ROUND,
    COMPRESSION,
    LEARNING_RATE,
    LOCAL_STEPS,
    MU,
    PAYLOAD_FACTORS,
    RELIABILITY,
    ROUNDS,
    SELECTIONS,
    setting_of,
)
from tracks.missions.convergence.verdicts import FAILURES, verdicts


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: four decisions, six more and the world behind *Advanced*."""
    start, sources, moved = texts.default_setting(track), track.sources, float(track.model.moved_bytes)
    low_alpha, high_alpha = min(ALPHA[0], start.alpha), max(ALPHA[1], start.alpha)
    low_link = min(RELIABILITY[0], start.reliability)
    return (
        Slider(
            id="local_steps",
            label="Local steps",
            unit="steps",
            minimum=LOCAL_STEPS[0],
            maximum=LOCAL_STEPS[1],
            step=0.02,
            default=start.local_steps,
            scale="log",
            whole=True,
            source=SOURCES["local_steps"],
        ),
        Slider(
            id="clients_per_round",
            label="Clients per round",
            unit=f"of {CLIENTS}",
            minimum=CLIENTS_PER_ROUND[0],
            maximum=CLIENTS_PER_ROUND[1],
            step=1,
            default=start.clients_per_round,
            whole=True,
            source=SOURCES["clients_per_round"],
        ),
        Slider(
            id="rounds",
            label="Rounds",
            unit="rounds",
            minimum=ROUNDS[0],
            maximum=ROUNDS[1],
            step=0.02,
            default=start.rounds,
            scale="log",
            whole=True,
            source=SOURCES["rounds"],
        ),
        Choice(
            id="algorithm",
            label="Algorithm",
            options=tuple(Option(id=name, text=text) for name, text in ALGORITHMS.items()),
            default=start.algorithm,
            source=SOURCES["algorithm"],
        ),
        Slider(
            id="payload_bytes",
            label="Payload",
            unit="B",
            minimum=PAYLOAD_FACTORS[0] * moved,
            maximum=PAYLOAD_FACTORS[1] * moved,
            step=0.02,
            default=moved,
            scale="log",
            group="advanced",
            carried="memory.payload_bytes",
            source=sources["model.moved_bytes"],
        ),
        Slider(
            id="compression",
            label="Upload compression",
            unit="x",
            minimum=COMPRESSION[0],
            maximum=COMPRESSION[1],
            step=0.02,
            default=start.compression,
            scale="log",
            group="advanced",
            source=SOURCES["compression"],
        ),
        Choice(
            id="selection",
            label="Invite",
            options=tuple(Option(id=name, text=text) for name, text in SELECTIONS.items()),
            default=start.selection,
            group="advanced",
            source=SOURCES["selection"],
        ),
        Slider(
            id="attempts",
            label="Attempts per upload",
            unit="at most",
            minimum=ATTEMPTS[0],
            maximum=ATTEMPTS[1],
            step=1,
            default=start.attempts,
            whole=True,
            group="advanced",
            source=SOURCES["attempts"],
        ),
        Slider(
            id="learning_rate",
            label="Learning rate",
            unit="",
            minimum=LEARNING_RATE[0],
            maximum=LEARNING_RATE[1],
            step=0.05,
            default=start.learning_rate,
            group="advanced",
            source=SOURCES["learning_rate"],
        ),
        Slider(
            id="mu",
            label="Proximal weight μ (FedProx)",
            unit="",
            minimum=MU[0],
            maximum=MU[1],
            step=0.05,
            default=start.mu,
            group="advanced",
            source=SOURCES["mu"],
        ),
        Slider(
            id="alpha",
            label="Skew of the cities, α",
            unit="",
            minimum=low_alpha,
            maximum=high_alpha,
            step=0.1,
            default=start.alpha,
            scale="log",
            group="advanced",
            role="environment",
            source=sources["fleet.skew_alpha"],
        ),
        Slider(
            id="reliability",
            label="Link reliability, mean",
            unit="share",
            minimum=low_link,
            maximum=RELIABILITY[1],
            step=0.05,
            default=start.reliability,
            group="advanced",
            role="environment",
            source=sources["fleet.reliability"],
        ),
    )


def presets(track: Track) -> tuple[Preset, ...]:
    """Return the extremes worth seeing once: one step a round, the question's fleet, a poor link, cities alike."""
    asked = texts.asked(track)
    return (
        Preset(
            id="one_step",
            label="one local step",
            values={"local_steps": 1},
            note="Gradients averaged after every step: no drift, and the bytes of a round for each step.",
        ),
        Preset(
            id="as_asked",
            label="as in the question",
            values={"clients_per_round": asked.clients_per_round, "reliability": asked.reliability},
            note="Every client in every round, every update arrives: three seeds in one line.",
        ),
        Preset(
            id="poor_link",
            label="one attempt in five",
            values={"reliability": texts.POOR_LINK},
            note="Links that deliver 20% of their attempts, of which the reflection speaks.",
        ),
        Preset(
            id="alike",
            label="cities alike",
            values={"alpha": ALPHA[1]},
            note="The same mix of classes everywhere: local steps hardly drift.",
        ),
    )


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and both figures for one state, from one set of runs."""
    setting = setting_of(values)
    given = found(track, setting, seed=seed)
    return Outcome(
        panels={
            COMMUNICATION: communication_drawing(track, setting, given),
            CONVERGENCE: convergence_drawing(setting, given),
        },
        readings=readings(track, setting, given),
        verdicts=verdicts(track, setting, given),
        decision={**values, "participating_share": setting.clients_per_round / CLIENTS},
    )


BENCH = Bench(
    id="convergence",
    title="Convergence: more rounds, or more thought?",
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=texts.OBSERVATION,
    second_opinion=second_opinion,
    second_engine="softmax regression, on the same fleet",
    reflection=texts.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=texts.peek,
    extras=(
        declared.RADIO_J_PER_BYTE,
        declared.RADIO_RECEIVE_J_PER_BYTE,
        declared.WINDOW_FLOP,
    ),
    texts=(
        *brief_texts("convergence"),
        declared.DEVICE_SINGULAR,
    ),
    order=3,
    minutes=14,
)
