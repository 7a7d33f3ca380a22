"""The papers listed at every briefing, each with the question that it answers in this lab."""

from __future__ import annotations

from physics.sources import Source, source


def _paper(citation: str, *, doi: str = "", url: str = "") -> Source:
    return source(citation, kind="paper", doi=doi, url=url)


PAPERS: tuple[tuple[Source, str], ...] = (
    (
        _paper(
            "McMahan et al. 2017, Communication-Efficient Learning of Deep Networks from Decentralized Data",
            url="https://arxiv.org/abs/1602.05629",
        ),
        "FedAvg: how local steps buy fewer rounds, and what a round moves.",
    ),
    (
        _paper(
            "Kairouz et al. 2021, Advances and Open Problems in Federated Learning",
            url="https://arxiv.org/abs/1912.04977",
        ),
        "What makes a fleet unlike a data centre: skew, drop-out, slow links, and which of these are still open.",
    ),
    (
        _paper(
            "Cai et al. 2020, TinyTL: Reduce Memory, Not Parameters for Efficient On-Device Learning",
            url="https://arxiv.org/abs/2007.11622",
        ),
        "Why activations, not weights, fill the memory of a device that learns.",
    ),
    (
        _paper(
            "Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models",
            url="https://arxiv.org/abs/2106.09685",
        ),
        "How small an update can be, and which parts of training memory it does not touch.",
    ),
    (
        _paper(
            "McMahan et al. 2018, Learning Differentially Private Recurrent Language Models",
            url="https://arxiv.org/abs/1710.06963",
        ),
        "DP-FedAvg: what clipping and noise cost in accuracy and in cohort size.",
    ),
    (
        _paper("Boyd et al. 2006, Randomized Gossip Algorithms", doi="10.1109/TIT.2006.874516"),
        "How fast neighbours that only talk to neighbours reach the mean.",
    ),
    (
        _paper(
            "Sheng et al. 2023, S-LoRA: Serving Thousands of Concurrent LoRA Adapters",
            url="https://arxiv.org/abs/2311.03285",
        ),
        "How one base model serves many adapters when they do not all fit in memory.",
    ),
)
