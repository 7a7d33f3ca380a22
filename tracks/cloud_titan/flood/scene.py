"""The shelf of HBM with its adapters: fifty requests, those that find theirs there, and those whose fell out."""

from __future__ import annotations

from collections.abc import Iterator

from tracks.api.figures import Scene, Shape
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.cloud_titan.flood.figures import HITS

REQUESTS = 50
ROWS = 25  # boxes beside each other
SHELVES = (("HBM", 4.0), ("host", 48.0), ("drive", 92.0))
LEFT, PITCH = 48.0, 12.4
BOX = 9.0


def scene(track: Track, outcome: Outcome | None) -> Scene:
    """Return the three shelves of a node; with an Outcome, where fifty requests find their adapters."""
    del track  # every node has the same shelves
    if outcome is None:
        return Scene(
            shapes=(*_shelves(), *_boxes(2, REQUESTS, colour="edge", hollow=True)),
            sentence="A node has a shelf of HBM, host memory below it and a drive at the bottom, where the adapters of "
            "all tenants lie and wait for a place.",
        )
    reached = {str(row[0]): float(row[2]) for row in outcome.panels[HITS].table().rows}
    fast = round(REQUESTS * reached["HBM"])
    host = max(0, round(REQUESTS * max(reached["HBM"], reached.get("host memory", 0.0))) - fast)
    fallen = REQUESTS - fast - host
    return Scene(
        shapes=(
            *_shelves(),
            *_boxes(0, fast, colour="series-0"),
            *_boxes(1, host, colour="series-2"),
            *_boxes(2, fallen, colour="fail", hollow=True),
        ),
        sentence=f"Of {REQUESTS} requests {fast} find their adapter on the shelf of HBM and {host} in host memory; "
        f"for {fallen} it fell out and has to be loaded from the drive.",
    )


def _shelves() -> Iterator[Shape]:
    for name, top in SHELVES:
        yield Shape(kind="text", x=0, y=top + 19, text=name, colour="muted")
        yield Shape(kind="box", x=LEFT - 4, y=top + 25, width=PITCH * ROWS + 6, height=2, colour="ink")


def _boxes(shelf: int, count: int, *, colour: str, hollow: bool = False) -> Iterator[Shape]:
    """Adapters on a shelf, two rows at most; those at the bottom lie as they fell."""
    top = SHELVES[shelf][1]
    for number in range(count):
        row, place = divmod(number, ROWS)
        fall = ((number * 7) % 5 - 2) * 0.9 if shelf == len(SHELVES) - 1 else 0.0
        yield Shape(
            kind="box", x=LEFT + place * PITCH + fall, y=top + 14 - 11 * row + abs(fall) / 2, width=BOX, height=BOX,
            colour=colour, hollow=hollow,
        )  # fmt: skip
