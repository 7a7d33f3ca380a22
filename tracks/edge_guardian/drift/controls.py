"""The controls of the Fleet Learning Drift: three decisions, five more, the storm and the roads behind *Advanced*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracks.api.controls import Choice, Control, Option, Slider
from tracks.api.track import Track
from tracks.common.federated_runs import ALGORITHMS, SELECTIONS
from tracks.common.proxy_fleet import CLIENTS, city_names
from tracks.edge_guardian.drift.setting import (
    DUSTY,
    KERNEL_S,
    LINK,
    LOCAL_STEPS,
    MU,
    NIGHTS,
    ROUNDS_PER_DAY,
    STORM,
    TRAINING_TIMES,
    VEHICLES,
    default_setting,
    default_source,
)


def _options(names: Mapping[Any, str]) -> tuple[Option, ...]:
    return tuple(Option(id=name, text=text) for name, text in names.items())


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track."""
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
            source=default_source("local_steps"),
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
            source=default_source("vehicles_per_round"),
        ),
        Choice(
            id="algorithm",
            label="Algorithm",
            options=_options(ALGORITHMS),
            default=start.algorithm,
            carried="convergence.algorithm",
            source=default_source("algorithm"),
        ),
        Choice(
            id="selection",
            label="Invite",
            options=_options(SELECTIONS),
            default=start.selection,
            group="advanced",
            carried="convergence.selection",
            source=default_source("selection"),
        ),
        Slider(
            id="mu",
            label="Proximal weight μ (FedProx)",
            unit="",
            minimum=MU[0],
            maximum=MU[1],
            step=0.02,
            default=start.mu,
            scale="log",
            group="advanced",
            carried="convergence.mu",
            source=default_source("mu"),
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
            carried="convergence.rounds_per_day",
            source=default_source("rounds_per_day"),
        ),
        Choice(
            id="when",
            label="When to train",
            options=_options(TRAINING_TIMES),
            default=start.when,
            group="advanced",
            source=default_source("when"),
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
            source=default_source("kernel_s"),
        ),
        *_environment(track),
    )


def _environment(track: Track) -> tuple[Control, ...]:
    """Return the links, the storm and how often a vehicle is in the depot."""
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
            source=default_source(name),
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
        source=default_source("storm"),
    )
    depot = Slider(
        id="depot_nights",
        label="Depot every so many nights",
        unit="nights",
        minimum=NIGHTS[0],
        maximum=NIGHTS[1],
        step=1,
        whole=True,
        default=start.depot_nights,
        group="advanced",
        role="environment",
        source=default_source("depot_nights"),
    )
    return (*sliders, storm, depot)
