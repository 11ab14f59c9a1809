"""Logistic regression on two features of the breast cancer data, fitted by scikit-learn."""

from __future__ import annotations

from common import Trained, standardise
from fits import regression
from sklearn.datasets import load_breast_cancer

FEATURES = ("mean radius", "mean texture")

COMMENT = """\
Logistic regression on two features of the breast cancer data, as LogisticRegression returned it.

569 tumours, standardised mean radius and mean texture; label: benign (1) or malignant (-1)
(Wolberg, Mangasarian, Street and Street 1993, Breast Cancer Wisconsin). See SOURCES.md.

LogisticRegression(C=1, solver="newton-cholesky", tol=1e-12) minimises the mean log-loss
+ 1 / (2 C n) * (sum of the squared weights, no intercept).
Written by benchmarks/training/train.py."""

SETTINGS = """
[model]
kind = "network"
layers = [2, 1]    # no hidden layer

[loss]
name = "logistic"
reduction = "mean"

[regularizer]
weight_decay = "1/1138"    # 1 / (2 C n) with C = 1, n = 569
parameters = ["W1"]
"""


def train() -> Trained:
    """The fit of all 569 samples."""
    source = load_breast_cancer()
    chosen = [list(source.feature_names).index(name) for name in FEATURES]
    x = standardise(source.data[:, chosen])
    candidate, loss = regression(x, source.target)
    return Trained(
        name="breast-cancer",
        comment=COMMENT,
        data={"radius": x[:, 0], "texture": x[:, 1], "benign": 2.0 * source.target - 1.0},
        inputs=("radius", "texture"),
        targets=("benign",),
        settings=SETTINGS,
        candidate=candidate,
        loss=loss,
    )
