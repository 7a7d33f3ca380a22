"""Why the average of the clients' best models is not the best model: two clients, one parameter, in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from physics.federation import QuadraticFixedPoint, quadratic_fixed_point
from physics.validation import Floats
from tracks import Axis, Demonstration, Drawing, Figure, Panel, Slider, Table
from tracks.api import charts
from tracks.api.quantities import in_words, three_digits

WEIGHT_SHOWN, LOSS_SHOWN = 2.5, 2.5  # the model from -2.5 to 2.5, the loss from 0
LABELLED = 2.2  # the loss beside which the average is named: above its least at every distance, which is at most 2
SAMPLES = 121  # of each curve
ROUNDING = 1e-14  # what rounding leaves of a model that is 0

SLIDERS = (
    Slider(
        id="local_steps", label="Local steps", unit="steps", minimum=1, maximum=100, step=0.02, default=20,
        scale="log", whole=True,
    ),
    Slider(
        id="curvature_ratio", label="Curvature of client 2 over client 1", unit="x", minimum=1, maximum=10, step=0.02,
        default=5, scale="log",
    ),
    Slider(
        id="distance", label="Distance of their best models", unit="", minimum=0, maximum=4, step=0.1, default=3,
    ),
    Slider(
        id="learning_rate", label="Step size", unit="", minimum=0.01, maximum=1, step=0.02, default=0.1, scale="log",
    ),
)  # fmt: skip

PANEL = Panel(
    id="two_clients",
    question="Two clients, one parameter: where do rounds settle?",
    x=Axis(label="model w", low=-WEIGHT_SHOWN, high=WEIGHT_SHOWN),
    y=Axis(label="loss", low=0, high=LOSS_SHOWN),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoClients:
    """Two clients of equal weight whose curvatures have the mean 1, and where their rounds end.

    Parameters
    ----------
    curvatures, optima : tuple[float, float]
        Of each client's quadratic loss, and its best model.
    local_steps : int
        Local steps in a round.
    point : QuadraticFixedPoint
        Where rounds settle, the best model and the average of the two.
    """

    curvatures: tuple[float, float]
    optima: tuple[float, float]
    local_steps: int
    point: QuadraticFixedPoint

    def losses(self, weight: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Return the loss of client 1, of client 2 and their average at models of any shape."""
        own = [
            bend / 2 * (np.asarray(weight) - best) ** 2 for bend, best in zip(self.curvatures, self.optima, strict=True)
        ]
        return own[0], own[1], (own[0] + own[1]) / 2

    def average_loss(self, weight: float) -> float:
        """Return the average loss at one model."""
        return float(self.losses(weight)[2])

    def above_best(self, weight: float) -> float:
        """Return the average loss at one model above the least: its curvature is 1."""
        return (weight - self.point.optimum) ** 2 / 2


def two_clients(*, local_steps: int, curvature_ratio: float, distance: float, learning_rate: float) -> TwoClients:
    """Return the clients of the sliders' values; their best models stand at equal distances from 0."""
    curvatures = 2 / (1 + curvature_ratio), 2 * curvature_ratio / (1 + curvature_ratio)
    optima = -distance / 2, distance / 2
    point = quadratic_fixed_point(
        curvatures=curvatures, optima=optima, shares=(1, 1), local_steps=local_steps, learning_rate=learning_rate
    )
    return TwoClients(curvatures=curvatures, optima=optima, local_steps=local_steps, point=point)


def draw(*, local_steps: int, curvature_ratio: float, distance: float, learning_rate: float) -> Drawing:
    """Return both clients' losses and their average, with the average model, the best, and where rounds settle."""
    clients = two_clients(
        local_steps=local_steps, curvature_ratio=curvature_ratio, distance=distance, learning_rate=learning_rate
    )
    return Drawing(
        figure=partial(_figure, clients),
        summary=_summary(clients),
        table=partial(_table, clients),
        point=(clients.point.weight, clients.average_loss(clients.point.weight)),
    )


def _summary(clients: TwoClients) -> str:
    point, reason = clients.point, _no_bias(clients)
    if reason:
        return f"0 bias: {reason}, so rounds settle at the best model, w = {_text(point.optimum)}."
    return (
        f"{_text(point.excess_loss)} of bias: rounds of {in_words(clients.local_steps, 'steps')} settle at w = "
        f"{_text(point.weight)}, the best is {_text(point.optimum)}, the plain average {_text(point.average)}. "
        "It vanishes with one local step, equal curvatures or equal best models."
    )


def _no_bias(clients: TwoClients) -> str:
    """Why rounds settle at the best model; "" where they do not."""
    if clients.optima[0] == clients.optima[1]:
        return "both clients have the same best model"
    if clients.curvatures[0] == clients.curvatures[1]:
        return "both losses have the same curvature"
    return "with one local step a round is a step on the average loss" if clients.local_steps == 1 else ""


def _figure(clients: TwoClients) -> Figure:
    point = clients.point
    weights = np.linspace(-WEIGHT_SHOWN, WEIGHT_SHOWN, SAMPLES)
    first, second, average = clients.losses(weights)
    return charts.figure(
        charts.curve(weights, first, name="client 1", series=1),
        charts.curve(weights, second, name="client 2", series=2),
        charts.curve(weights, average, name="average loss"),
        charts.note(_left_at(clients, LABELLED), LABELLED, "average", place="left"),
        charts.point(
            clients.optima[0], 0, name="best of client 1", series=1, role="other", label="client 1", place="above"
        ),
        charts.point(
            clients.optima[1], 0, name="best of client 2", series=2, role="other", label="client 2", place="above"
        ),
        _mark(clients, point.average, "plain average", "left"),
        _mark(clients, point.optimum, "best", "above-right"),
        charts.point(
            point.weight, clients.average_loss(point.weight), name="rounds settle", label="rounds settle", place="above"
        ),
    )


def _left_at(clients: TwoClients, loss: float) -> float:
    """The smaller of the two models at which the average loss is that, which must not lie below the least."""
    optimum = clients.point.optimum
    return float(optimum - math.sqrt(2 * (loss - clients.average_loss(optimum))))


def _mark(clients: TwoClients, weight: float, name: str, place: str) -> charts.Part:
    return charts.point(weight, clients.average_loss(weight), name=name, role="other", label=name, place=place)


def _table(clients: TwoClients) -> Table:
    point = clients.point
    rows = (
        ("plain average", point.average),
        ("rounds settle", point.weight),
        ("best", point.optimum),
    )
    return Table(
        columns=("model", "w", "average loss", "above the best"),
        rows=tuple((name, w, clients.average_loss(w), clients.above_best(w)) for name, w in rows),
    )


def _text(value: float) -> str:
    return three_digits(value if abs(value) > ROUNDING else 0.0)


DEMONSTRATION = Demonstration(
    title="Why averaging is not enough",
    text="Each client steps toward its own best model, and the server averages where they end. The best model of both "
    "counts a client by the curvature of its loss. Many local steps bring every client to its own best model, whatever "
    "its curvature, so rounds settle at the plain average of the two.",
    sliders=SLIDERS,
    panel=PANEL,
    draw=draw,
)
