"""A hall of two hundred hearables in its places; hollow are those that err more than they would alone."""

from __future__ import annotations

from tracks.api.figures import Scene, Shape
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.tiny_pioneer.mesh.figures import KINDS, MAP, kinds
from tracks.tiny_pioneer.mesh.model.places import hall, places
from tracks.tiny_pioneer.mesh.setting import NODES, default_setting

LEFT, TOP, WIDE, HIGH = 6.0, 6.0, 348.0, 116.0


def scene(track: Track, outcome: Outcome | None) -> Scene:
    """Return the hall, each hearable in the hue of its place; with an Outcome, who errs more than alone is hollow."""
    topology = default_setting(track).topology if outcome is None else str(outcome.decision["topology"])
    seed = track.fleet.seed
    spots, place, kind = hall(topology, seed).positions, places(topology, seed), kinds(topology, seed)
    worse = [False] * NODES if outcome is None else [bool(row[-1]) for row in outcome.panels[MAP].table().rows]
    low, high = spots.min(axis=0), spots.max(axis=0)
    shapes = []
    for node, hollow in enumerate(worse):
        across, up = (spots[node] - low) / (high - low)
        hue = kind[int(place[node])]
        x, y = LEFT + WIDE * float(across), TOP + HIGH * (1 - float(up))
        size = 7.0 if hue % 2 == 0 else 6.0
        if hue % 2 == 0:
            shapes.append(Shape(kind="disc", x=x, y=y, width=size, colour=f"series-{hue}", hollow=hollow))
        else:
            shapes.append(
                Shape(kind="box", x=x - 3, y=y - 3, width=size, height=size, colour=f"series-{hue}", hollow=hollow)
            )
    hall_words = f"{NODES} hearables in a hall of {', '.join(KINDS[:-1])} and {KINDS[-1]}"
    if outcome is None:
        return Scene(shapes=tuple(shapes), sentence=f"{hall_words}, each place with a noise of its own.")
    return Scene(
        shapes=tuple(shapes),
        sentence=f"{hall_words}: {sum(worse)} of them err more with what they hear of each other than alone.",
    )
