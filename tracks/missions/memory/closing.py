"""How the memory bench closes: what the waterfall showed, Peek and reflection, every number from track or physics."""

from __future__ import annotations

from tracks import Option, Outcome, Peek, PeekLine, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words
from tracks.missions.memory.costs import Costs, costs
from tracks.missions.memory.networks import Network, network_of
from tracks.missions.memory.setting import default_setting, setting_of

# --- observation -----------------------------------------------------------------------------------------------------

OBSERVATION = Question(
    id="waterfall",
    text="Go from full fine-tuning to LoRA in the stock runtime, all else unchanged. What did the waterfall show?",
    options=(
        Option(
            id="all_shrink",
            text="All four parts shrink with the trained share",
            feedback="Only gradients and optimizer states go with the number of trained parameters. Look at the "
            "activations in the two states.",
        ),
        Option(
            id="activations_stay",
            text="Gradients and optimizer all but vanish, activations stay",
            feedback="A small adapter has few gradients and states. But to reach it, the backward pass runs through "
            "the whole network, and needs the activations on its way.",
        ),
        Option(
            id="activations_go",
            text="Activations vanish, since the network is frozen",
            feedback="A frozen layer needs no gradient for its weights, but one for its input, to hand on. Its stored "
            "maps are still there: compare the green bars.",
        ),
        Option(
            id="weights_go",
            text="Weights vanish, since only adapters are held",
            feedback="The adapter stands beside the network, which has to be in memory to compute anything. Weights "
            "can become narrower where they are frozen; they do not leave.",
        ),
    ),
    answer="activations_stay",
    settings=(
        Preset(id="full", label="full fine-tuning", values={"method": "full", "runtime": "stock"}),
        Preset(id="lora", label="LoRA", values={"method": "lora", "runtime": "stock"}),
    ),
)


# --- Peek ------------------------------------------------------------------------------------------------------------

