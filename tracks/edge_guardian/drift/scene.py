"""The fleet of five cities as dots, and the packets of a mean round that arrive or are lost in the dust."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tracks.api.figures import Scene, Shape
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.common.proxy_fleet import CITIES, CLIENTS, city_names
from tracks.edge_guardian.drift.figures import PARTICIPATION
from tracks.edge_guardian.drift.setting import DUSTY

IN_CITY = CLIENTS // CITIES
SERVER = (180.0, 16.0)
GROUND = 104.0
ARRIVED_AT, LOST_AT = 0.52, 0.2  # of the way up to the server
APART = 9.0  # from one packet to the next


def scene(track: Track, outcome: Outcome | None) -> Scene:
    """Return the fleet around its server; with an Outcome, what its vehicles send in the mean round."""
    names = city_names(track)
    shapes = [*_links(), *_dust(), *_server()]
    if outcome is None:
        shapes += [dot for city in range(CITIES) for dot in _vehicles(city, 0)]
        return Scene(
            shapes=tuple(shapes),
            sentence=f"Five cities of vehicles send to one server, and dust lies over {names[DUSTY]}.",
        )
    sent = [_sent(row) for row in outcome.panels[PARTICIPATION].table().rows]
    for city, (arrived, lost) in enumerate(sent):
        shapes += [*_vehicles(city, arrived + lost), *_packets(city, arrived, lost)]
    came, missed = (sum(one[part] for one in sent) for part in (0, 1))
    dusty = sent[DUSTY]
    return Scene(
        shapes=tuple(shapes),
        sentence=f"In the mean round about {came} updates arrive and {missed} are lost on the way; from the dust over "
        f"{names[DUSTY]} {dusty[0]} of {dusty[0] + dusty[1]} arrive.",
    )


def _sent(row: tuple[float | int | str, ...]) -> tuple[int, int]:
    """Return a city's updates that arrive and that are lost in the mean round, from its row of the table."""
    heard, updates = float(row[2]), float(row[3])
    invited = min(IN_CITY, round(updates / heard)) if heard > 0 else 0
    arrived = min(invited, round(updates))
    return arrived, invited - arrived


def _middle(city: int) -> float:
    return 36.0 + 72.0 * city


def _spot(city: int, vehicle: int) -> tuple[float, float]:
    return _middle(city) + (vehicle % 5 - 2) * 10.0, GROUND + (vehicle // 5) * 10.0


def _server() -> Iterator[Shape]:
    x, y = SERVER
    yield Shape(kind="box", x=x - 16, y=y - 10, width=32, height=8, colour="ink")
    yield Shape(kind="box", x=x - 16, y=y, width=32, height=8, colour="ink")


def _links() -> Iterator[Shape]:
    x, y = SERVER
    for city in range(CITIES):
        left = _middle(city)
        yield Shape(kind="line", x=left, y=GROUND - 10, width=x - left, height=y + 10 - GROUND + 10, colour="rule-2")


def _dust() -> Iterator[Shape]:
    """Grains over the dusty city, at places that never change."""
    for grain in range(42):
        across, up = (grain * 37) % 68 - 34, (grain * 23) % 40
        yield Shape(kind="disc", x=_middle(DUSTY) + across, y=GROUND + 14 - up, width=2.5, colour="orange")


def _vehicles(city: int, invited: int) -> Iterator[Shape]:
    for vehicle in range(IN_CITY):
        x, y = _spot(city, vehicle)
        yield Shape(kind="disc", x=x, y=y, width=6, colour="series-0" if vehicle < invited else "edge")


def _packets(city: int, arrived: int, lost: int) -> Iterator[Shape]:
    """The updates of a city on its link: those that arrive near the server, those that are lost below."""
    (x, y), left = SERVER, _middle(city)
    step = APART / math.hypot(x - left, y + 20 - GROUND)
    for count, at, is_lost in ((arrived, ARRIVED_AT, False), (lost, LOST_AT, True)):
        for packet in range(count):
            way = at + step * packet
            spot_x, spot_y = left + way * (x - left), GROUND - 10 + way * (y + 20 - GROUND)
            colour = "fail" if is_lost else "series-0"
            yield Shape(kind="box", x=spot_x - 3, y=spot_y - 3, width=6, height=6, colour=colour, hollow=is_lost)
