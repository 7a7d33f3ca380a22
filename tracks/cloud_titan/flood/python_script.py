"""What the rank of an adapter gains a tenant as one Python script that needs numpy alone: the numbers of the page."""

from __future__ import annotations

from string import Template

from tracks.cloud_titan.flood.model.quality import (
    FIRST_DOUBLING,
    LEARNING_RATE,
    LOCAL_STEPS,
    PERSONAL_STEPS,
    PROXY_RANKS,
    ROUNDS,
)
from tracks.cloud_titan.flood.setting import adapted_matrices
from tracks.cloud_titan.flood.state import State
from tracks.common.proxy_fleet import problem
from tracks.common.python_script import CITATION, images_in

_SCRIPT = Template('''\
"""$title

What a personal change of limited rank adds to a shared model: softmax regression on handwritten digits. Needs numpy.
It prints, by rank of the change, the accuracy of the clients on their own mix of digits, mean of all, and what it
gains over the shared model, in points. The last line is the gain of the adapter.
$citation
"""

import base64
import zlib

import numpy as np

RANK, MATRICES = $rank, $matrices  # of the adapter, and of a layer that it changes
FIRST_DOUBLING = $first_doubling  # doublings of rank x matrices that stand before rank 1 of the change
RANKS = $ranks
ROUNDS, LOCAL_STEPS = $rounds, $local_steps  # of the shared model; all clients take part
PERSONAL_STEPS = $personal_steps
LEARNING_RATE = $learning_rate
RIDGE = $ridge  # weight of the squared length of the model in the loss
FEATURES = $features  # leading directions of the images


$images

X, TEST = inputs(FEATURES)
OWN = [(X[own], Y[own]) for own in PARTITION]
MIXES = np.array([y.mean(axis=0) for _, y in OWN])


def change(model, x, y, steps):
    """What full-batch gradient steps on some images add to a model."""
    local = model
    for _ in range(steps):
        scores = x @ local
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = x.T @ (odds / odds.sum(axis=1, keepdims=True) - y) / len(x) + RIDGE * local
        local = local - LEARNING_RATE * slope
    return local - model


def own_accuracy(models):
    """Mean accuracy of the clients' models, where a test image weighs what the client has of its class."""
    right = answers(models, TEST) == TEST_LABELS
    by_class = np.stack([right[:, TEST_LABELS == digit].mean(axis=1) for digit in range(10)], axis=1)
    return (by_class * MIXES).sum(axis=1).mean()


shared = np.zeros((FEATURES + 1, 10))
for _ in range(ROUNDS):
    updates = np.array([change(shared, x, y, LOCAL_STEPS) for x, y in OWN])
    shared = shared + np.tensordot(SIZES / SIZES.sum(), updates, axes=1)
before = own_accuracy(np.array([shared] * len(OWN)))
changes = np.array([change(shared, x, y, PERSONAL_STEPS) for x, y in OWN])
left, lengths, right = np.linalg.svd(changes, full_matrices=False)
after = [own_accuracy(shared + left[:, :, :r] * lengths[:, None, :r] @ right[:, :r]) for r in RANKS]
print("rank   own       gained")
print(f"none   {before:.6f}")
for rank, accuracy in zip(RANKS, after):
    print(f"{rank:4d}   {accuracy:.6f}  {100 * (accuracy - before):7.4f}")
place = min(max(np.log2(RANK * MATRICES) - FIRST_DOUBLING, RANKS[0]), RANKS[-1])
print(f"adapter: plays as rank {place:.4f}, gains {100 * (np.interp(place, RANKS, after) - before):.4f}")
''')


def adapter_script(state: State, *, title: str) -> str:
    """Return the script of what each rank gains, and of the gain of a state's adapter."""
    node, setting = state.node, state.setting
    fleet = problem(node.fleet_seed, node.alpha)
    return _SCRIPT.substitute(
        title=title,
        citation=CITATION,
        rank=setting.rank,
        matrices=adapted_matrices(setting.targets),
        first_doubling=FIRST_DOUBLING.value,
        ranks=tuple(range(1, PROXY_RANKS + 1)),
        rounds=ROUNDS,
        local_steps=LOCAL_STEPS,
        personal_steps=PERSONAL_STEPS,
        learning_rate=LEARNING_RATE,
        ridge=fleet.regularization,
        features=fleet.dimension - 1,
        images=images_in(fleet),
    )
