"""The field's terms that the pages use: two sentences and a source each, for the pages and for the documentation.

A term is opened where its word stands: at the name of a control. ``test_terms.py`` holds every name against benches.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the field.

    Attributes:
        name: as the glossary lists it. meaning: two sentences. source: where to read on.
        labels: the names of controls that open it.
    """

    name: str
    meaning: str
    source: str
    labels: tuple[str, ...]


TERMS = (
    Term(
        "batch size",
        "How many examples one step of training averages its gradient over. A larger batch keeps more activations in "
        "memory at once and gives a steadier gradient.",
        "Goodfellow, Bengio, Courville, Deep Learning (2016), section 8.1.3",
        ("Batch",),
    ),
    Term(
        "client",
        "A device that trains on its own data in federated learning. In every round the server invites some of the "
        "clients and averages what they send back.",
        "McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data (2017)",
        ("Clients per round", "Vehicles per round", "Participating share", "Invite"),
    ),
    Term(
        "clip norm C",
        "The length that one client's update is cut down to before updates are added up. It bounds what one client can "
        "change, and the noise of differential privacy is measured in it.",
        "Abadi et al., Deep Learning with Differential Privacy (2016)",
        ("Clip norm C",),
    ),
    Term(
        "compression of updates",
        "To send an update with fewer bits, by rounding its numbers or by keeping the largest ones alone. What is lost "
        "acts as additional noise on the average.",
        "Alistarh et al., QSGD: Communication-Efficient SGD via Gradient Quantization and Encoding (2017)",
        ("Compress", "Compression", "Upload compression"),
    ),
    Term(
        "δ",
        "The probability with which the promise ε of differential privacy may fail. It should be well below one over "
        "the number of people in the data.",
        "Dwork, Roth, The Algorithmic Foundations of Differential Privacy (2014), section 2.3",
        ("δ",),
    ),
    Term(
        "Dirichlet skew α",
        "How unlike the clients' data are: each client's shares of the classes are drawn from a Dirichlet distribution "
        "with parameter α. A small α gives clients that hold few classes, a large one clients that are all alike.",
        "Hsu, Qi, Brown, Measuring the Effects of Non-Identical Data Distribution for Federated Visual Classification "
        "(2019)",
        ("Skew of the cities, α",),
    ),
    Term(
        "duty cycle",
        "The share of time in which a radio is switched on to send or to listen. A device that sleeps longer uses less "
        "energy and waits longer for a neighbour.",
        "Ye, Heidemann, Estrin, An Energy-Efficient MAC Protocol for Wireless Sensor Networks (2002)",
        ("Radio duty",),
    ),
    Term(
        "ε, privacy budget",
        "The bound on how much more probable one person's data can make any outcome, as the exponent of e. A smaller ε "
        "promises more privacy and needs more noise or more people.",
        "Dwork, Roth, The Algorithmic Foundations of Differential Privacy (2014), section 2.3",
        ("Promise ε, all rounds",),
    ),
    Term(
        "erasure code",
        "Packets with so much redundancy that any sufficient part of them restores the message. It spends bytes on "
        "the air to save the time of asking for lost packets again.",
        "Luby, LT Codes (2002)",
        ("Coding on the air",),
    ),
    Term(
        "FedAvg and its relatives",
        "FedAvg averages the models that clients have trained for several steps on their own. FedProx holds each of "
        "them near the common model, and SCAFFOLD corrects the direction in which each of them drifts.",
        "McMahan et al. (2017); Li et al., Federated Optimization in Heterogeneous Networks (2020); "
        "Karimireddy et al., SCAFFOLD: Stochastic Controlled Averaging for Federated Learning (2020)",
        ("Algorithm",),
    ),
    Term(
        "gossip",
        "Devices average their models with a few neighbours at a time, without a server. The fan-out is to how many "
        "neighbours each one sends in a round.",
        "Boyd et al., Randomized Gossip Algorithms (2006)",
        ("Fan-out of gossip", "Who hears whom"),
    ),
    Term(
        "gradient checkpointing",
        "To keep the activations of some layers alone, and to compute the others again on the way back. It saves "
        "memory and costs about one more forward pass.",
        "Chen et al., Training Deep Nets with Sublinear Memory Cost (2016)",
        ("Checkpointing",),
    ),
    Term(
        "HBM",
        "High-bandwidth memory, stacked beside an accelerator's chip. While a language model decodes, its capacity "
        "bounds how many requests fit and its bandwidth how fast tokens come.",
        "Kwon et al., Efficient Memory Management for Large Language Model Serving with PagedAttention (2023)",
        ("HBM for adapters",),
    ),
    Term(
        "last blocks (k)",
        "To train the k layers nearest the output and to leave the others as they are. Activations have to be kept "
        "from the first trained layer on alone.",
        "Yosinski et al., How Transferable Are Features in Deep Neural Networks? (2014)",
        ("Last blocks (k)", "What trains"),
    ),
    Term(
        "learning rate",
        "The length of a step of training, as a factor of the gradient. Too large a rate makes the loss grow or "
        "swing, too small a one needs more steps.",
        "Goodfellow, Bengio, Courville, Deep Learning (2016), section 8.3",
        ("Learning rate",),
    ),
    Term(
        "local steps",
        "How many steps a client trains on its own data between two messages. More steps need fewer rounds, until the "
        "clients drift apart.",
        "McMahan et al. (2017); "
        "Karimireddy et al., SCAFFOLD: Stochastic Controlled Averaging for Federated Learning (2020)",
        ("Local steps",),
    ),
    Term(
        "LoRA rank",
        "LoRA leaves a weight matrix as it is and trains the product of two thin ones beside it; the rank is their "
        "common width. Trained parameters, bytes and memory of the optimizer grow in proportion to it.",
        "Hu et al., LoRA: Low-Rank Adaptation of Large Language Models (2021)",
        ("Rank", "Rank (LoRA)", "Adapted matrices", "Adapter", "Tenants with an adapter"),
    ),
    Term(
        "numeric precision",
        "How many bits a number has. Half of the bits halve memory and traffic, and leave less room between the "
        "smallest and the largest gradient.",
        "Micikevicius et al., Mixed Precision Training (2018)",
        ("Precision",),
    ),
    Term(
        "optimizer state",
        "What an optimizer remembers of each trained parameter: nothing for plain gradient descent, one number with "
        "momentum, two for Adam. It stays in memory during all of the training.",
        "Kingma, Ba, Adam: A Method for Stochastic Optimization (2015)",
        ("Optimizer",),
    ),
    Term(
        "payload",
        "What one device sends or receives in one direction of a round. It is the number of the trained parameters "
        "times the bytes of each, less what compression saves.",
        "Konečný et al., Federated Learning: Strategies for Improving Communication Efficiency (2016)",
        ("Payload", "What moves, one direction"),
    ),
    Term(
        "proximal weight μ",
        "FedProx adds to each client's loss μ/2 times the squared distance to the common model. A larger μ lets "
        "clients drift less and learn less in a round.",
        "Li et al., Federated Optimization in Heterogeneous Networks (2020)",
        ("Proximal weight μ (FedProx)",),
    ),
    Term(
        "request batching",
        "To decode several requests in one pass, which read the weights of the model once. It raises the tokens of a "
        "second, and every request waits for the batch.",
        "Yu et al., Orca: A Distributed Serving System for Transformer-Based Generative Models (2022)",
        ("Requests in a batch",),
    ),
    Term(
        "round",
        "One exchange between the server and the clients that it invited: models out, updates back. What moves grows "
        "with the rounds, what is learnt in each of them shrinks.",
        "McMahan et al. (2017)",
        ("Rounds", "Rounds a day", "Rounds a profile", "Period of a round"),
    ),
    Term(
        "sequence length",
        "How many tokens of a text a model reads at once. Activations grow in proportion to it, and the scores of "
        "attention, where they are kept, with its square.",
        "Vaswani et al., Attention Is All You Need (2017)",
        ("Sequence",),
    ),
    Term(
        "spectrogram",
        "The strength of each frequency of a sound over time, as a picture. Fewer bands or longer steps make it "
        "smaller, and leave less of the voice in it.",
        "Oppenheim, Schafer, Discrete-Time Signal Processing, third edition (2010), section 10.3",
        ("Spectrogram",),
    ),
    Term(
        "where noise is added",
        "Central differential privacy lets a trusted server add noise to the sum; local differential privacy lets each "
        "device add its own before it sends. For the same ε the local noise in the average is far larger.",
        "Kairouz et al., Advances and Open Problems in Federated Learning (2021), chapter 4",
        ("Noise is added",),
    ),
    Term(
        "within-group and between-group variance, τ²/σ²",
        "τ² is how much places differ, σ² how much one device's own estimate varies. A large ratio makes averaging "
        "over places harmful: each is better off with its own.",
        "Gelman, Hill, Data Analysis Using Regression and Multilevel/Hierarchical Models (2006), chapter 12",
        ("Diversity of places, τ²/σ²",),
    ),
    Term(
        "Zipf skew s",
        "How much a few items are asked for more than the others: the item of rank n is asked for in proportion to "
        "1/n^s. The larger s is, the better a small cache serves.",
        "Breslau et al., Web Caching and Zipf-like Distributions: Evidence and Implications (1999)",
        ("Skew of the demand, s",),
    ),
)
_BY_LABEL = {label: term for term in TERMS for label in term.labels}


def term_of(label: str) -> Term | None:
    """Return the term that a control's name opens, if there is one."""
    return _BY_LABEL.get(label)
