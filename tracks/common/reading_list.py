"""The papers offered at every briefing, each with the one question it answers in this lab."""

from __future__ import annotations

READING = (
    (
        "McMahan et al. 2017, Communication-Efficient Learning of Deep Networks from Decentralized Data",
        "FedAvg: how local steps buy fewer rounds, and what a round moves.",
    ),
    (
        "Kairouz et al. 2021, Advances and Open Problems in Federated Learning",
        "What makes a fleet unlike a data centre: skew, drop-out, slow links, and which of these are still open.",
    ),
    (
        "Cai et al. 2020, TinyTL: Reduce Memory, Not Parameters for Efficient On-Device Learning",
        "Why activations, not weights, fill the memory of a device that learns.",
    ),
    (
        "Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models",
        "How small an update can be, and which parts of training memory it does not touch.",
    ),
    (
        "McMahan et al. 2018, Learning Differentially Private Recurrent Language Models",
        "DP-FedAvg: what clipping and noise cost in accuracy and in cohort size.",
    ),
    (
        "Boyd et al. 2006, Randomized Gossip Algorithms",
        "How fast neighbours that only talk to neighbours reach the mean.",
    ),
    (
        "Sheng et al. 2023, S-LoRA: Serving Thousands of Concurrent LoRA Adapters",
        "How one base model serves many adapters when they do not all fit in memory.",
    ),
)
