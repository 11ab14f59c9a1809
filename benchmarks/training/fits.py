"""Fits by scikit-learn as problems: networks from several starts, and logistic regressions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from common import Floats, Trained
from sklearn._loss import HalfBinomialLoss, HalfMultinomialLoss
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model._linear_loss import LinearModelLoss
from sklearn.neural_network import MLPRegressor


def networks(x: Floats, y: Floats, seeds: Sequence[int], **options: Any) -> list[MLPRegressor]:
    """One network for each random state, trained until the solver stops by itself."""
    found = []
    for seed in seeds:
        network = MLPRegressor(
            solver="lbfgs",
            tol=1e-10,
            max_iter=20_000,
            max_fun=10**6,
            random_state=seed,
            **options,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            found.append(network.fit(x, y))
    return found


def network_problem(
    trained: Sequence[MLPRegressor],
    shipped: int,
    columns: dict[str, Floats],
    target: dict[str, Floats],
    **texts: str,
) -> Trained:
    """The problem with the network of one place as its candidate; better is the best of all."""
    chosen, best = trained[shipped], min(trained, key=lambda network: network.loss_)
    return Trained(
        data={**columns, **target},
        inputs=tuple(columns),
        targets=tuple(target),
        candidate=network_parameters(chosen),
        loss=float(chosen.loss_),
        better=network_parameters(best),
        better_loss=float(best.loss_),
        **texts,
    )


def network_parameters(network: MLPRegressor) -> dict[str, Floats]:
    """scikit-learn's (in, out) matrices as W1 (out, in), b1 (out,), W2, b2, ..."""
    parameters = {}
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    for layer, (matrix, bias) in enumerate(layers, start=1):
        parameters[f"W{layer}"] = matrix.T
        parameters[f"b{layer}"] = bias
    return parameters


def regression(x: Floats, labels: Floats) -> tuple[dict[str, Floats], float]:
    """Parameters of the logistic regression with C = 1, and the loss that scikit-learn sees."""
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12).fit(x, labels)
    several = len(model.classes_) > 2
    base = HalfMultinomialLoss(n_classes=len(model.classes_)) if several else HalfBinomialLoss()
    coefficients = np.column_stack([model.coef_, model.intercept_])
    loss = LinearModelLoss(base_loss=base, fit_intercept=True).loss(
        coefficients if several else coefficients[0],
        np.ascontiguousarray(x),
        labels.astype(np.float64),
        l2_reg_strength=1 / len(x),
    )
    return {"W1": model.coef_, "b1": model.intercept_}, float(loss)
