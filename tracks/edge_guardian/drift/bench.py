"""The crisis of a fleet in five cities, one of them in the dust: how much to learn, whom to invite, how often, when."""

from __future__ import annotations

from tracks.api.bench import Bench, Choice, Control, Option, Outcome, Preset, Slider, Track, Value
from tracks.api.declared import brief_texts
from tracks.common import declared
from tracks.common.proxy_fleet import CLIENTS, city_names
from tracks.edge_guardian.drift import closing as drift_closing
from tracks.edge_guardian.drift import texts as drift_texts
from tracks.edge_guardian.drift.figures import (
    ACCURACY,
    LOOP,
    PARTICIPATION,
    accuracy_drawing,
    loop_drawing,
    panels,
    participation_drawing,
)
from tracks.edge_guardian.drift.readings import HUD, SOURCES, readings
from tracks.edge_guardian.drift.setting import (
    ALGORITHMS,
    DUSTY,
    KERNEL_S,
    LINK,
    LOCAL_STEPS,
    MU,
    ROUNDS_PER_DAY,
    SELECTIONS,
    STORM,
    VEHICLES,
    WHENS,
    default_setting,
    setting_of,
)
from tracks.edge_guardian.drift.state import found
from tracks.edge_guardian.drift.verdicts import FAILURES, verdicts


def _options(names: dict[str, str]) -> tuple[Option, ...]:
    return tuple(Option(id=name, text=text) for name, text in names.items())


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: three decisions, five more and the storm behind *Advanced*."""
    start = default_setting(track)
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
            carried="convergence.local_steps",
            source=SOURCES["local_steps"],
        ),
        Slider(
            id="vehicles_per_round",
            label="Vehicles per round",
            unit=f"of {CLIENTS}",
            minimum=VEHICLES[0],
            maximum=VEHICLES[1],
            step=1,
            default=start.vehicles_per_round,
            whole=True,
            carried="convergence.clients_per_round",
            source=SOURCES["vehicles_per_round"],
        ),
        Choice(
            id="algorithm",
            label="Algorithm",
            options=_options(dict(ALGORITHMS)),
            default=start.algorithm,
            source=SOURCES["algorithm"],
        ),
        Choice(
            id="selection",
            label="Invite",
            options=_options(dict(SELECTIONS)),
            default=start.selection,
            group="advanced",
            source=SOURCES["selection"],
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
            id="rounds_per_day",
            label="Rounds a day",
            unit="a day",
            minimum=ROUNDS_PER_DAY[0],
            maximum=ROUNDS_PER_DAY[1],
            step=0.02,
            default=start.rounds_per_day,
            scale="log",
            group="advanced",
            source=SOURCES["rounds_per_day"],
        ),
        Choice(
            id="when",
            label="When to train",
            options=_options(dict(WHENS)),
            default=start.when,
            group="advanced",
            source=SOURCES["when"],
        ),
        Slider(
            id="kernel_s",
            label="Kernel length",
            unit="s",
            minimum=KERNEL_S[0],
            maximum=KERNEL_S[1],
            step=0.02,
            default=start.kernel_s,
            scale="log",
            group="advanced",
            source=SOURCES["kernel_s"],
        ),
        *_world(track),
    )


def _world(track: Track) -> tuple[Control, ...]:
    """Return the links and the storm."""
    start, dusty = default_setting(track), city_names(track)[DUSTY]
    links = (
        ("dusty_link", f"Link in {dusty}, clear air", start.dusty_link),
        ("clear_link", "Link in the other cities", start.clear_link),
    )
    sliders = tuple(
        Slider(
            id=name,
            label=label,
            unit="share",
            minimum=LINK[0],
            maximum=LINK[1],
            step=0.05,
            default=default,
            group="advanced",
            role="environment",
            source=SOURCES[name],
        )
        for name, label, default in links
    )
    storm = Slider(
        id="storm",
        label="Storm strength",
        unit="share",
        minimum=STORM[0],
        maximum=STORM[1],
        step=0.05,
        default=start.storm,
        group="advanced",
        role="environment",
        source=SOURCES["storm"],
    )
    return (*sliders, storm)


def presets(track: Track) -> tuple[Preset, ...]:
    """Return what is worth seeing once: a green mean over a lost city, the best links first, and clear air."""
    fewer = drift_closing.FEWER_STEPS
    dusty = city_names(track)[DUSTY]
    return (
        Preset(
            id="fewer_steps",
            label=f"{fewer} local steps",
            values={"local_steps": fewer},
            note=f"Less drift for everybody; look at the mean, then at {dusty}.",
        ),
        Preset(
            id="best_links",
            label="best links first",
            values={"selection": "reliable_first"},
            note="Least radio is wasted, and the second figure shows on whom.",
        ),
        Preset(
            id="clear_air",
            label="no storm",
            values={"storm": 0},
            note="The same settings in clear air.",
        ),
    )


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
    """Return readings, verdicts and the three figures for one state, from one set of runs."""
    setting = setting_of(values)
    given = found(track, setting, seed=seed)
    return Outcome(
        panels={
            ACCURACY: accuracy_drawing(track, setting, given),
            PARTICIPATION: participation_drawing(track, setting, given),
            LOOP: loop_drawing(setting, given),
        },
        readings=readings(track, setting, given),
        verdicts=verdicts(track, setting, given),
        decision={
            **values,
            "participating_share": setting.vehicles_per_round / CLIENTS,
            "rounds": setting.rounds,
        },
    )


BENCH = Bench(
    id="crisis",
    title="The Fleet Learning Drift: whom does the average hear?",
    brief=drift_texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=drift_texts.predictions,
    observation=drift_texts.OBSERVATION,
    reflection=drift_closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=drift_closing.peek,
    extras=(
        declared.RADIO_J_PER_BYTE,
        declared.RADIO_RECEIVE_J_PER_BYTE,
    ),
    texts=(
        *brief_texts("crisis"),
        declared.DEVICE_SINGULAR,
    ),
    label="Crisis",
    minutes=10,
)
