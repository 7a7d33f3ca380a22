"""What the Personalization Flood asks and shows after the lock: observation, equations, reflection."""

from __future__ import annotations

from dataclasses import replace

from physics.units import TB
from tracks.api.controls import Option, Preset, Value
from tracks.api.demonstration import Peek, PeekLine
from tracks.api.outcome import Outcome
from tracks.api.quantities import three_digits
from tracks.api.teaching import Question, Reflection
from tracks.api.track import Track
from tracks.cloud_titan.flood.model.serving import ServingResult, serve
from tracks.cloud_titan.flood.setting import (
    CONTEXT_TOKENS,
    DEFAULTS,
    EVICTION_NAMES,
    HOST,
    TARGETS,
    Node,
    adapted_matrices,
    default_setting,
    node_of,
    setting_of,
)
from tracks.cloud_titan.flood.state import evaluate
from tracks.common.provenance import quantity_text

# --- observation -----------------------------------------------------------------------------------------------------

OBSERVATION = Question(
    id="start_hits",
    text=f"In the first figure, at rank 16 on q, k, v, o, {quantity_text(DEFAULTS['hbm_bytes'].value, 'B')} of HBM and "
    f"{quantity_text(DEFAULTS['host_bytes'].value, 'B')} of host memory: how many requests find their adapter in "
    "either?",
    options=(
        Option(
            id="hundredth",
            text="About one in a hundred",
            feedback="That is less than the share of the adapters’ demand: the few that fit are the popular ones.",
        ),
        Option(
            id="sixth",
            text="About one in six",
            feedback="The filled mark stands there. Everyone else goes to the drive, at 131 MB a request.",
        ),
        Option(
            id="half",
            text="About half",
            feedback="The curve of rank 16 reaches one half near 15 TB, thirty times the host memory asked about.",
        ),
        Option(
            id="most",
            text="Nearly all",
            feedback="Nearly all would be found near the right end of the curve, where all adapters fit: 131 TB.",
        ),
    ),
    answer="sixth",
    settings=(
        Preset(
            id="asked",
            label="that setting",
            values={
                "rank": 16,
                "targets": "qkvo",
                **{name: DEFAULTS[name].value for name in ("hbm_bytes", "host_bytes")},
            },
        ),
    ),
)


# --- Peek ------------------------------------------------------------------------------------------------------------

