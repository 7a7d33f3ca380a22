"""What a day's learning does to an accent as one Python script that needs numpy alone: the curve of the page."""

from __future__ import annotations

from string import Template

from tracks.common.python_script import CITATION, images_in
from tracks.mobile_nomad.battery.model.personalisation import (
    CLOUD_STEPS,
    FEATURES,
    FEDERATED_SHARE,
    LADDER,
    LEARNING_RATE,
    learners,
    steps_of,
)
from tracks.mobile_nomad.battery.setting import MINUTES
from tracks.mobile_nomad.battery.state import State

_SCRIPT = Template('''\
"""$title

What learning does to the wearer's accent and to all accents: softmax regression on handwritten digits. Needs numpy.
It prints, by local steps, one a pass over a day's speech, the minutes a day that they take, the accuracy on the own
accent, mean of the wearers, and on all, and what both have gained, in points.
$citation
"""

import base64
import zlib

import numpy as np

STEPS = $steps
MINUTES_PER_STEP = $minutes_per_step
FEDERATED_SHARE = $federated_share  # of a change that is the fleet's mean
RANK = $rank  # of a change, or None
REACH = $reach  # share of a change that the method can make
DISTANCE, START_DISTANCE = $distance, $start_distance  # from the accent: of the shipped model, of where learning starts
LEARNING_RATE = $learning_rate
RIDGE = $ridge  # weight of the squared length of the model in the loss
FEATURES, ALL_FEATURES = $features, $all_features  # leading directions of the images, as learnt and as shipped
WEARERS, OTHERS = $wearers, $others  # of the accent; one client of each other city
UNSEEN = $city  # the clients whose images the shipped model lacks


$images

def chances(model, x):
    powers = np.exp(x @ model - (x @ model).max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def slope(model, x, y):
    return x.T @ (chances(model, x) - y) / len(x) + RIDGE * model


def best(x, y):
    """The model of least cross-entropy on some images, by Newton's method."""
    model, size = np.zeros((x.shape[1], 10)), x.shape[1]
    for _ in range(60):
        odds, bend = chances(model, x), np.empty((10, size, 10, size))
        for a, b in np.ndindex(10, 10):
            bend[a, :, b] = x.T @ ((odds[:, a] * ((a == b) - odds[:, b]) / len(x))[:, None] * x)
        bend = bend.reshape(10 * size, -1) + RIDGE * np.eye(10 * size)
        step = np.linalg.solve(bend, slope(model, x, y).T.ravel()).reshape(10, size).T
        length = np.linalg.norm(step)
        model = model - step / max(1, length / 10)  # the first steps would overshoot
        if length < 1e-8:
            break
    return model


def shipped(x, distance):
    """The best model of everyone, mixed with that of everyone outside the wearers' city."""
    everyone = np.concatenate(PARTITION)
    others = np.concatenate([own for k, own in enumerate(PARTITION) if k not in UNSEEN])
    return distance * best(x[others], Y[others]) + (1 - distance) * best(x[everyone], Y[everyone])


def scores(models, test):
    """Accuracy on the own accent, where a test image weighs what the wearer has of its class, and on all."""
    right = answers(models, test) == TEST_LABELS
    by_class = np.stack([right[:, TEST_LABELS == digit].mean(axis=1) for digit in range(10)], axis=1)
    mixes = np.array([Y[PARTITION[k]].mean(axis=0) for k in WEARERS])
    return np.array([(by_class * mixes).sum(axis=1).mean(), right.mean()])


x, test = inputs(ALL_FEATURES)
before = scores(np.array([shipped(x, DISTANCE)] * len(WEARERS)), test)
x, test = inputs(FEATURES)
start = shipped(x, START_DISTANCE)
models, done = {k: start for k in WEARERS + OTHERS}, 0
print("steps  minutes  own       all       own gained  all gained")
for steps in STEPS:
    for k, model in models.items():
        for _ in range(steps - done):
            model = model - LEARNING_RATE * slope(model, x[PARTITION[k]], Y[PARTITION[k]])
        models[k] = model
    done, changes = steps, np.array(list(models.values())) - start
    if RANK is not None:
        left, lengths, right = np.linalg.svd(changes, full_matrices=False)
        changes = left[:, :, :RANK] * lengths[:, None, :RANK] @ right[:, :RANK]
    own, fleet = REACH * changes[: len(WEARERS)], REACH * changes[[0, *range(len(WEARERS), len(changes))]].mean(axis=0)
    after = scores(start + (1 - FEDERATED_SHARE) * own + FEDERATED_SHARE * fleet, test)
    own, everyone = 100 * (after - before)
    print(f"{steps:5d}  {steps * MINUTES_PER_STEP:7.2f}  {after[0]:.6f}  {after[1]:.6f}  {own:10.4f}  {everyone:10.4f}")
''')


def accent_script(state: State, *, title: str) -> str:
    """Return the script of what a state's learning does to both accuracies, along the steps of the page's curve.

    Where the voice is uploaded nothing is learnt on the glasses, and the curve is one point, at the least minutes.
    """
    task, who, passes = state.task, learners(state.task), state.day.passes
    uploaded = task.data == "upload"
    return _SCRIPT.substitute(
        title=title,
        citation=CITATION,
        steps=(CLOUD_STEPS,) if uploaded else tuple(sorted({*LADDER, steps_of(passes)})),
        minutes_per_step=MINUTES[0] / CLOUD_STEPS if uploaded else state.setting.minutes / passes,
        federated_share=0.0 if task.data == "local" else FEDERATED_SHARE,
        rank=task.rank,
        reach=task.reach,
        distance=task.distance,
        start_distance=0.0 if uploaded else task.distance,
        learning_rate=LEARNING_RATE,
        ridge=who.problem.regularization,
        features=task.features,
        all_features=FEATURES,
        wearers=who.wearers,
        others=who.others,
        city=who.city,
        images=images_in(who.problem),
    )
