"""Bluetooth airtime: how long a payload takes over a connection, over the mesh, and by flooding."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from physics.units import BITS_PER_BYTE
from physics.validation import FloatOrArray, Floats, as_float, as_floats, as_int, as_ints, broadcast, one_of, to_scalar

Mode = Literal["1M", "2M", "mesh"]

MESH_SEGMENT_BYTES = 12  # application bytes in one segment of the advertising bearer
MESH_MESSAGE_BYTES = 384  # 32 segments: Zephyr, CONFIG_BT_MESH_TX_SEG_MAX

_MODES: tuple[Mode, ...] = get_args(Mode)
_PACKET_BYTES = 244  # application bytes of the longest link-layer packet: 251 less L2CAP (4) and ATT (3)
_HEADER_BYTES = 7
_FRAME_BYTES = {"1M": 1 + 4 + 2 + 3, "2M": 2 + 4 + 2 + 3}  # preamble, access address, header, checksum
_BITS_PER_S = {"1M": 1e6, "2M": 2e6}
_INTERFRAME_S = 150e-6  # T_IFS, before the acknowledgement and before the next packet
_MAX_BYTES = 1e12
_MAX_NODES = 1e9


def ble_time_s(
    payload_bytes: ArrayLike,
    *,
    mode: str,
    advertising_interval_s: float = 0.020,
    transmissions: int = 3,
) -> FloatOrArray:
    r"""Return the time to send a payload to one neighbour over Bluetooth Low Energy.

    .. math::

       \text{connection:} \quad \left\lceil \frac{\text{bytes}}{244} \right\rceil
       (t_\text{frame and headers} + 150\,\text{µs} + t_\text{empty answer} + 150\,\text{µs}) +
       \frac{\text{bytes}}{\text{rate}}

       \text{mesh:} \quad \left\lceil \frac{\text{bytes}}{12} \right\rceil \cdot \text{interval} \cdot
       \text{transmissions}

    Parameters
    ----------
    payload_bytes : array_like
        Application bytes [B], 0 to 1e12.
    mode : {"1M", "2M", "mesh"}
        Connection at 1 or 2 Mb/s, or the advertising bearer of Bluetooth mesh, one hop.
    advertising_interval_s : float
        Mesh only: time between transmissions [s], 0.001 to 10.
    transmissions : int
        Mesh only: times each segment is sent [1], 1 to 100.

    Returns
    -------
    float or ndarray
        Seconds [s], of the shape of `payload_bytes`.

    Raises
    ------
    ValueError
        An argument is out of range or the mode is unknown.

    Notes
    -----
    Bounds: a full connection event, no retransmission. Long payloads reach 791 kb/s (1M) and 1,402 kb/s (2M);
    Nordic measures 1,376 (2M). Mesh at 20 ms, three times, is 1.6 kb/s; 9.6 at 10 ms, once. The 4 bytes that
    protect each mesh message of up to 384 bytes are left out (1%).

    Examples
    --------
    100 kB is 8,334 segments of 60 ms:

    >>> round(ble_time_s(100e3, mode="mesh"), 2)
    500.04
    """
    amount = as_floats("payload_bytes", payload_bytes, low=0, high=_MAX_BYTES)
    kind = one_of("mode", mode, _MODES)
    interval_s = as_float("advertising_interval_s", advertising_interval_s, low=1e-3, high=10)
    times = as_int("transmissions", transmissions, low=1, high=100)
    return to_scalar(_send_time_s(amount, kind, interval_s * times))


def flood_time_s(nodes: ArrayLike, *, payload_bytes: ArrayLike, mode: str, degree: ArrayLike) -> FloatOrArray:
    r"""Return the time until every node has received every payload when every node relays everything once.

    .. math::

       t = \text{nodes} \cdot \text{degree} \cdot \text{time of one payload}

    Parameters
    ----------
    nodes : array_like of whole numbers
        Nodes that each send one payload [1], 2 to 1e9.
    payload_bytes : array_like
        Application bytes of one payload [B], 0 to 1e12.
    mode : {"1M", "2M", "mesh"}
        See `ble_time_s`; mesh at 20 ms, three times.
    degree : array_like
        Relays in range of a node, which share its channel [1], 1 to `nodes` - 1.

    Returns
    -------
    float or ndarray
        Seconds [s], of the common shape of the arguments.

    Raises
    ------
    ValueError
        An argument is out of range, the mode is unknown, or the shapes do not fit together.

    Notes
    -----
    An order of magnitude. Every payload is on the air once per relay, and relays in range of each other take
    turns, so each gets a share 1/`degree` of the channel. Collisions make it worse; relays that do not send
    when a neighbour has relayed already make it better. The delay of a single payload from hop to hop is
    small in comparison.

    Examples
    --------
    200 nodes, 12 bytes, 12 relays in range: 200 * 12 * 60 ms.

    >>> flood_time_s(200, payload_bytes=12, mode="mesh", degree=12)
    144.0
    """
    count, amount, relays = broadcast(
        nodes=as_ints("nodes", nodes, low=2, high=_MAX_NODES),
        payload_bytes=as_floats("payload_bytes", payload_bytes, low=0, high=_MAX_BYTES),
        degree=as_floats("degree", degree, low=1, high=_MAX_NODES),
    )
    crowded = relays > count - 1
    if crowded.any():
        which = np.flatnonzero(crowded)[0]
        raise ValueError(
            f"degree must lie in [1, nodes - 1] = [1, {count.flat[which] - 1:g}], got {relays.flat[which]:g}"
        )
    kind = one_of("mode", mode, _MODES)
    return to_scalar(count * relays * _send_time_s(amount, kind, 0.020 * 3))


def _send_time_s(payload_bytes: Floats, mode: Mode, segment_s: float) -> Floats:
    if mode == "mesh":
        return np.ceil(payload_bytes / MESH_SEGMENT_BYTES) * segment_s
    byte_s = BITS_PER_BYTE / _BITS_PER_S[mode]
    frame = _FRAME_BYTES[mode]
    packet_s = (frame + _HEADER_BYTES + frame) * byte_s + 2 * _INTERFRAME_S  # a packet and its empty answer
    return np.ceil(payload_bytes / _PACKET_BYTES) * packet_s + payload_bytes * byte_s
