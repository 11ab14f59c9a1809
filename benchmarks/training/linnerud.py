"""A 3-2-1 ReLU network on the Linnerud data, trained by scikit-learn."""

from __future__ import annotations

from common import Trained, standardise
from fits import network_problem, networks
from sklearn.datasets import load_linnerud

SEEDS = range(20)
SHIPPED = 9  # the start in which a unit dies

COMMENT = """\
A 3-2-1 ReLU network on scikit-learn's Linnerud data, as MLPRegressor returned it.

20 men of a fitness club, standardised numbers of chins, situps and jumps; target: standardised
waist (Tenenhaus 1998, La regression PLS). See SOURCES.md.

MLPRegressor(hidden_layer_sizes=(2,), activation="relu", solver="lbfgs", alpha=0, tol=1e-10) with
random_state=9 minimises half the mean squared error. One of the two units died: it is 0 on all
samples, so training leaves its weights where they are. Written by benchmarks/training/train.py."""

SETTINGS = """
[model]
kind = "network"
layers = [3, 2, 1]
activation = "relu"

[loss]
name = "half-squared"
reduction = "mean"
"""


def train() -> Trained:
    """The network of random_state 9, and the best one of random states 0..19."""
    source = load_linnerud()
    x = standardise(source.data)
    y = standardise(source.target[:, source.target_names.index("Waist")])
    options = {"hidden_layer_sizes": (2,), "activation": "relu", "alpha": 0}
    return network_problem(
        networks(x, y, SEEDS, **options),
        shipped=SHIPPED,
        columns={name.lower(): x[:, j] for j, name in enumerate(source.feature_names)},
        target={"waist": y},
        name="linnerud",
        comment=COMMENT,
        settings=SETTINGS,
    )
