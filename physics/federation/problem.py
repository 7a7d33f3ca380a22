r"""The learning problem of every federated figure: handwritten digits partitioned among clients with skewed classes.

Model
-----
1,797 images of 8 x 8 pixels (UCI Optical Recognition of Handwritten Digits). Every fifth image is a test
image, index % 5 == 0; the others train. Pixels / 16, centred on the training mean, projected on the leading
right singular vectors of the centred training images, each row scaled to length 1, a constant 0.5 appended.
Targets are one-hot minus 0.1. The objective of client k with n_k images, and that of the fleet with p_k the client's
share of the images, are

.. math::

   f_k(W) = \frac{1}{2 n_k} \|X_k W - Y_k\|^2 + \frac{\lambda}{2} \|W\|^2, \qquad F = \sum_k p_k f_k

   A_k = \frac{X_k^\top X_k}{n_k} + \lambda I, \qquad B_k = \frac{X_k^\top Y_k}{n_k}

All clients of `digits_problem` hold equally many images. Each has a class mix of its own drawn from Dirichlet(alpha),
or each city has one, and its images are assigned to its clients at random. Images go to one client (or city) after the
other; a class that is used up leaves the mix of those that follow. Heterogeneity is zero when one model suits every
client: `heterogeneity`.

Validity
--------
Clients 1 to 1,437 (one image each), alpha 0.001 to 1e6, 1 to 64 features. Least squares on all the training
images is right on 333 of the 360 test images, 0.925, with 32 features. That is the ceiling of a run that
converges to the optimum; a run that ends elsewhere may by chance lie up to 2 points above it, so no target
should. What a client holds is finite: its realised mix is noisier than the Dirichlet draw, and Gamma
grows with the number of clients even at large alpha.

Leaves out
----------
Clients of unequal size (partition them yourself: `problem_from_partition`), writers with different handwriting,
features that drift, classes that appear later. The last clients get the images that are left, so at large alpha
they are the most skewed ones.

Nomenclature
------------
clients | K | 1 | simulated clients
alpha | alpha | 1 | concentration of the Dirichlet draw: small is skewed, large is alike
cities | - | 1 | groups of neighbouring clients that share one class mix
features | d - 1 | 1 | leading directions of the images that the model sees
regularization | lambda | 1 | weight of the squared length of the model in the objective
partition | - | 1 | for each client, the positions of its images among the training images
client_shares | p_k | 1 | share of all assigned images that a client holds
class_mix | - | 1 | share of each class among a client's images
city_mix | - | 1 | share of each class among a city's images
curvature | sum p_k A_k | 1 | second derivative of the fleet's objective
optimum | W* | 1 | weights of least squares on all assigned images
optimal_loss | F* | 1 | the fleet's objective at the optimum

References
----------
E. Alpaydin, C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
doi:10.24432/C50P49, CC BY 4.0.
T.-M. H. Hsu, H. Qi, M. Brown (2019), Measuring the Effects of Non-Identical Data Distribution for Federated
Visual Classification, arXiv:1909.06335 (one class mix per client).
X. Li, K. Huang, W. Yang, S. Wang, Z. Zhang (2020), On the Convergence of FedAvg on Non-IID Data, ICLR
(Gamma).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from physics.federation.digits import CLASSES, PIXELS, TRAIN_IMAGES, Digits, Integers, digits, read_only
from physics.validation import Floats, as_float, as_int

MAX_SEED = 2**53  # up to here every whole number is also a float
_TARGET_MEAN = 0.1
_NULL = 1e-12  # eigenvalues below this share of the largest belong to directions without data


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FederatedProblem:
    """Which client holds which images, and what is computed from it once for all runs; arrays are read-only.

    K clients, C cities, d = features + 1. ``partition`` K index arrays, ``city`` (K,) each client's city,
    ``client_sizes`` and ``client_shares`` (K,), ``class_mix`` (K, 10), ``city_mix`` (C, 10); per client the
    eigenvalues (K, d) and eigenvectors (K, d, d) of A_k, ``moments`` B_k (K, d, 10) and ``lowest_losses``
    F_k* (K,); for the fleet ``curvature`` (d, d), ``moment`` (d, 10), ``loss_at_zero`` F(0), ``optimum`` W*
    (d, 10), ``optimal_loss`` F*.
    """

    data: Digits
    partition: tuple[Integers, ...]
    city: Integers
    client_sizes: Floats
    client_shares: Floats
    class_mix: Floats
    city_mix: Floats
    regularization: float
    eigenvalues: Floats
    eigenvectors: Floats
    moments: Floats
    lowest_losses: Floats
    curvature: Floats
    moment: Floats
    loss_at_zero: float
    optimum: Floats
    optimal_loss: float

    @property
    def clients(self) -> int:
        """Number of clients."""
        return len(self.partition)

    @property
    def cities(self) -> int:
        """Number of cities; 1 when the fleet was not divided."""
        return len(self.city_mix)

    @property
    def dimension(self) -> int:
        """Features of the model, the constant included."""
        return len(self.curvature)


def digits_problem(
    *,
    clients: int,
    alpha: float,
    seed: int,
    cities: int | None = None,
    features: int = 32,
    regularization: float = 1e-4,
) -> FederatedProblem:
    r"""Return the digits partitioned among equal clients whose class mixes are drawn from Dirichlet(alpha).

    .. math::

       \text{mix}_k \sim \operatorname{Dirichlet}(\alpha, \dots, \alpha), \qquad n_k = \lfloor 1437 / K \rfloor

    Parameters
    ----------
    clients : int
        Clients K [1], 1 to 1437.
    alpha : float
        Concentration [1], 0.001 to 1e6: at 0.03 a client holds one or two classes, at 100 nearly all alike.
    seed : int
        Of the partition [1], 0 to 2**53.
    cities : int, optional
        Cities [1], 1 to ``clients``: neighbouring clients (the first K/cities are city 0, and so on; sizes
        differ by one at most) share one class mix. Without it each client has its own and the fleet counts
        as one city.
    features : int
        Leading directions of the images [1], 1 to 64.
    regularization : float
        Weight lam of the squared length of the model [1], 0 to 1.

    Returns
    -------
    FederatedProblem
        Immutable and kept: the same arguments give the same object.

    Raises
    ------
    ValueError
        An argument outside its range.

    Notes
    -----
    Images left over by the division (at most K - 1) are not assigned.

    References
    ----------
    Hsu, Qi, Brown (2019), arXiv:1909.06335.

    Examples
    --------
    1,437 training images over 50 clients are 28 each.

    >>> problem = digits_problem(clients=50, alpha=0.3, seed=1, cities=5)
    >>> problem.client_sizes[0], problem.city[[0, 9, 10, 49]]
    (np.float64(28.0), array([0, 0, 1, 4]))
    """
    count = as_int("clients", clients, low=1, high=TRAIN_IMAGES)
    return _digits_problem(
        count,
        as_float("alpha", alpha, low=1e-3, high=1e6),
        as_int("seed", seed, low=0, high=MAX_SEED),
        None if cities is None else as_int("cities", cities, low=1, high=count),
        as_int("features", features, low=1, high=PIXELS),
        as_float("regularization", regularization, low=0, high=1),
    )


@lru_cache(maxsize=64)
def _digits_problem(
    clients: int, alpha: float, seed: int, cities: int | None, features: int, regularization: float
) -> FederatedProblem:
    data = digits(features)
    random = np.random.default_rng(seed)
    groups = clients if cities is None else cities
    group = np.arange(clients) * groups // clients
    mixes = random.dirichlet(np.full(CLASSES, alpha), size=groups)
    share = TRAIN_IMAGES // clients
    by_group = _partition(data.train_labels, mixes, np.bincount(group) * share, random)
    # Within a city the images are shuffled, so that its clients differ by chance alone.
    partition = [own for images in by_group for own in random.permutation(images).reshape(-1, share)]
    return _problem(data, partition, group if cities else np.zeros_like(group), regularization)


def _partition(labels: Integers, mixes: Floats, sizes: Integers, random: np.random.Generator) -> list[Integers]:
    """Partition the images group by group, classes drawn from the group's mix among those with images left."""
    stacks = [random.permutation(np.flatnonzero(labels == digit)) for digit in range(CLASSES)]
    left = np.array([len(stack) for stack in stacks])
    partition = []
    for mix, size in zip(mixes, sizes, strict=True):
        taken = np.zeros(CLASSES, dtype=np.int64)
        wanted = int(size)
        while wanted:
            odds = mix * (left > taken)
            if odds.sum() == 0:
                odds = (left - taken).astype(np.float64)
            total = np.cumsum(odds)
            drawn = np.searchsorted(total, random.random(wanted) * total[-1], side="right")
            drawn = np.minimum(drawn, np.flatnonzero(odds)[-1])
            counted = taken + np.cumsum(np.eye(CLASSES, dtype=np.int64)[drawn], axis=0)
            too_many = (counted > left).any(axis=1)
            usable = int(too_many.argmax()) if too_many.any() else wanted
            taken = counted[usable - 1]
            wanted -= usable
        left = left - taken
        partition.append(
            np.concatenate([stacks[digit][left[digit] : left[digit] + taken[digit]] for digit in range(CLASSES)])
        )
    return partition


