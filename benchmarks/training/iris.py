"""Softmax regression on the petals of the iris data, fitted by scikit-learn."""

from __future__ import annotations

import numpy as np
from common import Trained
from fits import regression
from sklearn.datasets import load_iris

COMMENT = """\
Softmax regression on the petals of the iris data, as LogisticRegression returned it.

150 flowers, petal length and width in cm (as measured); class: setosa 0, versicolor 1, virginica 2
(Fisher 1936). Several flowers have equal petals. See SOURCES.md.

LogisticRegression(C=1, solver="newton-cholesky", tol=1e-12) minimises the mean cross-entropy
+ 1 / (2 C n) * (sum of the squared weights, no intercepts). Adding one number to all
three intercepts changes nothing. Written by benchmarks/training/train.py."""

SETTINGS = """
[model]
kind = "network"
layers = [2, 3]    # no hidden layer

[loss]
name = "cross-entropy"
reduction = "mean"

[regularizer]
weight_decay = "1/300"    # 1 / (2 C n) with C = 1, n = 150
parameters = ["W1"]
"""


def train() -> Trained:
    """The fit of all 150 samples."""
    source = load_iris()
    x = source.data[:, 2:]
    candidate, loss = regression(x, source.target)
    return Trained(
        name="iris",
        comment=COMMENT,
        data={
            "petal_length": x[:, 0],
            "petal_width": x[:, 1],
            "species": source.target.astype(np.float64),
        },
        inputs=("petal_length", "petal_width"),
        targets=("species",),
        settings=SETTINGS,
        candidate=candidate,
        loss=loss,
    )
