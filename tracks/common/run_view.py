"""A look into a run on the proxy fleet: who was invited to a round, who arrived, and how their updates point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from physics.federation import client_updates, draw_invitations
from physics.validation import Floats
from tracks.api import charts
from tracks.api.controls import Value
from tracks.api.demonstration import RunView
from tracks.api.figures import Axis, Drawing, Figure, Panel, Table
from tracks.api.quantities import three_digits
from tracks.api.track import Track
from tracks.common.cache import cached_on_disk
from tracks.common.federated_runs import SEEDS, Learning, participation
from tracks.common.proxy_fleet import CITIES, CLIENTS, city_names, problem

RIGHT_ANGLE = 90.0  # degrees: an update beyond it points against the average of its round
ANGLES_SHOWN = (-36.0, 150.0)  # those below 0 are the places of clients without an update
LOST_AT, IDLE_AT = -13.0, -27.0
IN_CITY = CLIENTS // CITIES
BESIDE = 0.84 / IN_CITY  # of a city's width, from one of its clients to the next
WIDEST, LOST_WIDTH, IDLE_WIDTH = 18.0, 7.0, 3.0  # px across: the disc of the longest update of the round, the others


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ClientRounds:
    """One run round by round and client by client: who was invited, who arrived, and with what; all (R, 50).

    Attributes:
        invited, arrived: of True and False. lengths: of each update, 0 where none arrived [units of the weights].
        angles: between an update and the round's average [degrees]; NaN where none arrived.
        mean_lengths: of each round's average, (R,) [units of the weights].
    """

    invited: np.ndarray
    arrived: np.ndarray
    lengths: Floats
    angles: Floats
    mean_lengths: Floats

    @property
    def rounds(self) -> int:
        """How many rounds were run."""
        return len(self.arrived)


@lru_cache(maxsize=16)
@cached_on_disk
def client_rounds(learning: Learning) -> ClientRounds:
    """Return what each client did in the first draw of a state, which is the one that a moving slider shows."""
    fleet = problem(learning.fleet_seed, learning.alpha)
    (arrived,) = participation(learning, 1)
    sent = client_updates(
        fleet,
        participation=arrived,
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=learning.learning_rate,
        proximal=learning.proximal,
    )
    invited = draw_invitations(
        fleet,
        rounds=learning.rounds,
        clients_per_round=learning.clients_per_round,
        reliability=np.asarray(learning.delivered),
        selection=learning.selection,
        seed=SEEDS * learning.seed,
    )
    angles = np.degrees(np.arccos(sent.cosines))
    for array in (invited, angles):
        array.setflags(write=False)
    return ClientRounds(
        invited=invited, arrived=arrived, lengths=sent.lengths, angles=angles, mean_lengths=sent.mean_lengths
    )


# --- one round, drawn ------------------------------------------------------------------------------------------------


def fleet_run_view(learning_of: Callable[..., Learning]) -> RunView:
    """Return the look into a bench's run; ``learning_of(track, seed, controls)`` says what its run depends on."""
    return RunView(
        text="One of the runs behind the figures, the first of the three draws, round by round. A disc is a client’s "
        "update: the wider, the longer it is; the higher, the farther it points from the average of the updates that "
        "arrived. Above a right angle it points against what the round does.",
        panel=_panel,
        rounds=partial(_rounds, learning_of),
        draw=partial(_draw, learning_of),
    )


def _panel(track: Track) -> Panel:
    return Panel(
        id="run_round",
        question="Do the updates pull one way?",
        x=Axis(label="", scale="category", categories=city_names(track)),
        y=Axis(label="angle to the average update", unit="degrees", low=ANGLES_SHOWN[0], high=ANGLES_SHOWN[1]),
    )


def _rounds(learning_of: Callable[..., Learning], track: Track, **controls: Value) -> int:
    return learning_of(track, 0, controls).rounds


