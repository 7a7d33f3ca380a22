r"""What a fleet learns together: FedAvg, FedProx and SCAFFOLD on real data, exactly, and fast enough for a slider.

Model
-----
Client k takes tau full-batch gradient steps of size eta on its own objective, f_k the least squares of
`physics.federation.problem`, with a proximal term. With the eigenvalues L_k and eigenvectors V_k of A_k the steps are
one affine map, whatever tau is:

.. math::

   f_k(W) + \frac{\mu}{2} \|W - W_t\|^2, \qquad A_k = V_k L_k V_k^\top

   W_k^+ = M_k W_t + G_k B_k, \qquad M_k = V_k (\rho^\tau + \mu g) V_k^\top, \qquad G_k = V_k\,g\,V_k^\top

   \rho = 1 - \eta (L_k + \mu), \qquad g = \frac{1 - \rho^\tau}{L_k + \mu}

FedAvg and FedProx, with s_k the share p_k over the sum of those that arrived:

.. math::

   W_{t+1} = W_t + \eta_s \sum_k s_k (W_k^+ - W_t)

SCAFFOLD, all s_k equal:

.. math::

   W_k^+ = M_k W + G_k (B_k + c_k - c), \qquad c_k^+ = c_k - c + \frac{W - W_k^+}{\tau \eta}

Clipping scales an update, D_k the difference that the local steps make:

.. math::

   D_k \min\left(1, \frac{C}{\|D_k\|}\right), \qquad D_k = W_k^+ - W_t

Noise on every coordinate of the average, added by the server (z C / n with n equal arrivals), and by every client, each
of variance (z C)^2 (z C / sqrt(n)). Under secure aggregation shares of noise add up to the central figure without a
trusted server:

.. math::

   \text{central:} \quad N\left(0, (z C \max_k s_k)^2\right), \qquad
   \text{local:} \quad N\left(0, (z C)^2 \sum_k s_k^2\right)

Repeated rounds with every client end at a fixed point; its rate is the spectral radius of the sum of p_k M_k:

.. math::

   W_\infty = \left(I - \sum_k p_k M_k\right)^{-1} \sum_k p_k G_k B_k, \qquad \text{bias} = F(W_\infty) - F(W^*)

Why the fixed point is not the optimum shows in one parameter, where client k has the loss L_k/2 (w - b_k)^2. The
optimum weighs the clients' best models b_k by curvature, the rounds weigh them by g_k, how far a client's steps go:

.. math::

   W_\infty = \frac{\sum_k p_k g_k b_k}{\sum_k p_k g_k}, \qquad W^* = \frac{\sum_k p_k L_k b_k}{\sum_k p_k L_k},
   \qquad g_k = 1 - (1 - \eta L_k)^\tau

W starts at zero, a network's layers at random. A round in which no update arrives changes nothing. With `cohort` each
client is an archetype that represents a large group, and m devices are drawn from all groups each round.

The softmax engine takes the same steps on softmax regression (mean cross-entropy plus the same ridge). Started at W, a
client's model stays in the span of W, SCAFFOLD's correction C and the client's own images X, so the steps need only two
numbers and one row of ten for each image:

.. math::

   W_k = a W + b C + X^\top A, \qquad S = X W_k, \qquad \kappa = 1 - \eta (\lambda + \mu)

   A \leftarrow \kappa A - \frac{\eta}{n_k} (\mathrm{softmax}(S) - Y), \qquad
   a \leftarrow \kappa a + \eta \mu, \qquad b \leftarrow \kappa b + \eta

The network, a second opinion on the same partition, has one hidden layer of 32 units between the d features and the ten
classes. Its model is one vector, U (32 x d) before V (10 x 32). Its loss is the mean cross-entropy plus the same ridge
on every weight, and its steps, proximal term and rounds are those above:

.. math::

   H = \max(0, X U^\top), \qquad S = H V^\top, \qquad E = \frac{1}{n_k} (\mathrm{softmax}(S) - Y)

   \nabla_V = E^\top H + \lambda V, \qquad \nabla_U = (E V \odot [H > 0])^\top X + \lambda U

   U_0 \sim N(0, 2/d), \qquad V_0 \sim N(0, 2/32)

Validity
--------
Learning rates to 32 (softmax, network) or 1.5 (exact), mu to 100, 1 to 10,000 local steps and rounds. The exact engine
is exact to rounding. The softmax engine is in single precision for clients of at most 64 images: after 100 rounds its
models differ from double precision by less than 1e-5 of their length. The network is in single precision too. Every
image has squared length 1.25, so least squares is stable while eta (1.25 + lam + mu) < 2. Beyond, and with server rates
above 1, a run may diverge: a model or an update longer than 1e6 is scaled down to that length, so that every figure
stays finite, and `diverged_at` names the first such round.

Leaves out
----------
The curve is a proxy: softmax regression, or a network of one hidden layer, on small images. Least squares at its own
step sizes drifts more on the same data, and deep networks drift differently again. Local steps are full batches, not
epochs of mini-batches; clients are synchronous; late updates are lost, not stale. SCAFFOLD's control variates are
neither clipped nor noised, so no guarantee follows from noise there. Noise assumes clients of equal size: with unequal
ones z no longer means what the accountant takes it for.

Nomenclature
------------
rounds | R | 1 | rounds of communication
clients_per_round | S | 1 | clients invited to a round
local_steps | tau | 1 | gradient steps a client takes in a round
learning_rate | eta | 1 | size of a local step
proximal | mu | 1 | weight of the term that keeps a client near the model it received
server_learning_rate | eta_s | 1 | part of the average step that the server takes
reliability | r | 1 | probability that an invited client's update arrives
participation | - | 1 | rounds x clients mask of the updates that arrive
selection | - | - | rule by which clients are invited
clip | C | 1 | largest length of one update, in units of the weights
noise_multiplier | z | 1 | standard deviation of the noise over the clipping length
cohort | m | 1 | devices drawn from all archetypes each round
accuracy | - | 1 | share of the test images that the model gets right, before the first and after every round
loss | F | 1 | the fleet's objective, ridge included, before the first and after every round
group_accuracy | - | 1 | test accuracy weighted by each city's class mix
survivors | - | 1 | updates that arrived from each client in each round
clipped | - | 1 | share of the arrived updates that were clipped, per round
weights | W | 1 | the model, features x classes; of a network U and V in one vector
diverged_at | - | 1 | first round in which a model or an update was scaled down to length 1e6, or none
excess_loss | F(W_inf) - F* | 1 | loss of the point that repeated rounds approach above the least
settled | - | - | whether a further round leaves the model where it is
rate | - | 1 | factor by which a round shrinks the distance to it
rank | r | 1 | rank to which a client's own change of the model, or another matrix, is cut
curvatures | L_k | units of the loss / weight^2 | second derivative of each client's loss
optima | b_k | units of the weight | best model of each client
shares | p_k | 1 | weight of each client in the average
weight | W_inf | units of the weight | model of one parameter that repeated rounds approach
average | sum p_k b_k | units of the weight | average of the clients' best models
own | - | 1 | test accuracy weighted by the client's class mix
elsewhere | - | 1 | test accuracy on all test images

References
----------
B. McMahan et al. (2017), Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS.
T. Li et al. (2020), Federated Optimization in Heterogeneous Networks, MLSys (FedProx).
S. P. Karimireddy et al. (2020), SCAFFOLD: Stochastic Controlled Averaging for Federated Learning, ICML,
algorithm 1. B. McMahan, D. Ramage, K. Talwar, L. Zhang (2018), Learning Differentially Private Recurrent
Language Models, ICLR. E. J. Hu et al. (2021), LoRA: Low-Rank Adaptation of Large Language Models,
arXiv:2106.09685 (rank). K. He, X. Zhang, S. Ren, J. Sun (2015), Delving Deep into Rectifiers, ICCV (the network's first
weights). J. von Neumann, R. H. Kent, H. R. Bellinson, B. I. Hart (1941), The Mean Square
Successive Difference, Annals of Mathematical Statistics 12(2) (jitter).
"""