_LINES = (
    ("total", "Training memory, a sum", "M = weights + gradients + optimizer + activations;  gradients = P_t b_g,  "
     "optimizer = P_t {SGD 0, momentum 4, Adam 8},  weights = P_f b_f + P_t b_t",
     r"$M = \text{weights} + \text{gradients} + \text{optimizer} + \text{activations}$; "
     r"$\text{gradients} = P_t b_g$, $\text{optimizer} = P_t \times$ 0 (SGD), 4 (momentum) or 8 (Adam), "
     r"$\text{weights} = P_f b_f + P_t b_t$"),
    ("amplification", "Amplification", "M / M_inference;  M_inference = weights + batch × live layer",
     r"$\dfrac{M}{M_{\text{inference}}}$; $M_{\text{inference}} = \text{weights} + \text{batch} \times "
     r"\text{live layer}$"),
    ("headroom", "Headroom", "budget − M", r"$\text{budget} - M$"),
    ("trained", "What trains", "full: P;  LoRA: r Σ (d_in + d_out);  TinyTL bias: shifts and head;  lite residual: "
     "modules and head;  last blocks: these, and the head",
     r"full: $P$; LoRA: $r \sum (d_{\text{in}} + d_{\text{out}})$; TinyTL bias: shifts and head; lite residual: "
     r"modules and head; last blocks: these, and the head"),
    ("payload", "The update", "payload = P_t × width;  times in 30 days = cap / (2 payload)",
     r"$\text{payload} = P_t \times \text{width}$; "
     r"$\text{times in 30 days} = \dfrac{\text{cap}}{2\,\text{payload}}$"),
    ("gain", "Gain kept", "share of the method × of the optimizer (× of an own runtime) + what a sample’s size adds",
     ""),
    ("step_energy", "A step", "E = P t,  t = max(FLOP / (utilisation × peak), 2 M / bandwidth)",
     r"$E = P t$, $t = \max\left(\dfrac{\text{FLOP}}{\text{utilisation} \times \text{peak}}, "
     r"\dfrac{2 M}{\text{bandwidth}}\right)$"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    network = network_of(track)
    setting = setting_of(network, controls)
    spent = costs(network, setting)
    lines = [
        PeekLine(name=name, equation=equation, latex=latex, numbers=reading.formula, source=reading.source)
        for name, equation, latex, reading in (
            (name, equation, latex, outcome.reading(reading_id)) for reading_id, name, equation, latex in _LINES
        )
    ]
    kept = spent.activations / setting.batch
    which = "the live layer" if spent.forward_leads else f"in the {setting.runtime} runtime"
    lines.insert(
        1,
        PeekLine(
            name="Activations",
            equation=_activation_equation(network),
            latex=_LLAMA_ACTIVATIONS if network.is_transformer else "",
            numbers=f"{setting.batch} × {in_words(kept, 'iB')} = {in_words(spent.activations, 'iB')}, {which}",
            source=outcome.reading("total").source,
        ),
    )
    return Peek(
        lines=tuple(lines),
        leaves_out="The allocator’s slack, workspaces of kernels, code and the framework itself, the KV cache of "
        "serving. Learning is taken to run in place of inference: both at once would share the weights. What "
        "checkpointing computes again costs time, which the energy of a step leaves out. The live layer of the forward "
        "pass and what the backward pass keeps are not added up: the larger counts. A small batch is taken to learn as "
        "well as a large one, by adding up gradients over several steps. Precision is taken to cost no accuracy. The "
        "gain of LoRA is a proxy’s, which does not know which matrices are adapted; its digits do not carry over, the "
        "saturation with rank does.",
    )


_LLAMA_ACTIVATIONS = (
    r"a Llama block keeps $s b p (6 h + 2\,\text{kv} + 4\,\text{ffn})$ $+ s b r p$ an adapter, stock also "
    r"$a s^2 b p$ of attention weights; a GPT’s $s b h (16 p + 2)$ trains, $s b h (10 p + 2)$ under LoRA; "
    r"at least the live layer of the forward pass"
)


def _activation_equation(network: Network) -> str:
    if network.is_transformer:
        return (
            "a Llama block keeps s b p (6 h + 2 kv + 4 ffn) + s b r p an adapter, stock also a s² b p of attention "
            "weights;  a GPT’s s b h (16 p + 2) trains, s b h (10 p + 2) under LoRA;  at least the "
            "live layer of the forward pass"
        )
    return (
        "stock: inputs of every convolution, norm and ReLU6 from the first trained layer on;  ideal: of those that "
        "train; with TinyTL’s methods the live layer and one bit for each of its values;  at least the live layer of "
        "the forward pass"
    )


# --- reflection ------------------------------------------------------------------------------------------------------


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    network = network_of(track)
    start = default_setting(network)
    lora, full = (costs(network, start._replace(method=method)) for method in ("lora", "full"))
    budget = in_words(track.device.learning_memory_bytes, "iB")
    saved = in_words((full.gradients + full.optimizer) - (lora.gradients + lora.optimizer), "iB")
    stay = in_words(lora.activations / full.activations, "share")
    light, heavy = (in_words(one.activations, "iB") for one in (lora, full))
    ideal = costs(network, start._replace(runtime="ideal"))
    return Reflection(
        prompt="Why is the memory wall higher for learning than for inference? And what does a small adapter save of "
        "it, and what not?",
        rubric=(
            "Names one part of the waterfall with its number.",
            "Says that the backward pass needs activations that inference has freed.",
            "Says which two parts an adapter shrinks, and which it leaves.",
            "Names a change that acts on the part that is left, and what it costs.",
        ),
        model_answer=f"Inference holds the weights and one layer at a time, {in_words(lora.inference, 'iB')} here. A "
        "step of training holds what the backward pass will need until it comes by. LoRA instead of full saves "
        f"{saved} of gradients and states and leaves {stay} of the activations, {light} of {heavy}, because the "
        f"gradient has to pass the frozen layers to reach an adapter. With a budget of {budget} the step takes "
        f"{in_words(lora.total, 'iB')}. What acts on activations: a smaller batch, a smaller sample, a runtime that "
        f"keeps only what is needed ({in_words(ideal.activations, 'iB')}), or a method that needs few of them. What "
        "would change my mind: a network whose parameters outweigh its maps.",
        weak_sample="LoRA trains less than one percent of the parameters, so it needs less than one percent of the "
        "memory.",
        strong_sample=f"In the waterfall two bars went and one stayed: activations {light} under LoRA, {heavy} under "
        f"full. The wall is the backward pass, which reads them again; inference frees each as it goes. I would lower "
        "the batch first, since activations follow it one to one. A profile in which weights lead would change my "
        "mind: there narrower weights come first.",
        check=_check(lora),
    )


def _check(lora: Costs) -> Question:
    live = in_words(lora.inference_live, "iB")
    kept = in_words(lora.activations, "iB")
    return Question(
        id="wall",
        text="Why is the memory wall higher for learning than for inference?",
        options=(
            Option(
                id="activations",
                text="The backward pass needs activations that inference frees at once",
                feedback=f"At the default, inference holds {live} of activations and the step {kept}. Gradients and "
                "states come on top, for what trains.",
            ),
            Option(
                id="states",
                text="Every weight needs a gradient and optimizer states",
                feedback=f"Every trained weight does. With the default adapter that is "
                f"{in_words((lora.gradients + lora.optimizer) / lora.total, 'share')} of the step, and the wall is "
                "still there.",
            ),
            Option(
                id="precision",
                text="Training has to run in fp32",
                feedback="Widths multiply all parts by a small number, and frozen weights may stay INT8. Two or four "
                "times is not what separates the two bars of the map.",
            ),
            Option(
                id="batch",
                text="Training uses larger batches",
                feedback="The comparison is at the same batch. A batch of one keeps a layer’s input as long as a batch "
                "of many: until the backward pass has come by.",
            ),
        ),
        answer="activations",
    )
