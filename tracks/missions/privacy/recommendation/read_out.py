"""What one update shows: a digit read out of a step of softmax regression, and of the same update clipped and noised.

At a model of zeros the step on one image x of class c adds (1 - 1/10) times x to the row of c, and the same number to
its constant. The row divided by its constant is the image, to the last pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from physics.federation.digits import images_and_labels
from physics.validation import Floats
from tracks import Axis, Drawing, Figure, Panel, Table
from tracks.api import charts
from tracks.api.quantities import three_digits
from tracks.missions.privacy.accounting import calibrated_noise_of
from tracks.missions.privacy.setting import LEARNING_RATE, Setting

READ_OUT = "read_out"
IMAGE, CLASSES, SIDE = 3, 10, 8
GAP = 3.0  # between two pictures, in pixels of theirs
WIDTH = 3 * SIDE + 2 * GAP
MARGIN = 5.0  # above and below, so that a pixel is about as high as it is wide


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReadOut:
    """The image of one user and what is read out of the update computed from it, each (64,).

    Attributes:
        image: pixels, 0..1. plain: out of the update as it is. noised: out of the clipped and noised one.
        sigma: of the noise on every coordinate. likeness: of each picture read out with the image, -1..1.
    """

    image: Floats
    plain: Floats
    noised: Floats
    sigma: float
    likeness: tuple[float, float]


def panel() -> Panel:
    """Return the view of the first panel that shows the pictures."""
    return Panel(
        id=READ_OUT,
        question="What does one update of B show?",
        label="one update",
        x=Axis(label="", low=-1, high=WIDTH, scale="none"),
        y=Axis(label="", low=-MARGIN, high=SIDE + MARGIN, scale="none"),
    )


def read_out_of(setting: Setting, *, seed: int) -> ReadOut:
    """Return what an update shows at the promise of a setting, with the noise that each user would add alone."""
    noise = calibrated_noise_of(replace(setting, noise="local"))
    return read_out(setting.clip_norm, noise.multiplier, seed)


@lru_cache(maxsize=256)
def read_out(clip_norm: float, multiplier: float, seed: int) -> ReadOut:
    """Return what one update shows, as it is and clipped to a length with noise of so many such lengths."""
    images, labels = images_and_labels()
    image, label = images[IMAGE].ravel() / 16.0, int(labels[IMAGE])
    slope = np.eye(CLASSES)[label] - 1 / CLASSES  # of the log-likelihood, where every class is as likely
    update = LEARNING_RATE * np.outer(slope, np.append(image, 1.0))
    sigma = multiplier * clip_norm
    clipped = update * min(1.0, clip_norm / float(np.linalg.norm(update)))
    noised = clipped + np.random.default_rng(seed).normal(0.0, sigma, update.shape)
    plain, hidden = update[label, :-1] / update[label, -1], noised[label, :-1] / abs(noised[label, -1])
    return ReadOut(
        image=image,
        plain=plain,
        noised=hidden,
        sigma=sigma,
        likeness=(_likeness(plain, image), _likeness(hidden, image)),
    )


def _likeness(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def drawing(setting: Setting, *, seed: int) -> Drawing:
    """Return the three pictures of a setting."""
    found = read_out_of(setting, seed=seed)
    return Drawing(figure=partial(_figure, found), summary=summary(found), table=partial(_table, found))


def summary(found: ReadOut) -> str:
    """Return the message of the view, with the likeness of both pictures to the image."""
    plain, noised = (three_digits(round(one, 2)) for one in found.likeness)
    return (
        f"The image, to the last pixel: likeness {plain}. Clipped, with noise of {three_digits(found.sigma)} on every "
        f"coordinate: {noised}."
    )


def _pictures(found: ReadOut) -> tuple[tuple[str, Floats], ...]:
    low, high = float(found.noised.min()), float(found.noised.max())
    return (
        ("a user’s<br>image", found.image),  # in two lines: on a phone a name is wider than its picture
        ("read out<br>of B", found.plain),
        ("clipped,<br>noised", (found.noised - low) / (high - low or 1.0)),
    )


def _figure(found: ReadOut) -> Figure:
    parts = []
    for place, (name, pixels) in enumerate(_pictures(found)):
        left = place * (SIDE + GAP)
        parts.append(charts.picture(pixels.reshape(SIDE, SIDE), left=left, name=name.replace("<br>", " ")))
        parts.append(charts.note(left + (SIDE - 1) / 2, SIDE + 0.4, name, place="above"))
    return charts.figure(*parts)


def _table(found: ReadOut) -> Table:
    rows = tuple(
        (
            number // SIDE + 1,
            number % SIDE + 1,
            *(float(one[number]) for one in (found.image, found.plain, found.noised)),
        )
        for number in range(SIDE * SIDE)
    )
    return Table(columns=("row", "column", "image", "read out of B", "clipped and noised"), rows=rows)