from physics.federation.client_updates import ClientUpdates, client_updates
from physics.federation.excess_loss import SettlingPoint, SoftmaxOptimum, settling_point, softmax_optimum
from physics.federation.fixed_points import FixedPoint, QuadraticFixedPoint, fixed_point, quadratic_fixed_point
from physics.federation.personalisation import Personalised, low_rank_approximation, personalise
from physics.federation.problem import FederatedProblem, digits_problem, heterogeneity, problem_from_partition
from physics.federation.seeds import SeveralRuns, simulate_seeds
from physics.federation.selection import draw_invitations, draw_participation, invitation_rates
from physics.federation.simulation import FederatedRun, jitter, simulate

__all__ = [
    "ClientUpdates",
    "FederatedProblem",
    "FederatedRun",
    "FixedPoint",
    "Personalised",
    "QuadraticFixedPoint",
    "SettlingPoint",
    "SeveralRuns",
    "SoftmaxOptimum",
    "client_updates",
    "digits_problem",
    "draw_invitations",
    "draw_participation",
    "fixed_point",
    "heterogeneity",
    "invitation_rates",
    "jitter",
    "low_rank_approximation",
    "personalise",
    "problem_from_partition",
    "quadratic_fixed_point",
    "settling_point",
    "simulate",
    "simulate_seeds",
    "softmax_optimum",
]
