"""Energy, temperature and latency of a device that computes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from physics.validation import FloatOrArray, as_floats, broadcast, to_scalar

SKIN_LIMIT_C = 43.0  # assumed: limit for long contact with skin


@dataclass(frozen=True, kw_only=True, slots=True)
class StepEnergy:
    """Where the joules of one step go, and how long it lasts; floats, or arrays of one shape.

    Parameters
    ----------
    compute_j : float or array
        [J] Of the operations.
    memory_j : float or array
        [J] Of the memory traffic.
    idle_j : float or array
        [J] Of the idle power while the step lasts.
    seconds : float or array
        [s] How long it lasts.

    Examples
    --------
    >>> StepEnergy(compute_j=1.0, memory_j=0.5, idle_j=0.25, seconds=2.0).total_j
    1.75
    """

    compute_j: FloatOrArray
    memory_j: FloatOrArray
    idle_j: FloatOrArray
    seconds: FloatOrArray

    @property
    def total_j(self) -> FloatOrArray:
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
    r"""Return the energy and the duration of one step of inference or training.

    .. math::

       E = \text{FLOP}\,e_\text{op} + \text{bytes}\,e_\text{byte} + P_\text{idle}\,t, \qquad
       t = \max\left(\frac{\text{FLOP}}{u \cdot \text{peak}}, \frac{\text{bytes}}{\text{bandwidth}}\right)

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
    1 GFLOP and 10 MB at 1 pJ and 80 pJ: 1 mJ and .8 mJ; 2 ms at 50% of 1 TFLOP/s, .5 W meanwhile: 1 mJ.

    >>> device = {"peak_flop_per_s": 1e12, "memory_bytes_per_s": 50e9, "utilisation": 0.5, "idle_w": 0.5}
    >>> step = step_energy_j(
    ...     flop=1e9, memory_bytes=1e7, joule_per_flop=1e-12, joule_per_byte=80e-12, **device
    ... )
    >>> round(step.seconds, 6), round(step.total_j, 6)
    (0.002, 0.0028)
    """
    operations, traffic, e_op, e_byte, idle, peak, bandwidth, share = broadcast(
        flop=as_floats("flop", flop, low=0, high=1e30),
        memory_bytes=as_floats("memory_bytes", memory_bytes, low=0, high=1e24),
        joule_per_flop=as_floats("joule_per_flop", joule_per_flop, low=0, high=1),
        joule_per_byte=as_floats("joule_per_byte", joule_per_byte, low=0, high=1),
        idle_w=as_floats("idle_w", idle_w, low=0, high=1e6),
        peak_flop_per_s=as_floats("peak_flop_per_s", peak_flop_per_s, low=1, high=1e24),
        memory_bytes_per_s=as_floats("memory_bytes_per_s", memory_bytes_per_s, low=1, high=1e24),
        utilisation=as_floats("utilisation", utilisation, low=1e-6, high=1),
    )
    seconds = np.maximum(operations / (share * peak), traffic / bandwidth)
    return StepEnergy(
        compute_j=to_scalar(operations * e_op),
        memory_j=to_scalar(traffic * e_byte),
        idle_j=to_scalar(idle * seconds),
        seconds=to_scalar(seconds),
    )


def battery_hours(*, capacity_wh: ArrayLike, base_w: ArrayLike, duty: ArrayLike, active_w: ArrayLike) -> FloatOrArray:
    r"""Return how long a battery lasts under a base load and work for a share of the time.

    .. math::

       \text{hours} = \frac{\text{capacity}}{\text{base} + \text{duty} \cdot \text{active}}

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
    capacity, base, share, active = broadcast(
        capacity_wh=as_floats("capacity_wh", capacity_wh, low=0, high=1e6),
        base_w=as_floats("base_w", base_w, low=0, high=1e6),
        duty=as_floats("duty", duty, low=0, high=1),
        active_w=as_floats("active_w", active_w, low=0, high=1e6),
    )
    mean_w = as_floats("base_w + duty * active_w", base + share * active, low=1e-9)
    return to_scalar(capacity / mean_w)


def temperature_c(
    power_w: ArrayLike,
    *,
    seconds: ArrayLike,
    ambient_c: ArrayLike,
    resistance_k_per_w: ArrayLike = 9.0,
    capacity_j_per_k: ArrayLike = 60.0,
) -> FloatOrArray:
    r"""Return the temperature of one thermal mass after a constant power, starting from ambient.

    .. math::

       T = T_\text{ambient} + P R \left(1 - e^{-t / (R C)}\right)

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
    power, elapsed, ambient, resistance, capacity = broadcast(
        power_w=as_floats("power_w", power_w, low=0, high=1e4),
        seconds=as_floats("seconds", seconds, low=0, high=1e9),
        ambient_c=as_floats("ambient_c", ambient_c, low=-100, high=200),
        resistance_k_per_w=as_floats("resistance_k_per_w", resistance_k_per_w, low=1e-3, high=1e4),
        capacity_j_per_k=as_floats("capacity_j_per_k", capacity_j_per_k, low=1e-3, high=1e6),
    )
    return to_scalar(ambient - power * resistance * np.expm1(-elapsed / (resistance * capacity)))


def loop_latency_s(
    base_s: ArrayLike, *, kernel_s: ArrayLike, bandwidth_share: ArrayLike, quantile: ArrayLike = 0.99
) -> FloatOrArray:
    r"""Return a quantile of a control loop's latency while training runs beside it.

    .. math::

       \text{latency} = \frac{\text{base}}{1 - \text{share}} + \text{quantile} \cdot \text{kernel}

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
    A loop of 6 ms beside kernels of 2 ms that take 25% of the bandwidth: 8 ms and at p99 1.98 ms.

    >>> round(loop_latency_s(6e-3, kernel_s=2e-3, bandwidth_share=0.25, quantile=0.99) * 1e3, 2)
    9.98
    """
    base, kernel, share, level = broadcast(
        base_s=as_floats("base_s", base_s, low=0, high=1e6),
        kernel_s=as_floats("kernel_s", kernel_s, low=0, high=1e6),
        bandwidth_share=as_floats("bandwidth_share", bandwidth_share, low=0, high=1, high_open=True),
        quantile=as_floats("quantile", quantile, low=0, high=1),
    )
    return to_scalar(base / (1 - share) + level * kernel)
