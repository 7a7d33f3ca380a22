"""Bytes that one device moves, seconds of a transfer, and the compression at which both ways cost the same."""

from __future__ import annotations

from numpy.typing import ArrayLike

from physics.traffic.volume import (
    MAX_BYTES,
    MAX_ROUNDS,
    participation_bytes,
)
from physics.validation import Floats, as_floats, broadcast, to_scalar

_MIN_BYTES_PER_S = 1e-6


def device_bytes(
    rounds: ArrayLike,
    *,
    selected_share: ArrayLike,
    download_bytes: ArrayLike,
    upload_bytes: ArrayLike,
    attempts: ArrayLike = 1.0,
) -> float | Floats:
    r"""Bytes that one device moves over a horizon, the figure a data cap limits.

    .. math::

       \text{bytes} = R\,\frac{S}{K}\,(\text{download} + E[a]\,\text{upload})

    Parameters
    ----------
    rounds
        over the horizon [-], [0, 1e9].
    selected_share
        share of the clients invited to one round [-], [0, 1].
    download_bytes, upload_bytes
        of one client, one attempt [B], [0, 1e18].
    attempts
        mean attempts of an upload [-], [1, 1e6].

    Returns
    -------
    float or array
        [B], in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Notes
    -----
    The mean device. Under random selection the number of participations of one device spreads around it.

    Examples
    --------
    100 rounds, half of the clients each, 51.1 MB both ways: 5.1 GB.

    >>> device_bytes(100, selected_share=0.5, download_bytes=51.1e6, upload_bytes=51.1e6) / 1e9
    5.11
    """
    horizon = as_floats("rounds", rounds, low=0, high=MAX_ROUNDS)
    share = as_floats("selected_share", selected_share, low=0, high=1)
    down, up, sent = participation_bytes(download_bytes, upload_bytes, attempts)
    horizon, share, down, up, sent = broadcast(
        rounds=horizon, selected_share=share, download_bytes=down, upload_bytes=up, attempts=sent
    )
    return to_scalar(horizon * share * (down + sent * up))


def transfer_time_s(payload_bytes: ArrayLike, *, bytes_per_s: ArrayLike) -> float | Floats:
    r"""Time to move a payload over a link.

    .. math::

       t = \frac{\text{payload}}{\text{rate}}

    Parameters
    ----------
    payload_bytes
        [B], [0, 1e18].
    bytes_per_s
        rate of the link [B/s], [1e-6, 1e18].

    Returns
    -------
    float or array
        [s], in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Examples
    --------
    4 TB at 21 Mb/s, a day of a car's data over its uplink: 17.6 days.

    >>> round(transfer_time_s(4e12, bytes_per_s=21e6 / 8) / 86_400, 1)
    17.6
    """
    payload = as_floats("payload_bytes", payload_bytes, low=0, high=MAX_BYTES)
    rate = as_floats("bytes_per_s", bytes_per_s, low=_MIN_BYTES_PER_S, high=MAX_BYTES)
    payload, rate = broadcast(payload_bytes=payload, bytes_per_s=rate)
    return to_scalar(payload / rate)
