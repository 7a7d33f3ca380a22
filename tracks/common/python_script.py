"""A federated run as one Python script that needs numpy alone: the images, the partition and the draws are in it."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from functools import lru_cache
from string import Template
from typing import Any

import numpy as np

from physics.federation import FederatedProblem
from physics.federation.digits import images_and_labels
from tracks.common.federated_runs import ALGORITHMS, Algorithm, Learning, participation
from tracks.common.proxy_fleet import problem as fleet_problem

CITATION = """\
Images: E. Alpaydin, C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
doi:10.24432/C50P49, CC BY 4.0."""
_IMAGES = Template('''\
def unpack(text, kind):
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), kind)


# 64 pixels of 0 to 16 of each of 1,797 images, pixel after pixel; their classes. Every fifth image is a test image.
PIXELS = unpack("$pixels", "u1").reshape(64, -1).T
LABELS = unpack("$labels", "u1")
IS_TEST = np.arange(len(LABELS)) % 5 == 0
Y, TEST_LABELS = np.eye(10)[LABELS[~IS_TEST]], LABELS[IS_TEST]
# How many training images each client holds, and which: their positions, client after client.
SIZES = unpack("$sizes", "<u2").astype(int)
PARTITION = np.split(unpack("$partition", "<u2"), np.cumsum(SIZES)[:-1])


def inputs(features):
    """What a model sees of the training and of the test images: leading directions, at length 1, and a constant."""
    centred = PIXELS / 16 - (PIXELS / 16)[~IS_TEST].mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred[~IS_TEST], full_matrices=False)
    directions[lengths < 1e-12 * lengths[0]] = 0
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1, keepdims=True), axis=1)
    directions = np.where(largest < 0, -directions, directions)  # their sign is a convention
    seen = centred @ directions[:features].T
    seen = np.hstack([seen / np.linalg.norm(seen, axis=1, keepdims=True), np.full((len(seen), 1), 0.5)])
    return seen[~IS_TEST], seen[IS_TEST]


def answers(models, images):
    """The class that each model answers for each image; of equal scores the first."""
    scores = images @ models
    slack = 1e-10 * np.abs(models).max(axis=(-2, -1), keepdims=True)
    return (scores >= scores.max(axis=-1, keepdims=True) - slack).argmax(axis=-1)
''')
_SCRIPT = Template('''\
"""$title

$algorithm with softmax regression on handwritten digits: $runs of $rounds rounds, $clients. Needs numpy.
It prints, before the first and after every round, the fleet's loss and accuracy, mean of the runs, and the score that
the page draws: the mean of the last fifth of the rounds so far, of 10 at most.
$citation
"""

import base64
import zlib

import numpy as np

IS_SCAFFOLD = $is_scaffold
LOCAL_STEPS = $local_steps
LEARNING_RATE = $learning_rate
PROXIMAL = $proximal  # weight of the term that keeps a client near the model it received
SERVER_LEARNING_RATE = $server_learning_rate
RIDGE = $ridge  # weight of the squared length of the model in the loss
FEATURES = $features  # leading directions of the images
CLIP = $clip  # largest length of an update, or None
NOISE_MULTIPLIER = $noise_multiplier  # standard deviation of the noise over CLIP
LOCAL_NOISE = $local_noise  # every client adds noise, not the server
NOISE_SEEDS = $seeds  # a run each


$images

# How many updates arrive: runs x rounds x clients.
RECEIVED = unpack("$received", "<u4").reshape($shape).astype(int)
X, TEST = inputs(FEATURES)
OWN = [(X[own], Y[own]) for own in PARTITION]


def update(model, x, y, correction):
    """What a client's full-batch gradient steps add to the model."""
    local = model
    for _ in range(LOCAL_STEPS):
        scores = x @ local
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = x.T @ (odds / odds.sum(axis=1, keepdims=True) - y) / len(x) + RIDGE * local
        local = local - LEARNING_RATE * (slope + PROXIMAL * (local - model) + correction)
    return local - model


def judge(model):
    """The fleet's loss and the accuracy on the test images."""
    scores = X @ model
    top = scores.max(axis=1)
    losses = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top - (scores * Y).sum(axis=1)
    loss = np.mean(losses[np.concatenate(PARTITION)]) + RIDGE / 2 * (model**2).sum()
    return loss, np.mean(answers(model, TEST) == TEST_LABELS)


