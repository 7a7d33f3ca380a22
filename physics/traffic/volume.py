"""What one round moves, what a day of rounds moves, and what moving the data instead would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from physics.validation import Floats, as_float, as_floats, broadcast, to_scalar

# Legal ranges: far beyond any fleet, and small enough that no product of them leaves float64.
MAX_BYTES = 1e18
_MAX_CLIENTS = 1e12
_MAX_ATTEMPTS = 1e6
MAX_ROUNDS = 1e9
_MIN_RAW_BYTES = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakeven:
    """Smallest compression, at least 1, at which federating moves no more bytes than centralising.

    Parameters
    ----------
    both_ways
        download and upload both compressed [x].
    upload_only
        upload compressed, download whole [x]; None where the download alone already moves too much.
    """

    both_ways: float
    upload_only: float | None


def participation_bytes(download_bytes: Any, upload_bytes: Any, attempts: Any) -> tuple[Floats, Floats, Floats]:
    """Check what one participation of one client moves, and return it."""
    return (
        as_floats("download_bytes", download_bytes, low=0, high=MAX_BYTES),
        as_floats("upload_bytes", upload_bytes, low=0, high=MAX_BYTES),
        as_floats("attempts", attempts, low=1, high=_MAX_ATTEMPTS),
    )


def round_traffic_bytes(
    clients: ArrayLike, *, download_bytes: ArrayLike, upload_bytes: ArrayLike, attempts: ArrayLike = 1.0
) -> float | Floats:
    r"""Bytes that one round moves over the network.

    .. math::

       \text{round} = S\,(\text{download} + E[a]\,\text{upload})

    Parameters
    ----------
    clients
        invited to the round, a mean that may be fractional [-], (0, 1e12].
    download_bytes, upload_bytes
        of one client, one attempt [B], [0, 1e18].
    attempts
        mean attempts of an upload, `Retry.attempts` [-], [1, 1e6].

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
    A client that drops out after its download is counted in full: an upper bound.

    Examples
    --------
    1,000,000 phones, a 2 GB model both ways, no compression: 4 PB.

    >>> round_traffic_bytes(1e6, download_bytes=2e9, upload_bytes=2e9) / 1e15
    4.0
    """
    invited = as_floats("clients", clients, low=0, high=_MAX_CLIENTS, low_open=True)
    down, up, sent = participation_bytes(download_bytes, upload_bytes, attempts)
    invited, down, up, sent = broadcast(clients=invited, download_bytes=down, upload_bytes=up, attempts=sent)
    return to_scalar(invited * (down + sent * up))


def daily_traffic_bytes(
    fleet: ArrayLike,
    *,
    participation: ArrayLike,
    download_bytes: ArrayLike,
    upload_bytes: ArrayLike,
    rounds_per_day: ArrayLike,
    attempts: ArrayLike = 1.0,
) -> float | Floats:
    r"""Bytes that federating moves in a day.

    .. math::

       \text{day} = \text{rounds per day} \cdot \text{participation} \cdot N\,(\text{download} + E[a]\,\text{upload})

    Parameters
    ----------
    fleet
        devices [-], (0, 1e12].
    participation
        share of the fleet invited to one round [-], (0, 1].
    download_bytes, upload_bytes
        of one client, one attempt [B], [0, 1e18].
    rounds_per_day
        [1/day], (0, 1e9]; 1/7 is one round a week.
    attempts
        mean attempts of an upload [-], [1, 1e6].

    Returns
    -------
    float or array
        [B/day], in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Examples
    --------
    100 million phones, 1% a round, 10 rounds of 2 GB both ways: 40 PB a day.

    >>> daily_traffic_bytes(1e8, participation=0.01, download_bytes=2e9, upload_bytes=2e9, rounds_per_day=10) / 1e15
    40.0
    """
    devices = as_floats("fleet", fleet, low=0, high=_MAX_CLIENTS, low_open=True)
    share = as_floats("participation", participation, low=0, high=1, low_open=True)
    rounds = as_floats("rounds_per_day", rounds_per_day, low=0, high=MAX_ROUNDS, low_open=True)
    down, up, sent = participation_bytes(download_bytes, upload_bytes, attempts)
    devices, share, rounds, down, up, sent = broadcast(
        fleet=devices, participation=share, rounds_per_day=rounds, download_bytes=down, upload_bytes=up, attempts=sent
    )
    return to_scalar(devices * share * (down + sent * up) * rounds)


def centralised_traffic_bytes(fleet: ArrayLike, *, raw_bytes_per_device: ArrayLike) -> float | Floats:
    r"""Bytes that moving every device's data to the centre takes in a day.

    .. math::

       \text{day} = N \cdot \text{raw bytes of a device}

    Parameters
    ----------
    fleet
        devices [-], (0, 1e12].
    raw_bytes_per_device
        data a device would send in a day [B/day], [0, 1e18].

    Returns
    -------
    float or array
        [B/day], in the broadcast shape of the arguments.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Notes
    -----
    Serving the trained model back to the devices is left out on both sides of the comparison.

    Examples
    --------
    100 million phones, 10 keystrokes of 100 bytes each: 100 GB a day.

    >>> centralised_traffic_bytes(1e8, raw_bytes_per_device=10 * 100) / 1e9
    100.0
    """
    devices = as_floats("fleet", fleet, low=0, high=_MAX_CLIENTS, low_open=True)
    raw = as_floats("raw_bytes_per_device", raw_bytes_per_device, low=0, high=MAX_BYTES)
    devices, raw = broadcast(fleet=devices, raw_bytes_per_device=raw)
    return to_scalar(devices * raw)


def traffic_ratio(
    *,
    participation: ArrayLike,
    download_bytes: ArrayLike,
    upload_bytes: ArrayLike,
    rounds_per_day: ArrayLike,
    raw_bytes_per_device: ArrayLike,
    attempts: ArrayLike = 1.0,
) -> float | Floats:
    r"""Bytes of a federated day for each byte of a centralised one; the size of the fleet cancels.

    .. math::

       \text{ratio} = \frac{\text{participation} \cdot \text{rounds per day}\,(\text{download} + E[a]\,\text{upload})}
                           {\text{raw bytes of a device}}

    Parameters
    ----------
    participation
        share of the fleet invited to one round [-], (0, 1].
    download_bytes, upload_bytes
        of one client, one attempt [B], [0, 1e18].
    rounds_per_day
        [1/day], (0, 1e9].
    raw_bytes_per_device
        data a device would send in a day [B/day], [1e-6, 1e18].
    attempts
        mean attempts of an upload [-], [1, 1e6].

    Returns
    -------
    float or array
        [-], in the broadcast shape of the arguments; above 1 moving the data is cheaper.

    Raises
    ------
    ValueError
        an argument outside its range, or shapes that do not broadcast.

    Examples
    --------
    The keyboard fleet: 10 rounds of 1% with 4 GB each, against 1 kB of keystrokes a phone.

    >>> round(traffic_ratio(participation=0.01, download_bytes=2e9, upload_bytes=2e9, rounds_per_day=10,
    ...                     raw_bytes_per_device=1e3), 6)
    400000.0
    """
    share = as_floats("participation", participation, low=0, high=1, low_open=True)
    rounds = as_floats("rounds_per_day", rounds_per_day, low=0, high=MAX_ROUNDS, low_open=True)
    raw = as_floats("raw_bytes_per_device", raw_bytes_per_device, low=_MIN_RAW_BYTES, high=MAX_BYTES)
    down, up, sent = participation_bytes(download_bytes, upload_bytes, attempts)
    share, rounds, raw, down, up, sent = broadcast(
        participation=share,
        rounds_per_day=rounds,
        raw_bytes_per_device=raw,
        download_bytes=down,
        upload_bytes=up,
        attempts=sent,
    )
    return to_scalar(share * (down + sent * up) * rounds / raw)


def breakeven_compression(
    *,
    participation: float,
    download_bytes: float,
    upload_bytes: float,
    rounds_per_day: float,
    raw_bytes_per_device: float,
    attempts: float = 1.0,
) -> Breakeven:
    r"""Smallest compression at which federating moves no more bytes than centralising.

    .. math::

       \text{both ways:} \quad c = \text{ratio}

       \text{upload only:} \quad c = \frac{n\,E[a]\,\text{upload}}{\text{raw} - n\,\text{download}}

    with n = participation * rounds per day; 1 where federating already moves no more.

    Parameters
    ----------
    participation
        share of the fleet invited to one round [-], (0, 1].
    download_bytes, upload_bytes
        of one client, one attempt, before compression [B], [0, 1e18].
    rounds_per_day
        [1/day], (0, 1e9].
    raw_bytes_per_device
        data a device would send in a day [B/day], [1e-6, 1e18].
    attempts
        mean attempts of an upload [-], [1, 1e6].

    Returns
    -------
    Breakeven
        ``both_ways`` [x]; ``upload_only`` [x], None where no compression of the upload is enough.

    Raises
    ------
    ValueError
        an argument outside its range, or not one number: the answer may be None, so it takes no arrays.

    Examples
    --------
    Every other day 2 kB down and 4 kB up, against 1.5 kB of data a day: 3 kB must become 1.5 kB, or the 2 kB sent
    must become 0.5 kB. Once the download alone takes 2 kB a day, no compressed upload is enough.

    >>> breakeven_compression(participation=0.5, download_bytes=2e3, upload_bytes=4e3, rounds_per_day=1,
    ...                       raw_bytes_per_device=1.5e3)
    Breakeven(both_ways=2.0, upload_only=4.0)
    >>> breakeven_compression(participation=0.5, download_bytes=4e3, upload_bytes=4e3, rounds_per_day=1,
    ...                       raw_bytes_per_device=1e3).upload_only is None
    True
    """
    share = as_float("participation", participation, low=0, high=1, low_open=True)
    rounds = as_float("rounds_per_day", rounds_per_day, low=0, high=MAX_ROUNDS, low_open=True)
    raw = as_float("raw_bytes_per_device", raw_bytes_per_device, low=_MIN_RAW_BYTES, high=MAX_BYTES)
    down = share * rounds * as_float("download_bytes", download_bytes, low=0, high=MAX_BYTES)
    up = share * rounds * as_float("upload_bytes", upload_bytes, low=0, high=MAX_BYTES)
    up *= as_float("attempts", attempts, low=1, high=_MAX_ATTEMPTS)
    both_ways = max(1.0, (down + up) / raw)
    if down + up <= raw:
        return Breakeven(both_ways=both_ways, upload_only=1.0)
    if down >= raw:
        return Breakeven(both_ways=both_ways, upload_only=None)
    return Breakeven(both_ways=both_ways, upload_only=max(1.0, up / (raw - down)))