def problem_from_partition(
    partition: Sequence[Any], *, features: int = 32, regularization: float = 1e-4
) -> FederatedProblem:
    """Return the problem in which client k holds the training images ``partition[k]``.

    Parameters
    ----------
    partition : sequence of sequences of int
        For each client (1 to 1437 of them) the positions [1] of its images, 0 to 1436, among the training
        images, that is the images whose index is not a multiple of five, in their order. Clients may overlap.
    features : int
        Leading directions of the images [1], 1 to 64.
    regularization : float
        Weight lam of the squared length of the model [1], 0 to 1.

    Returns
    -------
    FederatedProblem
        Immutable; the fleet counts as one city.

    Raises
    ------
    ValueError
        No client, a client without images, a position that is not a whole number in 0 to 1436.

    Examples
    --------
    Three images with one client and one with the other: the shares are 3/4 and 1/4.

    >>> problem_from_partition([[0, 1, 2], [3]]).client_shares
    array([0.75, 0.25])
    """
    width = as_int("features", features, low=1, high=PIXELS)
    weight = as_float("regularization", regularization, low=0, high=1)
    is_array = isinstance(partition, np.ndarray) and partition.ndim > 0
    if not (is_array or isinstance(partition, (list, tuple))):
        wanted = "a list with one list of image positions per client"
        raise ValueError(f"partition must be {wanted}, got {partition!r:.80}")
    if not 1 <= len(partition) <= TRAIN_IMAGES:
        raise ValueError(f"partition must hold [1, {TRAIN_IMAGES}] clients, got {len(partition)}")
    clients = [_positions(f"partition[{client}]", images) for client, images in enumerate(partition)]
    return _problem(digits(width), clients, np.zeros(len(clients), dtype=np.int64), weight)


