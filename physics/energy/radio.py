"""What a radio costs: published fits and slopes, each with its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from physics import constants
from physics.units import BITS_PER_BYTE
from physics.validation import FloatOrArray, as_bool, as_floats, broadcast, one_of, to_scalar

Radio = Literal["lte", "wifi", "5g", "ble"]
Direction = Literal["upload", "download"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """A radio: power by rate and direction, power of being on, energy of waking and per byte, top rate."""

    watt_per_mbps: tuple[float, float] = (0.0, 0.0)  # upload, download
    base_w: float = 0.0
    isolated_packet_j: float = 0.0
    joule_per_byte: tuple[float, float] = (0.0, 0.0)
    fastest_bytes_per_s: float


_MBPS = 1e6 / BITS_PER_BYTE  # bytes per second
_LINKS = {
    "lte": _Link(
        watt_per_mbps=(constants.LTE_UPLINK_W_PER_MBIT_S, constants.LTE_DOWNLINK_W_PER_MBIT_S),
        base_w=constants.LTE_BASE_W,
        isolated_packet_j=constants.LTE_ISOLATED_PACKET_J,  # promotion, one packet, 11.576 s of tail at 1.060 W
        fastest_bytes_per_s=10 * _MBPS,  # a fit of 2012 is not extrapolated
    ),
    "wifi": _Link(
        watt_per_mbps=(0.28317, 0.13701),  # Huang et al. 2012
        base_w=0.13286,  # the same
        isolated_packet_j=0.04,  # the same paper
        fastest_bytes_per_s=10 * _MBPS,  # as for LTE
    ),
    "5g": _Link(
        joule_per_byte=(constants.FIVE_G_J_PER_BYTE, constants.FIVE_G_J_PER_BYTE),  # low band, slope only
        fastest_bytes_per_s=1000 * _MBPS,  # assumed: beyond low band
    ),
    "ble": _Link(
        joule_per_byte=(
            constants.BLE_TRANSMIT_J_PER_BIT * BITS_PER_BYTE,
            constants.BLE_RECEIVE_J_PER_BIT * BITS_PER_BYTE,
        ),
        fastest_bytes_per_s=2 * _MBPS,  # the 2M PHY
    ),
}


def radio_energy_j(
    payload_bytes: ArrayLike,
    *,
    radio: Radio = "lte",
    rate_bytes_per_s: ArrayLike,
    direction: Direction = "upload",
    isolated: bool = True,
) -> FloatOrArray:
    r"""Return the energy that one device spends to send or receive a payload.

    .. math::

       \text{LTE, Wi-Fi:} \quad E = (a \cdot \text{rate} + \text{base}) \frac{\text{payload}}{\text{rate}}
       + \text{isolated packet}

       \text{5G, BLE:} \quad E = e \cdot \text{payload}

    Parameters
    ----------
    payload_bytes : float or array
        [B] 0 to 1e15; nothing to send costs nothing.
    radio : {"lte", "wifi", "5g", "ble"}
        [-] LTE and Wi-Fi as fitted in 2012; 5G low band and BLE 2M, slopes only.
    rate_bytes_per_s : float or array
        [B/s] 1 to 1.25e6 (LTE, Wi-Fi: 10 Mb/s), 2.5e5 (BLE: 2 Mb/s), 1.25e8 (5G: 1 Gb/s). 5G and BLE spend
        the same per byte at any rate.
    direction : {"upload", "download"}
        [-] From or to the device.
    isolated : bool
        [-] Whether the radio was asleep before and falls asleep after: adds the energy of waking it, one
        packet and the tail (LTE 12.76 J, Wi-Fi .04 J). False for a transfer right behind another.

    Returns
    -------
    float or array
        [J] The broadcast shape of the arguments.

    Raises
    ------
    ValueError
        A rate that the fit does not cover, an unknown name, a number outside its range.

    Notes
    -----
    LTE's tail is 11.576 s at 1.060 W, 12.27 J of the 12.76. BLE's other end spends as much again to receive.

    References
    ----------
    Huang et al. 2012; Narayanan et al. 2021; Nordic nRF52840 Product Specification.

    Examples
    --------
    A megabyte over LTE at 6 Mb/s: 3.9 W for 1.33 s, 5.2 J, and 12.76 J for waking and tail.

    >>> round(radio_energy_j(1e6, radio="lte", rate_bytes_per_s=0.75e6), 2)
    17.98
    """
    link = _LINKS[one_of("radio", radio, _LINKS)]
    way = ("upload", "download").index(one_of("direction", direction, ("upload", "download")))
    wakes = as_bool("isolated", isolated)
    payload, rate = broadcast(
        payload_bytes=as_floats("payload_bytes", payload_bytes, low=0, high=1e15),
        rate_bytes_per_s=as_floats("rate_bytes_per_s", rate_bytes_per_s, low=1, high=link.fastest_bytes_per_s),
    )
    transfer = payload * (link.watt_per_mbps[way] / _MBPS + link.base_w / rate + link.joule_per_byte[way])
    waking = link.isolated_packet_j if wakes else 0.0
    return to_scalar(transfer + np.where(payload > 0, waking, 0.0))
