"""What each city reaches alone: the shared model after steps on its clients' own data, scored on their own mix."""

from __future__ import annotations

from functools import lru_cache

from physics.federation import personalise
from tracks.common.cache import cached_on_disk
from tracks.common.federated_runs import Learning, model_of
from tracks.common.proxy_fleet import CITIES, CLIENTS, problem

OWN_STEPS = 20


@lru_cache(maxsize=128)
@cached_on_disk
def own_accuracy(learning: Learning) -> tuple[float, ...]:
    """Return each city's accuracy on its own mix after 20 own steps from the shared model, mean of its clients, 0..1.

    The shared model is the last of the first draw, which a moving slider shows.
    """
    fleet = problem(learning.fleet_seed, learning.alpha)
    alone = personalise(
        fleet,
        model_of(learning),
        client=range(CLIENTS),
        local_steps=OWN_STEPS,
        learning_rate=learning.learning_rate,
    )
    of_clients = alone.own.reshape(CITIES, -1)  # type: ignore[union-attr] # an array for several clients
    return tuple(float(city.mean()) for city in of_clients)