def run(received, seed):
    model = np.zeros((FEATURES + 1, 10))
    control, controls = np.zeros_like(model), np.zeros((len(SIZES), *model.shape))
    noise = np.random.default_rng((seed, 2))
    curve = [judge(model)]
    for counts in received:
        drawn = noise.standard_normal(model.shape) if NOISE_MULTIPLIER else 0.0
        who = counts.nonzero()[0]
        if len(who):
            weights = np.ones(len(who)) if IS_SCAFFOLD else SIZES[who]
            shares = weights / (weights * counts[who]).sum()  # of a single update of each client
            updates = np.array([update(model, *OWN[k], control - controls[k]) for k in who])
            if IS_SCAFFOLD:
                changes = -control - updates / (LOCAL_STEPS * LEARNING_RATE)
                controls[who] += changes
                control = control + changes.sum(axis=0) / len(SIZES)
            if CLIP is not None:
                long = np.linalg.norm(updates, axis=(1, 2), keepdims=True)
                updates *= CLIP / np.maximum(long, CLIP)
                spread = np.sqrt((counts[who] * shares**2).sum()) if LOCAL_NOISE else shares.max()
                drawn = NOISE_MULTIPLIER * CLIP * spread * drawn
            step = np.tensordot(shares * counts[who], updates, axes=1) + drawn
            model = model + SERVER_LEARNING_RATE * step
        curve.append(judge(model))
    return curve


loss, accuracy = np.mean([run(*each) for each in zip(RECEIVED, NOISE_SEEDS)], axis=0).T
print("round    loss      accuracy  score")
for t in range(len(loss)):
    window = min(10, max(1, t // 5))
    score = accuracy[t + 1 - window : t + 1].mean()
    print(f"{t:5d}  {loss[t]:.6f}  {accuracy[t]:.6f}  {score:.6f}")
''')


def federated_script(
    problem: FederatedProblem,
    *,
    title: str,
    received: np.ndarray,
    algorithm: Algorithm,
    local_steps: int,
    learning_rate: float,
    proximal: float = 0.0,
    server_learning_rate: float = 1.0,
    clip: float | None = None,
    noise_multiplier: float = 0.0,
    local_noise: bool = False,
    seeds: Sequence[int] | None = None,
) -> str:
    """Return the script of some runs of softmax regression, with the arguments of ``physics.federation.simulate``.

    The script does not scale down what outgrows all bounds, so a run that diverges is another one there.

    Args:
        problem: whose images each client holds.
        title: the script's first line.
        received: how many updates arrive, runs x rounds x clients.
        algorithm, local_steps, learning_rate, proximal, server_learning_rate, clip, noise_multiplier: as in simulate.
        local_noise: whether every client adds noise; without it the server does.
        seeds: of each run's noise; 0 without noise.
    """
    runs, rounds, clients = received.shape
    return _SCRIPT.substitute(
        title=title,
        algorithm=ALGORITHMS[algorithm],
        runs=f"{runs} runs" if runs > 1 else "a run",
        rounds=rounds,
        clients=f"{clients} clients" if clients > 1 else "a client",
        is_scaffold=algorithm == "scaffold",
        local_steps=local_steps,
        learning_rate=float(learning_rate),
        proximal=float(proximal),
        server_learning_rate=float(server_learning_rate),
        ridge=problem.regularization,
        features=problem.dimension - 1,
        clip=None if clip is None else float(clip),
        noise_multiplier=float(noise_multiplier),
        local_noise=local_noise,
        seeds=(0,) * runs if seeds is None else tuple(int(seed) for seed in seeds),
        citation=CITATION,
        images=images_in(problem),
        received=_packed(received, "<u4"),
        shape=", ".join(map(str, received.shape)),
    )


def images_in(problem: FederatedProblem) -> str:
    """Return the part of a script that holds images and partition, and computes what a model sees and answers.

    The script imports base64, zlib and numpy before it.
    """
    _, labels = images_and_labels()
    return _IMAGES.substitute(
        pixels=_pixels(),
        labels=_packed(labels, "u1"),
        sizes=_packed(problem.client_sizes, "<u2"),
        partition=_packed(np.concatenate(problem.partition), "<u2"),
    )


def learning_script(learning: Learning, *, title: str) -> str:
    """Return the script of the runs of a bench's state."""
    return federated_script(
        fleet_problem(learning.fleet_seed, learning.alpha),
        title=title,
        received=participation(learning),
        algorithm=learning.algorithm,
        local_steps=learning.local_steps,
        learning_rate=learning.learning_rate,
        proximal=learning.proximal,
    )


@lru_cache(maxsize=1)
def _pixels() -> str:
    """Return the images, pixel after pixel: neighbours in this order are alike, which packs best."""
    images, _ = images_and_labels()
    return _packed(images.reshape(len(images), -1).T, "u1")


def _packed(numbers: Any, kind: str) -> str:
    packer = zlib.compressobj(9, strategy=zlib.Z_FILTERED)
    packed = packer.compress(np.ascontiguousarray(numbers, kind).tobytes()) + packer.flush()
    return base64.b64encode(packed).decode()
