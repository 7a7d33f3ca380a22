"""Flower's simulation of FedAvg on a problem of ours: the same images, objective and steps, in numpy clients."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

for variable, value in (("FLWR_TELEMETRY_ENABLED", "0"), ("RAY_USAGE_STATS_ENABLED", "0"), ("RAY_DEDUP_LOGS", "0")):
    os.environ[variable] = value

import numpy as np  # noqa: E402
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict  # noqa: E402
from flwr.clientapp import ClientApp  # noqa: E402
from flwr.serverapp import Grid, ServerApp  # noqa: E402
from flwr.serverapp.strategy import FedAvg  # noqa: E402
from flwr.simulation import run_simulation  # noqa: E402
from scipy.special import softmax  # noqa: E402

from physics.federation import FederatedProblem  # noqa: E402


def simulation(
    problem: FederatedProblem, *, rounds: int, local_steps: int, learning_rate: float, cross_entropy: bool = False
) -> tuple[float, float, Any]:
    """Return seconds of the rounds, seconds with the start of the processes, and the last model; all clients join."""
    logging.getLogger("flwr").setLevel(logging.ERROR)
    data, regularization = problem.data, problem.regularization
    images = [data.train_inputs[held] for held in problem.partition]
    targets = [data.train_one_hot[held] - (0 if cross_entropy else 0.1) for held in problem.partition]
    clients, server = ClientApp(), ServerApp()
    kept: dict[str, Any] = {}

    @clients.train()
    def train(message: Message, context: Context) -> Message:
        me = int(context.node_config["partition-id"])
        weights = message.content["arrays"].to_numpy_ndarrays()[0].copy()
        for _ in range(local_steps):
            answers = images[me] @ weights
            if cross_entropy:
                answers = softmax(answers, axis=1)
            gradient = images[me].T @ (answers - targets[me]) / len(images[me]) + regularization * weights
            weights -= learning_rate * gradient
        answer = {"arrays": ArrayRecord([weights]), "metrics": MetricRecord({"num-examples": len(images[me])})}
        return Message(content=RecordDict(answer), reply_to=message)

    def accuracy(_round: int, arrays: ArrayRecord) -> MetricRecord:
        kept["weights"] = arrays.to_numpy_ndarrays()[0]
        answers = np.argmax(data.test_inputs.T @ kept["weights"], axis=1)
        return MetricRecord({"accuracy": float(np.mean(answers == data.test_labels))})

    @server.main()
    def serve(grid: Grid, _context: Context) -> None:
        start = time.perf_counter()
        everyone = len(images)  # both limits: else the first round starts with the clients connected by then
        strategy = FedAvg(fraction_evaluate=0.0, min_train_nodes=everyone, min_available_nodes=everyone)
        first = ArrayRecord([np.zeros((problem.dimension, 10))])
        strategy.start(grid=grid, initial_arrays=first, num_rounds=rounds, evaluate_fn=accuracy)
        kept["seconds"] = time.perf_counter() - start

    start = time.perf_counter()
    one_core = {"client_resources": {"num_cpus": 1, "num_gpus": 0.0}}
    run_simulation(server, clients, num_supernodes=len(images), backend_config=one_core)
    return kept["seconds"], time.perf_counter() - start, kept["weights"]