def _draw(learning_of: Callable[..., Learning], track: Track, *, seed: int, round: int, **controls: Value) -> Drawing:
    clients, index = client_rounds(learning_of(track, seed, controls)), round - 1
    return Drawing(
        figure=partial(_figure, clients, index),
        summary=_summary(track, clients, index),
        table=partial(_table, track, clients, index),
    )


def _summary(track: Track, clients: ClientRounds, index: int) -> str:
    """Return one round in a sentence: who came, how far apart the updates point, what the average keeps of them."""
    invited, arrived = clients.invited[index], clients.arrived[index]
    came = f"{int(arrived.sum())} of {int(invited.sum())} invited updates arrived"
    if not arrived.any():
        return f"{came}: the shared model stays where it is."
    lengths, angles = clients.lengths[index], clients.angles[index]
    sizes = f"{three_digits(float(lengths[arrived].mean()))} long, their average {_length(clients, index)}"
    with_angle = ~np.isnan(angles)
    if not with_angle.any():
        return f"{came}, in the mean {sizes}."
    by_city = [angles[own & with_angle] for own in _members()]
    means = [float(own.mean()) if own.size else -1.0 for own in by_city]
    farthest = int(np.argmax(means))
    return (
        f"{came}, in the mean {sizes}. They point {_degrees(float(angles[with_angle].mean()))} away from it, those of "
        f"{city_names(track)[farthest]} most, {_degrees(means[farthest])}."
    )


def _length(clients: ClientRounds, index: int) -> str:
    return three_digits(float(clients.mean_lengths[index]))


def _degrees(angle: float) -> str:
    return f"{round(angle)}°"


def _members() -> tuple[np.ndarray, ...]:
    city = np.arange(CLIENTS) // IN_CITY
    return tuple(city == own for own in range(CITIES))


def _figure(clients: ClientRounds, index: int) -> Figure:
    invited, arrived = clients.invited[index], clients.arrived[index]
    client = np.arange(CLIENTS)
    place = client // IN_CITY + (client % IN_CITY - (IN_CITY - 1) / 2) * BESIDE
    lengths, angles = clients.lengths[index], np.nan_to_num(clients.angles[index], nan=0.0)
    widths = WIDEST * lengths / max(float(lengths.max()), 1e-12)
    parts = [charts.limit(RIGHT_ANGLE, "", kind="floor")]
    for name, who, height, width in (
        ("not invited", ~invited, np.full(CLIENTS, IDLE_AT), np.full(CLIENTS, IDLE_WIDTH)),
        ("lost", invited & ~arrived, np.full(CLIENTS, LOST_AT), np.full(CLIENTS, LOST_WIDTH)),
        ("arrived", arrived, np.clip(angles, 0, ANGLES_SHOWN[1]), widths),
    ):
        parts.append(charts.discs(place[who], height[who], width[who], name=name, hollow=name == "lost"))
    return charts.figure(
        *parts,
        charts.note(CITIES - 0.5, RIGHT_ANGLE, "right angle", place="end"),
        charts.note(CITIES - 0.5, LOST_AT, "lost", place="end"),
        charts.note(CITIES - 0.5, IDLE_AT, "not invited", place="end"),
    )


def _table(track: Track, clients: ClientRounds, index: int) -> Table:
    """A row for every invited client."""
    names = city_names(track)
    rows: list[tuple[int | float | str, ...]] = []
    for client in np.flatnonzero(clients.invited[index]).tolist():
        city = names[client // IN_CITY]
        if not clients.arrived[index, client]:
            rows.append((client + 1, city, "lost", "–", "–"))
            continue
        angle = float(clients.angles[index, client])
        shown = "–" if np.isnan(angle) else round(angle, 1)
        rows.append((client + 1, city, "arrived", float(clients.lengths[index, client]), shown))
    return Table(columns=("client", "city", "update", "size", "angle, degrees"), rows=tuple(rows))