_LINES = (
    ("claimed", "HBM", "claimed = W + B × context × kv + adapters ≤ gpus × card × 90%",
     r"$\text{claimed} = W + B \times \text{context} \times \text{kv} + \text{adapters} \le \text{gpus} \times "
     r"\text{card} \times 90\,\%$"),
    ("drive_load", "Drive", "ρ = λ (1 − h₁ − h₂) A / nvme", r"$\rho = \dfrac{\lambda (1 - h_1 - h_2) A}{\text{nvme}}$"),
    ("first_token", "First token", "M/D/1 at drive and links: mean wait ρD / (2(1 − ρ)), tail K e^(−y t/D) with "
     "ρ(e^y − 1) = y;  D = A / bandwidth",
     r"M/D/1 at drive and links: mean wait $\dfrac{\rho D}{2 (1 - \rho)}$, tail $K e^{-y t / D}$ with "
     r"$\rho (e^y - 1) = y$; $D = A / \text{bandwidth}$"),
    ("tokens", "Decode step", "tokens/s = B / step;  step = (W + U(B) A + B × context × kv) / (gpus × bandwidth);  "
     "U(B) = Σ 1 − (1 − p_i)^B",
     r"$\text{tokens/s} = B / \text{step}$; $\text{step} = \dfrac{W + U(B) A + B \times \text{context} \times "
     r"\text{kv}}{\text{gpus} \times \text{bandwidth}}$; $U(B) = \sum_i \left(1 - (1 - p_i)^B\right)$"),
    ("gain", "Rank and accuracy", "W_k = W + [D]_r, D the tenant’s own change, [D]_r the nearest of rank r;  "
     "proxy rank = log2(rank × matrices) − 2",
     r"$W_k = W + [D]_r$, $D$ the tenant’s own change, $[D]_r$ the nearest of rank $r$; "
     r"$\text{proxy rank} = \log_2(\text{rank} \times \text{matrices}) - 2$"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    state, hit = evaluate(track, setting_of(controls)), outcome.reading("hit")
    node, setting, size = state.node, state.setting, state.results.adapter_bytes
    if setting.eviction == "pinned":
        equation = "hit = Σ p_i over the C most popular, p_i ∝ i^−s"
        latex = r"$\text{hit} = \sum_{i \le C} p_i$ over the $C$ most popular, $p_i \propto i^{-s}$"
    else:
        equation = "hit = Σ p_i (1 − e^(−p_i T)), T from Σ (1 − e^(−p_i T)) = C, p_i ∝ i^−s (Che 2002)"
        latex = (
            r"$\text{hit} = \sum_i p_i \left(1 - e^{-p_i T}\right)$, $T$ from $\sum_i \left(1 - e^{-p_i T}\right) = C$"
            r", $p_i \propto i^{-s}$ (Che 2002)"
        )
    lines = [
        PeekLine(
            name="An adapter",
            equation="A = 2 B × rank × layers × Σ (d_in + d_out) over the adapted matrices",
            latex=r"$A = 2\,\text{B} \times \text{rank} \times \text{layers} \times \sum (d_{\text{in}} + "
            r"d_{\text{out}})$ over the adapted matrices",
            numbers=f"{setting.rank} × {quantity_text(size / setting.rank, 'B')} = {quantity_text(size, 'B')} on "
            f"{TARGETS[setting.targets]} ({adapted_matrices(setting.targets)} matrices a block); × "
            f"{three_digits(node.adapters)} = {quantity_text(node.adapters * size, 'B')}",
            source=hit.source,
        ),
        PeekLine(
            name="Hits",
            equation=f"{equation}; C = memory / A, for HBM and for host memory, which copies HBM",
            latex=latex + r"; $C = \text{memory} / A$, for HBM and for host memory, which copies HBM",
            numbers=f"s = {three_digits(setting.skew)}, {EVICTION_NAMES[setting.eviction]}: {hit.formula}",
            source=hit.source,
        ),
    ]
    lines += [
        PeekLine(name=name, equation=equation, latex=latex, numbers=reading.formula, source=reading.source)
        for name, equation, latex, reading in (
            (name, equation, latex, outcome.reading(reading_id)) for reading_id, name, equation, latex in _LINES
        )
    ]
    return Peek(
        lines=tuple(lines),
        leaves_out="Requests are independent: no conversations, bursts or time of day, and popularity never moves, "
        "which flatters pinning. Two requests for one adapter do not share its reading. The drive holds every adapter "
        "and reads them one after the other; reading and transfer do not overlap. Prefill, arithmetic and kernel "
        "launches are left out: a decode step is bound by memory. Every request has the same context of "
        f"{CONTEXT_TOKENS.value} tokens. Accuracy by rank is a proxy task on small images, and matching its "
        "ranks to the model’s by doublings is an assumption. One server, no neighbour to fetch from.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------


def changes(track: Track) -> dict[str, ServingResult]:
    """Return what single changes of the start do: half the rank, all HBM that is left, full host memory, pinning."""
    node, now = node_of(track), default_setting(track)
    return {
        "start": serve(node, now),
        "rank": serve(node, replace(now, rank=now.rank // 2)),
        "least": serve(node, replace(now, rank=now.rank // 4)),
        "hbm": serve(node, replace(now, hbm_bytes=_left(node, now.batch))),
        "host": serve(node, replace(now, host_bytes=HOST.high)),
        "pinned": serve(node, replace(now, eviction="pinned")),
        "way_out": serve(node, replace(now, rank=now.rank // 2, host_bytes=1 * TB, eviction="pinned")),
    }


def _left(node: Node, batch: int) -> float:
    """Return the HBM that weights and the KV cache of a batch leave [B]."""
    return node.beside_weights_bytes - batch * node.request_bytes


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    node, states, rank = node_of(track), changes(track), default_setting(track).rank
    before, after, out = states["start"], states["rank"], states["way_out"]
    held = three_digits(before.held_host), three_digits(after.held_host)
    sizes = quantity_text(before.adapter_bytes, "B"), quantity_text(after.adapter_bytes, "B")
    loads = quantity_text(before.drive_load, "share"), quantity_text(after.drive_load, "share")
    wait = quantity_text(after.first_token_s, "s")
    return Reflection(
        prompt="The rank was promised as a matter of quality. What else did it decide, and what stopped you from going "
        "lower still? Where should the next gigabyte of HBM go, to adapters or to KV cache?",
        rubric=(
            "Says that the rank sets the size of an adapter, and so how many of them a memory holds.",
            "Follows that to the drive’s load or the wait, with a number from a figure.",
            "Names what stops at the other side: the accuracy that an adapter gains, or the KV cache.",
            "Says which change of a number would change the mind.",
        ),
        model_answer=f"Rank is a cache-capacity decision. At rank {rank} an adapter is {sizes[0]} and all of "
        f"them {quantity_text(node.adapters * before.adapter_bytes, 'B')}; at half the rank it is {sizes[1]}, the "
        "same host "
        f"memory holds {held[1]} instead of {held[0]}, and each miss reads half as much. Both act on the drive: "
        f"{loads[0]} becomes {loads[1]}. That alone leaves p99 at {wait}; pinning and 1 TB of host memory bring it to "
        f"{quantity_text(out.first_token_s, 's')}. At rank {rank // 4} the gain of a tenant falls to "
        f"{quantity_text(states['least'].gain, 'points')}, below the floor. HBM for adapters needs to hold what a "
        "batch names, "
        f"{quantity_text(after.named * after.adapter_bytes, 'B')}; a miss there costs a transfer of "
        f"{quantity_text(after.adapter_bytes / (node.gpus * node.pcie_bytes_per_s), 's')}, so the next gigabyte "
        "belongs to the "
        "KV cache. What would change my mind: a steeper demand, or a faster drive. To take along: what looks like one "
        "tenant’s quality setting is, times a million, the size of the working set.",
        weak_sample="LoRA adapters are small, so we can keep the rank and simply add memory until it works.",
        strong_sample=f"In the second figure the curve of rank {rank // 2} crosses the limit at more than "
        f"twice the load that rank {rank} bears: half the bytes a miss, and more hits besides. Giving HBM "
        f"all that is left keeps the drive at {quantity_text(states['hbm'].drive_load, 'share')}. The floor "
        f"of accuracy stops me before rank {rank // 4}. At a skew of {three_digits(1.2)} pinning would do "
        f"at rank {rank}.",
        check=_check(track, states),
    )


def _check(track: Track, states: dict[str, ServingResult]) -> Question:
    node, now = node_of(track), default_setting(track)
    load = {name: quantity_text(state.drive_load, "share") for name, state in states.items()}
    hits = {name: quantity_text(state.hit, "share") for name, state in states.items()}
    return Question(
        id="drive",
        text=f"At rank {now.rank} with {quantity_text(now.host_bytes, 'B')} of host memory the drive is at "
        f"{load['start']}. Which one change takes most of that away?",
        options=(
            Option(
                id="hbm",
                text=f"All the HBM that is left to adapters: {quantity_text(_left(node, now.batch), 'B')}",
                feedback=f"{load['hbm']}. Hits stay at {hits['hbm']}: host memory is larger than HBM and holds "
                "a copy of it, so what HBM gains was there already.",
            ),
            Option(
                id="host",
                text=f"Host memory from {quantity_text(now.host_bytes, 'B')} to {quantity_text(HOST.high, 'B')}",
                feedback=f"{load['host']}. Four times the memory takes hits from {hits['start']} to {hits['host']}; "
                "on a long tail hits grow slowly, and each miss still reads as much.",
            ),
            Option(
                id="pinned",
                text="Pin the most popular adapters",
                feedback=f"{load['pinned']}. The best any cache of this size can do with independent requests: hits of "
                f"{hits['pinned']}. The size of a miss stays.",
            ),
            Option(
                id="rank",
                text=f"Rank from {now.rank} to {now.rank // 2}",
                feedback=f"{load['rank']}. Twice as many adapters fit everywhere, hits go to {hits['rank']}, and each "
                "miss reads half the bytes. The other changes act on the hits alone.",
            ),
        ),
        answer="rank",
    )
