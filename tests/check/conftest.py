"""Eliminated problems whose truth is known by construction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import strategies as st

from pgb.models import Network
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.strategies import positive_rationals, rationals
from pgb.transforms import eliminate

CLOSE = [fmpq(0), fmpq(0), fmpq(0), fmpq(1, 10**30), fmpq(-1, 10**6), fmpq(1, 2), fmpq(-3)]


@dataclass(frozen=True)
class Known:
    """An eliminated problem, a candidate, and whether the candidate is a local minimum."""

    objective: Objective
    candidate: Candidate
    minimum: bool
    function_optimal: bool
    regularized: bool


@st.composite
def known_problems(draw: st.DrawFn, regularized: bool = False) -> Known:
    """One unit vector for each group of samples, so that the outputs of each can be chosen."""
    groups = draw(st.integers(1, 2))
    loss, samples, optimum = draw(_groups(groups))
    outputs = [v + draw(st.sampled_from(CLOSE)) for v in optimum]
    shape = draw(st.sampled_from(["linear", "relu", "cubic"]))
    network, theta = _network(shape, outputs)
    data = Data(
        [[int(j == g) for j in range(groups)] for g, _, _ in samples],
        [[y] for _, y, _ in samples],
        [w for _, _, w in samples],
    )
    penalty, flat = None, True
    if regularized:
        chosen = draw(
            st.lists(st.sampled_from([0, 0, 1]), min_size=len(theta), max_size=len(theta))
        )
        penalty = Regularizer([fmpq(c, 3) for c in chosen])
        flat = all(c == 0 or bool(v == 0) for c, v in zip(chosen, theta, strict=True))
    reduction = draw(st.sampled_from(["mean", "sum"]))
    base = Objective(network, data, loss, reduction, penalty)
    objective = eliminate(base, draw(positive_rationals(2)))
    a = draw(st.sampled_from([fmpq(0), fmpq(0), fmpq(0), fmpq(1, 10**20), fmpq(-2)]))
    rest = [draw(rationals(2)) for _ in range(1 + groups)]
    point = np.array([*theta, a, *rest], dtype=object)
    optimal = all(bool(v == w) for v, w in zip(outputs, optimum, strict=True))
    candidate = Candidate.from_vector(objective.parameters, point)
    return Known(objective, candidate, optimal and flat and bool(a == 0), optimal, regularized)


def _network(shape: str, outputs: list[Any]) -> tuple[Network, list[Any]]:
    n = len(outputs)
    if shape == "linear":
        return Network([n, 1], activation=[], bias=False), outputs
    identity = [fmpq(int(i == j)) for i in range(n) for j in range(n)]
    return Network([n, n, 1], activation=shape, bias=False), [*identity, *outputs]


@st.composite
def _groups(draw: st.DrawFn, count: int) -> tuple[Any, list[tuple[int, Any, Any]], list[Any]]:
    """A loss, samples (group, target, weight), and the exactly optimal output of each group."""
    loss = draw(st.sampled_from(["squared", "half-squared", "logistic", "huber", "log-cosh"]))
    samples: list[tuple[int, Any, Any]] = []
    optimum: list[Any] = []
    for group in range(count):
        if loss in ("squared", "half-squared"):
            repeats = draw(st.integers(1, 3))
            pairs = [(draw(rationals(2)), draw(positive_rationals(2))) for _ in range(repeats)]
            total = sum((w for _, w in pairs), fmpq(0))
            optimum.append(sum((w * y for y, w in pairs), fmpq(0)) / total)
        elif loss == "logistic":
            up, down = draw(positive_rationals(2)), draw(positive_rationals(2))
            pairs = [(fmpq(1), up), (fmpq(-1), down)]
            optimum.append(_log(up / down))
        else:
            target = draw(rationals(2))
            pairs = [(target, draw(positive_rationals(2))) for _ in range(draw(st.integers(1, 2)))]
            optimum.append(target)
        samples += [(group, y, w) for y, w in pairs]
    return loss, draw(st.permutations(samples)), optimum


def _log(ratio: fmpq) -> Any:
    from pgb.problems.stored import read_exact

    return read_exact(f"log({ratio.p}/{ratio.q})", "log")


@pytest.fixture(scope="session")
def known() -> Any:
    """The strategy of eliminated problems with known truth."""
    return known_problems
