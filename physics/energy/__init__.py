"""What learning costs a device in joules, degrees and milliseconds, compared with inference.

Model
-----
    step         E = FLOP e_op + bytes e_byte + P_idle t        t = max(FLOP / (util peak), bytes / bandwidth)
    training     FLOP of a step / FLOP of inference = 1 + share whose inputs need a gradient
                 + share whose weights train + share of attention products with gradients on both sides
    radio        E = (a rate + base) payload / rate + isolated packet          (LTE, Wi-Fi: Huang et al. 2012)
                 E = e payload                                                        (5G low band, BLE)
    battery      hours = capacity / (base + duty active)
    heat         C dT/dt = P - (T - ambient) / R, from ambient: T = ambient + P R (1 - exp(-t / (R C)))
    control loop latency = base / (1 - share) + quantile kernel

Shares are of operations, not of parameters, and follow from the network: `flop_shares`. That training "drains
five times faster" than inference is no constant: it follows from this ratio, the memory traffic and the
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
input_gradient_share | - | 1 | share of them whose input needs a gradient
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
kernel_s | k | s | longest part of training that cannot be interrupted
bandwidth_share | b | 1 | share of the memory bandwidth that training takes
quantile | q | 1 | of the latency: .99 for p99

References
----------
Huang et al. 2012, A Close Examination of Performance and Power Characteristics of 4G LTE Networks. Narayanan
et al. 2021, A Variegated Look at 5G in the Wild. Nordic nRF52840 Product Specification. Kaplan et al. 2020,
Scaling Laws for Neural Language Models, section 2.1.
"""

from physics.energy.device import SKIN_LIMIT_C, StepEnergy, battery_hours, loop_latency_s, step_energy_j, temperature_c
from physics.energy.flop import FlopShares, flop_shares, training_flop_ratio
from physics.energy.radio import radio_energy_j

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
