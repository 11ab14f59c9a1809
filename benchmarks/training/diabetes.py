"""A 10-3-1 tanh network on the diabetes data, trained by scikit-learn."""

from __future__ import annotations

import warnings

from common import Floats, Trained, network_parameters, standardise
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

ALPHA = 1
SEEDS = range(8)

COMMENT = """\
A 10-3-1 tanh network on scikit-learn's diabetes data, as MLPRegressor returned it.

442 patients, 10 standardised baseline variables; target: standardised disease progression after a
year (Efron, Hastie, Johnstone and Tibshirani 2004, Least Angle Regression). See SOURCES.md.

MLPRegressor(hidden_layer_sizes=(3,), activation="tanh", solver="lbfgs", alpha=1, tol=1e-10)
minimises half the mean squared error + alpha / (2 n) * (sum of the squared weights, no biases).
Its solver stops when the loss falls by less than about 2e-9 in one step, which leaves a gradient of
about 1e-5: the nearest minimum is about 1e-3 away. Written by benchmarks/training/train.py."""

SETTINGS = """
[model]
kind = "network"
layers = [10, 3, 1]
activation = "tanh"

[loss]
name = "half-squared"
reduction = "mean"

[regularizer]
weight_decay = "1/884"    # alpha / (2 n) with alpha = 1, n = 442
parameters = ["W1", "W2"]
"""


def train() -> Trained:
    """The network of random_state 0, and the best one of random states 0..7."""
    source = load_diabetes(scaled=False)
    x = standardise(source.data)
    y = standardise(source.target)
    networks = [_network(seed, x, y) for seed in SEEDS]
    first, best = networks[0], min(networks, key=lambda network: network.loss_)
    columns = {name: x[:, j] for j, name in enumerate(source.feature_names)}
    return Trained(
        name="diabetes",
        comment=COMMENT,
        data={**columns, "progression": y},
        inputs=tuple(columns),
        targets=("progression",),
        settings=SETTINGS,
        candidate=network_parameters(first.coefs_, first.intercepts_),
        loss=float(first.loss_),
        better=network_parameters(best.coefs_, best.intercepts_),
        better_loss=float(best.loss_),
    )


def _network(seed: int, x: Floats, y: Floats) -> MLPRegressor:
    network = MLPRegressor(
        hidden_layer_sizes=(3,),
        activation="tanh",
        solver="lbfgs",
        alpha=ALPHA,
        tol=1e-10,
        max_iter=20_000,
        max_fun=10**6,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        return network.fit(x, y)
