r"""What learning costs a device in joules, degrees and milliseconds, compared with inference.

Model
-----
A step of inference or training, with u the share of the peak that is reached:

.. math::

   E = \text{FLOP}\,e_\text{op} + \text{bytes}\,e_\text{byte} + P_\text{idle}\,t, \qquad
   t = \max\left(\frac{\text{FLOP}}{u \cdot \text{peak}}, \frac{\text{bytes}}{\text{bandwidth}}\right)

Training against inference, where the three shares are of operations whose inputs need a gradient, of those whose
weights train, and of attention products with gradients on both sides:

.. math::

   \frac{\text{FLOP of a step}}{\text{FLOP of inference}} = 1 + s_\text{inputs} + s_\text{weights} + s_\text{attention}

Radio, LTE and Wi-Fi as fitted by Huang et al. 2012, then 5G in the low band and BLE:

.. math::

   E = (a \cdot \text{rate} + \text{base}) \frac{\text{payload}}{\text{rate}} + \text{isolated packet}

   E = e \cdot \text{payload}

Battery, heat (from ambient) and control loop:

.. math::

   \text{hours} = \frac{\text{capacity}}{\text{base} + \text{duty} \cdot \text{active}}

   C \frac{dT}{dt} = P - \frac{T - T_\text{ambient}}{R}, \qquad
   T = T_\text{ambient} + P R \left(1 - e^{-t / (R C)}\right)

   \text{latency} = \frac{\text{base}}{1 - b} + q k

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
