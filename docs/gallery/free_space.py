"""Physics of a radio link in free space: plain functions that know no lab and can be tested alone."""

import math

LIGHT_M_PER_S, BOLTZMANN_J_PER_K, ROOM_K = 299_792_458, 1.380649e-23, 290


def path_loss(distance_m, frequency_hz):
    """Return by what factor power falls between two isotropic antennas (Friis 1946).

    In decibels this is 32.45 + 20 log10(distance in km) + 20 log10(frequency in MHz)::

    >>> round(10 * math.log10(path_loss(1000, 868e6)), 1)
    91.2
    """
    return (4 * math.pi * distance_m * frequency_hz / LIGHT_M_PER_S) ** 2


def capacity_bit_per_s(power_w, distance_m, frequency_hz, bandwidth_hz):
    """Return the most that such a link can carry over thermal noise, by Shannon (1948) [bit/s].

    At a signal as strong as the noise it is one bit a second and hertz::

    >>> noise_w = BOLTZMANN_J_PER_K * ROOM_K * 125e3
    >>> round(capacity_bit_per_s(noise_w * path_loss(1000, 868e6), 1000, 868e6, 125e3))
    125000
    """
    noise_w = BOLTZMANN_J_PER_K * ROOM_K * bandwidth_hz
    return bandwidth_hz * math.log2(1 + power_w / path_loss(distance_m, frequency_hz) / noise_w)
