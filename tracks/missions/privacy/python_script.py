"""The runs of a state of the privacy bench as one Python script, clipped and noised as they are."""

from __future__ import annotations

import numpy as np

from physics.federation import problem_from_partition
from tracks import Track
from tracks.common.proxy_fleet import problem
from tracks.common.python_script import federated_script
from tracks.missions.privacy.runs import learning_task, run_seeds, simulated
from tracks.missions.privacy.setting import LEARNING_RATE, Setting

# With all data in one place the page shows the best model. Gradient steps come within an image of it in 100 times 20.
ROUNDS_TOGETHER, STEPS_TOGETHER = 100, 20


def privacy_script(track: Track, setting: Setting, *, seed: int, title: str) -> str:
    """Return the script of a setting's runs; with all data in one place, of gradient steps on all of them."""
    fleet = problem(track.fleet.seed, track.fleet.skew_alpha)
    if setting.deployment == "centralised":
        return federated_script(
            problem_from_partition([np.concatenate(fleet.partition)]),
            title=f"{title} All data in one place",
            received=np.ones((1, ROUNDS_TOGETHER, 1), dtype=np.int64),
            algorithm="fedavg",
            local_steps=STEPS_TOGETHER,
            learning_rate=LEARNING_RATE,
        )
    task = learning_task(track, setting, seed=seed)
    return federated_script(
        fleet,
        title=title,
        received=np.stack([run.survivors for run in simulated(task)]),
        algorithm="fedavg",
        local_steps=task.local_steps,
        learning_rate=LEARNING_RATE,
        clip=task.clip_norm,
        noise_multiplier=task.noise_multiplier,
        local_noise=task.local,
        seeds=run_seeds(task),
    )
