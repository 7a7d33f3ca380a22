r"""What federating costs in bytes: the traffic of a round, a day and a device beside that of moving the data.

Model
-----
One participation moves D + E[a] U bytes, a download and E[a] attempts of an upload. A round invites S clients, a day
has n rounds with S = c N of the N devices, and each device has B raw bytes a day. The fleet cancels in the ratio:

.. math::

   \text{round} = S\,(D + E[a]\,U), \qquad \text{day} = n\,c\,N\,(D + E[a]\,U), \qquad \text{centralised day} = N B

   \text{ratio} = \frac{n\,c\,(D + E[a]\,U)}{B}

   \text{device over } R \text{ rounds} = R\,\frac{S}{K}\,(D + E[a]\,U)

An update that sends only its k largest of d entries, with v bits a value:

.. math::

   \text{bytes} = \frac{k v + \text{index bits} + 32}{8}, \qquad k = \max(1, \operatorname{round}(f d))

A link of reliability r with at most A attempts:

.. math::

   p = 1 - (1 - r)^A, \qquad E[a] = \frac{p}{r}

Over-selection succeeds with probability P(Binomial(m, 1 - dropout) >= target), and the time of a round that waits for k
of m clients is the mean of the k-th of m order statistics.

Validity
--------
Means, not draws: clients may be fractional (0.5 is one client every other round) and bytes too (a mean message).
Attempts are independent with one reliability; clients drop out independently; client times are independent.
The codec counts one flat vector with one 32-bit scale; 32-bit indices reach 2^32 parameters and no further.

Leaves out
----------
Protocol headers, TLS, acknowledgements, lost downloads, and correlation of reliability with the data of a client.
Plain top-k needs each client's own indices, so it does not combine with secure aggregation.
Congestion: clients of one round do not slow each other.

Nomenclature
------------
clients | S | | clients invited to one round, a mean that may be fractional
fleet | N | | devices in the fleet
participation | c | | share of the fleet invited to one round
selected_share | S/K | | share of the clients invited to one round, seen from one device
rounds_per_day | n | 1/day | rounds in one day
rounds | R | | rounds over the horizon
download_bytes | D | B | bytes one invited client receives in a round
upload_bytes | U | B | bytes one invited client sends in one attempt
raw_bytes_per_device | B | B/day | data one device would upload a day if data were centralised
attempts | E[a] | | mean attempts of one upload
success | r | | probability that one attempt arrives
max_attempts | A | | attempts before an upload is given up
delivered | p | | probability that an upload arrives within its attempts
wasted | | | share of the energy of learning and sending that no delivered update needed
compute_j | e_c | J | energy of learning in one participation
transmit_j | e_t | J | energy of one attempt
receive_j | e_r | J | energy of one download
compute_s | t_c | s | time of learning in one participation
transmit_s | t_t | s | time of one attempt
receive_s | t_r | s | time of one download
packet_bytes | | B | payload of one packet
packet_error_rate | PER | | probability that one packet is lost
parameters | d | | parameters of the update
model_bytes | | B | bytes of the trained parameters as they are sent
algorithm | | | fedavg, fedprox or scaffold: how often the model's bytes travel in each direction
fraction | f | | share of the parameters that is sent
value_bits | v | bit | bits of one value
index | | | uint32, fixed, bitmap or entropy: how the places of the sent values are coded
selected | m | | clients invited
target | | | updates a round needs
dropout | | | probability that an invited client does not report
waited_for | k | | reports after which the round closes
spread | | s or 1 | mean time of a client (exponential), or sigma of its logarithm at median 1 (lognormal)
distribution | | | exponential or lognormal: how the time of a client varies
seconds | | | seconds of communication for each second of learning that arrives
joules | | | joules of communication for each joule of learning that arrives
payload_bytes | | B | bytes of one message
bytes_per_s | | B/s | rate of the link
both_ways | | | break-even compression of download and upload together
upload_only | | | break-even compression of the upload alone, None where there is none

References
----------
Bonawitz et al. 2019, Towards Federated Learning at Scale: System Design (over-selection, 6-10% drop-out).
Hard et al. 2018, Federated Learning for Mobile Keyboard Prediction (1.4 M parameters).
Karimireddy et al. 2020, SCAFFOLD (control variates double the payload).
Stich, Cordonnier, Jaggi 2018, Sparsified SGD with Memory (top-k with error feedback).
David, Nagaraja 2003, Order Statistics, 3rd ed. (Renyi's sum for the exponential).
"""

from physics.traffic.cohort import round_success, straggler_time
from physics.traffic.device import device_bytes, transfer_time_s
from physics.traffic.link import CommunicationToCompute, Retry, communication_to_compute, message_reliability, retry
from physics.traffic.payload import algorithm_payload_bytes, dense_quantised_bytes, sparse_update_bytes
from physics.traffic.volume import (
    Breakeven,
    breakeven_compression,
    centralised_traffic_bytes,
    daily_traffic_bytes,
    round_traffic_bytes,
    traffic_ratio,
)

__all__ = [
    "Breakeven",
    "CommunicationToCompute",
    "Retry",
    "algorithm_payload_bytes",
    "breakeven_compression",
    "centralised_traffic_bytes",
    "communication_to_compute",
    "daily_traffic_bytes",
    "dense_quantised_bytes",
    "device_bytes",
    "message_reliability",
    "retry",
    "round_success",
    "round_traffic_bytes",
    "sparse_update_bytes",
    "straggler_time",
    "traffic_ratio",
    "transfer_time_s",
]