def _positions(name: str, images: Any) -> Integers:
    allowed = f"a non-empty list of whole numbers in [0, {TRAIN_IMAGES - 1}]"
    try:
        array = np.array(images)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be {allowed}, got {images!r:.80}") from None
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be {allowed}, got {images!r:.80}")
    outside = (array < 0) | (array >= TRAIN_IMAGES)
    if outside.any():
        raise ValueError(f"{name} must be {allowed}, got {array[outside][0]}")
    return array.astype(np.int64)


def _problem(data: Digits, partition: list[Integers], city: Integers, regularization: float) -> FederatedProblem:
    """Assemble what is the same for every run: class mixes, the spectrum of every client, the fleet's optimum."""
    dimension = data.train_inputs.shape[1]
    sizes = np.array([len(images) for images in partition], dtype=np.float64)
    shares = sizes / sizes.sum()
    grams = np.empty((len(partition), dimension, dimension))
    moments = np.empty((len(partition), dimension, CLASSES))
    class_mix = np.empty((len(partition), CLASSES))
    for client, images in enumerate(partition):
        inputs, one_hot = data.train_inputs[images], data.train_one_hot[images]
        grams[client] = inputs.T @ inputs / len(images)
        moments[client] = inputs.T @ (one_hot - _TARGET_MEAN) / len(images)
        class_mix[client] = one_hot.mean(axis=0)
    eigenvalues, eigenvectors = np.linalg.eigh(grams)
    eigenvalues = np.maximum(eigenvalues, 0) + regularization
    # Every target row has the same length, so that every objective starts at (0.9^2 + 9 * 0.1^2) / 2 = 0.45.
    loss_at_zero = ((1 - _TARGET_MEAN) ** 2 + (CLASSES - 1) * _TARGET_MEAN**2) / 2
    projected = eigenvectors.transpose(0, 2, 1) @ moments
    lowest_losses = loss_at_zero - (projected**2 * _inverse(eigenvalues)[..., None]).sum(axis=(1, 2)) / 2
    curvature = np.tensordot(shares, grams, axes=1) + regularization * np.eye(dimension)
    moment = np.tensordot(shares, moments, axes=1)
    optimum = symmetric_solution(curvature, moment)
    members = np.eye(city[-1] + 1)[city] * sizes[:, None]
    city_mix = members.T @ class_mix / members.sum(axis=0)[:, None]
    return FederatedProblem(
        data=data,
        partition=tuple(read_only(images) for images in partition),
        city=read_only(city),
        client_sizes=read_only(sizes),
        client_shares=read_only(shares),
        class_mix=read_only(class_mix),
        city_mix=read_only(city_mix),
        regularization=regularization,
        eigenvalues=read_only(eigenvalues),
        eigenvectors=read_only(eigenvectors),
        moments=read_only(moments),
        lowest_losses=read_only(lowest_losses),
        curvature=read_only(curvature),
        moment=read_only(moment),
        loss_at_zero=loss_at_zero,
        optimum=read_only(optimum),
        optimal_loss=float(loss_at_zero - (moment * optimum).sum() / 2),
    )


