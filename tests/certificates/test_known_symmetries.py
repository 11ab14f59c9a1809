"""Symmetries that the checker accepts without calculation leave every output as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flint
import pytest
from flint import arb, fmpq

from pgb.certificates.checking.matrices import positive_definite
from pgb.certificates.checking.objective import evaluate
from pgb.certificates.checking.problem import Problem
from pgb.certificates.checking.reading import Refused
from pgb.certificates.checking.rings import BALLS
from pgb.certificates.checking.slices import known_symmetries, nonsingular
from pgb.certificates.export import export_problem
from pgb.models import Network
from pgb.problems import Data, Objective

NETWORKS = {
    "linear": (Network([2, 3, 2], "identity"), 3 + 3 * 2 + 3),
    "linear without biases": (Network([2, 3, 2], "identity", bias=False), 3 + 3 * 2),
    "two linear layers": (Network([2, 2, 3, 2], "identity"), 2 + 2 + 2 + 3 + 6 + 3),
    "linear and tanh": (Network([2, 2, 3, 2], ["identity", "tanh"]), 2 + 2 + 2),
    "relu and quadratic": (Network([2, 2, 3, 2], ["relu", "quadratic"]), 2 + 3),
    "leaky and cubic": (Network([2, 3, 2, 2], ["leaky-relu", "cubic"]), 3 + 2),
    "tanh": (Network([2, 3, 2], "tanh"), 0),
}


@pytest.fixture(autouse=True)
def precision() -> Iterator[None]:
    before, flint.ctx.prec = flint.ctx.prec, 200
    yield
    flint.ctx.prec = before


def problem(network: Network, loss: str, targets: Any) -> Problem:
    data = Data([["1/2", "-1"], [1, "3/2"], ["-1", "1/4"]], targets)
    return Problem(export_problem(Objective(network, data, loss)))


def change(at: Any, theta: list[Any], field: Any) -> Iterator[tuple[Any, ...]]:
    """The derivatives of the outputs of each sample along a field."""
    entries, shift = field
    tangent = [fmpq(0)] * len(theta)
    for (j, k), value in entries:
        tangent[j] += fmpq(*map(int, value.split("/"))) * theta[k]
    for j, value in shift:
        tangent[j] += fmpq(*map(int, value.split("/")))
    assert any(v != 0 for v in tangent)
    for q in at.q:
        steps = [sum((d * tangent[j] for j, d in (f or {}).items()), arb(0)) for _, f, _ in q]
        yield tuple(steps)


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_do_not_change(name: str) -> None:
    network, count = NETWORKS[name]
    P = problem(network, "squared", [[1, 0], [2, 1], [0, 3]])
    theta = [fmpq(7 * j % 11 + 1, 8) for j in range(P.size)]
    at = evaluate(P, BALLS, [arb(t) for t in theta], 1)
    found = list(known_symmetries(P))
    assert len(set(found)) == len(found) == count
    for field in found:
        for steps in change(at, theta, field):
            assert all(abs(step) < fmpq(1, 2**100) for step in steps), field


@pytest.mark.parametrize("bias", [True, False])
def test_outputs_of_a_loss_of_differences_change_alike(bias: bool) -> None:
    P = problem(Network([2, 3, 3], "tanh", bias=bias), "cross-entropy", [0, 2, 1])
    theta = [fmpq(7 * j % 11 + 1, 8) for j in range(P.size)]
    at = evaluate(P, BALLS, [arb(t) for t in theta], 1)
    found = list(known_symmetries(P))
    assert len(set(found)) == 3 + bias
    for field in found:
        for first, *others in change(at, theta, field):
            assert all(abs(step - first) < fmpq(1, 2**100) for step in others)


def test_dependent_rows_are_not_called_independent() -> None:
    near = fmpq(1, 2**40)
    nonsingular([[arb(2), arb(1)], [arb(1), arb(1)]])
    nonsingular([[arb(1, 0.5)]])
    with pytest.raises(Refused):
        nonsingular([[arb(1, 1)]])  # from 0 to 2
    for corner in (arb(1), arb(1 - near).union(arb(1 + near))):
        rows = [[arb(1), arb(1)], [arb(1), corner]]
        with pytest.raises(Exception):  # noqa: B017 (singular for flint, or refused)
            nonsingular(rows)
        assert not positive_definite(rows)
