"""What learning costs a device in joules, degrees and milliseconds, beside what inference costs it.

Model
-----
    step         E = FLOP e_op + bytes e_byte + P_idle t        t = max(FLOP / (util peak), bytes / bandwidth)
    training     FLOP of a step / FLOP of inference = 1 + share whose inputs want a gradient
                 + share whose weights train + share of attention products with gradients on both sides
    radio        E = (a rate + base) payload / rate + isolated packet          (LTE, Wi-Fi: Huang et al. 2012)
                 E = e payload                                                        (5G low band, BLE)
    battery      hours = capacity / (base + duty active)
    heat         C dT/dt = P - (T - ambient) / R, from ambient: T = ambient + P R (1 - exp(-t / (R C)))
    control loop latency = base / (1 - share) + quantile kernel

Shares are of operations, not of parameters, and follow from the network: `flop_shares`. That training "drains
five times faster" than inference is no constant: it comes of this ratio, of the memory traffic and of the
time at work, each of which these functions take or give.

Validity
--------
The FLOP count equals torch's FlopCounterMode to the last one for GPT under full, last-k, LoRA and BitFit
training and for MobileNetV2. The radio fits are of 2012: rates above 10 Mb/s are refused. The 5G and BLE
figures are slopes: no base, no tail, no connection set-up. A kernel is taken as never interrupted and as
followed at once by the next, so that a loop waits a uniform share of it.

Leaves out
----------
Norms, softmax and optimizer steps, voltage scaling, leakage that grows with heat, a battery's ageing and its
loss at high current, more than one thermal mass, throttling, and on BLE the receiver's own listening between
packets.

Nomenclature
------------
flop | - | FLOP | operations, two for a multiply-accumulate
memory_bytes | - | B | traffic to and from memory
joule_per_flop | e_op | J/FLOP | energy of one operation
joule_per_byte | e_byte | J/B | energy of moving one byte
idle_w | P_idle | W | power that flows while the step lasts
peak_flop_per_s | - | FLOP/s | a vendor's peak for the number format
memory_bytes_per_s | - | B/s | memory bandwidth
utilisation | util | 1 | share of the peak that is reached
compute_j | - | J | operations of a step
memory_j | - | J | memory traffic of a step
idle_j | - | J | idle power while the step lasts
total_j | E | J | the three together
seconds | t | s | duration
forward_flop | - | FLOP | operations of one forward pass
input_gradient_share | - | 1 | share of them whose input wants a gradient
trained_share | - | 1 | share of them whose weights train
attention_share | - | 1 | share of them in attention products with gradients on both sides
payload_bytes | - | B | bytes sent or received
rate_bytes_per_s | - | B/s | rate of the link
capacity_wh | - | Wh | charge of the battery
base_w | - | W | power that always flows
duty | - | 1 | share of the time at work
active_w | - | W | power of the work, on top of the base
power_w | P | W | heat
ambient_c | - | °C | temperature around, and at the start
resistance_k_per_w | R | K/W | from the device to the air; 9 assumed for glasses
capacity_j_per_k | C | J/K | heat to warm the device by one kelvin; 60 assumed
base_s | - | s | latency of the loop alone
kernel_s | k | s | longest stretch of training that cannot be interrupted
bandwidth_share | b | 1 | share of the memory bandwidth that training takes
quantile | q | 1 | of the latency: .99 for p99

References
----------
Huang et al. 2012, A Close Examination of Performance and Power Characteristics of 4G LTE Networks. Narayanan
et al. 2021, A Variegated Look at 5G in the Wild. Nordic nRF52840 Product Specification. Kaplan et al. 2020,
Scaling Laws for Neural Language Models, section 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from physics._flop import FlopShares, flop_shares, training_flop_ratio
from physics._radio import radio_energy_j
from physics.checks import Sweep, floats, plain, together

__all__ = [
    "SKIN_LIMIT_C",
    "FlopShares",
    "StepEnergy",
    "battery_hours",
    "flop_shares",
    "loop_latency_s",
    "radio_energy_j",
    "step_energy_j",
    "temperature_c",
    "training_flop_ratio",
]

SKIN_LIMIT_C = 43.0  # assumed: what skin bears for long


@dataclass(frozen=True, kw_only=True, slots=True)
class StepEnergy:
    """Where the joules of one step go, and how long it lasts; floats, or arrays of one shape.

    >>> StepEnergy(compute_j=1.0, memory_j=0.5, idle_j=0.25, seconds=2.0).total_j
    1.75
    """

    compute_j: Sweep
    memory_j: Sweep
    idle_j: Sweep
    seconds: Sweep

    @property
    def total_j(self) -> Sweep:
        """The three terms together."""
        return self.compute_j + self.memory_j + self.idle_j


def step_energy_j(
    *,
    flop: ArrayLike,
    memory_bytes: ArrayLike,
    joule_per_flop: ArrayLike,
    joule_per_byte: ArrayLike,
    idle_w: ArrayLike,
    peak_flop_per_s: ArrayLike,
    memory_bytes_per_s: ArrayLike,
    utilisation: ArrayLike,
) -> StepEnergy:
    """Return the energy and the duration of one step of inference or training.

        E = FLOP e_op + bytes e_byte + P_idle t        t = max(FLOP / (util peak), bytes / bandwidth)

    Parameters
    ----------
    flop : float or array
        [FLOP] 0 to 1e30.
    memory_bytes : float or array
        [B] 0 to 1e24, read and written.
    joule_per_flop, joule_per_byte : float or array
        [J/FLOP], [J/B] 0 to 1.
    idle_w : float or array
        [W] 0 to 1e6, flows while the step lasts.
    peak_flop_per_s, memory_bytes_per_s : float or array
        [FLOP/s], [B/s] 1 to 1e24.
    utilisation : float or array
        [1] 1e-6 to 1, share of the peak that is reached.

    Returns
    -------
    StepEnergy
        [J, s] Floats, or arrays of the broadcast shape.

    Raises
    ------
    ValueError
        A number outside its range.

    Notes
    -----
    The roofline: operations and traffic overlap fully, and the longer of the two counts. A vendor's peak is
    an upper bound; so the energy per operation derived from it is a lower one.

    References
    ----------
    Williams, Waterman, Patterson 2009, Roofline.

    Examples
    --------
    1 GFLOP and 10 MB at 1 pJ and 80 pJ: 1 mJ and .8 mJ; 2 ms at half of 1 TFLOP/s, .5 W meanwhile: 1 mJ.

    >>> device = {"peak_flop_per_s": 1e12, "memory_bytes_per_s": 50e9, "utilisation": 0.5, "idle_w": 0.5}
    >>> step = step_energy_j(
    ...     flop=1e9, memory_bytes=1e7, joule_per_flop=1e-12, joule_per_byte=80e-12, **device
    ... )
    >>> round(step.seconds, 6), round(step.total_j, 6)
    (0.002, 0.0028)
    """
    operations, traffic, e_op, e_byte, idle, peak, bandwidth, share = together(
        flop=floats("flop", flop, low=0, high=1e30),
        memory_bytes=floats("memory_bytes", memory_bytes, low=0, high=1e24),
        joule_per_flop=floats("joule_per_flop", joule_per_flop, low=0, high=1),
        joule_per_byte=floats("joule_per_byte", joule_per_byte, low=0, high=1),
        idle_w=floats("idle_w", idle_w, low=0, high=1e6),
        peak_flop_per_s=floats("peak_flop_per_s", peak_flop_per_s, low=1, high=1e24),
        memory_bytes_per_s=floats("memory_bytes_per_s", memory_bytes_per_s, low=1, high=1e24),
        utilisation=floats("utilisation", utilisation, low=1e-6, high=1),
    )
    seconds = np.maximum(operations / (share * peak), traffic / bandwidth)
    return StepEnergy(
        compute_j=plain(operations * e_op),
        memory_j=plain(traffic * e_byte),
        idle_j=plain(idle * seconds),
        seconds=plain(seconds),
    )


def battery_hours(*, capacity_wh: ArrayLike, base_w: ArrayLike, duty: ArrayLike, active_w: ArrayLike) -> Sweep:
    """Return how long a battery lasts under a base load and work for a share of the time.

        hours = capacity / (base + duty * active)

    Parameters
    ----------
    capacity_wh : float or array
        [Wh] 0 to 1e6.
    base_w : float or array
        [W] 0 to 1e6, flows always.
    duty : float or array
        [1] 0 to 1, share of the time at work.
    active_w : float or array
        [W] 0 to 1e6, of the work, on top of the base.

    Returns
    -------
    float or array
        [h] The broadcast shape of the arguments.

    Raises
    ------
    ValueError
        A number outside its range, or a mean power below 1e-9 W: such a battery never empties.

    Notes
    -----
    A battery of constant voltage without self-discharge.

    Examples
    --------
    Glasses of .96 Wh at 1 W: 58 minutes.

    >>> round(battery_hours(capacity_wh=0.96, base_w=0.0, duty=1.0, active_w=1.0) * 60)
    58
    """
    capacity, base, share, active = together(
        capacity_wh=floats("capacity_wh", capacity_wh, low=0, high=1e6),
        base_w=floats("base_w", base_w, low=0, high=1e6),
        duty=floats("duty", duty, low=0, high=1),
        active_w=floats("active_w", active_w, low=0, high=1e6),
    )
    mean_w = floats("base_w + duty * active_w", base + share * active, low=1e-9)
    return plain(capacity / mean_w)


def temperature_c(
    power_w: ArrayLike,
    *,
    seconds: ArrayLike,
    ambient_c: ArrayLike,
    resistance_k_per_w: ArrayLike = 9.0,
    capacity_j_per_k: ArrayLike = 60.0,
) -> Sweep:
    """Return the temperature of one thermal mass after a constant power, starting from ambient.

        T = ambient + P R (1 - exp(-t / (R C)))

    Parameters
    ----------
    power_w : float or array
        [W] 0 to 1e4.
    seconds : float or array
        [s] 0 to 1e9.
    ambient_c : float or array
        [degC] -100 to 200.
    resistance_k_per_w : float or array
        [K/W] 1e-3 to 1e4; 9 is assumed for a pair of glasses.
    capacity_j_per_k : float or array
        [J/K] 1e-3 to 1e6; 60 is assumed for a pair of glasses.

    Returns
    -------
    float or array
        [degC] The broadcast shape of the arguments.

    Raises
    ------
    ValueError
        A number outside its range.

    Notes
    -----
    Settles at P R above ambient with a time constant of R C, 540 s by default.

    Examples
    --------
    2 W at 25 degrees settle at 43, the limit taken for skin.

    >>> temperature_c(2.0, seconds=1e6, ambient_c=25.0)
    43.0
    """
    power, elapsed, ambient, resistance, capacity = together(
        power_w=floats("power_w", power_w, low=0, high=1e4),
        seconds=floats("seconds", seconds, low=0, high=1e9),
        ambient_c=floats("ambient_c", ambient_c, low=-100, high=200),
        resistance_k_per_w=floats("resistance_k_per_w", resistance_k_per_w, low=1e-3, high=1e4),
        capacity_j_per_k=floats("capacity_j_per_k", capacity_j_per_k, low=1e-3, high=1e6),
    )
    return plain(ambient - power * resistance * np.expm1(-elapsed / (resistance * capacity)))


def loop_latency_s(
    base_s: ArrayLike, *, kernel_s: ArrayLike, bandwidth_share: ArrayLike, quantile: ArrayLike = 0.99
) -> Sweep:
    """Return a quantile of a control loop's latency while training runs beside it.

        latency = base / (1 - share) + quantile * kernel

    Parameters
    ----------
    base_s : float or array
        [s] 0 to 1e6, latency of the loop alone.
    kernel_s : float or array
        [s] 0 to 1e6, training that cannot be interrupted; 0 when nothing trains.
    bandwidth_share : float or array
        [1] 0 to below 1, share of the memory bandwidth that training takes.
    quantile : float or array
        [1] 0 to 1.

    Returns
    -------
    float or array
        [s] The broadcast shape of the arguments.

    Raises
    ------
    ValueError
        A number outside its range.

    Notes
    -----
    Kernels follow one another without a gap and are not interrupted, so a loop that starts at any moment
    waits for a uniform share of one; the loop is taken as bound by memory.

    Examples
    --------
    A loop of 6 ms beside kernels of 2 ms that take a quarter of the bandwidth: 8 ms and at p99 1.98 ms.

    >>> round(loop_latency_s(6e-3, kernel_s=2e-3, bandwidth_share=0.25, quantile=0.99) * 1e3, 2)
    9.98
    """
    base, kernel, share, level = together(
        base_s=floats("base_s", base_s, low=0, high=1e6),
        kernel_s=floats("kernel_s", kernel_s, low=0, high=1e6),
        bandwidth_share=floats("bandwidth_share", bandwidth_share, low=0, high=1, high_open=True),
        quantile=floats("quantile", quantile, low=0, high=1),
    )
    return plain(base / (1 - share) + level * kernel)
