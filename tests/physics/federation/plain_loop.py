"""Federated rounds written out: every local step of every client, in double precision, whatever learns."""

import numpy as np


def rounds_of(
    problem, start, gradient, mask, *, algorithm, tau, eta, mu, eta_s, clip, noise=None, spread=lambda parts: 1.0
):
    """Return the models before the first and after every round, (R+1, *start.shape).

    ``gradient(client, model)`` is that of the client's loss; ``noise[t]`` times ``spread(parts)`` is added to the
    average of round t, with the parts that its updates have in it.
    """
    model, clients = start, problem.clients
    server_control, controls = np.zeros_like(model), np.zeros((clients, *model.shape))
    models = [model]
    for index, present in enumerate(mask):
        who, updates, shifts = np.flatnonzero(present), [], []
        for client in who:
            local = model.copy()
            for _ in range(tau):
                slope = gradient(client, local) + mu * (local - model)
                if algorithm == "scaffold":
                    slope = slope - controls[client] + server_control
                local = local - eta * slope
            updates.append(local - model)
            if algorithm == "scaffold":
                new = controls[client] - server_control + (model - local) / (tau * eta)
                shifts.append(new - controls[client])
                controls[client] = new
        if len(who):
            sizes = np.array([1.0 if algorithm == "scaffold" else len(problem.partition[c]) for c in who])
            parts = sizes / sizes.sum()
            if clip is not None:
                updates = [update * min(1, clip / np.linalg.norm(update)) for update in updates]
            step = sum(part * update for part, update in zip(parts, updates, strict=True))
            if noise is not None:
                step = step + spread(parts) * noise[index]
            model = model + eta_s * step
            if algorithm == "scaffold":
                server_control = server_control + sum(shifts) / clients
        models.append(model)
    return np.array(models)
