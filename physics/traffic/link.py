"""What an unreliable link does to an update: how often it is sent, whether it arrives, what the failures cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from physics.validation import Floats, as_floats, as_ints, broadcast, to_scalar

_MAX_ATTEMPTS = 1e6
_MAX_JOULES = 1e12
_MAX_SECONDS = 1e12
_MAX_BYTES = 1e18
_MIN_DIVISOR = 1e-12  # of what a ratio divides by, so that the ratio stays finite
_MIN_SUCCESS = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """What becomes of an upload that is tried again until it arrives or is given up.

    Parameters
    ----------
    delivered
        probability that it arrives [-].
    attempts
        mean number of attempts, given up ones included [-].
    wasted
        share of the energy that no delivered update needed [-].
    """

    delivered: float | Floats
    attempts: float | Floats
    wasted: float | Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class CommunicationToCompute:
    """What is spent on moving for each unit of learning that arrives.

    Parameters
    ----------
    seconds
        of communication for each second of delivered learning [-].
    joules
        of communication for each joule of delivered learning [-].
    """

    seconds: float | Floats
    joules: float | Floats


def _missed(r: Any, attempts: Any) -> Any:
    """Return (1 - r)^attempts; exact at r = 1 and r = 0, and keeping the digits of a small r."""
    certain = r == 1
    return np.where(certain, attempts == 0, np.exp(attempts * np.log1p(-np.where(certain, 0.0, r))))


def _delivered_and_attempts(r: Any, most: Any) -> tuple[Any, Any]:
    """Return 1 - (1-r)^A and its quotient by r, whose limit at r = 0 is A."""
    inner = np.clip(r, np.finfo(np.float64).tiny, 1 - np.finfo(np.float64).epsneg)
    arrives = -np.expm1(most * np.log1p(-inner))
    delivered = np.where(r == 1, 1.0, np.where(r == 0, 0.0, arrives))
    # One attempt is always made; rounding must not give 0.9999999999999998.
    return delivered, np.where(r == 1, 1.0, np.clip(arrives / inner, 1.0, most))


def retry(success: ArrayLike, *, max_attempts: ArrayLike, compute_j: ArrayLike, transmit_j: ArrayLike) -> Retry:
    r"""What becomes of an upload over a link that fails, tried again up to ``max_attempts`` times.

    .. math::

       p = 1 - (1 - r)^A, \qquad E[a] = \frac{p}{r}, \qquad \text{wasted} = 1 - \frac{p\,(e_c + e_t)}{e_c + E[a]\,e_t}

    Parameters
    ----------
    success
        probability that one attempt arrives, r [-], [0, 1].
    max_attempts
        A [-], whole, [1, 1e6].
    compute_j
        energy of learning, spent once whether or not the update arrives, e_c [J], [0, 1e12].
    transmit_j
        energy of one attempt, e_t [J], [0, 1e12]; not zero where ``compute_j`` is zero too.

    Returns
    -------
    Retry
        each field in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, both energies zero, or shapes that do not broadcast.

    Notes
    -----
    Attempts are independent. At r = 0 nothing arrives, all A attempts are made and all energy is wasted. A delivered
    update needs one learning and one attempt; everything else is waste.

    Examples
    --------
    "80% of the power goes into failed syncs" is a link of 0.2, one attempt, and no count of the learning.

    >>> outcome = retry(0.2, max_attempts=1, compute_j=0.0, transmit_j=1.0)
    >>> outcome.attempts, round(outcome.delivered, 12), round(outcome.wasted, 12)
    (1.0, 0.2, 0.8)
    """
    r = as_floats("success", success, low=0, high=1)
    most = as_ints("max_attempts", max_attempts, low=1, high=_MAX_ATTEMPTS)
    learning = as_floats("compute_j", compute_j, low=0, high=_MAX_JOULES)
    sending = as_floats("transmit_j", transmit_j, low=0, high=_MAX_JOULES)
    r, most, learning, sending = broadcast(success=r, max_attempts=most, compute_j=learning, transmit_j=sending)
    total = learning + sending
    if not (total > 0).all():
        raise ValueError("compute_j + transmit_j must lie in (0, 2e+12], got 0: no energy, so no share of it")
    delivered, attempts = _delivered_and_attempts(r, most)
    # The same fraction without its cancellation: 1 - delivered = (1-r)^A, E[attempts] - delivered = E[attempts] (1-r).
    share = sending / total
    wasted = ((1 - share) * _missed(r, most) + share * attempts * (1 - r)) / (1 - share + share * attempts)
    return Retry(delivered=to_scalar(delivered), attempts=to_scalar(attempts), wasted=to_scalar(wasted))


def message_reliability(
    payload_bytes: ArrayLike, *, packet_bytes: ArrayLike, packet_error_rate: ArrayLike
) -> float | Floats:
    r"""Probability that every packet of a message arrives, none being sent twice: `retry`'s ``success``.

    .. math::

       r = (1 - \text{PER})^{\lceil \text{payload} / \text{packet} \rceil}

    Parameters
    ----------
    payload_bytes
        of the message [B], [0, 1e18].
    packet_bytes
        payload of one packet [B], [1, 1e18].
    packet_error_rate
        PER [-], [0, 1].

    Returns
    -------
    float or array
        [-], in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Notes
    -----
    Packets are lost independently; bursts make a long message more reliable than this.

    Examples
    --------
    One mesh message of 384 bytes in 32 segments of 12, 1% lost: 0.99^32.

    >>> round(message_reliability(384, packet_bytes=12, packet_error_rate=0.01), 4)
    0.725
    """
    payload = as_floats("payload_bytes", payload_bytes, low=0, high=_MAX_BYTES)
    packet = as_floats("packet_bytes", packet_bytes, low=1, high=_MAX_BYTES)
    lost = as_floats("packet_error_rate", packet_error_rate, low=0, high=1)
    payload, packet, lost = broadcast(payload_bytes=payload, packet_bytes=packet, packet_error_rate=lost)
    return to_scalar(_missed(lost, np.ceil(payload / packet)))


def communication_to_compute(
    success: ArrayLike,
    *,
    max_attempts: ArrayLike,
    compute_s: ArrayLike,
    transmit_s: ArrayLike,
    compute_j: ArrayLike,
    transmit_j: ArrayLike,
    receive_s: ArrayLike = 0.0,
    receive_j: ArrayLike = 0.0,
) -> CommunicationToCompute:
    r"""Seconds and joules spent on moving, for each second and joule of learning that arrives.

    .. math::

       \text{ratio} = \frac{\text{receive} + E[a]\,\text{transmit}}{p \cdot \text{compute}}

    Without a download that is transmit / (r compute), however often an upload is tried.

    Parameters
    ----------
    success
        probability that one attempt arrives, r [-], [1e-6, 1].
    max_attempts
        A [-], whole, [1, 1e6].
    compute_s
        time of learning in one participation [s], [1e-12, 1e12].
    transmit_s
        time of one attempt [s], [0, 1e12].
    compute_j
        energy of learning in one participation [J], [1e-12, 1e12].
    transmit_j
        energy of one attempt [J], [0, 1e12].
    receive_s, receive_j
        of one download, which is taken to arrive [s], [J], [0, 1e12].

    Returns
    -------
    CommunicationToCompute
        each field in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Notes
    -----
    Learning that never arrives is not learning of the fleet, so it does not count in the denominator: that is why
    the ratio grows on a bad link even when nothing is sent twice.

    Examples
    --------
    10 s and 20 J of learning, 4 s and 2 J of sending, half of it lost.

    >>> communication_to_compute(0.5, max_attempts=3, compute_s=10, transmit_s=4, compute_j=20, transmit_j=2)
    CommunicationToCompute(seconds=0.8, joules=0.2)
    """
    r = as_floats("success", success, low=_MIN_SUCCESS, high=1)
    most = as_ints("max_attempts", max_attempts, low=1, high=_MAX_ATTEMPTS)
    learning_s = as_floats("compute_s", compute_s, low=_MIN_DIVISOR, high=_MAX_SECONDS)
    learning_j = as_floats("compute_j", compute_j, low=_MIN_DIVISOR, high=_MAX_JOULES)
    sending_s = as_floats("transmit_s", transmit_s, low=0, high=_MAX_SECONDS)
    sending_j = as_floats("transmit_j", transmit_j, low=0, high=_MAX_JOULES)
    fetching_s = as_floats("receive_s", receive_s, low=0, high=_MAX_SECONDS)
    fetching_j = as_floats("receive_j", receive_j, low=0, high=_MAX_JOULES)
    r, most, learning_s, learning_j, sending_s, sending_j, fetching_s, fetching_j = broadcast(
        success=r,
        max_attempts=most,
        compute_s=learning_s,
        compute_j=learning_j,
        transmit_s=sending_s,
        transmit_j=sending_j,
        receive_s=fetching_s,
        receive_j=fetching_j,
    )
    delivered, _ = _delivered_and_attempts(r, most)
    return CommunicationToCompute(  # E[attempts] / delivered is 1/r
        seconds=to_scalar((fetching_s / delivered + sending_s / r) / learning_s),
        joules=to_scalar((fetching_j / delivered + sending_j / r) / learning_j),
    )
