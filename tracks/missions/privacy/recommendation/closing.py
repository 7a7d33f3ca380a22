"""How the recommendation fleet closes: observation, Peek with the origin's bound, presets and reflection."""

from __future__ import annotations

from dataclasses import replace

from tracks import Option, Outcome, Peek, PeekLine, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words, three_digits
from tracks.missions.privacy.accounting import moved_bytes
from tracks.missions.privacy.closing import peek as peek_of
from tracks.missions.privacy.recommendation.state import evaluate
from tracks.missions.privacy.recommendation.texts import trial_points
from tracks.missions.privacy.recommendation.world import (
    CLAIMED_POINTS,
    NETWORK_BYTES,
    PLANNED_SHARE,
    PREFER_C,
    ROUNDS,
    trial,
)
from tracks.missions.privacy.setting import delta_below, setting_of
from tracks.missions.privacy.state import GAP_LIMIT

CLIP_THAT_HOLDS = 2.0

BOUND = "σ² / (C E R) + β² E² / R"


def presets(track: Track) -> tuple[Preset, ...]:
    """Return the plan of the fleet, and the most rounds that it may be run for."""
    plan = replace(trial(), participating_share=PLANNED_SHARE)
    most = replace(plan, rounds=int(ROUNDS[1]))
    day, longest = (in_words(moved_bytes(track, one), "B") for one in (plan, most))
    share, allowed = in_words(PLANNED_SHARE, "share"), in_words(NETWORK_BYTES, "B")
    return (
        Preset(
            id="plan",
            label=f"{share} of the fleet",
            values={"participating_share": PLANNED_SHARE},
            note=f"{share} a round, {plan.rounds} rounds in 30 days: {day} a day; the network carries {allowed}.",
        ),
        Preset(
            id="most_rounds",
            label=f"{most.rounds} rounds",
            values={"participating_share": PLANNED_SHARE, "rounds": most.rounds},
            note=f"The same cohort for {most.rounds} rounds: {longest} a day; the network carries {allowed}.",
        ),
    )


def observation() -> Question:
    """Return the question what a grown cohort does to the trial."""
    share = in_words(PLANNED_SHARE, "share")
    return Question(
        id="cohort",
        text=f"The trial’s cohort, grown to {share} of the fleet: what became of its points, and at what price?",
        options=(
            Option(
                id="bytes",
                text="Fewer points are lost, and more bytes are moved than the network carries",
                feedback="Noise that each user adds shrinks with the root of the cohort; bytes grow in step with it.",
            ),
            Option(
                id="same",
                text="The points stay: noise does not depend on the cohort",
                feedback="Each user adds as much as before, but the average over more users has less of it.",
            ),
            Option(
                id="free",
                text="Fewer points are lost, at no price",
                feedback="Every user of the cohort receives the model and sends an update, in each round.",
            ),
        ),
        answer="bytes",
        settings=(Preset(id="plan", label=f"{share} of the fleet", values={"participating_share": PLANNED_SHARE}),),
    )


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations of the privacy bench, and the bound on convergence that the first lab printed."""
    setting = setting_of(controls)
    clients, steps, rounds = setting.cohort, setting.local_steps, setting.rounds
    usual = peek_of(track, outcome, **controls)
    bound = PeekLine(
        name="A bound on federated averaging",
        equation=f"error ≤ {BOUND}",
        latex=r"$\text{error} \le \dfrac{\sigma^2}{C E R} + \dfrac{\beta^2 E^2}{R}$",
        numbers=f"C = {in_words(clients, '')} clients, E = {steps} local steps, R = {rounds} rounds: 1 / (C E R) = "
        f"{three_digits(1 / (clients * steps * rounds))}, E² / R = {three_digits(steps**2 / rounds)}",
        source="The bound of the first edition of this lab, of the form of Khaled, Mishchenko, Richtárik 2020; σ and "
        "β, the spread of the gradients within and between clients, are not known here.",
    )
    return Peek(
        lines=(*usual.lines, bound),
        leaves_out=f"{usual.leaves_out} The bound on federated averaging has neither the clip nor the noise of a "
        "promise in it, and no constants: it orders designs and gives no accuracy. The survey is not modelled: who was "
        "asked, and what they were told of C.",
    )


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read."""
    fleet = trial().fleet
    kept = replace(trial(), delta=delta_below(fleet))
    held = replace(kept, noise="secure_aggregation", clip_norm=CLIP_THAT_HOLDS)
    shorter = evaluate(track, held, seed=0)
    lost, left = trial_points(track), three_digits(max(round(shorter.gap, 1), 0.0))
    said, prefer = in_words(round(lost), ""), in_words(PREFER_C, "share")
    limit = three_digits(GAP_LIMIT)
    return Reflection(
        prompt="Can C be shipped? What did the trial measure when it lost its points, what mends it, and what do you "
        f"make of “{prefer} of users prefer C”?",
        rubric=(
            "Names a design with its ε, δ and unit, its points and its bytes a day.",
            "Says what made the trial’s points: its clip, its cohort, where its noise was added.",
            "Says that a larger cohort is paid in bytes.",
            "Asks what the users of the survey were told, and does not take a preference for a guarantee.",
        ),
        model_answer=f"The trial lost {said} points because each phone added noise for an update of up to "
        f"{three_digits(trial().clip_norm)}, and {in_words(trial().cohort, '')} phones do not average that away. "
        "Growing the cohort alone ends at the network. With noise in shares under secure aggregation, a clip of "
        f"{three_digits(CLIP_THAT_HOLDS)} and δ = {three_digits(kept.delta)}, below one in the fleet, {left} of the "
        f"{limit} points are lost at {in_words(shorter.moved, 'B')} a day. So the number was true, and it was one of a "
        f"design, not of privacy. “{prefer} prefer C” says what a survey’s users like, as it was put to them; only ε, "
        "δ and the unit are a promise.",
        weak_sample=f"Privacy costs {CLAIMED_POINTS} points, so we take B, which keeps the data on the phone anyway.",
        strong_sample="At the trial’s setting the point stands far below the line in the first figure; with a shorter "
        "clip it rises above it at the same ε. I would ship C with noise on the sum. If the server may not see single "
        "updates, it must be secure aggregation; without it I would change my mind.",
        check=Question(
            id="what_was_measured",
            text=f"“Accuracy drops {CLAIMED_POINTS} points.” What is that a number of?",
            options=(
                Option(
                    id="design",
                    text="Of one design: its clip, cohort and place of noise",
                    feedback="Another design keeps the same ε at a fraction of the loss.",
                ),
                Option(
                    id="privacy",
                    text="Of differential privacy at this ε",
                    feedback="ε fixes how much noise a sum needs, not how many share it, nor how long an update is.",
                ),
                Option(
                    id="mistake",
                    text="Of nothing: the team measured wrongly",
                    feedback="The trial’s cohort gives these points in this lab, too.",
                ),
            ),
            answer="design",
        ),
    )
