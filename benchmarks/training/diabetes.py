"""A 10-3-1 tanh network on the diabetes data, trained by scikit-learn."""

from __future__ import annotations

from common import Trained, standardise
from fits import network_problem, networks
from sklearn.datasets import load_diabetes

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
    options = {"hidden_layer_sizes": (3,), "activation": "tanh", "alpha": 1}
    return network_problem(
        networks(x, y, SEEDS, **options),
        shipped=0,
        columns={name: x[:, j] for j, name in enumerate(source.feature_names)},
        target={"progression": y},
        name="diabetes",
        comment=COMMENT,
        settings=SETTINGS,
    )
