"""A state of the convergence bench as a Flower app: FedAvg of clients that train a linear layer in torch.

    python examples/flower/app.py --rounds 20

It runs in the environment that `make peers` makes and prints the accuracy after every round, and beside it that
of the lab's own softmax regression with the same clients, images and draws of who takes part.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

for variable in ("FLWR_TELEMETRY_ENABLED", "RAY_USAGE_STATS_ENABLED"):
    os.environ[variable] = "0"
sys.path.insert(0, str(Path(__file__).parents[2]))  # the lab, which is not installed there

import numpy as np  # noqa: E402
import torch  # noqa: E402
from flwr.app import (  # noqa: E402
    ArrayRecord,
    ConfigRecord,
    Context,
    Message,
    MessageType,
    MetricRecord,
    RecordDict,
)
from flwr.clientapp import ClientApp  # noqa: E402
from flwr.serverapp import Grid, ServerApp  # noqa: E402
from flwr.serverapp.strategy import FedAvg  # noqa: E402
from flwr.simulation import run_simulation  # noqa: E402

from examples.flower.state import LEARNING_RATE, LOCAL_STEPS, edge_guardian, participation  # noqa: E402
from physics.federation import FederatedProblem, simulate  # noqa: E402


def model_of(fleet: FederatedProblem) -> torch.nn.Module:
    """Return softmax regression, zero at first; the features hold the constant."""
    model = torch.nn.Linear(fleet.dimension, 10, bias=False)
    torch.nn.init.zeros_(model.weight)
    return model


def client_app(fleet: FederatedProblem) -> ClientApp:
    """Return the app of a client: full-batch steps on its own images."""
    app = ClientApp()

    @app.query()
    def tell(message: Message, context: Context) -> Message:
        """Answer which partition a node holds: its id is drawn anew in each simulation."""
        mine = MetricRecord({"partition": int(context.node_config["partition-id"])})
        return Message(content=RecordDict({"metrics": mine}), reply_to=message)

    @app.train()
    def train(message: Message, context: Context) -> Message:
        held = fleet.partition[int(context.node_config["partition-id"])]
        images = torch.tensor(fleet.data.train_inputs[held], dtype=torch.float32)
        labels = torch.tensor(fleet.data.train_labels[held])
        model = model_of(fleet)
        model.load_state_dict(message.content["arrays"].to_torch_state_dict())
        criterion = torch.nn.CrossEntropyLoss()
        optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, weight_decay=fleet.regularization)
        for _ in range(LOCAL_STEPS):
            optimizer.zero_grad()
            criterion(model(images), labels).backward()
            optimizer.step()
        answer = {"arrays": ArrayRecord(model.state_dict()), "metrics": MetricRecord({"num-examples": len(held)})}
        return Message(content=RecordDict(answer), reply_to=message)

    return app


class DrawnFedAvg(FedAvg):
    """FedAvg of the clients whose updates arrive by a mask, rounds x clients."""

    def __init__(self, drawn: np.ndarray) -> None:
        clients = drawn.shape[1]
        super().__init__(fraction_evaluate=0.0, min_train_nodes=clients, min_available_nodes=clients)
        self.drawn = drawn
        self.nodes: dict[int, int] = {}  # by partition

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Return the model for each client of the round."""
        if not self.nodes:
            while len(ids := list(grid.get_node_ids())) < self.drawn.shape[1]:
                time.sleep(0.1)  # the simulation still starts its nodes
            asked = [Message(content=RecordDict(), message_type=MessageType.QUERY, dst_node_id=node) for node in ids]
            replies = grid.send_and_receive(asked)
            self.nodes = {int(r.content["metrics"]["partition"]): r.metadata.src_node_id for r in replies}
        record = RecordDict({"arrays": arrays, "config": config})
        return [
            Message(content=record, message_type=MessageType.TRAIN, dst_node_id=self.nodes[int(client)])
            for client in self.drawn[server_round - 1].nonzero()[0]
        ]


def run(fleet: FederatedProblem, drawn: np.ndarray) -> list[float]:
    """Return the accuracy of Flower's run, before the first and after every round."""
    curve: list[float] = []
    server = ServerApp()

    def accuracy(_round: int, arrays: ArrayRecord) -> MetricRecord:
        weights = arrays.to_torch_state_dict()["weight"].numpy()
        answers = (weights @ fleet.data.test_inputs).argmax(axis=0)
        curve.append(float(np.mean(answers == fleet.data.test_labels)))
        return MetricRecord({"accuracy": curve[-1]})

    @server.main()
    def serve(grid: Grid, _context: Context) -> None:
        first = ArrayRecord(model_of(fleet).state_dict())
        DrawnFedAvg(drawn).start(grid=grid, initial_arrays=first, num_rounds=len(drawn), evaluate_fn=accuracy)

    one_core: dict[str, Any] = {"client_resources": {"num_cpus": 1, "num_gpus": 0.0}}
    run_simulation(server, client_app(fleet), num_supernodes=fleet.clients, backend_config=one_core)
    return curve


def main() -> None:
    """Run the state in Flower and in the lab, and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    logging.getLogger("flwr").setLevel(logging.ERROR)
    fleet = edge_guardian()
    drawn = participation(fleet, rounds)
    ours = simulate(
        fleet,
        rounds=rounds,
        clients_per_round=None,
        local_steps=LOCAL_STEPS,
        learning_rate=LEARNING_RATE,
        participation=drawn,
    )
    theirs = run(fleet, drawn)
    print("round  Flower    the lab")
    for number, pair in enumerate(zip(theirs, ours.accuracy, strict=True)):
        print(f"{number:5d}  {pair[0]:.6f}  {pair[1]:.6f}")


if __name__ == "__main__":
    main()
