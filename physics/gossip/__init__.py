r"""What a mesh of small radios can agree on by averaging with neighbours, and the airtime that it takes.

Model
-----
Gossip. Every node replaces its value by a weighted mean of its neighbours' and its own, with Metropolis weights on the
link between nodes of d_i and d_j neighbours (Xiao and Boyd 2004):

.. math::

   x(t+1) = W x(t), \qquad W_{ij} = \frac{1}{1 + \max(d_i, d_j)}

W is symmetric and keeps the mean, so its eigenvalues determine all that is needed:

.. math::

   1 = \lambda_0 \ge \lambda_1 \ge \dots

   \text{ring:} \quad \frac{1}{3} + \frac{2}{3} \cos \frac{2 \pi j}{n}

   \text{torus:} \quad \frac{1 + 2 \cos a + 2 \cos b}{5}

   \text{complete:} \quad 0

   \text{random } d \text{-regular:} \quad \frac{1 + x}{d + 1}

where x are the quantiles of the Kesten-McKay law, whose edge is 2 sqrt(d - 1). Those of a geometric mesh are of the
graph itself, numerically. The disagreement left after t rounds, and the error of a node's estimate:

.. math::

   \text{rms}^2 = \frac{1}{n - 1} \sum_{i > 0} \lambda_i^{2t}

   \text{error} = \frac{1}{n} \sum_i \left[ \sigma^2 \lambda_i^{2t} + \tau^2 (1 - \lambda_i^t)^2 \right]

The last line shows when averaging does harm: each node measures its own truth with noise of variance sigma^2, and the
truths differ between nodes with variance tau^2. Rounds average the noise away and mix in the truths of others. Without
a round: sigma^2. Full consensus: sigma^2/n + tau^2 (1 - 1/n). So consensus is better about when tau^2 < sigma^2, and
between the two there is often a best number of rounds.

Flooding. Every node's payload is relayed once by every node, and the relays in range of each other share one
channel: nodes * degree * time of one payload.

Airtime. A connection at 1 or 2 Mb/s takes packets of 244 bytes, each with its frame, its empty answer and two
gaps of 150 us; the mesh sends 12 bytes per segment, each three times, 20 ms apart.

Validity
--------
Ring, torus and complete spectra are exact. The regular spectrum is the limit of large graphs, shifted and
stretched so that its first two moments are those of a simple graph of n nodes exactly; the disagreement left
on graphs of 200 nodes is then exact after one round, 2% low after five and 6% low after ten. A torus has a
square number of nodes, 9 or more; other numbers are refused. A geometric mesh lies in a square with edges and
may be disconnected, which shows as more than one eigenvalue of 1. The estimation error is a mean over draws and
nodes; how many nodes gain needs `gossip_trial`. On geometric graphs the second eigenvalue says little: of
1,000 nodes with 12 neighbours it bounds the disagreement left after 50 rounds by .89, where .05 is left.

Leaves out
----------
Lost and late messages (but see `churn`), quantised values, nodes that move, and asymmetric links. Truths are
independent between places, however near; noise is independent between nodes. Airtimes are bounds without
retransmission, and flooding ignores collisions.

Nomenclature
------------
nodes | n | 1 | number of nodes
degree | d | 1 | neighbours of a node
eigenvalues | lambda_i | 1 | of the averaging matrix W, first 1
rounds | t | 1 | times that every node averages with its neighbours
noise_variance | sigma^2 | any | variance of one node's measurement about its truth
diversity_variance | tau^2 | any | variance of the truths between places
places | | 1 | number of places; the nodes of one place share a truth
churn | | 1 | share of nodes asleep in a round
fan_out | | 1 | neighbours that a node calls in a round
payload_bytes | | B | application bytes that one node sends
mode | | | 1M and 2M connections, or mesh

References
----------
Xiao and Boyd 2004, Fast linear iterations for distributed averaging, Systems and Control Letters 53.
Xiao, Boyd and Lall 2005, A scheme for robust distributed sensor fusion based on average consensus, IPSN.
McKay 1981, The expected eigenvalue distribution of a large regular graph, Linear Algebra Appl. 40.
Steger and Wormald 1999, Generating random regular graphs quickly, Comb. Probab. Comput. 8.
Bluetooth Core Specification, volume 6 part B (link layer), and Mesh Protocol (lower transport layer).
"""

from physics.gossip.bluetooth import MESH_MESSAGE_BYTES, MESH_SEGMENT_BYTES, ble_time_s, flood_time_s
from physics.gossip.consensus import best_rounds, consensus_rms, estimation_error, spectrum
from physics.gossip.simulation import gossip_trial
from physics.gossip.topology import DEFAULT_DEGREE, TOPOLOGIES, Mesh, mesh, place_of_node

__all__ = [
    "DEFAULT_DEGREE",
    "MESH_MESSAGE_BYTES",
    "MESH_SEGMENT_BYTES",
    "TOPOLOGIES",
    "Mesh",
    "best_rounds",
    "ble_time_s",
    "consensus_rms",
    "estimation_error",
    "flood_time_s",
    "gossip_trial",
    "mesh",
    "place_of_node",
    "spectrum",
]