def _inverse(eigenvalues: Floats) -> Floats:
    """1/eigenvalue; 0 in the directions without data, which a run that starts at zero never enters."""
    size = np.abs(eigenvalues)
    present = size > _NULL * size.max(axis=-1, keepdims=True)
    inverse: Floats = np.where(present, 1 / np.where(present, eigenvalues, 1.0), 0.0)
    return inverse


def symmetric_solution(matrix: Floats, right: Floats) -> Floats:
    """Return the shortest W with ``matrix @ W = right``, for a symmetric matrix that may be singular."""
    eigenvalues, vectors = np.linalg.eigh(matrix)
    solution: Floats = vectors @ (_inverse(eigenvalues)[:, None] * (vectors.T @ right))
    return solution


def heterogeneity(problem: FederatedProblem) -> float:
    r"""Return Gamma, how much worse one model for all does than a model for each client.

    .. math::

       \Gamma = F^* - \sum_k p_k F_k^*

    Parameters
    ----------
    problem : FederatedProblem
        Clients and their images.

    Returns
    -------
    float
        Gamma [1, in units of the objective], at least 0.

    Raises
    ------
    ValueError
        ``problem`` is not a FederatedProblem.

    Notes
    -----
    About 0.08 / 0.13 / 0.153 at alpha 100 / 0.3 / 0.05 with 20 clients of 71 images. Bounded by F* = 0.163:
    with 50 clients of 28 images fewer images than features let every client fit its own almost perfectly,
    and Gamma stays above 0.155 whatever alpha is.

    References
    ----------
    Li, Huang, Yang, Wang, Zhang (2020), On the Convergence of FedAvg on Non-IID Data.

    Examples
    --------
    Clients with the same images need no compromise.

    >>> round(heterogeneity(problem_from_partition([range(100), range(100)])), 12)
    0.0
    """
    check_problem(problem)
    return max(0.0, float(problem.optimal_loss - problem.client_shares @ problem.lowest_losses))


def check_problem(problem: Any) -> None:
    """Refuse anything but a FederatedProblem, with a ValueError."""
    if not isinstance(problem, FederatedProblem):
        made_by = "digits_problem or problem_from_partition"
        raise ValueError(f"problem must be a FederatedProblem made by {made_by}, got {problem!r:.80}")
